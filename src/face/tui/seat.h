#ifndef FACE_TUI_SEAT_H
#define FACE_TUI_SEAT_H

#include "face/tui/canvas/canvas.h"

enum { SEAT_FRAME = 33 /* milliseconds: 30 frames a second */ };

/* Whoever sits at the terminal (term.h), which is open: the canvas, of the terminal's size,
 * and the keys that come while something else goes on. Times are of clock_ms(). */
struct seat {
    struct canvas *canvas;
    int kept;            /* a key that came while something else was going on */
    uint64_t pressed_at; /* when the last key was handled */
    uint64_t shown_at;   /* when all was last drawn */
    unsigned failed;     /* reads that failed in a row */
};

void seat_take(struct seat *seat);
void seat_leave(struct seat *seat);

/* Has the terminal gone, or a signal come that ends the process? */
bool seat_is_lost(const struct seat *seat);

/* The canvas for a whole new frame, of the size that the terminal has now. */
struct canvas *seat_canvas(struct seat *seat);

/* The next key; KEY_CODE_NONE if none comes at once, which is no failure while the machine
 * is `running`, else if none could be read. */
int seat_key(struct seat *seat, bool running);

/* Waits for a key as long as that and keeps it. */
void seat_keep_key(struct seat *seat, int milliseconds);

/* Is text coming in faster than it can be drawn, as when it is pasted where one is `typing`?
 * Then it is drawn once a frame. */
bool seat_is_pasted(struct seat *seat, bool typing);

/* A key in the midst of a long move stops it; it is then handled as any other. Short moves
 * are done whatever waits: keys can come faster than they are handled. `ctx`: the seat. */
bool seat_key_came(void *ctx);

#endif
