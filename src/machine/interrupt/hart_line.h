#ifndef MACHINE_INTERRUPT_HART_LINE_H
#define MACHINE_INTERRUPT_HART_LINE_H

#include <stdbool.h>

/*
 * A wire from an interrupt controller into a hart. The board connects it; one that is
 * not connected belongs to a hart that is not there.
 */
struct hart_line_out {
    void (*set)(void *ctx, unsigned line, bool level); /* NULL: not connected */
    void *ctx;
};

/* The lines, by the number of their bit in mip. */
enum hart_line { LINE_MSIP = 3, LINE_MTIP = 7, LINE_SEIP = 9, LINE_MEIP = 11 };

#endif
