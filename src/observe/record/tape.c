#include "observe/record/tape.h"

#include "base/alloc.h"
#include "observe/record/batch_table.h"
#include "observe/record/chunk.h"
#include "observe/record/clock.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <xxhash.h>

/*
 * One thread hears and one writes. Between them is a ring: `head` events have been heard
 * and `tail` written, each counted by one side only. Neither waits for the other but when
 * the ring is full (the machine then goes as fast as the file), or nearly empty.
 */
enum {
    RING = 16384,
    BATCH = 4096,   /* events written by one statement a kind */
    WAIT_MS = 150,  /* the writer looks for events at least that often */
    COMMIT_MS = 300 /* and makes them safe that often */
};

/* Of an event now and then: on a branch, ids grow with the moment. */
struct place {
    uint32_t branch;
    uint64_t retired, id;
};

struct tape {
    struct archive *archive;
    const struct timeline *time;
    struct heard *ring;
    _Atomic uint64_t head, tail;
    uint64_t known_tail; /* as the hearing side saw it last */

    pthread_t thread;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t more, less;
    bool quit, waits; /* the hearing side waits for room */

    /* Under the archive's lock. */
    struct batch batch;
    struct sqlite3_stmt *insert[EVENT_KINDS];
    struct chunk *chunk;
    uint64_t dirty_since; /* milliseconds; 0: all is safe */
    struct tape_counts counts;
    size_t places, place_room;
    struct place *place; /* in order of their ids */
    struct err err;      /* the first thing that went wrong */
};

/* --- writing: with the archive's lock ----------------------------------------------------- */

static bool is_well(const struct tape *tape)
{
    return !tape->err.text[0];
}

/* Nothing more is written: a gap would not be seen. */
static void fail(struct tape *tape)
{
    if (is_well(tape))
        archive_fail(tape->archive, &tape->err);
    archive_abandon(tape->archive);
}

static void begin(struct tape *tape)
{
    if (!tape->archive->in_transaction && !archive_begin(tape->archive, NULL))
        fail(tape);
    if (!tape->dirty_since)
        tape->dirty_since = clock_ms();
}

static void write_chunk(struct tape *tape)
{
    struct chunk *chunk = tape->chunk;
    char hash[17];

    if (!is_well(tape))
        chunk_begin(chunk, chunk->branch);
    if (!chunk->count)
        return;
    begin(tape);
    snprintf(hash, sizeof(hash), "%016" PRIx64, XXH3_64bits(chunk->bytes, chunk->size));
    if (!archive_run(tape->archive, NULL,
                     "INSERT INTO insn_chunk VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
                     "iiiiiitb", chunk->first_id, chunk->last_id,
                     (uint64_t)chunk->branch, (uint64_t)chunk->count,
                     chunk->first_retired, chunk->last_retired, hash,
                     (const void *)chunk->bytes, chunk->size))
        fail(tape);
    tape->counts.instruction_bytes += chunk->size;
    chunk_begin(chunk, chunk->branch);
}

static void add_insn(struct tape *tape, const struct heard *heard, uint64_t id)
{
    tape->counts.instructions++;
    if (heard->branch != tape->chunk->branch)
        write_chunk(tape);
    tape->chunk->branch = heard->branch;
    if (chunk_add(tape->chunk, id + 1, &heard->event))
        write_chunk(tape);
}

/* Sorts a part of the ring by kind. Instructions go to their chunk at once. */
static void sort_batch(struct tape *tape, uint64_t from, uint64_t to)
{
    struct batch *batch = &tape->batch;

    for (int kind = 0; kind < EVENT_KINDS; kind++)
        batch->count[kind] = 0;
    for (uint64_t id = from; id < to; id++) {
        const struct heard *heard = &tape->ring[id & (RING - 1)];
        uint8_t kind = heard->event.kind;

        if (kind == EVENT_INSN)
            add_insn(tape, heard, id);
        else
            batch->id[kind][batch->count[kind]++] = id;
    }
}

static void write_kind(struct tape *tape, enum event_kind kind)
{
    if (!tape->insert[kind]) {
        char text[128];

        snprintf(text, sizeof(text), "INSERT INTO main.%s SELECT * FROM batch_%s",
                 event_infos[kind].name, event_infos[kind].name);
        if (sqlite3_prepare_v3(tape->archive->db, text, -1, SQLITE_PREPARE_PERSISTENT,
                               &tape->insert[kind], NULL) != SQLITE_OK) {
            fail(tape);
            return;
        }
    }
    if (sqlite3_step(tape->insert[kind]) != SQLITE_DONE)
        fail(tape);
    sqlite3_reset(tape->insert[kind]);
}

static void note_place(struct tape *tape, uint64_t id)
{
    const struct heard *heard = &tape->ring[id & (RING - 1)];
    const struct place *last = tape->places ? &tape->place[tape->places - 1] : NULL;

    if (last && last->branch == heard->branch && id < last->id + BATCH)
        return;
    if (tape->places == tape->place_room) {
        tape->place_room = tape->place_room ? 2 * tape->place_room : 64;
        tape->place =
            alloc_resize(tape->place, tape->place_room * sizeof(tape->place[0]));
    }
    assert(tape->place);
    tape->place[tape->places++] =
        (struct place){heard->branch, heard->event.retired, id + 1};
}

static void write_batch(struct tape *tape, uint64_t from, uint64_t to)
{
    begin(tape);
    note_place(tape, from);
    sort_batch(tape, from, to);
    for (int kind = EVENT_INSN + 1; kind < EVENT_KINDS; kind++)
        if (tape->batch.count[kind] && is_well(tape))
            write_kind(tape, (enum event_kind)kind);
    tape->counts.events += to - from;
}

/* Room in the ring: tells the hearing side, if that waits. */
static void give_room(struct tape *tape, uint64_t tail)
{
    atomic_store_explicit(&tape->tail, tail, memory_order_release);
    pthread_mutex_lock(&tape->mutex);
    if (tape->waits)
        pthread_cond_signal(&tape->less);
    pthread_mutex_unlock(&tape->mutex);
}

static void drain(struct tape *tape)
{
    uint64_t tail = atomic_load_explicit(&tape->tail, memory_order_relaxed);
    uint64_t head = atomic_load_explicit(&tape->head, memory_order_acquire);

    while (tail < head) {
        uint64_t end = head - tail > BATCH ? tail + BATCH : head;

        if (is_well(tape))
            write_batch(tape, tail, end);
        tail = end;
        give_room(tape, tail);
    }
}

static void make_safe(struct tape *tape)
{
    write_chunk(tape);
    if (!archive_commit(tape->archive, NULL))
        fail(tape);
    tape->dirty_since = 0;
}

/* --- the thread --------------------------------------------------------------------------- */

/* Until there is a batch, or some time has passed. False: it is to end. */
static bool wait_for_events(struct tape *tape)
{
    struct timespec until;
    bool quit;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += WAIT_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&tape->mutex);
    while (!tape->quit && !tape->waits &&
           atomic_load(&tape->head) - atomic_load(&tape->tail) < BATCH)
        if (pthread_cond_timedwait(&tape->more, &tape->mutex, &until) != 0)
            break;
    quit = tape->quit;
    pthread_mutex_unlock(&tape->mutex);
    return !quit;
}

static void *write_events(void *ctx)
{
    struct tape *tape = ctx;

    while (wait_for_events(tape)) {
        pthread_mutex_lock(&tape->archive->lock);
        drain(tape);
        if (tape->dirty_since && clock_ms() - tape->dirty_since >= COMMIT_MS)
            make_safe(tape);
        pthread_mutex_unlock(&tape->archive->lock);
    }
    return NULL;
}

/* Signals are the other thread's. */
static bool start_thread(struct tape *tape)
{
    sigset_t all, before;
    bool ok;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    ok = pthread_create(&tape->thread, NULL, write_events, tape) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

/* --- hearing ------------------------------------------------------------------------------ */

static void wait_for_room(struct tape *tape, uint64_t head)
{
    tape->known_tail = atomic_load_explicit(&tape->tail, memory_order_acquire);
    if (head - tape->known_tail < RING)
        return;
    pthread_mutex_lock(&tape->mutex);
    tape->waits = true;
    pthread_cond_signal(&tape->more);
    while (head - atomic_load_explicit(&tape->tail, memory_order_acquire) == RING)
        pthread_cond_wait(&tape->less, &tape->mutex);
    tape->known_tail = atomic_load_explicit(&tape->tail, memory_order_acquire);
    tape->waits = false;
    pthread_mutex_unlock(&tape->mutex);
}

void tape_take(void *ctx, const struct event *event)
{
    struct tape *tape = ctx;
    uint64_t head = atomic_load_explicit(&tape->head, memory_order_relaxed);
    struct heard *heard = &tape->ring[head & (RING - 1)];

    if (head - tape->known_tail == RING)
        wait_for_room(tape, head);
    heard->event = *event;
    heard->branch = tape->time ? timeline_branch(tape->time) : 0;
    atomic_store_explicit(&tape->head, head + 1, memory_order_release);
    if (head % BATCH == BATCH - 1) {
        pthread_mutex_lock(&tape->mutex);
        pthread_cond_signal(&tape->more);
        pthread_mutex_unlock(&tape->mutex);
    }
}

/* --- its life ------------------------------------------------------------------------------ */

static void free_tape(struct tape *tape)
{
    for (int kind = 0; kind < EVENT_KINDS; kind++) {
        sqlite3_finalize(tape->insert[kind]);
        free(tape->batch.id[kind]);
    }
    batch_table_remove(tape->archive->db);
    pthread_mutex_destroy(&tape->mutex);
    pthread_cond_destroy(&tape->more);
    pthread_cond_destroy(&tape->less);
    chunk_free(tape->chunk);
    free(tape->place);
    free(tape->ring);
    free(tape);
}

struct tape *tape_new(struct archive *archive, const struct timeline *time,
                      struct err *err)
{
    struct tape *tape = alloc_zero(1, sizeof(*tape));
    pthread_condattr_t clock;

    tape->archive = archive;
    tape->time = time;
    tape->ring = alloc_zero(RING, sizeof(tape->ring[0]));
    tape->chunk = chunk_new();
    tape->batch.heard = tape->ring;
    tape->batch.size = RING;
    for (int kind = 0; kind < EVENT_KINDS; kind++)
        tape->batch.id[kind] = alloc_zero(BATCH, sizeof(uint64_t));
    pthread_mutex_init(&tape->mutex, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&tape->more, &clock);
    pthread_cond_init(&tape->less, NULL);
    pthread_condattr_destroy(&clock);
    if (batch_table_add(archive->db, &tape->batch) == SQLITE_OK && start_thread(tape))
        return tape;
    err_set(err, "'%s': cannot begin to record", archive->path);
    free_tape(tape);
    return NULL;
}

bool tape_settle(struct tape *tape, struct err *err)
{
    pthread_mutex_lock(&tape->archive->lock);
    drain(tape);
    make_safe(tape);
    pthread_mutex_unlock(&tape->archive->lock);
    return is_well(tape) || err_set(err, "%s", tape->err.text);
}

/* --- a future that was cut off ------------------------------------------------------------ */

static bool is_before(const struct event *event, struct moment moment)
{
    return event->retired < moment.retired ||
           (event->retired == moment.retired && event->order < moment.order);
}

/* Events of a branch from that moment on are another's; all of them have ids from
 * first_id on. */
struct shift {
    unsigned from, to;
    struct moment after;
    uint64_t first_id;
};

/* Writes a chunk's events again, in two: those before that moment, and the others. */
static bool split_chunk(struct tape *tape, const struct shift *shift, const void *bytes,
                        size_t size, uint32_t count, uint64_t first_id, struct err *err)
{
    struct chunk_memory *memory = chunk_memory_new();
    struct chunk_reader reader;
    struct chunk_event e;

    chunk_read(&reader, memory, bytes, size, count, first_id);
    while (chunk_next(&reader, &e, err)) {
        uint32_t branch = is_before(&e.event, shift->after) ? shift->from : shift->to;

        if (branch != tape->chunk->branch)
            write_chunk(tape);
        tape->chunk->branch = branch;
        if (chunk_add(tape->chunk, e.id, &e.event))
            write_chunk(tape);
    }
    write_chunk(tape);
    chunk_memory_free(memory);
    return is_well(tape) && !err->text[0];
}

/* The chunk that has an event, or comes before it. */
#define CHUNK_OF_ID "(SELECT coalesce(max(id), 0) FROM insn_chunk WHERE id <= ?)"

/* Chunks that the moment is within: one, or a few where several begin there. */
static bool split_chunks(struct tape *tape, const struct shift *shift, struct err *err)
{
    for (;;) {
        struct sqlite3_stmt *row =
            archive_prepare(tape->archive,
                            "SELECT id, count, bytes FROM insn_chunk WHERE branch = ? "
                            "AND retired < ? AND last_retired >= ? "
                            "AND id >= " CHUNK_OF_ID " LIMIT 1",
                            err);
        struct buf bytes = {0};
        const void *blob;
        uint32_t count;
        uint64_t id;
        size_t size;
        bool ok;

        if (!row)
            return false;
        sqlite3_bind_int64(row, 1, shift->from);
        sqlite3_bind_int64(row, 2, (sqlite3_int64)shift->after.retired);
        sqlite3_bind_int64(row, 3, (sqlite3_int64)shift->after.retired);
        sqlite3_bind_int64(row, 4, (sqlite3_int64)shift->first_id);
        if (!archive_step(tape->archive, row, err))
            return !err->text[0];
        id = archive_number(row, 0);
        count = (uint32_t)archive_number(row, 1);
        blob = archive_blob(row, 2, &size);
        buf_add(&bytes, blob, size);
        sqlite3_reset(row);
        tape->counts.instruction_bytes -= size; /* they are counted again */
        ok = archive_run(tape->archive, err, "DELETE FROM insn_chunk WHERE id = ?", "i",
                         id) &&
             split_chunk(tape, shift, bytes.data, bytes.size, count, id, err);
        buf_free(&bytes);
        if (!ok)
            return false;
    }
}

static bool move_chunks(struct tape *tape, const struct shift *shift, struct err *err)
{
    return split_chunks(tape, shift, err) &&
           archive_run(tape->archive, err,
                       "UPDATE insn_chunk SET branch = ? WHERE branch = ? "
                       "AND retired >= ? AND id >= " CHUNK_OF_ID,
                       "iiii", (uint64_t)shift->to, (uint64_t)shift->from,
                       shift->after.retired, shift->first_id);
}

static bool move_kinds(struct tape *tape, const struct shift *shift, struct err *err)
{
    bool ok = true;

    for (int kind = EVENT_INSN + 1; kind < EVENT_KINDS && ok; kind++) {
        struct buf text = {0};

        buf_printf(&text,
                   "UPDATE %s SET branch = %u WHERE branch = %u AND id >= %" PRIu64
                   " AND (retired, ord) >= (%" PRIu64 ", %" PRIu32 ")",
                   event_infos[kind].name, shift->to, shift->from, shift->first_id,
                   shift->after.retired, shift->after.order);
        ok = archive_exec(tape->archive, text.data, err);
        buf_free(&text);
    }
    return ok;
}

/* Moves the places; the last that stays on the branch is before all that is moved. */
static uint64_t move_places(struct tape *tape, const struct shift *shift)
{
    uint64_t first_id = 0;

    for (size_t i = 0; i < tape->places; i++) {
        struct place *place = &tape->place[i];

        if (place->branch != shift->from)
            continue;
        if (place->retired >= shift->after.retired)
            place->branch = shift->to;
        else
            first_id = place->id;
    }
    return first_id;
}

void tape_move(struct tape *tape, unsigned from, struct moment after, unsigned to)
{
    struct shift shift = {.from = from, .to = to, .after = after};
    struct err err = {0};

    pthread_mutex_lock(&tape->archive->lock);
    drain(tape);
    make_safe(tape);
    shift.first_id = move_places(tape, &shift);
    if (is_well(tape))
        begin(tape);
    if (is_well(tape) &&
        !(move_kinds(tape, &shift, &err) && move_chunks(tape, &shift, &err))) {
        if (is_well(tape)) /* what is heard now would be mixed with what stayed */
            tape->err = err;
        archive_abandon(tape->archive);
    }
    make_safe(tape);
    pthread_mutex_unlock(&tape->archive->lock);
}

struct tape_counts tape_counts(struct tape *tape)
{
    struct tape_counts counts;

    pthread_mutex_lock(&tape->archive->lock);
    counts = tape->counts;
    pthread_mutex_unlock(&tape->archive->lock);
    return counts;
}

bool tape_close(struct tape *tape, struct err *err)
{
    bool ok = tape_settle(tape, err);

    pthread_mutex_lock(&tape->mutex);
    tape->quit = true;
    pthread_cond_signal(&tape->more);
    pthread_mutex_unlock(&tape->mutex);
    pthread_join(tape->thread, NULL);
    free_tape(tape);
    return ok;
}
