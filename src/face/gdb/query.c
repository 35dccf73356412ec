/* q and Q packets: what the server can do, documents, and `monitor`. */
#include "control/command/command.h"
#include "control/command/render.h"
#include "face/gdb/gdb.h"

#include <string.h>

/* qSupported: what GDB may use; what it offers itself is not needed to know. */
void gdb_supported(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    buf_printf(&gdb->reply,
               "PacketSize=%x;QStartNoAckMode+;qXfer:features:read+;"
               "qXfer:threads:read+;vContSupported+;swbreak+;hwbreak+;ReverseStep+;"
               "ReverseContinue+",
               PACKET_MAX);
}

/* A part of a document: m with more to come, l with its last bytes. */
static void send_part(struct gdb *gdb, const struct buf *document, struct scan *range)
{
    uint64_t offset, length;

    if (!scan_range(range, &offset, &length) || !scan_end(range) ||
        offset > document->size) {
        gdb_error(gdb, GDB_E_FORM);
        return;
    }
    if (length > PACKET_MAX / 2 - 1) /* each byte may be escaped */
        length = PACKET_MAX / 2 - 1;
    if (length > document->size - offset)
        length = document->size - offset;
    buf_char(&gdb->reply, offset + length < document->size ? 'm' : 'l');
    buf_add(&gdb->reply, document->data + offset, length);
}

/* qXfer:OBJECT:read:ANNEX:OFFSET,LENGTH */
void gdb_transfer(struct gdb *gdb, struct scan *rest)
{
    struct buf document = {0};

    if (scan_word(rest, ":features:read:target.xml:"))
        target_description(gdb, &document);
    else if (scan_word(rest, ":threads:read::"))
        threads_description(gdb, &document);
    if (document.size)
        send_part(gdb, &document, rest);
    else if (scan_word(rest, ":features:read:"))
        buf_text(&gdb->reply, "E00"); /* there is no such annex */
    buf_free(&document);
}

/*
 * qRcmd,LINE: GDB's `monitor`. A command that fails says why, and the packet is answered
 * with OK all the same: GDB would call it a protocol error.
 */
void gdb_monitor(struct gdb *gdb, struct scan *rest)
{
    struct buf line = {0}, text = {0};
    struct reply reply = {0};
    struct err err = {{0}};

    if (!scan_char(rest, ',') || !scan_bytes(rest, &line) ||
        strlen(buf_str(&line)) != line.size) {
        buf_free(&line);
        gdb_error(gdb, GDB_E_FORM);
        return;
    }
    gdb_command_begins(gdb);
    gdb->session->board = gdb->board;
    gdb->session->hart = gdb->hart;
    command_do(gdb->session, buf_str(&line), &reply, &err);
    if (gdb->session->quit)
        reply_say(&reply, "The server ends when GDB leaves.");
    render(&text, RENDER_TEXT, 0, buf_str(&line), &reply, &err);
    gdb_note(gdb, buf_str(&text));
    gdb->silent = !gdb_command_ends(gdb);
    gdb->ended = gdb->deferred = false; /* it may have moved */
    reply_release(&reply);
    buf_free(&text);
    buf_free(&line);
    gdb_ok(gdb);
}

/* The machine was there before the client came: leaving it detaches. */
void gdb_attached(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    buf_char(&gdb->reply, '1');
}

/* From the next packet on nothing is acknowledged; this one still is. */
void gdb_no_acks(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    gdb->acks = false;
    gdb_ok(gdb);
}

/* qSymbol: no symbols are wanted. */
void gdb_symbols(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    gdb_ok(gdb);
}

/* Qqemu.PhyMemMode:1, as QEMU has it: addresses are physical from now on. */
void gdb_physical(struct gdb *gdb, struct scan *rest)
{
    bool on = scan_word(rest, ":1");

    if ((!on && !scan_word(rest, ":0")) || !scan_end(rest)) {
        gdb_error(gdb, GDB_E_FORM);
        return;
    }
    gdb->physical = on;
    gdb_ok(gdb);
}

void gdb_tell_physical(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    buf_char(&gdb->reply, gdb->physical ? '1' : '0');
}
