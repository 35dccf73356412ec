/*
 * The fast loop: the instructions of step.c when nobody listens and the hart has the bus
 * to itself. It changes the same state by the same amounts and tells nothing.
 *
 * Decoded code. Each page of RAM that code was run from has one slot for every halfword,
 * so that a pc is an index: a slot holds the address of the code below that executes the
 * instruction, and its operands. A slot is filled when the pc first comes there; a
 * branch within the page is an addition to the slot pointer.
 *
 * Blocks. Instructions up to the next branch, jump, or instruction that is left to
 * step.c form a block. Each slot knows the price and number of the instructions from
 * itself to the end of its block, so the loop adds them once, when it enters a block
 * (anywhere in it), and takes the rest back when it must leave in the middle. A block is
 * entered only if all of it ends before the deadline. So instructions and cycles are exact
 * at every exit, with no work an instruction.
 *
 * Loads and stores find their host address by one compare, which also catches
 * misalignment, and one add: see look.h.
 *
 * Whatever is not found, not plain or not allowed ends the loop at that instruction, and
 * hart_step executes it.
 */
#include "machine/hart/fast.h"

#include "base/alloc.h"
#include "machine/hart/arith.h"
#include "machine/hart/look.h"

#include <stdlib.h>
#include <string.h>

enum {
    PAGE = RAM_PAGE,
    HALVES = PAGE / 2,
    DECODED = 1024,   /* instructions whose decoding is remembered */
    CODE_PAGES = 512, /* decoded pages kept before all are dropped */
    /* The loop adds prices in 32 bits: two blocks as long as a page must fit. What is
     * dearer than this is left to hart_step. */
    PRICE_MAX = 1 << 19
};

#define PAGE_MASK (~(uint64_t)(PAGE - 1))

struct slot {
    const void *run; /* a label of loop() */
    int32_t imm;     /* of a branch or jump within the page: slots to go */
    uint8_t rd;      /* 32 for x0 */
    uint8_t rs1, rs2;
    uint8_t unused;
    uint64_t rest; /* to the end of the block, this one too: price, and count << 32 */
};

struct code_page {
    uint64_t pa;
    uint64_t decoded[HALVES / 64]; /* which halfwords slots were made from */
    struct slot slot[HALVES + 1];  /* the last one leads to the next page */
};

struct fast {
    const void *const *labels;
    struct code_page **pages;     /* by RAM page */
    uint64_t page_count;          /* RAM pages */
    unsigned used;                /* how many have decoded code */
    struct insn decoded[DECODED]; /* by a hash of their bits; length 0: none */
};

/* Where the next instruction is, and how it is executed: the rows of the table, for
 * instructions of one and of two halfwords, and what is not an instruction. */
enum label {
    LABEL_DECODE, /* a slot not filled yet */
    LABEL_LEAVE,  /* hart_step's */
    LABEL_CROSS,  /* past the end of the page */
#define INSN(op, ...) LABEL_##op##_1, LABEL_##op##_2,
#define BRANCH(op, ...)                                                                \
    LABEL_##op##_1, LABEL_##op##_2, LABEL_FAR_##op##_1, LABEL_FAR_##op##_2,
#define COMPRESSED(...)
#include "machine/isa/instructions.def"
    LABEL_FAR_JAL_1,
    LABEL_FAR_JAL_2,
    LABELS
};

static const void *const *loop(struct hart *hart, uint64_t until);

struct fast *fast_new(const struct hart *hart)
{
    struct fast *fast = alloc_zero(1, sizeof(*fast));

    fast->labels = loop(NULL, 0);
    fast->page_count = hart->bus->ram.size / PAGE;
    fast->pages = alloc_pages((fast->page_count + 1) * sizeof(struct code_page *));
    return fast;
}

static void drop_code(struct fast *fast)
{
    for (uint64_t i = 0; fast->used && i < fast->page_count; i++)
        if (fast->pages[i]) {
            free(fast->pages[i]);
            fast->pages[i] = NULL;
            fast->used--;
        }
}

void fast_free(struct fast *fast)
{
    if (!fast)
        return;
    drop_code(fast);
    free_pages(fast->pages, (fast->page_count + 1) * sizeof(struct code_page *));
    free(fast);
}

void fast_reset(struct hart *hart)
{
    drop_code(hart->fast);
    hart_forget(hart);
}

/* --- decoding --------------------------------------------------------------------- */

static void reset_page(const struct fast *fast, struct code_page *page)
{
    memset(page->decoded, 0, sizeof(page->decoded));
    for (unsigned i = 0; i < HALVES; i++)
        page->slot[i] = (struct slot){.run = fast->labels[LABEL_DECODE]};
    page->slot[HALVES] = (struct slot){.run = fast->labels[LABEL_CROSS]};
}

/* The page's decoded code; RAM pages only. */
static struct code_page *page_at(struct hart *hart, uint64_t pa)
{
    struct fast *fast = hart->fast;
    struct ram *ram = &hart->bus->ram;
    uint64_t index = ram_page(ram, pa);

    if (fast->pages[index])
        return fast->pages[index];
    if (fast->used == CODE_PAGES)
        fast_reset(hart);
    fast->pages[index] = alloc_zero(1, sizeof(struct code_page));
    fast->pages[index]->pa = pa & PAGE_MASK;
    fast->used++;
    reset_page(fast, fast->pages[index]);
    ram->marks[index] |= RAM_CODE;
    for (unsigned i = 0; i < hart->peer_count; i++)
        look_protect(&hart->peers[i], pa);
    return fast->pages[index];
}

/* The page may have become data: it is not kept, so that stores to it are plain again. */
static void drop_page(struct hart *hart, uint64_t pa)
{
    struct fast *fast = hart->fast;
    uint64_t index = ram_page(&hart->bus->ram, pa);

    look_forget_code(hart, fast->pages[index]);
    free(fast->pages[index]);
    fast->pages[index] = NULL;
    fast->used--;
}

void fast_code_written(struct hart *hart, uint64_t pa, unsigned length)
{
    struct fast *fast = hart->fast;
    struct code_page *page = fast->pages[ram_page(&hart->bus->ram, pa)];
    unsigned first = (unsigned)(pa % PAGE) / 2;
    unsigned last = (unsigned)((pa + length - 1) % PAGE) / 2;

    if (!page)
        return;
    for (unsigned i = first; i <= last; i++)
        if (page->decoded[i / 64] & BIT(i % 64)) {
            drop_page(hart, pa);
            return;
        }
}

bool fast_has_code(const struct hart *hart, uint64_t pa)
{
    return hart->fast->pages[ram_page(&hart->bus->ram, pa)] != NULL;
}

/* As hart_step charges for it, when the access is aligned, in RAM and does not wait. */
static uint64_t price_of(const struct costs *costs, const struct insn *insn)
{
    uint8_t class = insn_infos[insn->op].class;
    uint64_t price = costs->instruction;

    if (class == CLASS_MULTIPLY)
        price += costs->multiply;
    else if (class == CLASS_DIVIDE)
        price += costs->divide;
    else if (class == CLASS_LOAD || class == CLASS_STORE)
        price += costs->bus_slot;
    return price ? price : 1; /* nothing takes no time */
}

/* Is it a branch or jal, at halfword `index`, whose target is in the same page? */
static bool goes_near(const struct insn *insn, unsigned index)
{
    int64_t target = (int64_t)index + insn->imm / 2;

    return (insn_infos[insn->op].class == CLASS_BRANCH || insn->op == OP_JAL) &&
           target >= 0 && target < HALVES;
}

/* The label for an instruction. *ends: it ends a block. */
static enum label label_of(const struct insn *insn, bool near, bool *ends)
{
    unsigned wide = insn->length / 2u - 1;

    *ends = false;
    switch (insn->op) {
#define PLAIN(op, ...)                                                                 \
    case OP_##op:                                                                      \
        return (enum label)(LABEL_##op##_1 + wide);
#define ALU      PLAIN
#define MULTIPLY PLAIN
#define DIVIDE   PLAIN
#define LOAD     PLAIN
#define STORE    PLAIN
#define BRANCH(op, ...)                                                                \
    case OP_##op:                                                                      \
        *ends = true;                                                                  \
        return (enum label)((near ? LABEL_##op##_1 : LABEL_FAR_##op##_1) + wide);
#include "machine/isa/instructions.def"
#undef PLAIN
    case OP_JAL:
        *ends = true;
        return (enum label)((near ? LABEL_JAL_1 : LABEL_FAR_JAL_1) + wide);
    case OP_JALR:
        *ends = true;
        return (enum label)(LABEL_JALR_1 + wide);
    default:
        *ends = true;
        return LABEL_LEAVE;
    }
}

/*
 * Must somebody see this instruction, at physical address `pa`? It may be a marker, which
 * is told; its stores may be counted as payload; or the hart may have to stop before it (stops are virtual addresses, so
 * what is the same in both is compared).
 */
static bool is_watched(const struct hart *hart, const struct insn *insn, uint64_t pa)
{
    if (hart_marker(insn))
        return true;
    if (insn_infos[insn->op].class == CLASS_STORE && hart_moves_payload(hart, pa))
        return true;
    for (unsigned i = 0; i < hart->stops; i++)
        if (hart->stop[i] % PAGE == pa % PAGE)
            return true;
    return false;
}

/* The instruction at halfword `index`; one that crosses into the next page has no op. */
static struct insn insn_at(const uint8_t *bytes, unsigned index)
{
    uint32_t bits = 0;
    bool last = index == HALVES - 1;

    memcpy(&bits, bytes + index * 2, last ? 2 : 4);
    if (last && insn_length(bits) == 4)
        return (struct insn){.op = OP_ILLEGAL, .length = 2};
    return insn_decode(bits);
}

static void fill_slot(struct hart *hart, struct code_page *page, unsigned index,
                      const struct insn *insn, bool *ends)
{
    struct slot *slot = &page->slot[index];
    bool near = goes_near(insn, index);
    enum label label = label_of(insn, near, ends);
    uint64_t price = price_of(hart->costs, insn);

    if (price > PRICE_MAX || is_watched(hart, insn, page->pa + index * 2)) {
        label = LABEL_LEAVE;
        *ends = true;
    }
    *slot = (struct slot){.run = hart->fast->labels[label],
                          .imm = near ? insn->imm / 2 : insn->imm,
                          .rd = insn->rd ? insn->rd : 32,
                          .rs1 = insn->rs1,
                          .rs2 = insn->rs2};
    if (label != LABEL_LEAVE)
        slot->rest = UINT64_C(1) << 32 | price;
    for (unsigned i = index; i < index + insn->length / 2u && i < HALVES; i++)
        page->decoded[i / 64] |= BIT(i % 64);
}

/* Fills the slots from `index` to the end of the block. */
static void decode_block(struct hart *hart, struct code_page *page, unsigned index)
{
    const struct ram *ram = &hart->bus->ram;
    const uint8_t *bytes = ram->bytes + (page->pa - ram->base);
    const void *empty = hart->fast->labels[LABEL_DECODE];
    uint16_t at[HALVES];
    unsigned count = 0;
    uint64_t rest;
    bool ends = false;

    while (!ends && index < HALVES && page->slot[index].run == empty) {
        struct insn insn = insn_at(bytes, index);

        fill_slot(hart, page, index, &insn, &ends);
        at[count++] = (uint16_t)index;
        index += insn.length / 2u;
    }
    /* The block goes on in what was decoded before, or at the end of the page. */
    rest = ends ? 0 : page->slot[index].rest;
    while (count-- > 0) {
        page->slot[at[count]].rest += rest;
        rest = page->slot[at[count]].rest;
    }
}

const struct insn *fast_decode(struct hart *hart, uint32_t bits)
{
    uint32_t encoding = insn_length(bits) == 2 ? bits & 0xffff : bits;
    uint32_t hash = (encoding ^ encoding >> 10 ^ encoding >> 20) % DECODED;
    struct insn *insn = &hart->fast->decoded[hash];

    if (insn->length == 0 || insn->bits != encoding)
        *insn = insn_decode(encoding);
    return insn;
}

/* The decoded page that `pc` is in, or NULL: hart_step must fetch. */
static struct code_page *find_code_page(struct hart *hart, struct look_view *view,
                                        uint64_t pc)
{
    struct code_page *page;
    uint64_t pa;

    if (!look_find(hart, pc, ACCESS_FETCH, hart_privilege(hart), &pa))
        return NULL;
    page = page_at(hart, pa);
    look_learn_code(view, pc, page);
    return page;
}

/* --- the loop --------------------------------------------------------------------- */

#ifdef __clang__
#pragma clang diagnostic ignored "-Wgnu-label-as-value"
#else
#pragma GCC diagnostic ignored "-Wpedantic"
#endif

#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#define RS1 (x[ip->rs1])
#define RS2 (x[ip->rs2])
#define IMM ((uint64_t)(int64_t)ip->imm)
#define PC  (page_va + (uint64_t)(ip - page->slot) * 2)
#define EXTEND(type, value)                                                            \
    ((type)-1 < (type)1 ? (uint64_t)(int64_t)(value) : (uint64_t)(value))

#define DISPATCH() goto * ip->run

/* The entry for an address: the index, scaled, comes out of one shift and one mask. */
#define LOOK_AT(table, va)                                                             \
    ((const struct look *)(const void *)((const char *)(table) +                       \
                                         ((va) / (PAGE / sizeof(struct look)) &        \
                                          (LOOK - 1) * sizeof(struct look))))

/* Keeps a pointer in a register: the compiler must not derive it again at each use. */
#define KEEP(pointer) __asm__("" : "+r"(pointer))

/* A new block begins at ip. Price and count travel together; only the price is bound. */
#define ENTER()                                                                        \
    do {                                                                               \
        done += ip->rest;                                                              \
        if (UNLIKELY((uint32_t)done > budget))                                         \
            goto give_back;                                                            \
        DISPATCH();                                                                    \
    } while (0)

#define LOAD_BODY(type, n)                                                             \
    {                                                                                  \
        uint64_t va = RS1 + IMM;                                                       \
        const struct look *look = LOOK_AT(reads, va);                                  \
        type value;                                                                    \
                                                                                       \
        if (UNLIKELY((va & (PAGE_MASK | (sizeof(type) - 1))) != look->tag)) {          \
            miss_va = va;                                                              \
            goto load_miss;                                                            \
        }                                                                              \
        memcpy(&value, (const void *)(uintptr_t)(va + look->add), sizeof(value));      \
        slots++;                                                                       \
        x[ip->rd] = EXTEND(type, value);                                               \
        ip += n;                                                                       \
        DISPATCH();                                                                    \
    }

#define STORE_BODY(type, n)                                                            \
    {                                                                                  \
        uint64_t va = RS1 + IMM;                                                       \
        const struct look *look = LOOK_AT(writes, va);                                 \
        type value = (type)RS2;                                                        \
                                                                                       \
        if (UNLIKELY((va & (PAGE_MASK | (sizeof(type) - 1))) != look->tag)) {          \
            miss_va = va;                                                              \
            goto store_miss;                                                           \
        }                                                                              \
        memcpy((void *)(uintptr_t)(va + look->add), &value, sizeof(value));            \
        slots++;                                                                       \
        ip += n;                                                                       \
        DISPATCH();                                                                    \
    }

#define ALU_BODY(value, n)                                                             \
    {                                                                                  \
        x[ip->rd] = (value);                                                           \
        ip += n;                                                                       \
        DISPATCH();                                                                    \
    }

#define BRANCH_BODY(condition, n)                                                      \
    {                                                                                  \
        if (condition)                                                                 \
            ip += ip->imm;                                                             \
        else                                                                           \
            ip += n;                                                                   \
        ENTER();                                                                       \
    }

#define FAR_BRANCH_BODY(condition, n)                                                  \
    {                                                                                  \
        if (condition) {                                                               \
            pc = PC + IMM;                                                             \
            goto find_code;                                                            \
        }                                                                              \
        ip += n;                                                                       \
        ENTER();                                                                       \
    }

/* clang-format off */
/*
 * Called with no hart it gives the labels, by enum label. It is long because it has a
 * piece for each row of the instruction table, twice: for each length.
 */
static const void *const *loop(struct hart *hart, uint64_t until)
{
    static const void *const labels[LABELS] = {
        [LABEL_DECODE] = &&decode,
        [LABEL_LEAVE] = &&leave,
        [LABEL_CROSS] = &&cross,
#define NOT_HERE(op, ...) [LABEL_##op##_1] = &&leave, [LABEL_##op##_2] = &&leave,
#define HERE(op, ...) [LABEL_##op##_1] = &&op##_1, [LABEL_##op##_2] = &&op##_2,
#define INSN NOT_HERE
#define ALU HERE
#define MULTIPLY HERE
#define DIVIDE HERE
#define LOAD HERE
#define STORE HERE
#define JUMP HERE
#define BRANCH(op, ...)                                                                  \
    [LABEL_##op##_1] = &&op##_1, [LABEL_##op##_2] = &&op##_2,                            \
    [LABEL_FAR_##op##_1] = &&far_##op##_1, [LABEL_FAR_##op##_2] = &&far_##op##_2,
#define COMPRESSED(...)
#include "machine/isa/instructions.def"
        [LABEL_FAR_JAL_1] = &&far_JAL_1,
        [LABEL_FAR_JAL_2] = &&far_JAL_2,
    };
    struct look_view *code, *data;
    const struct look *reads, *writes;
    struct code_page *page;
    const struct slot *ip;
    uint64_t *x;
    uint64_t page_va, pc, miss_va;
    uint64_t done = 0; /* price and count << 32 of the instructions executed */
    uint64_t slots = 0; /* bus slots used */
    uint32_t budget;
    uint8_t data_mode;

    if (!hart)
        return labels;
    x = hart->x;
    pc = hart->pc;
    data_mode = hart_data_mode(hart);
    code = look_view(hart, hart_privilege(hart));
    data = look_view(hart, data_mode);
    reads = data->read;
    writes = data->write;
    KEEP(reads);
    KEEP(writes);
    budget = UINT32_MAX / 4;
    if (until - hart->cycle < budget)
        budget = (uint32_t)(until - hart->cycle);

find_code: {
    const struct look_code *look = &code->code[pc / PAGE % LOOK];

    page = look->tag == (pc & PAGE_MASK) ? look->page : find_code_page(hart, code, pc);
    if (!page)
        goto settle;
    page_va = pc & PAGE_MASK;
    ip = &page->slot[(pc % PAGE) / 2];
    ENTER();
}

decode:
    decode_block(hart, page, (unsigned)(ip - page->slot));
    ENTER();

cross:
    pc = page_va + PAGE;
    goto find_code;

load_miss:
    if (look_learn(hart, miss_va, ACCESS_LOAD, data_mode))
        DISPATCH();
    goto give_back;

store_miss:
    if (look_learn(hart, miss_va, ACCESS_STORE, data_mode))
        DISPATCH();

give_back:
    done -= ip->rest;
leave:
    pc = PC;
settle: {
    uint64_t count = done >> 32;

    hart->pc = pc;
    hart->cycle += (uint32_t)done;
    hart->retired += count;
    hart->events->retired += count;
    if (count)
        hart->events->order = 0;
    hart->bus->counts[INITIATOR_HART + hart->id].slots += slots;
    return NULL;
}

#define ALU(op, name, match, mask, format, ext, effect, value)                           \
    op##_1: ALU_BODY(value, 1)                                                           \
    op##_2: ALU_BODY(value, 2)
#define MULTIPLY ALU
#define DIVIDE ALU
#define LOAD(op, name, match, mask, format, ext, effect, type)                           \
    op##_1: LOAD_BODY(type, 1)                                                           \
    op##_2: LOAD_BODY(type, 2)
#define STORE(op, name, match, mask, format, ext, effect, type)                          \
    op##_1: STORE_BODY(type, 1)                                                          \
    op##_2: STORE_BODY(type, 2)
#define BRANCH(op, name, match, mask, format, ext, effect, condition)                    \
    op##_1: BRANCH_BODY(condition, 1)                                                    \
    op##_2: BRANCH_BODY(condition, 2)                                                    \
    far_##op##_1: FAR_BRANCH_BODY(condition, 1)                                          \
    far_##op##_2: FAR_BRANCH_BODY(condition, 2)
#include "machine/isa/instructions.def"

#define JAL_BODY(n)                                                                      \
    {                                                                                    \
        x[ip->rd] = PC + 2 * n;                                                          \
        ip += ip->imm;                                                                   \
        ENTER();                                                                         \
    }
#define FAR_JAL_BODY(n)                                                                  \
    {                                                                                    \
        pc = PC;                                                                         \
        x[ip->rd] = pc + 2 * n;                                                          \
        pc += IMM;                                                                       \
        goto find_code;                                                                  \
    }
#define JALR_BODY(n)                                                                     \
    {                                                                                    \
        pc = (RS1 + IMM) & ~UINT64_C(1);                                                 \
        x[ip->rd] = PC + 2 * n;                                                          \
        if (LIKELY((pc & PAGE_MASK) == page_va)) {                                       \
            ip = &page->slot[(pc % PAGE) / 2];                                           \
            ENTER();                                                                     \
        }                                                                                \
        goto find_code;                                                                  \
    }
JAL_1: JAL_BODY(1)
JAL_2: JAL_BODY(2)
far_JAL_1: FAR_JAL_BODY(1)
far_JAL_2: FAR_JAL_BODY(2)
JALR_1: JALR_BODY(1)
JALR_2: JALR_BODY(2)
}
/* clang-format on */

void fast_run(struct hart *hart, uint64_t until)
{
    loop(hart, until);
}
