#ifndef MACHINE_HART_HART_H
#define MACHINE_HART_HART_H

#include "base/bits.h"
#include "base/state.h"
#include "event/event.h"
#include "machine/hart/tlb.h"
#include "machine/isa/csr.h"
#include "machine/isa/isa.h"
#include "machine/memory/bus.h"
#include "machine/time/costs.h"
#include "machine/translate/stages.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A hart: RV64IMAC with M, S and U mode and, if its board wants it, the hypervisor
 * extension. This header is its architectural state and what the files of this folder
 * offer one another:
 *
 *   life.c    made, reset, saved, run
 *   step.c    the exact loop: one instruction, with all its events
 *   fast.c    the fast loop: the same instructions when nobody listens
 *   look.c    where pages are on the host, for both loops
 *   access.c  fetches, loads, stores and atomics: translation, protection, bus
 *   translate.c  translation: the TLB, then the walk (machine/translate)
 *   tlb.c     the TLB that students see   pmp.c     physical memory protection
 *   trap.c    traps and returns           csr_interrupt.c  the CSRs of interrupts
 *   csr.c     what each CSR does          system.c  the instructions that act on a hart
 */
/*
 * Privilege modes (Privileged 1.13, 15.1). A hart keeps two things: the nominal mode, U, S
 * or M, and whether it is virtual, V. Where one number must tell both, as in events, it is
 * the nominal mode with bit 2 for V: VU and VS.
 */
enum privilege {
    MODE_U = 0,
    MODE_S = 1, /* HS-mode, where there is the hypervisor extension */
    MODE_M = 3,
    MODE_VU = 4,
    MODE_VS = 5,
    MODE_VIRTUAL = 4, /* the bit */
    MODES = 6
};

enum {
    XREGS = 32,
    HART_MAX = 8,
    PMP_ENTRIES = 16,
    HART_PAYLOAD_RANGES = 8,
    HART_VMIDS = 16, /* guests that are counted one by one */
    GEILEN_MAX = 63,
    HART_STOPS = 64
};

/* Exception causes (Privileged 1.13, table of mcause). */
enum cause {
    CAUSE_INSTRUCTION_MISALIGNED = 0,
    CAUSE_INSTRUCTION_ACCESS = 1,
    CAUSE_ILLEGAL_INSTRUCTION = 2,
    CAUSE_BREAKPOINT = 3,
    CAUSE_LOAD_MISALIGNED = 4,
    CAUSE_LOAD_ACCESS = 5,
    CAUSE_STORE_MISALIGNED = 6,
    CAUSE_STORE_ACCESS = 7,
    CAUSE_ECALL_U = 8,
    CAUSE_ECALL_S = 9,
    CAUSE_ECALL_VS = 10,
    CAUSE_ECALL_M = 11,
    CAUSE_INSTRUCTION_PAGE = 12,
    CAUSE_LOAD_PAGE = 13,
    CAUSE_STORE_PAGE = 15,
    CAUSE_INSTRUCTION_GUEST_PAGE = 20,
    CAUSE_LOAD_GUEST_PAGE = 21,
    CAUSE_VIRTUAL_INSTRUCTION = 22,
    CAUSE_STORE_GUEST_PAGE = 23,
    CAUSE_NONE = 255
};

#define CAUSE_INTERRUPT BIT(63)

/* Bits of mip and mie, and interrupt causes. What is a guest's interrupt VSxI to the
 * hypervisor is SxI to the guest: one less. */
enum {
    IRQ_SSI = 1,
    IRQ_VSSI = 2,
    IRQ_MSI = 3,
    IRQ_STI = 5,
    IRQ_VSTI = 6,
    IRQ_MTI = 7,
    IRQ_SEI = 9,
    IRQ_VSEI = 10,
    IRQ_MEI = 11,
    IRQ_SGEI = 12
};

#define VS_INTERRUPTS (BIT(IRQ_VSSI) | BIT(IRQ_VSTI) | BIT(IRQ_VSEI))

#define MSTATUS_SIE  BIT(1)
#define MSTATUS_MIE  BIT(3)
#define MSTATUS_SPIE BIT(5)
#define MSTATUS_MPIE BIT(7)
#define MSTATUS_SPP  BIT(8)
#define MSTATUS_MPP  BITS(12, 11)
#define MSTATUS_MPRV BIT(17)
#define MSTATUS_SUM  BIT(18)
#define MSTATUS_MXR  BIT(19)
#define MSTATUS_TVM  BIT(20)
#define MSTATUS_TW   BIT(21)
#define MSTATUS_TSR  BIT(22)
#define MSTATUS_UXL  BITS(33, 32)
#define MSTATUS_SXL  BITS(35, 34)
#define MSTATUS_GVA  BIT(38)
#define MSTATUS_MPV  BIT(39)

#define HSTATUS_GVA   BIT(6)
#define HSTATUS_SPV   BIT(7)
#define HSTATUS_SPVP  BIT(8)
#define HSTATUS_HU    BIT(9)
#define HSTATUS_VGEIN BITS(17, 12)
#define HSTATUS_VTVM  BIT(20)
#define HSTATUS_VTW   BIT(21)
#define HSTATUS_VTSR  BIT(22)
#define HSTATUS_VSXL  BITS(33, 32)

/* Of menvcfg; senvcfg and henvcfg have the same bits in the same places. */
#define MENVCFG_FIOM  BIT(0)
#define MENVCFG_CBIE  BITS(5, 4)
#define MENVCFG_CBCFE BIT(6)
#define MENVCFG_CBZE  BIT(7)
#define MENVCFG_ADUE  BIT(61)
#define MENVCFG_STCE  BIT(63)

#define PMP_R   BIT(0)
#define PMP_W   BIT(1)
#define PMP_X   BIT(2)
#define PMP_RWX BITS(2, 0)
#define PMP_A   BITS(4, 3) /* enum pmp_matching */
#define PMP_L   BIT(7)

enum pmp_matching { PMP_OFF, PMP_TOR, PMP_NA4, PMP_NAPOT };

/* Cycles a tick of `time`: 10 MHz. */
enum { TIME_TICK = 100 };

#define SATP_MODE BITS(63, 60)
#define SATP_ASID BITS(59, 44)
#define SATP_PPN  BITS(43, 0)

#define HGATP_MODE BITS(63, 60)
#define HGATP_VMID BITS(57, 44)
#define HGATP_PPN  BITS(43, 0)

/* Why an instruction did not complete: an exception, as value, never a jump. It is in
 * every path of every instruction, so it is no larger than two registers. */
struct trap {
    uint64_t cause; /* enum cause, or CAUSE_INTERRUPT | number; CAUSE_NONE: no trap */
    uint64_t tval;
};

/* What an exception that has an address for tval knows besides. */
struct fault_note {
    uint64_t gpa;    /* of a guest-page fault: the guest physical address */
    uint32_t tinst;  /* of one while the VS-stage was walked: the pseudoinstruction */
    bool is_virtual; /* tval is a guest's virtual address */
};

#define NO_TRAP ((struct trap){.cause = CAUSE_NONE})

static inline bool trapped(struct trap trap)
{
    return trap.cause != CAUSE_NONE;
}

struct csrs {
    uint64_t mstatus, medeleg, mideleg, mie, mtvec, mscratch, mepc, mcause, mtval;
    uint64_t mcounteren, mcountinhibit, menvcfg;
    uint64_t stvec, sscratch, sepc, scause, stval, satp, scounteren, senvcfg, stimecmp;
    uint64_t mtval2, mtinst; /* from here: of the hypervisor extension */
    uint64_t hstatus, hedeleg, hideleg, htimedelta, hcounteren, hgeie, henvcfg;
    uint64_t htval, htinst, hgatp;
    uint64_t vsstatus, vstvec, vsscratch, vsepc, vscause, vstval, vsatp, vstimecmp;
    uint64_t hgeip;       /* driven by an interrupt controller: bits GEILEN to 1 */
    uint64_t mip_lines;   /* driven by devices: MSIP, MTIP, MEIP, and SEIP's wire; STIP
                             and VSTIP by Sstc's comparators */
    uint64_t mip_soft;    /* written by software: SSIP, STIP (without Sstc), SEIP; and
                             the bits of hvip */
    uint64_t mcycle_base; /* mcycle = clock - mcycle_base; when inhibited, the count */
    uint64_t minstret_base; /* minstret = retired - minstret_base; likewise */
    uint64_t pmpaddr[PMP_ENTRIES];
    uint8_t pmpcfg[PMP_ENTRIES];
};

struct look_tables; /* look-up tables: host things, never state; look.c */
struct fast;        /* decoded code: likewise; fast.c */

/*
 * Where a hart's cycles went, and how often guests were entered and left. A mode's cycles
 * are added when the hart leaves it or goes to sleep: hart_cycles_in has all. The price
 * of a trap is the handler's, that of a return is the returner's.
 */
struct hart_life {
    uint64_t since;        /* when it came to the mode it is in, or fell asleep */
    uint64_t awake[MODES]; /* cycles by enum privilege */
    uint64_t asleep;
    /* Guests entered (V from 0 to 1) and left, by VMID; the last: all other VMIDs. */
    uint64_t entries[HART_VMIDS + 1], exits[HART_VMIDS + 1];
    uint64_t inside[HART_VMIDS + 1][2]; /* cycles awake in VU and VS, likewise */
    uint64_t left_at;                   /* cycle of the last exit; NEVER: none yet */
};

struct hart {
    uint64_t x[XREGS + 1]; /* x[32] takes what is written to x0 */
    uint64_t pc;
    uint8_t mode;    /* enum privilege: U, S or M */
    bool is_virtual; /* V */
    uint8_t id;
    bool asleep;      /* in WFI */
    uint64_t cycle;   /* its clock: when its next instruction starts */
    uint64_t retired; /* its own instructions */
    struct csrs csr;
    uint64_t reservation; /* physical address of LR's 8-byte block; NEVER: none */
    struct tlb tlb;
    struct timer stimer;  /* raises STIP at stimecmp, VSTIP at vstimecmp (Sstc) */
    uint64_t time_offset; /* time = cycles / TIME_TICK + this: mtime can be written */
    uint64_t payload;     /* bytes stored by instructions in the payload ranges */

    /* The instruction that is being executed; empty between instructions. */
    uint64_t spent;          /* cycles so far: now = cycle + spent */
    uint64_t fetched_from;   /* where it was fetched from */
    struct fault_note fault; /* of the exception that it raises */
    struct event_insn doing; /* what it has done so far, for its event */

    uint64_t interrupts, exceptions; /* taken; always counted */
    struct hart_life life;           /* likewise */

    /* Of the board's row. */
    bool has_h;     /* the hypervisor extension */
    uint8_t geilen; /* guest external interrupts: 0 to GEILEN_MAX */

    /* Which instructions move a workload's payload: physical addresses, named by a
     * scenario; what their stores write is counted. */
    unsigned payload_ranges;
    struct payload_range {
        uint64_t from, to; /* to: past the end */
    } payload_range[HART_PAYLOAD_RANGES];

    /* Where it stops when it gets there, by virtual address: not state. */
    unsigned stops;
    uint64_t stop[HART_STOPS];

    /* All harts of the board, this one too: their reservations and decoded code. */
    struct hart *peers;
    unsigned peer_count;

    struct bus *bus;
    struct queue *queue;
    struct event_stream *events;
    const struct costs *costs;
    struct fast *fast;
    struct look_tables *look;
};

/* The mode and V in one. */
static inline uint8_t hart_privilege(const struct hart *hart)
{
    return (uint8_t)(hart->mode | hart->is_virtual * MODE_VIRTUAL);
}

static inline uint16_t hart_vmid(const struct hart *hart)
{
    return (uint16_t)field_get(hart->csr.hgatp, HGATP_VMID);
}

static inline uint64_t hart_now(const struct hart *hart)
{
    return hart->cycle + hart->spent;
}

/* Instructions begun and interrupts taken: each step makes it one more. */
static inline uint64_t hart_steps(const struct hart *hart)
{
    return hart->retired + hart->exceptions + hart->interrupts;
}

/* --- csr.c -------------------------------------------------------------------- */

/* The interrupts that the hypervisor extension adds, those of hip and hie: always
 * delegated past M-mode (15.4.2). */
static inline uint64_t hart_h_interrupts(const struct hart *hart)
{
    if (!hart->has_h)
        return 0;
    return VS_INTERRUPTS | (hart->geilen ? BIT(IRQ_SGEI) : 0);
}

/* mip as software sees it: lines, software bits and Sstc's comparisons together. */
uint64_t hart_mip(const struct hart *hart);

/* Does this hart have a CSR of that number? */
bool hart_has_csr(const struct hart *hart, unsigned number);

/* The CSR that an instruction means by that number: while V = 1, the virtual supervisor
 * CSR in place of the supervisor's. */
unsigned hart_csr_number(const struct hart *hart, unsigned number);

/*
 * May an instruction in the current mode read or write the CSR that it calls `number`?
 * Existence, privilege, read-only numbers, TVM, counteren, envcfg. CAUSE_NONE, or the
 * exception: CAUSE_ILLEGAL_INSTRUCTION or CAUSE_VIRTUAL_INSTRUCTION.
 */
uint64_t hart_csr_refusal(const struct hart *hart, unsigned number, bool writes);

/* Reads or writes the CSR of that very number. */
uint64_t hart_csr_read(const struct hart *hart, unsigned number); /* no effects */
/* Gives what the next instruction will read there. The price of the writing instruction
 * has been charged: counters count from its end. */
uint64_t hart_csr_write(struct hart *hart, unsigned number, uint64_t value);

/* Compares `time` with stimecmp and vstimecmp: STIP, VSTIP, and when to compare again. */
void hart_compare_time(struct hart *hart);

/* mtime was written: from now on `time` is ticks of the clock plus `offset`. */
void hart_set_time_offset(struct hart *hart, uint64_t offset);

/* --- trap.c ------------------------------------------------------------------- */

/* The interrupt that the hart would take now, as mcause; CAUSE_NONE: none. */
uint64_t hart_pending_interrupt(const struct hart *hart);

/* Enters the handler of an exception or interrupt; tells it; pays for it. What it has to
 * say of an address is in hart->fault. */
void hart_take_trap(struct hart *hart, struct trap trap);

/* mret (MODE_M) and sret (MODE_S): sets pc, mode and V; the caller has checked that the
 * instruction is allowed. */
void hart_trap_return(struct hart *hart, enum privilege from);

/* A device drives an interrupt line: bit number of mip; IRQ_STI is Sstc's comparator,
 * raised when the timer `stimer` fires. Wakes the hart. */
void hart_set_line(struct hart *hart, unsigned line, bool level);

/* A line of a guest external interrupt, 1 to GEILEN, rises or falls (hgeip). */
void hart_set_guest_line(struct hart *hart, unsigned number, bool level);

/* The mode, virtual or not, whose handler takes that exception or interrupt now; and the
 * cause that it sees there. */
enum privilege hart_trap_target(const struct hart *hart, uint64_t cause);
uint64_t hart_trap_cause(const struct hart *hart, uint64_t cause);

/* Ends WFI if an interrupt that mie lets through is pending now. */
void hart_wake(struct hart *hart);

/* --- translate.c ---------------------------------------------------------------- */

/* What is asked of translation. */
struct walk_request {
    uint64_t va;
    uint8_t access; /* enum event_access: LOAD, STORE, FETCH; AMO counts as STORE */
    uint8_t mode;   /* the effective privilege, VU and VS too (M does not translate) */
    bool hlvx;      /* a load that needs X in place of R, in both stages */
};

/* A page that the access may use. */
struct walk_result {
    uint64_t pa; /* of the access */
    struct tlb_entry leaf;
};

/*
 * Translates: through the TLB, else by walking (which fills it, sets A and D where ADUE
 * says so, uses the bus and pays). Gives the page fault or access fault, or NO_TRAP.
 */
struct trap hart_translate(struct hart *hart, struct walk_request request,
                           struct walk_result *result);

/* The same without any effect, by the TLB, then the tables as they are: for views.
 * CAUSE_NONE and *pa, or the cause. */
uint64_t hart_peek_translate(const struct hart *hart, struct walk_request request,
                             uint64_t *pa);

/*
 * The translation of an access as stages_translate wants it: what the CSRs say, with
 * `tables` for it to read. Give it to stages_translate to walk whatever the TLB holds.
 */
struct stages hart_stages(const struct hart *hart, struct walk_request request,
                          const struct walk_tables *tables);

/* What the TLB must hold for that access; hart_is_bare: nothing. */
struct tlb_key hart_tlb_key(const struct hart *hart, struct walk_request request);
bool hart_is_bare(const struct hart *hart, struct walk_request request);

/* The same by the TLB alone (or with nothing to translate): false if a walk is needed. */
bool hart_tlb_translate(const struct hart *hart, struct walk_request request,
                        uint64_t *pa);

/* The privilege of loads and stores: the hart's, or that of MPP and MPV under MPRV. */
uint8_t hart_data_mode(const struct hart *hart);

/* --- pmp.c -------------------------------------------------------------------- */

/* May that mode access all of [pa, pa + size)? `access` as in walk_request. */
bool pmp_allows(const struct hart *hart, uint64_t pa, uint64_t size, uint8_t access,
                uint8_t mode);

/* True if one rule covers the whole 4 KiB page that `pa` is in, and what it permits that
 * mode, of PMP_RWX. False: it depends on the bytes. */
bool pmp_page_uniform(const struct hart *hart, uint64_t pa, uint8_t mode,
                      uint8_t *permissions);

/* The entry that decides about [pa, pa + size): the first that matches any byte of it;
 * -1: none does. */
int pmp_deciding(const struct hart *hart, uint64_t pa, uint64_t size);

/*
 * Programs mark where they are by `slti x0, x0, n`, a hint that is designated for custom
 * use (Unprivileged 2.9): gives n, 1 to 2047, or 0 for any other instruction.
 */
static inline uint16_t hart_marker(const struct insn *insn)
{
    bool is_hint = insn->op == OP_SLTI && insn->rd == 0 && insn->rs1 == 0;

    return is_hint && insn->imm > 0 ? (uint16_t)insn->imm : 0;
}

/* Does the instruction at that physical address move a workload's payload? */
static inline bool hart_moves_payload(const struct hart *hart, uint64_t pa)
{
    for (unsigned i = 0; i < hart->payload_ranges; i++)
        if (pa >= hart->payload_range[i].from && pa < hart->payload_range[i].to)
            return true;
    return false;
}

/* --- access.c ----------------------------------------------------------------- */

/* Data accesses of 1, 2, 4 or 8 bytes at any alignment: translated, protected, priced,
 * arbitrated. Loads give the value zero-extended. */
struct trap hart_load(struct hart *hart, uint64_t va, unsigned size, uint64_t *value);
struct trap hart_store(struct hart *hart, uint64_t va, unsigned size, uint64_t value);

/* hlv, hlvx and hsv: the same as in the guest, in the mode that hstatus.SPVP names. The
 * caller has checked that the instruction is allowed. */
struct trap hart_guest_load(struct hart *hart, uint64_t va, unsigned size, bool hlvx,
                            uint64_t *value);
struct trap hart_guest_store(struct hart *hart, uint64_t va, unsigned size,
                             uint64_t value);

/* Fetches the instruction at pc: 16 or 32 bits. No bus, no price. */
struct trap hart_fetch(struct hart *hart, uint32_t *bits);

/*
 * Translates and checks one access that does not cross a page, without making it.
 * `access` is LOAD, STORE, FETCH or AMO (a store that reads). Gives the physical address.
 */
struct trap hart_reach(struct hart *hart, uint64_t va, unsigned size, uint8_t access,
                       uint64_t *pa);

/* --- access.c: LR, SC and AMOs --------------------------------------------------- */

struct trap hart_load_reserved(struct hart *hart, uint64_t va, unsigned size,
                               uint64_t *value);
/* *failed: 0 stored, 1 the reservation was lost. */
struct trap hart_store_conditional(struct hart *hart, uint64_t va, unsigned size,
                                   uint64_t value, uint64_t *failed);
/* The two halves of an AMO: reads *value at *pa, holding the bus; then writes there. */
struct trap hart_amo_read(struct hart *hart, uint64_t va, unsigned size, uint64_t *pa,
                          uint64_t *value);
struct trap hart_amo_write(struct hart *hart, uint64_t va, unsigned size, uint64_t pa,
                           uint64_t value);

/* Bytes of RAM are about to change: reservations of other harts than `who` break, and
 * what was decoded from them is dropped. For struct ram's `touched`. */
void hart_ram_touched(struct hart *peers, unsigned peer_count, uint64_t pa,
                      unsigned length, uint8_t who);

/* Writes rd for the instruction that is being executed. */
static inline void hart_write_rd(struct hart *hart, const struct insn *insn,
                                 uint64_t value)
{
    hart->doing.rd = insn->rd;
    hart->doing.rd_old = hart->x[insn->rd];
    if (insn->rd)
        hart->x[insn->rd] = value;
    hart->doing.rd_new = hart->x[insn->rd];
}

/* --- look.c ------------------------------------------------------------------- */

/* What translation or protection depend on has changed (satp, hgatp, mstatus, PMP, a TLB
 * entry replaced or fenced): the host's look-up tables are dropped. */
void hart_forget(struct hart *hart);
void hart_forget_page(struct hart *hart, uint64_t va);
/* Somebody has taken note of the pages changed so far (pages_noted): the next store to
 * each must be seen. */
void hart_forget_writes(struct hart *hart);

/* --- life.c, step.c ------------------------------------------------------------ */

struct hart_place {
    uint8_t id;
    unsigned tlb_entries, tlb_ways;
    bool has_h;
    unsigned geilen;
    struct hart *peers; /* the board's harts; NULL: this one alone */
    unsigned peer_count;
    struct bus *bus;
    struct queue *queue;
    struct event_stream *events;
    const struct costs *costs;
};

bool hart_init(struct hart *hart, const struct hart_place *place, struct err *err);
void hart_release(struct hart *hart);
void hart_reset(struct hart *hart, uint64_t pc);
void hart_state(struct hart *hart, struct state *state);

/* Cycles that the hart has spent in that mode, virtual or not, awake; up to now. */
uint64_t hart_cycles_in(const struct hart *hart, enum privilege mode);
uint64_t hart_cycles_asleep(const struct hart *hart);
/* Those in VS or VU of the guest with that VMID; HART_VMIDS: of all with a higher one. */
uint64_t hart_guest_cycles(const struct hart *hart, unsigned vmid, enum privilege mode);
/* Under which number the guest that hgatp.VMID names is counted. */
unsigned hart_counted_vmid(const struct hart *hart);
/* The hart is about to leave its mode or its sleep, or to fall asleep, at `now`. */
void hart_settle_life(struct hart *hart, uint64_t now);

/* Executes one instruction (or takes one trap) with all its events. */
void hart_step(struct hart *hart);

/* Stops hart_run when the hart arrives at `pc`. False: it has HART_STOPS already. */
bool hart_add_stop(struct hart *hart, uint64_t pc);
/* Takes one of them away, which hart_add_stop has added. */
void hart_remove_stop(struct hart *hart, uint64_t pc);
void hart_clear_stops(struct hart *hart);
bool hart_at_stop(const struct hart *hart);

/* Executes instructions that start before cycle `until` and before anything is due; at
 * most `most` of them, an interrupt that is taken counted as one. Stops early when the
 * hart sleeps, when it arrives at one of its stops (and then sets *stop), or when *stop is
 * set. */
void hart_run(struct hart *hart, uint64_t until, uint64_t most, bool *stop);

#endif
