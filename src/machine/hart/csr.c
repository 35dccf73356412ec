/*
 * Control and status registers: who may access which, and what reading and writing one
 * does (Privileged 1.13, 2 and 3.1, 12.1; Sstc, Zicntr). `rules` is the whole of it, one
 * row a register or a run of like registers, in order of number:
 *
 *   at, rw    where the value is kept, and which of its bits software can write
 *   get       for a register that is a view of others, or counts
 *   set       where writing does more, or not every value is legal (WARL)
 *   may       conditions of access besides privilege and read-only numbers
 *
 * Choices that the specification leaves open:
 *   - an illegal value of a WARL field leaves the field as it was (satp, mtvec, stvec:
 *     the whole register); PMP's W without R is stored as neither;
 *   - mcause, scause, mtval, stval and satp's PPN and ASID hold every value;
 *   - the 29 hardware performance counters and their events read 0;
 *   - medeleg bit 0 is writable, though with C no instruction address is misaligned;
 *   - PMP registers of entries 16 to 63 do not exist, nor does mseccfg.
 */
#include "machine/hart/hart.h"

#include <assert.h>
#include <stddef.h>

/* Bits of mcounteren, scounteren and mcountinhibit. */
#define COUNTER_CY BIT(0)
#define COUNTER_TM BIT(1)
#define COUNTER_IR BIT(2)
#define COUNTERS   (COUNTER_CY | COUNTER_TM | COUNTER_IR)

#define S_INTERRUPTS (BIT(IRQ_SSI) | BIT(IRQ_STI) | BIT(IRQ_SEI))
#define INTERRUPTS   (S_INTERRUPTS | BIT(IRQ_MSI) | BIT(IRQ_MTI) | BIT(IRQ_MEI))

#define DELEGABLE                                                                      \
    (BITS(CAUSE_ECALL_S, 0) | BIT(CAUSE_INSTRUCTION_PAGE) | BIT(CAUSE_LOAD_PAGE) |     \
     BIT(CAUSE_STORE_PAGE))

#define SSTATUS_RW                                                                     \
    (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_SUM | MSTATUS_MXR)
#define MSTATUS_RW                                                                     \
    (SSTATUS_RW | MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP | MSTATUS_MPRV |            \
     MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR)
/* UXL and SXL: XLEN is 64 in U- and S-mode, always. */
#define XL_64 UINT64_C(2)

#define SENVCFG_RW (MENVCFG_FIOM | MENVCFG_CBIE | MENVCFG_CBCFE | MENVCFG_CBZE)
#define MENVCFG_RW (SENVCFG_RW | MENVCFG_ADUE | MENVCFG_STCE)

#define MISA_RV64        (UINT64_C(2) << 62)
#define MISA_BIT(letter) BIT((letter) - 'A')

#define PMP_ADDRESS BITS(53, 0) /* of physical address bits 55:2 */
#define ALL         UINT64_MAX

enum { CSR_BYTES = 8 }; /* pmpcfg: entries in one register */

/* --- counters and time --- */

/* A counter that runs is a difference to what it counts; one that stands still is kept
 * itself. The caller of a read or write has charged the instruction's own price, so that
 * the hart's clock is at the end of the instruction. */
static uint64_t mcycle_get(const struct hart *hart, unsigned number)
{
    (void)number;
    if (hart->csr.mcountinhibit & COUNTER_CY)
        return hart->csr.mcycle_base;
    return hart_now(hart) - hart->csr.mcycle_base;
}

static void mcycle_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.mcycle_base =
        hart->csr.mcountinhibit & COUNTER_CY ? value : hart_now(hart) - value;
}

/* An instruction reads how many retired before it. */
static uint64_t minstret_get(const struct hart *hart, unsigned number)
{
    (void)number;
    if (hart->csr.mcountinhibit & COUNTER_IR)
        return hart->csr.minstret_base;
    return hart->retired - hart->csr.minstret_base;
}

/* A write takes effect after its instruction has retired (3.1.10): that one is counted
 * in what is overwritten, and the next instruction reads `value`. */
static void minstret_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.minstret_base =
        hart->csr.mcountinhibit & COUNTER_IR ? value : hart->retired + 1 - value;
}

/* Counters stop and go on with the value they have after this instruction, which still
 * counts by the old setting. */
static void mcountinhibit_set(struct hart *hart, unsigned number, uint64_t value)
{
    bool counting = !(hart->csr.mcountinhibit & COUNTER_IR);
    uint64_t cycle = mcycle_get(hart, number);
    uint64_t instret = minstret_get(hart, number) + counting;

    hart->csr.mcountinhibit = value & (COUNTER_CY | COUNTER_IR);
    mcycle_set(hart, number, cycle);
    minstret_set(hart, number, instret);
}

static uint64_t time_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart_now(hart) / TIME_TICK + hart->time_offset;
}

/* --- interrupts --- */

uint64_t hart_mip(const struct hart *hart)
{
    const struct csrs *csr = &hart->csr;
    bool sstc = csr->menvcfg & MENVCFG_STCE;
    uint64_t stip = (sstc ? csr->mip_lines : csr->mip_soft) & BIT(IRQ_STI);

    return ((csr->mip_lines | csr->mip_soft) & ~BIT(IRQ_STI)) | stip;
}

static uint64_t mip_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart_mip(hart);
}

/* MSIP, MTIP and MEIP are the devices' alone. SEIP has a bit of its own besides the wire
 * (3.1.9). With Sstc STIP is the comparator's. */
static void mip_set(struct hart *hart, unsigned number, uint64_t value)
{
    uint64_t writable = S_INTERRUPTS;

    (void)number;
    if (hart->csr.menvcfg & MENVCFG_STCE)
        writable &= ~BIT(IRQ_STI);
    hart->csr.mip_soft = (hart->csr.mip_soft & ~writable) | (value & writable);
}

/* sip and sie show the interrupts that are delegated to S-mode. Of sip's only SSIP can
 * be written. */
static uint64_t sip_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart_mip(hart) & hart->csr.mideleg;
}

static void sip_set(struct hart *hart, unsigned number, uint64_t value)
{
    uint64_t writable = BIT(IRQ_SSI) & hart->csr.mideleg;

    (void)number;
    hart->csr.mip_soft = (hart->csr.mip_soft & ~writable) | (value & writable);
}

static uint64_t sie_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart->csr.mie & hart->csr.mideleg;
}

static void sie_set(struct hart *hart, unsigned number, uint64_t value)
{
    uint64_t writable = hart->csr.mideleg;

    (void)number;
    hart->csr.mie = (hart->csr.mie & ~writable) | (value & writable);
}

/* The first cycle after `now` at which `time` is `value`; it wraps. */
static uint64_t due_cycle(const struct hart *hart, uint64_t now, uint64_t value)
{
    uint64_t tick = now / TIME_TICK;
    uint64_t to_go = value - (tick + hart->time_offset);

    if (to_go == 0 || to_go > (NEVER - 1) / TIME_TICK - tick)
        return NEVER;
    return (tick + to_go) * TIME_TICK;
}

/*
 * Sstc: STIP is 1 while time >= stimecmp. The comparator's output is a line into the
 * hart; the timer is due when time gets there, or to 0 again after that.
 */
void hart_compare_time(struct hart *hart)
{
    uint64_t now =
        hart_now(hart) > hart->queue->now ? hart_now(hart) : hart->queue->now;
    uint64_t compare = hart->csr.stimecmp;
    bool enabled = hart->csr.menvcfg & MENVCFG_STCE;
    bool reached = enabled && now / TIME_TICK + hart->time_offset >= compare;

    hart_set_line(hart, IRQ_STI, reached);
    queue_arm(hart->queue, &hart->stimer,
              enabled ? due_cycle(hart, now, reached ? 0 : compare) : NEVER);
}

void hart_set_time_offset(struct hart *hart, uint64_t offset)
{
    if (hart->time_offset == offset)
        return;
    hart->time_offset = offset;
    hart_compare_time(hart);
}

static void stimecmp_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.stimecmp = value;
    hart_compare_time(hart);
}

/* --- status, environment, translation --- */

static uint64_t mstatus_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart->csr.mstatus | field_set(0, MSTATUS_UXL, XL_64) |
           field_set(0, MSTATUS_SXL, XL_64);
}

static void write_status(struct hart *hart, uint64_t value, uint64_t writable)
{
    uint64_t old = hart->csr.mstatus;

    hart->csr.mstatus = (old & ~writable) | (value & writable);
    if ((old ^ hart->csr.mstatus) & (MSTATUS_SUM | MSTATUS_MXR))
        hart_forget(hart);
}

/* There is no mode 2. */
static void mstatus_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    if (field_get(value, MSTATUS_MPP) == 2)
        write_status(hart, value, MSTATUS_RW & ~MSTATUS_MPP);
    else
        write_status(hart, value, MSTATUS_RW);
}

static uint64_t sstatus_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return (hart->csr.mstatus & SSTATUS_RW) | field_set(0, MSTATUS_UXL, XL_64);
}

static void sstatus_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    write_status(hart, value, SSTATUS_RW);
}

/* CBIE 10 is reserved. */
static uint64_t legal_envcfg(uint64_t old, uint64_t value)
{
    return field_get(value, MENVCFG_CBIE) == 2
               ? (value & ~MENVCFG_CBIE) | (old & MENVCFG_CBIE)
               : value;
}

static void menvcfg_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.menvcfg = legal_envcfg(hart->csr.menvcfg, value) & MENVCFG_RW;
    hart_compare_time(hart);
}

static void senvcfg_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.senvcfg = legal_envcfg(hart->csr.senvcfg, value) & SENVCFG_RW;
}

/* An unsupported MODE makes the whole write void (12.1.11). */
static void satp_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    if (!hart_has_satp_mode((uint8_t)field_get(value, SATP_MODE)))
        return;
    hart->csr.satp = value;
    hart_forget(hart);
}

/* xtvec.MODE is 0, direct, or 1, vectored. */
static bool is_tvec(uint64_t value)
{
    return (value & BITS(1, 0)) < 2;
}

static void mtvec_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    if (is_tvec(value))
        hart->csr.mtvec = value;
}

static void stvec_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    if (is_tvec(value))
        hart->csr.stvec = value;
}

static uint64_t misa_get(const struct hart *hart, unsigned number)
{
    (void)hart;
    (void)number;
    return MISA_RV64 | MISA_BIT('A') | MISA_BIT('C') | MISA_BIT('I') | MISA_BIT('M') |
           MISA_BIT('S') | MISA_BIT('U');
}

static uint64_t mhartid_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart->id;
}

/* --- physical memory protection --- */

static unsigned pmpcfg_entry(unsigned number)
{
    return number == CSR_PMPCFG0 ? 0 : CSR_BYTES;
}

static uint64_t pmpcfg_get(const struct hart *hart, unsigned number)
{
    unsigned first = pmpcfg_entry(number);
    uint64_t value = 0;

    for (unsigned i = 0; i < CSR_BYTES; i++)
        value |= (uint64_t)hart->csr.pmpcfg[first + i] << (8 * i);
    return value;
}

/* A locked entry stays as it is until reset (3.7.1.2). */
static void pmpcfg_set(struct hart *hart, unsigned number, uint64_t value)
{
    unsigned first = pmpcfg_entry(number);

    for (unsigned i = 0; i < CSR_BYTES; i++) {
        uint8_t cfg = (uint8_t)(value >> (8 * i)) & (PMP_L | PMP_A | PMP_RWX);

        if (!(cfg & PMP_R))
            cfg &= (uint8_t)~PMP_W;
        if (!(hart->csr.pmpcfg[first + i] & PMP_L))
            hart->csr.pmpcfg[first + i] = cfg;
    }
    hart_forget(hart);
}

static uint64_t pmpaddr_get(const struct hart *hart, unsigned number)
{
    return hart->csr.pmpaddr[number - CSR_PMPADDR0];
}

/* An entry that is locked and TOR locks the address it begins at, too. */
static bool is_address_locked(const struct hart *hart, unsigned entry)
{
    const uint8_t *cfg = hart->csr.pmpcfg;

    if (cfg[entry] & PMP_L)
        return true;
    return entry + 1 < PMP_ENTRIES && (cfg[entry + 1] & PMP_L) &&
           field_get(cfg[entry + 1], PMP_A) == PMP_TOR;
}

static void pmpaddr_set(struct hart *hart, unsigned number, uint64_t value)
{
    unsigned entry = number - CSR_PMPADDR0;

    if (is_address_locked(hart, entry))
        return;
    hart->csr.pmpaddr[entry] = value & PMP_ADDRESS;
    hart_forget(hart);
}

/* --- conditions of access --- */

/* cycle, time, instret, hpmcounter: M-mode lets S-mode by mcounteren, which in turn lets
 * U-mode by scounteren (3.1.11). */
static bool counter_may(const struct hart *hart, unsigned number)
{
    uint64_t bit = BIT(number & 31);

    if (hart->mode == MODE_M)
        return true;
    if (!(hart->csr.mcounteren & bit))
        return false;
    return hart->mode == MODE_S || (hart->csr.scounteren & bit);
}

static bool stimecmp_may(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart->mode == MODE_M ||
           ((hart->csr.menvcfg & MENVCFG_STCE) && (hart->csr.mcounteren & COUNTER_TM));
}

static bool satp_may(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart->mode == MODE_M || !(hart->csr.mstatus & MSTATUS_TVM);
}

/* --- the table --- */

struct rule {
    uint16_t first, last; /* numbers; last 0: one */
    uint16_t at;          /* in struct csrs; used where rw is not 0 or get is NULL */
    uint64_t rw;
    uint64_t (*get)(const struct hart *hart, unsigned number);
    void (*set)(struct hart *hart, unsigned number, uint64_t value);
    bool (*may)(const struct hart *hart, unsigned number);
};

/* clang-format off */
#define KEPT(member, mask) .at = offsetof(struct csrs, member), .rw = (mask)
#define SET(member, setter) .at = offsetof(struct csrs, member), .set = (setter)
#define ZERO .get = zero_get

static uint64_t zero_get(const struct hart *hart, unsigned number)
{
    (void)hart;
    (void)number;
    return 0;
}

static const struct rule rules[] = {
    {CSR_SSTATUS, .get = sstatus_get, .set = sstatus_set},
    {CSR_SIE, .get = sie_get, .set = sie_set},
    {CSR_STVEC, SET(stvec, stvec_set)},
    {CSR_SCOUNTEREN, KEPT(scounteren, COUNTERS)},
    {CSR_SENVCFG, SET(senvcfg, senvcfg_set)},
    {CSR_SSCRATCH, KEPT(sscratch, ALL)},
    {CSR_SEPC, KEPT(sepc, ALL & ~BIT(0))},
    {CSR_SCAUSE, KEPT(scause, ALL)},
    {CSR_STVAL, KEPT(stval, ALL)},
    {CSR_SIP, .get = sip_get, .set = sip_set},
    {CSR_STIMECMP, SET(stimecmp, stimecmp_set), .may = stimecmp_may},
    {CSR_SATP, SET(satp, satp_set), .may = satp_may},
    {CSR_MSTATUS, .get = mstatus_get, .set = mstatus_set},
    {CSR_MISA, .get = misa_get},
    {CSR_MEDELEG, KEPT(medeleg, DELEGABLE)},
    {CSR_MIDELEG, KEPT(mideleg, S_INTERRUPTS)},
    {CSR_MIE, KEPT(mie, INTERRUPTS)},
    {CSR_MTVEC, SET(mtvec, mtvec_set)},
    {CSR_MCOUNTEREN, KEPT(mcounteren, COUNTERS)},
    {CSR_MENVCFG, SET(menvcfg, menvcfg_set)},
    {CSR_MCOUNTINHIBIT, SET(mcountinhibit, mcountinhibit_set)},
    {CSR_MHPMEVENT3, CSR_MHPMEVENT31, ZERO},
    {CSR_MSCRATCH, KEPT(mscratch, ALL)},
    {CSR_MEPC, KEPT(mepc, ALL & ~BIT(0))},
    {CSR_MCAUSE, KEPT(mcause, ALL)},
    {CSR_MTVAL, KEPT(mtval, ALL)},
    {CSR_MIP, .get = mip_get, .set = mip_set},
    {CSR_PMPCFG0, .get = pmpcfg_get, .set = pmpcfg_set},
    {CSR_PMPCFG2, .get = pmpcfg_get, .set = pmpcfg_set},
    {CSR_PMPADDR0, CSR_PMPADDR15, .get = pmpaddr_get, .set = pmpaddr_set},
    {CSR_TSELECT, CSR_TDATA3, ZERO},
    {CSR_MCYCLE, .get = mcycle_get, .set = mcycle_set},
    {CSR_MINSTRET, .get = minstret_get, .set = minstret_set},
    {CSR_MHPMCOUNTER3, CSR_MHPMCOUNTER31, ZERO},
    {CSR_CYCLE, .get = mcycle_get, .may = counter_may},
    {CSR_TIME, .get = time_get, .may = counter_may},
    {CSR_INSTRET, .get = minstret_get, .may = counter_may},
    {CSR_HPMCOUNTER3, CSR_HPMCOUNTER31, ZERO, .may = counter_may},
    {CSR_MVENDORID, ZERO},
    {CSR_MARCHID, ZERO},
    {CSR_MIMPID, ZERO},
    {CSR_MHARTID, .get = mhartid_get},
    {CSR_MCONFIGPTR, ZERO},
};
/* clang-format on */

static const struct rule *find_rule(unsigned number)
{
    size_t low = 0, high = COUNT(rules);

    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct rule *rule = &rules[middle];

        if (number < rule->first)
            high = middle;
        else if (number > (rule->last ? rule->last : rule->first))
            low = middle + 1;
        else
            return rule;
    }
    return NULL;
}

bool hart_csr_allowed(const struct hart *hart, unsigned number, bool writes)
{
    const struct rule *rule = find_rule(number);
    bool read_only = field_get(number, BITS(11, 10)) == 3;

    if (!rule || hart->mode < field_get(number, BITS(9, 8)) || (writes && read_only))
        return false;
    return !rule->may || rule->may(hart, number);
}

static uint64_t kept(const struct hart *hart, const struct rule *rule)
{
    return *(const uint64_t *)(const void *)((const char *)&hart->csr + rule->at);
}

uint64_t hart_csr_read(const struct hart *hart, unsigned number)
{
    const struct rule *rule = find_rule(number);

    assert(rule);
    return rule->get ? rule->get(hart, number) : kept(hart, rule);
}

/* A register with neither a set function nor writable bits ignores what is written. */
static void write(struct hart *hart, const struct rule *rule, unsigned number,
                  uint64_t value)
{
    if (rule->set)
        rule->set(hart, number, value);
    else if (rule->rw)
        *(uint64_t *)(void *)((char *)&hart->csr + rule->at) =
            (kept(hart, rule) & ~rule->rw) | (value & rule->rw);
}

uint64_t hart_csr_write(struct hart *hart, unsigned number, uint64_t value)
{
    const struct rule *rule = find_rule(number);
    bool next_counts =
        number == CSR_MINSTRET && !(hart->csr.mcountinhibit & COUNTER_IR);

    assert(rule);
    write(hart, rule, number, value);
    return hart_csr_read(hart, number) + next_counts;
}
