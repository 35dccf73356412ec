/*
 * Acts: what somebody outside does to the machine between two steps of it.
 */
#include "observe/time/journal.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void act_release(struct act *act)
{
    free(act->bytes);
    free(act->reason);
    act->bytes = NULL;
    act->reason = NULL;
}

/* --- is it possible? --------------------------------------------------------------------- */

static bool check_input(const struct board *board, const struct act *act,
                        struct err *err)
{
    const struct device *device;

    if (act->device >= board->devices)
        return err_set(err, "the board has no device number %u", act->device);
    device = board->device[act->device];
    if (!device->type->input)
        return err_set(err, "%s takes no characters", device->name);
    if (!act->bytes || act->size > device->type->room(device))
        return err_set(err, "%s has room for %u characters now", device->name,
                       device->type->room(device));
    return true;
}

static bool check_memory(const struct board *board, const struct act *act,
                         struct err *err)
{
    if (!act->bytes || !act->size)
        return err_set(err, "there are no bytes to write");
    if (!ram_has(&board->bus.ram, act->number, act->size))
        return err_set(err, "0x%" PRIx64 " is not in RAM", act->number);
    return true;
}

static bool check_hart(const struct board *board, const struct act *act,
                       struct err *err)
{
    const struct csr_info *csr;

    if (act->device >= board->harts)
        return err_set(err, "the board has no hart %u", act->device);
    if (act->kind == ACT_X && (act->number == 0 || act->number >= XREGS))
        return err_set(err,
                       act->number ? "there is no register x%" PRIu64
                                   : "x%" PRIu64 " is always 0",
                       act->number);
    if (act->kind == ACT_PC && act->value & 1)
        return err_set(err, "instructions begin at even addresses");
    if (act->kind != ACT_CSR)
        return true;
    csr = act->number < 4096 ? csr_by_number((unsigned)act->number) : NULL;
    if (!csr)
        return err_set(err, "there is no CSR 0x%" PRIx64, act->number);
    if (!hart_has_csr(&board->hart[act->device], csr->number))
        return err_set(err, "hart %u has no %s: it has no hypervisor extension",
                       act->device, csr->name);
    if ((act->number >> 10 & 3) == 3)
        return err_set(err, "%s is read-only", csr->name);
    return true;
}

static bool check_register(const struct board *board, const struct act *act,
                           struct err *err)
{
    const struct device *device;

    if (act->device >= board->devices)
        return err_set(err, "the board has no device number %u", act->device);
    device = board->device[act->device];
    if (act->size != 1 && act->size != 2 && act->size != 4 && act->size != 8)
        return err_set(err, "a register is 1, 2, 4 or 8 bytes wide");
    if (!bus_find(&board->bus, device->base) || act->number > UINT32_MAX ||
        bus_find(&board->bus, device->base + act->number) !=
            bus_find(&board->bus, device->base))
        return err_set(err, "%s has no register at offset 0x%" PRIx64, device->name,
                       act->number);
    if (act->number % act->size)
        return err_set(err, "offset 0x%" PRIx64 " is not aligned to %u bytes",
                       act->number, act->size);
    return true;
}

bool act_check(const struct run *run, const struct act *act, struct err *err)
{
    if (act->board >= run->boards)
        return err_set(err, "the run has no board %u", act->board);
    for (unsigned i = 0; i < run->boards; i++)
        if (run->board[i]->finished)
            return err_set(err, "the run has ended: software has switched it off");
    switch ((enum act_kind)act->kind) {
    case ACT_INPUT:
        return check_input(run->board[act->board], act, err);
    case ACT_MEMORY:
        return check_memory(run->board[act->board], act, err);
    case ACT_X:
    case ACT_PC:
    case ACT_CSR:
        return check_hart(run->board[act->board], act, err);
    case ACT_REGISTER:
        return check_register(run->board[act->board], act, err);
    case ACT_KINDS:
        break;
    }
    return err_set(err, "there is no act of kind %u", act->kind);
}

unsigned act_room(const struct run *run, unsigned board, unsigned device)
{
    const struct device *to = run->board[board]->device[device];

    return to->type->room ? to->type->room(to) : 0;
}

/* --- doing it ------------------------------------------------------------------------------ */

/* The first 8 bytes, as a little-endian number. */
static uint64_t first_bytes(const struct act *act)
{
    uint64_t value = 0;

    if (act->bytes)
        memcpy(&value, act->bytes, act->size < 8 ? act->size : 8);
    return value;
}

/* Whom it is done to; NULL: no device, no hart. Acts on memory may name anything. */
static struct device *device_of(const struct board *board, const struct act *act)
{
    return act->device < board->devices ? board->device[act->device] : NULL;
}

static struct hart *hart_of(struct board *board, const struct act *act)
{
    return act->device < board->harts ? &board->hart[act->device] : NULL;
}

/* What is there before, as far as a peek can say. */
static uint64_t old_value(struct board *board, const struct act *act)
{
    const struct hart *hart = hart_of(board, act);
    uint64_t value = 0;

    switch ((enum act_kind)act->kind) {
    case ACT_MEMORY:
        ram_read(&board->bus.ram, act->number, &value, act->size < 8 ? act->size : 8);
        break;
    case ACT_X:
        return hart->x[act->number];
    case ACT_PC:
        return hart->pc;
    case ACT_CSR:
        return hart_csr_read(hart, (unsigned)act->number);
    case ACT_REGISTER:
        bus_peek(&board->bus, board->device[act->device]->base + act->number, &value,
                 act->size);
        break;
    case ACT_INPUT:
    case ACT_KINDS:
        break;
    }
    return value;
}

static void set_csr(struct hart *hart, const struct act *act)
{
    hart->spent = 0; /* counters count from here */
    hart_csr_write(hart, (unsigned)act->number, act->value);
}

static void change(struct board *board, const struct act *act)
{
    struct device *device = device_of(board, act);
    struct hart *hart = hart_of(board, act);

    switch ((enum act_kind)act->kind) {
    case ACT_INPUT:
        device->type->input(device, act->bytes, act->size);
        break;
    case ACT_MEMORY:
        ram_write(&board->bus.ram, act->number, act->bytes, act->size,
                  INITIATOR_OUTSIDE);
        break;
    case ACT_X:
        hart->x[act->number] = act->value;
        break;
    case ACT_PC:
        hart->pc = act->value;
        break;
    case ACT_CSR:
        set_csr(hart, act);
        break;
    case ACT_REGISTER:
        bus_write(&board->bus, INITIATOR_OUTSIDE, device->base + act->number, act->size,
                  act->value);
        break;
    case ACT_KINDS:
        break;
    }
}

/* An act that is not possible (of a journal that somebody has made up) tells its event
 * and changes nothing. */
void act_do(struct run *run, const struct act *act)
{
    struct err err = {0};
    bool possible = act_check(run, act, &err);
    struct board *board = run->board[possible ? act->board : 0];

    run->events.board = board->index;
    EMIT(&run->events, run->queue.now, OUTSIDE, outside, .number = act->number,
         .old = possible ? old_value(board, act) : 0,
         .value = act->bytes ? first_bytes(act) : act->value, .size = act->size,
         .act = act->kind, .target = act->device);
    if (!possible)
        return;
    change(board, act);
    if (board->tohost_touched)
        board_check_tohost(board);
    for (unsigned i = 0; i < board->harts; i++)
        hart_wake(&board->hart[i]);
}

/* --- as bytes -------------------------------------------------------------------------------- */

static void act_fields(struct act *act, uint32_t *reason, struct state *state)
{
    STATE(state, act->at.retired);
    STATE(state, act->at.fired);
    STATE(state, act->at.order);
    STATE(state, act->kind);
    STATE(state, act->board);
    STATE(state, act->device);
    STATE(state, act->number);
    STATE(state, act->value);
    STATE(state, act->size);
    state_bytes(state, "reason", reason, sizeof(*reason));
}

static bool has_bytes(const struct act *act)
{
    return act->kind == ACT_INPUT || act->kind == ACT_MEMORY;
}

/* When it was typed follows, if that is to be said. */
static bool says_typed(const struct act *act)
{
    return act->kind == ACT_INPUT && moment_compare(act->typed, act->at) != 0;
}

static void typed_fields(struct act *act, struct state *state)
{
    STATE(state, act->typed.retired);
    STATE(state, act->typed.fired);
    STATE(state, act->typed.order);
}

enum { TYPED_SIZE = 20 };

void act_save(struct buf *out, const struct act *act)
{
    struct state state = {.mode = STATE_SAVE, .out = out};
    struct act copy = *act;
    uint32_t reason = act->reason ? (uint32_t)strlen(act->reason) + 1 : 0;

    act_fields(&copy, &reason, &state);
    if (has_bytes(act))
        buf_add(out, act->bytes, act->size);
    buf_add(out, act->reason, reason);
    if (says_typed(act))
        typed_fields(&copy, &state);
}

/* Behind all else; older acts do not have it. */
static bool load_typed(struct act *act, struct state *state, size_t before)
{
    act->typed = act->at;
    if (state->left == before)
        return true;
    if (act->kind != ACT_INPUT || state->left != before + TYPED_SIZE)
        return false;
    state->in = (const uint8_t *)state->in + before;
    state->left = TYPED_SIZE;
    typed_fields(act, state);
    return says_typed(act);
}

bool act_load(struct act *act, const void *bytes, size_t size, struct err *err)
{
    struct state state = {.mode = STATE_LOAD, .in = bytes, .left = size};
    uint32_t reason = 0;
    const uint8_t *rest;
    size_t data;

    *act = (struct act){.size = 0};
    act_fields(act, &reason, &state);
    data = has_bytes(act) ? act->size : 0;
    rest = state.in;
    if (state.short_input || act->kind >= ACT_KINDS ||
        !load_typed(act, &state, data + reason) ||
        (reason && memchr(rest + data, 0, reason) != rest + data + reason - 1))
        return err_set(err, "an act of the journal is damaged");
    if (data) {
        act->bytes = alloc_zero(data, 1);
        memcpy(act->bytes, rest, data);
    }
    if (reason)
        act->reason = alloc_string((const char *)rest + data);
    return true;
}
