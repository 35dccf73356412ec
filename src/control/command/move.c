/* Moving through the run. */
#include "base/number.h"
#include "control/branches.h"
#include "control/command/location.h"
#include "control/command/rows.h"
#include "control/command/where.h"
#include "control/command/words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- the answer ------------------------------------------------------------------------------------- */

static enum move_way way_of(const struct call *call)
{
    return strncmp(call->command->name, "reverse-", 8) == 0 ? BACKWARDS : FORWARDS;
}

/* `wanted`: what there may be none of. */
static bool answer_of(struct call *call, const struct move *move, const char *wanted)
{
    struct buf none = {0};

    buf_printf(&none, "There is no %s %s this moment", wanted,
               way_of(call) == BACKWARDS ? "before" : "after");
    where_say_move(call->reply, call->session, move, none.data);
    buf_free(&none);
    return true;
}

static bool answer(struct call *call, const struct move *move)
{
    return answer_of(call, move, "such moment");
}

/* How often: the argument with that number, or once. */
static bool count_of(const struct call *call, unsigned n, uint64_t *count,
                     struct err *err)
{
    *count = call->given[n].is_given ? call->given[n].value : 1;
    return *count != 0 || err_set(err, "0 times is no move");
}

/* --- by instructions, lines and calls ------------------------------------------------------------- */

static bool steps(struct call *call, struct step_form form, struct err *err)
{
    struct move move;
    uint64_t count;

    if (!count_of(call, 0, &count, err))
        return false;
    move_steps(call->session, way_of(call), form, count, &move);
    return answer(call, &move);
}

static bool do_stepi(struct call *call, struct err *err)
{
    return steps(call, (struct step_form){0}, err);
}

static bool do_step(struct call *call, struct err *err)
{
    return steps(call, (struct step_form){.by_line = true}, err);
}

static bool do_nexti(struct call *call, struct err *err)
{
    return steps(call, (struct step_form){.over = true}, err);
}

static bool do_next(struct call *call, struct err *err)
{
    return steps(call, (struct step_form){.by_line = true, .over = true}, err);
}

static bool do_finish(struct call *call, struct err *err)
{
    struct move move;

    (void)err;
    move_finish(call->session, way_of(call), &move);
    return answer_of(call, &move, "call or trap that led here");
}

/* --- by events and units ----------------------------------------------------------------------------- */

static bool do_step_event(struct call *call, struct err *err)
{
    struct event_choice choice = {EVENT_ALL, NULL};
    struct move move;
    uint64_t count;

    if (call->given[0].is_given)
        choice.kinds = EVENT_BIT(call->given[0].value);
    if (!count_of(call, 1, &count, err))
        return false;
    move_events(call->session, way_of(call), &choice, count, &move);
    return answer_of(call, &move,
                     call->given[0].is_given ? call->given[0].text : "event");
}

static bool do_step_unit(struct call *call, struct err *err)
{
    struct move move;
    uint64_t count;

    if (!count_of(call, 1, &count, err))
        return false;
    move_by_unit(call->session, way_of(call), &move_units[call->given[0].value], count,
                 &move);
    return answer_of(call, &move, move_units[call->given[0].value].name);
}

/* --- on and on ------------------------------------------------------------------------------------------ */

/* So many times: the stops before the last are passed over. */
static bool do_continue(struct call *call, struct err *err)
{
    struct move move;
    uint64_t count;

    if (!count_of(call, 0, &count, err))
        return false;
    do
        move_continue(call->session, way_of(call), &move);
    while (move.end == MOVE_STOPPED && --count);
    return answer(call, &move);
}

static bool do_run(struct call *call, struct err *err)
{
    struct move move;

    (void)err;
    move_continue(call->session, FORWARDS, &move);
    return answer(call, &move);
}

/* "cycle > 100000" needs no look at each instruction: a run has a limit of cycles. */
static bool is_cycle(const char *text, uint64_t *cycle)
{
    const char *end;
    bool above;

    if (strncmp(text, "cycle", 5) != 0)
        return false;
    text = skip_blanks(text + 5);
    if (*text != '>')
        return false;
    above = text[1] != '=';
    text = skip_blanks(text + (above ? 1 : 2));
    if (!number_grouped(text, cycle, &end) && !number_parse(text, cycle, &end))
        return false;
    *cycle += above && *cycle != UINT64_MAX;
    return *skip_blanks(end) == '\0';
}

static bool until_condition(struct call *call, const char *text, struct move *move,
                            struct err *err)
{
    struct expr_scope scope = session_scope(call->session);
    struct expr *condition = expr_parse_all(text, err);
    bool ok = condition && expr_check(condition, &scope, err);

    if (ok)
        move_until(call->session, way_of(call), condition, move);
    expr_free(condition);
    return ok;
}

static bool do_until(struct call *call, struct err *err)
{
    struct session *session = call->session;
    const char *text = call->given[0].text;
    struct move move;
    uint64_t value;

    if (location_is(session, text)) {
        if (!location_find(session, text, &value, err))
            return false;
        move_to_address(session, way_of(call), value, &move);
    } else if (way_of(call) == FORWARDS && is_cycle(text, &value) &&
               value > timeline_cycle(session->time)) {
        move_until_cycle(session, value, &move);
    } else if (!until_condition(call, text, &move, err)) {
        return false;
    }
    return answer(call, &move);
}

/* --- to a moment ------------------------------------------------------------------------------------------- */

/* A mark is a moment; on another branch than its own that may be another state. */
static void say_other_branch(struct call *call, const char *name)
{
    const struct timeline *time = call->session->time;
    const struct branch_info *here = timeline_branch_info(time, timeline_branch(time));

    for (unsigned i = 0; i < timeline_marks(time); i++) {
        const struct mark *mark = timeline_mark_info(time, i);
        const struct branch_info *info = timeline_branch_info(time, mark->branch);

        if (strcmp(mark->name, name) != 0 || info == here ||
            moment_compare(mark->at, branch_parting(info, here)) <= 0)
            continue;
        reply_say(call->reply,
                  "Mark %s is on branch %s; this is the same moment of branch %s.",
                  name, info->name, here->name);
    }
}

static bool do_goto(struct call *call, struct err *err)
{
    const struct given *to = &call->given[0];
    struct session *session = call->session;
    struct move move;

    (void)err;
    if (to->is_cycle)
        move_to_cycle(session, to->value, &move);
    else
        move_to(session, to->moment, &move);
    answer(call, &move);
    if (!to->is_cycle)
        say_other_branch(call, to->text);
    return true;
}

static bool do_goto_start(struct call *call, struct err *err)
{
    struct move move;

    (void)err;
    move_to(call->session, (struct moment){0}, &move);
    return answer(call, &move);
}

static bool do_goto_end(struct call *call, struct err *err)
{
    struct move move;

    (void)err;
    move_to_end(call->session, &move);
    return answer(call, &move);
}

/* --- rows --------------------------------------------------------------------------------------------------- */

#define COUNT_ARGUMENT                                                                 \
    {                                                                                  \
        .type = ARG_COUNT, .name = "N", .optional = true                               \
    }
/* The names and helps of move_units, in order. */
#define UNIT_ARGUMENT                                                                  \
    {                                                                                  \
        .type = ARG_CHOICE, .name = "UNIT",                                            \
        .choices = "instruction line event transaction burst descriptor command "      \
                   "interrupt trap return"                                             \
    }
#define UNIT_HELP                                                                      \
    "  instruction  an instruction of the hart, or a trap that it takes\n"             \
    "  line         a line of the source\n"                                            \
    "  event        an event of any kind: the smallest step there is\n"                \
    "  transaction  a use of the bus: a load, a store, a register access, a DMA\n"     \
    "               beat, an entry of a page table\n"                                  \
    "  burst        a burst of a DMA channel\n"                                        \
    "  descriptor   a descriptor that a DMA channel fetches\n"                         \
    "  command      a command or request that a disk accepts, or the start of a DMA\n" \
    "               channel\n"                                                         \
    "  interrupt    an interrupt that a hart takes\n"                                  \
    "  trap         a trap, interrupt or exception, that a hart takes\n"               \
    "  return       a return from a trap handler\n"

const struct command move_commands[] = {
    {
        .name = "stepi",
        .aliases = "si",
        .arguments = {COUNT_ARGUMENT},
        .summary = "one instruction on, or N",
        .help = "The hart executes an instruction, or takes a trap: that is a step, "
                "too. Everything else that is due before goes on meanwhile. A "
                "breakpoint on the way ends it.\n"
                "\n"
                "  stepi\n"
                "  stepi 100",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_stepi,
    },
    {
        .name = "reverse-stepi",
        .aliases = "rsi",
        .arguments = {COUNT_ARGUMENT},
        .summary = "one instruction back, or N",
        .help = "What the hart's last instruction did is undone, and everything that "
                "happened since. The whole machine goes back, devices too.\n"
                "\n"
                "  reverse-stepi\n"
                "  reverse-stepi 100",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_stepi,
    },
    {
        .name = "step",
        .aliases = "s",
        .arguments = {COUNT_ARGUMENT},
        .summary = "on to the next line of the source, into calls and traps",
        .help =
            "The hart goes on until it is where another line of the source begins, "
            "or the same one again. Code without lines is passed over. In a program "
            "that tells of no lines it is as `stepi`.\n"
            "\n"
            "  step\n"
            "  step 3",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_step,
    },
    {
        .name = "reverse-step",
        .aliases = "rs",
        .arguments = {COUNT_ARGUMENT},
        .summary = "back to the line of the source before, into calls and traps",
        .help = "  reverse-step\n"
                "  reverse-step 3",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_step,
    },
    {
        .name = "nexti",
        .aliases = "ni",
        .arguments = {COUNT_ARGUMENT},
        .summary = "one instruction on, over calls and traps",
        .help = "A call is one step: the hart runs until it is behind the call again "
                "and its stack pointer is not lower than before. So is a trap: until "
                "its handler has returned. A jump that keeps where it came from in ra "
                "or t0 is a call.\n"
                "\n"
                "  nexti\n"
                "  nexti 10",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_nexti,
    },
    {
        .name = "reverse-nexti",
        .aliases = "rni",
        .arguments = {COUNT_ARGUMENT},
        .summary = "one instruction back, over calls and traps",
        .help = "Behind a call it goes back to before the call; behind a trap, to "
                "before the trap.\n"
                "\n"
                "  reverse-nexti",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_nexti,
    },
    {
        .name = "next",
        .aliases = "n",
        .arguments = {COUNT_ARGUMENT},
        .summary = "on to the next line of the source, over calls and traps",
        .help = "As `step`, but a call or a trap is passed over until it has returned. "
                "In a program that tells of no lines it is as `nexti`.\n"
                "\n"
                "  next\n"
                "  next 5",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_next,
    },
    {
        .name = "reverse-next",
        .aliases = "rn",
        .arguments = {COUNT_ARGUMENT},
        .summary = "back to the line of the source before, over calls and traps",
        .help = "  reverse-next",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_next,
    },
    {
        .name = "finish",
        .aliases = "fin",
        .summary = "on until the function, or the trap handler, has returned",
        .help = "Calls that begin on the way are run to their ends. In a handler's own "
                "code it ends behind mret or sret.\n"
                "\n"
                "  finish",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_finish,
    },
    {
        .name = "reverse-finish",
        .aliases = "rfin",
        .summary = "back to the call of the function, or to before the trap",
        .help = "  reverse-finish",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_finish,
    },
    {
        .name = "step-event",
        .aliases = "se",
        .arguments = {{.type = ARG_EVENT_KIND, .name = "KIND", .optional = true},
                      COUNT_ARGUMENT},
        .summary = "on to the next event, or the next of a kind",
        .help = "An instruction can tell several events (a walk, a wait, an access): "
                "this stops at each. Inside a step the machine is as it was before the "
                "step.\n"
                "\n"
                "  step-event\n"
                "  step-event dma-burst\n"
                "  step-event dma-burst 3",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_step_event,
    },
    {
        .name = "reverse-step-event",
        .aliases = "rse",
        .arguments = {{.type = ARG_EVENT_KIND, .name = "KIND", .optional = true},
                      COUNT_ARGUMENT},
        .summary = "back to the last event, or the last of a kind",
        .help = "  reverse-step-event\n"
                "  reverse-step-event trap-enter",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_step_event,
    },
    {
        .name = "step-unit",
        .aliases = "su",
        .arguments = {UNIT_ARGUMENT, COUNT_ARGUMENT},
        .summary = "on by a unit: burst, descriptor, interrupt, ...",
        .help = UNIT_HELP "\n"
                          "  step-unit burst\n"
                          "  step-unit descriptor 2\n"
                          "  su interrupt",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_step_unit,
    },
    {
        .name = "reverse-step-unit",
        .aliases = "rsu",
        .arguments = {UNIT_ARGUMENT, COUNT_ARGUMENT},
        .summary = "back by a unit: burst, descriptor, interrupt, ...",
        .help = UNIT_HELP "\n"
                          "  reverse-step-unit burst\n"
                          "  rsu command",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_step_unit,
    },
    {
        .name = "continue",
        .aliases = "c fg",
        .arguments = {COUNT_ARGUMENT},
        .summary = "on to the next breakpoint, or to the end of the run",
        .help = "With N, to the N-th stop from here.\n"
                "\n"
                "  continue\n"
                "  continue 3",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_continue,
    },
    {
        .name = "reverse-continue",
        .aliases = "rc",
        .arguments = {COUNT_ARGUMENT},
        .summary = "back to the last breakpoint, or to the beginning of the run",
        .help = "It ends where `continue` would have ended: with the hart at the "
                "breakpoint, or just after what the watchpoint or catchpoint is "
                "about.\n"
                "\n"
                "  reverse-continue",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_continue,
    },
    {
        .name = "run",
        .aliases = "r",
        .summary = "on to the end of the run",
        .help = "A breakpoint on the way stops it; `goto end` passes over "
                "breakpoints. The run ends when software says so, when nothing can "
                "happen any more, or at the scenario's limit of cycles.\n"
                "\n"
                "  run",
        .group = "moving",
        .moves = true,
        .run = do_run,
    },
    {
        .name = "until",
        .aliases = "u advance",
        .arguments = {{.type = ARG_TEXT,
                       .name = "LOCATION|CONDITION",
                       .completes = ARG_ADDRESS}},
        .summary = "on until the hart is somewhere, or something holds",
        .help = "A location is a symbol, FILE:LINE, LINE or *ADDRESS; anything else is "
                "a condition, which is asked at every event and every instruction: "
                "that is slower, some million instructions a second. Where it has no "
                "value, since memory in it cannot be read or it divides by 0, the move "
                "ends, too; that is said.\n"
                "\n"
                "  until transfer_end\n"
                "  until cycle > 100000\n"
                "  until a0 == 3 && hart0.mstatus.MIE",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_until,
    },
    {
        .name = "reverse-until",
        .aliases = "ru",
        .arguments = {{.type = ARG_TEXT,
                       .name = "LOCATION|CONDITION",
                       .completes = ARG_ADDRESS}},
        .summary = "back until the hart was somewhere, or something held",
        .help = "A condition that has no value ends it, as it ends `until`.\n"
                "\n"
                "  reverse-until transfer_begin\n"
                "  reverse-until a0 == 3",
        .group = "moving",
        .moves = true,
        .repeats = true,
        .run = do_until,
    },
    {
        .name = "goto",
        .aliases = "go",
        .arguments = {{.type = ARG_MOMENT, .name = "CYCLE|#INSTRUCTION[.EVENT]|MARK"}},
        .summary = "to a moment of the run, whichever way it lies",
        .help = "A number is a cycle: the first moment at which no hart's clock is "
                "below it. #N is the moment at which N instructions have been retired "
                "by all harts, #N.K the one at which K events have been told since. "
                "Breakpoints are passed over.\n"
                "\n"
                "  goto 100000\n"
                "  goto #1,204\n"
                "  goto #1204.3\n"
                "  goto before-dma",
        .group = "moving",
        .moves = true,
        .run = do_goto,
    },
    {
        .name = "goto start",
        .summary = "to the beginning of the run",
        .help = "  goto start",
        .group = "moving",
        .moves = true,
        .run = do_goto_start,
    },
    {
        .name = "goto end",
        .summary = "to the end of the run, over breakpoints",
        .help = "  goto end",
        .group = "moving",
        .moves = true,
        .run = do_goto_end,
    },
    {.name = NULL},
};
