/*
 * Recordings of somebody who means no good: bytes of a chunk of instructions, an act of a
 * journal, or a database whose pages are anything at all, which is opened, asked and
 * followed for a while. The first byte chooses.
 */
#include "control/command/command.h"
#include "control/recording.h"
#include "control/restore.h"
#include "observe/record/chunk.h"
#include "observe/record/query.h"
#include "observe/time/journal.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EVENTS_MAX = 20000, PATCH = 4 };

static char path[64];

/* --- chunks and acts ----------------------------------------------------------------------- */

static void fuzz_chunk(const uint8_t *data, size_t size)
{
    struct chunk_memory *memory = chunk_memory_new();
    struct chunk_reader reader;
    struct chunk_event event;
    struct err err = {0};
    unsigned n = 0;

    chunk_read(&reader, memory, data, size, EVENTS_MAX, 1);
    while (chunk_next(&reader, &event, &err))
        n++;
    assert(n == EVENTS_MAX || err.text[0]);
    chunk_memory_free(memory);
}

static void check_same(const struct act *act, const struct act *again)
{
    assert(moment_compare(act->at, again->at) == 0);
    assert(act->kind == again->kind && act->board == again->board);
    assert(act->device == again->device && act->number == again->number);
    assert(act->value == again->value && act->size == again->size);
    assert(!act->bytes == !again->bytes && !act->reason == !again->reason);
    assert(!act->bytes || memcmp(act->bytes, again->bytes, act->size) == 0);
    assert(!act->reason || strcmp(act->reason, again->reason) == 0);
}

static void fuzz_act(const uint8_t *data, size_t size)
{
    struct act act = {0}, again = {0};
    struct buf saved = {0};
    struct err err = {0};

    if (act_load(&act, data, size, &err)) {
        act_save(&saved, &act);
        assert(act_load(&again, saved.data, saved.size, &err));
        check_same(&act, &again);
        assert(saved.size == size && memcmp(saved.data, data, size) == 0);
        act_release(&again);
        buf_free(&saved);
    } else {
        assert(err.text[0]);
    }
    act_release(&act);
}

/* --- databases ------------------------------------------------------------------------------ */

/* With what SQLite puts beside it. */
static void remove_file(void)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    char beside[sizeof(path) + 16];

    for (unsigned i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        snprintf(beside, sizeof(beside), "%s%s", path, endings[i]);
        unlink(beside);
    }
}

/* A small recording, made once: mutations of a real one get further than noise does. */
static const uint8_t *model(size_t *length)
{
    static const char scenario[] =
        "scenario { name = 'f', variants = { { name = 'v' } }, setup = function() "
        "return "
        "{ programs = { asm [[\n_start: li a0, 5\n1: addi a0, a0, -1\n bnez a0, 1b\n"
        " li t0, 0x10000000\n sb a0, 0(t0)\n li t0, 0x100000\n li t1, 0x5555\n"
        " sw t1, 0(t0)\n j .\n]] } } end }\n";
    static uint8_t *bytes;
    static size_t size;
    char source[80];
    struct session session;
    struct session_choice choice = {.file = source};
    struct err err = {0};
    struct reply reply = {0};
    FILE *file;

    *length = size;
    if (bytes)
        return bytes;
    snprintf(path, sizeof(path), "/tmp/fuzz-recording-%ld.db", (long)getpid());
    snprintf(source, sizeof(source), "%s.lua", path);
    file = fopen(source, "w");
    assert(file && fputs(scenario, file) >= 0 && fclose(file) == 0);
    assert(session_open(&session, &choice, &err));
    unlink(path);
    assert(recording_begin(&session, path, true, &err));
    assert(command_do(&session, "stepi 20; set a1 = 3; type \"x\"; stepi 5; mark m",
                      &reply, &err));
    reply_release(&reply);
    assert(recording_end(&session, NULL, &err));
    session_close(&session);
    assert(image_read_file(path, &bytes, &size, &err));
    unlink(source);
    remove_file();
    *length = size;
    return bytes;
}

/* Input: patches of a 3-byte place and a byte each. */
static void write_mutant(const uint8_t *data, size_t size)
{
    size_t length;
    const uint8_t *bytes = model(&length);
    uint8_t *mutant = malloc(length);
    FILE *file = fopen(path, "wb");

    assert(mutant && file);
    memcpy(mutant, bytes, length);
    for (; size >= PATCH; data += PATCH, size -= PATCH) {
        size_t at = (size_t)(data[0] | data[1] << 8 | data[2] << 16);

        mutant[at % length] = data[3];
    }
    if (size) /* cut short */
        length -= length * data[0] / 512;
    assert(fwrite(mutant, 1, length, file) == length && fclose(file) == 0);
    free(mutant);
}

static void ask(struct archive *archive, const char *query)
{
    const struct query_limits limits = {.rows = 200, .seconds = 5};
    struct reply reply = {0};
    struct err err = {0};

    query_run(archive, query, &limits, &reply, &err);
    reply_release(&reply);
}

/* A recording may say that its viewer stood at the end of time. */
static bool had_enough(void *ctx)
{
    static unsigned asked;

    (void)ctx;
    return ++asked % 64 == 0;
}

static void fuzz_file(const uint8_t *data, size_t size)
{
    static const char *const queries[] = {
        "SELECT * FROM narration",
        "SELECT * FROM insn",
        "SELECT * FROM event",
        "SELECT * FROM journal",
        "SELECT addr(address), name FROM symbol",
    };
    struct session_choice nothing = {.memory = 1 << 20, .interrupted = had_enough};
    struct restored restored;
    struct session session;
    struct err err = {0};
    struct archive *archive;
    struct reply reply = {0};

    write_mutant(data, size);
    archive = archive_open(path, false, &err);
    if (!archive) {
        remove_file();
        return;
    }
    for (unsigned i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
        ask(archive, queries[i]);
    archive_close(archive);
    if (session_open_recording(&session, path, &nothing, &restored, &err)) {
        command_do(&session, "stepi 10; reverse-stepi 3; sql SELECT * FROM narration",
                   &reply, &err);
        reply_release(&reply);
    }
    session_close(&session);
    remove_file();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    if (data[0] % 4 == 0)
        fuzz_chunk(data + 1, size - 1);
    else if (data[0] % 4 == 1)
        fuzz_act(data + 1, size - 1);
    else
        fuzz_file(data + 1, size - 1);
    return 0;
}
