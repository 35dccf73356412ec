/*
 * The loop: takes a packet, finds its row, sends what the handler answers. Rows are found
 * by the packet's name: a letter; or, of those that begin with q, Q and v, the word up to
 * the first of ":;,". A packet without a row has an empty answer, which says so.
 */
#include "face/gdb/server.h"

#include "base/alloc.h"
#include "base/bits.h"
#include "face/gdb/gdb.h"
#include "observe/record/clock.h"

#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 1000 };

/* --- replies ---------------------------------------------------------------------------------- */

void gdb_ok(struct gdb *gdb)
{
    buf_clear(&gdb->reply);
    buf_text(&gdb->reply, "OK");
}

void gdb_error(struct gdb *gdb, enum gdb_error error)
{
    buf_clear(&gdb->reply);
    buf_printf(&gdb->reply, "E%02x", (unsigned)error);
}

void gdb_refuse(struct gdb *gdb, const struct err *err)
{
    buf_clear(&gdb->reply);
    buf_printf(&gdb->reply, "E.%s", err->text);
}

void gdb_send(struct gdb *gdb, const char *payload, size_t size)
{
    buf_clear(&gdb->sent);
    packet_add(&gdb->sent, payload, size);
    if (!wire_send(&gdb->wire, gdb->sent.data, gdb->sent.size))
        gdb->gone = true;
}

/* In packets that are not too long. */
static void tell(struct gdb *gdb, const struct buf *text)
{
    enum { PART = (PACKET_MAX - 1) / 2 };

    for (size_t at = 0; at < text->size; at += PART) {
        size_t part = text->size - at < PART ? text->size - at : PART;
        struct buf packet = {0};

        buf_char(&packet, 'O');
        hex_bytes(&packet, text->data + at, part);
        gdb_send(gdb, packet.data, packet.size);
        buf_free(&packet);
    }
}

static void flush_notes(struct gdb *gdb)
{
    tell(gdb, &gdb->notes);
    buf_clear(&gdb->notes);
}

void gdb_note(struct gdb *gdb, const char *text)
{
    enum { NOTES_MAX = 4096 };

    if (gdb->listens || gdb->notes.size < NOTES_MAX)
        buf_text(&gdb->notes, text);
    if (gdb->listens)
        flush_notes(gdb);
}

void gdb_listens(struct gdb *gdb, bool listens)
{
    gdb->listens = listens;
    if (listens)
        flush_notes(gdb);
}

/* --- commands ----------------------------------------------------------------------------------- */

void gdb_command_begins(struct gdb *gdb)
{
    gdb->commanded = clock_ms();
    gdb->session->interrupted = gdb->abandoned = false;
    gdb_listens(gdb, true);
}

bool gdb_command_ends(struct gdb *gdb)
{
    bool waits = !gdb->abandoned;

    gdb->commanded = 0;
    gdb->listens = gdb->abandoned = false;
    return waits;
}

/* --- acts --------------------------------------------------------------------------------------- */

bool gdb_act(struct gdb *gdb, const struct act *act, struct err *err)
{
    const char *kept = NULL;
    struct act reasoned = *act;
    char reason[] = "gdb";

    reasoned.reason = reason;
    if (!timeline_act(gdb->session->time, &reasoned, &kept, err))
        return false;
    gdb->ended = gdb->deferred = false;
    if (kept) {
        gdb_note(gdb, "That changed the past: the future that was is kept as branch ");
        gdb_note(gdb, kept);
        gdb_note(gdb, ".\n");
    }
    return true;
}

/* --- packets ------------------------------------------------------------------------------------ */

/* `!`: the client keeps the connection when it detaches or kills. */
static void extend(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    gdb->extended = true;
    gdb_ok(gdb);
}

/* vKill: the machine is not ended by who looked at it. */
static void kill_process(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    points_clear(gdb);
    gdb->absent = true;
    gdb_ok(gdb);
}

/* D */
static void detach(struct gdb *gdb, struct scan *rest)
{
    kill_process(gdb, rest);
    gdb->gone = !gdb->extended || gdb->session->quit;
}

/* k has no reply. */
static void kill_silently(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    gdb->gone = gdb->silent = true;
}

static void unknown(struct gdb *gdb, struct scan *rest)
{
    (void)gdb;
    (void)rest;
}

static const struct packet_row {
    const char *name;
    gdb_handler *answer;
} rows[] = {
    {"!", extend},
    {"?", gdb_why_stopped},
    {"c", gdb_continue},
    {"C", gdb_continue_signal},
    {"s", gdb_step},
    {"S", gdb_step_signal},
    {"bc", gdb_reverse_continue},
    {"bs", gdb_reverse_step},
    {"D", detach},
    {"g", gdb_read_registers},
    {"G", gdb_write_registers},
    {"H", gdb_set_thread},
    {"k", kill_silently},
    {"m", gdb_read_memory},
    {"M", gdb_write_memory},
    {"X", gdb_write_binary},
    {"p", gdb_read_register},
    {"P", gdb_write_register},
    {"R", gdb_restart},
    {"T", gdb_is_alive},
    {"Z", gdb_insert_point},
    {"z", gdb_remove_point},
    {"vAttach", gdb_attach},
    {"vCont", gdb_vcont},
    {"vCont?", gdb_vcont_actions},
    {"vKill", kill_process},
    {"vRun", gdb_run},
    {"qAttached", gdb_attached},
    {"qC", gdb_current_thread},
    {"qRcmd", gdb_monitor},
    {"qSupported", gdb_supported},
    {"qSymbol", gdb_symbols},
    {"qThreadExtraInfo", gdb_thread_info},
    {"qXfer", gdb_transfer},
    {"qfThreadInfo", gdb_first_threads},
    {"qsThreadInfo", gdb_more_threads},
    {"qqemu.PhyMemMode", gdb_tell_physical},
    {"Qqemu.PhyMemMode", gdb_physical},
    {"QStartNoAckMode", gdb_no_acks},
};

static bool ends_name(char c)
{
    return c == ':' || c == ';' || c == ',';
}

/* How long the name is that a packet begins with. */
static size_t name_length(const char *payload, size_t size)
{
    size_t length = 0;

    if (size == 0)
        return 0;
    if (payload[0] == 'b')
        return size < 2 ? size : 2;
    if (!strchr("qQv", payload[0]))
        return 1;
    while (length < size && !ends_name(payload[length]))
        length++;
    return length;
}

static void answer(struct gdb *gdb)
{
    const char *payload = gdb->reader.payload;
    size_t size = gdb->reader.size, length = name_length(payload, size);
    struct scan rest = {payload + length, size - length};
    gdb_handler *handler = unknown;

    for (unsigned i = 0; i < COUNT(rows); i++)
        if (strlen(rows[i].name) == length &&
            memcmp(rows[i].name, payload, length) == 0)
            handler = rows[i].answer;
    buf_clear(&gdb->reply);
    gdb->silent = false;
    handler(gdb, &rest);
    if (!gdb->silent)
        gdb_send(gdb, buf_str(&gdb->reply), gdb->reply.size);
}

/* --- the loop ----------------------------------------------------------------------------------- */

/* The one who asks whether to stop: the client, and who started the server. */
struct watcher {
    struct gdb *gdb;
    bool (*stopped)(void *ctx);
    void *ctx;
};

static bool stopped(void *ctx)
{
    struct watcher *watcher = ctx;

    return watcher->stopped && watcher->stopped(watcher->ctx);
}

/* A client that says something else while its command has gone on for so long waits no
 * more. */
static bool abandons(struct gdb *gdb)
{
    if (!gdb->commanded || !wire_has_packet(&gdb->wire) ||
        clock_ms() - gdb->commanded < PATIENCE_MS)
        return gdb->abandoned;
    gdb->abandoned = true;
    gdb->listens = false;
    return true;
}

static bool interrupted(void *ctx)
{
    struct watcher *watcher = ctx;

    return wire_interrupted(&watcher->gdb->wire) || abandons(watcher->gdb) ||
           stopped(ctx);
}

static void acknowledge(struct gdb *gdb, const char *sign)
{
    if (gdb->acks && !wire_send(&gdb->wire, sign, 1))
        gdb->gone = true;
}

static void take_item(struct gdb *gdb, enum packet_item item)
{
    switch (item) {
    case PACKET_WHOLE:
        acknowledge(gdb, "+");
        answer(gdb);
        return;
    case PACKET_BROKEN:
        acknowledge(gdb, "-");
        return;
    case PACKET_NAK:
        if (gdb->acks && gdb->sent.size &&
            !wire_send(&gdb->wire, gdb->sent.data, gdb->sent.size))
            gdb->gone = true;
        return;
    case PACKET_NONE:
    case PACKET_ACK:
    case PACKET_INTERRUPT: /* it has stopped already */
        return;
    }
}

static struct gdb *begin(struct session *session, int fd)
{
    struct gdb *gdb = alloc_zero(1, sizeof(*gdb));
    struct expr_scope scope = session_scope(session);

    gdb->session = session;
    gdb->acks = true;
    gdb->stepped = -1;
    gdb->board = session->board;
    gdb->hart = gdb->chosen = session->hart;
    gdb->stops = stops_new(session->time, &scope);
    wire_open(&gdb->wire, fd);
    return gdb;
}

static void end(struct gdb *gdb)
{
    points_clear(gdb);
    stops_free(gdb->stops);
    buf_free(&gdb->reply);
    buf_free(&gdb->sent);
    buf_free(&gdb->notes);
    buf_free(&gdb->last);
    free(gdb);
}

/* Narration, and complaints at any time. */
static void say(void *ctx, const char *line)
{
    struct buf text = {0};

    buf_printf(&text, "%s\n", line);
    gdb_note(ctx, text.data);
    buf_free(&text);
}

/* What the client has not heard is for whoever serves it. */
static void hand_over_notes(struct gdb *gdb)
{
    struct session *session = gdb->session;

    if (!gdb->notes.size || !session->say)
        return;
    for (char *line = strtok(gdb->notes.data, "\n"); line; line = strtok(NULL, "\n"))
        session->say(session->say_ctx, line);
}

/* That it is being served already. */
static const char serving_key[] = "gdbserver";

bool gdb_is_served(const struct session *session)
{
    return session_extra(session, serving_key) != NULL;
}

bool gdb_serve(struct session *session, int fd, bool (*stop)(void *ctx), void *ctx)
{
    struct gdb *gdb = begin(session, fd);
    struct watcher watcher = {gdb, stop, ctx};
    void (*old_say)(void *, const char *) = session->say;
    void *old_ctx = session->say_ctx;
    struct interrupt old_interrupt = timeline_interrupt(session->time);
    bool goes_on;
    uint8_t byte;

    session_set_extra(session, serving_key, gdb, NULL);
    session->say = say;
    session->say_ctx = gdb;
    timeline_set_interrupt(session->time, (struct interrupt){interrupted, &watcher});
    /* Who says `monitor quit` is served until it leaves: GDB 13 crashes when it steps and
     * nobody is there any more. */
    while (!gdb->gone && wire_byte(&gdb->wire, stopped, &watcher, &byte))
        take_item(gdb, packet_byte(&gdb->reader, byte));
    timeline_set_interrupt(session->time, old_interrupt);
    session->say = old_say;
    session->say_ctx = old_ctx;
    hand_over_notes(gdb);
    session_set_extra(session, serving_key, NULL, NULL);
    /* What the client has cut short is not the line that serves it. */
    session->interrupted = false;
    timeline_start_anew(session->time);
    goes_on = !session->quit && !stopped(&watcher);
    end(gdb);
    return goes_on;
}
