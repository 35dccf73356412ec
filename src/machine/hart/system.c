/*
 * Instructions that act on the hart itself: CSR accesses, environment calls, returns,
 * waits, fences and cache-block operations. One function a name in the instruction
 * table; each gives NO_TRAP or the exception that its specification names.
 */
#include "machine/hart/system.h"

#include <string.h>

enum { CACHE_BLOCK = 64 };

static struct trap refuse(const struct insn *insn, uint64_t cause)
{
    return (struct trap){.cause = cause, .tval = insn->bits};
}

static struct trap illegal(const struct insn *insn)
{
    return refuse(insn, CAUSE_ILLEGAL_INSTRUCTION);
}

/* What HS-mode may do and a guest may not (15.6.1). */
static struct trap virtual_instruction(const struct insn *insn)
{
    return refuse(insn, CAUSE_VIRTUAL_INSTRUCTION);
}

/* --- Zicsr --------------------------------------------------------------------- */

enum csr_work { CSR_WRITE, CSR_SET, CSR_CLEAR };

/*
 * What a set or clear starts from. It is what a read gives, but for mip's and sip's SEIP:
 * the wire from the interrupt controller shows in reads and stays out of the write back
 * (3.1.9).
 */
static uint64_t value_to_modify(const struct hart *hart, unsigned number, uint64_t read)
{
    if (number != CSR_MIP && number != CSR_SIP)
        return read;
    return (read & ~BIT(IRQ_SEI)) | (hart->csr.mip_soft & BIT(IRQ_SEI));
}

/*
 * The six instructions in one: `operand` is rs1's value or the immediate. csrrw with rd =
 * x0 does not read; a set or clear by x0 or immediate 0 does not write (Zicsr).
 */
static struct trap access_csr(struct hart *hart, const struct insn *insn,
                              enum csr_work work, uint64_t operand)
{
    unsigned number = (unsigned)insn->imm & 0xfff;
    bool writes = work == CSR_WRITE || insn->rs1 != 0;
    uint64_t refusal = hart_csr_refusal(hart, number, writes);
    uint64_t old, from;

    if (refusal != CAUSE_NONE)
        return refuse(insn, refusal);
    number = hart_csr_number(hart, number);
    hart->spent += hart->costs->csr;
    old = hart_csr_read(hart, number);
    hart->doing.csr = (uint16_t)number;
    hart->doing.csr_old = old;
    hart->doing.csr_new = old;
    if (writes) {
        from = value_to_modify(hart, number, old);
        hart->doing.csr_new = hart_csr_write(hart, number,
                                             work == CSR_WRITE ? operand
                                             : work == CSR_SET ? from | operand
                                                               : from & ~operand);
        EMIT(hart->events, hart->cycle, CSR_WRITE, csr_write, .pc = hart->pc,
             .old = old, .value = hart->doing.csr_new, .csr = (uint16_t)number,
             .hart = hart->id);
    }
    hart_write_rd(hart, insn, old);
    return NO_TRAP;
}

struct trap hart_do_csrrw(struct hart *hart, const struct insn *insn)
{
    return access_csr(hart, insn, CSR_WRITE, hart->x[insn->rs1]);
}

struct trap hart_do_csrrs(struct hart *hart, const struct insn *insn)
{
    return access_csr(hart, insn, CSR_SET, hart->x[insn->rs1]);
}

struct trap hart_do_csrrc(struct hart *hart, const struct insn *insn)
{
    return access_csr(hart, insn, CSR_CLEAR, hart->x[insn->rs1]);
}

struct trap hart_do_csrrwi(struct hart *hart, const struct insn *insn)
{
    return access_csr(hart, insn, CSR_WRITE, insn->rs1);
}

struct trap hart_do_csrrsi(struct hart *hart, const struct insn *insn)
{
    return access_csr(hart, insn, CSR_SET, insn->rs1);
}

struct trap hart_do_csrrci(struct hart *hart, const struct insn *insn)
{
    return access_csr(hart, insn, CSR_CLEAR, insn->rs1);
}

/* --- calls, returns, waits -------------------------------------------------------- */

struct trap hart_do_ecall(struct hart *hart, const struct insn *insn)
{
    bool from_guest_kernel = hart->is_virtual && hart->mode == MODE_S;

    (void)insn;
    return (struct trap){.cause = from_guest_kernel ? CAUSE_ECALL_VS
                                                    : CAUSE_ECALL_U + hart->mode};
}

struct trap hart_do_ebreak(struct hart *hart, const struct insn *insn)
{
    (void)insn;
    hart->fault = (struct fault_note){.is_virtual = hart->is_virtual};
    return (struct trap){CAUSE_BREAKPOINT, hart->pc};
}

/* The return is the instruction's whole effect, so its target is where the hart goes on. */
static struct trap trap_return(struct hart *hart, enum privilege from)
{
    uint64_t pc = hart->pc;

    hart->spent += hart->costs->trap_return;
    hart_trap_return(hart, from);
    hart->doing.next_pc = hart->pc;
    hart->pc = pc;
    return NO_TRAP;
}

struct trap hart_do_mret(struct hart *hart, const struct insn *insn)
{
    if (hart->mode < MODE_M)
        return illegal(insn);
    return trap_return(hart, MODE_M);
}

/*
 * An instruction of S-mode that HS-mode may be kept from by a bit of mstatus, and VS-mode
 * by one of hstatus: sret, sfence.vma (3.1.6.5, 15.6.1). What is for HS-mode only has no
 * `guest_bit`.
 */
static struct trap check_supervisor(const struct hart *hart, const struct insn *insn,
                                    uint64_t bit, uint64_t guest_bit)
{
    if (hart->is_virtual) {
        bool allowed =
            hart->mode == MODE_S && guest_bit && !(hart->csr.hstatus & guest_bit);

        return allowed ? NO_TRAP : virtual_instruction(insn);
    }
    if (hart->mode == MODE_U || (hart->mode == MODE_S && (hart->csr.mstatus & bit)))
        return illegal(insn);
    return NO_TRAP;
}

struct trap hart_do_sret(struct hart *hart, const struct insn *insn)
{
    struct trap trap = check_supervisor(hart, insn, MSTATUS_TSR, HSTATUS_VTSR);

    return trapped(trap) ? trap : trap_return(hart, MODE_S);
}

/* TW keeps every mode but M from waiting, U-mode may not at all. In a guest VTW does the
 * same to VS-mode; VU-mode may not (15.6.1). */
static struct trap check_wait(const struct hart *hart, const struct insn *insn)
{
    bool tw = hart->csr.mstatus & MSTATUS_TW, vtw = hart->csr.hstatus & HSTATUS_VTW;

    if (hart->mode == MODE_M)
        return NO_TRAP;
    if (tw || (!hart->is_virtual && hart->mode == MODE_U))
        return illegal(insn);
    if (hart->is_virtual && (vtw || hart->mode == MODE_U))
        return virtual_instruction(insn);
    return NO_TRAP;
}

/* Waits until an enabled interrupt is pending, whatever the global enables say (3.3.3). */
struct trap hart_do_wfi(struct hart *hart, const struct insn *insn)
{
    struct trap trap = check_wait(hart, insn);

    if (trapped(trap))
        return trap;
    if ((hart_mip(hart) & hart->csr.mie) == 0) {
        hart_settle_life(hart, hart_now(hart));
        hart->asleep = true;
        EMIT(hart->events, hart_now(hart), HART_SLEEP, hart_sleep, .hart = hart->id,
             .asleep = 1);
    }
    return NO_TRAP;
}

/* --- fences ----------------------------------------------------------------------- */

/* Accesses reach memory in program order here, so a fence has only its price. */
struct trap hart_do_fence(struct hart *hart, const struct insn *insn)
{
    (void)insn;
    hart->spent += hart->costs->fence;
    return NO_TRAP;
}

/* Fetches always see memory as it is: see fast_code_written. */
struct trap hart_do_fence_i(struct hart *hart, const struct insn *insn)
{
    return hart_do_fence(hart, insn);
}

struct trap hart_do_pause(struct hart *hart, const struct insn *insn)
{
    return hart_do_fence(hart, insn);
}

/* What rs1 and rs2 name; x0 names all. */
struct fenced {
    uint64_t address;
    uint16_t id; /* ASID or VMID */
    bool all_addresses, all_ids;
};

static struct fenced fenced_by(const struct hart *hart, const struct insn *insn)
{
    return (struct fenced){.address = hart->x[insn->rs1],
                           .id = (uint16_t)hart->x[insn->rs2],
                           .all_addresses = insn->rs1 == 0,
                           .all_ids = insn->rs2 == 0};
}

static struct trap do_fence_of_tlb(struct hart *hart, const struct tlb_fence *fence)
{
    unsigned dropped;

    hart->spent += hart->costs->fence;
    dropped = tlb_flush(&hart->tlb, fence);
    hart_forget(hart);
    EMIT(hart->events, hart_now(hart), TLB_FLUSH, tlb_flush,
         .va = fence->va ? *fence->va : 0, .dropped = dropped,
         .asid = fence->asid ? *fence->asid : 0, .hart = hart->id,
         .all_addresses = !fence->va && !fence->gpa, .all_asids = !fence->asid,
         .gpa = fence->gpa ? *fence->gpa : 0, .vmid = fence->vmid ? *fence->vmid : 0,
         .is_guest = !(fence->spaces & BIT(TLB_HOST)), .all_vmids = !fence->vmid);
    return NO_TRAP;
}

/* The VS-stage's translations of the guest that hgatp.VMID names (15.3.2, 15.5.3). */
static struct trap fence_vs_stage(struct hart *hart, const struct fenced *fenced)
{
    uint16_t vmid = hart_vmid(hart);

    return do_fence_of_tlb(
        hart, &(struct tlb_fence){.spaces = BIT(TLB_GUEST),
                                  .va = fenced->all_addresses ? NULL : &fenced->address,
                                  .asid = fenced->all_ids ? NULL : &fenced->id,
                                  .vmid = &vmid});
}

struct trap hart_do_sfence_vma(struct hart *hart, const struct insn *insn)
{
    struct fenced fenced = fenced_by(hart, insn);
    struct trap trap = check_supervisor(hart, insn, MSTATUS_TVM, HSTATUS_VTVM);

    if (trapped(trap))
        return trap;
    if (hart->is_virtual)
        return fence_vs_stage(hart, &fenced);
    return do_fence_of_tlb(
        hart, &(struct tlb_fence){.spaces = BIT(TLB_HOST),
                                  .va = fenced.all_addresses ? NULL : &fenced.address,
                                  .asid = fenced.all_ids ? NULL : &fenced.id});
}

struct trap hart_do_hfence_vvma(struct hart *hart, const struct insn *insn)
{
    struct fenced fenced = fenced_by(hart, insn);
    struct trap trap = hart->has_h ? check_supervisor(hart, insn, 0, 0) : illegal(insn);

    return trapped(trap) ? trap : fence_vs_stage(hart, &fenced);
}

/* An entry of the TLB leads from a guest's virtual address to the physical one, so it is
 * dropped if the guest physical address on its way is fenced. */
struct trap hart_do_hfence_gvma(struct hart *hart, const struct insn *insn)
{
    struct fenced fenced = fenced_by(hart, insn);
    struct trap trap =
        hart->has_h ? check_supervisor(hart, insn, MSTATUS_TVM, 0) : illegal(insn);
    uint64_t gpa = fenced.address << 2;
    uint16_t vmid = fenced.id & BITS(13, 0);

    if (trapped(trap))
        return trap;
    return do_fence_of_tlb(
        hart, &(struct tlb_fence){.spaces = BIT(TLB_GUEST) | BIT(TLB_GUEST_BARE),
                                  .gpa = fenced.all_addresses ? NULL : &gpa,
                                  .vmid = fenced.all_ids ? NULL : &vmid});
}

/* --- hlv, hlvx and hsv ------------------------------------------------------------- */

struct trap hart_check_guest_access(const struct hart *hart, const struct insn *insn)
{
    if (!hart->has_h)
        return illegal(insn);
    if (hart->is_virtual)
        return virtual_instruction(insn);
    if (hart->mode == MODE_U && !(hart->csr.hstatus & HSTATUS_HU))
        return illegal(insn);
    return NO_TRAP;
}

/* --- Zicbom and Zicboz ------------------------------------------------------------ */

/* Do menvcfg and, in U-mode, senvcfg let this mode use the instruction? While V = 1
 * henvcfg must too, and then it is a virtual instruction where it may not. */
static struct trap check_envcfg(const struct hart *hart, const struct insn *insn,
                                uint64_t bits)
{
    const struct csrs *csr = &hart->csr;
    bool user = hart->mode != MODE_U || (csr->senvcfg & bits);

    if (hart->mode < MODE_M && !(csr->menvcfg & bits))
        return illegal(insn);
    if (hart->is_virtual)
        return (csr->henvcfg & bits) && user ? NO_TRAP : virtual_instruction(insn);
    return user ? NO_TRAP : illegal(insn);
}

static uint64_t as_store(uint64_t cause)
{
    switch (cause) {
    case CAUSE_LOAD_ACCESS:
        return CAUSE_STORE_ACCESS;
    case CAUSE_LOAD_PAGE:
        return CAUSE_STORE_PAGE;
    case CAUSE_LOAD_GUEST_PAGE:
        return CAUSE_STORE_GUEST_PAGE;
    default:
        return cause;
    }
}

/*
 * A block in RAM that the access is allowed to. Management asks as a load does, which may
 * go wherever a store may, and does not look at D; what is refused is told as a store is
 * ("CMO", "Page-Fault, Guest-Page-Fault, and Access-Fault Exceptions").
 */
static struct trap reach_block(struct hart *hart, const struct insn *insn,
                               uint8_t access)
{
    uint64_t va = hart->x[insn->rs1] & ~(uint64_t)(CACHE_BLOCK - 1), pa;
    struct trap trap = hart_reach(hart, va, CACHE_BLOCK, access, &pa);

    if (!trapped(trap) && ram_has(&hart->bus->ram, pa, CACHE_BLOCK))
        return NO_TRAP;
    if (!trapped(trap)) {
        hart->fault =
            (struct fault_note){.is_virtual = hart_data_mode(hart) & MODE_VIRTUAL};
        trap.cause = CAUSE_STORE_ACCESS;
    }
    return (struct trap){as_store(trap.cause), hart->x[insn->rs1]};
}

static struct trap manage_block(struct hart *hart, const struct insn *insn,
                                uint64_t bits)
{
    struct trap trap = check_envcfg(hart, insn, bits);

    if (!trapped(trap))
        trap = reach_block(hart, insn, ACCESS_LOAD);
    if (!trapped(trap))
        hart->spent += hart->costs->cache_block;
    return trap;
}

/* No data cache is modelled: RAM is always up to date, and nothing is lost. */
struct trap hart_do_cbo_clean(struct hart *hart, const struct insn *insn)
{
    return manage_block(hart, insn, MENVCFG_CBCFE);
}

struct trap hart_do_cbo_flush(struct hart *hart, const struct insn *insn)
{
    return manage_block(hart, insn, MENVCFG_CBCFE);
}

/* CBIE 01 turns an invalidation into a flush; without a cache both do nothing. */
struct trap hart_do_cbo_inval(struct hart *hart, const struct insn *insn)
{
    return manage_block(hart, insn, MENVCFG_CBIE);
}

/* Eight stores, none of which can fail any more. */
struct trap hart_do_cbo_zero(struct hart *hart, const struct insn *insn)
{
    uint64_t base = hart->x[insn->rs1] & ~(uint64_t)(CACHE_BLOCK - 1);
    struct trap trap = check_envcfg(hart, insn, MENVCFG_CBZE);

    if (!trapped(trap))
        trap = reach_block(hart, insn, ACCESS_STORE);
    for (unsigned at = 0; !trapped(trap) && at < CACHE_BLOCK; at += 8)
        trap = hart_store(hart, base + at, 8, 0);
    if (trapped(trap))
        return trap;
    hart->doing.va = base;
    hart->doing.pa -= CACHE_BLOCK - 8;
    hart->doing.size = CACHE_BLOCK;
    return NO_TRAP;
}
