#include "tests/differential/differences.h"

#define ALL UINT64_MAX

#define MSTATUS_FIELDS                                                                 \
    (MSTATUS_SIE | MSTATUS_MIE | MSTATUS_SPIE | MSTATUS_MPIE | MSTATUS_SPP |           \
     MSTATUS_MPP | MSTATUS_MPRV | MSTATUS_SUM | MSTATUS_MXR | MSTATUS_TVM |            \
     MSTATUS_TW | MSTATUS_TSR)
#define SSTATUS_FIELDS                                                                 \
    (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_SUM | MSTATUS_MXR)
#define S_INTERRUPTS (BIT(IRQ_SSI) | BIT(IRQ_STI) | BIT(IRQ_SEI))
#define INTERRUPTS   (S_INTERRUPTS | BIT(IRQ_MSI) | BIT(IRQ_MTI) | BIT(IRQ_MEI))
#define ENVCFG       (MENVCFG_FIOM | MENVCFG_CBIE | MENVCFG_CBCFE | MENVCFG_CBZE)
#define DELEGABLE    UINT64_C(0xb3ff)
#define COUNTERS     UINT64_C(7)
#define PMP_BYTES    UINT64_C(0x0101010101010101)

/* Of the hypervisor extension. */
#define HSTATUS_FIELDS                                                                 \
    (HSTATUS_GVA | HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_HU | HSTATUS_VTVM |            \
     HSTATUS_VTW | HSTATUS_VTSR)
#define DELEGABLE_FROM_M (DELEGABLE | BIT(10) | BITS(23, 20))
#define DELEGABLE_TO_VS  UINT64_C(0xb1ff)
#define GUEST_STATUS     (MSTATUS_MPV | MSTATUS_GVA)
#define HGATP_FIELDS     (HGATP_MODE | HGATP_VMID | (HGATP_PPN & ~UINT64_C(3)))

/* clang-format off */
static const struct csr_limit limits[] = {
    {CSR_SSTATUS, CSR_SSTATUS, CSR_FREE, SSTATUS_FIELDS, SSTATUS_FIELDS | MSTATUS_UXL,
     "3.1.6", "FS, VS, XS and SD, and endianness: without F and V they read 0"},
    {CSR_SIE, CSR_SIE, CSR_FREE, S_INTERRUPTS, S_INTERRUPTS,
     "12.1.3", "QEMU stores enables of interrupts that extensions define"},
    {CSR_SCOUNTEREN, CSR_SCOUNTEREN, CSR_FREE, COUNTERS, COUNTERS,
     "12.1.5", "enables of counters that always read 0 are read-only 0"},
    {CSR_SENVCFG, CSR_SENVCFG, CSR_FREE, ENVCFG & ~BIT(5), ENVCFG,
     "12.1.10", "QEMU stores CBIE 10, which is reserved"},
    {CSR_SEPC, CSR_SEPC, CSR_FREE, ALL & ~BIT(0), ALL,
     "12.1.7", "QEMU stores bit 0, which is always 0: it is not written"},
    {CSR_SIP, CSR_SIP, CSR_FREE, S_INTERRUPTS, S_INTERRUPTS,
     "12.1.3", "as sie"},
    {CSR_STIMECMP, CSR_STIMECMP, CSR_RESTORED, ALL, ALL,
     "13.1.1", "times are far away: when one is reached depends on the clock; and QEMU "
     "raises STIP though STCE is 0"},
    {CSR_SATP, CSR_SATP, CSR_RESTORED, ALL, ALL,
     "12.1.11", "QEMU has MODE 10, Sv57, too: it is not written"},
    {CSR_STVEC, CSR_STVEC, CSR_RESTORED, ALL, ALL, "12.1.2", "the runtime's"},
    {0x24d, 0x24d, CSR_NOT_COMPARED, 0, 0,
     "2.2", "vstimecmp: QEMU has it without the hypervisor extension, too"},
    {CSR_MSTATUS, CSR_MSTATUS, CSR_FREE, MSTATUS_FIELDS,
     MSTATUS_FIELDS | MSTATUS_UXL | MSTATUS_SXL,
     "3.1.6", "as sstatus; QEMU stores MPP 2, which is no mode: it is not written"},
    {CSR_MEDELEG, CSR_MEDELEG, CSR_RESTORED, DELEGABLE, DELEGABLE,
     "3.1.8", "QEMU stores bits of causes that do not exist here: 10, 11, 20 to 23"},
    {CSR_MIDELEG, CSR_MIDELEG, CSR_FREE, S_INTERRUPTS, S_INTERRUPTS,
     "3.1.8", "QEMU stores bits of interrupts that extensions define"},
    {CSR_MIE, CSR_MIE, CSR_FREE, INTERRUPTS, INTERRUPTS, "3.1.9", "as sie"},
    {CSR_MEPC, CSR_MEPC, CSR_FREE, ALL & ~BIT(0), ALL, "3.1.14", "as sepc"},
    {CSR_MIP, CSR_MIP, CSR_FREE, INTERRUPTS, INTERRUPTS, "3.1.9", "as sie"},
    {CSR_MTVEC, CSR_MTVEC, CSR_RESTORED, ALL, ALL, "3.1.7", "the runtime's"},
    {CSR_MCOUNTEREN, CSR_MCOUNTEREN, CSR_FREE, COUNTERS, COUNTERS,
     "3.1.11", "as scounteren"},
    {CSR_MENVCFG, CSR_MENVCFG, CSR_FREE, (ENVCFG & ~BIT(5)) | MENVCFG_STCE,
     ENVCFG | MENVCFG_STCE,
     "3.1.18", "as senvcfg; QEMU has no ADUE, and stores PBMTE"},
    {CSR_MCOUNTINHIBIT, CSR_MHPMEVENT31, CSR_NOT_COMPARED, 0, 0,
     "3.1.10", "QEMU has 16 event counters, and no others; here all read 0"},
    {CSR_MSCRATCH, CSR_MSCRATCH, CSR_RESTORED, ALL, ALL, "3.1.13", "the runtime's"},
    {CSR_PMPCFG0, CSR_PMPCFG2, CSR_RESTORED, PMP_BYTES * 0x1f, PMP_BYTES * 0x9f,
     "3.7.1", "QEMU stores W without R; locks last until reset: see protection"},
    {CSR_PMPADDR0, CSR_PMPADDR15, CSR_RESTORED, BITS(53, 0), BITS(53, 0),
     "3.7.1", "QEMU stores bits 63 to 54, which are read-only 0"},
    {0x747, 0x747, CSR_NOT_COMPARED, 0, 0, "3.1.19", "mseccfg: QEMU has it"},
    {0x7a0, 0x7af, CSR_NOT_COMPARED, 0, 0,
     "2.2", "QEMU has triggers; here there are none, and tselect, tdata1-3 read 0"},
    {CSR_MCYCLE, CSR_MCYCLE, CSR_NO_VALUE, ALL, 0, "3.1.10", "counts"},
    {CSR_MINSTRET, CSR_MINSTRET, CSR_NO_VALUE, ALL, 0, "3.1.10", "counts"},
    {CSR_MHPMCOUNTER3, CSR_MHPMCOUNTER31, CSR_NOT_COMPARED, 0, 0,
     "3.1.10", "as mhpmevent"},
    {CSR_CYCLE, CSR_INSTRET, CSR_NO_VALUE, ALL, 0, "Zicntr", "counts"},
    {CSR_HPMCOUNTER3, CSR_HPMCOUNTER31, CSR_NOT_COMPARED, 0, 0,
     "Zihpm", "as mhpmevent"},
    {CSR_MVENDORID, CSR_MIMPID, CSR_NO_VALUE, ALL, 0, "3.1.2", "who made it"},
};

/* Where both have the hypervisor extension, these besides, or instead. */
static const struct csr_limit limits_of_guests[] = {
    {CSR_SIP, CSR_SIP, CSR_WRITTEN, S_INTERRUPTS, S_INTERRUPTS,
     "15.2.12", "QEMU's vsip shows SSIP only, so the guest's sip does"},
    {CSR_VSSTATUS, CSR_VSSTATUS, CSR_FREE, SSTATUS_FIELDS, SSTATUS_FIELDS | MSTATUS_UXL,
     "15.2.11", "as sstatus"},
    {CSR_VSIE, CSR_VSIE, CSR_FREE, S_INTERRUPTS, S_INTERRUPTS, "15.2.12", "as sie"},
    {CSR_VSTVEC, CSR_VSTVEC, CSR_RESTORED, ALL & ~BIT(1), ALL,
     "15.2.13", "the runtime's; QEMU stores MODE 2 and 3"},
    {CSR_VSEPC, CSR_VSEPC, CSR_FREE, ALL & ~BIT(0), ALL, "15.2.15", "as sepc"},
    {CSR_VSIP, CSR_VSIP, CSR_WRITTEN, S_INTERRUPTS, BIT(IRQ_SSI),
     "15.2.12", "QEMU shows SSIP only"},
    {CSR_VSTIMECMP, CSR_VSTIMECMP, CSR_RESTORED, ALL, ALL, "13.1.2", "as stimecmp"},
    {CSR_VSATP, CSR_VSATP, CSR_RESTORED, ALL, ALL,
     "15.2.18", "at V = 0 a MODE that there is not may be kept: it is not written"},
    {CSR_HSTATUS, CSR_HSTATUS, CSR_FREE, HSTATUS_FIELDS, HSTATUS_FIELDS | HSTATUS_VSXL,
     "15.2.1", "QEMU stores VGEIN, though GEILEN is 0, and all else"},
    {CSR_HEDELEG, CSR_HEDELEG, CSR_RESTORED, DELEGABLE_TO_VS, DELEGABLE_TO_VS,
     "15.2.2", "QEMU stores bits of causes that do not exist here"},
    {CSR_HIDELEG, CSR_HIDELEG, CSR_FREE, VS_INTERRUPTS, VS_INTERRUPTS,
     "15.2.2", "QEMU stores bits of interrupts that extensions define"},
    {CSR_HIE, CSR_HIE, CSR_FREE, VS_INTERRUPTS, VS_INTERRUPTS,
     "15.2.3", "QEMU stores SGEIE, though GEILEN is 0"},
    {CSR_HCOUNTEREN, CSR_HCOUNTEREN, CSR_FREE, COUNTERS, COUNTERS,
     "15.2.6", "as scounteren"},
    {CSR_HTVAL, CSR_HTVAL, CSR_WRITTEN, ALL, 0,
     "15.2.8", "QEMU clears it in a trap to VS-mode, too"},
    {CSR_HIP, CSR_HIP, CSR_WRITTEN, BIT(IRQ_VSSI), VS_INTERRUPTS, "15.2.3", "as hie"},
    {CSR_HVIP, CSR_HVIP, CSR_FREE, BIT(IRQ_VSSI), VS_INTERRUPTS,
     "15.2.3", "the others QEMU clears by mip and vstimecmp: see interrupts"},
    {CSR_HTINST, CSR_HTINST, CSR_NOT_COMPARED, 0, 0,
     "15.2.9", "it cannot be written in QEMU; compared after traps"},
    {CSR_HENVCFG, CSR_HENVCFG, CSR_FREE, ENVCFG & ~BIT(5),
     ENVCFG | MENVCFG_STCE,
     "15.2.5", "as senvcfg; QEMU has no ADUE, and does not look at menvcfg"},
    {CSR_HTIMEDELTA, CSR_HTIMEDELTA, CSR_FREE, BITS(31, 0), ALL,
     "15.2.7", "times are far away"},
    {CSR_HGATP, CSR_HGATP, CSR_RESTORED, HGATP_FIELDS, ALL,
     "15.2.10", "QEMU stores all bits"},
    {CSR_MSTATUS, CSR_MSTATUS, CSR_FREE, MSTATUS_FIELDS | MSTATUS_GVA,
     MSTATUS_FIELDS | MSTATUS_UXL | MSTATUS_SXL | GUEST_STATUS,
     "3.1.6", "as without guests"},
    {CSR_MEDELEG, CSR_MEDELEG, CSR_RESTORED, DELEGABLE_FROM_M, DELEGABLE_FROM_M,
     "3.1.8", "as without guests"},
    {CSR_MIDELEG, CSR_MIDELEG, CSR_WRITTEN, S_INTERRUPTS, S_INTERRUPTS | VS_INTERRUPTS,
     "15.4.2", "bit 12 is 1 in QEMU, though GEILEN is 0"},
    {CSR_MIE, CSR_MIE, CSR_FREE, INTERRUPTS | VS_INTERRUPTS, INTERRUPTS | VS_INTERRUPTS,
     "15.4.3", "as hie"},
    {CSR_MENVCFG, CSR_MENVCFG, CSR_RESTORED, (ENVCFG & ~BIT(5)) | MENVCFG_STCE,
     ENVCFG | MENVCFG_STCE, "15.2.5", "QEMU's henvcfg does not follow it"},
    {CSR_MIP, CSR_MIP, CSR_FREE, INTERRUPTS | BIT(IRQ_VSSI), INTERRUPTS | VS_INTERRUPTS,
     "15.4.3", "QEMU lets VSTIP and VSEIP be written"},
    {CSR_MTINST, CSR_MTINST, CSR_NOT_COMPARED, 0, 0,
     "15.4.5", "QEMU writes it now and then only"},
};

const uint16_t end_csrs[] = {
    CSR_SSTATUS, CSR_SIE, CSR_STVEC, CSR_SCOUNTEREN, CSR_SENVCFG, CSR_SSCRATCH, CSR_SEPC,
    CSR_SCAUSE, CSR_STVAL, CSR_SIP, CSR_STIMECMP, CSR_SATP,
    CSR_MSTATUS, CSR_MISA, CSR_MEDELEG, CSR_MIDELEG, CSR_MIE, CSR_MCOUNTEREN, CSR_MENVCFG,
    CSR_MEPC, CSR_MCAUSE, CSR_MIP, CSR_PMPCFG0, CSR_PMPCFG2,
    CSR_PMPADDR0, CSR_PMPADDR1, CSR_PMPADDR2, CSR_PMPADDR3, CSR_PMPADDR4, CSR_PMPADDR5,
    CSR_PMPADDR6, CSR_PMPADDR7, CSR_PMPADDR8, CSR_PMPADDR9, CSR_PMPADDR10, CSR_PMPADDR11,
    CSR_PMPADDR12, CSR_PMPADDR13, CSR_PMPADDR14, CSR_PMPADDR15,
    CSR_HSTATUS, CSR_HEDELEG, CSR_HIDELEG, CSR_HIE, CSR_HCOUNTEREN, CSR_HIP, CSR_HVIP,
    CSR_HENVCFG, CSR_HTIMEDELTA, CSR_HGATP, CSR_HGEIE, CSR_HGEIP, CSR_VSSTATUS, CSR_VSIE,
    CSR_VSTVEC, CSR_VSSCRATCH, CSR_VSEPC, CSR_VSCAUSE, CSR_VSTVAL, CSR_VSIP,
    CSR_VSTIMECMP, CSR_VSATP,
};
/* clang-format on */

enum { END_CSRS_OF_GUESTS = 22 };

const size_t end_csrs_count = COUNT(end_csrs);
const size_t end_csrs_first_of_guests = COUNT(end_csrs) - END_CSRS_OF_GUESTS;

static const struct csr_limit *find_limit(const struct csr_limit *rows, size_t count,
                                          unsigned number)
{
    for (size_t i = 0; i < count; i++)
        if (number >= rows[i].first && number <= rows[i].last)
            return &rows[i];
    return NULL;
}

const struct csr_limit *csr_limit(unsigned number, bool guests)
{
    const struct csr_limit *limit =
        guests ? find_limit(limits_of_guests, COUNT(limits_of_guests), number) : NULL;

    return limit ? limit : find_limit(limits, COUNT(limits), number);
}

/* Values that are not legal for another reason than their bits. */
uint64_t csr_limit_value(const struct csr_limit *limit, uint64_t value)
{
    value &= limit->written;
    /* M or U, so that setting and clearing bits never make 2. */
    if (limit->first == CSR_MSTATUS && field_get(value, MSTATUS_MPP) != MODE_M)
        return value & ~MSTATUS_MPP;
    if (limit->first == CSR_STIMECMP || limit->first == CSR_VSTIMECMP)
        return value | BIT(62);
    if (limit->first == CSR_SATP && field_get(value, SATP_MODE) == 10)
        return value ^ BIT(60);
    /* At V = 0 what is written with another mode may be kept or not. */
    if (limit->first == CSR_VSATP && field_get(value, SATP_MODE))
        return field_set(value, SATP_MODE, 8 + (value >> 60 & 1));
    if (limit->first == CSR_HGATP) /* Sv39x4, Sv48x4, or Bare, which is all 0 */
        return field_get(value, HGATP_MODE) < 8
                   ? 0
                   : field_set(value, HGATP_MODE, 8 + (value >> 60 & 1));
    if (limit->first == CSR_PMPCFG0) /* W where there is no R */
        return value & ~((~value & PMP_BYTES * PMP_R) * PMP_W);
    return value;
}

uint64_t csr_compared(unsigned number, bool guests)
{
    const struct csr_limit *limit = csr_limit(number, guests);

    return limit ? limit->compared : ALL;
}

/* QEMU sets GVA for a guest's illegal and virtual instructions; not for a breakpoint, whose
 * address it does not write; and not in mstatus for a fault of hlv and hsv. GVA is compared
 * in hstatus, and by the tests of the chapter. */
uint64_t mstatus_compared(bool guests)
{
    uint64_t compared = csr_compared(CSR_MSTATUS, guests);

    return guests ? compared & ~MSTATUS_GVA : compared;
}

/* Of a breakpoint 0 or the address are both right (3.1.16); QEMU has 0. A misaligned access
 * to where nothing is QEMU makes in other parts, and tells another one. */
uint64_t tval_compared(uint64_t cause, bool guests)
{
    bool nothing = cause == CAUSE_LOAD_ACCESS || cause == CAUSE_STORE_ACCESS;

    return cause == CAUSE_BREAKPOINT || (guests && nothing) ? 0 : ALL;
}
