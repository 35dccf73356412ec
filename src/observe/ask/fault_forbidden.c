/*
 * Illegal and virtual instructions: which bit of which CSR forbids them, or that nothing
 * could allow them (Privileged 1.13, 2.1, 3.1.6.5, 3.1.11, 15.6.1).
 */
#include "observe/ask/fault_parts.h"

#include "base/bits.h"
#include "machine/isa/csr.h"
#include "machine/isa/isa.h"

#include <inttypes.h>
#include <stdio.h>

/* What forbids an instruction: a bit of a CSR, or nothing that could be changed. */
struct ban {
    char why[160];
    bool has_csr;
    uint16_t csr;
    uint8_t bit;
};

static void ban_by(struct ban *ban, unsigned csr, unsigned bit, const char *why)
{
    snprintf(ban->why, sizeof(ban->why), "%s", why);
    ban->has_csr = true;
    ban->csr = (uint16_t)csr;
    ban->bit = (uint8_t)bit;
}

static void ban_for_good(struct ban *ban, const char *name, const char *whose,
                         const struct hart *hart)
{
    snprintf(ban->why, sizeof(ban->why), "%s is for %s, and hart %u is in %s", name,
             whose, hart->id, mode_name(hart_privilege(hart)));
}

/* Counters: mcounteren for S-mode and below, hcounteren for guests, scounteren for U- and
 * VU-mode (3.1.11, 15.2.6). */
static void ban_counter(struct ban *ban, const struct hart *hart, unsigned number)
{
    unsigned bit = number & 31;

    if (!(hart->csr.mcounteren & BIT(bit)))
        ban_by(ban, CSR_MCOUNTEREN, bit,
               "mcounteren does not let S-mode or U-mode read it");
    else if (hart->is_virtual && !(hart->csr.hcounteren & BIT(bit)))
        ban_by(ban, CSR_HCOUNTEREN, bit, "hcounteren does not let a guest read it");
    else
        ban_by(ban, CSR_SCOUNTEREN, bit, "scounteren does not let U-mode read it");
}

/* stimecmp, which is vstimecmp to a guest (Sstc). */
static void ban_timer(struct ban *ban, const struct hart *hart)
{
    if (!(hart->csr.menvcfg & MENVCFG_STCE))
        ban_by(ban, CSR_MENVCFG, 63, "menvcfg.STCE is 0: S-mode may not use stimecmp");
    else if (!(hart->csr.mcounteren & BIT(1)))
        ban_by(ban, CSR_MCOUNTEREN, 1,
               "mcounteren.TM is 0: S-mode may not use stimecmp");
    else if (!(hart->csr.henvcfg & MENVCFG_STCE))
        ban_by(ban, CSR_HENVCFG, 63, "henvcfg.STCE is 0: a guest may not use stimecmp");
    else
        ban_by(ban, CSR_HCOUNTEREN, 1,
               "hcounteren.TM is 0: a guest may not use stimecmp");
}

/* satp and hgatp: TVM, and for a guest VTVM. */
static void ban_translation(struct ban *ban, const struct hart *hart,
                            const struct csr_info *info)
{
    char why[80];

    snprintf(why, sizeof(why), "mstatus.TVM is 1: S-mode may not use %s", info->name);
    if (hart->is_virtual)
        ban_by(ban, CSR_HSTATUS, 20, "hstatus.VTVM is 1: VS-mode may not use satp");
    else
        ban_by(ban, CSR_MSTATUS, 20, why);
}

enum { LEVEL_HS = 2 }; /* in bits 9:8 of a CSR's number: the hypervisor's */

/* The number tells who may: is that what the hart is not? */
static bool is_above(const struct hart *hart, unsigned level)
{
    if (hart->is_virtual && level >= LEVEL_HS)
        return true;
    return hart->mode < (level == LEVEL_HS ? MODE_S : level);
}

static void ban_of_csr(struct ban *ban, const struct hart *hart,
                       const struct insn *insn)
{
    static const char *const who[] = {"U-mode and above", "S-mode and above",
                                      "HS-mode and above", "M-mode and above"};
    unsigned number = (unsigned)insn->imm & 0xfff, level = number >> 8 & 3;
    const struct csr_info *info = csr_by_number(number);

    if (!info || !hart_has_csr(hart, number))
        snprintf(ban->why, sizeof(ban->why), "there is no CSR 0x%x", number);
    else if (number >> 10 == 3 && hart_csr_refusal(hart, number, false) == CAUSE_NONE)
        snprintf(ban->why, sizeof(ban->why), "%s is read-only", info->name);
    else if (is_above(hart, level))
        ban_for_good(ban, info->name, who[level], hart);
    else if (number == CSR_SATP || number == CSR_HGATP)
        ban_translation(ban, hart, info);
    else if (number == CSR_STIMECMP || number == CSR_VSTIMECMP)
        ban_timer(ban, hart);
    else
        ban_counter(ban, hart, number);
}

/* Instructions of S-mode, each with the bit of mstatus and hstatus that forbids it; no
 * guest bit: it is HS-mode's. */
static const struct system_row {
    uint16_t op;
    uint8_t bit, guest_bit;
    const char *why, *guest_why;
} system_rows[] = {
    {OP_SRET, 22, 22, "mstatus.TSR is 1: sret in S-mode traps",
     "hstatus.VTSR is 1: sret in VS-mode traps"},
    {OP_WFI, 21, 21, "mstatus.TW is 1: wfi in S-mode traps",
     "hstatus.VTW is 1: wfi in VS-mode traps"},
    {OP_SFENCE_VMA, 20, 20, "mstatus.TVM is 1: sfence.vma in S-mode traps",
     "hstatus.VTVM is 1: sfence.vma in VS-mode traps"},
    {OP_HFENCE_GVMA, 20, 0, "mstatus.TVM is 1: hfence.gvma in HS-mode traps", NULL},
    {OP_HFENCE_VVMA, 0, 0, NULL, NULL},
};

static const struct system_row *system_row(unsigned op)
{
    for (size_t i = 0; i < COUNT(system_rows); i++)
        if (system_rows[i].op == op)
            return &system_rows[i];
    return NULL;
}

static void ban_of_system(struct ban *ban, const struct hart *hart,
                          const struct insn *insn)
{
    const struct system_row *row = system_row(insn->op);
    char name[32];
    bool tw = insn->op == OP_WFI && (hart->csr.mstatus & MSTATUS_TW);

    snprintf(name, sizeof(name), "`%s`", insn_infos[insn->op].name);
    if (!row)
        ban_for_good(ban, name, "M-mode", hart);
    else if (!row->guest_bit && !hart->has_h)
        snprintf(ban->why, sizeof(ban->why),
                 "hart %u has no hypervisor extension (misa.H is 0)", hart->id);
    else if (!row->guest_bit && (hart->is_virtual || hart->mode == MODE_U))
        ban_for_good(ban, name, "HS-mode and above", hart);
    else if (hart->mode == MODE_U && !(tw && hart->is_virtual))
        ban_for_good(ban, name, "S-mode and above", hart);
    else if (hart->is_virtual && !tw)
        ban_by(ban, CSR_HSTATUS, row->guest_bit, row->guest_why);
    else
        ban_by(ban, CSR_MSTATUS, row->bit, row->why);
}

/* hlv, hlvx and hsv (15.3.1). */
static void ban_of_guest_access(struct ban *ban, const struct hart *hart,
                                const struct insn *insn)
{
    char name[32];

    snprintf(name, sizeof(name), "`%s`", insn_infos[insn->op].name);
    if (!hart->has_h)
        snprintf(ban->why, sizeof(ban->why),
                 "hart %u has no hypervisor extension (misa.H is 0)", hart->id);
    else if (hart->is_virtual)
        ban_for_good(ban, name, "the hypervisor", hart);
    else
        ban_by(ban, CSR_HSTATUS, 9, "hstatus.HU is 0: it is not for U-mode");
}

/* Zicbom and Zicboz: menvcfg for S-mode and below, henvcfg for guests, senvcfg for U- and
 * VU-mode. */
static void ban_of_cache(struct ban *ban, const struct hart *hart,
                         const struct insn *insn)
{
    uint64_t bits = insn->op == OP_CBO_ZERO    ? MENVCFG_CBZE
                    : insn->op == OP_CBO_INVAL ? MENVCFG_CBIE
                                               : MENVCFG_CBCFE;
    unsigned bit = insn->op == OP_CBO_ZERO ? 7 : insn->op == OP_CBO_INVAL ? 4 : 6;

    if (!(hart->csr.menvcfg & bits))
        ban_by(ban, CSR_MENVCFG, bit, "menvcfg does not enable it below M-mode");
    else if (hart->is_virtual && !(hart->csr.henvcfg & bits))
        ban_by(ban, CSR_HENVCFG, bit, "henvcfg does not enable it in a guest");
    else
        ban_by(ban, CSR_SENVCFG, bit, "senvcfg does not enable it in U-mode");
}

void fault_of_forbidden(const struct failure *failure, const struct scene *scene)
{
    uint32_t bits = (uint32_t)failure->fault->event.trap_enter.tval;
    struct insn insn = insn_decode(bits);
    struct ban ban = {.has_csr = false};

    if (insn.op == OP_ILLEGAL) {
        fault_say(failure,
                  "no instruction that the hart has is encoded as 0x%0*" PRIx32,
                  insn.length == 2 ? 4 : 8, bits);
        return;
    }
    if (insn_infos[insn.op].class == CLASS_CSR)
        ban_of_csr(&ban, &scene->hart, &insn);
    else if (insn_infos[insn.op].class == CLASS_CACHE)
        ban_of_cache(&ban, &scene->hart, &insn);
    else if (insn_infos[insn.op].class == CLASS_HYPERVISOR)
        ban_of_guest_access(&ban, &scene->hart, &insn);
    else
        ban_of_system(&ban, &scene->hart, &insn);
    fault_say(failure, "%s", ban.why);
    if (ban.has_csr)
        fault_blame_csr(failure, scene, ban.csr, ban.bit, ban.bit);
}
