#ifndef FACE_TUI_STAGE_HART_TEXT_H
#define FACE_TUI_STAGE_HART_TEXT_H

#include "face/tui/canvas/theme.h"
#include "face/tui/watch/text.h"

/* What a hart does, in words: for its box, its floors, its chip, the path. */

/* Its privilege mode, V in it, as the event that is told of has left it. */
uint8_t hart_shown_mode(const struct watch *watch, unsigned hart);

/* "M"; "HS" where there are guests; "guest 1  VS" in one. */
void hart_put_mode(struct buf *out, const struct watch *watch, unsigned hart);

/* Does it wait for the bus in the event that is told of? */
bool hart_waits(const struct watch *watch, unsigned hart);

/* The instruction: done in this move, or next. */
void hart_put_insn(struct buf *out, const struct watch *watch, unsigned hart);

/* Its place in a source file: "pio.s:11"; empty: it is not known. */
void hart_put_source(struct buf *out, const struct watch *watch, unsigned hart);

/* What the instruction did, in a few words. */
enum role hart_put_result(struct buf *out, const struct watch *watch, unsigned hart);

/* The last translation, or the last of a guest: whether the TLB knew it; false: nothing was
 * translated. */
bool hart_put_tlb(struct buf *out, const struct watch *watch, unsigned hart,
                  bool guest);

/* Counters. */
void hart_put_waits(struct buf *out, const struct watch *watch, unsigned hart);
void hart_put_counts(struct buf *out, const struct watch *watch, unsigned hart);

/* "h0 M", "h1 ░", "h2 wfi", in so many columns. */
enum role hart_put_chip(struct buf *out, const struct watch *watch, unsigned hart,
                        int cols);

#endif
