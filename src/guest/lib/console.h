#ifndef GUEST_LIB_CONSOLE_H
#define GUEST_LIB_CONSOLE_H

#include "lib/devicetree.h"

#include <stddef.h>

/* Lets print() write to the console of SBI, or to the tree's first UART where SBI has
 * none. Memory that is printed must be where it is physically. */
void console_open(const struct devicetree *tree);

/* The same, to the UART in any case: for who answers SBI calls himself. */
void console_open_uart(const struct devicetree *tree);

/* Bytes to the UART that console_open_uart has found; none: they are lost. */
void console_uart(const char *text, size_t bytes);

/* A character that the UART has received, or -1. */
int console_uart_read(void);

#endif
