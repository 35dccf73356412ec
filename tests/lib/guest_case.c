#include "tests/lib/guest_case.h"

#include "base/alloc.h"
#include "machine/isa/asm/asm.h"
#include "tests/lib/witness.h"

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * Where things are. What is called *_VA and *_GPA depends on the formats: the low 39 bits
 * are those of the physical address, so that pages of every size can hold the data.
 */
enum {
    IMAGE_BYTES = 8 << 20,
    MOST_INSTRUCTIONS = 100000,
    PAGES_OF_CODE = 2,
    TABLES_OF_VS = 16
};

#define IMAGE      UINT64_C(0x80000000)
#define CODE       UINT64_C(0x80010000)
#define HS_HANDLER UINT64_C(0x80012000)
#define VS_HANDLER UINT64_C(0x80013000)
#define RESULT     UINT64_C(0x80014000)
#define G_TABLES   UINT64_C(0x80020000)
#define VS_TABLES  UINT64_C(0x80040000)
#define SPARE      UINT64_C(0x80060000)

/* In scause, sepc, stval and so on before the case, and after it if they are not its. */
#define KEPT_CAUSE UINT64_C(5)
#define KEPT_VALUE UINT64_C(0x5a5a0)

#define SPVP BIT(8)
#define SPV  BIT(7)
#define GVA  BIT(6)

/* What guest_case.s writes down, as words from RESULT on. */
enum result_word {
    R_PLACE = 32,
    R_MSTATUS,
    R_MEPC,
    R_MCAUSE,
    R_MTVAL,
    R_MTVAL2,
    R_MTINST,
    R_HSTATUS,
    R_SEPC,
    R_SCAUSE,
    R_STVAL,
    R_HTVAL,
    R_HTINST,
    R_VSSTATUS,
    R_VSEPC,
    R_VSCAUSE,
    R_VSTVAL,
    R_WORDS
};

static bool asks_qemu(void)
{
    const char *witness = getenv("RINGSIDE_WITNESS");

    return witness && strcmp(witness, "qemu") == 0;
}

struct place {
    const struct guest_case *row;
    uint64_t va, gpa;     /* of the data */
    uint64_t table_shift; /* what the guest adds to its tables' addresses */
    uint64_t vs_entry[4], g_entry[4];
    uint64_t hgatp, vsatp;
    uint64_t fault; /* the label of that name in the code, or its beginning */
    uint32_t bits;  /* what stands there */
    uint64_t word[R_WORDS];
};

static const char *const mode_names[] = {
    [AT_END] = "the end", [IN_M] = "M-mode",   [IN_HS] = "HS-mode",
    [IN_U] = "U-mode",    [IN_VS] = "VS-mode", [IN_VU] = "VU-mode"};

static bool is_virtual(enum guest_mode mode)
{
    return mode == IN_VS || mode == IN_VU;
}

static unsigned nominal(enum guest_mode mode)
{
    return mode == IN_M ? 3 : mode == IN_HS || mode == IN_VS ? 1 : 0;
}

/* --- tables ------------------------------------------------------------------------- */

static unsigned levels_of(uint8_t format)
{
    return format == SV48 ? 4 : 3;
}

/* High addresses: in a G-stage the root's second page is used, too. Not the highest: QEMU
 * takes it for a sign. */
static void choose_addresses(struct place *place)
{
    static const uint64_t shifts[] = {0, BIT(39), BIT(48)};
    static const uint64_t vas[] = {0, BIT(36), BIT(40) | BIT(39)};
    const struct guest_case *row = place->row;
    uint64_t shift = shifts[row->g.format];

    place->gpa = DATA_PA + shift;
    place->table_shift = shift / 2;
    place->va = row->vs.format == BARE ? place->gpa : DATA_PA + vas[row->vs.format];
}

static uint64_t leaf_or(uint64_t leaf, uint64_t otherwise)
{
    return leaf ? leaf : otherwise;
}

/* Puts both data pages into a stage, and gives where its entries are. */
static void map_data(struct tables *tables, const struct guest_stage *stage,
                     uint64_t from, uint64_t to, uint64_t good, uint64_t *entries)
{
    uint64_t size = UINT64_C(4096) << 9 * stage->level;

    tables_map(tables, from & ~(size - 1), to & ~(size - 1), stage->level,
               leaf_or(stage->leaf, good));
    if (stage->level == 0)
        tables_map(tables, from + RAM_PAGE, to + RAM_PAGE, 0,
                   leaf_or(stage->next_leaf, good));
    for (unsigned level = stage->level; level < tables->levels; level++)
        entries[level] = tables_at(tables, from, level) + tables->shift;
}

static void make_vs_tables(struct place *place, struct ram *ram)
{
    const struct guest_case *row = place->row;
    struct tables tables;
    uint64_t user = row->in == IN_VU ? PTE_U : 0;

    if (row->vs.format == BARE)
        return;
    tables_init(&tables, ram, levels_of(row->vs.format),
                VS_TABLES + place->table_shift);
    tables.shift = -place->table_shift;
    map_data(&tables, &row->vs, place->va, place->gpa, LEAF_S | user, place->vs_entry);
    for (unsigned i = 0; i < PAGES_OF_CODE; i++)
        tables_map(&tables, CODE + RAM_PAGE * i, CODE + RAM_PAGE * i, 0, LEAF_S | user);
    tables_map(&tables, VS_HANDLER, VS_HANDLER, 0, LEAF_S);
    ck_assert_uint_le(tables.next + tables.shift, VS_TABLES + TABLES_OF_VS * RAM_PAGE);
    place->vsatp = tables_satp(&tables, 1);
}

static void make_g_tables(struct place *place, struct ram *ram)
{
    const struct guest_case *row = place->row;
    struct tables tables;

    if (row->g.format == BARE)
        return;
    tables_init_guest(&tables, ram, levels_of(row->g.format), G_TABLES);
    map_data(&tables, &row->g, place->gpa, DATA_PA, LEAF_U, place->g_entry);
    for (unsigned i = 0; i < PAGES_OF_CODE; i++)
        tables_map(&tables, CODE + RAM_PAGE * i, CODE + RAM_PAGE * i, 0, LEAF_U);
    tables_map(&tables, VS_HANDLER, VS_HANDLER, 0, LEAF_U);
    for (unsigned i = 0; i < TABLES_OF_VS; i++) {
        uint64_t table = VS_TABLES + RAM_PAGE * i;

        tables_map(&tables, table + place->table_shift, table, 0,
                   i == row->table ? leaf_or(row->table_leaf, LEAF_U) : LEAF_U);
    }
    place->hgatp = tables_satp(&tables, 1);
}

/* --- the program -------------------------------------------------------------------- */

static uint64_t address_of(const struct place *place, uint64_t value)
{
    uint64_t offset = (uint64_t)sign_extend(value, 48);

    switch (value >> 48) {
    case DATA_VA >> 48:
        return place->va + offset;
    case DATA_GPA >> 48:
        return place->gpa + offset;
    case CODE_VA >> 48:
        return CODE + offset;
    case VS_ENTRY_GPA(0) >> 48:
        return place->vs_entry[offset & 3] + (offset & ~UINT64_C(3)) +
               place->table_shift;
    case THE_INSTRUCTION >> 48:
        return place->bits;
    default:
        return value;
    }
}

static void name_number(struct buf *text, const char *name, uint64_t value)
{
    buf_printf(text, "    .equ %s, 0x%" PRIx64 "\n", name, value);
}

/* Traps go where the row says they end; the handlers' own never do. A trap to VS-mode by
 * way of HS-mode needs both delegations; one to HS-mode is delegated no further. */
static void name_delegations(struct buf *text, const struct guest_case *row,
                             bool by_ecall)
{
    uint64_t escape = by_ecall ? BIT(8) | BIT(9) | BIT(10) : BIT(3);
    bool handled = row->hs_handler || row->vs_handler;
    bool to_hs = row->to == IN_HS || row->to == IN_VS || handled;
    bool to_vs = row->to == IN_VS || row->vs_handler;

    name_number(text, "CASE_MEDELEG", to_hs ? 0xf0ffff & ~escape : 0);
    name_number(text, "CASE_HEDELEG", to_vs ? 0xb1ff & ~escape : 0);
    name_number(text, "CASE_ESCAPE_BITS", escape);
}

static void name_all(struct buf *text, const struct place *place, bool by_ecall)
{
    static const char *const levels[] = {"0", "1", "2", "3"};
    const struct guest_case *row = place->row;

    name_number(text, "CODE", CODE);
    name_number(text, "HS_HANDLER", HS_HANDLER);
    name_number(text, "VS_HANDLER", VS_HANDLER);
    name_number(text, "RESULT", RESULT);
    name_number(text, "SPARE", SPARE);
    name_number(text, "KEPT_CAUSE", KEPT_CAUSE);
    name_number(text, "KEPT_VALUE", KEPT_VALUE);
    name_number(text, "AT_END", AT_END);
    name_number(text, "AT_M", IN_M);
    name_number(text, "AT_HS", IN_HS);
    name_number(text, "AT_VS", IN_VS);
    name_number(text, "CASE_DATA", DATA_PA);
    name_number(text, "CASE_VA", place->va);
    name_number(text, "CASE_GPA", place->gpa);
    name_number(text, "CASE_HGATP", place->hgatp);
    name_number(text, "CASE_VSATP", place->vsatp);
    name_number(text, "CASE_MSTATUS",
                (uint64_t)nominal(row->in) << 11 | (is_virtual(row->in) ? BIT(39) : 0));
    for (unsigned i = 0; i < COUNT(levels); i++) {
        buf_printf(text, "    .equ VS_ENTRY%s, 0x%" PRIx64 "\n", levels[i],
                   place->vs_entry[i]);
        buf_printf(text, "    .equ G_ENTRY%s, 0x%" PRIx64 "\n", levels[i],
                   place->g_entry[i]);
    }
    name_delegations(text, row, by_ecall);
}

static void add_handler(struct buf *text, const char *own, uint64_t at,
                        const char *escape)
{
    buf_printf(text, "    .org 0x%" PRIx64 "\n", at - IMAGE);
    if (own)
        buf_printf(text, "    %s\n", own);
    buf_printf(text, "    .balign 4\n    .fill 512, 4, %s\n", escape);
}

static void write_text(struct buf *text, const struct place *place)
{
    const struct guest_case *row = place->row;
    bool by_ecall = row->cause == 3 && row->to != AT_END;
    const char *escape = by_ecall ? "0x00000073" : "0x00100073";

    name_all(text, place, by_ecall);
    witness_add_file(text, "tests/lib/guest_case.s");
    buf_printf(text, "setup:\n    %s\n    ret\n", row->setup ? row->setup : "");
    buf_printf(text, "    .org 0x%" PRIx64 "\ncode:\n    %s\n    .balign 4\nend: %s\n",
               CODE - IMAGE, row->code ? row->code : "", by_ecall ? "ecall" : "ebreak");
    add_handler(text, row->hs_handler, HS_HANDLER, escape);
    add_handler(text, row->vs_handler, VS_HANDLER, escape);
}

static void assemble(struct place *place, struct ram *ram)
{
    struct buf text = {0}, wrong = {0};
    struct asm_program program;
    struct asm_layout layout = {.text = IMAGE};
    struct asm_source source = {.file = "case"};
    const struct asm_symbol *fault;

    write_text(&text, place);
    source.text = text.data;
    source.size = text.size;
    asm_assemble(&program, &source, &layout);
    for (size_t i = 0; i < program.diagnostic_count; i++)
        asm_diagnostic_text(&program.diagnostics[i], &wrong);
    ck_assert_msg(wrong.size == 0, "%s:\n%s", place->row->claim, buf_str(&wrong));
    for (size_t i = 0; i < program.section_count; i++)
        if (program.sections[i].bytes)
            ram_write(ram, program.sections[i].address, program.sections[i].bytes,
                      program.sections[i].size, INITIATOR_OUTSIDE);
    fault = asm_find(&program, "fault");
    place->fault = place->row->fault ? address_of(place, place->row->fault)
                   : fault           ? fault->value
                                     : CODE;
    asm_free(&program);
    buf_free(&text);
    buf_free(&wrong);
}

static void make_image(struct place *place, uint8_t *image)
{
    struct queue queue;
    struct event_stream events = {0};
    struct costs costs = costs_default;
    struct bus bus;

    queue_init(&queue);
    bus_init(&bus, &queue, &events, &costs);
    ck_assert(bus_map_ram(&bus, IMAGE, IMAGE_BYTES, NULL));
    choose_addresses(place);
    make_g_tables(place, &bus.ram);
    make_vs_tables(place, &bus.ram);
    assemble(place, &bus.ram);
    ram_read(&bus.ram, IMAGE, image, IMAGE_BYTES);
    if (ram_has(&bus.ram, place->fault, sizeof(place->bits)))
        ram_read(&bus.ram, place->fault, &place->bits, sizeof(place->bits));
    bus_release(&bus);
}

/* --- running ------------------------------------------------------------------------ */

static void ignore(void *ctx, const struct event *event)
{
    (void)ctx;
    (void)event;
}

/* Pages of zeros are not written: they need not be hashed, either. */
static void fill_ram(struct ram *ram, const uint8_t *image)
{
    static const uint8_t empty[RAM_PAGE];

    for (uint64_t at = 0; at < IMAGE_BYTES; at += RAM_PAGE)
        if (memcmp(image + at, empty, RAM_PAGE) != 0)
            ram_write(ram, IMAGE + at, image + at, RAM_PAGE, INITIATOR_OUTSIDE);
}

static uint64_t run_one(struct place *place, const uint8_t *image, bool heard)
{
    struct err err = {0};
    struct board_desc desc = board_virt;
    struct run *run = run_new();
    struct board *board;
    uint64_t digest;
    enum run_stop stop;

    desc.ram_size = IMAGE_BYTES;
    desc.hypervisor = true;
    desc.guest_interrupts = place->row->geilen;
    board = run_add(run, &desc, &err);
    ck_assert_msg(board != NULL, "%s", err.text);
    run_reset(run);
    fill_ram(&board->bus.ram, image);
    board->hart[0].pc = IMAGE;
    if (heard)
        event_listen(&run->events, (struct event_sink){EVENT_ALL, ignore, NULL});
    stop = run_go(
        run, (struct run_limit){UINT64_MAX, MOST_INSTRUCTIONS, UINT64_MAX, UINT64_MAX});
    ck_assert_msg(stop == RUN_FINISHED, "%s: does not end; pc is 0x%" PRIx64,
                  place->row->claim, board->hart[0].pc);
    ram_read(&board->bus.ram, RESULT, place->word, sizeof(place->word));
    digest = run_digest(run);
    run_free(run);
    return digest;
}

#define QEMU_MACHINE                                                                   \
    "-cpu rv64,h=true,f=false,d=false,zba=false,zbb=false,zbc=false,zbs=false,"        \
    "svnapot=true -smp 1,maxcpus=2 -M virt"

static void run_case(struct place *place)
{
    uint8_t *image = alloc_pages(IMAGE_BYTES);

    make_image(place, image);
    if (asks_qemu()) {
        run_on_qemu(image, IMAGE_BYTES, QEMU_MACHINE);
        memcpy(place->word, image + (RESULT - IMAGE), sizeof(place->word));
    } else {
        uint64_t digest = run_one(place, image, true);

        ck_assert_msg(run_one(place, image, false) == digest,
                      "%s: the loops do not agree", place->row->claim);
    }
    free_pages(image, IMAGE_BYTES);
}

/* --- judging ------------------------------------------------------------------------ */

/*
 * What QEMU 7.2 does otherwise everywhere: it has no trap value for hypervisor's loads and
 * stores that are not allowed, and calls what a supervisor may do illegal in VU-mode, not
 * virtual.
 */
static bool qemu_differs(const struct place *place, enum result_word word,
                         uint64_t value)
{
    const struct guest_case *row = place->row;
    uint64_t theirs = place->word[word];

    if (!asks_qemu())
        return false;
    if (word == R_MTVAL || word == R_STVAL)
        return row->tval == THE_INSTRUCTION && theirs == 0;
    return (word == R_MCAUSE || word == R_SCAUSE) && row->in == IN_VU && value == 22 &&
           theirs == 2;
}

static void check_word(const struct place *place, enum result_word word, uint64_t value,
                       const char *name)
{
    const struct guest_case *row = place->row;

    value = address_of(place, value);
    ck_assert_msg(place->word[word] == value || qemu_differs(place, word, value),
                  "%s (%s): %s is 0x%" PRIx64 ", not 0x%" PRIx64, row->claim,
                  row->section, name, place->word[word], value);
}

static void check_bits(const struct place *place, enum result_word word, uint64_t bits,
                       uint64_t value, const char *name)
{
    ck_assert_msg(
        (place->word[word] & bits) == value,
        "%s (%s): %s is 0x%" PRIx64 ", whose bits 0x%" PRIx64 " are not 0x%" PRIx64,
        place->row->claim, place->row->section, name, place->word[word], bits, value);
}

/* Zero is right, too, unless it is a pseudoinstruction: QEMU does so now and then. */
static void check_inst(const struct place *place, enum result_word word,
                       const char *name)
{
    bool pseudo = place->row->inst && (place->row->inst & 3) == 0;

    if (!asks_qemu() || pseudo || place->word[word])
        check_word(place, word, place->row->inst, name);
}

static enum guest_mode from(const struct guest_case *row)
{
    return row->from == AT_END ? row->in : row->from;
}

static void check_machine(const struct place *place)
{
    const struct guest_case *row = place->row;
    uint64_t status = (uint64_t)nominal(from(row)) << 11 |
                      (is_virtual(from(row)) ? BIT(39) : 0) | (row->gva ? BIT(38) : 0);

    check_word(place, R_MCAUSE, row->cause, "mcause");
    check_word(place, R_MEPC, place->fault, "mepc");
    check_word(place, R_MTVAL, row->tval, "mtval");
    check_word(place, R_MTVAL2, address_of(place, row->gpa) >> 2, "mtval2");
    check_inst(place, R_MTINST, "mtinst");
    /* QEMU sets GVA for an illegal instruction of a guest, too. */
    check_bits(place, R_MSTATUS,
               (asks_qemu() && row->tval == THE_INSTRUCTION ? BIT(39) : BITS(39, 38)) |
                   BITS(12, 11),
               status, "mstatus");
}

static void check_hypervisor(const struct place *place)
{
    const struct guest_case *row = place->row;
    uint64_t status = (is_virtual(from(row)) ? SPV : 0) | (row->gva ? GVA : 0);

    check_word(place, R_SCAUSE, row->cause, "scause");
    check_word(place, R_SEPC, place->fault, "sepc");
    check_word(place, R_STVAL, row->tval, "stval");
    check_word(place, R_HTVAL, address_of(place, row->gpa) >> 2, "htval");
    check_inst(place, R_HTINST, "htinst");
    check_bits(place, R_HSTATUS, SPV | GVA, status, "hstatus");
    check_bits(place, R_MSTATUS, BIT(8), nominal(from(row)) ? BIT(8) : 0, "sstatus");
    if (is_virtual(from(row)))
        check_bits(place, R_HSTATUS, SPVP, nominal(from(row)) ? SPVP : 0, "hstatus");
}

static void check_guest(const struct place *place)
{
    const struct guest_case *row = place->row;

    check_word(place, R_VSCAUSE, row->cause, "vscause");
    check_word(place, R_VSEPC, place->fault, "vsepc");
    check_word(place, R_VSTVAL, row->tval, "vstval");
    check_bits(place, R_VSSTATUS, BIT(8), nominal(from(row)) ? BIT(8) : 0, "vsstatus");
}

/* The registers of modes that the trap did not go to. */
static void check_kept(const struct place *place)
{
    const struct guest_case *row = place->row;

    if (row->setup || row->hs_handler || row->vs_handler || row->from)
        return; /* they may have written them */
    if (row->to != IN_HS) {
        check_word(place, R_SCAUSE, KEPT_CAUSE, "scause");
        check_word(place, R_SEPC, KEPT_VALUE, "sepc");
        check_word(place, R_STVAL, KEPT_VALUE, "stval");
        check_word(place, R_HTVAL, KEPT_VALUE, "htval");
        check_word(place, R_HTINST, 0, "htinst");
        check_bits(place, R_HSTATUS, SPVP | SPV | GVA, SPVP, "hstatus");
    }
    if (row->to != IN_VS) {
        check_word(place, R_VSCAUSE, KEPT_CAUSE, "vscause");
        check_word(place, R_VSEPC, KEPT_VALUE, "vsepc");
        check_word(place, R_VSTVAL, KEPT_VALUE, "vstval");
    }
}

static void check_trap(const struct place *place)
{
    static void (*const checks[])(const struct place *) = {
        [IN_M] = check_machine, [IN_HS] = check_hypervisor, [IN_VS] = check_guest};

    checks[place->row->to](place);
    check_kept(place);
}

static enum guest_mode place_of(const struct place *place)
{
    return place->word[R_PLACE] <= IN_VU ? (enum guest_mode)place->word[R_PLACE] : IN_M;
}

void guest_check(const struct guest_case *row)
{
    struct place place = {.row = row};
    enum guest_mode at;

    if ((row->qemu || row->geilen) && asks_qemu())
        return; /* on its virt GEILEN is 0 */
    run_case(&place);
    at = place_of(&place);
    ck_assert_msg(at == row->to,
                  "%s (%s): ends at %s, not %s; mcause 0x%" PRIx64 ", mepc 0x%" PRIx64
                  ", mtval 0x%" PRIx64 ", scause 0x%" PRIx64 ", sepc 0x%" PRIx64
                  ", stval 0x%" PRIx64,
                  row->claim, row->section, mode_names[at], mode_names[row->to],
                  place.word[R_MCAUSE], place.word[R_MEPC], place.word[R_MTVAL],
                  place.word[R_SCAUSE], place.word[R_SEPC], place.word[R_STVAL]);
    if (row->to == AT_END)
        check_word(&place, 10, row->a0, "a0");
    else
        check_trap(&place);
}
