/*
 * Page faults (Privileged 1.13, 12.3.2) and guest-page faults (15.5.2). The walk is told again, entry by entry, from the
 * WALK_STEP events of the step that failed; of the entry that ended it is said which bit
 * is wrong, and who wrote it.
 */
#include "observe/ask/fault_parts.h"

#include "base/bits.h"
#include "machine/isa/csr.h"

#include <inttypes.h>
#include <stdio.h>

enum { V, R, W, X, U, G, A, D };

#define N    BIT(63)
#define HIGH BITS(62, 54)

static bool has(uint64_t entry, unsigned bit)
{
    return entry >> bit & 1;
}

static bool is_leaf(uint64_t entry)
{
    return has(entry, R) || has(entry, X);
}

/* --- which bit -------------------------------------------------------------------- */

/* Step 3: what is not valid or reserved. */
static const char *reserved_bit(uint64_t entry)
{
    if (entry & HIGH)
        return "a bit of 62 to 54 is 1, which are reserved here";
    if (!is_leaf(entry))
        return "it points to a table, and one of A, D, U and N is 1";
    return "N is 1, and its PPN is not that of a 64 KiB page";
}

/* Steps 6 and 8: whose page it is, and what may be done with it. The G-stage takes every
 * access for one of U-mode. */
static const char *forbidden_bit(uint64_t entry, const struct scene *scene,
                                 enum walk_stage stage, enum event_access access)
{
    bool guest = scene->mode & MODE_VIRTUAL, user = !(scene->mode & ~MODE_VIRTUAL);
    uint64_t status = guest ? scene->hart.csr.vsstatus : scene->hart.csr.mstatus;

    if (stage == STAGE_G && !has(entry, U))
        return "U is 0: to the G-stage every access is one of U-mode";
    if (stage != STAGE_G && user && !has(entry, U))
        return "U is 0: it is not a page of U-mode";
    if (stage != STAGE_G && !user && has(entry, U) && access == ACCESS_FETCH)
        return "U is 1: S-mode executes no page of U-mode";
    if (stage != STAGE_G && !user && has(entry, U) && !(status & MSTATUS_SUM))
        return guest ? "U is 1 and vsstatus.SUM is 0: VS-mode may not access a page of "
                       "VU-mode"
                     : "U is 1 and mstatus.SUM is 0: S-mode may not access a page of "
                       "U-mode";
    if (access == ACCESS_FETCH)
        return "X is 0: it may not be executed";
    if (access == ACCESS_STORE)
        return "W is 0: it may not be written";
    return has(entry, X) ? "R is 0, and mstatus.MXR is 0: it may only be executed"
                         : "R is 0: it may not be read";
}

static const char *unused_bit(const struct event_walk_step *step)
{
    if (step->stage == STAGE_VS)
        return has(step->entry, A)
                   ? "D is 0, and henvcfg.ADUE is 0: the hart does not set it"
                   : "A is 0, and henvcfg.ADUE is 0: the hart does not set it";
    return has(step->entry, A)
               ? "D is 0, and menvcfg.ADUE is 0: the hart does not set it"
               : "A is 0, and menvcfg.ADUE is 0: the hart does not set it";
}

static const char *reason_of(const struct event_walk_step *step,
                             const struct scene *scene)
{
    enum event_access access =
        step->access == ACCESS_AMO ? ACCESS_STORE : (enum event_access)step->access;

    switch ((enum walk_outcome)step->outcome) {
    case WALK_NOT_VALID:
        return has(step->entry, V) ? "W is 1 and R is 0, which is reserved"
                                   : "V is 0: there is no page";
    case WALK_RESERVED:
        return reserved_bit(step->entry);
    case WALK_NO_LEAF:
        return "R, W and X are 0, which points to a next table; level 0 has none";
    case WALK_NOT_PERMITTED:
        return forbidden_bit(step->entry, scene, (enum walk_stage)step->stage, access);
    case WALK_MISALIGNED:
        return "it is a superpage whose low PPN bits are not 0";
    case WALK_NOT_ACCESSED:
        return unused_bit(step);
    case WALK_ACCESS_FAULT:
        return "the entry cannot be reached";
    case WALK_GUEST_FAULT:
        return "the G-stage does not translate the entry's own address";
    case WALK_NEXT:
        return "it points to the next table";
    case WALK_LEAF:
        return "it is the translation";
    case WALK_UPDATED:
        return "the hart has set A or D";
    case WALK_OUTCOMES:
        break;
    }
    return "?";
}

/* --- the walk --------------------------------------------------------------------- */

/* A step may walk twice: for the fetch, and for the access. */
static bool is_of_walk(const struct failure *failure, const struct event *event)
{
    const struct event_trap_enter *trap = &failure->fault->event.trap_enter;

    return event->kind == EVENT_WALK_STEP && event->walk_step.hart == trap->hart &&
           (event->walk_step.va ^ trap->tval) >> RAM_PAGE_SHIFT == 0;
}

static bool ended_badly(const struct event_walk_step *step)
{
    return step->outcome != WALK_NEXT && step->outcome != WALK_LEAF &&
           step->outcome != WALK_UPDATED;
}

/* Is there a step of the VS-stage? Then those of the G-stage are walks within its walk. */
static bool is_nested(const struct failure *failure)
{
    for (unsigned i = 0; i < failure->step.count; i++)
        if (is_of_walk(failure, &failure->step.event[i]) &&
            failure->step.event[i].walk_step.stage == STAGE_VS)
            return true;
    return false;
}

/* The walk that failed is the last one of the step: its levels go down. Where it begins: */
static unsigned walk_begins(const struct failure *failure)
{
    unsigned begins = failure->step.count;
    const struct event_walk_step *next = NULL;
    bool nested = is_nested(failure);

    for (unsigned i = failure->step.count; i-- > 0;) {
        const struct event_walk_step *step = &failure->step.event[i].walk_step;

        if (!is_of_walk(failure, &failure->step.event[i]))
            continue;
        begins = i;
        if (nested && step->stage == STAGE_G)
            continue;
        if (next && step->level <= next->level && step->entry_at != next->entry_at)
            return i + 1;
        next = step;
    }
    return begins;
}

static void say_entry(const struct failure *failure, const struct scene *scene,
                      const struct event_walk_step *step)
{
    if (step->stage == STAGE_ONLY)
        fault_say(failure,
                  "level %u of the walk: the entry at 0x%" PRIx64 " is 0x%" PRIx64
                  ": %s",
                  step->level, step->entry_at, step->entry, reason_of(step, scene));
    else if (step->outcome == WALK_GUEST_FAULT)
        fault_say(failure,
                  "level %u of the VS-stage: the entry is at guest physical address "
                  "0x%" PRIx64 ", which the G-stage does not translate",
                  step->level, step->gpa);
    else
        fault_say(failure,
                  "level %u of the %s, %s guest physical address 0x%" PRIx64
                  ": the entry at 0x%" PRIx64 " is 0x%" PRIx64 ": %s",
                  step->level, step->stage == STAGE_G ? "G-stage" : "VS-stage",
                  step->stage == STAGE_G ? "for" : "at", step->gpa, step->entry_at,
                  step->entry, reason_of(step, scene));
}

/* Gives the entry that ended it; NULL: there was no walk. An entry of the VS-stage that
 * the G-stage kept from being read is not to blame: the one of the G-stage is. */
static const struct event_walk_step *say_walk(const struct failure *failure,
                                              const struct scene *scene)
{
    const struct event_walk_step *last = NULL;

    for (unsigned i = walk_begins(failure); i < failure->step.count; i++)
        if (is_of_walk(failure, &failure->step.event[i])) {
            const struct event_walk_step *step = &failure->step.event[i].walk_step;

            say_entry(failure, scene, step);
            if (!last || !ended_badly(last) || step->outcome != WALK_GUEST_FAULT)
                last = step;
        }
    return last;
}

/* The register that says where the tables of that stage are. */
static unsigned root_csr(const struct scene *scene, enum walk_stage stage)
{
    if (stage == STAGE_G)
        return CSR_HGATP;
    return scene->mode & MODE_VIRTUAL ? CSR_VSATP : CSR_SATP;
}

static void say_owner(const struct failure *failure, const struct scene *scene,
                      const struct event_walk_step *step)
{
    unsigned number = root_csr(scene, (enum walk_stage)step->stage);
    uint64_t root = hart_csr_read(&scene->hart, number);
    bool g = step->stage == STAGE_G;
    char what[112];

    fault_say_who(failure, "the entry",
                  &(struct lvalue){.kind = LVALUE_MEMORY,
                                   .physical = true,
                                   .number = step->entry_at,
                                   .size = PTE_SIZE,
                                   .hi = 63});
    snprintf(what, sizeof(what),
             "the tables begin at 0x%" PRIx64 ", as %s says, with %s %" PRIu64,
             field_get(root, g ? HGATP_PPN : SATP_PPN) << RAM_PAGE_SHIFT,
             csr_by_number(number)->name, g ? "VMID" : "ASID",
             field_get(root, g ? HGATP_VMID : SATP_ASID));
    fault_say_who(failure, what,
                  &(struct lvalue){.kind = LVALUE_CSR,
                                   .hart = scene->hart.id,
                                   .number = number,
                                   .size = 8,
                                   .hi = 63});
}

/* The TLB's entry refused: the VS-stage's leaf, or that of the G-stage. */
static void say_cached(const struct failure *failure, const struct scene *scene)
{
    const struct event_trap_enter *trap = &failure->fault->event.trap_enter;
    bool guest_page = trap->cause >= CAUSE_INSTRUCTION_GUEST_PAGE;
    uint64_t entry = guest_page ? scene->tlb_entry.gpte : scene->tlb_entry.pte;

    fault_say(failure,
              "no table was read: the TLB has the page, with the %sentry 0x%" PRIx64
              ": %s",
              guest_page ? "G-stage's " : "", entry,
              forbidden_bit(entry, scene, guest_page ? STAGE_G : STAGE_VS,
                            fault_access(trap->cause)));
}

/* Nothing was read: the address is none, or the TLB had its page. */
static void say_without_walk(const struct failure *failure, const struct scene *scene)
{
    const struct event_trap_enter *trap = &failure->fault->event.trap_enter;
    struct stages stages =
        hart_stages(&scene->hart,
                    (struct walk_request){.va = trap->tval, .mode = scene->mode}, NULL);
    const struct walk_format *format = stages.vs.format, *g = stages.g.format;

    if (format && !walk_is_address(format, trap->tval))
        fault_say(failure,
                  "0x%" PRIx64 " is no %s address: bits 63 to %u must be copies of bit "
                  "%d",
                  trap->tval, format->name, format->va_bits, format->va_bits - 1);
    else if (g && !walk_is_address(g, trap->gpa))
        fault_say(failure,
                  "0x%" PRIx64
                  " is no guest physical address of %s: bits 63 to %u must "
                  "be 0",
                  trap->gpa, g->name, g->va_bits);
    else if (scene->has_tlb_entry)
        say_cached(failure, scene);
}

void fault_of_page(const struct failure *failure, const struct scene *scene)
{
    const struct event_walk_step *last = say_walk(failure, scene);

    if (last && ended_badly(last) && last->outcome != WALK_GUEST_FAULT)
        say_owner(failure, scene, last);
    else
        say_without_walk(failure, scene);
}

bool fault_of_entry(const struct failure *failure, const struct scene *scene)
{
    const struct event_walk_step *last = NULL;

    for (unsigned i = 0; i < failure->step.count; i++)
        if (is_of_walk(failure, &failure->step.event[i]))
            last = &failure->step.event[i].walk_step;
    if (!last || last->outcome != WALK_ACCESS_FAULT)
        return false;
    say_walk(failure, scene);
    fault_say(failure,
              "a walk reads its tables as S-mode does, and 0x%" PRIx64
              " is not in RAM, or PMP does not let S-mode reach it",
              last->entry_at);
    return true;
}
