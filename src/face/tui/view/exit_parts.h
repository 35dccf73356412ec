#ifndef FACE_TUI_VIEW_EXIT_PARTS_H
#define FACE_TUI_VIEW_EXIT_PARTS_H

#include "face/tui/view/bars.h"
#include "face/tui/watch/guests.h"
#include "face/tui/watch/text.h"

/* Where the cycles of exits went, as the views of exits and guests draw it. */

/* The sign that fills a part's stretch: its letter, or how the screen writes waiting. */
uint32_t exit_part_sign(enum exit_part part);
enum role exit_part_role(enum exit_part part);

/* All parts as one bar; full width is `total` cycles. */
void exit_parts_bar(struct canvas *canvas, int row, int col, int room,
                    const struct exit_cost *cost, uint64_t total);

/* "t trap  s save  d decode": the signs of the parts that took any time. Gives the columns
 * used. */
int exit_parts_key(struct canvas *canvas, int row, int col, int room,
                   const struct exit_cost *cost);

/* What an exit's hart works on now: the part of an open one; EXIT_PARTS: it is over. */
enum exit_part exit_part_now(const struct exits *exits, const struct vm_exit *exit);

#endif
