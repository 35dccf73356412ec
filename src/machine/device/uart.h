#ifndef MACHINE_DEVICE_UART_H
#define MACHINE_DEVICE_UART_H

#include "machine/device/device.h"

/*
 * A 16550A UART with byte registers one byte apart, as on QEMU's virt machine. The line
 * itself is ideal: no noise, and a sender that waits while the receiver is full.
 */
enum {
    UART_RBR = 0, /* read */
    UART_THR = 0, /* write */
    UART_IER = 1,
    UART_IIR = 2, /* read */
    UART_FCR = 2, /* write */
    UART_LCR = 3,
    UART_MCR = 4,
    UART_LSR = 5,
    UART_MSR = 6,
    UART_SCR = 7,
    UART_DLL = 0, /* with LCR.DLAB */
    UART_DLM = 1
};

enum { UART_FIFO = 16 };

struct uart_fifo {
    uint8_t bytes[UART_FIFO];
    uint8_t first, count;
};

struct uart {
    struct device device;
    uint8_t ier, fcr, lcr, mcr, scr, dll, dlm;
    uint8_t errors;          /* of LSR: overrun, the rest follows from the FIFOs */
    uint8_t deltas;          /* of MSR: which modem lines have changed */
    uint8_t last_read;       /* what RBR gives when nothing has arrived since */
    uint8_t thre_pending;    /* THRE has risen and IIR has not told of it yet */
    uint8_t timeout_pending; /* characters have waited in the FIFO for four frames */
    uint8_t shift;         /* the transmitter's shift register; busy: `sent` is armed */
    struct uart_fifo send; /* THR, or the FIFO in front of the shift register */
    struct uart_fifo take; /* RBR, or the FIFO behind the receiver */
    struct uart_fifo wire; /* characters from outside that have not arrived yet */
    struct timer sent, arrives, timeout;

    /* Set by the board: where characters go. NULL: only the event tells of them. */
    void (*output)(void *ctx, uint8_t byte);
    void *output_ctx;
};

extern const struct device_type uart_type;

#endif
