/* Expressions: what they may say, what they are worth, what of it can be set. */
#include "observe/ask/expr.h"

#include "machine/dma/dma.h"
#include "observe/ask/names.h"
#include "tests/lib/suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define RAM UINT64_C(0x80000000)

/* As a compiler makes them. */
#define LONG_NAME                                                                      \
    "_ZN4core3fmt9Formatter26debug_struct_field1_finish17h0123456789abcdefE_and_so_on"

static struct run *run;
static struct board *board;
static struct symbols symbols;
static struct event event;
static struct expr_scope scope;

static bool find_region(void *ctx, const char *name, uint64_t *value)
{
    *value = 0x80002000;
    return ctx == &scope && strcmp(name, "region") == 0;
}

static void put(uint64_t at, uint64_t value)
{
    ram_write(&board->bus.ram, at, &value, sizeof(value), INITIATOR_OUTSIDE);
}

/* Two harts; channel 1 of the controller is claimed. */
static void set_up(void)
{
    struct board_desc desc = board_virt;
    struct err err = {0};

    desc.harts = 2;
    run = run_new();
    board = run_add(run, &desc, &err);
    ck_assert_msg(board, "%s", err.text);
    run_reset(run);
    board->hart[0].x[10] = 7;
    board->hart[0].x[2] = RAM + 0x100;
    board->hart[0].pc = RAM + 8;
    board->hart[1].x[10] = 70;
    board->hart[1].mode = MODE_S;
    board->hart[0].csr.mstatus |= MSTATUS_MPP;
    put(RAM + 0x108, UINT64_C(0xfedcba9876543210));
    bus_write(&board->bus, INITIATOR_OUTSIDE, 0x03101000, 4, DMA_CLAIM);
    symbols_add(&symbols, (struct symbol){.address = RAM, .name = "main"});
    symbols_add(&symbols, (struct symbol){.address = RAM + 0x108, .name = "words"});
    symbols_add(&symbols, (struct symbol){.address = RAM + 4, .name = "part.isra.0"});
    symbols_add(&symbols, (struct symbol){.address = RAM + 12, .name = LONG_NAME});
    symbols_add(&symbols, (struct symbol){.address = 1, .name = "channel"});
    symbols_sort(&symbols);
    scope = (struct expr_scope){.run = run,
                                .symbols = &symbols,
                                .kind = EVENT_KINDS,
                                .name = find_region,
                                .ctx = &scope};
    event = (struct event){
        .kind = EVENT_DMA_ERROR,
        .dma_error = {
            .channel = 2, .reason = DMA_READ_REFUSED, .bytes = 64, .device = 5}};
}

static void tear_down(void)
{
    symbols_release(&symbols);
    symbols = (struct symbols){0};
    run_free(run);
}

static void in_event(void)
{
    scope.event = &event;
}

static bool value_of(const char *text, uint64_t *value, struct err *err)
{
    struct expr *expr = expr_parse_all(text, err);
    bool ok = expr && expr_value(expr, &scope, value, err);

    expr_free(expr);
    return ok;
}

static void check_value(const char *text, uint64_t expected)
{
    struct err err = {0};
    uint64_t value = ~expected;

    ck_assert_msg(value_of(text, &value, &err), "%s: %s", text, err.text);
    ck_assert_msg(value == expected, "%s is 0x%" PRIx64 ", not 0x%" PRIx64, text, value,
                  expected);
}

static const struct {
    const char *text;
    uint64_t value;
} values[] = {
    {"4096", 4096},
    {"0x80001000", 0x80001000},
    {"0b101", 5},
    {"1_000", 1000},
    {"010", 10},
    {"'A'", 'A'},
    {"'\\n'", '\n'},
    {"0xffffffffffffffff", UINT64_MAX},
    {"1 + 2 * 3", 7},
    {"(1 + 2) * 3", 9},
    {"10 - 4 - 3", 3},
    {"2 + 3 << 1", 10},
    {"1 << 4 | 1", 17},
    {"6 & 3 == 3", 0},
    {"1 | 2 ^ 3 & 1", 3},
    {"7 / 2", 3},
    {"7 % 4", 3},
    {"!5", 0},
    {"!!5", 1},
    {"~0", UINT64_MAX},
    {"-1", UINT64_MAX},
    {"+3", 3},
    {"- - 3", 3},
    {"1 ? 2 : 3", 2},
    {"0 ? 2 : 0 ? 3 : 4", 4},
    {"1 || 1 / 0", 1},
    {"0 && 1 / 0", 0},
    {"2 && 3", 1},
    {"3 < 4", 1},
    {"4 <= 3", 0},
    {"4 > 3", 1},
    {"3 >= 4", 0},
    {"3 == 3", 1},
    {"3 != 3", 0},
    {"-1 < 1", 0},
    {"signed(-1) < 1", 1},
    {"1 > signed(0 - 1)", 1},
    {"-8 >> 1", UINT64_C(0x7ffffffffffffffc)},
    {"signed(-8) >> 1", (uint64_t)-4},
    {"signed(-8) >> 99", UINT64_MAX},
    {"signed(8) >> 99", 0},
    {"signed(-8) >> 0", (uint64_t)-8},
    {"1 << 64", 0},
    {"1 >> 64", 0},
    {"signed(-7) / 2", (uint64_t)-3},
    {"signed(-7) % 2", (uint64_t)-1},
    {"signed(0x8000000000000000) / -1", UINT64_C(0x8000000000000000)},
    {"signed(0x8000000000000000) % -1", 0},
    {"a0", 7},
    {"$a0", 7},
    {"x10", 7},
    {"pc", RAM + 8},
    {"hart1.a0", 70},
    {"hart1.a0 + a0", 77},
    {"hart", 0},
    {"mode", MODE_M},
    {"hart1.mode", MODE_S},
    {"hart1.priv == \"S-mode\"", 1},
    {"retired", 0},
    {"cycle", 0},
    {"mhartid", 0},
    {"hart1.mhartid", 1},
    {"mstatus.MPP", 3},
    {"mstatus.mpp", 3},
    {"csr:0x300 == mstatus", 1},
    {"csr:mstatus.MPP", 3},
    {"csr:0x300.MPP", 3},
    {"hart1.csr:0xf14", 1},
    {"medeleg.load-page", 0},
    {"medeleg.load-page-1", UINT64_MAX},
    {"mcause == \"instruction address misaligned\"", 1},
    {"mstatus.MPP == \"M-mode\"", 1},
    {"mstatus.SPP == \"U-mode\"", 1},
    {"satp.MODE == \"Sv39\"", 0},
    {"satp.MODE == \"bare\"", 1},
    {"mtvec.MODE != \"vectored\"", 1},
    {"pmpcfg0.pmp0cfg == \"off\"", 1},
    {"dma0.Control", 0},
    {"dma0 + 4", 0x03100004},
    {"u32[dma0 + 0x1000]", 1},
    {"dma0.Control[1]", 1},
    {"dma0.control[a0 - 6].claim", 1},
    {"dma0.Control[1].run", 0},
    {"dma0.NextConfig[1].rsize", 6},
    {"dma0.State == \"idle\"", 1},
    {"\"idle\" != dma0.State", 0},
    {"plic.PRIORITY[1]", 0},
    {"main", RAM},
    {"words+8", RAM + 0x110},
    {"part.isra.0", RAM + 4},
    {LONG_NAME " + 1", RAM + 13},
    {"region", 0x80002000},
    {"channel", 1},
    {"[sp+8]", UINT64_C(0xfedcba9876543210)},
    {"[words]", UINT64_C(0xfedcba9876543210)},
    {"u8[words]", 0x10},
    {"u16[words + 1]", 0x5432},
    {"u32[words+4]", 0xfedcba98},
    {"i32[words+4]", UINT64_C(0xfffffffffedcba98)},
    {"i32[words+4] < 0", 1},
    {"i8[words+7]", (uint64_t)(int8_t)0xfe},
    {"u64p[words]", UINT64_C(0xfedcba9876543210)},
    {"u32[u64[sp + 8] & 0 | words]", 0x76543210},
    {"u32[0x3101000]", 1},
    {"  1  +  1  ", 2},
};

START_TEST(expressions_have_values)
{
    check_value(values[_i].text, values[_i].value);
}
END_TEST

static const struct {
    const char *text, *error;
} errors[] = {
    {"", "column 1: a value is missing"},
    {"1 +", "column 4: a value is missing"},
    {"1 2", "column 3: no operator is here"},
    {"1 = 2", "column 3: no operator is here"},
    {"(1", "column 3: ')' is missing"},
    {"[1", "column 3: ']' is missing"},
    {"u32[1", "column 6: ']' is missing"},
    {"1 ? 2", "column 6: ':' is missing"},
    {"'A", "column 1: a character is one, between quotes: 'A'"},
    {"'", "column 1: a character is missing"},
    {"\"x", "column 1: the quote is not closed"},
    {"0x", "column 3: a number has digits"},
    {"0b2", "column 3: no digit of the number"},
    {"12a", "column 3: no digit of the number"},
    {"18446744073709551616", "column 20: the number has more than 64 bits"},
    {")", "column 1: no value begins like this"},
    {"a0.", "column 4: a name is missing"},
    {"a.b.c.d.e", "column 9: the name has too many parts"},
    {"1 / 0", "division by 0"},
    {"1 % (a0 - 7)", "division by 0"},
    {"manu", "nothing is called 'manu' (did you mean 'main'?)"},
    {"mstatu", "nothing is called 'mstatu' (did you mean 'mstatus'?)"},
    {"mstatus.MPQ", "mstatus has no field 'MPQ' (did you mean 'MPV'?)"},
    {"satp.MODE.x", "'.x' is too much: fields have no parts"},
    {"hart7.a0", "the board has no hart 7"},
    {"hart1.main", "a hart has no 'main'"},
    {"dma0.Contrl", "dma0 has no register 'Contrl' (did you mean 'Control'?)"},
    {"hart1.a0[3]", "'a0' is no array of registers"},
    {"mstatus.MPP[0]", "'MPP' is no array of registers"},
    {"dma0.Control.run[1]", "'run' is no array of registers"},
    {"uart0.IER[1]", "uart0 has no register 'IER[1]'"},
    {"dma0.Control[4]", "dma0 has no register 'Control[4]'"},
    {"plic.PRIORITY[0]", "plic has no register 'PRIORITY[0]'"},
    {"dma0.Control.rum", "Control has no field 'rum' (did you mean 'run'?)"},
    {"[0]", "nothing can be read at physical address 0x0"},
    {"u64[0x87fffffc]", "nothing can be read at physical address 0x88000000"},
    {"\"idle\"", "\"idle\" is no value: words are compared with names"},
    {"\"idle\" < dma0.State", "\"idle\" is no value: words are compared with names"},
};

START_TEST(errors_say_what_and_where)
{
    struct err err = {0};
    uint64_t value;

    ck_assert_msg(!value_of(errors[_i].text, &value, &err), "%s", errors[_i].text);
    ck_assert_str_eq(err.text, errors[_i].error);
}
END_TEST

static const struct {
    const char *text;
    size_t used;
} beginnings[] = {
    {"a0 = 5", 2},  {"a0=5", 2},          {"main,+20", 4},
    {"a0 if 1", 2}, {"sp [sp]", 2},       {"a0 == 5", 7},
    {"1 2", 1},     {"u8[1] ; stepi", 5}, {"dma0.Control[1] = 1", 15},
};

START_TEST(the_longest_beginning_is_taken)
{
    struct err err = {0};
    size_t used;
    struct expr *expr = expr_parse(beginnings[_i].text, &used, &err);

    ck_assert_msg(expr, "%s: %s", beginnings[_i].text, err.text);
    ck_assert_uint_eq(used, beginnings[_i].used);
    expr_free(expr);
}
END_TEST

START_TEST(fields_of_an_event_come_first)
{
    in_event();
    check_value("channel", 2);
    check_value("bytes == 64 && channel == 2", 1);
    check_value("$a0", 7);
}
END_TEST

START_TEST(enumerated_fields_compare_with_their_words)
{
    char text[128];

    in_event();
    snprintf(text, sizeof(text), "reason == \"%s\"",
             dma_reason_names[DMA_READ_REFUSED]);
    check_value(text, 1);
    snprintf(text, sizeof(text), "reason == \"%s\"", dma_reason_names[DMA_BAD_RING]);
    check_value(text, 0);
    check_value("device == \"dma0\"", 1);
    check_value("device == \"uart0\"", 0);
}
END_TEST

START_TEST(an_event_has_a_kind_and_somebody_who_acts)
{
    in_event();
    check_value("kind == \"dma_error\"", 1);
    check_value("kind != \"dma_error\" || channel == 1", 0);
    check_value("who == \"dma0\"", 1);
    check_value("who == \"DMA channel 2\"", 1);
    check_value("who == \"hart 0\"", 0);
    event = (struct event){.kind = EVENT_BUS_WAIT, .bus_wait = {.initiator = 1}};
    check_value("who == \"hart 1\"", 1);
    check_value("who == \"dma0\"", 0);
}
END_TEST

static bool check_says(const char *text, struct err *err)
{
    struct expr *expr = expr_parse_all(text, err);
    bool ok = expr && expr_check(expr, &scope, err);

    expr_free(expr);
    return ok;
}

START_TEST(a_check_knows_names_without_values)
{
    struct err err = {0};

    scope.kind = EVENT_DMA_ERROR;
    ck_assert_msg(check_says("channel == 2 && [0] == 1", &err), "%s", err.text);
    ck_assert(check_says("dma0.Control[channel].run", &err));
    ck_assert(check_says("device == \"dma0\"", &err));
    ck_assert(!check_says("chanel == 2", &err));
    ck_assert_str_eq(err.text, "nothing is called 'chanel' (did you mean 'channel'?)");
    ck_assert(!check_says("reason == \"bad weather\"", &err));
    ck_assert_str_eq(err.text, "'reason' is never \"bad weather\"");
    ck_assert(!check_says("a0 == \"\"", &err));
}
END_TEST

START_TEST(every_csr_and_command_has_its_word)
{
    struct err err = {0};

    scope.kind = EVENT_CSR_WRITE;
    ck_assert_msg(check_says("csr == \"mstatus\"", &err), "%s", err.text);
    ck_assert_msg(check_says("csr == \"mhartid\"", &err), "%s", err.text);
    ck_assert(!check_says("csr == \"mstatsu\"", &err));
    scope.kind = EVENT_DISK_COMMAND;
    ck_assert_msg(check_says("command == \"FLUSH CACHE\"", &err), "%s", err.text);
    scope.kind = EVENT_TRAP_ENTER;
    ck_assert_msg(check_says("cause == \"machine timer interrupt\"", &err), "%s",
                  err.text);
}
END_TEST

START_TEST(kinds_and_actors_that_do_not_exist_are_refused)
{
    struct err err = {0};

    scope.kind = EVENT_DMA_ERROR;
    ck_assert_msg(check_says("kind == \"insn\" && who == \"hart 0\"", &err), "%s",
                  err.text);
    ck_assert(check_says("who == \"uart0\"", &err));
    ck_assert(!check_says("kind == \"dma-errr\"", &err));
    ck_assert(!check_says("who == \"dma9\"", &err));
    scope.kind = EVENT_KINDS;
    ck_assert(!check_says("kind == 5", &err));
}
END_TEST

START_TEST(a_field_needs_an_event_to_have_a_value)
{
    struct err err = {0};
    uint64_t value;

    scope.kind = EVENT_DMA_ERROR;
    ck_assert(!value_of("reason", &value, &err));
    ck_assert_str_eq(err.text, "'reason' is a field of an event, and there is none");
}
END_TEST

/* --- what can be set ---------------------------------------------------------------- */

static const struct {
    const char *text;
    struct lvalue lvalue;
} lvalues[] = {
    {"a0", {.kind = LVALUE_X, .number = 10, .hi = 63}},
    {"hart1.sp", {.kind = LVALUE_X, .hart = 1, .number = 2, .hi = 63}},
    {"pc", {.kind = LVALUE_PC, .hi = 63}},
    {"mstatus", {.kind = LVALUE_CSR, .number = CSR_MSTATUS, .hi = 63}},
    {"mstatus.MPP", {.kind = LVALUE_CSR, .number = CSR_MSTATUS, .hi = 12, .lo = 11}},
    {"dma0.Control[1]",
     {.kind = LVALUE_REGISTER, .device = 5, .number = 0x1000, .size = 4, .hi = 63}},
    {"dma0.Control[1].run",
     {.kind = LVALUE_REGISTER,
      .device = 5,
      .number = 0x1000,
      .size = 4,
      .hi = 1,
      .lo = 1}},
    {"[sp]", {.kind = LVALUE_MEMORY, .number = RAM + 0x100, .size = 8, .hi = 63}},
    {"u16p[main]",
     {.kind = LVALUE_MEMORY, .number = RAM, .size = 2, .physical = true, .hi = 15}},
};

START_TEST(some_expressions_can_be_set)
{
    const struct lvalue *expected = &lvalues[_i].lvalue;
    struct expr *expr = expr_parse_all(lvalues[_i].text, NULL);
    struct lvalue lvalue;
    struct err err = {0};

    ck_assert_msg(expr_lvalue(expr, &scope, &lvalue, &err), "%s", err.text);
    ck_assert_int_eq(lvalue.kind, expected->kind);
    ck_assert_uint_eq(lvalue.hart, expected->hart);
    ck_assert_uint_eq(lvalue.device, expected->device);
    ck_assert_uint_eq(lvalue.number, expected->number);
    ck_assert_uint_eq(lvalue.size, expected->size);
    ck_assert_uint_eq(lvalue.physical, expected->physical);
    ck_assert_uint_eq(lvalue.hi, expected->hi);
    ck_assert_uint_eq(lvalue.lo, expected->lo);
    expr_free(expr);
}
END_TEST

START_TEST(values_cannot_be_set)
{
    static const char *const texts[] = {"a0 + 1", "5",      "main",
                                        "cycle",  "region", "(a0) - 0"};
    struct expr *expr = expr_parse_all(texts[_i], NULL);
    struct lvalue lvalue;
    struct err err = {0};

    ck_assert(!expr_lvalue(expr, &scope, &lvalue, &err));
    ck_assert_int_eq(lvalue.kind, LVALUE_NONE);
    ck_assert_ptr_nonnull(strstr(err.text, "no register and no memory"));
    expr_free(expr);
}
END_TEST

/* --- depth --------------------------------------------------------------------------- */

/* `count` times a text, then an end. */
static char *repeat(const char *text, unsigned count, const char *end)
{
    size_t length = strlen(text);
    char *all = malloc(length * count + strlen(end) + 1);

    for (size_t i = 0; i < count * length; i++)
        all[i] = text[i % length];
    strcpy(all + count * length, end);
    return all;
}

START_TEST(depth_is_bounded)
{
    static const char *const texts[][2] = {{"(", "1"},    {"[", "1"},      {"-", "1"},
                                           {"1+", "1"},   {"1?1:", "1"},   {"1?", "1"},
                                           {"a.b[", "1"}, {"signed(", "1"}};
    char *text = repeat(texts[_i][0], 100000, texts[_i][1]);
    struct err err = {0};

    ck_assert_ptr_null(expr_parse_all(text, &err));
    ck_assert_msg(strstr(err.text, "too deep"), "%s", err.text);
    free(text);
}
END_TEST

START_TEST(what_people_write_is_not_too_deep)
{
    char *text = repeat("(", 50, "1");
    char *all = repeat(")", 50, " + 1 + 1");
    char both[256];

    snprintf(both, sizeof(both), "%s%s", text, all);
    check_value(both, 3);
    free(text);
    free(all);
}
END_TEST

/* --- completion ------------------------------------------------------------------------ */

static char offered[8192];

static void take(void *ctx, const char *name)
{
    (void)ctx;
    strcat(strcat(offered, name), " ");
}

static const struct {
    const char *prefix, *offers;
} completions[] = {
    {"mca", "mcause "},
    {"$mca", "$mcause "},
    {"wor", "words "},
    {"dma", "dma0. "},
    {"hart1.mcau", "hart1.mcause "},
    {"hart1.mo", "hart1.mode "},
    {"mstatus.MP", "mstatus.MPV mstatus.MPRV mstatus.MPP mstatus.MPIE "},
    {"dma0.Con",
     "dma0.Control[0] dma0.Control[1] dma0.Control[2] dma0.Control[3] dma0.Consumer[0] "
     "dma0.Consumer[1] dma0.Consumer[2] dma0.Consumer[3] "},
    {"dma0.Control[1].e", "dma0.Control[1].errIE dma0.Control[1].error "},
    {"uart0.IE", "uart0.IER "},
    {"_ZN4core", LONG_NAME " "},
    {"nothing", ""},
    {"nothing.x", ""},
};

START_TEST(names_are_completed)
{
    offered[0] = '\0';
    expr_complete(completions[_i].prefix, &scope, take, NULL);
    ck_assert_str_eq(offered, completions[_i].offers);
}
END_TEST

START_TEST(fields_of_the_kind_are_completed)
{
    offered[0] = '\0';
    scope.kind = EVENT_DMA_ERROR;
    expr_complete("reas", &scope, take, NULL);
    ck_assert_str_eq(offered, "reason ");
}
END_TEST

/* Every register, CSR and field has a name that leads back to it. */
START_TEST(every_register_is_found_by_its_name)
{
    char text[128];

    for (unsigned d = 0; d < board->devices; d++) {
        const struct regfile *file = board->device[d]->type->regs;

        for (size_t i = 0; file && i < file->count; i++) {
            struct register_place place;
            struct err err = {0};

            snprintf(text, sizeof(text), "%s.%s", board->device[d]->name,
                     file->regs[i].name);
            ck_assert_msg(names_find(board, text, &place, &err), "%s", err.text);
            ck_assert_ptr_eq(place.reg, &file->regs[i]);
        }
    }
}
END_TEST

START_TEST(every_csr_field_is_found_by_its_name)
{
    char text[128];
    uint64_t value;

    for (size_t i = 0; i < csr_infos_count; i++)
        for (const struct csr_field *f = csr_infos[i].fields; f && f->name; f++) {
            struct err err = {0};

            snprintf(text, sizeof(text), "%s.%s", csr_infos[i].name, f->name);
            ck_assert_msg(value_of(text, &value, &err), "%s: %s", text, err.text);
            ck_assert(value ==
                      field_get(hart_csr_read(&board->hart[0], csr_infos[i].number),
                                BITS(f->hi, f->lo)));
        }
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, expressions_have_values, 0, (int)COUNT(values));
    tcase_add_loop_test(tcase, errors_say_what_and_where, 0, (int)COUNT(errors));
    tcase_add_loop_test(tcase, the_longest_beginning_is_taken, 0,
                        (int)COUNT(beginnings));
    tcase_add_test(tcase, fields_of_an_event_come_first);
    tcase_add_test(tcase, enumerated_fields_compare_with_their_words);
    tcase_add_test(tcase, a_check_knows_names_without_values);
    tcase_add_test(tcase, every_csr_and_command_has_its_word);
    tcase_add_test(tcase, an_event_has_a_kind_and_somebody_who_acts);
    tcase_add_test(tcase, kinds_and_actors_that_do_not_exist_are_refused);
    tcase_add_test(tcase, a_field_needs_an_event_to_have_a_value);
    tcase_add_loop_test(tcase, some_expressions_can_be_set, 0, (int)COUNT(lvalues));
    tcase_add_loop_test(tcase, values_cannot_be_set, 0, 6);
    tcase_add_loop_test(tcase, depth_is_bounded, 0, 8);
    tcase_add_test(tcase, what_people_write_is_not_too_deep);
    tcase_add_loop_test(tcase, names_are_completed, 0, (int)COUNT(completions));
    tcase_add_test(tcase, fields_of_the_kind_are_completed);
    tcase_add_test(tcase, every_register_is_found_by_its_name);
    tcase_add_test(tcase, every_csr_field_is_found_by_its_name);
}

TEST_MAIN("expr", add_tests)
