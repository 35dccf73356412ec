/*
 * Breakpoints and watchpoints of the client (Z and z packets). They are stops of a table
 * of their own, so that GDB's numbers and the session's never meet. GDB takes all of them
 * away whenever the machine stops, and puts them back before it goes on.
 */
#include "base/alloc.h"
#include "face/gdb/gdb.h"

#include <assert.h>

static const enum stop_kind kinds[POINT_TYPES] = {[POINT_SOFTWARE] = STOP_PC,
                                                  [POINT_HARDWARE] = STOP_PC,
                                                  [POINT_WRITE] = STOP_WRITE,
                                                  [POINT_READ] = STOP_READ,
                                                  [POINT_ACCESS] = STOP_ACCESS};

static const char *const names[POINT_TYPES] = {[POINT_SOFTWARE] = "break",
                                               [POINT_HARDWARE] = "hbreak",
                                               [POINT_WRITE] = "watch",
                                               [POINT_READ] = "rwatch",
                                               [POINT_ACCESS] = "awatch"};

static bool is_watch(const struct point *point)
{
    return kinds[point->type] != STOP_PC;
}

/* --- making ------------------------------------------------------------------------------ */

static void remove_stops(struct gdb *gdb, struct point *point)
{
    for (unsigned i = 0; i < point->pieces; i++)
        stops_remove(gdb->stops, point->piece[i].stop);
    point->pieces = 0;
}

static bool add_piece(struct gdb *gdb, struct point *point, struct point_piece piece,
                      struct err *err)
{
    struct buf text = {0};
    struct stop stop = {.kind = kinds[point->type],
                        .address = piece.pa,
                        .length = piece.length,
                        .hart = -1,
                        .board = gdb->board,
                        .enabled = true};

    if (point->pieces == GDB_POINT_PIECES)
        return err_set(err, "it is in too many places of memory");
    buf_printf(&text, "%s *0x%llx (gdb)", names[point->type],
               (unsigned long long)point->address);
    stop.text = text.data;
    piece.stop = stops_add(gdb->stops, &stop, err);
    if (!piece.stop) {
        buf_free(&text);
        return false;
    }
    point->piece[point->pieces++] = piece;
    return true;
}

/* One stop for each run of watched bytes that is physically in one piece. */
static bool watch_bytes(struct gdb *gdb, struct point *point, struct err *err)
{
    const struct ram *ram = &gdb_board(gdb)->bus.ram;
    struct point_piece piece = {.length = 0};

    for (uint64_t done = 0; done < point->length;) {
        uint64_t part = memory_in_page(point->address + done, point->length - done);
        uint64_t pa;

        if (!memory_translate(gdb, point->address + done, &pa) ||
            !ram_has(ram, pa, part))
            return err_set(err, "that is no RAM");
        if (piece.length && pa != piece.pa + piece.length) {
            if (!add_piece(gdb, point, piece, err))
                return false;
            piece.length = 0;
        }
        if (!piece.length)
            piece = (struct point_piece){.offset = done, .pa = pa};
        piece.length += part;
        done += part;
    }
    return add_piece(gdb, point, piece, err);
}

/* --- packets ------------------------------------------------------------------------------- */

/* TYPE,ADDRESS,LENGTH; conditions and commands of GDB's are GDB's. */
static bool read_point(struct scan *rest, struct point *point)
{
    uint64_t type;

    *point = (struct point){.pieces = 0};
    if (!scan_hex(rest, &type) || type >= POINT_TYPES || !scan_char(rest, ',') ||
        !scan_range(rest, &point->address, &point->length) || !scan_end(rest))
        return false;
    point->type = (enum point_type)type;
    return !is_watch(point) || (point->length > 0 &&
                                point->length <= (uint64_t)GDB_POINT_PIECES * RAM_PAGE);
}

static struct point *find_point(struct gdb *gdb, const struct point *wanted)
{
    for (unsigned i = 0; i < gdb->points; i++) {
        struct point *point = &gdb->point[i];

        if (point->type == wanted->type && point->address == wanted->address &&
            point->length == wanted->length)
            return point;
    }
    return NULL;
}

/* Z: to ask for the same again does nothing. */
void gdb_insert_point(struct gdb *gdb, struct scan *rest)
{
    struct err err = {{0}};
    struct point point, *there;
    bool done;

    if (!read_point(rest, &point)) {
        gdb_error(gdb, GDB_E_FORM);
        return;
    }
    there = find_point(gdb, &point);
    if (there) {
        there->lapsed = false;
        gdb_ok(gdb);
        return;
    }
    if (gdb->points == GDB_POINTS)
        done = err_set(&err, "there are %d already", GDB_POINTS);
    else if (is_watch(&point))
        done = watch_bytes(gdb, &point, &err);
    else
        done = add_piece(gdb, &point, (struct point_piece){.pa = point.address}, &err);
    if (done) {
        gdb->point[gdb->points++] = point;
        gdb_ok(gdb);
    } else {
        remove_stops(gdb, &point);
        gdb_refuse(gdb, &err);
    }
}

static void drop(struct gdb *gdb, struct point *point)
{
    remove_stops(gdb, point);
    *point = gdb->point[--gdb->points];
}

/* z: a breakpoint may be taken away only to step one hart over it. */
void gdb_remove_point(struct gdb *gdb, struct scan *rest)
{
    struct point point, *there;

    if (!read_point(rest, &point)) {
        gdb_error(gdb, GDB_E_FORM);
        return;
    }
    there = find_point(gdb, &point);
    if (there && is_watch(there))
        drop(gdb, there);
    else if (there)
        there->lapsed = true;
    gdb_ok(gdb);
}

void points_drop_lapsed(struct gdb *gdb)
{
    for (unsigned i = gdb->points; i-- > 0;)
        if (gdb->point[i].lapsed)
            drop(gdb, &gdb->point[i]);
}

void points_clear(struct gdb *gdb)
{
    while (gdb->points)
        drop(gdb, &gdb->point[gdb->points - 1]);
}

/* --- hits ------------------------------------------------------------------------------------ */

const struct point *points_of_stop(const struct gdb *gdb, unsigned number, uint64_t pa,
                                   uint64_t *offset)
{
    for (unsigned i = 0; i < gdb->points; i++)
        for (unsigned j = 0; j < gdb->point[i].pieces; j++) {
            const struct point_piece *piece = &gdb->point[i].piece[j];

            if (piece->stop != number)
                continue;
            *offset = piece->offset + (pa > piece->pa ? pa - piece->pa : 0);
            return &gdb->point[i];
        }
    return NULL;
}

bool points_has(const struct gdb *gdb, const struct hit *hit)
{
    for (unsigned i = 0; i < gdb->points; i++) {
        const struct point *point = &gdb->point[i];

        if (point->type == hit->type && hit->address >= point->address &&
            hit->address - point->address <= (is_watch(point) ? point->length - 1 : 0))
            return true;
    }
    return false;
}

bool points_watch(const struct gdb *gdb)
{
    for (unsigned i = 0; i < gdb->points; i++)
        if (is_watch(&gdb->point[i]))
            return true;
    return false;
}

/* Bytes of RAM that an event reads or writes. */
struct touch {
    uint64_t pa, size;
    bool reads, writes;
};

static struct touch touch_of(const struct event *event)
{
    struct touch touch = {.size = 0};
    uint8_t access = ACCESS_NONE;

    if (event->kind == EVENT_INSN) {
        access = event->insn.access;
        touch.pa = event->insn.pa;
        touch.size = event->insn.size;
    } else if (event->kind == EVENT_BUS_TRANSFER) {
        access = event->bus_transfer.access;
        touch.pa = event->bus_transfer.pa;
        touch.size = event->bus_transfer.size;
    } else if (event->kind == EVENT_WALK_STEP) {
        access = event->walk_step.outcome == WALK_UPDATED ? ACCESS_STORE : ACCESS_LOAD;
        touch.pa = event->walk_step.entry_at;
        touch.size = 8;
    } else if (event->kind == EVENT_OUTSIDE && event->outside.act == ACT_MEMORY) {
        access = ACCESS_STORE;
        touch.pa = event->outside.number;
        touch.size = event->outside.size;
    }
    touch.reads = access == ACCESS_LOAD || access == ACCESS_AMO;
    touch.writes = access == ACCESS_STORE || access == ACCESS_AMO;
    return touch;
}

static bool meets(const struct point *point, const struct point_piece *piece,
                  const struct touch *touch)
{
    bool wanted = (point->type != POINT_READ && touch->writes) ||
                  (point->type != POINT_WRITE && touch->reads);

    return wanted && touch->pa < piece->pa + piece->length &&
           piece->pa < touch->pa + touch->size;
}

const struct point *points_touched(const struct gdb *gdb, const struct event *event,
                                   uint64_t *offset)
{
    struct touch touch = touch_of(event);

    if (event->board != gdb->board || touch.size == 0)
        return NULL;
    for (unsigned i = 0; i < gdb->points; i++)
        for (unsigned j = 0; is_watch(&gdb->point[i]) && j < gdb->point[i].pieces;
             j++) {
            const struct point_piece *piece = &gdb->point[i].piece[j];

            if (!meets(&gdb->point[i], piece, &touch))
                continue;
            *offset = piece->offset + (touch.pa > piece->pa ? touch.pa - piece->pa : 0);
            return &gdb->point[i];
        }
    return NULL;
}
