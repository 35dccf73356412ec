/* Breakpoints, and the rows of what makes breakpoints, watchpoints and catchpoints. */
#include "control/command/stop.h"

#include "base/alloc.h"
#include "control/command/ask.h"
#include "control/command/location.h"
#include "control/command/rows.h"
#include "control/command/where.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* --- adding ------------------------------------------------------------------------------------------ */

struct stop stop_new(struct call *call, enum stop_kind kind, unsigned n)
{
    struct stop stop = {.kind = kind,
                        .hart = -1,
                        .enabled = true,
                        .board = call->session->board,
                        .condition = call->given[n].expr};

    call->given[n].expr = NULL;
    return stop;
}

/* What was typed, without the condition, which lists show by itself. */
static char *text_of(const struct call *call)
{
    size_t length = strlen(call->line);
    const char *condition = strstr(call->line, " if ");
    char *text;

    if (condition)
        length = (size_t)(condition - call->line);
    while (length && isspace((unsigned char)call->line[length - 1]))
        length--;
    text = alloc_zero(length + 1, 1);
    memcpy(text, call->line, length);
    return text;
}

unsigned stop_add(struct call *call, struct stop *stop, const char *condition,
                  struct err *err)
{
    unsigned number;

    stop->text = text_of(call);
    stop->condition_text = condition ? alloc_string(condition) : NULL;
    number = stops_add(call->session->stops, stop, err);
    if (number)
        return number;
    expr_free(stop->condition);
    expr_free(stop->filter);
    free(stop->text);
    free(stop->condition_text);
    return 0;
}

/* --- break ------------------------------------------------------------------------------------------- */

static bool make_breakpoint(struct call *call, bool temporary, struct err *err)
{
    struct stop stop = stop_new(call, STOP_PC, 2);
    struct buf place = {0};
    unsigned number;

    stop.temporary = temporary;
    if (call->given[1].is_given)
        stop.hart = (int)call->given[1].value;
    if (!location_find(call->session, call->given[0].text, &stop.address, err)) {
        expr_free(stop.condition);
        return false;
    }
    number = stop_add(call, &stop, call->given[2].text, err);
    if (!number)
        return false;
    where_put_place(&place, call->session, stop.address);
    reply_say(call->reply, "%s %u at %s.",
              temporary ? "Temporary breakpoint" : "Breakpoint", number, place.data);
    buf_free(&place);
    return true;
}

static bool do_break(struct call *call, struct err *err)
{
    return make_breakpoint(call, false, err);
}

static bool do_tbreak(struct call *call, struct err *err)
{
    return make_breakpoint(call, true, err);
}

/* --- rows --------------------------------------------------------------------------------------------------- */

#define CONDITION                                                                      \
    {                                                                                  \
        .type = ARG_EXPR, .name = "CONDITION", .optional = true, .after = "if"         \
    }
#define BREAK_ARGUMENTS                                                                \
    {                                                                                  \
        {.type = ARG_LOCATION, .name = "LOCATION", .optional = true},                  \
            {.type = ARG_HART, .name = "N", .optional = true, .after = "hart"},        \
            CONDITION                                                                  \
    }
#define WATCH_ARGUMENTS                                                                \
    {                                                                                  \
        {                                                                              \
            .type = ARG_TEXT, .name = "WHAT[, LENGTH] [if CONDITION]",                 \
            .completes = ARG_ADDRESS                                                   \
        }                                                                              \
    }

const struct command stop_commands[] = {
    {
        .name = "break",
        .aliases = "b br",
        .arguments = BREAK_ARGUMENTS,
        .summary = "stop when a hart arrives at a place in the program",
        .help =
            "LOCATION is a symbol, main+8, *ADDRESS, FILE:LINE or a LINE of the "
            "file that the hart is in; without it, where the hart is. The address is "
            "a virtual one. The condition is asked when a hart arrives there.\n"
            "\n"
            "  break main\n"
            "  break *0x80000048 hart 1\n"
            "  break copy.s:12 if a0 == 3",
        .group = "breakpoints",
        .run = do_break,
    },
    {
        .name = "tbreak",
        .aliases = "tb",
        .arguments = BREAK_ARGUMENTS,
        .summary = "as break, but it is deleted when it has stopped once",
        .help = "  tbreak main",
        .group = "breakpoints",
        .run = do_tbreak,
    },
    {
        .name = "watch",
        .arguments = WATCH_ARGUMENTS,
        .summary =
            "stop when somebody writes to memory: a hart, DMA, a page-table walk",
        .help = "WHAT is an address, [ADDRESS], or the name of a part of memory, which "
                "is then watched as a whole (1 MiB at most). A virtual address means "
                "the memory that it is translated to now. The move ends just after the "
                "write, also when the value is the same as before. Of a CSR or a "
                "device's register it makes a catchpoint.\n"
                "\n"
                "  watch iterations\n"
                "  watch 0x80210000, 64\n"
                "  watch u32[sp+8] if a0 != 0\n"
                "  watch dma0.Control",
        .group = "breakpoints",
        .run = stop_watch,
    },
    {
        .name = "rwatch",
        .arguments = WATCH_ARGUMENTS,
        .summary = "stop when somebody reads from memory",
        .help = "Fetches of instructions are no reads. Of a device's register it makes "
                "a catchpoint.\n"
                "\n"
                "  rwatch buffer",
        .group = "breakpoints",
        .run = stop_rwatch,
    },
    {
        .name = "awatch",
        .arguments = WATCH_ARGUMENTS,
        .summary = "stop when somebody reads from memory or writes to it",
        .help = "  awatch 0x80210000, 8",
        .group = "breakpoints",
        .run = stop_awatch,
    },
    {
        .name = "catch",
        .arguments = {{.type = ARG_EVENT_KIND, .name = "KIND"}, CONDITION},
        .summary = "stop at an event of some kind",
        .help = "The condition can use the event's fields by their names; "
                "docs/manual/events.md lists them. The move ends just after the step "
                "that told the event.\n"
                "\n"
                "  catch dma-error if channel == 2\n"
                "  catch trap-enter if cause == 13\n"
                "  catch irq-claim",
        .group = "breakpoints",
        .run = stop_catch,
    },
    {
        .name = "catch csr",
        .arguments = {{.type = ARG_CSR, .name = "CSR"}, CONDITION},
        .summary = "stop when an instruction writes a CSR",
        .help = "The condition can use `old` and `value`. What a trap writes is no "
                "write by an instruction: `catch trap`.\n"
                "\n"
                "  catch csr mstatus\n"
                "  catch csr satp if value != old",
        .group = "breakpoints",
        .run = stop_catch_csr,
    },
    {
        .name = "catch register",
        .arguments = {{.type = ARG_REGISTER, .name = "DEVICE.REGISTER"},
                      {.type = ARG_CHOICE,
                       .name = "read|write|access",
                       .optional = true,
                       .choices = "read write access"},
                      CONDITION},
        .summary = "stop when software reads or writes a device's register",
        .help = "The condition can use `value` and, of writes, `old`.\n"
                "\n"
                "  catch register dma0.Control\n"
                "  catch register uart0.LSR read if value & 1",
        .group = "breakpoints",
        .run = stop_catch_register,
    },
    {
        .name = "catch irq",
        .arguments = {{.type = ARG_VALUE, .name = "SOURCE", .words = ask_offer_sources},
                      CONDITION},
        .summary = "stop at what happens to an interrupt source",
        .help =
            "Its line is raised or lowered, it becomes pending in the interrupt "
            "controller, is claimed, is completed. SOURCE is a number, or a device.\n"
            "\n"
            "  catch irq 23\n"
            "  catch irq uart0",
        .group = "breakpoints",
        .run = stop_catch_irq,
    },
    {
        .name = "catch trap",
        .arguments = {{.type = ARG_WORD,
                       .name = "CAUSE",
                       .optional = true,
                       .words = stop_offer_causes},
                      CONDITION},
        .summary = "stop when a hart takes a trap",
        .help = "CAUSE is a number of mcause, or words of it joined by '-'; without "
                "it, any trap.\n"
                "\n"
                "  catch trap\n"
                "  catch trap 8\n"
                "  catch trap page-fault\n"
                "  catch trap timer if mode == 0",
        .group = "breakpoints",
        .run = stop_catch_trap,
    },
    {.name = NULL},
};
