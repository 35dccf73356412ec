#include "observe/ask/peek.h"

#include "observe/narrate.h"

#include <inttypes.h>

bool peek_address(const struct hart *hart, uint64_t va, enum event_access access,
                  uint64_t *pa, struct err *err)
{
    struct walk_request request = {
        .va = va,
        .access = (uint8_t)access,
        .mode = access == ACCESS_FETCH ? hart_privilege(hart) : hart_data_mode(hart)};
    uint64_t cause = hart_peek_translate(hart, request, pa);
    struct buf text = {0};

    if (cause == CAUSE_NONE)
        return true;
    put_cause(&text, cause);
    err_set(err, "0x%" PRIx64 " cannot be translated: %s", va, buf_str(&text));
    buf_free(&text);
    return false;
}

uint64_t peek_physical(const struct bus *bus, uint64_t pa, void *bytes, uint64_t length,
                       struct err *err)
{
    uint64_t got = bus_peek(bus, pa, bytes, length);

    if (got < length)
        err_set(err, "nothing can be read at physical address 0x%" PRIx64, pa + got);
    return got;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t peek_as(const struct hart *hart, uint64_t va, enum event_access access,
                        void *bytes, uint64_t length, struct err *err)
{
    uint64_t done = 0;

    while (done < length) {
        uint64_t in_page = RAM_PAGE - ((va + done) & (RAM_PAGE - 1));
        uint64_t part = least(length - done, in_page), got, pa;

        if (!peek_address(hart, va + done, access, &pa, err))
            break;
        got = peek_physical(hart->bus, pa, (char *)bytes + done, part, err);
        done += got;
        if (got < part)
            break;
    }
    return done;
}

uint64_t peek_virtual(const struct hart *hart, uint64_t va, void *bytes,
                      uint64_t length, struct err *err)
{
    return peek_as(hart, va, ACCESS_LOAD, bytes, length, err);
}

bool peek_instruction(const struct hart *hart, uint64_t va, uint32_t *bits,
                      struct err *err)
{
    *bits = 0;
    if (peek_as(hart, va, ACCESS_FETCH, bits, 2, err) < 2)
        return false;
    return insn_length(*bits) == 2 ||
           peek_as(hart, va + 2, ACCESS_FETCH, (char *)bits + 2, 2, err) == 2;
}
