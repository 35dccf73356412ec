#ifndef FACE_TUI_WATCH_TEXT_H
#define FACE_TUI_WATCH_TEXT_H

#include "face/tui/watch/peek.h"

/* How numbers, instructions and data are written on the screen. */
enum { TEXT_NUMBER = 28, TEXT_INSN = 64, TEXT_DATA = 48 };

/* A count with commas: "182,350". Gives `text`. */
char *text_count(char text[TEXT_NUMBER], uint64_t count);

/* An instruction for people: "lhu  a5, 0(a4)", "bnez t2, word". Gives `text`. */
char *text_insn(char text[TEXT_INSN], const struct watch *watch, uint32_t bits,
                uint64_t pc);

/* The same with the names of another program than the one that runs on the hart that is
 * looked at; NULL: none. */
char *text_insn_with(char text[TEXT_INSN], const struct symbols *symbols, uint32_t bits,
                     uint64_t pc);

/* The value that `size` bytes have, and what they spell if they are text: 0x676e "ng". */
char *text_data(char text[TEXT_DATA], uint64_t value, unsigned size);

/* What `size` bytes spell, in quotes; empty if they are no text. */
char *text_quote(char text[TEXT_DATA], uint64_t value, unsigned size);

/* The instruction at `pc` as that hart would fetch it; false: it cannot. The second: as
 * it would in another mode (enum privilege, with V). */
bool text_fetch(const struct watch *watch, unsigned hart, uint64_t pc, uint32_t *bits);
bool text_fetch_in(const struct watch *watch, unsigned hart, uint8_t mode, uint64_t pc,
                   uint32_t *bits);

/* Who uses the bus: "hart 0", "dma channel 1". */
char *text_initiator(char text[TEXT_DATA], uint8_t who);

/* The name of a register of a device with its index: "Status", "ch 0 Control"; the
 * offset where there is no register. Some have another name when they are written. */
char *text_register(char text[TEXT_DATA], const struct device *device, uint32_t offset,
                    bool write);

#endif
