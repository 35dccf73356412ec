#include "machine/isa/asm/pseudo.h"

#include "base/bits.h"

/*
 * RISC-V Assembly Programmer's Manual, "A listing of standard RISC-V pseudoinstructions",
 * and what GNU as accepts besides. Of two rows with one name, the first that fits counts;
 * a native instruction of the name comes before both.
 */

#define PC_RELATIVE_LOAD(name)                                                         \
    {                                                                                  \
        name, "rd,symbol", "auipc rd,%high;" name " rd,%low(rd)"                       \
    }
#define PC_RELATIVE_STORE(name)                                                        \
    {                                                                                  \
        name, "rs2,symbol,rs1", "auipc rs1,%high;" name " rs2,%low(rs1)"               \
    }
#define WITH_IMMEDIATE(name, native, operand)                                          \
    {                                                                                  \
        name, "rd,rs1," operand, native " rd,rs1," operand                             \
    }

/* clang-format off */
const struct pseudo pseudos[] = {
    {"nop",    "",             "addi zero,zero,0"},
    {"li",     "rd,value",     NULL},
    {"la",     "rd,number",    NULL},
    {"la",     "rd,symbol",    "auipc rd,%high;addi rd,rd,%low"},
    {"lla",    "rd,number",    NULL},
    {"lla",    "rd,symbol",    "auipc rd,%high;addi rd,rd,%low"},

    {"mv",     "rd,rs1",       "addi rd,rs1,0"},
    {"move",   "rd,rs1",       "addi rd,rs1,0"},
    {"not",    "rd,rs1",       "xori rd,rs1,-1"},
    {"neg",    "rd,rs2",       "sub rd,zero,rs2"},
    {"negw",   "rd,rs2",       "subw rd,zero,rs2"},
    {"sext.b", "rd,rs1",       "slli rd,rs1,56;srai rd,rd,56"},
    {"sext.h", "rd,rs1",       "slli rd,rs1,48;srai rd,rd,48"},
    {"sext.w", "rd,rs1",       "addiw rd,rs1,0"},
    {"zext.b", "rd,rs1",       "andi rd,rs1,255"},
    {"zext.h", "rd,rs1",       "slli rd,rs1,48;srli rd,rd,48"},
    {"zext.w", "rd,rs1",       "slli rd,rs1,32;srli rd,rd,32"},
    {"seqz",   "rd,rs1",       "sltiu rd,rs1,1"},
    {"snez",   "rd,rs2",       "sltu rd,zero,rs2"},
    {"sltz",   "rd,rs1",       "slt rd,rs1,zero"},
    {"sgtz",   "rd,rs2",       "slt rd,zero,rs2"},
    {"sgt",    "rd,rs1,rs2",   "slt rd,rs2,rs1"},
    {"sgtu",   "rd,rs1,rs2",   "sltu rd,rs2,rs1"},

    {"beqz",   "rs1,target",   "beq rs1,zero,target"},
    {"bnez",   "rs1,target",   "bne rs1,zero,target"},
    {"blez",   "rs1,target",   "bge zero,rs1,target"},
    {"bgez",   "rs1,target",   "bge rs1,zero,target"},
    {"bltz",   "rs1,target",   "blt rs1,zero,target"},
    {"bgtz",   "rs1,target",   "blt zero,rs1,target"},
    {"bgt",    "rs1,rs2,target", "blt rs2,rs1,target"},
    {"ble",    "rs1,rs2,target", "bge rs2,rs1,target"},
    {"bgtu",   "rs1,rs2,target", "bltu rs2,rs1,target"},
    {"bleu",   "rs1,rs2,target", "bgeu rs2,rs1,target"},

    {"j",      "target",       "jal zero,target"},
    {"jal",    "target",       "jal ra,target"},
    {"jr",     "rs1",          "jalr zero,0(rs1)"},
    {"jr",     "imm(rs1)",     "jalr zero,imm(rs1)"},
    {"jr",     "rs1,imm",      "jalr zero,imm(rs1)"},
    {"jalr",   "rs1",          "jalr ra,0(rs1)"},
    {"jalr",   "imm(rs1)",     "jalr ra,imm(rs1)"},
    {"jalr",   "rs1,imm",      "jalr ra,imm(rs1)"},
    {"jalr",   "rd,rs1",       "jalr rd,0(rs1)"},
    {"jalr",   "rd,rs1,imm",   "jalr rd,imm(rs1)"},
    {"ret",    "",             "jalr zero,0(ra)"},
    {"call",   "target",       "auipc ra,%high;jalr ra,%low(ra)"},
    {"call",   "rd,target",    "auipc t1,%high;jalr rd,%low(t1)"},
    {"tail",   "target",       "auipc t1,%high;jalr zero,%low(t1)"},
    {"jump",   "target,rs1",   "auipc rs1,%high;jalr zero,%low(rs1)"},

    {"csrr",   "rd,csr",       "csrrs rd,csr,zero"},
    {"csrw",   "csr,rs1",      "csrrw zero,csr,rs1"},
    {"csrw",   "csr,zimm",     "csrrwi zero,csr,zimm"},
    {"csrs",   "csr,rs1",      "csrrs zero,csr,rs1"},
    {"csrs",   "csr,zimm",     "csrrsi zero,csr,zimm"},
    {"csrc",   "csr,rs1",      "csrrc zero,csr,rs1"},
    {"csrc",   "csr,zimm",     "csrrci zero,csr,zimm"},
    {"csrwi",  "csr,zimm",     "csrrwi zero,csr,zimm"},
    {"csrsi",  "csr,zimm",     "csrrsi zero,csr,zimm"},
    {"csrci",  "csr,zimm",     "csrrci zero,csr,zimm"},
    {"csrrw",  "rd,csr,zimm",  "csrrwi rd,csr,zimm"},
    {"csrrs",  "rd,csr,zimm",  "csrrsi rd,csr,zimm"},
    {"csrrc",  "rd,csr,zimm",  "csrrci rd,csr,zimm"},
    {"rdcycle",   "rd",        "csrrs rd,cycle,zero"},
    {"rdtime",    "rd",        "csrrs rd,time,zero"},
    {"rdinstret", "rd",        "csrrs rd,instret,zero"},

    {"fence",      "",         "fence iorw,iorw"},
    {"sfence.vma", "",         "sfence.vma zero,zero"},
    {"sfence.vma", "rs1",      "sfence.vma rs1,zero"},
    {"hfence.vvma", "",        "hfence.vvma zero,zero"},
    {"hfence.vvma", "rs1",     "hfence.vvma rs1,zero"},
    {"hfence.gvma", "",        "hfence.gvma zero,zero"},
    {"hfence.gvma", "rs1",     "hfence.gvma rs1,zero"},
    {"unimp",      "",         "csrrw zero,cycle,zero"},
    {"scall",      "",         "ecall"},
    {"sbreak",     "",         "ebreak"},
    {"c.nop",      "",         "c.nop zero,0"},
    {"c.nop",      "value",    "c.nop zero,value"},

    PC_RELATIVE_LOAD("lb"),
    PC_RELATIVE_LOAD("lh"),
    PC_RELATIVE_LOAD("lw"),
    PC_RELATIVE_LOAD("ld"),
    PC_RELATIVE_LOAD("lbu"),
    PC_RELATIVE_LOAD("lhu"),
    PC_RELATIVE_LOAD("lwu"),
    PC_RELATIVE_STORE("sb"),
    PC_RELATIVE_STORE("sh"),
    PC_RELATIVE_STORE("sw"),
    PC_RELATIVE_STORE("sd"),

    WITH_IMMEDIATE("add",  "addi",  "imm"),
    WITH_IMMEDIATE("addw", "addiw", "imm"),
    WITH_IMMEDIATE("and",  "andi",  "imm"),
    WITH_IMMEDIATE("or",   "ori",   "imm"),
    WITH_IMMEDIATE("xor",  "xori",  "imm"),
    WITH_IMMEDIATE("slt",  "slti",  "imm"),
    WITH_IMMEDIATE("sltu", "sltiu", "imm"),
    WITH_IMMEDIATE("sll",  "slli",  "shamt"),
    WITH_IMMEDIATE("srl",  "srli",  "shamt"),
    WITH_IMMEDIATE("sra",  "srai",  "shamt"),
    WITH_IMMEDIATE("sllw", "slliw", "shamt"),
    WITH_IMMEDIATE("srlw", "srliw", "shamt"),
    WITH_IMMEDIATE("sraw", "sraiw", "shamt"),
};
/* clang-format on */

const size_t pseudo_count = COUNT(pseudos);
