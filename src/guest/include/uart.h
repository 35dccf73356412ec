#ifndef GUEST_INCLUDE_UART_H
#define GUEST_INCLUDE_UART_H

/* A 16550A serial port, one byte a register. */
#define UART_RECEIVE     0 /* when read */
#define UART_TRANSMIT    0 /* when written */
#define UART_LINE_STATUS 5

#define UART_LINE_STATUS_READY 0x01 /* a character has been received */
#define UART_LINE_STATUS_EMPTY 0x20 /* there is room for what is to be sent */

#endif
