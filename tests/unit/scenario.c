/* Scenarios: what they describe, what is wrong with them, what their runs come to. */
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "control/board_lua.h"
#include "control/judge.h"
#include "control/lua_sandbox.h"
#include "control/setup_program.h"
#include "image/elf_write.h"
#include "tests/lib/gnu.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- helpers ---------------------------------------------------------------------------- */

static struct scenario *load(const char *text, struct err *err)
{
    return scenario_load("dir/test.lua", text, strlen(text), &sandbox_usual_limits,
                         err);
}

static struct scenario *load_good(const char *text)
{
    struct err err = {0};
    struct scenario *scenario = load(text, &err);

    ck_assert_msg(scenario != NULL, "%s", err.text);
    return scenario;
}

/* A scenario of one variant whose setup gives `setup`, with `rest` after it. */
static struct scenario *load_setup(const char *setup, const char *rest)
{
    char text[8192];

    snprintf(
        text, sizeof(text),
        "scenario { name = 'test', variants = { { name = 'only' } },\n"
        "parameters = { size = { 3, 'a size', min = 1, max = 9 }, path = 'none' },\n"
        "setup = function(p, v) return %s end,\n%s }",
        setup, rest);
    return load_good(text);
}

#define OFF "li t0, 0x100000\\n li t1, 0x5555\\n sw t1, (t0)\\n 9: j 9b\\n"

static void run_one(struct scenario *scenario, unsigned variant, struct result *result)
{
    struct trial trial;
    struct err err = {0};

    ck_assert_msg(trial_begin(&trial, scenario, variant, false, &err), "%s\n%s",
                  err.text, buf_str(&trial.setup.diagnostics));
    trial_go(&trial);
    judge_trial(&trial, result);
    trial_end(&trial);
}

/* --- the file --------------------------------------------------------------------------- */

#define CHECKS(list, check)                                                            \
    "scenario { name = 'a', variants = { { name = 'x' }, { name = 'near' } }, "        \
    "setup = function() end, " list " = { { " check " } } }"

#define RACE(list)                                                                     \
    "scenario { name = 'a', variants = { { name = 'x' }, { name = 'near' } }, race "   \
    "= " list " }"

static const struct {
    const char *text, *error;
} unusable[] = {
    {"", "dir/test.lua: the file does not call scenario{...}"},
    {"scenario {", "dir/test.lua:1: unexpected symbol near <eof>"},
    {"\nscenario(5)", "dir/test.lua:2: scenario: must be a table, it is a number"},
    {"scenario { name = 5 }",
     "dir/test.lua:1: scenario: 'name' must be a text, it is a number"},
    {"scenario { name = 'a', variant = {} }",
     "dir/test.lua:1: scenario: unknown key 'variant' (did you mean 'variants'?)"},
    {"scenario { name = 'a b' }",
     "dir/test.lua:1: scenario: 'a b' is no name: letters, digits, '_', '-' and '.'"},
    {"scenario { name = 'a' }",
     "dir/test.lua:1: scenario: 'variants' is missing: a list of {name =, title =}"},
    {"scenario { name = 'a', variants = {} }",
     "dir/test.lua:1: scenario.variants: there must be one at least"},
    {"scenario { name = 'a', variants = { {} } }",
     "dir/test.lua:1: scenario.variants[1]: a variant needs a 'name'"},
    {"scenario { name = 'a', variants = { { name = 'x' }, { name = 'x' } } }",
     "dir/test.lua:1: scenario.variants[2]: two variants are named 'x'"},
    {"scenario { name = 'a', variants = { { name = 'x' } } }",
     "dir/test.lua:1: scenario: 'setup' is missing: a function of parameters and "
     "variant"},
    {"scenario { name = 'a', variants = { { name = 'x' } }, setup = print }",
     "dir/test.lua:1: scenario: 'setup' is missing: a function of parameters and "
     "variant"},
    {"scenario { name = 'a', variants = { { name = 'x' } }, setup = function() end,\n"
     "expect = { { 'no function' } } }",
     "dir/test.lua:1: scenario.expect[1]: a check is { \"what holds\", function }, or "
     "has "
     "a list of variants between"},
    {CHECKS("expect", "'in x', { 'x', 'naer' }, print"),
     "dir/test.lua:1: scenario.expect[1]: scenario a has no variant 'naer' (did you "
     "mean 'near'?)"},
    {CHECKS("expect", "'in x', 'x', print"),
     "dir/test.lua:1: scenario.expect[1]: a check's variants are a list of names"},
    {CHECKS("expect", "'in x', { 5 }, print"),
     "dir/test.lua:1: scenario.expect[1]: a check's variants are a list of names"},
    {CHECKS("expect", "'in x', { 'x' }, { 'x' }, print"),
     "dir/test.lua:1: scenario.expect[1]: a check is { \"what holds\", function }, or "
     "has "
     "a list of variants between"},
    {CHECKS("compare", "'x is y', { 'x', 'z' }, print"),
     "dir/test.lua:1: scenario.compare[1]: scenario a has no variant 'z'"},
    {CHECKS("compare", "'x is y', print"),
     "dir/test.lua:1: scenario.compare[1]: a comparison names the variants that it "
     "compares"},
    {CHECKS("compare", "'x is y', {}, print"),
     "dir/test.lua:1: scenario.compare[1]: a comparison names the variants that it "
     "compares"},
    {RACE("5"), "dir/test.lua:1: scenario: 'race' is a list of 2 to 4 variants"},
    {RACE("{ 'x' }"), "dir/test.lua:1: scenario: 'race' is a list of 2 to 4 variants"},
    {RACE("{ 'x', 'x', 'x', 'x', 'x' }"),
     "dir/test.lua:1: scenario: 'race' is a list of 2 to 4 variants"},
    {RACE("{ 'x', 5 }"), "dir/test.lua:1: scenario: 'race' is a list of names"},
    {RACE("{ 'x', 'naer' }"),
     "dir/test.lua:1: scenario: race: scenario a has no variant 'naer' (did you mean "
     "'near'?)"},
    {"scenario { name = 'a', parameters = { x = {} }, variants = { { name = 'x' } } }",
     "dir/test.lua:1: scenario.parameters: the default of 'x' is an integer, a text, "
     "true or false"},
    {"scenario { name = 'a', parameters = { x = { 1, '', min = 'y' } }, variants = {} "
     "}",
     "dir/test.lua:1: x: 'min' must be an integer, it is a string"},
    {"local s = { name = 'a', variants = { { name = 'x' } }, setup = function() end }\n"
     "scenario(s)\nscenario(s)",
     "dir/test.lua:3: scenario: it is called a second time"},
};

START_TEST(a_file_that_is_no_scenario_is_refused_with_its_line)
{
    struct err err = {0};

    ck_assert_ptr_null(load(unusable[_i].text, &err));
    ck_assert_str_eq(err.text, unusable[_i].error);
}
END_TEST

START_TEST(a_scenario_says_what_it_has)
{
    struct scenario *scenario =
        load_good("scenario { name = 'name', title = 'Title', about = 'About',\n"
                  "parameters = { z = 1, a = { true, 'help' }, m = { 'text' } },\n"
                  "variants = { { name = 'one', title = 'One' }, { name = 'two' } },\n"
                  "setup = function(p, v)\n  return {} end }");
    unsigned variant;
    struct err err = {0};

    ck_assert_str_eq(scenario->name, "name");
    ck_assert_str_eq(scenario->title, "Title");
    ck_assert_str_eq(scenario->about, "About");
    ck_assert_uint_eq(scenario->parameters, 3);
    ck_assert_str_eq(scenario->parameter[0].name, "a");
    ck_assert_str_eq(scenario->parameter[0].help, "help");
    ck_assert_str_eq(scenario->parameter[1].text, "text");
    ck_assert_int_eq(scenario->parameter[2].integer, 1);
    ck_assert(scenario_variant(scenario, "two", &variant, &err));
    ck_assert_uint_eq(variant, 1);
    ck_assert(!scenario_variant(scenario, "tow", &variant, &err));
    ck_assert_str_eq(err.text,
                     "scenario name has no variant 'tow' (did you mean 'two'?)");
    ck_assert_int_eq(scenario->setup_line, 4);
    scenario_free(scenario);
}
END_TEST

static const struct {
    const char *assignment, *error; /* NULL: it is fine */
} settings[] = {
    {"size=9", NULL},
    {"size=0x5", NULL},
    {"path=", NULL},
    {"path=a=b", NULL},
    {"size", "'size' does not set anything: name=value"},
    {"size=", "parameter size: '' is not an integer"},
    {"size=5k", "parameter size: '5k' is not an integer"},
    {"size=10", "parameter size: 10 is not 1 to 9"},
    {"sise=1", "scenario test has no parameter 'sise' (did you mean 'size'?)"},
    {"=1", "scenario test has no parameter ''"},
};

START_TEST(parameters_are_set_within_their_bounds)
{
    struct scenario *scenario = load_setup("{}", "");
    struct err err = {0};
    bool ok = scenario_set(scenario, settings[_i].assignment, &err);

    ck_assert_str_eq(err.text, settings[_i].error ? settings[_i].error : "");
    ck_assert(ok == !settings[_i].error);
    scenario_free(scenario);
}
END_TEST

/* --- descriptions ----------------------------------------------------------------------- */

#define PROGRAM "programs = { asm [[start: j start]] }"

static const struct {
    const char *setup, *error;
} descriptions[] = {
    {"5", "setup: must be a table, it is a number"},
    {"nil", "setup: must be a table, it is a nil"},
    {"{}", "setup: 'programs' is missing: a list of asm{}, elf{} and raw{}"},
    {"{ programs = {} }", "setup.programs: there is nothing to run"},
    {"{ programs = { {} } }",
     "setup.programs[1]: must be made by asm{}, elf{} or raw{}"},
    {"{ programme = {} }", "setup: unknown key 'programme' (did you mean 'programs'?)"},
    {"{ " PROGRAM ", entry = 'strat' }",
     "no program has the symbol 'strat' (did you mean 'start'?)"},
    {"{ " PROGRAM ", entry = {} }", "setup: 'entry' must be a symbol or an address"},
    {"{ " PROGRAM ", window = { from = 'start' } }",
     "setup.window: a window has 'from' and 'to'"},
    {"{ " PROGRAM ", window = { from = 'start', to = 'start+x' } }",
     "'start+x' is no address: symbol+number"},
    {"{ " PROGRAM ", payload = { { 'start' } } }",
     "setup.payload[1]: 'to' must be a symbol or an address"},
    {"{ " PROGRAM ", limit = { cycles = 0 } }",
     "setup.limit: 'cycles' is 0: it must be 1 to 9223372036854775807"},
    {"{ " PROGRAM ", limit = { cycles = 1.5 } }",
     "setup.limit: 'cycles' must be an integer, it is a number"},
    {"{ " PROGRAM ", ends = 'soon' }",
     "setup: 'ends' is 'finished', 'nothing' or 'limit', not 'soon'"},
    {"{ " PROGRAM ", notes = { { kind = 'dma', say = 'x' } } }",
     "setup.notes[1]: there is no event 'dma'"},
    {"{ " PROGRAM ", notes = { { kind = 'dma_done', where = { chanel = 1 } } } }",
     "setup.notes[1].where: dma_done has no field 'chanel' (did you mean 'channel'?)"},
    {"{ " PROGRAM ", regions = { { 'a', 1 } } }",
     "setup.regions[1]: a region is { \"name\", address, bytes }"},
    {"{ " PROGRAM ", disks = { ata0 = 5 } }", "ata0: must be a table, it is a number"},
    {"{ " PROGRAM ", disks = { ata0 = 'short' } }",
     "disks: ata0: there must be a sector at least"},
    {"{ " PROGRAM ", disks = { ata7 = disk_text(1, 'x') } }",
     "disks: the board has no disk 'ata7'"},
    {"{ " PROGRAM ", disks = { ata0 = { file = '../x' } } }",
     "ata0: '../x' is not beside the scenario or below"},
    {"{ programs = { elf '/etc/passwd' } }",
     "setup.programs[1]: '/etc/passwd' is not beside the scenario or below"},
    {"{ programs = { elf { file = 'a/../../b' } } }",
     "setup.programs[1]: 'a/../../b' is not beside the scenario or below"},
    {"{ programs = { elf 'no.elf' } }",
     "setup.programs[1]: cannot open 'dir/no.elf': No such file or directory"},
    {"{ programs = { elf { file = 'guest:none' } } }",
     "setup.programs[1]: cannot open 'guest:none': no such file belongs to Ringside"},
    {"{ " PROGRAM ", bootargs = 5 }", "setup: 'bootargs' must be a text"},
    {"{ " PROGRAM ", initrd = { file = '../x' } }",
     "initrd: '../x' is not beside the scenario or below"},
    {"{ " PROGRAM ", initrd = string.rep('x', 1 << 23), board = { memory = '8M' } }",
     "the initrd of 8388608 bytes does not fit between"},
    {"{ " PROGRAM ", window = 'marker' }",
     "setup: 'window' is { from =, to = } or \"markers\""},
    {"{ " PROGRAM ", work = 0 }", "'work' is not in RAM"},
    {"{ programs = { raw { bytes = 'x', at = 16 } } }",
     "cannot load 'test': 0x10 to 0x10 is outside RAM (0x80000000 to 0x87ffffff)"},
    {"{ " PROGRAM ", board = { base = 'virtt' } }",
     "board: 'base' is 'virtt': it must be 'virt' or 'none'"},
    {"{ " PROGRAM ", board = { memory = '12X' } }",
     "board: 'memory' is '12X': it must be a size as \"128M\" (K, M or G)"},
    {"{ " PROGRAM ", board = { memory = '99999999999999999999' } }",
     "board: 'memory' is '99999999999999999999': it must be a size as"},
    {"{ " PROGRAM ", board = { memory = true } }",
     "board: 'memory' must be a number of bytes, or a text as \"128M\", it is a "
     "boolean"},
    {"{ programs = { asm { text = 'nop', defines = { ['a b'] = 1 } } } }",
     "setup.programs[1].defines: 'a b' is no symbol"},
    {"{ " PROGRAM ", board = { harts = 9 } }",
     "board: 'harts' is 9: it must be 1 to 8"},
    {"{ " PROGRAM ", board = { costs = { bus_slott = 5 } } }",
     "board.costs: unknown cost 'bus_slott' (did you mean 'bus_slot'?)"},
    {"{ " PROGRAM ", board = { tlb = { entries = 24, ways = 2 } } }",
     "board.tlb: entries / ways must be a power of two"},
    {"{ " PROGRAM ", board = { iommu = 1 } }",
     "board: 'iommu' must be true or false, it is a number"},
    {"{ " PROGRAM ", board = { iommu = true, devices = { { type = 'iommu', name = 'i', "
     "base = 0x3010000 } } } }",
     "i at 0x3010000 overlaps iommu0 at 0x3010000"},
    {"{ " PROGRAM ", board = { remove = { 'uart7' } } }",
     "board.remove: the board has no device 'uart7'"},
    {"{ " PROGRAM ", board = { devices = { { type = 'uart', base = 0x4000000, "
     "name = '\\27[31m' } } } }",
     "' is no name: letters, digits, '_', '-' and '.'"},
    {"{ " PROGRAM ", board = { name = 'my board' } }",
     "board: 'my board' is no name: letters, digits, '_', '-' and '.'"},
    {"{ " PROGRAM ", board = { devices = { { type = 'stream' } } } }",
     "board.devices[1]: a device needs a 'base' address"},
    {"{ " PROGRAM ", board = { devices = { { type = 'strem', base = 1 } } } }",
     "board.devices[1]: strem: unknown device type 'strem' (did you mean 'stream'?)"},
    {"{ " PROGRAM ", board = { devices = { { type = 'uart', base = 0x4000000, "
     "baud = 5 } } } }",
     "board.devices[1]: uart: type 'uart' has no setting 'baud'"},
    {"{ " PROGRAM ", board = { devices = { { type = 'uart', base = 0x3200000 } } } }",
     "overlap"},
    {"{ " PROGRAM ", board = { devices = { { type = 'uart', base = 0x4000000, "
     "irq = 10 } } } }",
     "board.devices[1]: uart0 and uart both drive interrupt 10"},
    {"{ " PROGRAM ", board = { base = 'none' } }",
     "board: there is no device of type 'rom': harts start in one"},
};

START_TEST(a_description_that_is_wrong_is_refused_with_the_reason)
{
    struct scenario *scenario = load_setup(descriptions[_i].setup, "");
    struct trial trial;
    struct err err = {0};

    ck_assert(!trial_begin(&trial, scenario, 0, false, &err));
    ck_assert_msg(strncmp(err.text, "dir/test.lua:3: variant only: ", 30) == 0, "%s",
                  err.text);
    ck_assert_msg(strstr(err.text, descriptions[_i].error) != NULL, "%s", err.text);
    trial_end(&trial);
    scenario_free(scenario);
}
END_TEST

static const struct {
    const char *symbol, *error;
} symbols_missing[] = {
    {"elf_symbol('no.elf', 'x')",
     "dir/test.lua:3: elf_symbol: cannot open 'dir/no.elf': No such file or directory"},
    {"elf_symbol('../x', 'x')",
     "dir/test.lua:3: elf_symbol: '../x' is not beside the scenario or below"},
    {"elf_symbol('guest:kernel', 'nobody')",
     "dir/test.lua:3: elf_symbol: 'guest:kernel' has no symbol 'nobody'"},
};

START_TEST(a_symbol_that_is_not_there_is_an_error_of_its_line)
{
    struct buf setup = {0};
    struct scenario *scenario;
    struct trial trial;
    struct err err = {0};

    buf_printf(&setup, "{ " PROGRAM ", entry = %s }", symbols_missing[_i].symbol);
    scenario = load_setup(buf_str(&setup), "");
    ck_assert(!trial_begin(&trial, scenario, 0, false, &err));
    ck_assert_msg(strstr(err.text, symbols_missing[_i].error) != NULL, "%s", err.text);
    trial_end(&trial);
    scenario_free(scenario);
    buf_free(&setup);
}
END_TEST

START_TEST(an_error_in_setup_has_its_own_line)
{
    struct scenario *scenario = load_setup("\n\n nil + 1", "");
    struct trial trial;
    struct err err = {0};

    ck_assert(!trial_begin(&trial, scenario, 0, false, &err));
    ck_assert_str_eq(err.text,
                     "dir/test.lua:5: attempt to perform arithmetic on a nil value");
    trial_end(&trial);
    scenario_free(scenario);
}
END_TEST

/* Assembly in the file: with what is told of it. */
static const struct {
    const char *setup, *diagnostic;
} assembly[] = {
    {"{ programs = { asm { text = [[\nstart:\n  adi a0, a0, 1\n]] } } }",
     "dir/test.lua:5:3: "},
    {"{ programs = { asm { defines = { A = 1, B = 2 }, text = [[\n  nop\n  bad\n]] } } "
     "}",
     "dir/test.lua:5:3: "},
    {"{ programs = { asm [[ bad]] } }", "dir/test.lua:3:"},
    {"{ programs = { asm { text = { [[\n nop\n]], [[\n nop\n nop\n bad2\n]] } } } }",
     "dir/test.lua:8:2: "},
    {"{ programs = {\n asm { text = 'nop\\n' .. '  bad3\\n' } } }",
     "dir/test.lua:4:3: "},
};

START_TEST(mistakes_in_assembly_have_lines_of_the_file)
{
    struct scenario *scenario = load_setup(assembly[_i].setup, "");
    struct trial trial;
    struct err err = {0};

    ck_assert(!trial_begin(&trial, scenario, 0, false, &err));
    ck_assert_msg(strncmp(buf_str(&trial.setup.diagnostics), assembly[_i].diagnostic,
                          strlen(assembly[_i].diagnostic)) == 0,
                  "%s", buf_str(&trial.setup.diagnostics));
    ck_assert_ptr_nonnull(strstr(err.text, "1 error in the program"));
    trial_end(&trial);
    scenario_free(scenario);
}
END_TEST

START_TEST(instructions_know_their_lines_of_the_file)
{
    struct scenario *scenario = load_setup("{ programs = { asm { defines = { N = 5 }, "
                                           "text = { [[\nstart: nop\n li a0, N\n]], "
                                           "[[\n nop\n]] } } } }",
                                           "");
    struct trial trial;
    struct err err = {0};
    static const unsigned lines[] = {4, 5, 7};

    ck_assert_msg(trial_begin(&trial, scenario, 0, false, &err), "%s", err.text);
    for (unsigned i = 0; i < COUNT(lines); i++) {
        const struct line *line = lines_at(&trial.setup.lines, 0x80000000 + 4 * i);

        ck_assert_ptr_nonnull(line);
        ck_assert_uint_eq(line->line, lines[i]);
        ck_assert_str_eq(trial.setup.lines.file[line->file], "dir/test.lua");
    }
    ck_assert_uint_eq(trial.setup.sources, 1);
    trial_end(&trial);
    scenario_free(scenario);
}
END_TEST

/* --- boards ----------------------------------------------------------------------------- */

/* A region may be named as the symbol that it begins at, and lie beside one above it. */
START_TEST(regions_are_placed_by_symbols_and_by_those_above)
{
    struct scenario *scenario = load_setup(
        "{ programs = { asm [[start: j start\n .data\n .zero 64\nbuffer: .zero 64]] }, "
        "regions = { { 'buffer', 'buffer', 16 }, { 'next', 'buffer+16', 16 } } }",
        "");
    struct trial trial;
    struct err err = {0};
    uint64_t buffer;

    ck_assert_msg(trial_begin(&trial, scenario, 0, false, &err), "%s", err.text);
    buffer = symbols_named(&trial.setup.image.symbols, "buffer")->address;
    ck_assert_uint_ge(buffer, 0x80000044);
    ck_assert_uint_eq(trial.setup.region[0].place.address, buffer);
    ck_assert_uint_eq(trial.setup.region[1].place.address, buffer + 16);
    trial_end(&trial);
    scenario_free(scenario);
    scenario =
        load_setup("{ " PROGRAM ", regions = { { 'a', 'b', 1 }, { 'b', 0, 1 } } }", "");
    ck_assert(!trial_begin(&trial, scenario, 0, false, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no program has the symbol 'b'"));
    trial_end(&trial);
    scenario_free(scenario);
}
END_TEST

START_TEST(a_board_is_read_over_virt)
{
    struct scenario *scenario = load_setup(
        "{ " PROGRAM ", board = { memory = '16M', harts = 2, interleave = 9, "
        "tlb = { entries = 64, ways = 2 }, costs = { bus_slot = 7 }, "
        "iommu = true, remove = { 'uart0' }, devices = { { type = 'stream', name = "
        "'sensor', "
        "base = 0x3300000, irq = { 40 }, request = 1, period = 500 } } } }",
        "");
    struct trial trial;
    struct err err = {0};
    const struct board_desc *desc;

    ck_assert_msg(trial_begin(&trial, scenario, 0, false, &err), "%s", err.text);
    desc = &trial.board->desc;
    ck_assert_uint_eq(desc->ram_size, 16 << 20);
    ck_assert_uint_eq(desc->harts, 2);
    ck_assert_uint_eq(desc->interleave, 9);
    ck_assert_uint_eq(desc->tlb_entries, 64);
    ck_assert_uint_eq(desc->tlb_ways, 2);
    ck_assert_uint_eq(trial.board->costs.bus_slot, 7);
    ck_assert_ptr_null(board_device(trial.board, "uart0"));
    ck_assert_ptr_nonnull(board_device(trial.board, "sensor"));
    ck_assert_uint_eq(board_device(trial.board, "iommu0")->base, 0x3010000);
    ck_assert_uint_eq(desc->row[desc->rows - 1].setting[0].value, 500);
    ck_assert_uint_eq(desc->row[desc->rows - 1].request[0], 1);
    trial_end(&trial);
    scenario_free(scenario);
}
END_TEST

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

START_TEST(a_board_comes_from_a_file)
{
    char path[] = "/tmp/board-test-XXXXXX";
    struct board_desc desc;
    struct err err = {0};

    ck_assert_int_ge(mkstemp(path), 0);
    write_file(path, "return { name = 'mine', harts = 3, devices = { { type = 'uart', "
                     "name = 'uart1', base = 0x10001000 } } }");
    ck_assert_msg(board_from_lua(path, &desc, &err), "%s", err.text);
    ck_assert_str_eq(desc.name, "mine");
    ck_assert_uint_eq(desc.harts, 3);
    ck_assert_uint_eq(desc.interleave, board_virt.interleave);
    ck_assert_uint_eq(desc.rows, board_virt.rows + 1);
    write_file(path, "return { hart = 3 }");
    ck_assert(!board_from_lua(path, &desc, &err));
    ck_assert_ptr_nonnull(
        strstr(err.text, "board: unknown key 'hart' (did you mean 'harts'?)"));
    write_file(path, "\nreturn nothing.x");
    ck_assert(!board_from_lua(path, &desc, &err));
    ck_assert_ptr_nonnull(strstr(err.text, ":2: attempt to index a nil value"));
    ck_assert(!board_from_lua("/nowhere", &desc, &err));
    unlink(path);
}
END_TEST

/* --- files ------------------------------------------------------------------------------ */

START_TEST(files_lie_beside_the_scenario_unless_somebody_gives_them)
{
    struct scenario *scenario = load_setup("{}", "");
    struct err err = {0};
    char *path = scenario_file(scenario, "sub/x.s", &err);

    ck_assert_str_eq(path, "dir/sub/x.s");
    free(path);
    ck_assert_ptr_null(scenario_file(scenario, "/tmp/x.s", &err));
    ck_assert_ptr_null(scenario_file(scenario, "..", &err));
    ck_assert_ptr_null(scenario_file(scenario, "a/..", &err));
    ck_assert_ptr_null(scenario_file(scenario, "none/../../x", &err));
    ck_assert(scenario_set(scenario, "path=/tmp/x.s", &err));
    path = scenario_file(scenario, "/tmp/x.s", &err);
    ck_assert_str_eq(path, "/tmp/x.s");
    free(path);
    path = scenario_file(scenario, "..x/y..", &err);
    ck_assert_str_eq(path, "dir/..x/y..");
    free(path);
    scenario_free(scenario);
}
END_TEST

START_TEST(programs_come_from_files_and_bytes)
{
    char folder[] = "/tmp/scenario-test-XXXXXX", path[64], source[64];
    struct scenario *scenario;
    struct result result;
    struct err err = {0};
    const char *text =
        "scenario { name = 'files', variants = { { name = 'only' } },\n"
        "setup = function() return { programs = { asm { file = 'p.s' },\n"
        "  raw { file = 'p.s', at = 0x80100000 }, raw { bytes = 'hello', at = "
        "0x80200000 } } } end,\n"
        "expect = { { 'all are there', function(run)\n"
        "  return run:bytes(0x80100000, 6) == 'start:' and\n"
        "    run:bytes(0x80200000, 6) == 'hello\\0' and run:x('s0') == 42 end } } }";

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s.lua", folder);
    snprintf(source, sizeof(source), "%s/p.s", folder);
    write_file(path, text);
    write_file(source, "start: li s0, 42\n li t0, 0x100000\n li t1, 0x5555\n"
                       " sw t1, (t0)\n 9: j 9b\n");
    scenario = scenario_open(path, NULL, &err);
    ck_assert_msg(scenario != NULL, "%s", err.text);
    run_one(scenario, 0, &result);
    ck_assert_uint_eq(result.verdicts.count, 2);
    ck_assert_msg(verdicts_passed(&result.verdicts), "%s",
                  result.verdicts.verdict[1].reason);
    result_release(scenario, &result);
    scenario_free(scenario);
    unlink(path);
    unlink(source);
    rmdir(folder);
}
END_TEST

/* The kernel finds its arguments in the device tree, and a disk of sectors that each say
 * where they are. The initrd is half the RAM behind a kernel's place. */
START_TEST(own_programs_are_named_and_given_arguments)
{
    const char *setup =
        "{ programs = { elf { file = 'guest:shim' }, elf { file = 'guest:kernel' } },\n"
        "bootargs = 'driver=ata-dma n=2 bytes=512', initrd = 'in RAM',\n"
        "disks = { ata0 = disk_text(8, function(lba)\n"
        "  local text = ''\n"
        "  for at = 0, 511, 16 do text = text .. ('%010x +%03x\\n'):format(lba, at) "
        "end\n"
        "  return text end) } }";
    struct scenario *scenario = load_setup(
        setup, "expect = { { 'read', function(run)\n"
               "  return run:bytes('buffers', 16) == '0000000001 +000\\n' and\n"
               "    run:bytes(0x84200000, 6) == 'in RAM' end } }");
    struct result result;

    run_one(scenario, 0, &result);
    ck_assert_uint_eq(result.verdicts.count, 2);
    ck_assert_msg(verdicts_passed(&result.verdicts), "%s",
                  result.verdicts.verdict[1].reason);
    result_release(scenario, &result);
    scenario_free(scenario);
}
END_TEST

START_TEST(lines_of_an_elf_program_are_read_once)
{
    char folder[] = "/tmp/scenario-test-XXXXXX", path[64], elf[64];
    struct asm_program program;
    struct scenario *scenario;
    struct trial trial;
    struct err err = {0};
    size_t lines, files;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s.lua", folder);
    snprintf(elf, sizeof(elf), "%s/p.elf", folder);
    write_file(path, "scenario { name = 'elf', variants = { { name = 'only' } },\n"
                     "setup = function() return { programs = { elf 'p.elf' } } end }");
    assemble_or_fail(&program, "_start: li s0, 42\n j .\n");
    ck_assert_msg(elf_write(&program, folder, elf, &err), "%s", err.text);
    asm_free(&program);
    scenario = scenario_open(path, NULL, &err);
    ck_assert_msg(scenario != NULL, "%s", err.text);
    ck_assert_msg(trial_begin(&trial, scenario, 0, false, &err), "%s", err.text);
    setup_read_lines(&trial.setup, NULL);
    lines = trial.setup.lines.count;
    ck_assert_uint_gt(lines, 0);
    files = trial.setup.lines.files;
    setup_read_lines(&trial.setup, NULL);
    ck_assert_uint_eq(trial.setup.lines.count, lines);
    ck_assert_uint_eq(trial.setup.lines.files, files);
    trial_end(&trial);
    scenario_free(scenario);
    unlink(path);
    unlink(elf);
    rmdir(folder);
}
END_TEST

/* --- runs ------------------------------------------------------------------------------- */

#define COUNTING                                                                       \
    "{ programs = { asm { defines = { N = p.size }, text = [[\n"                       \
    "start: li a0, N\n la a1, words\n"                                                 \
    "from:\n"                                                                          \
    "1: sd a0, (a1)\n sh a0, 8(a1)\n addi a0, a0, -1\n bnez a0, 1b\n"                  \
    "to: li a2, 0x123456789abcdef0\n csrw mscratch, a2\n"                              \
    " li t0, 0x100000\n li t1, 0x5555\n sw t1, (t0)\n 9: j 9b\n"                       \
    ".data\n .balign 8\nwords: .dword 7, 8, 0x1122334455667788\n.text\n]] } },\n"      \
    "window = { from = 'from', to = 'to' }, payload = { { 'from', 'to' } },\n"         \
    "regions = { { 'last', 'words+16', 8 } },\n"                                       \
    "disks = { ata0 = disk_text(4, function(lba) return 'LBA' .. lba end), "           \
    "virtio0 = disk_text(3, 'virtio') } }"

static const char *const true_checks[] = {
    "run.variant == 'only'",
    "run.stop == 'finished' and run.exit_code == 0",
    "run.parameters.size == 3 and run.parameters.path == 'none'",
    "run.metrics.instructions == 12",
    "run.metrics.cycles == 12 + 3 * 2 * 5",
    "run.metrics.payload_bytes_hart == 30",
    "run.metrics.payload_bytes_dma == 0 and run.metrics.interrupts == 0",
    "run.metrics.useful_share == nil",
    "run.events.insn == 12 and run.events.mmio_write == 0",
    "run:u64('words') == 1 and run:u16('words+8') == 1",
    "run:u8('words+16') == 0x88 and run:u32('words+20') == 0x11223344",
    "run:u64('last') == 0x1122334455667788",
    "run:u64(run:symbol('words') + 16) == run:u64('last')",
    "run:bytes('words+16', 3) == '\\x88\\x77\\x66'",
    "run:x('a0') == 0 and run:x('x12') == 0x123456789abcdef0",
    "run:csr('mscratch') == 0x123456789abcdef0",
    "run:x('pc') == run:symbol('to') + run:x('pc') - run:symbol('to')",
    "run:disk('ata0', 2):sub(1, 8) == 'LBA2LBA2'",
    "#run:disk('ata0', 0, 4) == 2048",
    "run:disk('virtio0', 2):sub(1, 8) == 'virtiovi'",
    "run:reg('virtio0.capacity') == 3",
    "run.metrics.virtio_requests == 0 and run.events.virtio_chain == 0",
    "run:reg('plic.THRESHOLD[1]') == 0 and run:reg('dma0.State[3]') == 0",
    "run:reg('dma0.NextBytes') == 0",
    "pcall(function() return run.nothing end) == false",
    "getmetatable(run) == 'run'",
};

START_TEST(checks_see_the_run_and_its_machine)
{
    char rest[512];
    struct scenario *scenario;
    struct result result;

    snprintf(rest, sizeof(rest), "expect = { { 'it', function(run) return %s end } }",
             true_checks[_i]);
    scenario = load_setup(COUNTING, rest);
    run_one(scenario, 0, &result);
    ck_assert_uint_eq(result.verdicts.count, 2);
    ck_assert_msg(verdicts_passed(&result.verdicts), "%s: %s", true_checks[_i],
                  result.verdicts.verdict[1].reason);
    result_release(scenario, &result);
    scenario_free(scenario);
}
END_TEST

static const struct {
    const char *check, *reason;
} false_checks[] = {
    {"false", ""},
    {"nil", ""},
    {"false, 'because'", "because"},
    {"false, 5", ""},
    {"run:u8(0)", "dir/test.lua:25: 0x0 is not in RAM"},
    {"run:u16(16)", "dir/test.lua:25: 0x10 is not in RAM"},
    {"run:u8('word')",
     "dir/test.lua:25: no program has the symbol 'word' (did you mean 'words'?)"},
    {"run:bytes('words', -1)",
     "dir/test.lua:25: bad argument #2 to 'bytes' (0 bytes to 16 MiB)"},
    {"run:bytes(0x87fffff0, 17)", "dir/test.lua:25: these bytes are not in RAM"},
    {"run:disk('ata0', 4)",
     "dir/test.lua:25: bad argument #2 to 'disk' (the disk has no such sectors)"},
    {"run:disk('uart0', 4)", "dir/test.lua:25: uart0 is no disk"},
    {"run:reg('dma7.x')",
     "dir/test.lua:25: the board has no device 'dma7' (did you mean 'dma0'?)"},
    {"run:reg('dma0.x')", "dir/test.lua:25: dma0 has no register 'x'"},
    {"run:reg('dma0.Control[4]')",
     "dir/test.lua:25: dma0 has no register 'Control[4]'"},
    {"run:x('q')", "dir/test.lua:25: 'q' is no register of a hart"},
    {"run:x('a0', 1)", "dir/test.lua:25: bad argument #2 to 'x' (no such hart)"},
    {"run:csr('q')", "dir/test.lua:25: 'q' is no CSR"},
    {"run.nothing", "dir/test.lua:25: a run has no 'nothing'"},
    {"run.metrics.cycles > nil", "dir/test.lua:25: attempt to compare nil with number"},
    {"error({})", "dir/test.lua: the script has failed with a table as its error"},
};

START_TEST(a_check_that_fails_says_why)
{
    char rest[512];
    struct scenario *scenario;
    struct result result;

    snprintf(rest, sizeof(rest), "expect = { { 'it', function(run) return %s end } }",
             false_checks[_i].check);
    scenario = load_setup(COUNTING, rest);
    run_one(scenario, 0, &result);
    ck_assert_uint_eq(result.verdicts.count, 2);
    ck_assert(result.verdicts.verdict[0].passed);
    ck_assert(!result.verdicts.verdict[1].passed);
    ck_assert_str_eq(result.verdicts.verdict[1].reason, false_checks[_i].reason);
    result_release(scenario, &result);
    scenario_free(scenario);
}
END_TEST

static const struct {
    const char *text, *more, *name, *reason; /* NULL: it passes */
} ends[] = {
    {OFF, "", "the program ends the run, with exit code 0", NULL},
    {"li t0, 0x100000\\n li t1, 0x73333\\n sw t1, (t0)\\n 9: j 9b", "",
     "the program ends the run, with exit code 0", "exit code 7, at 0x80000010"},
    {"1: j 1b", "limit = { cycles = 50 },",
     "the program ends the run, with exit code 0",
     "it has not ended after 50 cycles; hart 0 is at 0x80000000"},
    {"1: j 1b", "limit = { cycles = 50 }, ends = 'limit',",
     "the run goes on until its limit", NULL},
    {"1: wfi\\n j 1b", "", "the program ends the run, with exit code 0",
     "nothing can happen any more: every hart waits, hart 0 at 0x80000004"},
    {"1: wfi\\n j 1b", "ends = 'nothing',",
     "the run ends because nothing can happen any more", NULL},
};

START_TEST(how_a_run_ends_is_its_first_check)
{
    char setup[512];
    struct scenario *scenario;
    struct result result;

    snprintf(setup, sizeof(setup), "{ %s programs = { asm '%s' } }", ends[_i].more,
             ends[_i].text);
    scenario = load_setup(setup, "");
    run_one(scenario, 0, &result);
    ck_assert_uint_eq(result.verdicts.count, 1);
    ck_assert_str_eq(result.verdicts.verdict[0].name, ends[_i].name);
    ck_assert_str_eq(result.verdicts.verdict[0].reason,
                     ends[_i].reason ? ends[_i].reason : "");
    ck_assert(result.verdicts.verdict[0].passed == !ends[_i].reason);
    result_release(scenario, &result);
    scenario_free(scenario);
}
END_TEST

START_TEST(a_window_that_is_not_passed_through_is_a_failure)
{
    static const struct {
        const char *from, *reason;
    } cases[] = {{"end", "it does not begin"}, {"start", "it begins but does not end"}};

    for (unsigned i = 0; i < COUNT(cases); i++) {
        char setup[512];
        struct scenario *scenario;
        struct result result;

        snprintf(setup, sizeof(setup),
                 "{ programs = { asm 'start: " OFF " end: nop' }, "
                 "window = { from = '%s', to = 'end' } }",
                 cases[i].from);
        scenario = load_setup(setup, "");
        run_one(scenario, 0, &result);
        ck_assert_uint_eq(result.verdicts.count, 2);
        ck_assert(!result.verdicts.verdict[1].passed);
        ck_assert_str_eq(result.verdicts.verdict[1].reason, cases[i].reason);
        result_release(scenario, &result);
        scenario_free(scenario);
    }
}
END_TEST

/* --- the second job --------------------------------------------------------------------- */

/* `size` times 100 instructions of a first job, then a second job; alone, the second job
 * only. In the window the second job has half of the hart. */
static const char shared[] =
    "scenario { name = 'shared', variants = { { name = 'only' } },\n"
    "parameters = { first = 1, early = false },\n"
    "setup = function(p, v) return { programs = { asm { defines = { FIRST = p.first,\n"
    "  EARLY = p.early and p.first == 0 and 1 or 0 }, text = [[\n"
    "start: la s0, work\n li s1, EARLY\n bnez s1, to\n"
    "begin: li t1, 1000\n"
    "loop: addi s2, s2, 1\n sd s2, (s0)\n"
    " li t0, FIRST\n beqz t0, loop\n nop\n nop\n nop\n nop\n nop\n nop\n"
    " addi t1, t1, -1\n bnez t1, loop\n"
    "to: li t0, 0x100000\n li t1, 0x5555\n sw t1, (t0)\n 9: j 9b\n"
    ".data\n .balign 8\nwork: .dword 0\n.text\n]] } },\n"
    "window = { from = 'begin', to = 'to' }, work = 'work', alone = { %s = 0 } } end,\n"
    "expect = { { 'share', function(run) return run.metrics.useful_share end } } }";

START_TEST(the_useful_share_is_work_over_work_alone)
{
    char text[sizeof(shared) + 16];
    struct scenario *scenario;
    struct result result;

    snprintf(text, sizeof(text), shared, "first");
    scenario = load_good(text);
    run_one(scenario, 0, &result);
    ck_assert_msg(verdicts_passed(&result.verdicts), "%s",
                  result.verdicts.verdict[0].reason);
    ck_assert(result.metrics.has_share);
    /* 9 cycles a turn alone, 17 with the other job. */
    ck_assert(result.metrics.useful_share > 9.0 / 17 - 0.01 &&
              result.metrics.useful_share < 9.0 / 17 + 0.01);
    result_release(scenario, &result);
    scenario_free(scenario);
}
END_TEST

START_TEST(a_run_alone_that_cannot_be_measured_is_a_failure)
{
    char text[sizeof(shared) + 16];
    struct scenario *scenario;
    struct result result;

    snprintf(text, sizeof(text), shared, "first");
    scenario = load_good(text);
    ck_assert(scenario_set(scenario, "early=true", NULL));
    run_one(scenario, 0, &result);
    ck_assert_str_eq(result.verdicts.verdict[1].name, "the run can be measured");
    ck_assert_ptr_nonnull(strstr(result.verdicts.verdict[1].reason,
                                 "never comes to where the window begins"));
    result_release(scenario, &result);
    scenario_free(scenario);
    snprintf(text, sizeof(text), shared, "frist");
    scenario = load_good(text);
    run_one(scenario, 0, &result);
    ck_assert_ptr_nonnull(strstr(result.verdicts.verdict[1].reason,
                                 "setup.alone: there is no parameter 'frist'"));
    result_release(scenario, &result);
    scenario_free(scenario);
}
END_TEST

/* --- comparisons and lists of variants --------------------------------------------------- */

static const char two[] =
    "kept = nil\n"
    "scenario { name = 'two', variants = { { name = 'a', n = 1 }, { name = 'b', n = 2 "
    "} },\n"
    "setup = function(p, v) return { programs = { asm { defines = { N = v.n }, text = "
    "[[\n"
    "start: li s0, N\n li t0, 0x100000\n li t1, 0x5555\n sw t1, (t0)\n 9: j 9b\n]] } } "
    "} "
    "end,\n"
    "expect = { { 'only a', { 'a' }, function(run) kept = run return run:x('s0') == 1 "
    "end "
    "},\n"
    "  { 'only b', { 'b' }, function(run) return run:x('s0') == 2 and not "
    "pcall(kept.x, "
    "kept, 's0') end },\n"
    "  { 'both', function(run) return true end } },\n"
    "compare = { { 'b is b', { 'b', 'a' }, function(b, a) return b.variant == 'b' and "
    "a.variant == 'a' end },\n"
    "  { 'machines are gone', { 'a', 'b' }, function(a) return a:x('s0') end } } }";

START_TEST(checks_may_name_variants_and_comparisons_see_several)
{
    struct scenario *scenario = load_good(two);
    struct result results[2];
    struct verdicts verdicts;

    for (unsigned v = 0; v < 2; v++) {
        run_one(scenario, v, &results[v]);
        ck_assert_uint_eq(results[v].verdicts.count, 3);
        ck_assert_msg(verdicts_passed(&results[v].verdicts), "%s",
                      results[v].verdicts.verdict[1].reason);
    }
    judge_results(scenario, results, 2, &verdicts);
    ck_assert_uint_eq(verdicts.count, 2);
    ck_assert(verdicts.verdict[0].passed);
    ck_assert(!verdicts.verdict[1].passed);
    ck_assert_ptr_nonnull(
        strstr(verdicts.verdict[1].reason, "this run is over: its machine is gone"));
    verdicts_release(&verdicts);
    judge_results(scenario, results, 1, &verdicts);
    ck_assert_uint_eq(verdicts.count, 0);
    for (unsigned v = 0; v < 2; v++)
        result_release(scenario, &results[v]);
    scenario_free(scenario);
}
END_TEST

START_TEST(notes_are_found_by_kind_and_fields)
{
    struct scenario *scenario = load_setup(
        "{ " PROGRAM ", notes = { { kind = 'dma_done', say = 'any' }, { kind = "
        "'dma_done', where = { channel = 2, last = 1 }, say = 'last' } } }",
        "");
    struct event event = {.kind = EVENT_DMA_DONE,
                          .dma_done = {.channel = 2, .last = 1}};
    struct trial trial;
    struct err err = {0};

    ck_assert(trial_begin(&trial, scenario, 0, false, &err));
    ck_assert_str_eq(trial_note(&trial, &event, 0), "any");
    ck_assert_str_eq(trial_note(&trial, &event, 1), "last");
    ck_assert_ptr_null(trial_note(&trial, &event, 2));
    event.dma_done.channel = 1;
    ck_assert_ptr_null(trial_note(&trial, &event, 1));
    event.kind = EVENT_DMA_ERROR;
    ck_assert_ptr_null(trial_note(&trial, &event, 0));
    trial_end(&trial);
    scenario_free(scenario);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, a_file_that_is_no_scenario_is_refused_with_its_line, 0,
                        COUNT(unusable));
    tcase_add_test(tcase, a_scenario_says_what_it_has);
    tcase_add_loop_test(tcase, parameters_are_set_within_their_bounds, 0,
                        COUNT(settings));
    tcase_add_loop_test(tcase, a_description_that_is_wrong_is_refused_with_the_reason,
                        0, COUNT(descriptions));
    tcase_add_loop_test(tcase, a_symbol_that_is_not_there_is_an_error_of_its_line, 0,
                        COUNT(symbols_missing));
    tcase_add_test(tcase, an_error_in_setup_has_its_own_line);
    tcase_add_loop_test(tcase, mistakes_in_assembly_have_lines_of_the_file, 0,
                        COUNT(assembly));
    tcase_add_test(tcase, instructions_know_their_lines_of_the_file);
    tcase_add_test(tcase, regions_are_placed_by_symbols_and_by_those_above);
    tcase_add_test(tcase, a_board_is_read_over_virt);
    tcase_add_test(tcase, a_board_comes_from_a_file);
    tcase_add_test(tcase, files_lie_beside_the_scenario_unless_somebody_gives_them);
    tcase_add_test(tcase, programs_come_from_files_and_bytes);
    tcase_add_test(tcase, own_programs_are_named_and_given_arguments);
    tcase_add_test(tcase, lines_of_an_elf_program_are_read_once);
    tcase_add_loop_test(tcase, checks_see_the_run_and_its_machine, 0,
                        COUNT(true_checks));
    tcase_add_loop_test(tcase, a_check_that_fails_says_why, 0, COUNT(false_checks));
    tcase_add_loop_test(tcase, how_a_run_ends_is_its_first_check, 0, COUNT(ends));
    tcase_add_test(tcase, a_window_that_is_not_passed_through_is_a_failure);
    tcase_add_test(tcase, the_useful_share_is_work_over_work_alone);
    tcase_add_test(tcase, a_run_alone_that_cannot_be_measured_is_a_failure);
    tcase_add_test(tcase, checks_may_name_variants_and_comparisons_see_several);
    tcase_add_test(tcase, notes_are_found_by_kind_and_fields);
}

TEST_MAIN("scenario", add_tests)
