/*
 * The hypervisor extension in the hands of code that means no good: any values in its
 * CSRs, tables of both stages that the input writes over, code in all five modes that
 * returns, traps, fences and reaches into the guest's memory. The input is a header (where
 * the hart starts, its CSRs) and a list of actions.
 *
 * Two machines do the same: one is heard and told in words, the other runs by the fast
 * loop or by single steps, is looked at, and is saved and continued in a third. They must
 * end in the same state.
 */
#include "base/bits.h"
#include "machine/board/rom.h"
#include "machine/board/run.h"
#include "machine/isa/asm/asm.h"
#include "observe/narrate.h"
#include "tests/fuzz/input.h"
#include "tests/lib/random_code.h"
#include "tests/lib/tables.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAGE = 4096, MOST_ATTEMPTS = 1500, SHAPES = 3 };

#define RAM       UINT64_C(0x80000000)
#define CODE      RAM /* two pages */
#define DATA      (RAM + 0x2000)
#define M_HANDLER (RAM + 0x4000)
#define S_HANDLER (RAM + 0x5000) /* of HS-mode and of VS-mode */
#define SCRATCH   (RAM + 0x6000)
#define VS_TABLES (RAM + 0x8000)
#define G_TABLES  (RAM + 0x10000)
#define RAM_SIZE  UINT64_C(0x20000)
#define WINDOW    UINT64_C(0x40000000)  /* guest physical, in pages of 4 KiB */
#define VIEW      UINT64_C(0x100000000) /* virtual, to the window */

/* --- the input ---------------------------------------------------------------------- */

/* Mostly an address where something is. */
static uint64_t take_address(struct input *input)
{
    static const uint64_t places[] = {CODE,      DATA,     SCRATCH,   VS_TABLES,
                                      G_TABLES,  WINDOW,   VIEW,      S_HANDLER,
                                      M_HANDLER, 0x100000, 0x2000000, RAM + RAM_SIZE};
    unsigned place = (unsigned)take(input, 1);

    if (place == 255)
        return take(input, 8);
    return places[place % COUNT(places)] + (uint64_t)(int16_t)take(input, 2) / 4;
}

static void must(bool holds)
{
    assert(holds);
}

/* --- the machines ------------------------------------------------------------------- */

/* M-mode goes on behind what trapped, and every fourth time in a mode of its epc's making,
 * virtual or not; interrupts are disabled. */
static const char m_handler[] = "    csrrw sp, mscratch, sp\n"
                                "    sd    t0, 0(sp)\n"
                                "    sd    t1, 8(sp)\n"
                                "    ld    t1, 16(sp)\n"
                                "    addi  t1, t1, 1\n"
                                "    sd    t1, 16(sp)\n"
                                "    csrr  t0, mcause\n"
                                "    bltz  t0, interrupt\n"
                                "    csrr  t0, mepc\n"
                                "    addi  t0, t0, 4\n"
                                "    csrw  mepc, t0\n"
                                "    andi  t1, t1, 3\n"
                                "    bnez  t1, back\n"
                                "    srli  t1, t0, 2\n"
                                "    andi  t1, t1, 3\n"
                                "    slli  t1, t1, 11\n"
                                "    csrs  mstatus, t1\n"
                                "    andi  t0, t0, 16\n"
                                "    slli  t0, t0, 35\n"
                                "    csrs  mstatus, t0\n"
                                "back:\n"
                                "    ld    t0, 0(sp)\n"
                                "    ld    t1, 8(sp)\n"
                                "    csrrw sp, mscratch, sp\n"
                                "    mret\n"
                                "interrupt:\n"
                                "    csrw  mie, zero\n"
                                "    j     back\n";

/* HS- and VS-mode's is the same code, and knows its registers by its mode's names. */
static const char s_handler[] = "    csrw  sscratch, t0\n"
                                "    csrr  t0, scause\n"
                                "    bltz  t0, interrupt\n"
                                "    csrr  t0, sepc\n"
                                "    addi  t0, t0, 4\n"
                                "    csrw  sepc, t0\n"
                                "back:\n"
                                "    csrr  t0, sscratch\n"
                                "    sret\n"
                                "interrupt:\n"
                                "    csrw  sie, zero\n"
                                "    j     back\n";

static const struct shape {
    unsigned interleave, tlb_entries, guest_interrupts;
} shapes[SHAPES] = {{1000, 16, 0}, {1, 64, 5}, {1000, 32, 63}};

static struct machine {
    struct run *exact, *tested, *spare;
    struct buf pristine; /* the state that every input starts from */
} machines[SHAPES];

static void put(struct board *board, uint64_t pa, const void *bytes, uint64_t length)
{
    ram_write(&board->bus.ram, pa, bytes, length, INITIATOR_OUTSIDE);
}

static void put_program(struct board *board, const char *text, uint64_t pa)
{
    struct asm_source source = {text, strlen(text), "handler.s", 1};
    struct asm_layout layout = {.text = pa};
    struct asm_program program;

    must(asm_assemble(&program, &source, &layout));
    put(board, pa, program.sections[0].bytes, program.sections[0].size);
    asm_free(&program);
}

/* RAM where it is, in both stages; and by two windows one upon the other its pages with
 * rights of every kind. */
static void put_tables(struct board *board)
{
    static const uint64_t rights[] = {PTE_RWX | PTE_U | PTE_AD, PTE_RW | PTE_U | PTE_AD,
                                      PTE_RWX | PTE_U,          PTE_RWX | PTE_AD,
                                      PTE_V | PTE_X | PTE_U,    PTE_V | PTE_R | PTE_U,
                                      PTE_RW | PTE_U,           PTE_RWX};
    struct tables vs, g;

    tables_init(&vs, &board->bus.ram, 3, VS_TABLES);
    tables_init_guest(&g, &board->bus.ram, 3, G_TABLES);
    tables_map(&vs, RAM, RAM, 2, PTE_RWX | PTE_AD);
    tables_map(&g, RAM, RAM, 2, PTE_RWX | PTE_U | PTE_AD);
    for (unsigned i = 0; i < 16; i++) {
        tables_map(&vs, VIEW + i * PAGE, WINDOW + i * PAGE, 0, rights[i % 8]);
        tables_map(&g, WINDOW + i * PAGE, RAM + i * PAGE, 0, rights[i * 5 % 7]);
    }
}

static struct run *new_run(const struct shape *shape)
{
    struct board_desc desc = board_virt;
    struct run *run = run_new();
    struct board *board;

    desc.ram_size = RAM_SIZE;
    desc.interleave = shape->interleave;
    desc.tlb_entries = shape->tlb_entries;
    desc.guest_interrupts = shape->guest_interrupts;
    board = run_add(run, &desc, NULL);
    must(board);
    run_reset(run);
    rom_set(board->rom, &(struct rom_start){.entry = CODE});
    put_program(board, m_handler, M_HANDLER);
    put_program(board, s_handler, S_HANDLER);
    put_tables(board);
    return run;
}

static void load(struct run *run, const struct buf *saved)
{
    struct state state = {.mode = STATE_LOAD,
                          .in = (const unsigned char *)saved->data,
                          .left = saved->size};

    run_state(run, &state);
    must(!state.short_input && state.left == 0);
}

static struct machine *machine_for(unsigned shape)
{
    struct machine *machine = &machines[shape % SHAPES];

    if (!machine->exact) {
        const struct shape *of = &shapes[shape % SHAPES];

        machine->exact = new_run(of);
        machine->tested = new_run(of);
        machine->spare = new_run(of);
        run_state(machine->exact,
                  &(struct state){.mode = STATE_SAVE, .out = &machine->pristine});
    }
    load(machine->exact, &machine->pristine);
    load(machine->tested, &machine->pristine);
    return machine;
}

/* --- how the hart starts ------------------------------------------------------------ */

enum { HERE = 24 };

/* CSRs that get a value of the input's, in the order in which they are written. */
static const uint16_t given[HERE] = {
    CSR_MENVCFG,    CSR_MSTATUS,    CSR_MEDELEG,    CSR_MIDELEG,   CSR_MIE,
    CSR_MIP,        CSR_SENVCFG,    CSR_SCOUNTEREN, CSR_HSTATUS,   CSR_HEDELEG,
    CSR_HIDELEG,    CSR_HVIP,       CSR_HIE,        CSR_HENVCFG,   CSR_HGEIE,
    CSR_HTIMEDELTA, CSR_VSIE,       CSR_VSSTATUS,   CSR_VSTIMECMP, CSR_STIMECMP,
    CSR_MCOUNTEREN, CSR_HCOUNTEREN, CSR_SATP,       CSR_MTVEC,
};

struct start {
    uint64_t csr[HERE], hgatp, vsatp, x[32], pc;
    bool written[HERE];
    uint8_t mode;
    bool virt;
};

static struct start take_start(struct input *input)
{
    static const uint8_t modes[] = {MODE_M, MODE_S, MODE_U, MODE_S};
    static const uint64_t atp[] = {0, UINT64_C(8) << 60, UINT64_C(8) << 60,
                                   UINT64_C(9) << 60};
    unsigned how = (unsigned)take(input, 1);
    uint64_t which = take(input, 3);
    struct start start = {.mode = modes[how & 3], .virt = (how & 4) && (how & 3)};

    start.hgatp = atp[how >> 3 & 3] | (how & 128 ? UINT64_C(3) << 44 : 0);
    start.vsatp = atp[how >> 5 & 3] | (how & 128 ? UINT64_C(5) << 44 : 0);
    if (start.hgatp)
        start.hgatp |= G_TABLES >> 12;
    if (start.vsatp)
        start.vsatp |= VS_TABLES >> 12;
    for (unsigned i = 0; i < HERE; i++) {
        start.written[i] = which >> i & 1;
        if (start.written[i])
            start.csr[i] = take(input, 8);
    }
    start.pc = how & 64 && start.virt ? VIEW : CODE;
    for (unsigned i = 1; i < 32; i++)
        start.x[i] = i < 8     ? take_address(input)
                     : i == 31 ? DATA + 0x800
                               : VIEW + i * 0x800;
    return start;
}

static void set_start(struct hart *hart, const struct start *start)
{
    hart_csr_write(hart, CSR_PMPADDR0, BITS(53, 0)); /* all of it */
    hart_csr_write(hart, CSR_PMPCFG0, PMP_NAPOT << 3 | PMP_RWX);
    hart_csr_write(hart, CSR_MSCRATCH, SCRATCH);
    hart_csr_write(hart, CSR_MTVEC, M_HANDLER);
    hart_csr_write(hart, CSR_STVEC, S_HANDLER);
    hart_csr_write(hart, CSR_VSTVEC, S_HANDLER);
    hart_csr_write(hart, CSR_HGATP, start->hgatp);
    hart_csr_write(hart, CSR_VSATP, start->vsatp);
    for (unsigned i = 0; i < HERE; i++)
        if (start->written[i])
            hart_csr_write(hart, given[i], start->csr[i]);
    memcpy(hart->x + 1, start->x + 1, 31 * sizeof(start->x[0]));
    hart->pc = start->pc;
    hart->mode = start->virt ? start->mode | MODE_VIRTUAL : start->mode;
    hart_forget(hart);
}

/* --- what is heard ------------------------------------------------------------------ */

struct fuzz {
    struct input input;
    struct machine *machine;
    struct narrator narrator;
    struct buf text;
};

/* Every event can be told in words. */
static void hear(void *ctx, const struct event *event)
{
    struct fuzz *fuzz = ctx;

    buf_clear(&fuzz->text);
    narrate(&fuzz->text, &fuzz->narrator, event);
    must(fuzz->text.size > 0);
}

/* --- actions ------------------------------------------------------------------------ */

static void put_both(struct fuzz *fuzz, uint64_t pa, const void *bytes, uint64_t length)
{
    struct run *runs[] = {fuzz->machine->exact, fuzz->machine->tested};

    for (unsigned i = 0; i < COUNT(runs); i++)
        if (ram_has(&runs[i]->board[0]->bus.ram, pa, length))
            put(runs[i]->board[0], pa, bytes, length);
}

/* An entry of one of the tables, which begin one page after the other. */
static void put_entry(struct fuzz *fuzz)
{
    unsigned where = (unsigned)take(&fuzz->input, 2);
    uint64_t table = (where & 1 ? G_TABLES : VS_TABLES) + (where >> 1 & 7) * PAGE;
    uint64_t leads = take_address(&fuzz->input) >> 12 << 10;
    uint64_t entry = leads | take(&fuzz->input, 1);
    unsigned high = (unsigned)take(&fuzz->input, 1);

    if (high & 1)
        entry |= (uint64_t)high << 54;
    put_both(fuzz, table + (where >> 4 & 511) * 8, &entry, sizeof(entry));
}

static void put_bytes(struct fuzz *fuzz)
{
    uint64_t pa = take_address(&fuzz->input), bytes = take(&fuzz->input, 8);

    put_both(fuzz, pa, &bytes, sizeof(bytes));
}

/* Any instruction of the extension, at registers that hold addresses. */
static uint32_t hypervisor_word(struct random *random)
{
    static const uint32_t words[] = {0x60004073, 0x60104073, 0x64004073, 0x64104073,
                                     0x64304073, 0x68004073, 0x68104073, 0x68304073,
                                     0x6c004073, 0x62004073, 0x66004073, 0x6a004073,
                                     0x6e004073, 0x22000073, 0x62000073, 0x12000073};
    uint32_t row = random_below(random, COUNT(words)), word = words[row];
    uint32_t rs1 = random_below(random, 32), other = random_below(random, 31);

    word |= rs1 << 15;
    return row < 9 ? word | other << 7 : word | other << 20;
}

/* One that reads or writes a CSR there is. */
static uint32_t csr_word(struct random *random)
{
    uint32_t row = random_below(random, (uint32_t)csr_infos_count);
    uint32_t rd_to_rs1 = random_below(random, 1 << 13);

    return 0x73 | rd_to_rs1 << 7 | (uint32_t)csr_infos[row].number << 20;
}

/* A run of instructions that mostly are what they look like. */
static void put_code(struct fuzz *fuzz)
{
    enum { FIXED = 8, CSR_WORDS = 8, WORDS = 32 };
    uint32_t system[WORDS] = {0x00000073, 0x00100073, 0x10200073, 0x30200073,
                              0x10500073, 0x0000100f, 0x0040a00f, 0x0010a00f};
    unsigned what = (unsigned)take(&fuzz->input, 1);
    struct random random = {take(&fuzz->input, 2)};
    uint64_t at = CODE + (what & 7) * 0x200u;

    for (unsigned i = FIXED; i < WORDS; i++)
        system[i] =
            i < FIXED + CSR_WORDS ? csr_word(&random) : hypervisor_word(&random);
    for (unsigned i = 0; i < 8u + (what >> 3) * 4; i++, at += 4) {
        uint32_t word = random_below(&random, 4) ? random_word(&random, system, WORDS)
                                                 : system[random_below(&random, WORDS)];

        put_both(fuzz, at, &word, sizeof(word));
    }
}

/* Only one of the two is looked at: looking changes nothing. */
static void look(struct fuzz *fuzz)
{
    static const uint8_t modes[] = {MODE_U, MODE_S, MODE_VU, MODE_VS};
    const struct board *board = fuzz->machine->tested->board[0];
    uint64_t at = take_address(&fuzz->input), pa;

    for (unsigned i = 0; i < COUNT(modes); i++)
        hart_peek_translate(
            &board->hart[0],
            (struct walk_request){.va = at, .access = ACCESS_LOAD, .mode = modes[i]},
            &pa);
}

/* The tested machine goes on in another one, whatever that has done before. */
static void hop(struct fuzz *fuzz)
{
    struct machine *machine = fuzz->machine;
    struct run *from = machine->tested;
    struct buf saved = {0};

    run_state(from, &(struct state){.mode = STATE_SAVE, .out = &saved});
    load(machine->spare, &saved);
    buf_free(&saved);
    machine->tested = machine->spare;
    machine->spare = from;
    must(run_digest(machine->tested) == run_digest(from));
}

/* --- time goes on ------------------------------------------------------------------- */

static enum run_stop go_tested(struct run *run, struct run_limit limit, bool by_steps)
{
    enum run_stop stop = RUN_LIMIT;

    if (!by_steps)
        return run_go(run, limit);
    while (stop == RUN_LIMIT && run_attempts(run) < limit.attempts &&
           (run_cycle(run) < limit.cycle || run->queue.next_due < limit.cycle))
        stop = run_step(run);
    return stop;
}

/* Does the run go on after it? */
static bool go(struct fuzz *fuzz)
{
    struct run *exact = fuzz->machine->exact;
    unsigned what = (unsigned)take(&fuzz->input, 1);
    uint64_t attempts = 1 + what / 2u;
    struct run_limit limit = {UINT64_MAX, run_attempts(exact) + attempts,
                              run_cycle(exact) + attempts * 100 + 5000, UINT64_MAX};
    enum run_stop stop = run_go(exact, limit);

    must(go_tested(fuzz->machine->tested, limit, what & 1) == stop);
    return stop != RUN_FINISHED && run_attempts(exact) < MOST_ATTEMPTS;
}

static bool act(struct fuzz *fuzz)
{
    static void (*const actions[])(struct fuzz *) = {put_entry, put_bytes, put_code,
                                                     put_code,  look,      hop};
    unsigned action = (unsigned)take(&fuzz->input, 1) % (COUNT(actions) + 3);

    if (action >= COUNT(actions))
        return go(fuzz);
    actions[action](fuzz);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz fuzz = {.input = {data, size}};
    struct start start;
    struct run *exact;

    fuzz.machine = machine_for((unsigned)take(&fuzz.input, 1));
    exact = fuzz.machine->exact;
    start = take_start(&fuzz.input);
    set_start(&exact->board[0]->hart[0], &start);
    set_start(&fuzz.machine->tested->board[0]->hart[0], &start);
    fuzz.narrator.run = exact;
    event_listen(&exact->events, (struct event_sink){EVENT_ALL, hear, &fuzz});
    while (fuzz.input.left && act(&fuzz))
        ;
    event_unlisten(&exact->events, hear, &fuzz);
    must(run_digest(fuzz.machine->tested) == run_digest(exact));
    buf_free(&fuzz.text);
    return 0;
}
