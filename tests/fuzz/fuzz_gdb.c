/*
 * Any client of GDB's server. An input that begins with `#` is what the client says, byte
 * for byte; of others each line is a payload that is put into a packet. A first line `+` has
 * each packet acknowledged, as clients do at first; `!` has the session narrate. Whatever is
 * said, what is answered are whole packets, and the machine can go back to its beginning,
 * where it is what it was if nothing has been written there.
 */
#include "control/command/command.h"
#include "face/gdb/hex.h"
#include "face/gdb/packet.h"
#include "tests/lib/gdb_client.h"

#include <stdlib.h>
#include <string.h>

enum { CYCLES = 5000, SAID_MAX = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Commands that only look: others may write files. */
static bool is_harmless(const struct packet_reader *reader)
{
    static const char *const words[] = {"info ", "print ", "x ", "echo ", NULL};
    struct scan scan = {reader->payload, reader->size};
    struct buf line = {0};
    bool harmless = false;

    if (!scan_word(&scan, "qRcmd,"))
        return true;
    scan_bytes(&scan, &line);
    for (unsigned i = 0; words[i]; i++)
        harmless |= strncmp(buf_str(&line), words[i], strlen(words[i])) == 0;
    harmless &= !strchr(buf_str(&line), ';');
    buf_free(&line);
    return harmless;
}

static bool all_harmless(const struct buf *said)
{
    struct packet_reader *reader = calloc(1, sizeof(*reader));
    bool harmless = true;

    for (size_t i = 0; i < said->size; i++)
        if (packet_byte(reader, (uint8_t)said->data[i]) == PACKET_WHOLE)
            harmless &= is_harmless(reader);
    free(reader);
    return harmless;
}

static void frame_lines(struct buf *said, const uint8_t *bytes, size_t size, bool acks)
{
    if (!acks)
        packet_add(said, "QStartNoAckMode", strlen("QStartNoAckMode"));
    while (size > 0) {
        const uint8_t *end = memchr(bytes, '\n', size);
        size_t length = end ? (size_t)(end - bytes) : size;

        packet_add(said, bytes, length);
        if (acks)
            buf_char(said, '+');
        length += end != NULL;
        bytes += length;
        size -= length;
    }
}

static void check_answers(const struct buf *answers)
{
    struct packet_reader *reader = calloc(1, sizeof(*reader));

    for (size_t i = 0; i < answers->size; i++)
        must(packet_byte(reader, (uint8_t)answers->data[i]) != PACKET_BROKEN);
    must(reader->state == PACKET_BETWEEN);
    free(reader);
}

static void serve(const struct buf *said, bool narrate)
{
    struct session session;
    struct buf answers;
    uint64_t digest;

    gdb_client_open(&session, "ends");
    session.subject.cycles = CYCLES;
    session.narrate = narrate;
    digest = run_digest(session.run);
    answers = gdb_client_raw(&session, said->data, said->size);
    check_answers(&answers);
    must(timeline_seek(session.time, (struct moment){0}) == ARRIVED);
    if (timeline_branches(session.time) == 1 &&
        timeline_branch_info(session.time, 0)->journal->count == 0)
        must(run_digest(session.run) == digest);
    buf_free(&answers);
    session_close(&session);
}

/* Takes such a first line away, if there is one. */
static bool has_line(const uint8_t **bytes, size_t *size, char what)
{
    if (*size < 2 || (*bytes)[0] != what || (*bytes)[1] != '\n')
        return false;
    *bytes += 2;
    *size -= 2;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    bool narrate = has_line(&bytes, &size, '!'), acks = has_line(&bytes, &size, '+');
    struct buf said = {0};

    if (size == 0 || size > SAID_MAX)
        return 0;
    if (bytes[0] == '#')
        buf_add(&said, bytes + 1, size - 1);
    else
        frame_lines(&said, bytes, size, acks);
    if (said.size && all_harmless(&said))
        serve(&said, narrate);
    buf_free(&said);
    return 0;
}
