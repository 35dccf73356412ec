#ifndef MACHINE_HART_CSR_INTERRUPT_H
#define MACHINE_HART_CSR_INTERRUPT_H

#include "machine/hart/hart.h"

/* For csr.c: what its rules call for the registers of interrupts and timers. */
#define S_INTERRUPTS (BIT(IRQ_SSI) | BIT(IRQ_STI) | BIT(IRQ_SEI))

uint64_t csr_mip_get(const struct hart *hart, unsigned number);
void csr_mip_set(struct hart *hart, unsigned number, uint64_t value);
void csr_mie_set(struct hart *hart, unsigned number, uint64_t value);
uint64_t csr_sip_get(const struct hart *hart, unsigned number);
void csr_sip_set(struct hart *hart, unsigned number, uint64_t value);
uint64_t csr_sie_get(const struct hart *hart, unsigned number);
void csr_sie_set(struct hart *hart, unsigned number, uint64_t value);
uint64_t csr_hip_get(const struct hart *hart, unsigned number);
void csr_hip_set(struct hart *hart, unsigned number, uint64_t value);
uint64_t csr_hvip_get(const struct hart *hart, unsigned number);
void csr_hvip_set(struct hart *hart, unsigned number, uint64_t value);
uint64_t csr_hie_get(const struct hart *hart, unsigned number);
void csr_hie_set(struct hart *hart, unsigned number, uint64_t value);
uint64_t csr_vsip_get(const struct hart *hart, unsigned number);
void csr_vsip_set(struct hart *hart, unsigned number, uint64_t value);
uint64_t csr_vsie_get(const struct hart *hart, unsigned number);
void csr_vsie_set(struct hart *hart, unsigned number, uint64_t value);
void csr_hgeie_set(struct hart *hart, unsigned number, uint64_t value);
void csr_stimecmp_set(struct hart *hart, unsigned number, uint64_t value);
void csr_vstimecmp_set(struct hart *hart, unsigned number, uint64_t value);
void csr_htimedelta_set(struct hart *hart, unsigned number, uint64_t value);

#endif
