/* What somebody outside does, in words. */
#include "observe/narrate_units.h"

#include <inttypes.h>

/* "becomes 0x5, it was 0x3" */
static void put_change(struct buf *out, const struct event_outside *act)
{
    buf_printf(out, "becomes 0x%" PRIx64 ", it was 0x%" PRIx64, act->value, act->old);
}

static void put_input(struct buf *out, const struct unit_context *context,
                      const struct event_outside *act)
{
    if (act->size == 1)
        buf_text(out, "a character comes in at ");
    else
        buf_printf(out, "%" PRIu32 " characters come in at ", act->size);
    unit_device(out, context, act->target);
    if (act->size == 1) {
        buf_text(out, ": ");
        unit_character(out, context, act->value);
    }
}

static void put_poke(struct buf *out, const struct event_outside *act)
{
    if (act->size == 1)
        buf_text(out, "the byte at");
    else
        buf_printf(out, "%" PRIu32 " bytes at", act->size);
    buf_printf(out, " 0x%" PRIx64 " ", act->number);
    if (act->size > sizeof(act->value))
        buf_text(out, "are written");
    else
        put_change(out, act);
}

static void put_register_poke(struct buf *out, const struct unit_context *context,
                              const struct event_outside *act)
{
    put_register(out, context->narrator, context->event->board, act->target,
                 (uint32_t)act->number, true);
    buf_printf(out, " is written: 0x%" PRIx64, act->value);
}

/* All of what an act does; without its event, the kind of act alone. */
void unit_act(struct buf *out, const struct unit_context *context, uint64_t value)
{
    static const char *const words[ACT_KINDS] = {"input", "memory", "x",
                                                 "pc",    "CSR",    "register"};
    const struct event_outside *act = &context->event->outside;

    if (context->event->kind != EVENT_OUTSIDE) {
        buf_text(out, value < ACT_KINDS ? words[value] : "?");
        return;
    }
    switch ((enum act_kind)value) {
    case ACT_INPUT:
        put_input(out, context, act);
        return;
    case ACT_MEMORY:
        put_poke(out, act);
        return;
    case ACT_X:
        unit_xreg(out, context, act->number);
        break;
    case ACT_CSR:
        unit_csr_name(out, context, act->number);
        break;
    case ACT_REGISTER:
        put_register_poke(out, context, act);
        return;
    case ACT_PC:
    case ACT_KINDS:
        buf_text(out, "pc");
        break;
    }
    buf_printf(out, " of hart %u ", act->target);
    put_change(out, act);
}
