#ifndef FACE_TUI_VIEW_VIEW_H
#define FACE_TUI_VIEW_VIEW_H

#include "face/tui/canvas/canvas.h"
#include "face/tui/watch/watch.h"

/*
 * A view draws what the watch knows into an area, whose first row is its rule with a
 * title. It remembers nothing of where the viewer was before: a moment always looks the
 * same. It shows events and peeks, nothing else.
 *
 * Each view is of one class, by what stands behind it; whatever the class, one that is
 * opened late shows the same as one that was open from the start.
 */
enum view_class {
    VIEW_COUNTERS, /* the machine as it stands: peeks, and its own counters */
    VIEW_DEVICES,  /* a fold over events of devices, kept in the timeline's snapshots */
    VIEW_INSTRUCTIONS /* the last instructions, replayed */
};

enum { VIEW_TEXT = 96 };

/* What a pane has of its view: chosen by the user or the layout, never by the way through
 * time. */
struct view_state {
    unsigned scale; /* of the timeline: index, see timeline_scale */
    bool folded;    /* ... a long idle stretch is left out */
    int top;        /* rows scrolled down from where the view would begin */
    int shown, all; /* rows, as it was drawn last: scrolling ends there; 0: all */
    int token;      /* of the stage: -1, or how far the token has gone, to 255 */
    char about[VIEW_TEXT]; /* what it is of: see the view's row; "": what happens now */
    char filter[VIEW_TEXT]; /* an expression over events; "": all of them */
    char opened
        [VIEW_TEXT]; /* of the stage: names of groups that are open, with blanks */
    char focus[VIEW_TEXT]; /* of the stage: names of parts that stay large */
    bool calm; /* of the stage: for a room: large, without numbers of the machine */
};

struct view {
    const char *name; /* in commands and layouts */
    const char *help; /* what it shows; no full stop */
    enum view_class class;
    int cols, rows;  /* least, with its rule */
    int wish;        /* rows that it makes good use of; 0: as many as there are */
    int wide;        /* columns that it makes good use of; 0: as many as there are */
    int low, middle; /* the same on screens of less than 30 and 46 rows; 0: as `wish` */
    bool newest_last;  /* its newest row is the last one: it scrolls up, by top < 0 */
    const char *tells; /* the command that tells the same as text */
    const char *about; /* what `about` may be: "[DMA] [CHANNEL]"; NULL: nothing */
    /* Why there is nothing to show in this run; NULL: there is. NULL function: never. */
    const char *(*absent)(const struct watch *watch);
    void (*draw)(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area);
};

/* All of them, in the order in which they are offered; ends with NULL. */
extern const struct view *const views[];

/* NULL: there is none of that name. */
const struct view *view_named(const char *name);

/* The views as topics of the command `about` (control/session.h). */
bool view_topic(unsigned n, struct topic *topic);

/* A pane without its view: the rule, and why. For views that have nothing to show. */
void view_draw_absent(const struct view *view, struct canvas *canvas, struct area area,
                      const char *why);

/* The view that explains what happens now: a DMA channel, a walk, registers. */
const struct view *view_explaining(const struct watch *watch);

extern const struct view auto_view, stage_view, code_view, registers_view, csrs_view,
    calls_view, dma_view, memory_view, structures_view, events_view, timeline_view,
    ring_view, chain_view, virtqueue_view, disk_view, narration_view, console_view,
    scenario_view, gates_view, interrupts_view, walk_view, caches_view, iommu_view,
    guests_view, exit_view, exits_view, flame_view, metrics_view, compare_view;

/* Cycles a column of the timeline, by scale: 1, 2, 5, 10 ... */
enum { TIMELINE_SCALES = 28 };
uint64_t timeline_scale(unsigned scale);

#endif
