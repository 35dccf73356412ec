/* Harts as threads: thread n is hart n - 1, since 0 means "any" in the protocol. */
#include "face/gdb/gdb.h"

bool threads_scan(const struct gdb *gdb, struct scan *scan, int *thread)
{
    uint64_t number;

    if (scan_word(scan, "-1")) {
        *thread = -1;
        return true;
    }
    if (!scan_hex(scan, &number) || number > gdb_board(gdb)->harts)
        return false;
    *thread = (int)number;
    return true;
}

/* H g THREAD, H c THREAD */
void gdb_set_thread(struct gdb *gdb, struct scan *rest)
{
    bool general = scan_char(rest, 'g');
    int thread;

    if (!general && !scan_char(rest, 'c')) {
        gdb_error(gdb, GDB_E_FORM);
        return;
    }
    if (!threads_scan(gdb, rest, &thread) || !scan_end(rest)) {
        gdb_error(gdb, GDB_E_THREAD);
        return;
    }
    if (!general)
        gdb->stepped = thread > 0 ? thread - 1 : -1;
    else if (thread > 0)
        gdb->hart = (unsigned)thread - 1;
    gdb_ok(gdb);
}

/* How many threads there are to see. */
static unsigned threads(const struct gdb *gdb)
{
    return gdb->absent ? 0 : gdb_board(gdb)->harts;
}

/* T THREAD: GDB asks when its user chooses a thread. */
void gdb_is_alive(struct gdb *gdb, struct scan *rest)
{
    int thread;

    if (!threads_scan(gdb, rest, &thread) || thread <= 0 || !scan_end(rest) ||
        threads(gdb) == 0) {
        gdb_error(gdb, GDB_E_THREAD);
        return;
    }
    gdb->chosen = (unsigned)thread - 1;
    gdb_ok(gdb);
}

void gdb_current_thread(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    buf_printf(&gdb->reply, "QC%x", gdb->hart + 1);
}

void gdb_first_threads(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    for (unsigned i = 0; i < threads(gdb); i++)
        buf_printf(&gdb->reply, "%c%x", i ? ',' : 'm', i + 1);
    if (!threads(gdb))
        buf_char(&gdb->reply, 'l');
}

void gdb_more_threads(struct gdb *gdb, struct scan *rest)
{
    (void)rest;
    buf_char(&gdb->reply, 'l');
}

static void describe(const struct hart *hart, struct buf *out)
{
    buf_printf(out, "%s%s", mode_name(hart_privilege(hart)),
               hart->asleep ? ", waits for an interrupt" : "");
}

/* qThreadExtraInfo,THREAD */
void gdb_thread_info(struct gdb *gdb, struct scan *rest)
{
    struct buf text = {0};
    int thread;

    if (!scan_char(rest, ',') || !threads_scan(gdb, rest, &thread) || thread <= 0) {
        gdb_error(gdb, GDB_E_THREAD);
        return;
    }
    buf_printf(&text, "hart %d, ", thread - 1);
    describe(&gdb_board(gdb)->hart[thread - 1], &text);
    hex_bytes(&gdb->reply, text.data, text.size);
    buf_free(&text);
}

void threads_description(const struct gdb *gdb, struct buf *out)
{
    const struct board *board = gdb_board(gdb);

    buf_text(out, "<?xml version=\"1.0\"?>\n<threads>\n");
    for (unsigned i = 0; i < threads(gdb); i++) {
        buf_printf(out, "<thread id=\"%x\" core=\"%u\" name=\"hart %u\">", i + 1, i, i);
        describe(&board->hart[i], out);
        buf_text(out, "</thread>\n");
    }
    buf_text(out, "</threads>\n");
}
