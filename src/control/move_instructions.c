/* On and back by instructions of one hart. */
#include "control/calls.h"
#include "control/moves_inside.h"

/*
 * Counts the steps of a hart. On a lone hart only traps need to be heard, since the
 * instructions in between are a limit of the run; else instructions are, which is slower.
 */
struct count {
    struct session *session;
    const struct hart *hart;
    uint64_t target; /* hart_steps at which it is there */
    bool lone, stepped;
};

static void count_take(void *ctx, const struct event *event)
{
    struct count *count = ctx;
    struct run *run = count->session->run;

    if (event->board != count->session->board)
        return;
    if (event->kind == EVENT_TRAP_ENTER)
        count->stepped |= event->trap_enter.hart == count->hart->id;
    else
        count->stepped |= event->insn.hart == count->hart->id &&
                          hart_steps(count->hart) + 1 >= count->target;
    if (count->stepped)
        run_ask_stop(run);
}

static void count_arm(void *ctx, struct run *run)
{
    struct count *count = ctx;
    uint64_t kinds = count->lone ? EVENT_BIT(EVENT_TRAP_ENTER) : HART_STEP_KINDS;

    count->stepped = false;
    event_listen(&run->events, (struct event_sink){kinds, count_take, count});
}

static void count_disarm(void *ctx, struct run *run)
{
    event_unlisten(&run->events, count_take, ctx);
}

/* On a lone hart a trap ends a part of the way, too: the limit is another now. */
static bool count_found(void *ctx, struct run *run)
{
    struct count *count = ctx;
    bool stepped = count->stepped;

    (void)run;
    count->stepped = false;
    return stepped && (count->lone || hart_steps(count->hart) == count->target);
}

static struct count count_to(struct session *session, uint64_t target)
{
    return (struct count){.session = session,
                          .hart = session_hart(session),
                          .target = target,
                          .lone = is_lone_hart(session->run)};
}

static enum move_end count_forward(struct session *session, struct move *move,
                                   uint64_t target)
{
    struct count count = count_to(session, target);
    const struct probe probe = {count_arm, count_disarm, count_found, &count};
    enum move_end end = MOVE_DONE;

    while (end == MOVE_DONE && hart_steps(count.hart) < target) {
        struct run_limit limit = RUN_NO_LIMIT;

        if (count.lone)
            limit.retired =
                session->run->events.retired + target - hart_steps(count.hart);
        end = move_forward(session, move, &probe, limit);
    }
    return end;
}

/* The moment at which a lone hart has done so many steps: there were traps among them, so
 * it is looked for from a moment that is not behind it. */
static struct moment lone_moment(struct session *session, uint64_t target)
{
    const struct hart *hart = session_hart(session);
    uint64_t back = hart_steps(hart) - target;
    struct moment guess = {.retired = session->run->events.retired};
    struct count count = count_to(session, target);
    const struct probe probe = {count_arm, count_disarm, count_found, &count};

    guess.retired -= back < guess.retired ? back : guess.retired;
    timeline_seek(session->time, guess);
    while (hart_steps(hart) < target) {
        struct run_limit limit = RUN_NO_LIMIT;
        enum arrival arrival;

        limit.retired = session->run->events.retired + target - hart_steps(hart);
        arrival = timeline_go(session->time, limit, &probe);
        if (arrival != ARRIVED && arrival != ARRIVED_HIT)
            break;
    }
    return timeline_now(session->time);
}

static enum move_end count_back(struct session *session, struct move *move,
                                uint64_t target)
{
    struct count count = count_to(session, target);
    const struct probe probe = {count_arm, count_disarm, count_found, &count};
    struct moment from = timeline_now(session->time), to = {0};

    if (!count.lone && target)
        return move_backward(session, move, &probe);
    if (target)
        to = lone_moment(session, target);
    timeline_seek(session->time, from);
    return move_back_to(session, move, to);
}

/* Does the viewer stand inside a step of the session's hart? */
static bool is_inside_own_step(const struct session *session)
{
    unsigned count;
    const struct event *events = timeline_step_events(session->time, &count);
    struct hart_step step;

    for (unsigned i = 0; i < count; i++)
        if (hart_step_of(session, &events[i], &step))
            return true;
    return false;
}

void move_instructions(struct session *session, enum move_way way, uint64_t count,
                       struct move *move)
{
    const struct hart *hart = session_hart(session);
    uint64_t steps = hart_steps(hart);
    enum move_end end;

    move_began(session, move);
    if (way == BACKWARDS && is_inside_own_step(session))
        steps++; /* it is undone, too */
    if (way == FORWARDS) {
        end = count_forward(session, move, steps + count);
        move->done = hart_steps(hart) - steps;
    } else {
        end = count_back(session, move, count < steps ? steps - count : 0);
        move->done = steps - hart_steps(hart);
        if (end == MOVE_DONE && move->done < count)
            end = MOVE_BEGINNING;
    }
    move_ended(session, move, end);
}
