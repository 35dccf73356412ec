/*
 * Instructions that act on the hart itself: CSR accesses, environment calls, returns,
 * waits, fences and cache-block operations. One function a name in the instruction
 * table; each gives NO_TRAP or the exception that its specification names.
 */
#include "machine/hart/system.h"

#include <string.h>

enum { CACHE_BLOCK = 64 };

static struct trap illegal(const struct insn *insn)
{
    return (struct trap){CAUSE_ILLEGAL_INSTRUCTION, insn->bits};
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
    uint64_t old, from;

    if (!hart_csr_allowed(hart, number, writes))
        return illegal(insn);
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
    (void)insn;
    return (struct trap){CAUSE_ECALL_U + (uint64_t)hart->mode, 0};
}

struct trap hart_do_ebreak(struct hart *hart, const struct insn *insn)
{
    (void)insn;
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

struct trap hart_do_sret(struct hart *hart, const struct insn *insn)
{
    if (hart->mode < MODE_S ||
        (hart->mode == MODE_S && (hart->csr.mstatus & MSTATUS_TSR)))
        return illegal(insn);
    return trap_return(hart, MODE_S);
}

/* Waits until an enabled interrupt is pending, whatever the global enables say (3.3.3).
 * In U-mode, and in S-mode under TW, it may not wait. */
struct trap hart_do_wfi(struct hart *hart, const struct insn *insn)
{
    if (hart->mode == MODE_U ||
        (hart->mode == MODE_S && (hart->csr.mstatus & MSTATUS_TW)))
        return illegal(insn);
    if ((hart_mip(hart) & hart->csr.mie) == 0) {
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

struct trap hart_do_sfence_vma(struct hart *hart, const struct insn *insn)
{
    uint64_t va = hart->x[insn->rs1];
    uint16_t asid = (uint16_t)hart->x[insn->rs2];
    unsigned dropped;

    if (hart->mode == MODE_U ||
        (hart->mode == MODE_S && (hart->csr.mstatus & MSTATUS_TVM)))
        return illegal(insn);
    hart->spent += hart->costs->fence;
    dropped = tlb_flush(&hart->tlb, insn->rs1 ? &va : NULL, insn->rs2 ? &asid : NULL);
    hart_forget(hart);
    EMIT(hart->events, hart_now(hart), TLB_FLUSH, tlb_flush, .va = insn->rs1 ? va : 0,
         .dropped = dropped, .asid = insn->rs2 ? asid : 0, .hart = hart->id,
         .all_addresses = insn->rs1 == 0, .all_asids = insn->rs2 == 0);
    return NO_TRAP;
}

/* --- Zicbom and Zicboz ------------------------------------------------------------ */

/* Do menvcfg and, in U-mode, senvcfg let this mode use the instruction? */
static bool envcfg_allows(const struct hart *hart, uint64_t bits)
{
    if (hart->mode < MODE_M && !(hart->csr.menvcfg & bits))
        return false;
    return hart->mode != MODE_U || (hart->csr.senvcfg & bits);
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
    bool no_page = trap.cause == CAUSE_LOAD_PAGE || trap.cause == CAUSE_STORE_PAGE;

    if (!trapped(trap) && ram_has(&hart->bus->ram, pa, CACHE_BLOCK))
        return NO_TRAP;
    return (struct trap){no_page ? CAUSE_STORE_PAGE : CAUSE_STORE_ACCESS,
                         hart->x[insn->rs1]};
}

static struct trap manage_block(struct hart *hart, const struct insn *insn)
{
    struct trap trap = reach_block(hart, insn, ACCESS_LOAD);

    if (!trapped(trap))
        hart->spent += hart->costs->cache_block;
    return trap;
}

/* No data cache is modelled: RAM is always up to date, and nothing is lost. */
static struct trap clean_or_flush(struct hart *hart, const struct insn *insn)
{
    if (!envcfg_allows(hart, MENVCFG_CBCFE))
        return illegal(insn);
    return manage_block(hart, insn);
}

struct trap hart_do_cbo_clean(struct hart *hart, const struct insn *insn)
{
    return clean_or_flush(hart, insn);
}

struct trap hart_do_cbo_flush(struct hart *hart, const struct insn *insn)
{
    return clean_or_flush(hart, insn);
}

/* CBIE 01 turns an invalidation into a flush; without a cache both do nothing. */
struct trap hart_do_cbo_inval(struct hart *hart, const struct insn *insn)
{
    if (!envcfg_allows(hart, MENVCFG_CBIE))
        return illegal(insn);
    return manage_block(hart, insn);
}

/* Eight stores, none of which can fail any more. */
struct trap hart_do_cbo_zero(struct hart *hart, const struct insn *insn)
{
    uint64_t base = hart->x[insn->rs1] & ~(uint64_t)(CACHE_BLOCK - 1);
    struct trap trap;

    if (!envcfg_allows(hart, MENVCFG_CBZE))
        return illegal(insn);
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
