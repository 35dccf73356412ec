/*
 * Control and status registers: who may access which, and what reading and writing one
 * does (Privileged 1.13, 2 and 3.1, 12.1, 15.2, 15.4; Sstc, Zicntr). `rules` is the whole
 * of it, one row a register or a run of like registers, in order of number:
 *
 *   at, rw    where the value is kept, and which of its bits software can write
 *   get       for a register that is a view of others, or counts
 *   set       where writing does more, or not every value is legal (WARL)
 *   may       conditions of access besides privilege and read-only numbers: an illegal
 *             instruction, where they are not met
 *   guest_may conditions besides those while V = 1: a virtual instruction
 *   tvm       mstatus.TVM forbids it to HS-mode
 *
 * Choices that the specification leaves open:
 *   - an illegal value of a WARL field leaves the field as it was (satp, mtvec, stvec:
 *     the whole register); PMP's W without R is stored as neither;
 *   - mcause, scause, mtval, stval and satp's PPN and ASID hold every value;
 *   - the 29 hardware performance counters and their events read 0;
 *   - medeleg bit 0 is writable, though with C no instruction address is misaligned;
 *   - PMP registers of entries 16 to 63 do not exist, nor does mseccfg;
 *   - misa.H cannot be cleared; XLEN is 64 and memory little-endian for guests too;
 *   - hgatp's fields are WARL one by one: of an illegal MODE the rest is written; VMID has
 *     its 14 bits, PPN's two lowest are 0; a VGEIN above GEILEN leaves it as it was;
 *   - vsatp with an illegal MODE stays as it was whatever V is;
 *   - htval, htinst, mtval2 and mtinst hold every value; hedeleg has the bits that must
 *     be writable, also those of exceptions that never happen here.
 */
#include "machine/hart/csr_interrupt.h"

#include <assert.h>
#include <stddef.h>

/* Bits of mcounteren, scounteren and mcountinhibit. */
#define COUNTER_CY BIT(0)
#define COUNTER_TM BIT(1)
#define COUNTER_IR BIT(2)
#define COUNTERS   (COUNTER_CY | COUNTER_TM | COUNTER_IR)

#define DELEGABLE                                                                      \
    (BITS(CAUSE_ECALL_S, 0) | BIT(CAUSE_INSTRUCTION_PAGE) | BIT(CAUSE_LOAD_PAGE) |     \
     BIT(CAUSE_STORE_PAGE))
#define DELEGABLE_H                                                                    \
    (BIT(CAUSE_ECALL_VS) | BIT(CAUSE_INSTRUCTION_GUEST_PAGE) |                         \
     BIT(CAUSE_LOAD_GUEST_PAGE) | BIT(CAUSE_VIRTUAL_INSTRUCTION) |                     \
     BIT(CAUSE_STORE_GUEST_PAGE))
/* Table of hedeleg's bits (15.2.2): 18 and 19 are of exceptions that these harts do not
 * raise. */
#define HEDELEG_RW                                                                     \
    (BITS(CAUSE_ECALL_U, 0) | BIT(CAUSE_INSTRUCTION_PAGE) | BIT(CAUSE_LOAD_PAGE) |     \
     BIT(CAUSE_STORE_PAGE) | BIT(18) | BIT(19))

#define SSTATUS_RW                                                                     \
    (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_SUM | MSTATUS_MXR)
#define MSTATUS_RW                                                                     \
    (SSTATUS_RW | MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP | MSTATUS_MPRV |            \
     MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR)
/* UXL and SXL: XLEN is 64 in U- and S-mode, always. */
#define XL_64 UINT64_C(2)

#define SENVCFG_RW (MENVCFG_FIOM | MENVCFG_CBIE | MENVCFG_CBCFE | MENVCFG_CBZE)
#define MENVCFG_RW (SENVCFG_RW | MENVCFG_ADUE | MENVCFG_STCE)
/* These of henvcfg read 0 and cannot be set while they are 0 in menvcfg. */
#define HENVCFG_BOUND (MENVCFG_ADUE | MENVCFG_STCE)

#define HSTATUS_RW                                                                     \
    (HSTATUS_GVA | HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_HU | HSTATUS_VTVM |            \
     HSTATUS_VTW | HSTATUS_VTSR)

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
    return hart_now(hart) / TIME_TICK + hart->time_offset +
           (hart->is_virtual ? hart->csr.htimedelta : 0);
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
    uint64_t writable = MSTATUS_RW | (hart->has_h ? MSTATUS_MPV | MSTATUS_GVA : 0);

    (void)number;
    if (field_get(value, MSTATUS_MPP) == 2)
        writable &= ~MSTATUS_MPP;
    write_status(hart, value, writable);
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

static uint64_t vsstatus_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart->csr.vsstatus | field_set(0, MSTATUS_UXL, XL_64);
}

static void vsstatus_set(struct hart *hart, unsigned number, uint64_t value)
{
    uint64_t old = hart->csr.vsstatus;

    (void)number;
    hart->csr.vsstatus = value & SSTATUS_RW;
    if ((old ^ hart->csr.vsstatus) & (MSTATUS_SUM | MSTATUS_MXR))
        hart_forget(hart);
}

static uint64_t hstatus_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart->csr.hstatus | field_set(0, HSTATUS_VSXL, XL_64);
}

static void hstatus_set(struct hart *hart, unsigned number, uint64_t value)
{
    uint64_t writable = HSTATUS_RW;

    (void)number;
    if (field_get(value, HSTATUS_VGEIN) <= hart->geilen)
        writable |= HSTATUS_VGEIN;
    hart->csr.hstatus = (hart->csr.hstatus & ~writable) | (value & writable);
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

static uint64_t henvcfg_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart->csr.henvcfg & (hart->csr.menvcfg | ~HENVCFG_BOUND);
}

static void henvcfg_set(struct hart *hart, unsigned number, uint64_t value)
{
    uint64_t bound = HENVCFG_BOUND & ~hart->csr.menvcfg;

    (void)number;
    value = legal_envcfg(hart->csr.henvcfg, value) & MENVCFG_RW;
    hart->csr.henvcfg = (hart->csr.henvcfg & bound) | (value & ~bound);
    hart_compare_time(hart);
}

/* An unsupported MODE makes the whole write void (12.1.11). */
static void write_satp(struct hart *hart, uint64_t *satp, uint64_t value)
{
    uint64_t mode = field_get(value, SATP_MODE);

    if (mode != 0 && !walk_format(mode))
        return;
    *satp = value;
    hart_forget(hart);
}

static void satp_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    write_satp(hart, &hart->csr.satp, value);
}

static void vsatp_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    write_satp(hart, &hart->csr.vsatp, value);
}

/* The root is 16 KiB, so that PPN's two lowest bits are 0 (15.2.10). */
static void hgatp_set(struct hart *hart, unsigned number, uint64_t value)
{
    uint64_t mode = field_get(value, HGATP_MODE);
    uint64_t writable = HGATP_VMID | (HGATP_PPN & ~BITS(1, 0));

    (void)number;
    if (mode == 0 || walk_guest_format(mode))
        writable |= HGATP_MODE;
    hart->csr.hgatp = (hart->csr.hgatp & ~writable) | (value & writable);
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

static void vstvec_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    if (is_tvec(value))
        hart->csr.vstvec = value;
}

static void medeleg_set(struct hart *hart, unsigned number, uint64_t value)
{
    (void)number;
    hart->csr.medeleg = value & (DELEGABLE | (hart->has_h ? DELEGABLE_H : 0));
}

static uint64_t misa_get(const struct hart *hart, unsigned number)
{
    (void)number;
    return MISA_RV64 | MISA_BIT('A') | MISA_BIT('C') | MISA_BIT('I') | MISA_BIT('M') |
           MISA_BIT('S') | MISA_BIT('U') | (hart->has_h ? MISA_BIT('H') : 0);
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
 * U-mode by scounteren (3.1.11); a guest needs hcounteren as well (15.2.6). */
static bool counter_may(const struct hart *hart, unsigned number)
{
    uint64_t bit = BIT(number & 31);

    if (hart->mode == MODE_M)
        return true;
    if (!(hart->csr.mcounteren & bit))
        return false;
    return hart->is_virtual || hart->mode == MODE_S || (hart->csr.scounteren & bit);
}

static bool counter_guest_may(const struct hart *hart, unsigned number)
{
    uint64_t bit = BIT(number & 31);

    return (hart->csr.hcounteren & bit) &&
           (hart->mode == MODE_S || (hart->csr.scounteren & bit));
}

/* stimecmp and vstimecmp (Sstc, 13.1.1 and 13.2.1). */
static bool stimecmp_may(const struct hart *hart, unsigned number)
{
    (void)number;
    return hart->mode == MODE_M ||
           ((hart->csr.menvcfg & MENVCFG_STCE) && (hart->csr.mcounteren & COUNTER_TM));
}

static bool stimecmp_guest_may(const struct hart *hart, unsigned number)
{
    (void)number;
    return (hart->csr.henvcfg & MENVCFG_STCE) && (hart->csr.hcounteren & COUNTER_TM);
}

static bool satp_guest_may(const struct hart *hart, unsigned number)
{
    (void)number;
    return !(hart->csr.hstatus & HSTATUS_VTVM);
}

/* --- the table --- */

struct rule {
    uint16_t first, last; /* numbers; last 0: one */
    uint16_t at;          /* in struct csrs; used where rw is not 0 or get is NULL */
    uint64_t rw;
    uint64_t (*get)(const struct hart *hart, unsigned number);
    void (*set)(struct hart *hart, unsigned number, uint64_t value);
    bool (*may)(const struct hart *hart, unsigned number);
    bool (*guest_may)(const struct hart *hart, unsigned number);
    bool tvm;
};

/* clang-format off */
#define KEPT(member, mask) .at = offsetof(struct csrs, member), .rw = (mask)
#define SET(member, setter) .at = offsetof(struct csrs, member), .set = (setter)
#define ZERO .get = zero_get
#define COUNTER .may = counter_may, .guest_may = counter_guest_may

static uint64_t zero_get(const struct hart *hart, unsigned number)
{
    (void)hart;
    (void)number;
    return 0;
}

static const struct rule rules[] = {
    {CSR_SSTATUS, .get = sstatus_get, .set = sstatus_set},
    {CSR_SIE, .get = csr_sie_get, .set = csr_sie_set},
    {CSR_STVEC, SET(stvec, stvec_set)},
    {CSR_SCOUNTEREN, KEPT(scounteren, COUNTERS)},
    {CSR_SENVCFG, SET(senvcfg, senvcfg_set)},
    {CSR_SSCRATCH, KEPT(sscratch, ALL)},
    {CSR_SEPC, KEPT(sepc, ALL & ~BIT(0))},
    {CSR_SCAUSE, KEPT(scause, ALL)},
    {CSR_STVAL, KEPT(stval, ALL)},
    {CSR_SIP, .get = csr_sip_get, .set = csr_sip_set},
    {CSR_STIMECMP, SET(stimecmp, csr_stimecmp_set), .may = stimecmp_may,
     .guest_may = stimecmp_guest_may},
    {CSR_SATP, SET(satp, satp_set), .tvm = true, .guest_may = satp_guest_may},
    {CSR_VSSTATUS, .get = vsstatus_get, .set = vsstatus_set},
    {CSR_VSIE, .get = csr_vsie_get, .set = csr_vsie_set},
    {CSR_VSTVEC, SET(vstvec, vstvec_set)},
    {CSR_VSSCRATCH, KEPT(vsscratch, ALL)},
    {CSR_VSEPC, KEPT(vsepc, ALL & ~BIT(0))},
    {CSR_VSCAUSE, KEPT(vscause, ALL)},
    {CSR_VSTVAL, KEPT(vstval, ALL)},
    {CSR_VSIP, .get = csr_vsip_get, .set = csr_vsip_set},
    {CSR_VSTIMECMP, SET(vstimecmp, csr_vstimecmp_set), .may = stimecmp_may},
    {CSR_VSATP, SET(vsatp, vsatp_set)},
    {CSR_MSTATUS, .get = mstatus_get, .set = mstatus_set},
    {CSR_MISA, .get = misa_get},
    {CSR_MEDELEG, SET(medeleg, medeleg_set)},
    {CSR_MIDELEG, KEPT(mideleg, S_INTERRUPTS)},
    {CSR_MIE, SET(mie, csr_mie_set)},
    {CSR_MTVEC, SET(mtvec, mtvec_set)},
    {CSR_MCOUNTEREN, KEPT(mcounteren, COUNTERS)},
    {CSR_MENVCFG, SET(menvcfg, menvcfg_set)},
    {CSR_MCOUNTINHIBIT, SET(mcountinhibit, mcountinhibit_set)},
    {CSR_MHPMEVENT3, CSR_MHPMEVENT31, ZERO},
    {CSR_MSCRATCH, KEPT(mscratch, ALL)},
    {CSR_MEPC, KEPT(mepc, ALL & ~BIT(0))},
    {CSR_MCAUSE, KEPT(mcause, ALL)},
    {CSR_MTVAL, KEPT(mtval, ALL)},
    {CSR_MIP, .get = csr_mip_get, .set = csr_mip_set},
    {CSR_MTINST, KEPT(mtinst, ALL)},
    {CSR_MTVAL2, KEPT(mtval2, ALL)},
    {CSR_PMPCFG0, .get = pmpcfg_get, .set = pmpcfg_set},
    {CSR_PMPCFG2, .get = pmpcfg_get, .set = pmpcfg_set},
    {CSR_PMPADDR0, CSR_PMPADDR15, .get = pmpaddr_get, .set = pmpaddr_set},
    {CSR_HSTATUS, .get = hstatus_get, .set = hstatus_set},
    {CSR_HEDELEG, KEPT(hedeleg, HEDELEG_RW)},
    {CSR_HIDELEG, KEPT(hideleg, VS_INTERRUPTS)},
    {CSR_HIE, .get = csr_hie_get, .set = csr_hie_set},
    {CSR_HTIMEDELTA, SET(htimedelta, csr_htimedelta_set)},
    {CSR_HCOUNTEREN, KEPT(hcounteren, COUNTERS)},
    {CSR_HGEIE, SET(hgeie, csr_hgeie_set)},
    {CSR_HENVCFG, .get = henvcfg_get, .set = henvcfg_set},
    {CSR_HTVAL, KEPT(htval, ALL)},
    {CSR_HIP, .get = csr_hip_get, .set = csr_hip_set},
    {CSR_HVIP, .get = csr_hvip_get, .set = csr_hvip_set},
    {CSR_HTINST, KEPT(htinst, ALL)},
    {CSR_HGATP, SET(hgatp, hgatp_set), .tvm = true},
    {CSR_TSELECT, CSR_TDATA3, ZERO},
    {CSR_MCYCLE, .get = mcycle_get, .set = mcycle_set},
    {CSR_MINSTRET, .get = minstret_get, .set = minstret_set},
    {CSR_MHPMCOUNTER3, CSR_MHPMCOUNTER31, ZERO},
    {CSR_CYCLE, .get = mcycle_get, COUNTER},
    {CSR_TIME, .get = time_get, COUNTER},
    {CSR_INSTRET, .get = minstret_get, COUNTER},
    {CSR_HPMCOUNTER3, CSR_HPMCOUNTER31, ZERO, COUNTER},
    {CSR_HGEIP, KEPT(hgeip, 0)},
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

/* Bits 9:8 of a number: the lowest mode that may access it; 2 is HS-mode and, of the
 * virtual supervisor CSRs, too. mtinst and mtval2 are the hypervisor extension's as well. */
enum { LEVEL_U, LEVEL_S, LEVEL_HS, LEVEL_M };

static unsigned level_of(unsigned number)
{
    return (unsigned)field_get(number, BITS(9, 8));
}

bool hart_has_csr(const struct hart *hart, unsigned number)
{
    bool of_h =
        level_of(number) == LEVEL_HS || number == CSR_MTINST || number == CSR_MTVAL2;

    return find_rule(number) && (!of_h || hart->has_h);
}

/* A virtual supervisor CSR has the number of the supervisor's plus 0x100 (15.2). */
unsigned hart_csr_number(const struct hart *hart, unsigned number)
{
    const unsigned to_virtual = CSR_VSSTATUS - CSR_SSTATUS;

    if (hart->is_virtual && level_of(number) == LEVEL_S &&
        find_rule(number + to_virtual))
        return number + to_virtual;
    return number;
}

/*
 * With V = 1 what HS-mode could do, if TVM did not keep it from it, is a virtual
 * instruction where the guest may not do it; all else is illegal (15.6.1).
 */
static uint64_t guest_refusal(const struct hart *hart, const struct rule *rule,
                              unsigned number)
{
    unsigned least = hart->mode == MODE_U ? LEVEL_U : LEVEL_S;

    if (level_of(number) == LEVEL_M || (rule->may && !rule->may(hart, number)))
        return CAUSE_ILLEGAL_INSTRUCTION;
    if (level_of(number) > least || (rule->guest_may && !rule->guest_may(hart, number)))
        return CAUSE_VIRTUAL_INSTRUCTION;
    return CAUSE_NONE;
}

uint64_t hart_csr_refusal(const struct hart *hart, unsigned number, bool writes)
{
    const struct rule *rule = find_rule(number);
    bool read_only = field_get(number, BITS(11, 10)) == 3;
    unsigned level = level_of(number);

    if (!hart_has_csr(hart, number) || (writes && read_only))
        return CAUSE_ILLEGAL_INSTRUCTION;
    if (hart->is_virtual)
        return guest_refusal(hart, rule, number);
    if (hart->mode < (level == LEVEL_HS ? LEVEL_S : level) ||
        (rule->may && !rule->may(hart, number)))
        return CAUSE_ILLEGAL_INSTRUCTION;
    if (rule->tvm && hart->mode == MODE_S && (hart->csr.mstatus & MSTATUS_TVM))
        return CAUSE_ILLEGAL_INSTRUCTION;
    return CAUSE_NONE;
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
