#include "machine/isa/csr.h"
#include "machine/isa/formats.h"
#include "machine/isa/isa.h"

#include "base/bits.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct text {
    char *to;
    size_t room;
    size_t length; /* of the whole text, as snprintf counts it */
};

static void put(struct text *text, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void put(struct text *text, const char *fmt, ...)
{
    bool full = text->length >= text->room;
    va_list ap;

    va_start(ap, fmt);
    text->length += (size_t)vsnprintf(full ? NULL : text->to + text->length,
                                      full ? 0 : text->room - text->length, fmt, ap);
    va_end(ap);
}

/* A set of accesses to order: any of input, output, read, write. */
static void put_fence_set(struct text *text, unsigned set)
{
    static const char names[] = "wroi"; /* by bit */

    if (!set)
        put(text, "unknown");
    for (int bit = 3; bit >= 0; bit--)
        if (set >> bit & 1)
            put(text, "%c", names[bit]);
}

static void put_csr(struct text *text, unsigned number)
{
    char name[32];

    csr_text(name, sizeof(name), number);
    put(text, "%s", name);
}

/* One word of insn_layout.operands. */
static void put_operand(struct text *text, const char *word, size_t length,
                        const struct insn *insn, uint64_t pc)
{
    switch (operand_by_name(word, length)) {
    case OPERAND_RD:
        put(text, "%s", xreg_names[insn->rd]);
        break;
    case OPERAND_RS1:
        put(text, "%s", xreg_names[insn->rs1]);
        break;
    case OPERAND_RS2:
        put(text, "%s", xreg_names[insn->rs2]);
        break;
    case OPERAND_IMM:
        put(text, "%" PRId32, insn->imm);
        break;
    case OPERAND_SHAMT:
        put(text, "0x%" PRIx32, (uint32_t)insn->imm);
        break;
    case OPERAND_UPPER:
        put(text, "0x%" PRIx32, (uint32_t)insn->imm >> 12);
        break;
    case OPERAND_TARGET:
        put(text, "0x%" PRIx64, pc + (uint64_t)(int64_t)insn->imm);
        break;
    case OPERAND_CSR:
        put_csr(text, (unsigned)insn->imm);
        break;
    case OPERAND_ZIMM:
        put(text, "%u", insn->rs1);
        break;
    case OPERAND_PRED:
        put_fence_set(text, (unsigned)insn->imm >> 4 & 15);
        break;
    case OPERAND_SUCC:
        put_fence_set(text, (unsigned)insn->imm & 15);
        break;
    case OPERANDS:
        break;
    }
}

static void put_operands(struct text *text, const char *operands,
                         const struct insn *insn, uint64_t pc)
{
    while (*operands) {
        size_t length = strcspn(operands, ",()");

        if (length)
            put_operand(text, operands, length, insn, pc);
        else
            put(text, "%c", operands[length++]);
        operands += length;
    }
}

/* How an instruction is written. */
struct syntax {
    const char *name, *operands;
};

enum { ANY = -1, ANY_IMM = INT32_MIN };

/* How people write the instructions of a row, if their operands are these. The first
 * alias that fits is used. A row is tried as it was written, then as what it stands for. */
struct alias {
    uint16_t op; /* enum op */
    int8_t rd, rs1, rs2;
    int32_t imm;
    struct syntax syntax;
};

/* clang-format off */
static const struct alias alias_table[] = {
    {OP_C_NOP,    0,   0,   ANY, 0,       {"nop", ""}},
    {OP_C_NOP,    0,   0,   ANY, ANY_IMM, {"c.nop", "imm"}},
    {OP_C_ADDI,   ANY, ANY, ANY, ANY_IMM, {"add", "rd,rs1,imm"}},
    {OP_C_LI,     0,   ANY, ANY, ANY_IMM, {"c.li", "rd,imm"}},
    {OP_C_LUI,    0,   ANY, ANY, ANY_IMM, {"c.lui", "rd,upper"}},
    {OP_C_SLLI64, ANY, ANY, ANY, ANY_IMM, {"c.slli64", "rd"}},
    {OP_C_SRLI64, ANY, ANY, ANY, ANY_IMM, {"c.srli64", "rd"}},
    {OP_C_SRAI64, ANY, ANY, ANY, ANY_IMM, {"c.srai64", "rd"}},
    {OP_C_SLLI,   0,   ANY, ANY, ANY_IMM, {"c.slli", "rd,shamt"}},
    {OP_C_MV,     0,   ANY, ANY, ANY_IMM, {"c.mv", "rd,rs2"}},
    {OP_C_MV,     ANY, ANY, ANY, ANY_IMM, {"mv", "rd,rs2"}},
    {OP_C_ADD,    0,   ANY, ANY, ANY_IMM, {"c.add", "rd,rs2"}},

    {OP_ADDI,   0,   0,   ANY, 0,       {"nop", ""}},
    {OP_ADDI,   ANY, 0,   ANY, ANY_IMM, {"li", "rd,imm"}},
    {OP_ADDI,   ANY, ANY, ANY, 0,       {"mv", "rd,rs1"}},
    {OP_ADDI,   ANY, ANY, ANY, ANY_IMM, {"add", "rd,rs1,imm"}},
    {OP_SLTIU,  ANY, ANY, ANY, 1,       {"seqz", "rd,rs1"}},
    {OP_XORI,   ANY, ANY, ANY, -1,      {"not", "rd,rs1"}},
    {OP_XORI,   ANY, ANY, ANY, ANY_IMM, {"xor", "rd,rs1,imm"}},
    {OP_ORI,    ANY, ANY, ANY, ANY_IMM, {"or", "rd,rs1,imm"}},
    {OP_ANDI,   ANY, ANY, ANY, 255,     {"zext.b", "rd,rs1"}},
    {OP_ANDI,   ANY, ANY, ANY, ANY_IMM, {"and", "rd,rs1,imm"}},
    {OP_SLLI,   ANY, ANY, ANY, ANY_IMM, {"sll", "rd,rs1,shamt"}},
    {OP_SRLI,   ANY, ANY, ANY, ANY_IMM, {"srl", "rd,rs1,shamt"}},
    {OP_SRAI,   ANY, ANY, ANY, ANY_IMM, {"sra", "rd,rs1,shamt"}},
    {OP_ADDIW,  ANY, ANY, ANY, 0,       {"sext.w", "rd,rs1"}},
    {OP_ADDIW,  ANY, ANY, ANY, ANY_IMM, {"addw", "rd,rs1,imm"}},
    {OP_SLLIW,  ANY, ANY, ANY, ANY_IMM, {"sllw", "rd,rs1,shamt"}},
    {OP_SRLIW,  ANY, ANY, ANY, ANY_IMM, {"srlw", "rd,rs1,shamt"}},
    {OP_SRAIW,  ANY, ANY, ANY, ANY_IMM, {"sraw", "rd,rs1,shamt"}},
    {OP_SUB,    ANY, 0,   ANY, ANY_IMM, {"neg", "rd,rs2"}},
    {OP_SUBW,   ANY, 0,   ANY, ANY_IMM, {"negw", "rd,rs2"}},
    {OP_SLT,    ANY, ANY, 0,   ANY_IMM, {"sltz", "rd,rs1"}},
    {OP_SLT,    ANY, 0,   ANY, ANY_IMM, {"sgtz", "rd,rs2"}},
    {OP_SLTU,   ANY, 0,   ANY, ANY_IMM, {"snez", "rd,rs2"}},
    {OP_JAL,    0,   ANY, ANY, ANY_IMM, {"j", "target"}},
    {OP_JAL,    1,   ANY, ANY, ANY_IMM, {"jal", "target"}},
    {OP_JALR,   0,   1,   ANY, 0,       {"ret", ""}},
    {OP_JALR,   0,   ANY, ANY, 0,       {"jr", "rs1"}},
    {OP_JALR,   0,   ANY, ANY, ANY_IMM, {"jr", "imm(rs1)"}},
    {OP_JALR,   1,   ANY, ANY, 0,       {"jalr", "rs1"}},
    {OP_JALR,   1,   ANY, ANY, ANY_IMM, {"jalr", "imm(rs1)"}},
    {OP_JALR,   ANY, ANY, ANY, 0,       {"jalr", "rd,rs1"}},
    {OP_BEQ,    ANY, ANY, 0,   ANY_IMM, {"beqz", "rs1,target"}},
    {OP_BNE,    ANY, ANY, 0,   ANY_IMM, {"bnez", "rs1,target"}},
    {OP_BGE,    ANY, 0,   ANY, ANY_IMM, {"blez", "rs2,target"}},
    {OP_BGE,    ANY, ANY, 0,   ANY_IMM, {"bgez", "rs1,target"}},
    {OP_BLT,    ANY, ANY, 0,   ANY_IMM, {"bltz", "rs1,target"}},
    {OP_BLT,    ANY, 0,   ANY, ANY_IMM, {"bgtz", "rs2,target"}},
    {OP_FENCE,  ANY, ANY, ANY, 0xff,    {"fence", ""}},
    {OP_CSRRS,  ANY, 0,   ANY, CSR_CYCLE,   {"rdcycle", "rd"}},
    {OP_CSRRS,  ANY, 0,   ANY, CSR_TIME,    {"rdtime", "rd"}},
    {OP_CSRRS,  ANY, 0,   ANY, CSR_INSTRET, {"rdinstret", "rd"}},
    {OP_CSRRS,  ANY, 0,   ANY, ANY_IMM, {"csrr", "rd,csr"}},
    {OP_CSRRW,  0,   ANY, ANY, ANY_IMM, {"csrw", "csr,rs1"}},
    {OP_CSRRS,  0,   ANY, ANY, ANY_IMM, {"csrs", "csr,rs1"}},
    {OP_CSRRC,  0,   ANY, ANY, ANY_IMM, {"csrc", "csr,rs1"}},
    {OP_CSRRWI, 0,   ANY, ANY, ANY_IMM, {"csrw", "csr,zimm"}},
    {OP_CSRRSI, 0,   ANY, ANY, ANY_IMM, {"csrs", "csr,zimm"}},
    {OP_CSRRCI, 0,   ANY, ANY, ANY_IMM, {"csrc", "csr,zimm"}},
    {OP_CSRRWI, ANY, ANY, ANY, ANY_IMM, {"csrrw", "rd,csr,zimm"}},
    {OP_CSRRSI, ANY, ANY, ANY, ANY_IMM, {"csrrs", "rd,csr,zimm"}},
    {OP_CSRRCI, ANY, ANY, ANY, ANY_IMM, {"csrrc", "rd,csr,zimm"}},
    {OP_SFENCE_VMA, ANY, 0,   0, ANY_IMM, {"sfence.vma", ""}},
    {OP_SFENCE_VMA, ANY, ANY, 0, ANY_IMM, {"sfence.vma", "rs1"}},
    {OP_HFENCE_VVMA, ANY, 0,   0, ANY_IMM, {"hfence.vvma", ""}},
    {OP_HFENCE_VVMA, ANY, ANY, 0, ANY_IMM, {"hfence.vvma", "rs1"}},
    {OP_HFENCE_GVMA, ANY, 0,   0, ANY_IMM, {"hfence.gvma", ""}},
    {OP_HFENCE_GVMA, ANY, ANY, 0, ANY_IMM, {"hfence.gvma", "rs1"}},
};
/* clang-format on */

static bool fits(const struct alias *alias, const struct insn *insn)
{
    return (alias->rd == ANY || alias->rd == insn->rd) &&
           (alias->rs1 == ANY || alias->rs1 == insn->rs1) &&
           (alias->rs2 == ANY || alias->rs2 == insn->rs2) &&
           (alias->imm == ANY_IMM || alias->imm == insn->imm);
}

static const struct syntax *find_alias(unsigned op, const struct insn *insn)
{
    for (size_t i = 0; i < COUNT(alias_table); i++)
        if (alias_table[i].op == op && fits(&alias_table[i], insn))
            return &alias_table[i].syntax;
    return NULL;
}

static struct syntax syntax_of_row(unsigned op)
{
    return (struct syntax){insn_infos[op].name,
                           insn_layouts[insn_infos[op].format].operands};
}

static struct syntax syntax_of(const struct insn *insn, bool aliases)
{
    const struct syntax *alias;

    if (!aliases) /* c.nop is an alias too */
        return syntax_of_row(insn->form == OP_C_NOP ? OP_C_ADDI : insn->form);
    alias = find_alias(insn->form, insn);
    if (!alias)
        alias = find_alias(insn->op, insn);
    return alias ? *alias : syntax_of_row(insn->op);
}

/* Has the encoding operands that its text cannot say? Of fence and fence.i, most fields
 * are reserved; a hart ignores them. */
static bool has_silent_fields(const struct insn *insn)
{
    switch (insn->form) {
    case OP_FENCE:
        return insn->rd || insn->rs1 || insn->imm >> 8;
    case OP_FENCE_I:
        return insn->rd || insn->rs1 || insn->imm;
    default:
        return false;
    }
}

/* The two encodings that are illegal for good, so that programs can trap on purpose. */
#define C_UNIMP 0x0000
#define UNIMP   0xc0001073

static const char *unimp_name(const struct insn *insn, bool aliases)
{
    if (insn->length == 2 && insn->bits == C_UNIMP)
        return aliases ? "unimp" : "c.unimp";
    return insn->length == 4 && insn->bits == UNIMP ? "unimp" : NULL;
}

int insn_text(char *to, size_t room, const struct insn *insn, uint64_t pc, bool aliases)
{
    static const char *const order[] = {"", ".rl", ".aq", ".aqrl"};
    struct text text = {to, room, 0};
    const char *unimp = unimp_name(insn, aliases);
    struct syntax syntax;

    if (unimp) {
        put(&text, "%s", unimp);
        return (int)text.length;
    }
    if (insn->op == OP_ILLEGAL || has_silent_fields(insn)) {
        put(&text, ".%ubyte\t0x%" PRIx32, insn->length, insn->bits);
        return (int)text.length;
    }
    syntax = syntax_of(insn, aliases);
    put(&text, "%s", syntax.name);
    if (insn_infos[insn->op].class == CLASS_ATOMIC)
        put(&text, "%s", order[insn->imm & 3]);
    if (*syntax.operands) {
        put(&text, "\t");
        put_operands(&text, syntax.operands, insn, pc);
    }
    return (int)text.length;
}
