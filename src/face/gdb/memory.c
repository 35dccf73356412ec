/*
 * Memory as the selected hart sees it: GDB's addresses are virtual, and translated by a
 * peek. What is read has no effect, devices' registers included; only RAM is written.
 */
#include "face/gdb/gdb.h"

#include <string.h>

enum { READ_MAX = (PACKET_MAX - 16) / 2 };

uint64_t memory_in_page(uint64_t va, uint64_t length)
{
    uint64_t left = RAM_PAGE - va % RAM_PAGE;

    return length < left ? length : left;
}

/*
 * A debugger may look at everything that is mapped: as the hart's loads are translated,
 * else as its fetches, else as the other privilege mode sees the page.
 */
bool memory_translate(const struct gdb *gdb, uint64_t va, uint64_t *pa)
{
    const struct hart *hart = gdb_hart(gdb);
    const struct walk_request way[] = {
        {.va = va, .access = ACCESS_LOAD, .mode = hart_data_mode(hart)},
        {.va = va, .access = ACCESS_FETCH, .mode = hart_privilege(hart)},
        {.va = va, .access = ACCESS_LOAD, .mode = MODE_S},
        {.va = va, .access = ACCESS_LOAD, .mode = MODE_U},
        {.va = va, .access = ACCESS_FETCH, .mode = MODE_S},
        {.va = va, .access = ACCESS_FETCH, .mode = MODE_U},
    };

    *pa = va;
    if (gdb->physical)
        return true;
    for (unsigned i = 0; i < COUNT(way); i++)
        if (hart_peek_translate(hart, way[i], pa) == CAUSE_NONE)
            return true;
    return false;
}

/* A register of a device is read by an access of the size that GDB asks for, if that is
 * one. */
static bool peek_register(const struct mmio *mmio, uint64_t pa, uint8_t *bytes,
                          uint64_t length)
{
    uint64_t value = 0;

    if (!mmio || (length & (length - 1)) || length < mmio->min_size ||
        length > mmio->max_size || pa % length ||
        mmio->peek(mmio->ctx, (uint32_t)(pa - mmio->base), (unsigned)length, &value) !=
            BUS_OKAY)
        return false;
    memcpy(bytes, &value, length);
    return true;
}

static uint64_t peek(const struct bus *bus, uint64_t pa, uint8_t *bytes,
                     uint64_t length)
{
    if (peek_register(bus_find(bus, pa), pa, bytes, length))
        return length;
    return bus_peek(bus, pa, bytes, length);
}

/* As many of `length` bytes at `va` as can be read. */
static uint64_t read_bytes(const struct gdb *gdb, uint64_t va, uint8_t *bytes,
                           uint64_t length)
{
    const struct bus *bus = &gdb_board(gdb)->bus;
    uint64_t done = 0, pa;

    while (done < length && memory_translate(gdb, va + done, &pa)) {
        uint64_t part = memory_in_page(va + done, length - done);
        uint64_t got = peek(bus, pa, bytes + done, part);

        done += got;
        if (got < part)
            break;
    }
    return done;
}

/* m ADDRESS,LENGTH: fewer bytes are an answer, none is an error. */
void gdb_read_memory(struct gdb *gdb, struct scan *rest)
{
    uint8_t bytes[READ_MAX];
    uint64_t va, length;

    if (!scan_range(rest, &va, &length) || !scan_end(rest)) {
        gdb_error(gdb, GDB_E_FORM);
        return;
    }
    if (length == 0)
        return;
    length = read_bytes(gdb, va, bytes, length < READ_MAX ? length : READ_MAX);
    if (length)
        hex_bytes(&gdb->reply, bytes, length);
    else
        gdb_error(gdb, GDB_E_MEMORY);
}

/* Is all of it RAM? Nothing is written if some of it is not. */
static bool is_ram(const struct gdb *gdb, uint64_t va, uint64_t length)
{
    const struct ram *ram = &gdb_board(gdb)->bus.ram;
    uint64_t pa;

    for (uint64_t done = 0; done < length;) {
        uint64_t part = memory_in_page(va + done, length - done);

        if (!memory_translate(gdb, va + done, &pa) || !ram_has(ram, pa, part))
            return false;
        done += part;
    }
    return true;
}

static bool write_bytes(struct gdb *gdb, uint64_t va, char *bytes, uint64_t length)
{
    struct err err = {{0}};
    uint64_t pa;

    for (uint64_t done = 0; done < length;) {
        uint64_t part = memory_in_page(va + done, length - done);
        struct act act = {.kind = ACT_MEMORY,
                          .board = (uint8_t)gdb->board,
                          .size = (uint32_t)part,
                          .bytes = (uint8_t *)bytes + done};

        if (!memory_translate(gdb, va + done, &pa))
            return false;
        act.number = pa;
        if (!gdb_act(gdb, &act, &err))
            return false;
        done += part;
    }
    return true;
}

static void write_memory(struct gdb *gdb, uint64_t va, uint64_t length,
                         struct buf *bytes)
{
    if (bytes->size != length)
        gdb_error(gdb, GDB_E_FORM);
    else if (is_ram(gdb, va, length) && write_bytes(gdb, va, bytes->data, length))
        gdb_ok(gdb);
    else
        gdb_error(gdb, GDB_E_MEMORY);
}

/* M ADDRESS,LENGTH:DIGITS */
void gdb_write_memory(struct gdb *gdb, struct scan *rest)
{
    struct buf bytes = {0};
    uint64_t va, length;

    if (scan_range(rest, &va, &length) && scan_char(rest, ':') &&
        scan_bytes(rest, &bytes))
        write_memory(gdb, va, length, &bytes);
    else
        gdb_error(gdb, GDB_E_FORM);
    buf_free(&bytes);
}

/* X ADDRESS,LENGTH:BYTES */
void gdb_write_binary(struct gdb *gdb, struct scan *rest)
{
    struct buf bytes = {0};
    uint64_t va, length;

    if (scan_range(rest, &va, &length) && scan_char(rest, ':')) {
        buf_add(&bytes, rest->at, rest->left);
        write_memory(gdb, va, length, &bytes);
    } else {
        gdb_error(gdb, GDB_E_FORM);
    }
    buf_free(&bytes);
}
