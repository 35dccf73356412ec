#include "observe/ask/calls.h"

#include "observe/ask/calls_read.h"
#include "observe/narrate.h"

#include <stdio.h>
#include <string.h>

enum { RA = 1, SP = 2 };

/* --- the fold ----------------------------------------------------------------------------- */

/* The oldest are given up first. */
static void open_one(struct call_fold *fold, const struct call_open *open)
{
    if (fold->depth == CALLS_MOST) {
        memmove(&fold->open[0], &fold->open[1],
                sizeof(fold->open[0]) * (CALLS_MOST - 1));
        fold->depth--;
        fold->lost = true;
    }
    fold->open[fold->depth++] = *open;
}

/* Back to behind the youngest call from there; what it called is over with it. A return to
 * somewhere else leaves what was called before the window. */
static void close_call(struct call_fold *fold, uint64_t to)
{
    for (unsigned i = fold->depth; i-- > 0 && !fold->open[i].is_trap;)
        if (fold->open[i].behind == to) {
            fold->depth = i;
            return;
        }
    if (fold->depth) {
        fold->depth = 0;
        fold->lost = true;
    }
}

/* To the instruction that was cut off, or behind it; else a handler has gone on with
 * another program. */
static void close_trap(struct call_fold *fold, uint64_t to, uint8_t mode)
{
    for (unsigned i = fold->depth; i-- > 0;) {
        const struct call_open *open = &fold->open[i];

        if (!open->is_trap)
            continue;
        if (open->mode == mode && to - open->at <= 4) {
            fold->depth = i;
            return;
        }
        break;
    }
    fold->depth = 0;
    fold->lost = true;
}

static void take_insn(struct call_fold *fold, const struct hart *hart,
                      const struct event *event)
{
    const struct event_insn *did = &event->insn;
    struct insn insn = insn_decode(did->bits);
    struct call_open open = {.mode = did->mode,
                             .at = did->pc,
                             .behind = did->pc + insn.length,
                             .sp = hart->x[SP],
                             .ra = hart->x[RA],
                             .when = moment_after_event(event)};

    if (call_is_made_by(&insn))
        open_one(fold, &open);
    else if (call_is_ended_by(hart, &insn, did->next_pc))
        close_call(fold, did->next_pc);
    fold->pc = did->next_pc;
}

static void take_trap(struct call_fold *fold, const struct hart *hart,
                      const struct event *event)
{
    const struct event_trap_enter *trap = &event->trap_enter;
    struct call_open open = {.is_trap = true,
                             .mode = trap->from,
                             .at = trap->epc,
                             .behind = trap->epc,
                             .sp = hart->x[SP],
                             .ra = hart->x[RA],
                             .cause = trap->cause,
                             .when = moment_after_event(event)};

    open_one(fold, &open);
    fold->pc = trap->handler;
}

static bool is_of(const struct hart *hart, const struct event *event)
{
    switch ((int)event->kind) {
    case EVENT_INSN:
        return event->insn.hart == hart->id;
    case EVENT_TRAP_ENTER:
        return event->trap_enter.hart == hart->id;
    case EVENT_TRAP_RETURN:
        return event->trap_return.hart == hart->id;
    default:
        return false;
    }
}

void call_fold_take(struct call_fold *fold, const struct hart *hart,
                    const struct event *event)
{
    if (!is_of(hart, event))
        return;
    if (event->kind == EVENT_INSN)
        take_insn(fold, hart, event);
    else if (event->kind == EVENT_TRAP_ENTER)
        take_trap(fold, hart, event);
    else
        close_trap(fold, event->trap_return.pc, event->trap_return.to);
    fold->some = true;
    fold->sp = hart->x[SP];
    fold->ra = hart->x[RA];
    fold->mode = hart_privilege(hart);
}

/* --- the list ----------------------------------------------------------------------------- */

static void add(struct call_stack *stack, const struct call_frame *frame)
{
    if (stack->count < CALLS_MOST)
        stack->frame[stack->count++] = *frame;
}

static void add_open(struct call_stack *stack, const struct call_open *open)
{
    add(stack, &(struct call_frame){.known = open->is_trap ? CALL_TRAPPED : CALL_SEEN,
                                    .mode = open->mode,
                                    .pc = open->behind,
                                    .at = open->at,
                                    .cause = open->cause,
                                    .when = open->when});
}

/* Further out: from the oldest call of the window on, or from where the hart is. */
static struct call_context outermost(const struct call_fold *fold,
                                     const struct hart *hart)
{
    const struct call_open *open = &fold->open[0];
    struct call_context context = {.hart = hart, .has_ra = true};

    if (!fold->depth) {
        context.mode = fold->mode;
        context.pc = fold->pc;
        context.sp = fold->sp;
        context.ra = fold->ra;
        return context;
    }
    context.mode = open->mode;
    context.pc = open->at;
    context.sp = open->sp;
    context.ra = open->ra;
    context.has_ra = open->is_trap; /* a call has put its own there */
    return context;
}

static void read_on(struct call_stack *stack, struct call_context *context)
{
    for (;;) {
        stack->end = calls_read(context);
        if (stack->end)
            return;
        if (stack->count == CALLS_MOST) {
            stack->end = "there are more";
            return;
        }
        add(stack, &(struct call_frame){.known = CALL_READ,
                                        .mode = context->mode,
                                        .pc = context->behind,
                                        .at = context->pc});
    }
}

/* The window may tell nothing of a hart that sleeps. */
static struct call_fold as_now(const struct call_fold *fold, const struct hart *hart)
{
    struct call_fold now = *fold;

    if (fold->some)
        return now;
    now.pc = hart->pc;
    now.sp = hart->x[SP];
    now.ra = hart->x[RA];
    now.mode = hart_privilege(hart);
    return now;
}

void call_stack_find(struct call_stack *stack, const struct call_fold *fold,
                     const struct hart *hart, const struct symbols *symbols,
                     const struct symbols *guest_symbols, bool since_reset)
{
    struct call_fold now = as_now(fold, hart);
    struct call_context context = outermost(&now, hart);

    *stack = (struct call_stack){.count = 0};
    add(stack, &(struct call_frame){
                   .known = CALL_HERE, .mode = now.mode, .pc = now.pc, .at = now.pc});
    for (unsigned i = now.depth; i-- > 0;)
        add_open(stack, &now.open[i]);
    if (since_reset && !now.lost) {
        stack->end = "the program began here";
        return;
    }
    context.symbols = context.mode & MODE_VIRTUAL ? guest_symbols : symbols;
    read_on(stack, &context);
}

char *call_text(char text[CALL_TEXT], const struct call_frame *frame)
{
    char moment[MOMENT_TEXT];
    struct buf cause = {0};

    switch (frame->known) {
    case CALL_HERE:
        snprintf(text, CALL_TEXT, "is here");
        break;
    case CALL_SEEN:
        snprintf(text, CALL_TEXT, "called at %s",
                 moment_text(moment, frame->when, true));
        break;
    case CALL_READ:
        snprintf(text, CALL_TEXT, "called, as its stack has it");
        break;
    case CALL_TRAPPED:
        put_cause(&cause, frame->cause);
        snprintf(text, CALL_TEXT, "cut off at %s: %.48s",
                 moment_text(moment, frame->when, true), buf_str(&cause));
        buf_free(&cause);
        break;
    }
    return text;
}
