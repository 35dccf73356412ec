/* The assembler by itself: what it makes, and what it says of mistakes. */
#include "machine/isa/asm/asm.h"

#include "base/bits.h"
#include "machine/isa/asm/li.h"
#include "tests/lib/suite.h"

#include <inttypes.h>
#include <string.h>

static bool assemble(struct asm_program *program, const char *text,
                     struct asm_layout layout)
{
    struct asm_source source = {text, strlen(text), "test.s", 1};

    return asm_assemble(program, &source, &layout);
}

static void assemble_at_0(struct asm_program *program, const char *text)
{
    struct buf wrong = {0};

    if (assemble(program, text, (struct asm_layout){0}))
        return;
    for (size_t i = 0; i < program->diagnostic_count; i++)
        asm_diagnostic_text(&program->diagnostics[i], &wrong);
    ck_abort_msg("%s", buf_str(&wrong));
}

static const struct asm_section *section(const struct asm_program *program,
                                         const char *name)
{
    for (size_t i = 0; i < program->section_count; i++)
        if (strcmp(program->sections[i].name, name) == 0)
            return &program->sections[i];
    ck_abort_msg("there is no section %s", name);
    return NULL;
}

static uint32_t word_at(const struct asm_section *of, size_t at)
{
    uint32_t word = 0;

    ck_assert_uint_le(at + 4, of->size);
    for (unsigned i = 0; i < 4; i++)
        word |= (uint32_t)of->bytes[at + i] << (8 * i);
    return word;
}

/* --- Bytes, from the manual's encodings ------------------------------------------- */

static const struct {
    const char *text;
    uint32_t words[4]; /* ends with 0 */
} encodings[] = {
    {"addi a0, a1, -1", {0xfff58513}},
    {"add x5, t1, fp", {0x008302b3}},
    {"lw a0, -4(sp)", {0xffc12503}},
    {"sd ra, 8(sp)", {0x00113423}},
    {"lui t0, 0xfffff", {0xfffff2b7}},
    {"csrrw zero, mtvec, t0", {0x30529073}},
    {"amoadd.d.aqrl a0, a1, (a2)", {0x06b6352f}},
    {"fence rw, w", {0x0310000f}},
    {"nop; ret", {0x00000013, 0x00008067}},
    {"c.li a0, 1; c.nop", {0x00014505}},
    {"li a0, 0x12345678", {0x12345537, 0x6785051b}},
    {"x: j x", {0x0000006f}},
    {"call 1f\n1:", {0x00000097, 0x008080e7}},
    {"la a0, x\nx:", {0x00000517, 0x00850513}},
    {"lui a0, %hi(0x12345fff)\naddi a0, a0, %lo(0x12345fff)", {0x12346537, 0xfff50513}},
    {".word 2 + 3 * 4, (2 + 3) * 4", {14, 20}},
    {".word 1 << 4 | 1, 'a'", {17, 97}},
};

START_TEST(instructions_have_the_encodings_of_the_manual)
{
    struct asm_program program;

    assemble_at_0(&program, encodings[_i].text);
    for (size_t i = 0; i < 4 && encodings[_i].words[i]; i++)
        ck_assert_msg(word_at(&program.sections[0], 4 * i) == encodings[_i].words[i],
                      "%s: word %zu is 0x%08" PRIx32, encodings[_i].text, i,
                      word_at(&program.sections[0], 4 * i));
    asm_free(&program);
}
END_TEST

/* --- li ----------------------------------------------------------------------------- */

static uint64_t run_li(const struct insn *insns, unsigned count)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < count; i++) {
        uint64_t imm = (uint64_t)(int64_t)insns[i].imm;
        uint64_t rs1 = insns[i].rs1 ? value : 0;

        ck_assert_uint_eq(insns[i].rd, 7);
        if (insns[i].op == OP_LUI)
            value = imm;
        else if (insns[i].op == OP_ADDI)
            value = rs1 + imm;
        else if (insns[i].op == OP_ADDIW)
            value = (uint64_t)sign_extend(rs1 + imm, 32);
        else if (insns[i].op == OP_SLLI)
            value = rs1 << imm;
        else
            ck_abort_msg("li made an instruction that is not expected");
    }
    return value;
}

static void check_li(uint64_t value)
{
    struct insn insns[LI_MAX];
    unsigned count = li_sequence(insns, 7, value);

    ck_assert_uint_le(count, LI_MAX);
    ck_assert_msg(run_li(insns, count) == value, "li 0x%" PRIx64, value);
    if (sign_extend(value, 12) == (int64_t)value)
        ck_assert_uint_eq(count, 1);
    else if (sign_extend(value, 32) == (int64_t)value)
        ck_assert_uint_le(count, 2);
}

START_TEST(li_gives_the_value)
{
    uint64_t value = 1;

    for (unsigned bit = 0; bit < 64; bit++) {
        for (uint64_t by = 0; by < 3; by++) {
            check_li(BIT(bit) + by - 1);
            check_li(0 - BIT(bit) + by - 1);
            check_li((BIT(bit) + by - 1) << 11);
        }
    }
    for (int i = 0; i < 20000; i++) {
        value = value * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        check_li(value);
        check_li((uint64_t)((int64_t)value >> (i % 64)));
        check_li(value << (i % 64));
    }
}
END_TEST

/* --- Where things are --------------------------------------------------------------- */

static const char *const three_sections = ".text\n_start: nop\n.rodata\nr: .byte 1\n"
                                          ".data\nd: .dword 2\n.bss\nb: .space 16\n";

START_TEST(each_kind_of_section_begins_on_a_new_page)
{
    struct asm_program program;

    ck_assert(assemble(&program, three_sections, (struct asm_layout){.text = 0x1000}));
    ck_assert_uint_eq(section(&program, ".text")->address, 0x1000);
    ck_assert_uint_eq(section(&program, ".rodata")->address, 0x2000);
    ck_assert_uint_eq(section(&program, ".data")->address, 0x3000);
    ck_assert_uint_eq(section(&program, ".bss")->address, 0x4000);
    ck_assert_ptr_null(section(&program, ".bss")->bytes);
    asm_free(&program);
}
END_TEST

START_TEST(data_and_bss_go_where_they_are_told)
{
    struct asm_layout layout = {
        .text = 0x80000000, .data = 0x80123450, .bss = 0x90000000};
    struct asm_program program;

    ck_assert(assemble(&program, three_sections, layout));
    ck_assert_uint_eq(asm_find(&program, "_start")->value, 0x80000000);
    ck_assert_uint_eq(asm_find(&program, "d")->value, 0x80123450);
    ck_assert_uint_eq(asm_find(&program, "b")->value, 0x90000000);
    asm_free(&program);
}
END_TEST

START_TEST(sections_that_overlap_are_refused)
{
    struct asm_layout layout = {.text = 0x1000, .data = 0x1002};
    struct asm_program program;

    ck_assert(!assemble(&program, three_sections, layout));
    ck_assert_ptr_nonnull(strstr(program.diagnostics[0].message, "overlap"));
    asm_free(&program);
}
END_TEST

START_TEST(symbols_have_values_sizes_and_types)
{
    struct asm_program program;
    const struct asm_symbol *main_;

    assemble_at_0(&program,
                  ".globl main\n.type main, @function\nnop\nmain: nop\nret\n"
                  ".size main, . - main\n.equ LIMIT, 42\n1: j 1b\n.Lhidden: nop\n"
                  ".comm shared, 8, 8\n");
    main_ = asm_find(&program, "main");
    ck_assert_uint_eq(main_->value, 4);
    ck_assert_uint_eq(main_->size, 8);
    ck_assert_int_eq(main_->type, ASM_FUNCTION);
    ck_assert(main_->global);
    ck_assert_uint_eq(asm_find(&program, "LIMIT")->value, 42);
    ck_assert_int_eq(asm_find(&program, "LIMIT")->section, ASM_ABSOLUTE);
    ck_assert(!asm_find(&program, "LIMIT")->global);
    ck_assert(asm_find(&program, "shared")->global);
    ck_assert_uint_eq(program.symbol_count, 3); /* not 1: and .Lhidden */
    asm_free(&program);
}
END_TEST

START_TEST(the_program_starts_at_start_or_at_text)
{
    struct asm_program program;

    assemble_at_0(&program, "nop\n_start: nop\n");
    ck_assert_uint_eq(program.entry, 4);
    asm_free(&program);
    ck_assert(assemble(&program, "nop\n", (struct asm_layout){.text = 0x100}));
    ck_assert_uint_eq(program.entry, 0x100);
    asm_free(&program);
}
END_TEST

/* A program may stand in the middle of a Lua file. */
START_TEST(lines_count_from_where_the_text_begins)
{
    const char *text = "nop # one\n\nli a0, 0x12345678 ; ret\n/* two\nlines */ nop\n";
    struct asm_source source = {text, strlen(text), "copy.lua", 41};
    struct asm_layout layout = {.text = 0x1000};
    static const struct asm_line expected[] = {
        {0x1000, 41, 0}, {0x1004, 43, 0}, {0x100c, 43, 0}, {0x1010, 45, 0}};
    struct asm_program program;

    ck_assert(asm_assemble(&program, &source, &layout));
    ck_assert_uint_eq(program.line_count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        ck_assert_uint_eq(program.lines[i].address, expected[i].address);
        ck_assert_uint_eq(program.lines[i].line, expected[i].line);
    }
    asm_free(&program);
}
END_TEST

START_TEST(li_of_an_address_takes_what_the_address_needs)
{
    struct asm_program program;

    ck_assert(assemble(&program, "x: li a0, x\nli a1, end - x\nend:\n",
                       (struct asm_layout){.text = 0x12345678}));
    ck_assert_uint_eq(word_at(&program.sections[0], 0), 0x12345537); /* lui a0 */
    ck_assert_uint_eq(word_at(&program.sections[0], 8), 0x00c00593); /* li a1, 12 */
    asm_free(&program);
}
END_TEST

/* --- Mistakes ----------------------------------------------------------------------- */

static const struct {
    const char *text;
    unsigned line, column;
    const char *message; /* its beginning */
} mistakes[] = {
    {"nop\n  addu a0, a1, a2", 2, 3, "unknown instruction 'addu' (did you mean 'add"},
    {"xyzzy42 a0", 1, 1, "unknown instruction 'xyzzy42'"},
    {".bite 1", 1, 1, "unknown directive '.bite' (did you mean '.byte'?)"},
    {".macro x", 1, 1, ".macro is not supported"},
    {"mv a0, s12", 1, 8, "expected a register, not 's12' (did you mean 's1'?)"},
    {"csrr a0, mstats", 1, 10, "there is no CSR 'mstats' (did you mean 'mstatus'?)"},
    {"csrr a0, 4096", 1, 10, "CSR numbers go from 0 to 4095"},
    {"add a0, a1", 1, 11, "an operand is missing; 'add' is written 'add rd, rs1, rs2'"},
    {"add a0, a1, a2, a3", 1, 15, "too many operands; 'add' is written"},
    {"ret a0", 1, 5, "too many operands; 'ret' takes no operands"},
    {"addi a0, a1, a2", 1, 14, "expected an immediate, not a register"},
    {"addi a0, a1, 2048", 1, 14,
     "2048 is out of range: addi takes an immediate from -2048 to 2047"},
    {"lw a0, 5000(a1)", 1, 8, "5000 is out of range: lw takes"},
    {"slli a0, a0, 64", 1, 14,
     "64 is out of range: slli takes an immediate from 0 to 63"},
    {"slliw a0, a0, 32", 1, 15, "32 is out of range"},
    {"lui a0, 0x100000", 1, 9,
     "1048576 is out of range: lui takes an immediate from 0"},
    {"c.lui a0, 32", 1, 11, "c.lui takes an immediate from 1 to 31 or from 0xfffe0"},
    {"c.lw a0, 2(a1)", 1, 10, "2 is not a multiple of 4, as c.lw needs"},
    {"c.sub a0, t0", 1, 11, "c.sub can name s0, s1 and a0 to a5 only here"},
    {"c.addi16sp a0, 16", 1, 12, "this operand of c.addi16sp is always sp"},
    {"c.jr zero", 1, 1, "c.jr has no encoding with these operands"},
    {"csrwi mstatus, 32", 1, 16, "32 is out of range"},
    {"fence rw, x", 1, 11, "expected some of the letters iorw"},
    {"fence wr, w", 1, 7, "expected some of the letters iorw, in this order"},
    {"beq a0, a1, nowhere", 1, 13, "undefined symbol 'nowhere'"},
    {"number: la a0, nunber", 1, 16,
     "undefined symbol 'nunber' (did you mean 'number'?)"},
    {"j 1f", 1, 3, "there is no label 1: below"},
    {"lw a0, a1", 1, 8, "'a1' is a register; a symbol or a number stands here"},
    {"ADD a0, a0, a1", 1, 1, "unknown instruction 'ADD' (did you mean 'add'?)"},
    {"j 1b", 1, 3, "there is no label 1: above"},
    {"a: nop\nnop\na: nop", 3, 1, "symbol 'a' is already defined on line 1"},
    {".equiv a, 1\n.equiv a, 2", 2, 8, "symbol 'a' is already defined on line 1"},
    {"j . + 3", 1, 5, "the target 0x3 is odd"},
    {"jal far\n.space 0x200000\nfar:", 1, 5,
     "the target 0x200004 is 2097156 bytes away; jal reaches from -1048576 to 1048574"},
    {".byte 1\nnop", 2, 1, "an instruction cannot stand at the odd address 0x1"},
    {".ascii \"abc", 1, 8, "this string is not closed"},
    {"nop /* x", 1, 5, "this comment is not closed"},
    {".ascii \"a\\qb\"", 1, 10, "unknown escape '\\q' in a string"},
    {"li a0, '", 1, 8, "a character is missing"},
    {"li a0, 'ab'", 1, 8, "a character constant has one character"},
    {"nop `", 1, 5, "unexpected character '`'"},
    {"li a0, 12x", 1, 10, "this is no digit of a number of base 10"},
    {"li a0, 0x", 1, 10, "this is no digit of a number of base 16"},
    {"li a0, 08", 1, 9, "this is no digit of a number of base 8"},
    {"li a0, 18446744073709551616", 1, 8, "this number does not fit in 64 bits"},
    {".word 1 +", 1, 10, "expected an expression"},
    {".word (1 + 2", 1, 13, "expected ')'"},
    {".word 1 / 0", 1, 9, "division by zero"},
    {".word 5 % (1 - 1)", 1, 9, "division by zero"},
    {".word 1 2", 1, 9, "expected the end of the statement"},
    {".byte 256", 1, 7, "0x100 does not fit in 1 byte"},
    {".half 0x12345", 1, 7, "0x12345 does not fit in 2 bytes"},
    {".equ a, b\n.equ b, a\n.word a", 1, 9,
     "this expression is too complex or defines"},
    {".word 1 + %lo(2)", 1, 11, "%hi, %lo and their like stand alone"},
    {"lui a0, %lo(4)", 1, 10, "only %hi() and %pcrel_hi() can stand here"},
    {"x: addi a0, a0, %pcrel_lo(x)", 1, 27, "%pcrel_lo takes the label of"},
    {".space -1", 1, 8, "a count cannot be negative"},
    {".align 40", 1, 8, "an alignment can be at most 2^16 bytes"},
    {".balign 3", 1, 9, "3 is not a power of 2"},
    {".align x\nx:", 1, 8, "an alignment must be a number known here"},
    {"nop\n.org 2", 2, 6, ".org cannot go back"},
    {".bss\n.word 1", 2, 7, "section .bss holds no bytes"},
    {".popsection", 1, 1, ".popsection without a .pushsection"},
    {".section x, \"q\"", 1, 13, "unknown section flag 'q'"},
    {".option nonsense", 1, 9, "unknown option 'nonsense'"},
    {"lw a0, 16", 1, 10, "an operand is missing; 'lw' is written 'lw rd, imm(rs1)'"},
    {".space 0x7000000", 1, 1, "section .text is too large"},
};

START_TEST(mistakes_are_told_with_their_place)
{
    struct asm_program program;
    const struct asm_diagnostic *got;

    ck_assert_msg(!assemble(&program, mistakes[_i].text, (struct asm_layout){0}), "%s",
                  mistakes[_i].text);
    got = &program.diagnostics[0];
    ck_assert_msg(program.diagnostic_count == 1 && got->line == mistakes[_i].line &&
                      got->column == mistakes[_i].column &&
                      strncmp(got->message, mistakes[_i].message,
                              strlen(mistakes[_i].message)) == 0,
                  "%s\n%zu diagnostics, the first: %u:%u: %s", mistakes[_i].text,
                  program.diagnostic_count, got->line, got->column, got->message);
    asm_free(&program);
}
END_TEST

START_TEST(all_mistakes_are_told_in_the_order_of_the_text)
{
    static const unsigned lines[] = {1, 2, 2, 4, 5};
    struct asm_program program;

    ck_assert(!assemble(&program,
                        "la a0, x\nfoo ; bar\nnop\n addi a0, a0, 9999\n call x\n",
                        (struct asm_layout){0}));
    ck_assert_uint_eq(program.diagnostic_count, COUNT(lines));
    for (size_t i = 0; i < COUNT(lines); i++)
        ck_assert_uint_eq(program.diagnostics[i].line, lines[i]);
    asm_free(&program);
}
END_TEST

START_TEST(no_more_than_100_mistakes_are_told)
{
    struct asm_program program;
    struct buf text = {0};

    for (int i = 0; i < 300; i++)
        buf_text(&text, "wrong\n");
    ck_assert(!assemble(&program, text.data, (struct asm_layout){0}));
    ck_assert_uint_eq(program.diagnostic_count, ASM_DIAGNOSTICS_MAX);
    asm_free(&program);
    buf_free(&text);
}
END_TEST

static const struct {
    const char *text, *shown;
} carets[] = {
    {"nop\n\tmv\ta0, \tb1 # why\n",
     "test.s:2:10: expected a register, not 'b1' (did you mean 't1'?); 'mv' is written "
     "'mv rd, rs1'\n"
     "\tmv\ta0, \tb1 # why\n"
     "\t  \t    \t^\n"},
    {".ascii \"\xc3\xa4\" ; wrongest\r\n",
     "test.s:1:15: unknown instruction 'wrongest'\n"
     ".ascii \"\xc3\xa4\" ; wrongest\n"
     "             ^\n"},
};

START_TEST(the_caret_stands_under_the_mistake)
{
    struct asm_program program;
    struct buf text = {0};

    ck_assert(!assemble(&program, carets[_i].text, (struct asm_layout){0}));
    asm_diagnostic_text(&program.diagnostics[0], &text);
    ck_assert_str_eq(text.data, carets[_i].shown);
    buf_free(&text);
    asm_free(&program);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, instructions_have_the_encodings_of_the_manual, 0,
                        COUNT(encodings));
    tcase_add_test(tcase, li_gives_the_value);
    tcase_add_test(tcase, each_kind_of_section_begins_on_a_new_page);
    tcase_add_test(tcase, data_and_bss_go_where_they_are_told);
    tcase_add_test(tcase, sections_that_overlap_are_refused);
    tcase_add_test(tcase, symbols_have_values_sizes_and_types);
    tcase_add_test(tcase, the_program_starts_at_start_or_at_text);
    tcase_add_test(tcase, lines_count_from_where_the_text_begins);
    tcase_add_test(tcase, li_of_an_address_takes_what_the_address_needs);
    tcase_add_loop_test(tcase, mistakes_are_told_with_their_place, 0, COUNT(mistakes));
    tcase_add_test(tcase, all_mistakes_are_told_in_the_order_of_the_text);
    tcase_add_test(tcase, no_more_than_100_mistakes_are_told);
    tcase_add_loop_test(tcase, the_caret_stands_under_the_mistake, 0, COUNT(carets));
}

TEST_MAIN("asm", add_tests)
