#ifndef FACE_TUI_WATCH_CONSOLES_H
#define FACE_TUI_WATCH_CONSOLES_H

#include "machine/board/board.h"
#include "observe/time/timeline.h"

/*
 * What the board's UARTs have sent and received, as far back as is remembered: a fold of
 * its own, so that going back takes characters back.
 */
enum { CONSOLES = 4, CONSOLE_CHARS = 4096 };

/* Characters that came in have this bit besides. */
enum { CONSOLE_INPUT = 0x100 };

struct consoles *consoles_new(struct timeline *timeline, const struct board *board);
void consoles_free(struct consoles *consoles);

/* Events of a step that is not over, which the viewer has seen. */
struct console_events {
    const struct event *event;
    unsigned count;
};

/* The last characters of the n-th UART up to where the viewer stands, at most
 * CONSOLE_CHARS; *lost: how many there were before. */
unsigned consoles_read(const struct consoles *consoles, struct console_events inside,
                       unsigned uart, uint16_t chars[CONSOLE_CHARS], uint64_t *lost);

#endif
