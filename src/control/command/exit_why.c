/*
 * why exit: one exit in sentences. What the fold keeps of it says where and when; what the
 * hypervisor did is heard by going through the exit once more.
 */
#include "control/command/ask.h"
#include "control/command/exit.h"
#include "machine/isa/csr.h"
#include "observe/exits/exit_words.h"
#include "observe/exits/gstage.h"
#include "observe/exits/guest_folds.h"

#include <inttypes.h>

/* --- the hart as it was ----------------------------------------------------------------- */

struct scene_of_exit {
    const struct vm_exit *exit;
    uint64_t medeleg, mideleg, hedeleg, hideleg, hstatus, hgatp;
    bool walked;
    struct walk_step end; /* of the second stage's walk */
};

static enum event_access access_of(uint64_t cause)
{
    return cause == CAUSE_STORE_GUEST_PAGE  ? ACCESS_STORE
           : cause == CAUSE_LOAD_GUEST_PAGE ? ACCESS_LOAD
                                            : ACCESS_FETCH;
}

static void look_at(void *ctx, struct run *run)
{
    struct scene_of_exit *scene = ctx;
    const struct board *board = run->board[scene->exit->board];
    const struct hart *hart = &board->hart[scene->exit->hart];

    scene->medeleg = hart_csr_read(hart, CSR_MEDELEG);
    scene->mideleg = hart_csr_read(hart, CSR_MIDELEG);
    scene->hedeleg = hart_csr_read(hart, CSR_HEDELEG);
    scene->hideleg = hart_csr_read(hart, CSR_HIDELEG);
    scene->hstatus = hart_csr_read(hart, CSR_HSTATUS);
    scene->hgatp = hart_csr_read(hart, CSR_HGATP);
    scene->walked = gstage_look(&board->bus, scene->hgatp, scene->exit->gpa,
                                access_of(scene->exit->cause), &scene->end);
}

/* --- why it came ------------------------------------------------------------------------ */

static void say_what(struct call *call, const struct vm_exit *exit)
{
    struct buf text = {0};
    char moment[MOMENT_TEXT];

    buf_text(&text, "exit ");
    put_count(&text, exit->number);
    buf_printf(&text, ": hart %u left guest %u at cycle ", exit->hart, exit->vmid);
    put_count(&text, exit->cycle);
    buf_printf(&text,
               " (%s), from %s to %s: ", moment_text(moment, exit_moment(exit), true),
               mode_name(exit->from), mode_name(exit->to));
    exit_put_cause(&text, exit->cause);
    ask_say(call, &text);
    buf_free(&text);
}

static const char *access_word(uint64_t cause)
{
    return cause == CAUSE_STORE_GUEST_PAGE  ? "write"
           : cause == CAUSE_LOAD_GUEST_PAGE ? "read"
                                            : "fetch from";
}

static void say_access(struct call *call, const struct vm_exit *exit, struct buf *text)
{
    buf_printf(text, " was to %s 0x%" PRIx64 ", ", access_word(exit->cause),
               exit->tval);
    if (exit->gpa >> 2 != exit->tval >> 2)
        buf_printf(text, "guest physical address 0x%" PRIx64 ", ", exit->gpa);
    buf_text(text, "where the guest's machine has ");
    exit_put_place(text, &call->session->narrator, exit->board, exit->gpa,
                   exit->cause == CAUSE_STORE_GUEST_PAGE);
}

static void say_instruction(struct call *call, const struct vm_exit *exit)
{
    struct buf text = {0};

    if (exit->cause & CAUSE_INTERRUPT) {
        buf_text(&text,
                 "it is no instruction's doing: the guest would have gone on at ");
        exit_put_address(&text, &call->session->narrator, exit->epc);
        ask_say(call, &text);
        buf_free(&text);
        return;
    }
    buf_text(&text, "the guest's instruction ");
    exit_put_instruction(&text, exit->insn, exit->epc);
    buf_text(&text, " at ");
    exit_put_address(&text, &call->session->narrator, exit->epc);
    if (exit_is_page_fault(exit->cause)) {
        say_access(call, exit, &text);
    } else if (exit->cause == CAUSE_ECALL_VS) {
        buf_text(&text, " asks its firmware, which is the hypervisor: ");
        exit_put_call(&text, exit->call, exit->call_function);
    }
    ask_say(call, &text);
    buf_free(&text);
}

static void say_second_stage(struct call *call, const struct scene_of_exit *scene)
{
    const struct walk_step *end = &scene->end;
    struct buf outcome = {0};

    if (!scene->walked) {
        reply_say(call->reply, "hgatp is 0x%" PRIx64 ": it has no such address.",
                  scene->hgatp);
        return;
    }
    put_unit(&outcome, UNIT_OUTCOME, end->outcome);
    reply_say(call->reply,
              "The second stage, which begins at hgatp (0x%" PRIx64
              "), ends at level %u: the entry at 0x%" PRIx64 " is 0x%" PRIx64 ": %s.",
              scene->hgatp, end->level, end->at, end->entry, buf_str(&outcome));
    buf_free(&outcome);
}

/* What hstatus forbids to a guest (privileged 1.13, "Virtual-Instruction Exceptions"). */
static void say_virtual_instruction(struct call *call,
                                    const struct scene_of_exit *scene)
{
    static const struct {
        uint64_t bit;
        const char *name, *forbids;
    } bits[] = {
        {HSTATUS_VTW, "VTW", "WFI must not wait in VS-mode"},
        {HSTATUS_VTSR, "VTSR", "SRET is not the guest's"},
        {HSTATUS_VTVM, "VTVM", "satp and its fences are not the guest's"},
    };
    bool some = false;

    for (unsigned i = 0; i < COUNT(bits); i++)
        if (scene->hstatus & bits[i].bit) {
            reply_say(call->reply, "hstatus.%s is 1: %s.", bits[i].name,
                      bits[i].forbids);
            some = true;
        }
    if (!some)
        reply_say(call->reply, "It belongs to HS-mode; no bit of hstatus forbids it.");
}

/* Which delegation brought it here: M-mode first, then HS-mode (privileged 1.13,
 * "Hypervisor Trap Delegation Registers"). */
static void say_delegation(struct call *call, const struct scene_of_exit *scene)
{
    bool interrupt = scene->exit->cause & CAUSE_INTERRUPT;
    unsigned number = (unsigned)(scene->exit->cause & 63);
    uint64_t by_m = interrupt ? scene->mideleg : scene->medeleg;
    uint64_t by_hs = interrupt ? scene->hideleg : scene->hedeleg;

    if (!(by_m >> number & 1))
        reply_say(call->reply, "Bit %u of %s is 0: M-mode keeps it.", number,
                  interrupt ? "mideleg" : "medeleg");
    else
        reply_say(call->reply,
                  "Bit %u of %s is 1: M-mode leaves it to HS-mode; bit %u of %s is %u: "
                  "HS-mode keeps it from the guest.",
                  number, interrupt ? "mideleg" : "medeleg", number,
                  interrupt ? "hideleg" : "hedeleg", (unsigned)(by_hs >> number & 1));
}

static void say_why(struct call *call, const struct vm_exit *exit)
{
    struct scene_of_exit scene = {.exit = exit};
    struct moment before = exit_moment(exit);

    before.order--; /* the state before the trap */
    if (!timeline_peek_at(call->session->time, before, look_at, &scene))
        return;
    if (exit_is_page_fault(exit->cause))
        say_second_stage(call, &scene);
    else if (exit->cause == CAUSE_VIRTUAL_INSTRUCTION)
        say_virtual_instruction(call, &scene);
    say_delegation(call, &scene);
}

/* --- what was done ------------------------------------------------------------------------- */

enum { ACTS_MOST = 200 };

struct acts {
    struct call *call;
    const struct vm_exit *exit;
    struct table *table;
    unsigned count;
};

#define ACT_KINDS_HEARD                                                                \
    (EVENT_BIT(EVENT_MARKER) | EVENT_BIT(EVENT_MMIO_READ) |                            \
     EVENT_BIT(EVENT_MMIO_WRITE) | EVENT_BIT(EVENT_CSR_WRITE) |                        \
     EVENT_BIT(EVENT_IRQ_CLAIM) | EVENT_BIT(EVENT_IRQ_COMPLETE) |                      \
     EVENT_BIT(EVENT_HART_SLEEP) | EVENT_BIT(EVENT_TRAP_ENTER) |                       \
     EVENT_BIT(EVENT_TRAP_RETURN) | EVENT_BIT(EVENT_VM_ENTRY))

/* Is it this hart's? Of the PLIC's events the access says it, which is told besides. */
static bool is_by(const struct vm_exit *exit, const struct event *event)
{
    switch (event->kind) {
    case EVENT_MARKER:
        return event->marker.hart == exit->hart;
    case EVENT_MMIO_READ:
        return event->mmio_read.initiator == exit->hart;
    case EVENT_MMIO_WRITE:
        return event->mmio_write.initiator == exit->hart;
    case EVENT_CSR_WRITE:
        return event->csr_write.hart == exit->hart;
    case EVENT_HART_SLEEP:
        return event->hart_sleep.hart == exit->hart;
    case EVENT_TRAP_ENTER:
        return event->trap_enter.hart == exit->hart;
    case EVENT_TRAP_RETURN:
        return event->trap_return.hart == exit->hart;
    case EVENT_VM_ENTRY:
        return event->vm_entry.hart == exit->hart;
    default:
        return true;
    }
}

static void take_act(void *ctx, const struct event *event)
{
    struct acts *acts = ctx;
    struct buf text = {0};

    if (event->board != acts->exit->board || !is_by(acts->exit, event) ||
        acts->count++ >= ACTS_MOST)
        return;
    ask_moment_cell(acts->table, moment_after_event(event));
    table_number(acts->table, event->cycle - acts->exit->cycle);
    narrate(&text, &acts->call->session->narrator, event);
    table_text(acts->table, "%s", buf_str(&text));
    buf_free(&text);
}

static bool put_acts(struct call *call, const struct vm_exit *exit, struct err *err)
{
    static const struct column columns[] = {{"moment", COLUMN_TEXT},
                                            {"after", COLUMN_COUNT},
                                            {"event", COLUMN_TEXT},
                                            {NULL, COLUMN_TEXT}};
    struct timeline *time = call->session->time;
    struct acts acts = {call, exit, NULL, 0};
    struct moment until = exit->open ? timeline_now(time) : exit_entry_moment(exit);

    acts.table = reply_table(call->reply, "acts", columns);
    if (!timeline_replay(time, exit_moment(exit), until,
                         (struct event_sink){ACT_KINDS_HEARD, take_act, &acts}))
        return err_set(err, "interrupted");
    if (acts.count > ACTS_MOST)
        reply_say(call->reply, "The first %d of %u are listed.", ACTS_MOST, acts.count);
    return true;
}

/* --- what it cost ---------------------------------------------------------------------------- */

static void say_cost(struct call *call, const struct vm_exit *exit)
{
    struct buf text = {0}, did = {0};

    exit_put_did(&did, exit);
    if (did.size)
        buf_printf(&text, "the hypervisor meanwhile: %s", did.data);
    else
        buf_text(&text, "the hypervisor touched no device and no virtual interrupt");
    ask_say(call, &text);
    buf_clear(&text);
    buf_text(&text, exit->open ? "up to the last marker it has cost " : "it cost ");
    put_count(&text, exit->cost.cycles);
    buf_text(&text, exit->cost.cycles == 1 ? " cycle" : " cycles");
    if (!exit->open && exit->resumed == exit->vmid)
        buf_text(&text, " until the guest went on");
    else if (!exit->open)
        buf_printf(&text, " until guest %u was entered", exit->resumed);
    buf_text(&text, ": ");
    exit_put_parts(&text, &exit->cost);
    ask_say(call, &text);
    buf_free(&text);
    buf_free(&did);
}

static void part_rows(struct call *call, const struct exit_cost *cost)
{
    static const struct column columns[] = {{"part", COLUMN_TEXT},
                                            {"cycles", COLUMN_COUNT},
                                            {"help", COLUMN_TEXT},
                                            {NULL, COLUMN_TEXT}};
    struct table *table = reply_table(call->reply, "parts", columns);

    for (int part = 0; part < EXIT_PARTS; part++)
        if (cost->part[part]) {
            table_text(table, "%s", exit_part_infos[part].name);
            table_number(table, cost->part[part]);
            table_text(table, "%s", exit_part_infos[part].help);
        }
}

bool exit_why(struct call *call, struct err *err)
{
    const struct exits *exits = &call->session->guests->exits;
    uint64_t number = call->given[0].is_given ? call->given[0].value : 0;
    const struct vm_exit *found;
    struct vm_exit exit;

    if (exit_none(call))
        return true;
    found = exits_find(exits, number);
    if (!found)
        return err_set(err,
                       "exit %" PRIu64 " is not among the last %d: there have been "
                       "%" PRIu64,
                       number, EXITS_KEPT, exits->begun);
    exit = *found; /* questions go through other moments */
    say_what(call, &exit);
    say_instruction(call, &exit);
    say_why(call, &exit);
    say_cost(call, &exit);
    part_rows(call, &exit.cost);
    ask_mark(call->session, "exit", exit_moment(&exit), exit.cycle);
    return put_acts(call, &exit, err);
}
