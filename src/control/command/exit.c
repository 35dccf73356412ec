/* The rows about VM exits. */
#include "control/command/exit.h"

#include "control/command/ask.h"
#include "control/command/rows.h"

struct moment exit_moment(const struct vm_exit *exit)
{
    return (struct moment){.retired = exit->retired, .order = exit->order + 1};
}

struct moment exit_entry_moment(const struct vm_exit *exit)
{
    return (struct moment){.retired = exit->entry_retired,
                           .order = exit->entry_order + 1};
}

bool exit_none(struct call *call)
{
    if (call->session->guests->exits.begun)
        return false;
    reply_say(call->reply, "No guest has been left so far.");
    return true;
}

/* clang-format off */
const struct command exit_commands[] = {
    {
        .name = "info exits",
        .arguments = {{.type = ARG_COUNT, .name = "N", .optional = true}},
        .summary = "the last VM exits, a line each",
        .help =
            "Of each the guest (its VMID), the cause, the guest's instruction, what it was "
            "about, what the hypervisor did, and its cycles with where they went. The last "
            "10, or N of the last 64. `why exit NUMBER` explains one; `goto` goes to its "
            "moment.\n"
            "\n"
            "  info exits\n"
            "  info exits 30",
        .group = "machine",
        .run = exit_info,
    },
    {
        .name = "info guests",
        .summary = "the guests: who runs now, where, and what they have cost",
        .help =
            "Of each VMID that has been entered: whether it runs now and on which hart, its "
            "mode and pc, the memory that its second stage maps, entries and exits, its "
            "cycles in VS- and VU-mode, and those in which it waited.\n"
            "\n"
            "  info guests",
        .group = "machine",
        .run = exit_guests,
    },
    {
        .name = "exits",
        .arguments = {{.type = ARG_CHOICE, .name = "WHAT", .optional = true,
                       .after = "--by", .completes = ARG_CHOICE,
                       .choices = "cause instruction device guest"}},
        .summary = "all VM exits so far, by cause, instruction, device or guest",
        .help =
            "A row each with how many there were, their cycles, and the mean with its "
            "parts: trap entry and return in hardware, then what the hypervisor was working "
            "on, as it marks it. The most expensive come first.\n"
            "\n"
            "  exits\n"
            "  exits --by instruction\n"
            "  exits --by device",
        .group = "machine",
        .run = exit_by,
    },
    {
        .name = "why exit",
        .arguments = {{.type = ARG_COUNT, .name = "NUMBER", .optional = true}},
        .summary = "why a guest was left, what was done, what it cost",
        .help =
            "Explains the last VM exit before the moment that is looked at, or the one with "
            "that number (info exits): its cause and the guest's instruction, what is at the "
            "address for the guest, which CSR bits made it an exit to this mode, everything "
            "that the hypervisor did to devices and virtual interrupts until it entered a "
            "guest again, and where the cycles went. `goto exit` then goes there.\n"
            "\n"
            "  why exit\n"
            "  why exit 1234",
        .group = "questions",
        .run = exit_why,
    },
    {
        .name = "follow irq",
        .arguments = {{.type = ARG_WORD, .name = "IRQ", .optional = true,
                       .words = ask_offer_sources}},
        .summary = "an interrupt's way from the device to the handler, hand by hand",
        .help =
            "The last interrupt of that source, or the one on its way: the device's line, "
            "the PLIC, the trap, the claim; where a hypervisor passes it on, the injection, "
            "the guest's trap, its claim and completion at the emulated PLIC, which are "
            "exits, and the completion at the real one. With the cycles from hand to hand, "
            "and their mean over all that there were. Without IRQ: all sources.\n"
            "\n"
            "  follow irq\n"
            "  follow irq 23\n"
            "  follow irq ata0",
        .group = "questions",
        .run = exit_follow,
    },
    {.name = NULL},
};
/* clang-format on */
