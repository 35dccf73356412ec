#ifndef OBSERVE_RECORD_CHUNK_H
#define OBSERVE_RECORD_CHUNK_H

#include "base/err.h"
#include "event/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Instructions, packed. A chunk holds the INSN events of a stretch of a run and can be
 * read without any other. Whoever writes one guesses each field of the next event from
 * those before it, as whoever reads it can, too; only what was guessed wrong is stored:
 *
 *   event   a mask of the fields that follow (varint, a bit a field in their order in
 *           chunk.c), then each of these: the difference to the guess, as a zigzag varint
 *
 * The guess for most of them: the pc is where that hart's last instruction went, the same
 * pc holds the same instruction, registers hold what was written to them last.
 */
enum { CHUNK_BYTES = 64 << 10, CHUNK_EVENT_BYTES = 256 };

/* An event in a chunk; `id` is its place in the recording. */
struct chunk_event {
    uint64_t id;
    struct event event; /* of kind INSN */
};

/* What is guessed from. */
struct chunk_memory;

struct chunk_memory *chunk_memory_new(void);
void chunk_memory_free(struct chunk_memory *memory);

struct chunk {
    struct chunk_memory *memory;
    uint64_t first_id, last_id, first_retired, last_retired;
    uint32_t branch, count;
    size_t size;
    unsigned char bytes[CHUNK_BYTES + CHUNK_EVENT_BYTES];
};

struct chunk *chunk_new(void);
void chunk_free(struct chunk *chunk);

/* Begins the next one. */
void chunk_begin(struct chunk *chunk, uint32_t branch);

/* Adds an event; true: it is full, and nothing more may be added. */
bool chunk_add(struct chunk *chunk, uint64_t id, const struct event *event);

/* Reading one: its bytes stay the caller's. */
struct chunk_reader {
    struct chunk_memory *memory;
    const unsigned char *at, *end;
    uint32_t left; /* events */
};

void chunk_read(struct chunk_reader *reader, struct chunk_memory *memory,
                const void *bytes, size_t size, uint32_t count, uint64_t first_id);

/* The next event. False: there is none, or *err says that the bytes are no chunk. */
bool chunk_next(struct chunk_reader *reader, struct chunk_event *out, struct err *err);

#endif
