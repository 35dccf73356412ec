#ifndef FACE_TUI_VIEW_H
#define FACE_TUI_VIEW_H

#include "face/tui/canvas.h"
#include "face/tui/watch.h"

/*
 * A view draws what the watch knows into an area, whose first row is its rule with a
 * title. It remembers nothing of where the viewer was before: a moment always looks the
 * same.
 */
struct view_state {
    unsigned scale; /* index of the timeline's scale */
};

struct view {
    const char *name;
    const char *help;
    void (*draw)(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area);
};

extern const struct view code_view, registers_view, dma_view, memory_view, events_view,
    timeline_view;

/* Cycles a column of the timeline, by scale. */
enum { TIMELINE_SCALES = 16 };
uint64_t timeline_scale(unsigned scale);

#endif
