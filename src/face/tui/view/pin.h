#ifndef FACE_TUI_VIEW_PIN_H
#define FACE_TUI_VIEW_PIN_H

#include "face/tui/canvas/canvas.h"
#include "face/tui/watch/watch.h"

/*
 * What the views of code, registers, CSRs and memory share: what a pane is of, what values
 * mean, and whose bytes are.
 */

/* The hart that "hart 1" names; else the one that is looked at. *rest is what stands behind
 * it in `about`, or all of it. */
unsigned pin_hart(const struct watch *watch, const char *about, const char **rest);

/* The value of an expression of the command language: an address, a symbol, a region. */
bool pin_value(const struct watch *watch, unsigned hart, const char *text,
               uint64_t *value);

/* Begins the text with that word, as a whole? *rest is what stands behind it. */
bool pin_begins(const char *text, const char *word, const char **rest);

/* What an address is: a device, a part of RAM, or a place in the program that the hart
 * runs: "uart0", "buffer +40", "walk +1c". Empty: it is no address that has a name. */
enum { ABOUT_NAME = 40 };
char *pin_address(char text[ABOUT_NAME], const struct watch *watch, unsigned hart,
                  uint64_t value);

/* The same of a physical address: "ata0", "buffer", "buffer +40"; empty: it has no name. */
char *pin_place(char text[ABOUT_NAME], const struct watch *watch, uint64_t pa);

/* The same of a virtual address in a guest, whatever the hart runs now. */
char *about_guest_address(char text[ABOUT_NAME], const struct watch *watch,
                          uint64_t value);

/* The letters of those who wrote the bytes last, at most two. */
void pin_draw_owners(const struct watch *watch, struct canvas *canvas, int row, int col,
                     uint64_t pa, unsigned bytes);

#endif
