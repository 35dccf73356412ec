/*
 * Who runs now: a row a guest, and one for who runs below them. The bar says whom the
 * cycles went to: the guest's digit, `h` the hypervisor for it, `·` nobody.
 */
#include "base/bits.h"
#include "face/tui/view/exit_parts.h"
#include "face/tui/view/view.h"
#include "machine/device/ata.h"
#include "machine/virtio/virtio.h"
#include "observe/exits/exit_words.h"
#include "observe/exits/gstage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    NAME = 12,
    STATE = 34,
    BRIEF = 13, /* a short state */
    AT = 22,
    EXITS = 8,
    CYCLES = 14,
    MIDDLE = 58, /* columns from which on a row tells more */
    WIDE = 80,
    WIDER = 116
};

/* What one guest's row tells. */
struct guest {
    unsigned vmid;
    const struct exit_guest *is;
    const struct vm_exit *out; /* of it, which has not returned; NULL: none */
    uint64_t inside, host, asleep;
};

/* --- what is known of it ------------------------------------------------------------- */

static const struct vm_exit *open_exit(const struct exits *exits, unsigned vmid)
{
    for (unsigned i = 0; i < EXIT_HARTS; i++)
        if (exits->hart[i].out && exits->hart[i].exit.vmid == vmid)
            return &exits->hart[i].exit;
    return NULL;
}

static void add_cost(struct guest *guest, const struct exit_cost *cost)
{
    guest->host += cost->cycles - cost->part[EXIT_IDLE];
    guest->asleep += cost->part[EXIT_IDLE];
}

static struct guest look_at(const struct exits *exits, unsigned vmid)
{
    const struct exit_guest *is = &exits->guest[vmid];
    struct guest guest = {.vmid = vmid,
                          .is = is,
                          .out = open_exit(exits, vmid),
                          .inside = is->awake[0] + is->awake[1],
                          .asleep = is->asleep};

    for (unsigned i = 0; i < exits->classes; i++)
        if (exits->class[i].vmid == vmid && exits->class[i].cause != EXIT_CAUSE_REST)
            add_cost(&guest, &exits->class[i].cost);
    if (guest.out)
        add_cost(&guest, &guest.out->cost);
    return guest;
}

static void put_bytes(struct buf *out, uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    unsigned unit = 0;

    while (bytes && bytes % 1024 == 0 && unit + 1 < COUNT(units)) {
        bytes /= 1024;
        unit++;
    }
    put_count(out, bytes);
    buf_printf(out, " %s", units[unit]);
}

static bool is_disk(const struct device *device)
{
    return device->type == &ata_type || device->type == &virtio_blk_type;
}

/* Has the guest been left because it accessed that device? */
static bool is_emulated(const struct exits *exits, unsigned vmid,
                        const struct board *board, const struct device *device)
{
    for (unsigned i = 0; i < exits->classes; i++) {
        const struct exit_class *class = &exits->class[i];

        if (class->vmid == vmid && exit_is_page_fault(class->cause) &&
            exit_device(board, class->subject) == device)
            return true;
    }
    return false;
}

/* Which disks it has, as far as its second stage and its exits tell. */
static void put_disks(struct buf *out, const struct exits *exits,
                      const struct guest *guest, const struct board *board,
                      uint64_t mapped)
{
    for (unsigned d = 0; d < board->devices; d++) {
        const struct device *device = board->device[d];

        if (!is_disk(device))
            continue;
        if (mapped & BIT(d))
            buf_printf(out, ", %s passed through", device->name);
        else if (is_emulated(exits, guest->vmid, board, device))
            buf_printf(out, ", %s emulated", device->name);
    }
}

static void put_memory(struct buf *out, const struct exits *exits,
                       const struct guest *guest, const struct board *board)
{
    struct gstage_sum mapped = gstage_mapped(&board->bus, guest->is->hgatp);

    put_bytes(out, mapped.ram_bytes);
    buf_text(out, " of RAM mapped");
    put_disks(out, exits, guest, board, mapped.devices);
}

static void put_since(struct buf *out, uint64_t cycle)
{
    buf_text(out, " since ");
    put_count(out, cycle);
}

/* The cycle since when it is so only if it fits in `room` columns. */
static void put_state(struct buf *out, const struct exits *exits,
                      const struct guest *guest, int room)
{
    const struct exit_guest *is = guest->is;
    const struct exit_hart *hart = &exits->hart[is->board * HART_MAX + is->hart];
    enum exit_part part = guest->out ? exit_part_now(exits, guest->out) : EXIT_PARTS;
    struct buf since = {0};

    if (is->inside && hart->sleeps)
        buf_printf(out, "asleep in wfi on hart %u", is->hart);
    else if (is->inside)
        buf_printf(out, "runs in %s on hart %u", mode_letters(is->mode), is->hart);
    else if (guest->out)
        buf_printf(out, "left: exit %" PRIu64 ", %s", guest->out->number,
                   part < EXIT_PARTS ? exit_part_infos[part].name : "over");
    else
        buf_text(out, "waits for a hart");
    put_since(&since, is->since);
    if (!(is->inside && hart->sleeps) && (int)(out->size + since.size) <= room)
        buf_text(out, buf_str(&since));
    buf_free(&since);
}

/* The same in at most twelve columns. */
static void put_brief_state(struct buf *out, const struct exits *exits,
                            const struct guest *guest)
{
    const struct exit_guest *is = guest->is;

    if (is->inside && exits->hart[is->board * HART_MAX + is->hart].sleeps)
        buf_text(out, "asleep");
    else if (is->inside)
        buf_printf(out, "runs in %s", mode_letters(is->mode));
    else if (guest->out)
        buf_printf(out, "exit %" PRIu64, guest->out->number);
    else
        buf_text(out, "waits");
}

/* --- rows ---------------------------------------------------------------------------- */

/* The columns of a row, by the width of the area; 0: there is no room for it. */
struct columns {
    int state, at, exits, cycles, bar, bar_room;
};

static struct columns columns_of(struct area area)
{
    struct columns columns = {.state = area.col + 2 + NAME};
    int col = columns.state + (area.cols >= MIDDLE ? STATE : BRIEF);

    if (area.cols >= WIDER) {
        columns.at = col;
        col += AT;
    }
    columns.exits = col;
    col += EXITS;
    if (area.cols >= WIDE) {
        columns.cycles = col;
        col += CYCLES;
    }
    columns.bar = col + 1;
    columns.bar_room = area.col + area.cols - columns.bar;
    return columns;
}

static void draw_head(struct canvas *canvas, int row, const struct columns *at)
{
    canvas_text(canvas, row, at->state, 16, ROLE_QUIET, "state");
    if (at->at)
        canvas_text(canvas, row, at->at, AT - 1, ROLE_QUIET, "at");
    canvas_printf(canvas, row, at->exits, EXITS, ROLE_QUIET, "%*s", EXITS - 1, "exits");
    if (at->cycles)
        canvas_printf(canvas, row, at->cycles, CYCLES, ROLE_QUIET, "%*s", CYCLES - 1,
                      "cycles");
    canvas_text(canvas, row, at->bar, at->bar_room, ROLE_QUIET,
                at->bar_room >= 29   ? "digit guest  h host  · asleep"
                : at->bar_room >= 23 ? "guest  h host  · asleep"
                : at->bar_room >= 6  ? "shares"
                                     : "");
}

static void draw_bar(struct canvas *canvas, int row, const struct columns *at,
                     const struct guest *guest)
{
    const struct bar_part parts[] = {
        {guest->inside, '0' + guest->vmid % 10, role_of_guest(guest->vmid)},
        {guest->host, 'h', ROLE_HART},
        {guest->asleep, L'·', ROLE_QUIET},
    };

    bar_parts(canvas, row, at->bar, at->bar_room, parts, COUNT(parts),
              guest->inside + guest->host + guest->asleep);
}

static void draw_at(const struct watch *watch, struct canvas *canvas, int row, int col,
                    const struct guest *guest)
{
    const struct board *board = watch->run->board[guest->is->board];
    uint64_t pc = guest->is->inside ? board->hart[guest->is->hart].pc : guest->is->epc;
    struct buf text = {0};

    exit_put_address(&text, &watch->session->narrator, pc);
    canvas_text(canvas, row, col, AT - 1, ROLE_QUIET, buf_str(&text));
    canvas_thing(canvas, row, col, AT - 1, THING_CODE, "0x%" PRIx64, pc);
    buf_free(&text);
}

static void draw_guest(const struct watch *watch, struct canvas *canvas,
                       struct area area, int row, const struct columns *at,
                       const struct exits *exits, const struct guest *guest)
{
    struct buf text = {0};
    enum role role = guest->is->inside ? ROLE_HEAD : ROLE_TEXT;
    int room = (at->at ? at->at : at->exits) - at->state - 1;

    canvas_thing(canvas, row, area.col, area.cols, THING_PART, "guest %u", guest->vmid);
    if (guest->is->inside)
        canvas_put(canvas, row, area.col, ROLE_HEAD, L'▸');
    canvas_printf(canvas, row, area.col + 2, NAME - 1, role_of_guest(guest->vmid),
                  "guest %u", guest->vmid);
    if (area.cols >= MIDDLE)
        put_state(&text, exits, guest, room);
    else
        put_brief_state(&text, exits, guest);
    canvas_text(canvas, row, at->state, room, role, buf_str(&text));
    if (guest->out)
        canvas_thing(canvas, row, at->state, at->exits - at->state, THING_EXIT,
                     "exit %" PRIu64, guest->out->number);
    if (at->at)
        draw_at(watch, canvas, row, at->at, guest);
    bar_number(canvas, row, at->exits, EXITS - 1, ROLE_TEXT, guest->is->exits);
    if (at->cycles)
        bar_number(canvas, row, at->cycles, CYCLES - 1, ROLE_TEXT,
                   guest->inside + guest->host + guest->asleep);
    draw_bar(canvas, row, at, guest);
    buf_free(&text);
}

/* What it has, on a row of its own. */
static void draw_has(const struct watch *watch, struct canvas *canvas, struct area area,
                     int row, const struct exits *exits, const struct guest *guest)
{
    struct buf text = {0};

    put_memory(&text, exits, guest, watch->run->board[guest->is->board]);
    canvas_text(canvas, row, area.col + 2 + NAME, area.cols - 2 - NAME, ROLE_QUIET,
                buf_str(&text));
    buf_free(&text);
}

/* --- who runs below them -------------------------------------------------------------- */

/* Of several harts: on how many does it run? */
static void put_host_harts(struct buf *out, const struct board *board,
                           const struct exits *exits)
{
    unsigned busy = 0;

    for (unsigned h = 0; h < board->harts; h++) {
        const struct exit_hart *hart = &exits->hart[board->index * HART_MAX + h];

        busy += !(hart->mode & MODE_VIRTUAL) && !hart->sleeps;
    }
    buf_printf(out, "on %u of %u harts", busy, board->harts);
}

static void put_host(struct buf *out, const struct watch *watch,
                     const struct exits *exits, bool brief)
{
    const struct exit_hart *hart =
        &exits->hart[watch->board->index * HART_MAX + watch->hart];

    if (watch->board->harts > 1) {
        put_host_harts(out, watch->board, exits);
        return;
    }
    if (hart->mode & MODE_VIRTUAL)
        buf_text(out, "waits");
    else if (hart->sleeps)
        buf_text(out, "asleep");
    else
        buf_printf(out, "runs in %s", mode_letters(hart->mode));
    if (!brief && hart->mode & MODE_VIRTUAL)
        buf_printf(out, ": hart %u runs guest %u", watch->hart, hart->vmid);
    else if (!brief)
        buf_printf(out, "%s on hart %u", hart->sleeps ? " in wfi" : "", watch->hart);
}

static void draw_host(const struct watch *watch, struct canvas *canvas,
                      struct area area, int row, const struct columns *at,
                      const struct exits *exits)
{
    struct exit_cost all = {0};
    struct buf text = {0};

    for (unsigned i = 0; i < exits->classes; i++)
        exit_add_cost(&all, &exits->class[i].cost);
    for (unsigned i = 0; i < EXIT_HARTS; i++)
        if (exits->hart[i].out)
            exit_add_cost(&all, &exits->hart[i].exit.cost);
    canvas_text(canvas, row, area.col + 2, NAME - 1, ROLE_HART, "hypervisor");
    put_host(&text, watch, exits, area.cols < MIDDLE);
    canvas_text(canvas, row, at->state, (at->at ? at->at : at->exits) - at->state - 1,
                ROLE_TEXT, buf_str(&text));
    bar_number(canvas, row, at->exits, EXITS - 1, ROLE_TEXT, exits->begun);
    if (at->cycles)
        bar_number(canvas, row, at->cycles, CYCLES - 1, ROLE_TEXT, all.cycles);
    exit_parts_bar(canvas, row, at->bar, at->bar_room, &all, all.cycles);
    if (row + 1 < area.row + area.rows)
        exit_parts_key(canvas, row + 1, area.col + 2 + NAME, area.cols - 2 - NAME,
                       &all);
    buf_free(&text);
}

/* --- all ------------------------------------------------------------------------------ */

static unsigned guests_of(const struct exits *exits)
{
    unsigned count = 0;

    for (unsigned vmid = 0; vmid < EXIT_VMIDS; vmid++)
        count += exits->guest[vmid].entries != 0;
    return count;
}

static void draw_rows(const struct watch *watch, struct canvas *canvas,
                      struct area area, const struct exits *exits)
{
    int guests = (int)guests_of(exits), end = area.row + area.rows;
    bool head = area.rows > guests + 2, has = area.rows >= 2 * guests + 4;
    struct columns at = columns_of(area);
    int row = area.row + 1;

    if (head)
        draw_head(canvas, row++, &at);
    for (unsigned vmid = 0; vmid < EXIT_VMIDS && row < end; vmid++) {
        struct guest guest;

        if (!exits->guest[vmid].entries)
            continue;
        guest = look_at(exits, vmid);
        draw_guest(watch, canvas, area, row++, &at, exits, &guest);
        if (has)
            draw_has(watch, canvas, area, row++, exits, &guest);
    }
    if (row < end)
        draw_host(watch, canvas, area, row, &at, exits);
}

static const char *absent(const struct watch *watch)
{
    return watch_has_guests(watch) ? NULL : "no guest has been entered so far";
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    struct exits *exits;

    (void)state;
    if (absent(watch)) {
        view_draw_absent(&guests_view, canvas, area, absent(watch));
        return;
    }
    exits = watch_exits(watch);
    canvas_rule(canvas, area.row, area.col, area.cols, "guests",
                area.cols >= MIDDLE
                    ? "a full bar = cycles in it, in its exits, and asleep"
                    : "full bar = its cycles");
    draw_rows(watch, canvas, area, exits);
    exits_free(exits);
}

const struct view guests_view = {
    .name = "guests",
    .help = "who runs now: each guest, and the hypervisor",
    .class = VIEW_DEVICES,
    .cols = 38,
    .rows = 3,
    .wide = 80,
    .wish = 6,
    .tells = "info guests",
    .absent = absent,
    .draw = draw,
};
