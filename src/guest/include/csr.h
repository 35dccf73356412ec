#ifndef GUEST_INCLUDE_CSR_H
#define GUEST_INCLUDE_CSR_H

/*
 * Control and status registers (privileged architecture 1.13, chapter "Control and Status
 * Registers"), as far as these programs use them.
 */

/* sstatus and mstatus */
#define STATUS_SIE   (1 << 1)
#define STATUS_MIE   (1 << 3)
#define STATUS_SPIE  (1 << 5)
#define STATUS_SPP   (1 << 8)
#define STATUS_MPP   (3 << 11)
#define STATUS_MPP_S (1 << 11)
#define STATUS_MPP_M (3 << 11)
#define STATUS_SUM   (1 << 18)

/* Interrupts: their bits in mip, mie, sip, sie, and their causes. */
#define IRQ_SSI 1
#define IRQ_MSI 3
#define IRQ_STI 5
#define IRQ_MTI 7
#define IRQ_SEI 9
#define IRQ_MEI 11

/* Exceptions */
#define CAUSE_FETCH_MISALIGNED 0
#define CAUSE_FETCH_ACCESS     1
#define CAUSE_ILLEGAL          2
#define CAUSE_BREAKPOINT       3
#define CAUSE_LOAD_MISALIGNED  4
#define CAUSE_LOAD_ACCESS      5
#define CAUSE_STORE_MISALIGNED 6
#define CAUSE_STORE_ACCESS     7
#define CAUSE_ECALL_U          8
#define CAUSE_ECALL_S          9 /* from HS-mode where there is the H extension */
#define CAUSE_ECALL_VS         10
#define CAUSE_ECALL_M          11
#define CAUSE_FETCH_PAGE       12
#define CAUSE_LOAD_PAGE        13
#define CAUSE_STORE_PAGE       15
#define CAUSE_FETCH_GUEST_PAGE 20
#define CAUSE_LOAD_GUEST_PAGE  21
#define CAUSE_VIRTUAL          22
#define CAUSE_STORE_GUEST_PAGE 23

/* By number: an assembler that does not know Sstc has no name for it. */
#define CSR_STIMECMP 0x14d
#define CSR_MENVCFG  0x30a

#ifndef __ASSEMBLER__

#include <stdint.h>

#define CAUSE_INTERRUPT (1ul << 63)

/* satp */
#define SATP_SV39 (8ul << 60)

/* menvcfg */
#define MENVCFG_CBIE_FLUSH (1ul << 4) /* cbo.inval does a flush */
#define MENVCFG_CBCFE      (1ul << 6)
#define MENVCFG_CBZE       (1ul << 7)
#define MENVCFG_STCE       (1ul << 63) /* stimecmp is there (Sstc) */

#define CSR_TEXT_(x) #x
#define CSR_TEXT(x)  CSR_TEXT_(x)

/* clang-format off */
#define read_csr(name) __extension__({                                       \
    uint64_t value_;                                                         \
    __asm__ volatile("csrr %0, " CSR_TEXT(name) : "=r"(value_) : : "memory"); \
    value_; })
#define write_csr(name, value) \
    __asm__ volatile("csrw " CSR_TEXT(name) ", %0" : : "rK"((uint64_t)(value)) : "memory")
#define set_csr(name, bits) \
    __asm__ volatile("csrs " CSR_TEXT(name) ", %0" : : "rK"((uint64_t)(bits)) : "memory")
#define clear_csr(name, bits) \
    __asm__ volatile("csrc " CSR_TEXT(name) ", %0" : : "rK"((uint64_t)(bits)) : "memory")
/* clang-format on */

static inline void wait_for_interrupt(void)
{
    __asm__ volatile("wfi" : : : "memory");
}

#endif
#endif
