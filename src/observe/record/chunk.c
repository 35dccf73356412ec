#include "observe/record/chunk.h"

#include "base/alloc.h"
#include "base/varint.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * The fields of an event in a chunk. Those that are guessed wrong most often come first,
 * so that a mask is mostly one byte. Append only: the numbers are part of the format.
 */
enum chunk_field {
    F_RD_NEW,
    F_VA,
    F_MEM_OLD,
    F_MEM_NEW,
    F_NEXT_PC,
    F_BITS,
    F_CYCLE,
    F_PC,
    F_PA,
    F_RD_OLD,
    F_PRICE,
    F_RD,
    F_ACCESS,
    F_SIZE,
    F_ID,
    F_ORDER,
    F_RETIRED,
    F_HART,
    F_BOARD,
    F_MODE,
    F_CSR,
    F_CSR_OLD,
    F_CSR_NEW,
    CHUNK_FIELDS
};

enum { PLACES = 1024, HARTS = 32 };

/* What is remembered of a place in the program: what happened there the last time. */
struct place {
    uint64_t next_pc, rd_new, rd_step, va, va_step, offset;
    uint64_t mem_old, csr_old, csr_new;
    uint32_t bits, price;
    uint16_t csr;
    uint8_t rd, access, size;
};

struct hart_memory {
    uint64_t pc, cycle, x[32];
    uint8_t mode;
};

struct chunk_memory {
    struct chunk_event last;
    struct hart_memory hart[HARTS];
    struct place place[PLACES];
};

struct chunk_memory *chunk_memory_new(void)
{
    return alloc_zero(1, sizeof(struct chunk_memory));
}

void chunk_memory_free(struct chunk_memory *memory)
{
    free(memory);
}

static void forget(struct chunk_memory *memory, uint64_t first_id)
{
    memset(memory, 0, sizeof(*memory));
    memory->last.id = first_id - 1;
}

/* --- guessing ------------------------------------------------------------------------- */

/* Differences between what is and what was guessed: made, or made use of. */
struct pass {
    bool reading;
    uint64_t difference[CHUNK_FIELDS];
};

static inline uint64_t pass(struct pass *pass, enum chunk_field field, uint64_t guess,
                            uint64_t value)
{
    if (pass->reading)
        return guess + pass->difference[field];
    pass->difference[field] = value - guess;
    return value;
}

/* The register that a store's value comes from, by its encoding. */
static unsigned store_source(uint32_t bits)
{
    if ((bits & 3) == 3)
        return bits >> 20 & 31;
    if ((bits & 3) == 2) /* C.SWSP, C.SDSP */
        return bits >> 2 & 31;
    return 8 + (bits >> 2 & 7); /* C.SW, C.SD */
}

static uint64_t low_bytes(uint64_t value, unsigned size)
{
    return size >= 8 ? value : value & ((UINT64_C(1) << 8 * size) - 1);
}

static inline void pass_moment(struct pass *p, struct chunk_event *e,
                               const struct chunk_memory *memory)
{
    const struct event *last = &memory->last.event;

    e->id = pass(p, F_ID, memory->last.id + 1, e->id);
    e->event.retired = pass(p, F_RETIRED, last->retired + 1, e->event.retired);
    e->event.order = (uint32_t)pass(p, F_ORDER, 0, e->event.order);
    e->event.board = (uint8_t)pass(p, F_BOARD, last->board, e->event.board);
    e->event.insn.hart = (uint8_t)pass(p, F_HART, last->insn.hart, e->event.insn.hart);
}

static inline void pass_code(struct pass *p, struct event_insn *insn,
                             const struct place *place)
{
    insn->bits = (uint32_t)pass(p, F_BITS, place->bits, insn->bits);
    insn->price = (uint32_t)pass(p, F_PRICE, place->price, insn->price);
    insn->rd = (uint8_t)pass(p, F_RD, place->rd, insn->rd);
    insn->access = (uint8_t)pass(p, F_ACCESS, place->access, insn->access);
    insn->size = (uint8_t)pass(p, F_SIZE, place->size, insn->size);
    insn->csr = (uint16_t)pass(p, F_CSR, place->csr, insn->csr);
}

static inline void pass_memory(struct pass *p, struct event_insn *insn,
                               const struct hart_memory *hart,
                               const struct place *place)
{
    bool writes = insn->access == ACCESS_STORE;
    uint64_t stored = low_bytes(hart->x[store_source(insn->bits)], insn->size);
    uint64_t read = low_bytes(insn->rd_new, insn->size);

    insn->va = pass(p, F_VA, place->va + place->va_step, insn->va);
    insn->pa = pass(p, F_PA, insn->va + place->offset, insn->pa);
    insn->mem_old =
        pass(p, F_MEM_OLD, insn->access == ACCESS_LOAD ? read : place->mem_old,
             insn->mem_old);
    insn->mem_new = pass(p, F_MEM_NEW, writes ? stored : insn->mem_old, insn->mem_new);
}

static inline void remember(struct chunk_memory *memory, struct hart_memory *hart,
                            struct place *place, const struct chunk_event *e)
{
    const struct event_insn *insn = &e->event.insn;

    memory->last.id = e->id;
    memory->last.event.retired = e->event.retired;
    memory->last.event.board = e->event.board;
    memory->last.event.insn.hart = insn->hart;
    hart->pc = insn->next_pc;
    hart->cycle = e->event.cycle + insn->price;
    hart->mode = insn->mode;
    hart->x[insn->rd & 31] = insn->rd_new;
    hart->x[0] = 0;
    place->next_pc = insn->next_pc;
    place->rd_step = insn->rd_new - place->rd_new;
    place->rd_new = insn->rd_new;
    place->va_step = insn->va - place->va;
    place->va = insn->va;
    place->offset = insn->pa - insn->va;
    place->mem_old = insn->mem_old;
    place->csr_old = insn->csr_old;
    place->csr_new = insn->csr_new;
    place->bits = insn->bits;
    place->price = insn->price;
    place->csr = insn->csr;
    place->rd = insn->rd;
    place->access = insn->access;
    place->size = insn->size;
}

/* One event: to differences, or from them. */
static inline void pass_event(struct pass *p, struct chunk_event *e,
                              struct chunk_memory *memory)
{
    struct event_insn *insn = &e->event.insn;
    struct hart_memory *hart;
    struct place *place;

    pass_moment(p, e, memory);
    hart = &memory->hart[(e->event.board * 8U + insn->hart) % HARTS];
    insn->mode = (uint8_t)pass(p, F_MODE, hart->mode, insn->mode);
    insn->pc = pass(p, F_PC, hart->pc, insn->pc);
    e->event.cycle = pass(p, F_CYCLE, hart->cycle, e->event.cycle);
    place = &memory->place[insn->pc / 2 % PLACES];
    pass_code(p, insn, place);
    insn->next_pc = pass(p, F_NEXT_PC, place->next_pc, insn->next_pc);
    insn->rd_old = pass(p, F_RD_OLD, hart->x[insn->rd & 31], insn->rd_old);
    insn->rd_new = pass(p, F_RD_NEW, place->rd_new + place->rd_step, insn->rd_new);
    pass_memory(p, insn, hart, place);
    insn->csr_old = pass(p, F_CSR_OLD, place->csr_old, insn->csr_old);
    insn->csr_new = pass(p, F_CSR_NEW, place->csr_new, insn->csr_new);
    remember(memory, hart, place, e);
}

/* --- writing --------------------------------------------------------------------------- */

struct chunk *chunk_new(void)
{
    struct chunk *chunk = alloc_zero(1, sizeof(*chunk));

    chunk->memory = chunk_memory_new();
    return chunk;
}

void chunk_free(struct chunk *chunk)
{
    if (!chunk)
        return;
    chunk_memory_free(chunk->memory);
    free(chunk);
}

void chunk_begin(struct chunk *chunk, uint32_t branch)
{
    chunk->branch = branch;
    chunk->count = 0;
    chunk->size = 0;
}

static unsigned char *put_differences(unsigned char *at, const struct pass *pass)
{
    uint64_t mask = 0;

    for (unsigned i = 0; i < CHUNK_FIELDS; i++)
        mask |= (uint64_t)(pass->difference[i] != 0) << i;
    at = put_varint(at, mask);
    for (; mask; mask &= mask - 1)
        at = put_varint(at, zigzag(pass->difference[__builtin_ctzll(mask)]));
    return at;
}

bool chunk_add(struct chunk *chunk, uint64_t id, const struct event *event)
{
    struct chunk_event e = {id, *event};
    struct pass pass = {.reading = false};
    unsigned char *at = chunk->bytes + chunk->size;

    assert(chunk->size < CHUNK_BYTES);
    if (!chunk->count) {
        forget(chunk->memory, id);
        chunk->first_id = id;
        chunk->first_retired = event->retired;
    }
    pass_event(&pass, &e, chunk->memory);
    chunk->size = (size_t)(put_differences(at, &pass) - chunk->bytes);
    chunk->last_id = id;
    chunk->last_retired = event->retired;
    chunk->count++;
    return chunk->size >= CHUNK_BYTES;
}

/* --- reading --------------------------------------------------------------------------- */

void chunk_read(struct chunk_reader *reader, struct chunk_memory *memory,
                const void *bytes, size_t size, uint32_t count, uint64_t first_id)
{
    forget(memory, first_id);
    *reader = (struct chunk_reader){.memory = memory,
                                    .at = bytes,
                                    .end = (const unsigned char *)bytes + size,
                                    .left = count};
}

static int next_byte(void *from)
{
    struct chunk_reader *reader = from;

    return reader->at < reader->end ? *reader->at++ : -1;
}

static bool get_differences(struct chunk_reader *reader, struct pass *pass)
{
    uint64_t mask, value;

    if (!get_varint(next_byte, reader, &mask) || mask >> CHUNK_FIELDS)
        return false;
    for (; mask; mask &= mask - 1) {
        if (!get_varint(next_byte, reader, &value))
            return false;
        pass->difference[__builtin_ctzll(mask)] = unzigzag(value);
    }
    return true;
}

bool chunk_next(struct chunk_reader *reader, struct chunk_event *out, struct err *err)
{
    struct pass pass = {.reading = true};

    if (!reader->left) {
        if (reader->at != reader->end)
            err_set(err, "a chunk of instructions is longer than it says");
        return false;
    }
    if (!get_differences(reader, &pass))
        return err_set(err, "a chunk of instructions is damaged");
    reader->left--;
    *out = (struct chunk_event){.event.kind = EVENT_INSN};
    pass_event(&pass, out, reader->memory);
    return true;
}
