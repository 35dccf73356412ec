/*
 * Exceptions: the rule that the instruction broke (Privileged 1.13, 3.1.15 and the
 * instructions' own sections). The hart is looked at as it was before the step.
 */
#include "observe/ask/fault_parts.h"

#include "base/bits.h"
#include "machine/isa/csr.h"
#include "machine/isa/isa.h"
#include "observe/ask/peek.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- the scene -------------------------------------------------------------------- */

struct look {
    const struct event *trap;
    struct scene *scene;
};

enum event_access fault_access(uint64_t cause)
{
    switch (cause) {
    case CAUSE_INSTRUCTION_MISALIGNED:
    case CAUSE_INSTRUCTION_ACCESS:
    case CAUSE_INSTRUCTION_PAGE:
    case CAUSE_INSTRUCTION_GUEST_PAGE:
        return ACCESS_FETCH;
    case CAUSE_STORE_MISALIGNED:
    case CAUSE_STORE_ACCESS:
    case CAUSE_STORE_PAGE:
    case CAUSE_STORE_GUEST_PAGE:
        return ACCESS_STORE;
    default:
        return ACCESS_LOAD;
    }
}

const char *fault_access_word(enum event_access access)
{
    return access == ACCESS_FETCH ? "fetch" : access == ACCESS_STORE ? "write" : "read";
}

/* As whom the access was made: hlv and its like act as a guest's mode. */
static uint8_t mode_of_access(const struct hart *hart, enum event_access access,
                              uint32_t bits)
{
    if (access == ACCESS_FETCH)
        return hart_privilege(hart);
    if (insn_infos[insn_decode(bits).op].class == CLASS_HYPERVISOR)
        return hart->csr.hstatus & HSTATUS_SPVP ? MODE_VS : MODE_VU;
    return hart_data_mode(hart);
}

static void look_at(void *ctx, struct run *run)
{
    struct look *look = ctx;
    const struct event_trap_enter *trap = &look->trap->trap_enter;
    struct board *board = run->board[look->trap->board];
    const struct hart *hart = &board->hart[trap->hart];
    enum event_access access = fault_access(trap->cause);
    struct walk_request request = {.va = trap->tval, .access = (uint8_t)access};
    struct scene *scene = look->scene;
    const struct tlb_entry *entry;
    struct err err;

    scene->hart = *hart;
    if (!peek_instruction(hart, hart->pc, &scene->bits, &err))
        scene->bits = 0;
    scene->mode = request.mode = mode_of_access(hart, access, scene->bits);
    entry = tlb_find(&hart->tlb, hart_tlb_key(hart, request));
    scene->has_pa = hart_peek_translate(hart, request, &scene->pa) == CAUSE_NONE;
    scene->in_ram = scene->has_pa && ram_has(&board->bus.ram, scene->pa, 1);
    scene->entry = scene->has_pa ? pmp_deciding(hart, scene->pa, 1) : -1;
    scene->pmp_allows =
        scene->has_pa && pmp_allows(hart, scene->pa, 1, (uint8_t)access, scene->mode);
    scene->has_tlb_entry = entry != NULL;
    if (entry)
        scene->tlb_entry = *entry;
}

/* --- access faults ---------------------------------------------------------------- */

void fault_blame_csr(const struct failure *failure, const struct scene *scene,
                     unsigned number, unsigned hi, unsigned lo)
{
    const struct csr_info *info = csr_by_number(number);

    fault_say_who(failure, info->name,
                  &(struct lvalue){.kind = LVALUE_CSR,
                                   .hart = scene->hart.id,
                                   .number = number,
                                   .size = 8,
                                   .hi = (uint8_t)hi,
                                   .lo = (uint8_t)lo});
}

void fault_say_pmp(const struct failure *failure, const struct scene *scene,
                   enum event_access access)
{
    unsigned entry = (unsigned)scene->entry, byte = entry % 8;

    if (scene->entry < 0) {
        fault_say(failure,
                  "no PMP entry covers 0x%" PRIx64
                  ", and what none covers is refused to S- and U-mode",
                  scene->pa);
        return;
    }
    fault_say(failure,
              "PMP entry %u decides about 0x%" PRIx64
              ": its configuration is 0x%02x, which does not let %s %s there",
              entry, scene->pa, scene->hart.csr.pmpcfg[entry], mode_name(scene->mode),
              fault_access_word(access));
    fault_blame_csr(failure, scene, entry < 8 ? CSR_PMPCFG0 : CSR_PMPCFG2, 8 * byte + 7,
                    8 * byte);
}

/* The device access of the step that was refused; NULL: none was. */
static const struct event *refused(const struct failure *failure)
{
    for (unsigned i = 0; i < failure->step.count; i++) {
        const struct event *event = &failure->step.event[i];

        if ((event->kind == EVENT_MMIO_READ && event->mmio_read.response != BUS_OKAY) ||
            (event->kind == EVENT_MMIO_WRITE && event->mmio_write.response != BUS_OKAY))
            return event;
    }
    return NULL;
}

static void say_device(const struct failure *failure, const struct scene *scene,
                       const struct mmio *mmio)
{
    const struct event *event = refused(failure);
    enum event_access access = fault_access(failure->fault->event.trap_enter.cause);
    struct insn insn = insn_decode(scene->bits);
    unsigned size = 0;

    if (event)
        size = event->kind == EVENT_MMIO_READ ? event->mmio_read.size
                                              : event->mmio_write.size;
    if (event && size < mmio->min_size)
        fault_say(failure,
                  "%s takes no access of less than %u bytes, and this one has %u",
                  mmio->name, mmio->min_size, size);
    else if (event && size > mmio->max_size)
        fault_say(failure,
                  "%s takes no access of more than %u bytes, and this one has %u",
                  mmio->name, mmio->max_size, size);
    else if (event)
        fault_say(failure, "%s has no register at offset 0x%" PRIx64, mmio->name,
                  scene->pa - mmio->base);
    else if (access == ACCESS_FETCH)
        fault_say(failure, "at 0x%" PRIx64 " is %s: it holds no instructions",
                  scene->pa, mmio->name);
    else if (insn_infos[insn.op].class == CLASS_ATOMIC)
        fault_say(failure, "at 0x%" PRIx64 " is %s: LR, SC and AMOs are for RAM",
                  scene->pa, mmio->name);
    else
        fault_say(failure, "at 0x%" PRIx64 " is %s, which takes no misaligned access",
                  scene->pa, mmio->name);
}

static void fault_of_access(const struct failure *failure, const struct scene *scene)
{
    enum event_access access = fault_access(failure->fault->event.trap_enter.cause);
    const struct run *run = timeline_run(failure->timeline);
    const struct bus *bus = &run->board[failure->fault->event.board]->bus;
    const struct mmio *mmio;

    if (fault_of_entry(failure, scene) || !scene->has_pa)
        return;
    mmio = bus_find(bus, scene->pa);
    if (!scene->pmp_allows)
        fault_say_pmp(failure, scene, access);
    else if (mmio)
        say_device(failure, scene, mmio);
    else if (!scene->in_ram)
        fault_say(failure, "nothing answers at 0x%" PRIx64 ": no RAM and no device",
                  scene->pa);
    else
        fault_say(failure,
                  "the access begins at 0x%" PRIx64
                  ", where it may, and goes on to where PMP or the end of RAM stops it",
                  scene->pa);
}

/* --- exceptions ------------------------------------------------------------------- */

/* What was to be done, and by what. */
static void say_instruction(const struct failure *failure, const struct scene *scene)
{
    const struct event_trap_enter *trap = &failure->fault->event.trap_enter;
    enum event_access access = fault_access(trap->cause);
    struct buf text = {0};

    if (access == ACCESS_FETCH || !scene->bits)
        return;
    who_put_instruction(&text, scene->bits, trap->epc);
    if (trap->cause == CAUSE_ILLEGAL_INSTRUCTION ||
        trap->cause == CAUSE_VIRTUAL_INSTRUCTION || trap->cause == CAUSE_BREAKPOINT)
        fault_say(failure, "the instruction is %s", buf_str(&text));
    else
        fault_say(failure, "the instruction %s was to %s 0x%" PRIx64, buf_str(&text),
                  fault_access_word(access), trap->tval);
    buf_free(&text);
}

void fault_of_trap(const struct failure *failure)
{
    const struct event_trap_enter *trap = &failure->fault->event.trap_enter;
    struct scene scene = {.entry = -1};
    struct look look = {&failure->fault->event, &scene};

    if (!timeline_peek_at(failure->timeline, failure->step.began, look_at, &look))
        return;
    say_instruction(failure, &scene);
    switch (trap->cause) {
    case CAUSE_ILLEGAL_INSTRUCTION:
    case CAUSE_VIRTUAL_INSTRUCTION:
        fault_of_forbidden(failure, &scene);
        return;
    case CAUSE_LOAD_MISALIGNED:
    case CAUSE_STORE_MISALIGNED:
        fault_say(failure,
                  "LR, SC and AMOs need an address that is a multiple of their "
                  "size");
        return;
    case CAUSE_INSTRUCTION_PAGE:
    case CAUSE_LOAD_PAGE:
    case CAUSE_STORE_PAGE:
    case CAUSE_INSTRUCTION_GUEST_PAGE:
    case CAUSE_LOAD_GUEST_PAGE:
    case CAUSE_STORE_GUEST_PAGE:
        fault_of_page(failure, &scene);
        return;
    case CAUSE_INSTRUCTION_ACCESS:
    case CAUSE_LOAD_ACCESS:
    case CAUSE_STORE_ACCESS:
        fault_of_access(failure, &scene);
        return;
    default:
        return;
    }
}
