#include "face/tui/view/pin.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/peek.h"
#include "face/tui/watch/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * Bytes by who wrote them last. Memory stands in pages from the beginning of its named
 * part, so that a byte is always in the same row; a pane that is of an address begins
 * there.
 */
enum {
    NARROW = 8, /* bytes of a row */
    WIDE = 16,
    ADDRESS = 2, /* columns before a row's address */
    OWNERS = 11, /* ... before the letters */
    HEX = 14,    /* ... before the bytes */
    TEXT_FROM = HEX + 4 * NARROW,
    WIDE_FROM = HEX + 4 * WIDE + 2,
    NAMES_FROM = WIDE_FROM + 18, /* ... for the names of parts beside them */
    ROWS_MOST = 0x100000,        /* that are scrolled through */
    LEGEND_FROM = 8              /* rows */
};

/* What is shown, and where. */
struct memory {
    const struct watch *watch;
    struct area area; /* of the rows */
    unsigned bytes;   /* of a row */
    bool is_virtual;
    uint64_t top;             /* address of the first row */
    uint64_t next, next_size; /* what the next instruction will write, physical */
};

/* --- what comes next ---------------------------------------------------------------------- */

static unsigned store_size(const struct insn *insn)
{
    switch (insn->op) {
    case OP_SB:
        return 1;
    case OP_SH:
        return 2;
    case OP_SW:
        return 4;
    case OP_SD:
        return 8;
    default:
        return 0;
    }
}

/* If the next instruction of the hart is a store: where to. A trap can come before it. */
static void find_next(struct memory *memory)
{
    const struct watch *watch = memory->watch;
    const struct hart *hart = &watch->board->hart[watch->hart];
    struct walk_request request = {.access = ACCESS_STORE,
                                   .mode = hart_data_mode(hart)};
    struct insn insn;
    uint32_t bits;
    uint64_t pa;

    if (!text_fetch(watch, watch->hart, watch_pc(watch, watch->hart), &bits))
        return;
    insn = insn_decode(bits);
    request.va = watch_x(watch, watch->hart, insn.rs1) + (uint64_t)(int64_t)insn.imm;
    if (!store_size(&insn) || hart_peek_translate(hart, request, &pa) != CAUSE_NONE)
        return;
    memory->next = pa;
    memory->next_size = store_size(&insn);
}

/* --- rows --------------------------------------------------------------------------------- */

/* The physical address of a shown one; false: there is none. */
static bool physical(const struct memory *memory, uint64_t at, uint64_t *pa)
{
    const struct hart *hart = &memory->watch->board->hart[memory->watch->hart];
    struct walk_request request = {
        .va = at, .access = ACCESS_LOAD, .mode = hart_data_mode(hart)};

    *pa = at;
    return !memory->is_virtual || hart_peek_translate(hart, request, pa) == CAUSE_NONE;
}

static void draw_byte(const struct memory *memory, struct canvas *canvas, int row,
                      unsigned number, uint64_t pa, uint8_t byte)
{
    const struct watch *watch = memory->watch;
    int col = memory->area.col + HEX + 3 * (int)number + (number >= NARROW);
    int text = memory->area.col + HEX + 3 * (int)memory->bytes + (int)number +
               (memory->bytes > NARROW);
    uint8_t who = watch_writer(watch, pa);
    enum role role =
        watch_wrote(watch, pa) ? ROLE_CHANGED : role_of_owner(owner_letter(who));
    bool untouched = who == INITIATOR_NONE && byte == 0;

    if (untouched && pa - memory->next < memory->next_size)
        canvas_text(canvas, row, col, 2, ROLE_QUIET, "┄┄");
    else if (untouched)
        canvas_text(canvas, row, col, 2, ROLE_RULE, "··");
    else
        canvas_printf(canvas, row, col, 2, role, "%02x", byte);
    canvas_thing(canvas, row, col, 2, THING_MEMORY, "0x%" PRIx64, pa);
    if (memory->area.cols < TEXT_FROM || untouched)
        return;
    canvas_put(canvas, row, text, role,
               byte >= ' ' && byte < 0x7f ? byte : (uint32_t)L'·');
    canvas_thing(canvas, row, text, 1, THING_MEMORY, "0x%" PRIx64, pa);
}

/* Is a byte of the row told of as written; will one be next? */
static bool row_wrote(const struct memory *memory, uint64_t pa)
{
    for (unsigned i = 0; i < memory->bytes; i++)
        if (watch_wrote(memory->watch, pa + i))
            return true;
    return false;
}

static bool row_is_next(const struct memory *memory, uint64_t pa)
{
    return memory->next_size && memory->next < pa + memory->bytes &&
           pa < memory->next + memory->next_size;
}

/* The name of the part that begins in the row, or that the first row is in. */
static void draw_name(const struct memory *memory, struct canvas *canvas, int row,
                      uint64_t pa)
{
    const struct region *region = watch_region(memory->watch, pa + (memory->bytes - 1));
    int col = memory->area.col + WIDE_FROM + 2;
    bool first = row == memory->area.row;

    if (memory->area.cols < NAMES_FROM || !region || (!first && region->base < pa))
        return;
    canvas_text(canvas, row, col, memory->area.col + memory->area.cols - col,
                ROLE_QUIET, region->name);
}

static void draw_row(const struct memory *memory, struct canvas *canvas, int row,
                     uint64_t at)
{
    int col = memory->area.col;
    uint8_t bytes[WIDE];
    uint64_t pa;

    canvas_printf(canvas, row, col + ADDRESS, OWNERS - ADDRESS - 1, ROLE_QUIET,
                  "%08" PRIx64, at & BITS(31, 0));
    if (!physical(memory, at, &pa) ||
        watch_read(memory->watch, pa, bytes, memory->bytes) != memory->bytes) {
        canvas_text(canvas, row, col + HEX, memory->area.cols - HEX, ROLE_QUIET,
                    "nothing can be read here");
        return;
    }
    canvas_thing(canvas, row, col, HEX, THING_MEMORY, "0x%" PRIx64, pa);
    if (row_wrote(memory, pa))
        canvas_put(canvas, row, col, ROLE_HEAD, L'▸');
    else if (row_is_next(memory, pa))
        canvas_put(canvas, row, col, ROLE_QUIET, L'┄');
    pin_draw_owners(memory->watch, canvas, row, col + OWNERS, pa, memory->bytes);
    for (unsigned i = 0; i < memory->bytes; i++)
        draw_byte(memory, canvas, row, i, pa + i, bytes[i]);
    draw_name(memory, canvas, row, pa);
}

/* --- where -------------------------------------------------------------------------------- */

/* The first row of the page that was written last; of the neighbouring pages one row each
 * is shown. Without a write: where the first part with a name begins. */
static uint64_t followed(const struct memory *memory)
{
    const struct watch *watch = memory->watch;
    const struct subject *subject = watch->subject;
    const struct region *region = watch_region(watch, watch->written);
    uint64_t ram = watch->board->bus.ram.base, bytes = memory->bytes;
    uint64_t page =
        (uint64_t)(memory->area.rows > 2 ? memory->area.rows - 2 : 1) * bytes;
    uint64_t base = region ? region->base & ~(bytes - 1) : ram, top;

    if (!watch->written)
        return subject->regions ? subject->region[0].base : ram;
    top = base + (watch->written - base) / page * page;
    return top > base && memory->area.rows > 2 ? top - bytes : top;
}

/* What the pane is of; false: of what is written last. */
static bool pinned(struct memory *memory, const char *about)
{
    const struct watch *watch = memory->watch;
    const char *rest = about;

    memory->is_virtual = pin_begins(about, "virtual", &rest);
    if (*rest && pin_value(watch, watch->hart, rest, &memory->top)) {
        memory->top &= ~(uint64_t)(memory->bytes - 1);
        return true;
    }
    memory->is_virtual = false;
    return false;
}

/* So many rows are there from the first one to the end of its named part, or of RAM. */
static int rows_to_end(const struct memory *memory)
{
    const struct ram *ram = &memory->watch->board->bus.ram;
    const struct region *region = watch_region(memory->watch, memory->top);
    uint64_t end = region && !memory->is_virtual ? region->base + region->size
                                                 : ram->base + ram->size;
    uint64_t rows = (end - memory->top + memory->bytes - 1) / memory->bytes;

    return rows > ROWS_MOST || end < memory->top ? ROWS_MOST : (int)rows;
}

static void draw_rule(const struct memory *memory, struct canvas *canvas,
                      struct area area, const char *about)
{
    const struct watch *watch = memory->watch;
    uint64_t at = *about || !watch->written ? memory->top : watch->written;
    const struct region *region = memory->is_virtual ? NULL : watch_region(watch, at);
    char title[64] = "memory";

    if (*about && memory->is_virtual)
        snprintf(title, sizeof(title), "memory at %.40s", about);
    else if (region)
        snprintf(title, sizeof(title), "memory: %s", region->name);
    canvas_rule(canvas, area.row, area.col, area.cols, title, "by last writer");
}

static void draw_legend(const struct memory *memory, struct canvas *canvas,
                        struct area area)
{
    const struct watch *watch = memory->watch;
    uint64_t pa;
    bool known =
        !physical(memory, memory->top, &pa) || watch_writer(watch, pa) != OWNER_UNKNOWN;

    if (!known)
        canvas_text(canvas, area.row + area.rows - 1, area.col + 2, area.cols - 2,
                    ROLE_QUIET, "too far from #0 to know who wrote it");
    else
        canvas_printf(canvas, area.row + area.rows - 1, area.col + 2, area.cols - 2,
                      ROLE_QUIET, "h hart%s%s%s  ? nobody since reset%s",
                      watch_device(watch, "dma", 0) ? "  d DMA" : "",
                      watch_device(watch, "iommu", 0) ? "  i IOMMU" : "",
                      watch_device(watch, "virtio-blk", 0) ? "  v virtio" : "",
                      memory->next_size ? "  ┄ next" : "");
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    bool legend = area.rows >= LEGEND_FROM;
    struct memory memory = {
        .watch = watch,
        .area = {area.row + 1, area.col, area.rows - 1 - legend, area.cols},
        .bytes = area.cols >= WIDE_FROM ? WIDE : NARROW};
    bool is_pinned = pinned(&memory, state->about);

    if (!is_pinned)
        memory.top = followed(&memory);
    state->shown = memory.area.rows;
    state->all = rows_to_end(&memory);
    memory.top += (uint64_t)((int64_t)state->top * (int64_t)memory.bytes);
    find_next(&memory);
    draw_rule(&memory, canvas, area, is_pinned ? state->about : "");
    for (int row = 0; row < memory.area.rows; row++)
        draw_row(&memory, canvas, memory.area.row + row,
                 memory.top + (uint64_t)row * memory.bytes);
    if (legend)
        draw_legend(&memory, canvas, area);
}

const struct view memory_view = {
    .name = "memory",
    .help = "bytes of RAM around the last write, by who wrote them",
    .class = VIEW_INSTRUCTIONS,
    .cols = 40,
    .rows = 3,
    .wide = 54,
    .tells = "xp",
    .about = "[virtual] ADDRESS|SYMBOL|REGION",
    .draw = draw,
};
