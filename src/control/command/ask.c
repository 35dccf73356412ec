/*
 * Questions: who, why, why not. None of them changes anything; each leaves a mark where
 * its answer lies.
 */
#include "control/command/ask.h"

#include "control/command/rows.h"

#include <stdio.h>

void ask_mark(struct session *session, const char *name, struct moment at,
              uint64_t cycle)
{
    struct mark mark = {
        .branch = timeline_branch(session->time), .at = at, .cycle = cycle};
    struct err full;

    snprintf(mark.name, sizeof(mark.name), "%s", name);
    timeline_restore_mark(session->time, &mark, &full);
}

void ask_say(struct call *call, const struct buf *text)
{
    struct buf sentence = {0};

    put_sentence(&sentence, &call->session->narrator, buf_str(text));
    reply_say(call->reply, "%s", buf_str(&sentence));
    buf_free(&sentence);
}

void ask_moment_cell(struct table *table, struct moment at)
{
    char text[MOMENT_TEXT];

    table_text(table, "%s", moment_text(text, at, false));
}

const struct command ask_commands[] = {
    {.name = "who",
     .arguments = {{.type = ARG_EXPR, .name = "WHAT"}},
     .summary = "who last wrote an address, a register or a CSR",
     .help =
         "Finds the event that wrote it last before the moment that is looked at: an\n"
         "instruction, a burst of a DMA channel, a page-table walk, a trap, a device,\n"
         "somebody outside; or nobody since reset. An expression that names a "
         "register,\n"
         "a CSR, a device register or memory asks about that; any other is an "
         "address,\n"
         "and the question is about the byte there. Of a field of a CSR or a device\n"
         "register: who changed it last. `goto who` then goes there.\n"
         "  who buffer+8\n"
         "  who u64[sp+16]\n"
         "  who a0\n"
         "  who mstatus.MIE\n"
         "  who dma0.Control[0]",
     .group = "questions",
     .run = ask_who},
    {.name = "why",
     .arguments = {{.type = ARG_MOMENT, .name = "MOMENT", .optional = true}},
     .summary = "why an event happened, back to where it started",
     .help =
         "Explains the event that was seen last, or the one that leads to MOMENT, "
         "from\n"
         "its causes back to the instruction that started it. `goto why` then goes to\n"
         "where it started.\n"
         "  why\n"
         "  why #1234.5",
     .group = "questions",
     .run = ask_why},
    {.name = "why fault",
     .summary = "why the last exception or error of a device happened",
     .help =
         "Says which rule was broken: of a page fault which level of which table, "
         "which\n"
         "bit, and who wrote the entry; of an access fault what is at the address, or\n"
         "which PMP entry; of an illegal instruction what forbids it; of a DMA error "
         "the\n"
         "descriptor or register; of a disk error its bits; of an error of virtio the\n"
         "entry or descriptor. `goto fault` then goes there.\n"
         "  why fault",
     .group = "questions",
     .run = ask_why_fault},
    {.name = "why not irq",
     .shortcuts = "why not, why-not, whynot irq, whynot",
     .arguments =
         {{.type = ARG_WORD, .name = "IRQ", .words = ask_offer_irqs},
          {.type = ARG_HART, .name = "HART", .optional = true, .after = "hart"}},
     .summary = "why an interrupt has not come: every gate before the handler",
     .help = "Lists every gate between a device and a handler in order, whether it is "
             "open,\n"
             "what it needs, and who closed it when. IRQ is a source's number at the\n"
             "interrupt controller, the name of a device that has one line, or one of\n"
             "`timer`, `software`, `external`.\n"
             "  why not irq 23\n"
             "  why not irq uart0\n"
             "  why not irq timer hart 1",
     .group = "questions",
     .run = ask_why_not},
    {.name = "why-not irq",
     .arguments =
         {{.type = ARG_WORD, .name = "IRQ", .words = ask_offer_irqs},
          {.type = ARG_HART, .name = "HART", .optional = true, .after = "hart"}},
     .summary = "the same as why not irq",
     .help = "  why-not irq 23",
     .group = "questions",
     .run = ask_why_not},
    {.name = NULL},
};
