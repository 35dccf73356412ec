/*
 * Backwards by the steps that move_calls.c does forwards. What a hart did is replayed in
 * windows, the last one first, and gone through from its end: a return leads into a call
 * that is over, and the call that belongs to it out again.
 *
 * A way back ends where one forwards of the same form would have: before an instruction
 * that begins a line, or before any; and before the interrupts that came at that instruction,
 * since forwards they are passed over with it.
 */
#include "control/moves.h"

#include "base/alloc.h"
#include "control/calls.h"
#include "control/moves_inside.h"

#include <stdlib.h>

/* --- what the hart did, the last first ---------------------------------------------------------------- */

enum { FIRST_WINDOW = 1000, LARGEST_WINDOW = 1 << 20 };

/* How far back a call or a trap is looked for, in instructions. Returns can be without one:
 * firmware leaves M-mode by an mret that no trap came before. */
enum { FARTHEST = 50000000 };

struct past {
    struct session *session;
    struct moment end; /* of what has not been looked at */
    uint64_t window;   /* instructions of the next window */
    size_t count, room;
    struct hart_step *step;
    bool interrupted;
};

static void past_take(void *ctx, const struct event *event)
{
    struct past *past = ctx;
    struct hart_step step;

    if (!hart_step_of(past->session, event, &step))
        return;
    if (past->count == past->room) {
        past->room = past->room ? 2 * past->room : 4096;
        past->step = alloc_resize(past->step, past->room * sizeof(*past->step));
    }
    past->step[past->count++] = step;
}

/* Loads the window that ends where the last one began. False: there is none. */
static bool load_window(struct past *past)
{
    struct moment from = {.retired = past->end.retired};

    if (past->end.retired == 0 && past->end.order == 0)
        return false;
    from.retired -= past->window < from.retired ? past->window : from.retired;
    if (past->window < LARGEST_WINDOW)
        past->window *= 4;
    past->interrupted =
        !timeline_replay(past->session->time, from, past->end,
                         (struct event_sink){HART_STEP_KINDS, past_take, past});
    past->end = from;
    return !past->interrupted;
}

/* The step before the one that was given last; false: there is none. */
static bool past_step(struct past *past, struct hart_step *step)
{
    while (past->count == 0)
        if (!load_window(past))
            return false;
    *step = past->step[--past->count];
    return true;
}

/* --- over calls and traps -------------------------------------------------------------------------------- */

/* Goes back from a return to its call, or from a trap's to the trap. */
static bool find_partner(struct past *past, struct hart_step *step)
{
    bool is_trap = step->kind == STEP_TRAP_RETURN;
    unsigned calls = 1, traps = is_trap;
    uint64_t from = step->at.retired;

    while (is_trap ? traps != 0 : calls != 0) {
        if (from - step->at.retired > FARTHEST || !past_step(past, step))
            return false;
        if (step->kind == STEP_TRAP_RETURN)
            traps++;
        else if (step->kind == STEP_TRAP && traps)
            traps--;
        else if (step->kind == STEP_RETURN && !traps)
            calls++;
        else if (step->kind == STEP_CALL && !traps)
            calls--;
    }
    return true;
}

/* Goes on before that step. */
static void past_rewind(struct past *past, const struct hart_step *step)
{
    past->count = 0;
    past->window = FIRST_WINDOW;
    past->end = step->at;
    past->end.order--; /* which is after its event */
}

/* One step back; over a whole call or trap, it is the call or the trap. */
static bool step_back(struct past *past, struct step_form form, struct hart_step *step)
{
    struct hart_step whole;

    if (!past_step(past, step))
        return false;
    if (!form.over || (step->kind != STEP_RETURN && step->kind != STEP_TRAP_RETURN))
        return true;
    whole = *step;
    if (find_partner(past, &whole)) {
        whole.ended = step->ended;
        *step = whole;
    } else {
        past_rewind(past, step);
    }
    return !past->interrupted;
}

/* Does the way back end between two steps that followed one another? */
static bool ends_between(const struct past *past, struct step_form form,
                         const struct hart_step *first, const struct hart_step *then)
{
    /* An interrupt, or a fault that was mended, belongs to the instruction it came at. */
    if (form.over && first->kind == STEP_TRAP && first->pc == then->pc)
        return false;
    return !form.by_line ||
           line_begins(subject_lines(&past->session->subject, first->in_guest),
                       first->pc, then->pc);
}

/* Finds the step behind which `count` steps back end; false: the beginning comes first. */
static bool find_steps(struct past *past, struct step_form form, uint64_t count,
                       struct move *move, struct hart_step *earlier)
{
    struct hart_step step;

    if (!step_back(past, form, &step))
        return false;
    while (step_back(past, form, earlier)) {
        if (ends_between(past, form, earlier, &step) && ++move->done == count)
            return true;
        step = *earlier;
    }
    return false;
}

static struct past past_before(struct session *session)
{
    return (struct past){
        .session = session, .end = timeline_now(session->time), .window = FIRST_WINDOW};
}

void move_steps_back(struct session *session, struct step_form form, uint64_t count,
                     struct move *move)
{
    struct past past = past_before(session);
    struct hart_step step;
    enum move_end end = MOVE_INTERRUPTED;
    bool found;

    if (!form.by_line && !form.over) {
        move_instructions(session, BACKWARDS, count, move);
        return;
    }
    move_began(session, move);
    found = find_steps(&past, form, count, move, &step);
    free(past.step);
    if (found) {
        end = move_back_behind(session, move, step.ended);
    } else if (!past.interrupted) {
        end = move_back_to(session, move, (struct moment){0});
        end = end == MOVE_DONE ? MOVE_BEGINNING : end;
    }
    move_ended(session, move, end);
}

/* --- out of a function --------------------------------------------------------------------------------------- */

/* Finds the call of the function, or the trap, that the hart is in. */
static bool find_entry(struct past *past)
{
    struct hart_step step;
    unsigned traps = 0, calls = 0;

    while (past_step(past, &step)) {
        if (step.kind == STEP_TRAP_RETURN)
            traps++;
        else if (step.kind == STEP_TRAP && traps)
            traps--;
        else if (step.kind == STEP_TRAP)
            return true;
        else if (step.kind == STEP_RETURN && !traps)
            calls++;
        else if (step.kind == STEP_CALL && !traps && calls)
            calls--;
        else if (step.kind == STEP_CALL && !traps)
            return true;
    }
    return false;
}

void move_finish_back(struct session *session, struct move *move)
{
    struct past past = past_before(session);
    struct hart_step before;
    enum move_end end = MOVE_NOT_FOUND;

    move_began(session, move);
    if (find_entry(&past))
        end = past_step(&past, &before)
                  ? move_back_behind(session, move, before.ended)
                  : move_back_to(session, move, (struct moment){0});
    free(past.step);
    move_ended(session, move, past.interrupted ? MOVE_INTERRUPTED : end);
}
