/*
 * The assembler against GNU as and ld: the same bytes for the whole instruction table, all
 * pseudo-instructions, directives, expressions, alignments and far branches.
 */
#include "base/bits.h"
#include "machine/isa/asm/pseudo.h"
#include "machine/isa/csr.h"
#include "machine/isa/formats.h"
#include "machine/isa/isa.h"
#include "tests/lib/gnu.h"
#include "tests/lib/suite.h"

#include <inttypes.h>
#include <string.h>

/* Generated operands are the same in every run. */
static uint64_t draw(uint64_t *seed, uint64_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*seed >> 33) % below;
}

static bool is_compressed(enum op op)
{
    return insn_infos[op].class == CLASS_COMPRESSED;
}

/* One of: the ends of the range, 0, or anything in it. */
static int64_t draw_immediate(uint64_t *seed, struct imm_range range)
{
    uint64_t steps = (uint64_t)(range.max - range.min) / (uint64_t)range.step + 1;

    switch (draw(seed, 5)) {
    case 0:
        return range.min;
    case 1:
        return range.max;
    case 2:
        return range.min < 0 ? 0 : range.step;
    default:
        return range.min + (int64_t)draw(seed, steps) * range.step;
    }
}

/* Compressed instructions whose operand is 0 are HINTs or reserved: GNU as refuses some. */
static bool is_ordinary(const struct insn *insn, const struct insn_layout *layout)
{
    if (!is_compressed((enum op)insn->form))
        return true;
    return (insn->imm || !layout->pieces[0].width) && (insn->rd || !layout->rd.width) &&
           (insn->rs2 || !layout->rs2.width);
}

/* Operands that the row can encode. */
static struct insn draw_insn(uint64_t *seed, enum op op)
{
    const struct insn_layout *layout = &insn_layouts[insn_infos[op].format];
    struct insn got = {0};

    while (got.form != op || !is_ordinary(&got, layout)) {
        struct insn drawn = {.form = (uint16_t)op};

        drawn.rd = (uint8_t)(layout->rd.base + draw(seed, 1U << layout->rd.width));
        drawn.rs1 = (uint8_t)(layout->rs1.base + draw(seed, 1U << layout->rs1.width));
        drawn.rs2 = (uint8_t)(layout->rs2.base + draw(seed, 1U << layout->rs2.width));
        drawn.imm = (int32_t)draw_immediate(
            seed, insn_imm_range((enum insn_format)insn_infos[op].format));
        got = insn_decode(insn_encode(&drawn));
    }
    return got;
}

static void add_accesses(struct buf *text, unsigned set)
{
    for (int bit = 3; bit >= 0; bit--)
        if (set >> bit & 1)
            buf_char(text, "wroi"[bit]);
}

static void add_word(struct buf *text, const char *word, const struct insn *insn)
{
    if (strncmp(word, "rd", 2) == 0)
        buf_text(text, xreg_names[insn->rd]);
    else if (strncmp(word, "rs1", 3) == 0)
        buf_text(text, xreg_names[insn->rs1]);
    else if (strncmp(word, "rs2", 3) == 0)
        buf_text(text, xreg_names[insn->rs2]);
    else if (strncmp(word, "target", 6) == 0)
        buf_printf(text, ". + %" PRId32, insn->imm);
    else if (strncmp(word, "upper", 5) == 0)
        buf_printf(text, "0x%" PRIx32, (uint32_t)insn->imm >> 12);
    else if (strncmp(word, "csr", 3) == 0)
        buf_printf(text, "0x%" PRIx32, (uint32_t)insn->imm);
    else if (strncmp(word, "zimm", 4) == 0)
        buf_printf(text, "%u", insn->rs1);
    else if (strncmp(word, "pred", 4) == 0)
        add_accesses(text, (unsigned)insn->imm >> 4 & 15);
    else if (strncmp(word, "succ", 4) == 0)
        add_accesses(text, (unsigned)insn->imm & 15);
    else
        buf_printf(text, "%" PRId32, insn->imm);
}

/* The form with its words replaced by operands. */
static void add_operands(struct buf *text, const char *form, const struct insn *insn)
{
    while (*form) {
        size_t length = strcspn(form, " ,()");

        if (length)
            add_word(text, form, insn);
        form += length;
        if (*form)
            buf_char(text, *form++);
    }
}

static void add_instruction(struct buf *text, const struct insn *insn)
{
    static const char *const orders[] = {"", ".rl", ".aq", ".aqrl"};
    const struct insn_info *row = &insn_infos[insn->form];
    bool is_atomic = row->format == FORMAT_AMO || row->format == FORMAT_LR;

    buf_printf(text, "%s%s ", row->name, is_atomic ? orders[insn->imm & 3] : "");
    add_operands(text, insn_layouts[row->format].operands, insn);
    buf_char(text, '\n');
}

/* Room before and after, so that every target is inside of .text. */
static void begin_text(struct buf *text, bool compressed)
{
    buf_printf(text, ".option %s\n.space 0x110000\n", compressed ? "rvc" : "norvc");
}

static bool can_be_compared(enum op op, const struct insn *insn)
{
    /* GNU as has no name for an empty set of accesses. */
    return op != OP_FENCE ||
           ((insn->imm >> 4 & 15) && (insn->imm & 15) && insn->imm >> 8 == 0);
}

START_TEST(the_whole_table_with_generated_operands)
{
    bool compressed = _i;
    struct buf text = {0};
    uint64_t seed = 1;

    if (!gnu_installed())
        return;
    begin_text(&text, compressed);
    for (unsigned op = OP_ILLEGAL + 1; op < OPS; op++) {
        if (is_compressed((enum op)op) != compressed || op == OP_C_NOP)
            continue;
        for (int n = 0; n < 60; n++) {
            struct insn insn = draw_insn(&seed, (enum op)op);

            if (can_be_compared((enum op)op, &insn))
                add_instruction(&text, &insn);
        }
    }
    buf_text(&text, ".space 0x110000\n");
    same_as_gnu(text.data);
    buf_free(&text);
}
END_TEST

/* An operand of a pseudo-instruction. */
static void add_pseudo_word(struct buf *text, const char *word, uint64_t *seed)
{
    unsigned reg = (unsigned)draw(seed, 32);

    if (word[0] == 'r')
        buf_text(text, xreg_names[reg]);
    else if (strncmp(word, "imm", 3) == 0)
        buf_printf(text, "%d", (int)draw(seed, 4096) - 2048);
    else if (strncmp(word, "shamt", 5) == 0 || strncmp(word, "zimm", 4) == 0)
        buf_printf(text, "%u", reg);
    else if (strncmp(word, "csr", 3) == 0)
        buf_text(text, csr_infos[draw(seed, csr_infos_count)].name);
    else if (strncmp(word, "target", 6) == 0)
        buf_text(text, draw(seed, 2) ? "ahead + 4" : "behind");
    else if (strncmp(word, "symbol", 6) == 0)
        buf_text(text, draw(seed, 2) ? "datum + 4" : "behind");
    else if (strncmp(word, "value", 5) == 0)
        buf_printf(text, "%" PRId64, sign_extend(*seed, 1 + (unsigned)draw(seed, 63)));
    else if (strncmp(word, "number", 6) == 0)
        buf_printf(text, "%" PRId64, sign_extend(*seed, 1 + (unsigned)draw(seed, 31)));
}

static void add_pseudo(struct buf *text, const struct pseudo *pseudo, uint64_t *seed)
{
    const char *form = pseudo->form;

    buf_printf(text, "%s ", pseudo->name);
    while (*form) {
        size_t length = strcspn(form, " ,()");

        if (length)
            add_pseudo_word(text, form, seed);
        form += length;
        if (*form)
            buf_char(text, *form++);
    }
    buf_char(text, '\n');
}

/* Not compared: c.nop, since norvc refuses it; la of a small number, for which GNU as takes
 * addiw where li takes addi. */
static bool is_compared(const struct pseudo *pseudo)
{
    return strncmp(pseudo->name, "c.", 2) != 0 && !strstr(pseudo->form, "number");
}

START_TEST(all_pseudo_instructions_with_generated_operands)
{
    struct buf text = {0};
    uint64_t seed = 2;

    if (!gnu_installed())
        return;
    buf_text(&text, ".option norvc\nbehind: nop\n");
    for (size_t i = 0; i < pseudo_count; i++)
        for (int n = 0; n < 10 && is_compared(&pseudos[i]); n++)
            add_pseudo(&text, &pseudos[i], &seed);
    buf_text(&text,
             ".space 3000\nahead: nop\nnop\n.data\n.dword 5\ndatum: .dword 1, 2\n");
    same_as_gnu(text.data);
    buf_free(&text);
}
END_TEST

/* 0, 1, small and large numbers, edges of every instruction's reach, and mixtures. */
static uint64_t draw_constant(uint64_t *seed)
{
    uint64_t bits = draw(seed, UINT64_C(1) << 31) << 33 ^
                    draw(seed, UINT64_C(1) << 31) << 11 ^ draw(seed, 1 << 11);
    unsigned width = 1 + (unsigned)draw(seed, 64), shift = (unsigned)draw(seed, 64);

    switch (draw(seed, 6)) {
    case 0:
        return BIT(shift) + draw(seed, 5) - 2;
    case 1:
        return (BIT(shift) << 11) - draw(seed, 4097);
    case 2:
        return (uint64_t)sign_extend(bits, width) << shift;
    case 3:
        return 0 - BIT(shift) - draw(seed, 2049);
    default:
        return (uint64_t)sign_extend(bits, width);
    }
}

START_TEST(li_takes_no_more_instructions_than_gnu_and_gives_the_same_bytes)
{
    struct buf text = {0};
    uint64_t seed = 3;

    if (!gnu_installed())
        return;
    buf_text(&text, ".option norvc\n");
    for (int i = 0; i < 6000; i++)
        buf_printf(&text, "li a%d, 0x%" PRIx64 "\n", i % 8, draw_constant(&seed));
    same_as_gnu(text.data);
    buf_free(&text);
}
END_TEST

/*
 * A random expression of up to `depth` levels. On the right of / % << >> stand numbers that
 * neither divide by zero nor shift too far, on which the two assemblers need not agree;
 * a unary operator begins a parenthesis, since to GNU as `a ! !b` is a ^ b.
 */
static void add_expression(struct buf *text, uint64_t *seed, int depth)
{
    static const char *const free_operators[] = {"+",  "-",  "*",  "|", "&",  "^",
                                                 "!",  "==", "!=", "<", "<=", ">",
                                                 ">=", "<>", "&&", "||"};
    static const char *const unary[] = {"-", "~", "!", "+"};
    static const char *const careful[] = {"/", "%", "<<", ">>"};
    uint64_t choice = depth ? draw(seed, 10) : 0;

    if (choice < 2) {
        buf_printf(text, choice ? "%" PRIu64 : "0x%" PRIx64, draw(seed, 1000));
    } else if (choice == 2) {
        buf_printf(text, "(%s", unary[draw(seed, COUNT(unary))]);
        add_expression(text, seed, depth - 1);
        buf_char(text, ')');
    } else if (choice == 3) {
        buf_char(text, '(');
        add_expression(text, seed, depth - 1);
        buf_char(text, ')');
    } else if (choice < 6) {
        add_expression(text, seed, depth - 1);
        buf_printf(text, " %s %d", careful[draw(seed, COUNT(careful))],
                   (int)draw(seed, 20) + 1);
    } else {
        add_expression(text, seed, depth - 1);
        buf_printf(text, " %s ", free_operators[draw(seed, COUNT(free_operators))]);
        add_expression(text, seed, depth - 1);
    }
}

START_TEST(expressions_have_the_operators_and_the_precedence_of_gnu)
{
    struct buf text = {0};
    uint64_t seed = 4;

    if (!gnu_installed())
        return;
    buf_text(&text, ".data\n");
    for (int i = 0; i < 3000; i++) {
        buf_text(&text, ".dword ");
        add_expression(&text, &seed, 4);
        buf_char(&text, '\n');
    }
    same_as_gnu(text.data);
    buf_free(&text);
}
END_TEST

static const char *const branches[] = {"beq a0,a1,", "bne a0,a1,",  "blt a0,a1,",
                                       "bge a0,a1,", "bltu a0,a1,", "bgeu a0,a1,",
                                       "bgt a0,a1,", "beqz a0,",    "blez a0,",
                                       "c.beqz a0,", "c.bnez a0,",  "c.j "};

static const char *compressed(const char *instruction)
{
    return instruction[1] == '.' ? "rvc" : "norvc";
}

START_TEST(branches_out_of_reach_become_two_instructions_as_in_gnu)
{
    static const int gaps[] = {246,  250,  252,  254,  256,  2040, 2042,
                               2044, 2046, 2048, 4084, 4086, 4088, 4090,
                               4092, 4094, 4096, 4098, 70000};
    struct buf text = {0};

    if (!gnu_installed())
        return;
    for (size_t b = 0; b < COUNT(branches); b++)
        for (size_t g = 0; g < COUNT(gaps); g++)
            buf_printf(&text,
                       ".option %s\n%s1f\n.space %d\n.option rvc\n1: c.nop\n.space %d\n"
                       ".option %s\n%s1b\n.option rvc\n",
                       compressed(branches[b]), branches[b], gaps[g], gaps[g],
                       compressed(branches[b]), branches[b]);
    same_as_gnu(text.data);
    buf_free(&text);
}
END_TEST

/* c.nop, nop and alignments in any order. */
START_TEST(padding_of_code_is_the_same_nops)
{
    static const char *const lines[] = {
        "c.nop\n",       "c.add a0, a1\n", "mul a0, a1, a2\n",  ".align 2\n",
        ".align 3\n",    ".balign 16\n",   ".p2align 4\n",      ".p2align 4,,6\n",
        ".balign 8,0\n", ".balign 4\n",    ".p2align 3,0x13\n", ".p2align 5,,31\n"};
    struct buf text = {0};
    uint64_t seed = 5;

    if (!gnu_installed())
        return;
    for (int i = 0; i < 2000; i++)
        buf_text(&text, lines[draw(&seed, COUNT(lines))]);
    same_as_gnu(text.data);
    buf_free(&text);
}
END_TEST

static const char *const programs[] = {
    /* data of every size, and their other names */
    ".data\n.byte 1, -1, 255, 'a', 'b', '\\n', '\\'', '\\\\', ' \n"
    ".half 0x1234, -3\n.short 7\n.hword 8\n.2byte 9\n.word 1<<31, -1\n.long 5\n.int 6\n"
    ".4byte 10\n.dword 0x123456789abcdef0, -9223372036854775808\n.quad -1\n.8byte 11\n",
    /* strings */
    ".data\n.ascii \"ab\", \"c\"\n.asciz \"tab\\t nl\\n q\\\" b\\\\ o\\101 x\\x41\"\n"
    ".string \"one\", \"two\"\n.string \"# no comment /* */ ; //\"\n.asciz \"\"\n",
    /* room and filling */
    ".data\n.space 3\n.space 4, 0x5a\n.skip 2, 1\n.zero 5\n.fill 3, 8, -1\n"
    ".fill 2, 3, 0x12345678\n.fill 2\n.fill 2, 2\n.fill 3, 1, 7\n.fill 0, 4, 1\n.fill "
    "3, 0, 1\n"
    ".byte 1\n.align 3\n.byte 2\n.balign 8, 0x77\n.byte 3\n.p2align 3,,2\n.byte 4\n"
    ".org 0x200\n.byte 5\n.org 0x210, 9\n",
    /* addresses in data, differences, the location counter */
    "f: nop\nnop\ng: ret\n.data\n.dword f, g, g - f, . - t\nt: .word f - ., g\n"
    ".half g - f\n.byte g - f, (g - f) * 3 + 1\n.dword t + 8, . , .\n",
    /* numbered labels */
    "1: nop\nj 1b\nj 1f\nbeqz a0, 2f\n1: nop\n2: j 1b\nj 2b\nj 1f\n10: j 10b\n1: ret\n"
    "bnez a0, 1b; 3: j 3b\n",
    /* symbols given values */
    ".equ A, 5\n.set B, A * 2\nC = B + 1\n.equiv D, C\nli a0, A\naddi a0, a0, B\n"
    ".set B, 100\naddi a0, a0, B\nlw a0, D(a1)\n.data\n.word A, B, C, D\n.set x, 1\n"
    ".word x\n.set x, x + 1\n.word x\n.word E\n.equ E, 77\n",
    /* parts of addresses, for code below 2 GiB */
    ".equ low, 0x12345abc\nlui a0, %hi(low)\naddi a0, a0, %lo(low)\nlw a1, "
    "%lo(low)(a0)\n"
    "sd a1, %lo(low + 4)(a0)\nlui a2, %hi(0x7ff)\nlui a2, %hi(0x800)\n",
    /* addresses relative to pc */
    "1: auipc a0, %pcrel_hi(x)\naddi a0, a0, %pcrel_lo(1b)\n"
    "here: auipc a1, %pcrel_hi(x + 8)\nld a2, %pcrel_lo(here)(a1)\n"
    "sd a2, %pcrel_lo(here)(a1)\nla t0, f\nlla t1, x\ncall f\ntail f\nf: ret\n"
    ".data\n.space 3000\nx: .dword 1, 2\n",
    /* weak symbols that nobody defines */
    ".weak w\nla a0, w\nbeqz a0, 1f\n1: ret\n.space 5000\nla a1, w\nlw a2, w\n"
    ".data\n.dword w\n",
    /* sections */
    "nop\n.section .rodata\n.word 1\n.data\n.word 2\n.section .text\nnop\n.text\nret\n"
    ".section .hot, \"ax\", @progbits\nnop\n.section .mine, \"aw\"\n.word 3\n"
    ".pushsection .data\n.word 4\n.popsection\n.word 5\n.previous\n.bss\n.space 8\n"
    ".section .sdata,\"aw\"\n.word 6\n.rodata1 = 3\n",
    /* comments and separators */
    "nop # comment\nnop /* a\nb */ ; nop\nli a0, '#' ; li a1, ';'\n/**/ nop /***/\n"
    "label: another: nop; third: ret\n",
    /* what compilers write around a function */
    "\t.file\t\"a.c\"\n\t.option nopic\n\t.attribute unaligned_access, 0\n"
    "\t.attribute stack_align, 16\n\t.text\n\t.align\t1\n\t.globl\tmain\n"
    "\t.type\tmain, @function\nmain:\n.LFB0:\n\tmul\ta0,a0,a1\n\tjr\tra\n"
    "\t.size\tmain, "
    ".-main\n\t.ident\t\"GCC\"\n\t.section\t.note.GNU-stack,\"\",@progbits\n"
    "\t.comm\tbuffer,16,8\n\t.globl x\n\t.section\t.sbss,\"aw\",@nobits\nx: .zero 4\n"
    "\t.option push\n\t.option norvc\n\t.option norelax\n\t.option pop\n",
    /* other ways to write operands */
    ".option norvc\nlr.w a0, 0(a1)\nlr.d a0, (a1)\nsc.w.aqrl a0, a1, 0(a2)\nlw a0, "
    "(a1)\n"
    "sd a0, (sp)\ncbo.zero 0(a0)\nfence r, rw\nfence iorw, o\njalr a0\njalr a0, a1\n"
    "jalr a0, 8(a1)\njalr a0, a1, 8\njr a0\njr 8(a0)\nadd a0, a1, 5\nsll a0, a1, 63\n"
    "csrw 0x300, x5\ncsrr t0, pmpaddr15\ncsrwi mstatus, 8\nunimp\nlw x0, 4*2+1(fp)\n",
};

START_TEST(programs_have_the_same_bytes)
{
    struct buf text = {0};

    if (!gnu_installed())
        return;
    buf_printf(&text, ".option norvc\n%s", programs[_i]);
    same_as_gnu(text.data);
    buf_free(&text);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, the_whole_table_with_generated_operands, 0, 2);
    tcase_add_test(tcase, all_pseudo_instructions_with_generated_operands);
    tcase_add_test(tcase,
                   li_takes_no_more_instructions_than_gnu_and_gives_the_same_bytes);
    tcase_add_test(tcase, expressions_have_the_operators_and_the_precedence_of_gnu);
    tcase_add_test(tcase, branches_out_of_reach_become_two_instructions_as_in_gnu);
    tcase_add_test(tcase, padding_of_code_is_the_same_nops);
    tcase_add_loop_test(tcase, programs_have_the_same_bytes, 0, COUNT(programs));
}

TEST_MAIN("asm against GNU", add_tests)
