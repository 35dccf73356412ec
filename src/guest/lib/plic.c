/*
 * The platform-level interrupt controller, from its user's side.
 *
 * Devices have wires to the PLIC, and the PLIC has one wire to each privilege mode of each
 * hart, a context. A hart that is interrupted asks which device it was by a load (claim),
 * serves it, and says by a store that it has (complete); until then that device cannot
 * interrupt again. In a guest whose PLIC is emulated these two accesses are exits, and so
 * is the interrupt that comes before them.
 */
#include "lib/plic.h"

#include "include/csr.h"
#include "include/plic.h"
#include "lib/mmio.h"
#include "lib/string.h"

/* The handle of the interrupt controller within a hart: what the PLIC's wires lead to. */
static uint32_t hart_handle(const struct devicetree *tree, uint64_t hart)
{
    for (dt_node node = DT_ROOT; node != DT_NONE; node = dt_next(tree, node)) {
        const char *type = dt_text(tree, node, "device_type");
        dt_node inner;

        if (!type || strcmp(type, "cpu") != 0 ||
            dt_number(tree, node, "reg", ~0u) != hart)
            continue;
        inner = dt_child(tree, node, "interrupt-controller");
        return inner == DT_NONE ? 0 : dt_number(tree, inner, "phandle", 0);
    }
    return 0;
}

/* `interrupts-extended` lists the contexts, two cells each: which hart, and which of its
 * interrupts. Their order is their numbers. */
bool plic_open(struct plic *plic, const struct devicetree *tree, uint64_t hart)
{
    dt_node node = dt_compatible(tree, DT_ROOT, "sifive,plic-1.0.0");
    uint32_t handle = hart_handle(tree, hart);
    struct dt_value contexts;
    uint64_t base, size;

    if (node == DT_NONE || !handle || !dt_reg(tree, node, 0, &base, &size) ||
        !dt_property(tree, node, "interrupts-extended", &contexts))
        return false;
    for (unsigned i = 0; i < contexts.size / 8; i++)
        if (dt_cell(&contexts, 2 * i) == handle &&
            dt_cell(&contexts, 2 * i + 1) == IRQ_SEI) {
            *plic = (struct plic){base, i};
            mmio_write32(base + PLIC_THRESHOLD(i), 0);
            return true;
        }
    return false;
}

/* Enable bits of 32 sources share a register. */
void plic_enable(const struct plic *plic, uint32_t source, bool on)
{
    uintptr_t enable = plic->base + PLIC_ENABLE(plic->context, source);
    uint32_t bit = 1u << source % 32, others = mmio_read32(enable) & ~bit;

    mmio_write32(plic->base + PLIC_PRIORITY(source), 1);
    mmio_write32(enable, on ? others | bit : others);
}

uint32_t plic_claim(const struct plic *plic)
{
    return mmio_read32(plic->base + PLIC_CLAIM(plic->context));
}

void plic_complete(const struct plic *plic, uint32_t source)
{
    mmio_write32(plic->base + PLIC_CLAIM(plic->context), source);
}
