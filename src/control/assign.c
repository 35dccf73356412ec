#include "control/assign.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "observe/ask/names.h"
#include "observe/ask/peek.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A number fits as it is, or as a negative one of that many bits. */
static bool fits(const struct lvalue *to, uint64_t value, struct err *err)
{
    unsigned bits = to->size && to->hi == 63 ? 8 * to->size : to->hi - to->lo + 1u;

    return bits == 64 || value >> bits == 0 ||
           (uint64_t)sign_extend(value, bits) == value ||
           err_set(err, "0x%" PRIx64 " does not fit into %u bit%s", value, bits,
                   bits == 1 ? "" : "s");
}

/* Bits beside a field stay as they are; those that are cleared by writing 1 are not
 * written. */
static uint64_t merge_register(const struct device *device, const struct lvalue *to,
                               uint64_t value)
{
    unsigned index;
    const struct reg *reg = device_reg(device, (uint32_t)to->number, &index);
    uint64_t now = register_peek(device, (uint32_t)to->number, to->size);

    if (to->hi == 63)
        return value;
    return field_set(reg ? now & ~reg->w1c : now, BITS(to->hi, to->lo), value);
}

/* Where the bytes are: all of them in RAM, one after another. */
static bool find_memory(const struct board *board, const struct lvalue *to,
                        uint64_t *pa, struct err *err)
{
    const struct hart *hart = &board->hart[to->hart];
    uint64_t last;

    *pa = to->number;
    last = *pa + to->size - 1;
    if (!to->physical &&
        (!peek_address(hart, to->number, ACCESS_STORE, pa, err) ||
         !peek_address(hart, to->number + to->size - 1, ACCESS_STORE, &last, err)))
        return false;
    if (last - *pa != to->size - 1u)
        return err_set(err,
                       "the bytes are in two pages that do not follow one another");
    return ram_has(&board->bus.ram, *pa, to->size) ||
           err_set(err,
                   "0x%" PRIx64 " is not in RAM; a device's register is set by its "
                   "name, as dma0.Control[1]",
                   *pa);
}

static bool assign_memory(struct act *act, const struct board *board,
                          const struct lvalue *to, uint64_t value, struct err *err)
{
    act->kind = ACT_MEMORY;
    act->size = to->size;
    if (!find_memory(board, to, &act->number, err))
        return false;
    act->bytes = alloc_zero(1, sizeof(value));
    memcpy(act->bytes, &value, sizeof(value));
    return true;
}

bool assign_act(struct act *act, const struct run *run, unsigned board,
                const struct lvalue *to, uint64_t value, struct err *err)
{
    const struct board *on = run->board[board];

    *act = (struct act){.board = (uint8_t)board, .device = (uint8_t)to->hart};
    act->number = to->number;
    act->value = value;
    if (!fits(to, value, err))
        return false;
    switch (to->kind) {
    case LVALUE_X:
        act->kind = ACT_X;
        return to->number || err_set(err, "zero is always 0");
    case LVALUE_PC:
        act->kind = ACT_PC;
        return true;
    case LVALUE_CSR:
        act->kind = ACT_CSR;
        act->value = field_set(hart_csr_read(&on->hart[to->hart], (unsigned)to->number),
                               BITS(to->hi, to->lo), value);
        return true;
    case LVALUE_REGISTER:
        act->kind = ACT_REGISTER;
        act->device = (uint8_t)to->device;
        act->size = to->size;
        act->value = merge_register(on->device[to->device], to, value);
        return true;
    case LVALUE_MEMORY:
        return assign_memory(act, on, to, value, err);
    case LVALUE_NONE:
        break;
    }
    return err_set(err, "this is nothing that can be set");
}

void assign_done(struct act *act)
{
    free(act->bytes);
    act->bytes = NULL;
}
