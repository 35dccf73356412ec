#include "machine/isa/isa.h"
#include "base/bits.h"
#include "machine/isa/csr.h"
#include "machine/isa/formats.h"
#include "tests/lib/objdump.h"
#include "tests/lib/suite.h"

#include <stdio.h>
#include <string.h>

/* xorshift64: the same operands on every run. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* The text with one blank for the tab after the mnemonic. */
static const char *text_of(uint32_t bits, uint64_t pc, bool aliases)
{
    static char text[OBJDUMP_TEXT];
    struct insn insn = insn_decode(bits);
    int length = insn_text(text, sizeof(text), &insn, pc, aliases);
    char *tab = strchr(text, '\t');

    if (length != (int)strlen(text)) /* ck_assert would be slow in the long loops */
        ck_abort_msg("%s: length %d", text, length);
    if (tab)
        *tab = ' ';
    return text;
}

/* Register numbers and immediates that mean something, mixed with any. */
static uint32_t interesting(enum op op, uint64_t *seed)
{
    static const uint8_t regs[] = {0, 0, 1, 2, 8, 10, 15, 31};
    struct imm_range range = insn_imm_range(insn_infos[op].format);
    int64_t imms[] = {0, range.step, -range.step, range.min, range.max, 255, 1, -1};
    struct insn insn = {.form = (uint16_t)op};
    uint64_t dice = next_random(seed);

    insn.rd = regs[dice & 7];
    insn.rs1 = regs[dice >> 3 & 7];
    insn.rs2 = regs[dice >> 6 & 7];
    insn.imm = (int32_t)imms[dice >> 9 & 7];
    return insn_encode(&insn);
}

static uint32_t any_of_row(enum op op, uint64_t *seed)
{
    const struct insn_info *row = &insn_infos[op];
    uint32_t bits = ((uint32_t)next_random(seed) & ~row->mask) | row->match;

    return (row->match & 3) == 3 ? bits : bits & 0xffff;
}

/* --- text ---------------------------------------------------------------------- */

#define PC UINT64_C(0x80001000)

struct text_row {
    uint32_t bits;
    const char *text;
};

/* As objdump 2.40 -M no-aliases prints them: every row, then what has no row. */
/* clang-format off */
static const struct text_row plain_rows[] = {
    {0xfffff6b7, "lui a3,0xfffff"}, {0x800005b7, "lui a1,0x80000"},
    {0x00000597, "auipc a1,0x0"}, {0xfffff16f, "jal sp,0x80000ffe"},
    {0x001a87e7, "jalr a5,1(s5)"}, {0x7fff0863, "beq t5,t6,0x800017f0"},
    {0x802c0063, "beq s8,sp,0x80000000"}, {0xff3d9fe3, "bne s11,s3,0x80000ffe"},
    {0x06d1c263, "blt gp,a3,0x80001064"}, {0x00375063, "bge a4,gp,0x80001000"},
    {0xfe4b6fe3, "bltu s6,tp,0x80000ffe"}, {0x00f0f063, "bgeu ra,a5,0x80001000"},
    {0x800f8c03, "lb s8,-2048(t6)"}, {0x800b8603, "lb a2,-2048(s7)"},
    {0x800d9083, "lh ra,-2048(s11)"}, {0x010e2783, "lw a5,16(t3)"},
    {0x01013903, "ld s2,16(sp)"}, {0x80083d83, "ld s11,-2048(a6)"},
    {0x0014c103, "lbu sp,1(s1)"}, {0x064a5403, "lhu s0,100(s4)"},
    {0xffff6983, "lwu s3,-1(t5)"}, {0xfe870fa3, "sb s0,-1(a4)"},
    {0x06f21223, "sh a5,100(tp)"}, {0x018da0a3, "sw s8,1(s11)"},
    {0xffc3bfa3, "sd t3,-1(t2)"}, {0xfff20993, "addi s3,tp,-1"},
    {0x80028a93, "addi s5,t0,-2048"}, {0x064a2693, "slti a3,s4,100"},
    {0x0011b093, "sltiu ra,gp,1"}, {0x8002cd13, "xori s10,t0,-2048"},
    {0x0014e293, "ori t0,s1,1"}, {0x800f7c93, "andi s9,t5,-2048"},
    {0x000d9b13, "slli s6,s11,0x0"}, {0x03ff9413, "slli s0,t6,0x3f"},
    {0x00015b93, "srli s7,sp,0x0"}, {0x43045f93, "srai t6,s0,0x30"},
    {0x43f4dc13, "srai s8,s1,0x3f"}, {0xfff60e9b, "addiw t4,a2,-1"},
    {0x01f8909b, "slliw ra,a7,0x1f"}, {0x01fa969b, "slliw a3,s5,0x1f"},
    {0x010ad79b, "srliw a5,s5,0x10"}, {0x40155f1b, "sraiw t5,a0,0x1"},
    {0x00fe0cb3, "add s9,t3,a5"}, {0x40988633, "sub a2,a7,s1"},
    {0x011b1c33, "sll s8,s6,a7"}, {0x01c82933, "slt s2,a6,t3"},
    {0x004ebc33, "sltu s8,t4,tp"}, {0x0193c233, "xor tp,t2,s9"},
    {0x01ef59b3, "srl s3,t5,t5"}, {0x40535eb3, "sra t4,t1,t0"},
    {0x01b16633, "or a2,sp,s11"}, {0x0111fe33, "and t3,gp,a7"},
    {0x00ce8dbb, "addw s11,t4,a2"}, {0x4044043b, "subw s0,s0,tp"},
    {0x003714bb, "sllw s1,a4,gp"}, {0x0129573b, "srlw a4,s2,s2"},
    {0x4115d93b, "sraw s2,a1,a7"}, {0x0100000f, "pause"}, {0x8330000f, "fence.tso"},
    {0x0310000f, "fence rw,w"}, {0x0000100f, "fence.i"}, {0x00000073, "ecall"},
    {0x00100073, "ebreak"}, {0x30200073, "mret"}, {0x10200073, "sret"},
    {0x10500073, "wfi"}, {0x135d0073, "sfence.vma s10,s5"},
    {0x300293f3, "csrrw t2,mstatus,t0"}, {0x7c0f1473, "csrrw s0,0x7c0,t5"},
    {0x300a2473, "csrrs s0,mstatus,s4"}, {0x3003b1f3, "csrrc gp,mstatus,t2"},
    {0x300bd8f3, "csrrwi a7,mstatus,23"}, {0x7c045973, "csrrwi s2,0x7c0,8"},
    {0x300cebf3, "csrrsi s7,mstatus,25"}, {0x30057873, "csrrci a6,mstatus,10"},
    {0x021d0fb3, "mul t6,s10,ra"}, {0x03029133, "mulh sp,t0,a6"},
    {0x0391a7b3, "mulhsu a5,gp,s9"}, {0x023a3633, "mulhu a2,s4,gp"},
    {0x031c81bb, "mulw gp,s9,a7"}, {0x03e249b3, "div s3,tp,t5"},
    {0x039c57b3, "divu a5,s8,s9"}, {0x0260ecb3, "rem s9,ra,t1"},
    {0x03fa7f33, "remu t5,s4,t6"}, {0x026d443b, "divw s0,s10,t1"},
    {0x03f454bb, "divuw s1,s0,t6"}, {0x036969bb, "remw s3,s2,s6"},
    {0x03447ebb, "remuw t4,s0,s4"}, {0x1608292f, "lr.w.aqrl s2,(a6)"},
    {0x1ea0a92f, "sc.w.aqrl s2,a0,(ra)"}, {0x0e90a92f, "amoswap.w.aqrl s2,s1,(ra)"},
    {0x04c122af, "amoadd.w.aq t0,a2,(sp)"}, {0x2589a5af, "amoxor.w.aq a1,s8,(s3)"},
    {0x6713a12f, "amoand.w.aqrl sp,a7,(t2)"}, {0x409b2faf, "amoor.w t6,s1,(s6)"},
    {0x809fa6af, "amomin.w a3,s1,(t6)"}, {0xa54ba22f, "amomax.w.aq tp,s4,(s7)"},
    {0xc1e9a22f, "amominu.w tp,t5,(s3)"}, {0xe3dc2daf, "amomaxu.w.rl s11,t4,(s8)"},
    {0x16073eaf, "lr.d.aqrl t4,(a4)"}, {0x18b5b22f, "sc.d tp,a1,(a1)"},
    {0x0cddb3af, "amoswap.d.aq t2,a3,(s11)"}, {0x048cbe2f, "amoadd.d.aq t3,s0,(s9)"},
    {0x22e0ba2f, "amoxor.d.rl s4,a4,(ra)"}, {0x6516bf2f, "amoand.d.aq t5,a7,(a3)"},
    {0x40183e2f, "amoor.d t3,ra,(a6)"}, {0x81123faf, "amomin.d t6,a7,(tp)"},
    {0xa5a0b0af, "amomax.d.aq ra,s10,(ra)"}, {0xc399bb2f, "amominu.d.rl s6,s9,(s3)"},
    {0xe7eb3baf, "amomaxu.d.aqrl s7,t5,(s6)"}, {0x0006200f, "cbo.inval (a2)"},
    {0x001a200f, "cbo.clean (s4)"}, {0x0027200f, "cbo.flush (a4)"},
    {0x0040a00f, "cbo.zero (ra)"}, {0x1fe4, "c.addi4spn s1,sp,1020"},
    {0x419c, "c.lw a5,0(a1)"}, {0x5c70, "c.lw a2,124(s0)"}, {0x71a0, "c.ld s0,96(a1)"},
    {0xd9a0, "c.sw s0,112(a1)"}, {0xe29c, "c.sd a5,0(a3)"}, {0xfee4, "c.sd s1,248(a3)"},
    {0x0001, "c.addi zero,0"}, {0x1f11, "c.addi t5,-28"}, {0x1281, "c.addi t0,-32"},
    {0x3f91, "c.addiw t6,-28"}, {0x4485, "c.li s1,1"}, {0x6125, "c.addi16sp sp,96"},
    {0x7101, "c.addi16sp sp,-512"}, {0x76fd, "c.lui a3,0xfffff"},
    {0x7e81, "c.lui t4,0xfffe0"}, {0x8381, "c.srli64 a5"}, {0x9391, "c.srli a5,0x24"},
    {0x937d, "c.srli a4,0x3f"}, {0x8481, "c.srai64 s1"}, {0x977d, "c.srai a4,0x3f"},
    {0x8a85, "c.andi a3,1"}, {0x9a81, "c.andi a3,-32"}, {0x8d85, "c.sub a1,s1"},
    {0x8ea9, "c.xor a3,a0"}, {0x8ed1, "c.or a3,a2"}, {0x8c75, "c.and s0,a3"},
    {0x9f85, "c.subw a5,s1"}, {0x9eb5, "c.addw a3,a3"}, {0xb001, "c.j 0x80000800"},
    {0xd9e5, "c.beqz a1,0x80000ff0"}, {0xd301, "c.beqz a4,0x80000f00"},
    {0xe981, "c.bnez a1,0x80001010"}, {0x0f82, "c.slli64 t6"},
    {0x14c2, "c.slli s1,0x30"}, {0x51ce, "c.lwsp gp,240(sp)"},
    {0x5e7e, "c.lwsp t3,252(sp)"}, {0x6142, "c.ldsp sp,16(sp)"},
    {0x7cfe, "c.ldsp s9,504(sp)"}, {0x8982, "c.jr s3"}, {0x8e1e, "c.mv t3,t2"},
    {0x9002, "c.ebreak"}, {0x9e02, "c.jalr t3"}, {0x9f06, "c.add t5,ra"},
    {0xc01a, "c.swsp t1,0(sp)"}, {0xdfb6, "c.swsp a3,252(sp)"},
    {0xe036, "c.sdsp a3,0(sp)"}, {0xffea, "c.sdsp s10,504(sp)"},
    {0x8ff0000f, ".4byte 0x8ff0000f"}, {0x0330008f, ".4byte 0x330008f"},
    {0x0000000f, "fence unknown,unknown"}, {0x0000108f, ".4byte 0x108f"},
    {0x00102573, "csrrs a0,fflags,zero"}, {0x3a102573, "csrrs a0,pmpcfg1,zero"},
    {0xc0001073, "unimp"}, {0x0000, "c.unimp"}, {0x6101, ".2byte 0x6101"},
    {0x0004, ".2byte 0x4"}, {0x00200073, ".4byte 0x200073"},
    {0x6005c573, "hlv.b a0,(a1)"}, {0x6015c573, "hlv.bu a0,(a1)"},
    {0x6405c573, "hlv.h a0,(a1)"}, {0x6415c573, "hlv.hu a0,(a1)"},
    {0x6435c573, "hlvx.hu a0,(a1)"}, {0x6805c573, "hlv.w a0,(a1)"},
    {0x6815c573, "hlv.wu a0,(a1)"}, {0x6835c573, "hlvx.wu a0,(a1)"},
    {0x6c05c573, "hlv.d a0,(a1)"}, {0x62c5c073, "hsv.b a2,(a1)"},
    {0x66c5c073, "hsv.h a2,(a1)"}, {0x6ac5c073, "hsv.w a2,(a1)"},
    {0x6ec5c073, "hsv.d a2,(a1)"}, {0x22c58073, "hfence.vvma a1,a2"},
    {0x62c58073, "hfence.gvma a1,a2"},
};

/* As objdump 2.40 prints them without options. */
static const struct text_row alias_rows[] = {
    {0xfff20993, "add s3,tp,-1"}, {0x0011b093, "seqz ra,gp"},
    {0x8002cd13, "xor s10,t0,-2048"}, {0x0014e293, "or t0,s1,1"},
    {0x800f7c93, "and s9,t5,-2048"}, {0x000d9b13, "sll s6,s11,0x0"},
    {0x00015b93, "srl s7,sp,0x0"}, {0x43045f93, "sra t6,s0,0x30"},
    {0xfff60e9b, "addw t4,a2,-1"}, {0x01f8909b, "sllw ra,a7,0x1f"},
    {0x010ad79b, "srlw a5,s5,0x10"}, {0x40155f1b, "sraw t5,a0,0x1"},
    {0x300bd8f3, "csrrw a7,mstatus,23"}, {0x300cebf3, "csrrs s7,mstatus,25"},
    {0x30057873, "csrrc a6,mstatus,10"}, {0x1fe4, "add s1,sp,1020"},
    {0x419c, "lw a5,0(a1)"}, {0x71a0, "ld s0,96(a1)"}, {0xd9a0, "sw s0,112(a1)"},
    {0xe29c, "sd a5,0(a3)"}, {0x0001, "nop"}, {0x3f91, "addw t6,t6,-28"},
    {0x4485, "li s1,1"}, {0x6125, "add sp,sp,96"}, {0x76fd, "lui a3,0xfffff"},
    {0x8381, "c.srli64 a5"}, {0x9391, "srl a5,a5,0x24"}, {0x8481, "c.srai64 s1"},
    {0x977d, "sra a4,a4,0x3f"}, {0x8a85, "and a3,a3,1"}, {0x8d85, "sub a1,a1,s1"},
    {0x8ea9, "xor a3,a3,a0"}, {0x8ed1, "or a3,a3,a2"}, {0x8c75, "and s0,s0,a3"},
    {0x9f85, "subw a5,a5,s1"}, {0x9eb5, "addw a3,a3,a3"}, {0xb001, "j 0x80000800"},
    {0xd9e5, "beqz a1,0x80000ff0"}, {0xe981, "bnez a1,0x80001010"},
    {0x0f82, "c.slli64 t6"}, {0x14c2, "sll s1,s1,0x30"}, {0x51ce, "lw gp,240(sp)"},
    {0x6142, "ld sp,16(sp)"}, {0x8982, "jr s3"}, {0x8e1e, "mv t3,t2"},
    {0x9002, "ebreak"}, {0x9e02, "jalr t3"}, {0x9f06, "add t5,t5,ra"},
    {0xc01a, "sw t1,0(sp)"}, {0xe036, "sd a3,0(sp)"}, {0x00000013, "nop"},
    {0x0005051b, "sext.w a0,a0"}, {0x00050513, "mv a0,a0"}, {0x00100513, "li a0,1"},
    {0xfff54513, "not a0,a0"}, {0x00153513, "seqz a0,a0"}, {0x00b03533, "snez a0,a1"},
    {0x40b00533, "neg a0,a1"}, {0x40b0053b, "negw a0,a1"}, {0x00052533, "sltz a0,a0"},
    {0x00a02533, "sgtz a0,a0"}, {0x0ff57513, "zext.b a0,a0"},
    {0x0000006f, "j 0x80001000"}, {0x010000ef, "jal 0x80001010"}, {0x00008067, "ret"},
    {0x00050067, "jr a0"}, {0x00850067, "jr 8(a0)"}, {0x000500e7, "jalr a0"},
    {0x008500e7, "jalr 8(a0)"}, {0x00050467, "jalr s0,a0"},
    {0x00050063, "beqz a0,0x80001000"}, {0x00051063, "bnez a0,0x80001000"},
    {0x00a05063, "blez a0,0x80001000"}, {0x00055063, "bgez a0,0x80001000"},
    {0x00054063, "bltz a0,0x80001000"}, {0x00a04063, "bgtz a0,0x80001000"},
    {0x0ff0000f, "fence"}, {0x8ff0000f, ".4byte 0x8ff0000f"},
    {0x0330008f, ".4byte 0x330008f"}, {0x0000000f, "fence unknown,unknown"},
    {0x0000108f, ".4byte 0x108f"}, {0xc0002573, "rdcycle a0"},
    {0xc0102573, "rdtime a0"}, {0xc0202573, "rdinstret a0"},
    {0x30002573, "csrr a0,mstatus"}, {0x30051073, "csrw mstatus,a0"},
    {0x30052073, "csrs mstatus,a0"}, {0x30053073, "csrc mstatus,a0"},
    {0x300fd073, "csrw mstatus,31"}, {0x300fe073, "csrs mstatus,31"},
    {0x300ff073, "csrc mstatus,31"}, {0x00102573, "csrr a0,fflags"},
    {0x3a102573, "csrr a0,pmpcfg1"}, {0x12000073, "sfence.vma"},
    {0x12050073, "sfence.vma a0"}, {0xc0001073, "unimp"}, {0x0000, "unimp"},
    {0x0005, "c.nop 1"}, {0x8082, "ret"}, {0x9502, "jalr a0"},
    {0x6101, ".2byte 0x6101"}, {0x0004, ".2byte 0x4"}, {0xfffff06f, "j 0x80000ffe"},
    {0x80000537, "lui a0,0x80000"}, {0x30003573, "csrrc a0,mstatus,zero"},
    {0x00000003, "lb zero,0(zero)"}, {0x00200073, ".4byte 0x200073"},
    {0x22000073, "hfence.vvma"}, {0x22058073, "hfence.vvma a1"},
    {0x62000073, "hfence.gvma"}, {0x62058073, "hfence.gvma a1"},
};
/* clang-format on */

START_TEST(an_instruction_reads_as_no_aliases_says)
{
    ck_assert_str_eq(text_of(plain_rows[_i].bits, PC, false), plain_rows[_i].text);
}
END_TEST

START_TEST(an_instruction_reads_as_people_write_it)
{
    ck_assert_str_eq(text_of(alias_rows[_i].bits, PC, true), alias_rows[_i].text);
}
END_TEST

START_TEST(every_row_has_its_text_in_the_table)
{
    bool told[OPS] = {false};

    for (size_t i = 0; i < COUNT(plain_rows); i++)
        told[insn_decode(plain_rows[i].bits).form] = true;
    for (unsigned op = OP_ILLEGAL + 1; op < OPS; op++)
        ck_assert_msg(told[op], "%s", insn_infos[op].name);
}
END_TEST

START_TEST(a_target_wraps_around_the_address_space)
{
    ck_assert_str_eq(text_of(0xffdff06f, 0, false), "jal zero,0xfffffffffffffffc");
}
END_TEST

START_TEST(a_text_without_room_is_cut_and_its_length_told)
{
    struct insn insn = insn_decode(0x00b50533);
    char text[6];

    ck_assert_int_eq(insn_text(text, sizeof(text), &insn, 0, false), 12);
    ck_assert_str_eq(text, "add\ta");
    ck_assert_int_eq(insn_text(NULL, 0, &insn, 0, false), 12);
}
END_TEST

/* --- decoding ------------------------------------------------------------------- */

/* Where an operand is in each format, by hand from the manual's figures. */
static const struct {
    uint32_t bits;
    uint16_t form, op;
    uint8_t rd, rs1, rs2;
    int32_t imm;
} decoded[] = {
    {0x00b50533, OP_ADD, OP_ADD, 10, 10, 11, 0},
    {0x80050513, OP_ADDI, OP_ADDI, 10, 10, 0, -2048},
    {0x7ff57513, OP_ANDI, OP_ANDI, 10, 10, 0, 2047},
    {0x43f55513, OP_SRAI, OP_SRAI, 10, 10, 0, 63},
    {0x4015551b, OP_SRAIW, OP_SRAIW, 10, 10, 0, 1},
    {0xff853583, OP_LD, OP_LD, 11, 10, 0, -8},
    {0xfeb53c23, OP_SD, OP_SD, 0, 10, 11, -8},
    {0x80b50063, OP_BEQ, OP_BEQ, 0, 10, 11, -4096},
    {0x7eb50fe3, OP_BEQ, OP_BEQ, 0, 10, 11, 4094},
    {0x80000537, OP_LUI, OP_LUI, 10, 0, 0, INT32_MIN},
    {0x7ffff517, OP_AUIPC, OP_AUIPC, 10, 0, 0, 0x7ffff000},
    {0x800000ef, OP_JAL, OP_JAL, 1, 0, 0, -1048576},
    {0x7ffff0ef, OP_JAL, OP_JAL, 1, 0, 0, 1048574},
    {0x8330000f, OP_FENCE_TSO, OP_FENCE_TSO, 0, 0, 0, 0},
    {0x0330000f, OP_FENCE, OP_FENCE, 0, 0, 0, 0x33},
    {0x8fff908f, OP_FENCE_I, OP_FENCE_I, 1, 31, 0, -1793},
    {0xf1451573, OP_CSRRW, OP_CSRRW, 10, 10, 0, CSR_MHARTID},
    {0x300fd073, OP_CSRRWI, OP_CSRRWI, 0, 31, 0, CSR_MSTATUS},
    {0x12b50073, OP_SFENCE_VMA, OP_SFENCE_VMA, 0, 10, 11, 0},
    {0x04b5252f, OP_AMOADD_W, OP_AMOADD_W, 10, 10, 11, 2},
    {0x1205352f, OP_LR_D, OP_LR_D, 10, 10, 0, 1},
    {0x0045200f, OP_CBO_ZERO, OP_CBO_ZERO, 0, 10, 0, 0},
    {0x1141, OP_C_ADDI, OP_ADDI, 2, 2, 0, -16},
    {0x7139, OP_C_ADDI16SP, OP_ADDI, 2, 2, 0, -64},
    {0x0808, OP_C_ADDI4SPN, OP_ADDI, 10, 2, 0, 16},
    {0x4501, OP_C_LI, OP_ADDI, 10, 0, 0, 0},
    {0x757d, OP_C_LUI, OP_LUI, 10, 0, 0, -4096},
    {0x357d, OP_C_ADDIW, OP_ADDIW, 10, 10, 0, -1},
    {0x9566, OP_C_ADD, OP_ADD, 10, 10, 25, 0},
    {0x852e, OP_C_MV, OP_ADD, 10, 0, 11, 0},
    {0x8d09, OP_C_SUB, OP_SUB, 10, 10, 10, 0},
    {0x8082, OP_C_JR, OP_JALR, 0, 1, 0, 0},
    {0x9502, OP_C_JALR, OP_JALR, 1, 10, 0, 0},
    {0xbffd, OP_C_J, OP_JAL, 0, 0, 0, -2},
    {0xdd7d, OP_C_BEQZ, OP_BEQ, 0, 10, 0, -2},
    {0x4108, OP_C_LW, OP_LW, 10, 10, 0, 0},
    {0x7d6c, OP_C_LD, OP_LD, 11, 10, 0, 248},
    {0xdd6c, OP_C_SW, OP_SW, 0, 10, 11, 124},
    {0x557e, OP_C_LWSP, OP_LW, 10, 2, 0, 252},
    {0x757e, OP_C_LDSP, OP_LD, 10, 2, 0, 504},
    {0xdfaa, OP_C_SWSP, OP_SW, 0, 2, 10, 252},
    {0xffaa, OP_C_SDSP, OP_SD, 0, 2, 10, 504},
    {0x157e, OP_C_SLLI, OP_SLLI, 10, 10, 0, 63},
    {0x957d, OP_C_SRAI, OP_SRAI, 10, 10, 0, 63},
    {0x997d, OP_C_ANDI, OP_ANDI, 10, 10, 0, -1},
    {0x9002, OP_C_EBREAK, OP_EBREAK, 0, 0, 0, 0},
};

START_TEST(operands_are_where_the_manual_puts_them)
{
    struct insn insn = insn_decode(decoded[_i].bits);

    ck_assert_uint_eq(insn.bits, decoded[_i].bits);
    ck_assert_uint_eq(insn.length, insn_length(decoded[_i].bits));
    ck_assert_uint_eq(insn.form, decoded[_i].form);
    ck_assert_uint_eq(insn.op, decoded[_i].op);
    ck_assert_uint_eq(insn.rd, decoded[_i].rd);
    ck_assert_uint_eq(insn.rs1, decoded[_i].rs1);
    ck_assert_uint_eq(insn.rs2, decoded[_i].rs2);
    ck_assert_int_eq(insn.imm, decoded[_i].imm);
}
END_TEST

/* Encodings that must raise an illegal-instruction exception, with the reason. */
static const struct {
    uint32_t bits;
    const char *reason;
} illegal[] = {
    {0x0000, "the all-zero halfword"},
    {0x0004, "c.addi4spn of 0"},
    {0x2001, "c.addiw of x0"},
    {0x6101, "c.addi16sp of 0"},
    {0x6501, "c.lui of 0"},
    {0x6001, "c.lui of 0 to x0"},
    {0x4002, "c.lwsp to x0"},
    {0x6002, "c.ldsp to x0"},
    {0x8002, "c.jr of x0"},
    {0x9c41, "reserved in the CA format"},
    {0x9c61, "reserved in the CA format"},
    {0x8000, "reserved in quadrant 0"},
    {0x2000, "c.fld without D"},
    {0x2002, "c.fldsp without D"},
    {0xa000, "c.fsd without D"},
    {0xffffffff, "all ones"},
    {0x0205151b, "slliw with a 6-bit amount"},
    {0x04051513, "slli with a 7-bit amount"},
    {0x00007003, "load of funct3 7"},
    {0x00004023, "store of funct3 4"},
    {0x00002063, "branch of funct3 2"},
    {0x00001067, "jalr of funct3 1"},
    {0x0000205b, "custom-2"},
    {0x00000053, "fadd.s without F"},
    {0x00200073, "uret, which is no more"},
    {0x12000173, "sfence.vma with rd"},
    {0x22000173, "hfence.vvma with rd"},
    {0x60204073, "hlv.b with a wrong rs2"},
    {0x620040f3, "hsv.b with rd"},
    {0x70004073, "hlv of no size"},
    {0x0005208f, "cbo.inval with rd"},
    {0x0035200f, "cbo 3"},
    {0x1015252f, "lr.w with rs2"},
    {0x0000452f, "amo of funct3 4"},
    {0x40001033, "sll with bit 30"},
    {0x04000033, "reserved funct7 of OP"},
    {0x30004073, "csr instruction of funct3 4"},
};

START_TEST(a_reserved_encoding_is_illegal)
{
    struct insn insn = insn_decode(illegal[_i].bits);

    ck_assert_msg(insn.op == OP_ILLEGAL && insn.form == OP_ILLEGAL, "%s",
                  illegal[_i].reason);
    ck_assert_uint_eq(insn.bits, illegal[_i].bits);
    ck_assert_uint_eq(insn.length, insn_length(illegal[_i].bits));
}
END_TEST

/* HINTs are the instructions that they look like; they change nothing (RVC, "HINT"). */
static const struct {
    uint32_t bits;
    uint16_t op;
} hints[] = {
    {0x0001, OP_ADDI},    /* c.nop */
    {0x0005, OP_ADDI},    /* c.nop 1 */
    {0x0501, OP_ADDI},    /* c.addi a0, 0 */
    {0x4005, OP_ADDI},    /* c.li x0, 1 */
    {0x6005, OP_LUI},     /* c.lui x0, 1 */
    {0x802a, OP_ADD},     /* c.mv x0, a0 */
    {0x900a, OP_ADD},     /* c.add x0, sp: ntl.p1 */
    {0x0006, OP_SLLI},    /* c.slli x0, 1 */
    {0x0502, OP_SLLI},    /* c.slli64 a0 */
    {0x8101, OP_SRLI},    /* c.srli64 a0 */
    {0x8501, OP_SRAI},    /* c.srai64 a0 */
    {0x00006013, OP_ORI}, /* ori x0, x0, 0 */
    {0x0100000f, OP_PAUSE},
};

START_TEST(a_hint_is_an_instruction_without_effect)
{
    struct insn insn = insn_decode(hints[_i].bits);

    ck_assert_uint_eq(insn.op, hints[_i].op);
    ck_assert(insn.rd == 0 || (insn.rd == insn.rs1 && insn.imm == 0));
}
END_TEST

START_TEST(upper_bits_do_not_matter_to_a_16_bit_instruction)
{
    struct insn insn = insn_decode(0xdead1141);

    ck_assert_uint_eq(insn.bits, 0x1141);
    ck_assert_uint_eq(insn.op, OP_ADDI);
}
END_TEST

/* The row that an encoding belongs to by the rule of instructions.def, the slow way. */
static enum op slow_row(uint32_t bits)
{
    enum op best = OP_ILLEGAL;

    for (unsigned op = OP_ILLEGAL + 1; op < OPS; op++) {
        const struct insn_info *row = &insn_infos[op];

        if ((bits & row->mask) == row->match &&
            insn_length(row->match) == insn_length(bits) &&
            (best == OP_ILLEGAL || (row->mask & ~insn_infos[best].mask)))
            best = (enum op)op;
    }
    return best;
}

START_TEST(decoding_finds_the_row_with_the_most_specific_mask)
{
    uint64_t seed = 42;

    for (unsigned i = 0; i < 200 * OPS; i++) {
        enum op row = (enum op)(i % (OPS - 1) + 1);
        uint32_t bits = i % 2 ? any_of_row(row, &seed) : interesting(row, &seed);
        enum op expected, found;

        if (i % 7 == 0) /* near an instruction, and often none */
            bits ^= UINT32_C(1) << (next_random(&seed) & 31);
        if (insn_length(bits) == 2)
            bits &= 0xffff;
        expected = slow_row(bits);
        found = (enum op)insn_decode(bits).form;
        ck_assert_msg(found == expected ||
                          (found == OP_ILLEGAL && insn_length(bits) == 2),
                      "%08x", bits);
    }
}
END_TEST

START_TEST(encoding_is_the_inverse_of_decoding)
{
    enum op row = (enum op)_i;
    uint64_t seed = (uint64_t)_i * 7919;

    for (int i = 0; i < 1000; i++) {
        uint32_t bits = i % 2 ? any_of_row(row, &seed) : interesting(row, &seed);
        struct insn insn = insn_decode(bits);

        if (insn.form != OP_ILLEGAL && insn_encode(&insn) != bits)
            ck_abort_msg("%08x", bits);
    }
}
END_TEST

/* Encodings of 16 bits that are instructions, by the manual's three listings: all of a
 * row's bits less the reserved ones. */
enum {
    QUADRANT_0 = (2048 - 8) + 4 * 2048,
    QUADRANT_1 =
        2048 + (2048 - 64) + 2048 + (2048 - 32) + (3 * 512 + 6 * 64) + 3 * 2048,
    QUADRANT_2 = 2048 + 2 * (2048 - 64) + (1024 - 1) + 1024 + 2 * 2048
};

START_TEST(every_16_bit_instruction_encodes_to_itself)
{
    unsigned legal = 0;

    for (uint32_t bits = 0; bits < 65536; bits++) {
        struct insn insn = insn_decode(bits);

        if (insn_length(bits) != 2 || insn.form == OP_ILLEGAL)
            continue;
        if (insn_encode(&insn) != bits)
            ck_abort_msg("%04x", bits);
        legal++;
    }
    ck_assert_uint_eq(legal, QUADRANT_0 + QUADRANT_1 + QUADRANT_2);
}
END_TEST

/* --- tables --------------------------------------------------------------------- */

START_TEST(a_row_is_found_by_its_name_and_tells_about_itself)
{
    const struct insn_info *row = &insn_infos[_i];

    ck_assert_uint_eq(op_by_name(row->name, strlen(row->name)), (enum op)_i);
    ck_assert_uint_eq(row->match & ~row->mask, 0);
    ck_assert_str_ne(row->effect, "");
    ck_assert_str_ne(row->extension, "");
    ck_assert_ptr_nonnull(insn_layouts[row->format].name);
    ck_assert((row->class == CLASS_COMPRESSED) == (insn_length(row->match) == 2));
    ck_assert_uint_ne(insn_infos[row->stands_for].class, CLASS_COMPRESSED);
}
END_TEST

START_TEST(an_unknown_name_is_no_row)
{
    ck_assert_uint_eq(op_by_name("addx", 4), OP_ILLEGAL);
    ck_assert_uint_eq(op_by_name("addi", 2), OP_ILLEGAL);
    ck_assert_uint_eq(op_by_name("illegal", 7), OP_ILLEGAL);
    ck_assert_uint_eq(op_by_name("addi junk", 4), OP_ADDI);
}
END_TEST

static const struct {
    enum insn_format format;
    struct imm_range range;
} ranges[] = {
    {FORMAT_R, {0, 0, 1}},
    {FORMAT_I, {-2048, 2047, 1}},
    {FORMAT_S, {-2048, 2047, 1}},
    {FORMAT_B, {-4096, 4094, 2}},
    {FORMAT_U, {INT32_MIN, 0x7ffff000, 4096}},
    {FORMAT_J, {-1048576, 1048574, 2}},
    {FORMAT_SHIFT, {0, 63, 1}},
    {FORMAT_SHIFTW, {0, 31, 1}},
    {FORMAT_CSR, {0, 4095, 1}},
    {FORMAT_CI, {-32, 31, 1}},
    {FORMAT_CI_LUI, {-131072, 126976, 4096}},
    {FORMAT_CI_SP, {-512, 496, 16}},
    {FORMAT_CI_LWSP, {0, 252, 4}},
    {FORMAT_CI_LDSP, {0, 504, 8}},
    {FORMAT_CIW, {0, 1020, 4}},
    {FORMAT_CL_D, {0, 248, 8}},
    {FORMAT_CB, {-256, 254, 2}},
    {FORMAT_CJ, {-2048, 2046, 2}},
};

START_TEST(a_format_knows_which_immediates_it_holds)
{
    struct imm_range range = insn_imm_range(ranges[_i].format);

    ck_assert_int_eq(range.min, ranges[_i].range.min);
    ck_assert_int_eq(range.max, ranges[_i].range.max);
    ck_assert_int_eq(range.step, ranges[_i].range.step);
}
END_TEST

START_TEST(registers_have_two_names_and_x8_a_third)
{
    for (int i = 0; i < 32; i++) {
        char name[4];
        int length = snprintf(name, sizeof(name), "x%d", i);

        ck_assert_int_eq(xreg_by_name(name, (size_t)length), i);
        ck_assert_int_eq(xreg_by_name(xreg_names[i], strlen(xreg_names[i])), i);
    }
    ck_assert_int_eq(xreg_by_name("fp", 2), 8);
    ck_assert_int_eq(xreg_by_name("a0,", 2), 10);
    ck_assert_int_eq(xreg_by_name("x32", 3), -1);
    ck_assert_int_eq(xreg_by_name("x01", 3), -1);
    ck_assert_int_eq(xreg_by_name("x", 1), -1);
    ck_assert_int_eq(xreg_by_name("", 0), -1);
    ck_assert_int_eq(xreg_by_name("a8", 2), -1);
}
END_TEST

START_TEST(csrs_are_sorted_and_found_by_number_and_name)
{
    for (size_t i = 0; i < csr_infos_count; i++) {
        const struct csr_info *info = &csr_infos[i];

        if (i)
            ck_assert_uint_lt(csr_infos[i - 1].number, info->number);
        ck_assert_ptr_eq(csr_by_number(info->number), info);
        ck_assert_ptr_eq(csr_by_name(info->name, strlen(info->name)), info);
        ck_assert_str_ne(info->help, "");
        ck_assert_str_ne(info->section, "");
    }
    ck_assert_ptr_null(csr_by_number(0x000));
    ck_assert_ptr_null(csr_by_number(0x7c0));
    ck_assert_ptr_null(csr_by_number(0xfff));
    ck_assert_ptr_null(csr_by_name("mstatus", 3));
    ck_assert_uint_eq(csr_by_name("mhpmcounter31", 13)->number, 0xb1f);
    ck_assert_uint_eq(csr_by_name("pmpaddr15", 9)->number, 0x3bf);
}
END_TEST

START_TEST(fields_of_a_csr_do_not_overlap_and_stand_high_to_low)
{
    for (size_t i = 0; i < csr_infos_count; i++) {
        const struct csr_field *field = csr_infos[i].fields;
        int below = 64;

        for (; field && field->name; field++) {
            ck_assert_int_lt(field->hi, below);
            ck_assert_int_le(field->lo, field->hi);
            ck_assert_ptr_nonnull(field->help);
            below = field->lo;
        }
    }
}
END_TEST

START_TEST(the_name_of_a_csr_leads_back_to_its_number)
{
    unsigned named = 0;

    for (unsigned number = 0; number < 4096; number++) {
        char text[32], hex[8];
        int length = csr_text(text, sizeof(text), number);

        snprintf(hex, sizeof(hex), "0x%x", number);
        if (strcmp(text, hex) == 0) {
            ck_assert_int_eq(csr_number(text, (size_t)length), -1);
            continue;
        }
        ck_assert_int_eq(csr_number(text, (size_t)length), (int)number);
        named++;
    }
    ck_assert_uint_gt(named, csr_infos_count);
}
END_TEST

/* --- agreement with GNU ------------------------------------------------------- */

/* objdump prints c.addi16sp of 0, which is reserved, as if it were an instruction. */
enum { LENIENT = 0x6101 };

static void same_as_objdump(const uint32_t *encodings, size_t count, bool aliases)
{
    char(*texts)[OBJDUMP_TEXT] = calloc(count, sizeof(*texts));
    unsigned wrong = 0;

    ck_assert_ptr_nonnull(texts);
    objdump_texts(encodings, count, aliases, texts);
    for (size_t i = 0; i < count; i++) {
        const char *ours = text_of(encodings[i], OBJDUMP_PC + 4 * i, aliases);

        if (encodings[i] != LENIENT && strcmp(ours, texts[i]) != 0 && wrong++ < 20)
            printf("%08x: ours \"%s\", objdump's \"%s\"\n", encodings[i], ours,
                   texts[i]);
    }
    fflush(stdout);
    free(texts);
    ck_assert_uint_eq(wrong, 0);
}

/* _i: 0 without aliases, 1 with them */
START_TEST(every_row_reads_as_objdump_prints_it)
{
    int each = getenv("RINGSIDE_LONG") ? 2000 : 100;
    uint32_t *encodings = calloc((size_t)OPS * (size_t)each, sizeof(*encodings));
    size_t count = 0;
    uint64_t seed = 20260101;

    ck_assert_ptr_nonnull(encodings);
    for (unsigned op = OP_ILLEGAL + 1; op < OPS; op++)
        for (int i = 0; i < each; i++)
            encodings[count++] = i % 2 ? any_of_row((enum op)op, &seed)
                                       : interesting((enum op)op, &seed);
    if (objdump_installed())
        same_as_objdump(encodings, count, _i);
    free(encodings);
}
END_TEST

START_TEST(every_16_bit_encoding_reads_as_objdump_prints_it)
{
    static uint32_t encodings[65536];
    size_t count = 0;

    if (!objdump_installed())
        return;
    for (uint32_t bits = 0; bits < 65536; bits++)
        if (insn_length(bits) == 2)
            encodings[count++] = bits;
    same_as_objdump(encodings, count, _i);
}
END_TEST

/* Mostly no instructions: objdump must know no row that is missing here. */
START_TEST(any_32_bits_read_as_objdump_prints_them)
{
    static uint32_t encodings[20000];
    uint64_t seed = 31337;

    if (!objdump_installed())
        return;
    for (size_t i = 0; i < COUNT(encodings); i++)
        do
            encodings[i] = (uint32_t)(next_random(&seed) >> 16) | 3;
        while ((encodings[i] & 0x1f) == 0x1f); /* longer than 32 bits */
    same_as_objdump(encodings, COUNT(encodings), _i);
}
END_TEST

START_TEST(every_csr_number_reads_as_objdump_prints_it)
{
    static uint32_t encodings[2 * 4096];

    if (!objdump_installed())
        return;
    for (uint32_t csr = 0; csr < 4096; csr++) {
        encodings[2 * csr] = csr << 20 | 0x2573;      /* csrrs a0, csr, zero */
        encodings[2 * csr + 1] = csr << 20 | 0x5d073; /* csrrwi zero, csr, 11 */
    }
    same_as_objdump(encodings, COUNT(encodings), _i);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, an_instruction_reads_as_no_aliases_says, 0,
                        (int)COUNT(plain_rows));
    tcase_add_loop_test(tcase, an_instruction_reads_as_people_write_it, 0,
                        (int)COUNT(alias_rows));
    tcase_add_test(tcase, every_row_has_its_text_in_the_table);
    tcase_add_test(tcase, a_target_wraps_around_the_address_space);
    tcase_add_test(tcase, a_text_without_room_is_cut_and_its_length_told);
    tcase_add_loop_test(tcase, operands_are_where_the_manual_puts_them, 0,
                        (int)COUNT(decoded));
    tcase_add_loop_test(tcase, a_reserved_encoding_is_illegal, 0, (int)COUNT(illegal));
    tcase_add_loop_test(tcase, a_hint_is_an_instruction_without_effect, 0,
                        (int)COUNT(hints));
    tcase_add_test(tcase, upper_bits_do_not_matter_to_a_16_bit_instruction);
    tcase_add_test(tcase, decoding_finds_the_row_with_the_most_specific_mask);
    tcase_add_loop_test(tcase, encoding_is_the_inverse_of_decoding, 1, OPS);
    tcase_add_test(tcase, every_16_bit_instruction_encodes_to_itself);
    tcase_add_loop_test(tcase, a_row_is_found_by_its_name_and_tells_about_itself, 1,
                        OPS);
    tcase_add_test(tcase, an_unknown_name_is_no_row);
    tcase_add_loop_test(tcase, a_format_knows_which_immediates_it_holds, 0,
                        (int)COUNT(ranges));
    tcase_add_test(tcase, registers_have_two_names_and_x8_a_third);
    tcase_add_test(tcase, csrs_are_sorted_and_found_by_number_and_name);
    tcase_add_test(tcase, fields_of_a_csr_do_not_overlap_and_stand_high_to_low);
    tcase_add_test(tcase, the_name_of_a_csr_leads_back_to_its_number);
    tcase_add_loop_test(tcase, every_row_reads_as_objdump_prints_it, 0, 2);
    tcase_add_loop_test(tcase, every_16_bit_encoding_reads_as_objdump_prints_it, 0, 2);
    tcase_add_loop_test(tcase, any_32_bits_read_as_objdump_prints_them, 0, 2);
    tcase_add_loop_test(tcase, every_csr_number_reads_as_objdump_prints_it, 0, 2);
}

TEST_MAIN("isa", add_tests)
