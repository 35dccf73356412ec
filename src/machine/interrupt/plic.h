#ifndef MACHINE_INTERRUPT_PLIC_H
#define MACHINE_INTERRUPT_PLIC_H

#include "machine/device/device.h"
#include "machine/interrupt/hart_line.h"

/*
 * The platform-level interrupt controller (RISC-V PLIC 1.0.0). Sources 1 to 95 come in
 * through level-triggered gateways; contexts, two a hart, go out: 2h is hart h's M-mode
 * (line MEIP), 2h+1 its S-mode (line SEIP).
 */
enum {
    PLIC_SOURCES = 96, /* source 0 included, which does not exist */
    PLIC_WORDS = PLIC_SOURCES / 32,
    PLIC_CONTEXTS = 16,
    PLIC_PRIORITY = 0,
    PLIC_PENDING = 0x1000,
    PLIC_ENABLE = 0x2000,
    PLIC_ENABLE_STRIDE = 0x80,
    PLIC_CONTEXT = 0x200000, /* threshold, then claim/complete */
    PLIC_CONTEXT_STRIDE = 0x1000,
    PLIC_CLAIM = 4,
    PLIC_SIZE = 0x600000,
    PLIC_PRIORITY_BITS = 3
};

struct plic_context {
    uint32_t enable[PLIC_WORDS];
    uint32_t threshold;
    uint8_t level; /* of its line into the hart */
};

struct plic {
    struct device device;
    uint32_t priority[PLIC_SOURCES];
    uint32_t pending[PLIC_WORDS]; /* IP bits: requests that no one has claimed */
    uint32_t claimed[PLIC_WORDS]; /* gateways that wait for a completion */
    uint32_t level[PLIC_WORDS];   /* what the devices drive */
    struct plic_context context[PLIC_CONTEXTS];

    struct hart_line_out out[PLIC_CONTEXTS]; /* set by the board */
};

extern const struct device_type plic_type;

/* A device drives the interrupt line of that source; 0 is nobody's. */
void plic_set_source(struct device *plic, uint16_t source, bool level);

/* The bit of a source in words of one bit a source: pending, claimed, level, enable. */
static inline bool plic_bit(const uint32_t *words, unsigned source)
{
    return words[source / 32] >> source % 32 & 1;
}

/* Does any context enable the source? */
bool plic_enabled(const struct plic *plic, unsigned source);

/* The source that a claim by `context` would give now; 0: none. */
unsigned plic_best(const struct plic *plic, unsigned context);

#endif
