#include "control/assign.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "observe/ask/names.h"
#include "observe/ask/peek.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* `value` in the bits that are named, the rest as it is. */
static uint64_t merge(const struct lvalue *to, uint64_t now, uint64_t value)
{
    uint64_t mask = BITS(to->hi, to->lo);

    return (now & ~mask) | (value << to->lo & mask);
}

static bool fits(const struct lvalue *to, uint64_t value, struct err *err)
{
    unsigned bits = to->hi - to->lo + 1u;

    if (to->kind == LVALUE_MEMORY)
        bits = to->size * 8;
    /* All of a register takes a negative number, too. */
    return bits >= 32 || value >> bits == 0 ||
           err_set(err, "0x%" PRIx64 " does not fit into %u bits", value, bits);
}

static bool assign_memory(struct act *act, const struct board *board,
                          const struct lvalue *to, uint64_t value, struct err *err)
{
    act->kind = ACT_MEMORY;
    act->number = to->number;
    act->size = to->size;
    if (!to->physical && !peek_address(&board->hart[to->hart], to->number, ACCESS_STORE,
                                       &act->number, err))
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
        return true;
    case LVALUE_PC:
        act->kind = ACT_PC;
        return true;
    case LVALUE_CSR:
        act->kind = ACT_CSR;
        act->value =
            merge(to, hart_csr_read(&on->hart[to->hart], (unsigned)to->number), value);
        return true;
    case LVALUE_REGISTER:
        act->kind = ACT_REGISTER;
        act->device = (uint8_t)to->device;
        act->size = to->size;
        act->value = merge(
            to, register_peek(on->device[to->device], (uint32_t)to->number, to->size),
            value);
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
