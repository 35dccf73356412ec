/*
 * Forwards by steps that a programmer means: by source lines, over calls and traps, out of
 * a function.
 *
 * The hart is watched instruction by instruction until it has done what was asked, or until
 * it calls or traps and that is to be passed over: then it runs, as fast as it can, until
 * it comes back.
 *
 *   back from a call   it is at the address behind the call, its stack pointer is not lower
 *                      than it was, and no trap that was taken since is still being handled
 *   back from a trap   as many returns from traps as there were traps
 */
#include "control/moves.h"

#include "control/calls.h"
#include "control/moves_inside.h"

enum { SP = 2 };

/* --- instruction by instruction ------------------------------------------------------------------- */

struct stepper {
    struct session *session;
    struct step_form form;
    uint64_t left; /* steps to do */
    bool stopped;
    struct hart_step last; /* at which it stopped */
    uint64_t sp;           /* before it */
};

/* Is it the end of a step of that form? */
static bool ends_step(const struct session *session, struct step_form form,
                      const struct hart_step *step, uint64_t to)
{
    return !form.by_line ||
           line_begins(subject_lines(&session->subject, step->in_guest), step->pc, to);
}

static bool passes_over(struct step_form form, const struct hart_step *step)
{
    return form.over && (step->kind == STEP_CALL || step->kind == STEP_TRAP);
}

static void step_take(void *ctx, const struct event *event)
{
    struct stepper *stepper = ctx;
    struct hart_step step;

    if (stepper->stopped || !hart_step_of(stepper->session, event, &step))
        return;
    if (!passes_over(stepper->form, &step)) {
        if (!ends_step(stepper->session, stepper->form, &step, step.to))
            return;
        if (--stepper->left)
            return;
    }
    stepper->stopped = true;
    stepper->last = step;
    stepper->sp = session_hart(stepper->session)->x[SP];
    run_ask_stop(stepper->session->run);
}

static void step_arm(void *ctx, struct run *run)
{
    event_listen(&run->events, (struct event_sink){HART_STEP_KINDS, step_take, ctx});
}

static void step_disarm(void *ctx, struct run *run)
{
    event_unlisten(&run->events, step_take, ctx);
}

static bool step_found(void *ctx, struct run *run)
{
    (void)run;
    return ((struct stepper *)ctx)->stopped;
}

/* --- until it is back -------------------------------------------------------------------------------- */

struct return_wait {
    struct session *session;
    struct hart *hart;
    bool of_call;
    uint64_t behind, sp; /* of a call */
    int traps;           /* taken and not returned from */
    bool returned;       /* from a trap, just now */
};

static void return_take(void *ctx, const struct event *event)
{
    struct return_wait *wait = ctx;

    if (event->board != wait->session->board)
        return;
    if (event->kind == EVENT_TRAP_ENTER && event->trap_enter.hart == wait->hart->id)
        wait->traps++;
    if (event->kind == EVENT_TRAP_RETURN && event->trap_return.hart == wait->hart->id) {
        wait->traps--;
        wait->returned = true;
        if (!wait->of_call && wait->traps <= 0)
            run_ask_stop(wait->session->run);
    }
}

static void return_arm(void *ctx, struct run *run)
{
    struct return_wait *wait = ctx;
    uint64_t kinds = EVENT_BIT(EVENT_TRAP_ENTER) | EVENT_BIT(EVENT_TRAP_RETURN);

    event_listen(&run->events, (struct event_sink){kinds, return_take, wait});
    if (wait->of_call)
        hart_add_stop(wait->hart, wait->behind);
}

static void return_disarm(void *ctx, struct run *run)
{
    struct return_wait *wait = ctx;

    event_unlisten(&run->events, return_take, wait);
    if (wait->of_call)
        hart_remove_stop(wait->hart, wait->behind);
}

static bool return_found(void *ctx, struct run *run)
{
    struct return_wait *wait = ctx;
    bool returned = wait->returned;

    (void)run;
    wait->returned = false;
    if (!wait->of_call)
        return returned && wait->traps <= 0;
    return timeline_arrived(wait->session->time) == wait->hart &&
           wait->hart->pc == wait->behind && wait->hart->x[SP] >= wait->sp &&
           wait->traps <= 0;
}

/* A step forwards over the call or trap that the stepper stopped at. */
static enum move_end pass_over(struct stepper *stepper, struct move *move)
{
    struct session *session = stepper->session;
    struct return_wait wait = {.session = session,
                               .hart = session_hart(session),
                               .of_call = stepper->last.kind == STEP_CALL,
                               .behind = stepper->last.behind,
                               .sp = stepper->sp};
    const struct probe probe = {return_arm, return_disarm, return_found, &wait};
    enum move_end end;

    wait.traps = !wait.of_call;
    end = move_forward(session, move, &probe, RUN_NO_LIMIT);
    if (end != MOVE_DONE)
        return end;
    /* After an interrupt, and after a fault that was mended, the instruction is done now. */
    if (stepper->last.kind == STEP_TRAP && wait.hart->pc == stepper->last.pc)
        return MOVE_DONE;
    if (ends_step(session, stepper->form, &stepper->last, wait.hart->pc))
        stepper->left--;
    return MOVE_DONE;
}

static enum move_end steps_on(struct session *session, struct step_form form,
                              uint64_t count, struct move *move)
{
    struct stepper stepper = {.session = session, .form = form, .left = count};
    const struct probe probe = {step_arm, step_disarm, step_found, &stepper};
    enum move_end end = MOVE_DONE;

    while (stepper.left && end == MOVE_DONE) {
        stepper.stopped = false;
        end = move_forward(session, move, &probe, RUN_NO_LIMIT);
        if (end == MOVE_DONE && passes_over(form, &stepper.last))
            end = pass_over(&stepper, move);
    }
    move->done = count - stepper.left;
    return end;
}

void move_steps(struct session *session, enum move_way way, struct step_form form,
                uint64_t count, struct move *move)
{
    if (form.by_line && session->subject.lines->count == 0)
        form.by_line = false;
    if (way == BACKWARDS) {
        move_steps_back(session, form, count, move);
        return;
    }
    if (!form.by_line && !form.over) {
        move_instructions(session, way, count, move);
        return;
    }
    move_began(session, move);
    move_ended(session, move, steps_on(session, form, count, move));
}

/* --- out of a function --------------------------------------------------------------------------------- */

/* Calls and traps that are not over, beyond those that there were when it began. */
struct frames {
    struct session *session;
    struct moment after; /* steps up to here have been seen */
    unsigned calls, traps;
    bool left;
};

/* Calls within a handler are the handler's. */
static void frames_take(void *ctx, const struct event *event)
{
    struct frames *frames = ctx;
    struct hart_step step;

    if (frames->left || !hart_step_of(frames->session, event, &step) ||
        moment_compare(step.at, frames->after) <= 0)
        return;
    if (step.kind == STEP_TRAP)
        frames->traps++;
    else if (step.kind == STEP_TRAP_RETURN && frames->traps)
        frames->traps--;
    else if (step.kind == STEP_TRAP_RETURN)
        frames->left = true;
    else if (step.kind == STEP_CALL && !frames->traps)
        frames->calls++;
    else if (step.kind == STEP_RETURN && !frames->traps && frames->calls)
        frames->calls--;
    else if (step.kind == STEP_RETURN && !frames->traps)
        frames->left = true;
    if (frames->left)
        run_ask_stop(frames->session->run);
}

static void frames_arm(void *ctx, struct run *run)
{
    event_listen(&run->events, (struct event_sink){HART_STEP_KINDS, frames_take, ctx});
}

static void frames_disarm(void *ctx, struct run *run)
{
    event_unlisten(&run->events, frames_take, ctx);
}

static bool frames_found(void *ctx, struct run *run)
{
    (void)run;
    return ((struct frames *)ctx)->left;
}

void move_finish(struct session *session, enum move_way way, struct move *move)
{
    struct frames frames = {.session = session, .after = timeline_now(session->time)};
    const struct probe probe = {frames_arm, frames_disarm, frames_found, &frames};

    if (way == BACKWARDS) {
        move_finish_back(session, move);
        return;
    }
    frames.after.fired = UINT64_MAX;
    move_began(session, move);
    move_ended(session, move, move_forward(session, move, &probe, RUN_NO_LIMIT));
}
