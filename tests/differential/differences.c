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

const uint16_t end_csrs[] = {
    CSR_SSTATUS, CSR_SIE, CSR_STVEC, CSR_SCOUNTEREN, CSR_SENVCFG, CSR_SSCRATCH, CSR_SEPC,
    CSR_SCAUSE, CSR_STVAL, CSR_SIP, CSR_STIMECMP, CSR_SATP,
    CSR_MSTATUS, CSR_MISA, CSR_MEDELEG, CSR_MIDELEG, CSR_MIE, CSR_MCOUNTEREN, CSR_MENVCFG,
    CSR_MEPC, CSR_MCAUSE, CSR_MIP, CSR_PMPCFG0, CSR_PMPCFG2,
    CSR_PMPADDR0, CSR_PMPADDR1, CSR_PMPADDR2, CSR_PMPADDR3, CSR_PMPADDR4, CSR_PMPADDR5,
    CSR_PMPADDR6, CSR_PMPADDR7, CSR_PMPADDR8, CSR_PMPADDR9, CSR_PMPADDR10, CSR_PMPADDR11,
    CSR_PMPADDR12, CSR_PMPADDR13, CSR_PMPADDR14, CSR_PMPADDR15,
};
/* clang-format on */

const size_t end_csrs_count = COUNT(end_csrs);

const struct csr_limit *csr_limit(unsigned number)
{
    for (size_t i = 0; i < COUNT(limits); i++)
        if (number >= limits[i].first && number <= limits[i].last)
            return &limits[i];
    return NULL;
}

/* Values that are not legal for another reason than their bits. */
uint64_t csr_limit_value(const struct csr_limit *limit, uint64_t value)
{
    value &= limit->written;
    /* M or U, so that setting and clearing bits never make 2. */
    if (limit->first == CSR_MSTATUS && field_get(value, MSTATUS_MPP) != MODE_M)
        return value & ~MSTATUS_MPP;
    if (limit->first == CSR_STIMECMP)
        return value | BIT(62);
    if (limit->first == CSR_SATP && field_get(value, SATP_MODE) == 10)
        return value ^ BIT(60);
    if (limit->first == CSR_PMPCFG0) /* W where there is no R */
        return value & ~((~value & PMP_BYTES * PMP_R) * PMP_W);
    return value;
}

uint64_t csr_compared(unsigned number)
{
    const struct csr_limit *limit = csr_limit(number);

    return limit ? limit->compared : ALL;
}

/* Of a breakpoint 0 or the address are both right (3.1.16); QEMU has 0. */
uint64_t tval_compared(uint64_t cause)
{
    return cause == CAUSE_BREAKPOINT ? 0 : ALL;
}
