/*
 * The views of DMA and queues: what holds at every size and moment, and what their
 * decoders make of whatever is in memory.
 */
#include "base/bits.h"
#include "face/tui/view/queue_chains.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/peek.h"
#include "observe/ask/names.h"
#include "observe/ask/queues.h"
#include "tests/lib/suite.h"
#include "tests/lib/watched.h"

#include <stdio.h>
#include <string.h>

#define HERE "tests/screens/"

static const char *const names[] = {"dma", "chain", "ring", "virtqueue", "disk"};
static const char *const programs[] = {HERE "dma.s", HERE "chain.s", HERE "virtio.s",
                                       HERE "pio.s"};

/* --- drawing ------------------------------------------------------------------------ */

static struct canvas *draw(struct watched *watched, const char *name, const char *about,
                           int cols, int rows)
{
    struct view_state state = {.token = -1};
    struct canvas *canvas = canvas_new(rows, cols, TIER_UTF8);

    snprintf(state.about, sizeof(state.about), "%s", about);
    viewer_look(&watched->viewer);
    view_named(name)->draw(watched->viewer.watch, &state, canvas,
                           (struct area){0, 0, rows, cols});
    return canvas;
}

static void has(struct watched *watched, const char *name, const char *about,
                const char *text)
{
    struct canvas *canvas = draw(watched, name, about, 100, 16);
    struct buf screen = {0};

    canvas_read(canvas, &screen);
    ck_assert_msg(strstr(buf_str(&screen), text) != NULL, "no '%s' in\n%s", text,
                  buf_str(&screen));
    buf_free(&screen);
    canvas_free(canvas);
}

static void go_on(struct watched *watched, unsigned events)
{
    const struct event_choice choice = {
        EVENT_BIT(EVENT_DMA_STATE) | EVENT_BIT(EVENT_VIRTIO_STATE) |
            EVENT_BIT(EVENT_DISK_PHASE) | EVENT_BIT(EVENT_MMIO_WRITE),
        NULL};
    struct move move;

    move_events(&watched->session, FORWARDS, &choice, events, &move);
    watched->viewer.looked = false;
}

/* Every thing that is a register has a name that commands know, and lies inside. */
static void check_things(const struct watched *watched, const struct canvas *canvas)
{
    struct register_place place;
    struct err err;

    for (unsigned i = 0; i < canvas->things; i++) {
        const struct thing *thing = &canvas->thing[i];

        ck_assert(thing->at.col + thing->at.cols <= canvas->cols);
        if (thing->kind == THING_FIELD)
            ck_assert_msg(names_find(watched->run->board[0], thing->name, &place, &err),
                          "%s", thing->name);
    }
}

enum { MARGIN = 2 };

/* A pane among others: what is around it stays empty. */
static void check_margin(const struct canvas *canvas, struct area area)
{
    for (int row = 0; row < canvas->rows; row++)
        for (int col = 0; col < canvas->cols; col++) {
            bool inside = row >= area.row && row < area.row + area.rows &&
                          col >= area.col && col < area.col + area.cols;

            ck_assert_msg(inside ||
                              canvas->cells[row * canvas->cols + col].glyph == ' ',
                          "row %d, column %d", row - area.row, col - area.col);
        }
}

static void check_view(struct watched *watched, const struct view *view,
                       const char *about, int cols, int rows)
{
    struct view_state state = {.token = -1};
    struct canvas *canvas = canvas_new(rows + 2 * MARGIN, cols + 2 * MARGIN, TIER_UTF8);
    struct area area = {MARGIN, MARGIN, rows, cols};
    struct buf text = {0};

    snprintf(state.about, sizeof(state.about), "%s", about);
    viewer_look(&watched->viewer);
    view->draw(watched->viewer.watch, &state, canvas, area);
    canvas_read(canvas, &text);
    ck_assert_msg(canvas->collisions == 0, "%s", buf_str(&text));
    check_margin(canvas, area);
    check_things(watched, canvas);
    buf_free(&text);
    canvas_free(canvas);
}

START_TEST(at_no_size_and_moment_anything_collides)
{
    static const int sizes[][2] = {{32, 3},  {36, 4}, {50, 6},   {40, 9},  {60, 12},
                                   {76, 10}, {72, 8}, {100, 17}, {80, 13}, {200, 24}};
    static const char *const abouts[] = {"", "dma0 0"};
    struct watched *watched = watched_new(programs[_i], 1);

    for (unsigned moment = 0; moment < 3; moment++) {
        for (size_t i = 0; i < COUNT(sizes) * COUNT(names); i++) {
            const struct view *view = view_named(names[i % COUNT(names)]);
            const int *size = sizes[i / COUNT(names)];

            if (size[0] >= view->cols && size[1] >= view->rows)
                for (size_t a = 0; a < COUNT(abouts); a++)
                    check_view(watched, view, abouts[a], size[0], size[1]);
        }
        go_on(watched, 9);
    }
    watched_free(watched);
}
END_TEST

static void same(const struct canvas *one, const struct canvas *other, const char *name)
{
    struct buf first = {0}, now = {0};

    canvas_read(one, &first);
    canvas_read(other, &now);
    ck_assert_msg(strcmp(buf_str(&first), buf_str(&now)) == 0, "%s:\n%s\n%s", name,
                  buf_str(&first), buf_str(&now));
    for (int i = 0; i < one->rows * one->cols; i++)
        ck_assert_int_eq(one->cells[i].role, other->cells[i].role);
    buf_free(&first);
    buf_free(&now);
}

START_TEST(there_and_back_it_looks_the_same)
{
    struct watched *watched = watched_new(programs[_i], 1);
    struct canvas *before[COUNT(names)];
    struct moment here;
    struct move move;

    go_on(watched, 14);
    here = timeline_now(watched->session.time);
    for (size_t i = 0; i < COUNT(names); i++)
        before[i] = draw(watched, names[i], "", 120, 20);
    go_on(watched, 9);
    move_to(&watched->session, here, &move);
    watched->viewer.looked = false;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct canvas *after = draw(watched, names[i], "", 120, 20);

        same(before[i], after, names[i]);
        canvas_free(before[i]);
        canvas_free(after);
    }
    watched_free(watched);
}
END_TEST

/* --- what a view is of ------------------------------------------------------------------ */

START_TEST(a_view_can_be_of_one_channel)
{
    struct watched *watched = watched_new(HERE "chain.s", 1);

    watched_until(watched, EVENT_DMA_ERROR, 1);
    has(watched, "dma", "dma0 1", "DMA channel 1");
    has(watched, "dma", "dma0.Control[2]", "DMA channel 2");
    has(watched, "dma", "", "DMA channel 3");
    has(watched, "dma", "dma1", "there is no such controller or channel");
    has(watched, "dma", "dma0 4", "there is no such controller or channel");
    has(watched, "virtqueue", "guest 1", "exits tell where a guest stores");
    has(watched, "disk", "uart0", "there is no such disk");
    watched_free(watched);
}
END_TEST

START_TEST(several_controllers_are_told_apart)
{
    struct board_row row = {.type = "dma", .name = "dma1", .base = 0x3400000};
    struct board_desc desc = board_virt;
    struct watched *watched;
    struct err err;

    desc.harts = 1;
    ck_assert(board_desc_add(&desc, &row, &err));
    watched = watched_new_on(HERE "dma.s", &desc);
    watched_until(watched, EVENT_DMA_DONE, 1);
    has(watched, "dma", "", "dma1 ch 0, 1, 2, 3 idle");
    has(watched, "dma", "dma1 2", "DMA channel 2");
    has(watched, "ring", "dma1 0", "RingSize is 0");
    watched_free(watched);
}
END_TEST

/* Addresses of the channel are not those of memory. */
START_TEST(behind_an_iommu_places_are_still_named)
{
    struct board_desc desc = board_virt;
    struct watched *watched;
    struct canvas *canvas;
    struct err err;

    desc.harts = 1;
    ck_assert(board_desc_add(&desc, &board_virt_iommu, &err));
    watched = watched_new_on(HERE "iommu.s", &desc);
    watched_until(watched, EVENT_DMA_ERROR, 1);
    has(watched, "dma", "", "the IOMMU blocks");
    for (size_t i = 0; i < COUNT(names); i++) {
        canvas = draw(watched, names[i], "", 120, 20);
        ck_assert_uint_eq(canvas->collisions, 0);
        canvas_free(canvas);
    }
    watched_free(watched);
}
END_TEST

static void poke(struct watched *watched, uint64_t pa, uint64_t value)
{
    struct act act = {.kind = ACT_MEMORY, .number = pa, .size = 8};
    struct err err = {{0}};

    act.bytes = (uint8_t *)&value;
    ck_assert_msg(timeline_act(watched->session.time, &act, NULL, &err), "%s",
                  err.text);
    watched->viewer.looked = false;
}

static char owner(struct watched *watched, uint64_t pa)
{
    viewer_look(&watched->viewer);
    return owner_letter(watch_writer(watched->viewer.watch, pa));
}

static bool has_updated(void *run, const struct event *event)
{
    (void)run;
    return event->iommu_walk.outcome == WALK_UPDATED;
}

/* With GADE in the device's context it sets A in an entry that has neither A nor D. */
START_TEST(an_entry_that_an_iommu_has_updated_is_its_own)
{
    const uint64_t context = 0x80401000 + 128, entry = 0x80409000;
    struct board_desc desc = board_virt;
    struct watched *watched;
    struct err err;
    uint64_t told = 0;

    desc.harts = 1;
    ck_assert(board_desc_add(&desc, &board_virt_iommu, &err));
    watched = watched_new_on(HERE "iommu.s", &desc);
    watched_until(watched, EVENT_MMIO_WRITE, 1);
    poke(watched, context, 0x81);
    poke(watched, entry, 0x80000000 >> 2 | 0x17);
    ck_assert_int_eq(owner(watched, entry), 'o');
    watched_until_one(watched, EVENT_IOMMU_WALK, 1, has_updated);
    ck_assert_int_eq(owner(watched, entry), 'i');
    ck_assert_int_eq(owner(watched, context), 'o');
    watch_read(watched->viewer.watch, entry, &told, 8);
    ck_assert_uint_eq(told, 0x80000000 >> 2 | 0x57);
    ck_assert(watch_wrote(watched->viewer.watch, entry));
    watched_free(watched);
}
END_TEST

START_TEST(a_slot_has_a_history)
{
    struct watched *watched = watched_new(HERE "dma.s", 1);

    watched_until(watched, EVENT_DMA_DONE, 2);
    has(watched, "ring", "dma0 0 1", "Producer = 4 gives it");
    has(watched, "ring", "dma0 0 1", "fetched as desc 1");
    has(watched, "ring", "dma0 0 1", "done, handed back");
    has(watched, "ring", "dma0 0 6", "nobody yet");
    watched_free(watched);
}
END_TEST

/* --- decoders --------------------------------------------------------------------------- */

enum { AT = 0x1000, BYTES = 0x400 };

static uint64_t read_bytes(const void *ctx, uint64_t at, void *bytes, uint64_t length)
{
    if (at < AT || at + length > AT + BYTES)
        return 0;
    memcpy(bytes, (const uint8_t *)ctx + (at - AT), length);
    return length;
}

static void put(uint8_t *memory, uint64_t at, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        memory[at - AT + i] = (uint8_t)(value >> (8 * i));
}

START_TEST(a_chain_ends_whatever_is_in_memory)
{
    static const struct {
        uint32_t flags, next; /* of the second descriptor */
        enum dma_chain_end end;
        unsigned count;
    } ends[] = {
        {DMA_FLAG_END, 0, DMA_CHAIN_ENDS, 2},
        {0, 0, DMA_CHAIN_BAD, 2},
        {0, 12, DMA_CHAIN_BAD, 2},
        {0, (uint32_t)-0x20, DMA_CHAIN_LOOPS, 2},
        {0, 0x10000, DMA_CHAIN_OUTSIDE, 2},
    };
    uint8_t memory[BYTES] = {0};
    const struct queue_reader reader = {read_bytes, memory};
    struct dma_chain chain;

    put(memory, AT + DMA_DESCRIPTOR_NEXT, 0x20, 4);
    put(memory, AT + 0x20 + DMA_DESCRIPTOR_FLAGS, ends[_i].flags, 4);
    put(memory, AT + 0x20 + DMA_DESCRIPTOR_NEXT, ends[_i].next, 4);
    dma_chain_follow(&reader, AT, &chain);
    ck_assert_int_eq(chain.end, ends[_i].end);
    ck_assert_uint_eq(chain.count, ends[_i].count);
    if (chain.end == DMA_CHAIN_LOOPS)
        ck_assert_uint_eq(chain.loop, 0);
}
END_TEST

START_TEST(no_chain_is_no_chain)
{
    const struct queue_reader reader = {read_bytes, NULL};
    struct dma_chain chain;

    dma_chain_follow(&reader, 0, &chain);
    ck_assert_int_eq(chain.end, DMA_CHAIN_NONE);
    ck_assert_uint_eq(chain.count, 0);
    dma_chain_follow(&reader, 8, &chain);
    ck_assert_int_eq(chain.end, DMA_CHAIN_OUTSIDE);
    ck_assert_uint_eq(chain.count, 0);
}
END_TEST

START_TEST(slots_belong_to_one_of_two)
{
    struct dma_ring ring = {.size = 8, .consumer = 5, .producer = 10};

    for (uint32_t i = 0; i < 8; i++) {
        struct dma_slot slot = dma_ring_slot(&ring, i);
        bool is_channels = i >= 5 || i < 2;

        ck_assert_int_eq(slot.is_channels, is_channels);
        ck_assert_uint_eq(slot.descriptor, i < 2 ? i + 8 : i);
        ck_assert_int_eq(slot.has_been, true);
    }
    ring.consumer = ring.producer = 2;
    ck_assert(!dma_ring_slot(&ring, 2).has_been);
    ck_assert(dma_ring_slot(&ring, 1).has_been);
    ring.producer = 10;
    ck_assert_ptr_nonnull(dma_ring_fault(&ring));
    ring.producer = 9;
    ck_assert_ptr_null(dma_ring_fault(&ring));
}
END_TEST

/* A queue of 4 whose descriptors are a circle, with one chain available. */
START_TEST(owners_follow_from_the_rings)
{
    uint8_t memory[BYTES] = {0};
    struct virtq queue = {.reader = {read_bytes, memory},
                          .size = 4,
                          .desc = AT,
                          .driver = AT + 0x100,
                          .device = AT + 0x200};

    for (unsigned i = 0; i < 4; i++) {
        put(memory, AT + i * VIRTQ_DESCRIPTOR + 12, VIRTQ_NEXT, 2);
        put(memory, AT + i * VIRTQ_DESCRIPTOR + 14, (i + 1) % 3, 2);
    }
    put(memory, queue.driver + 2, 1, 2);
    virtq_look(&queue);
    ck_assert_int_eq(queue.owner[0], VIRTQ_DEVICES);
    ck_assert_int_eq(queue.owner[2], VIRTQ_DEVICES);
    ck_assert_int_eq(queue.owner[3], VIRTQ_DRIVERS);
    ck_assert(virtq_would_notify(&queue));
    put(memory, queue.device, VIRTQ_USED_NO_NOTIFY, 2);
    put(memory, queue.device + 2, 1, 2);
    virtq_look(&queue);
    ck_assert_int_eq(queue.owner[0], VIRTQ_DRIVERS);
    ck_assert(!virtq_would_notify(&queue));
    ck_assert(virtq_would_interrupt(&queue));
}
END_TEST

static void put_descriptor(uint8_t *memory, uint64_t at, uint64_t address,
                           uint32_t length, unsigned flags, unsigned next)
{
    put(memory, at, address, 8);
    put(memory, at + 8, length, 4);
    put(memory, at + 12, flags, 2);
    put(memory, at + 14, next, 2);
}

/* One chain with an indirect table, one that is a circle; both are available. */
START_TEST(chains_are_drawn_whatever_is_in_memory)
{
    uint8_t memory[BYTES] = {0};
    struct virtq queue = {.reader = {read_bytes, memory},
                          .size = 4,
                          .desc = AT,
                          .driver = AT + 0x100,
                          .device = AT + 0x200};
    struct canvas *canvas = canvas_new(3, 60, TIER_UTF8);
    struct buf text = {0};

    put_descriptor(memory, AT, AT + 0x300, 32, VIRTQ_INDIRECT, 0);
    put_descriptor(memory, AT + 0x300, 0x5000, 16, VIRTQ_NEXT, 1);
    put_descriptor(memory, AT + 0x310, 0x6000, 8, VIRTQ_WRITE, 0);
    put_descriptor(memory, AT + 0x20, 0x7000, 4, VIRTQ_NEXT, 2);
    put(memory, queue.driver + 2, 2, 2);
    put(memory, queue.driver + 6, 2, 2);
    virtq_look(&queue);
    queue_chains_rows(canvas, (struct area){0, 0, 3, 60}, NULL, &queue);
    canvas_read(canvas, &text);
    ck_assert_ptr_nonnull(
        strstr(buf_str(&text), "d 0 table 32 ─▸ 0.0 reads 16 ─▸ 0.1 writes 8\n"));
    ck_assert_ptr_nonnull(strstr(buf_str(&text), "d 2 reads 4 ─▸ loops to 2"));
    buf_free(&text);
    canvas_free(canvas);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, at_no_size_and_moment_anything_collides, 0,
                        COUNT(programs));
    tcase_add_loop_test(tcase, there_and_back_it_looks_the_same, 0, COUNT(programs));
    tcase_add_test(tcase, a_view_can_be_of_one_channel);
    tcase_add_test(tcase, several_controllers_are_told_apart);
    tcase_add_test(tcase, behind_an_iommu_places_are_still_named);
    tcase_add_test(tcase, an_entry_that_an_iommu_has_updated_is_its_own);
    tcase_add_test(tcase, a_slot_has_a_history);
    tcase_add_loop_test(tcase, a_chain_ends_whatever_is_in_memory, 0, 5);
    tcase_add_test(tcase, no_chain_is_no_chain);
    tcase_add_test(tcase, slots_belong_to_one_of_two);
    tcase_add_test(tcase, owners_follow_from_the_rings);
    tcase_add_test(tcase, chains_are_drawn_whatever_is_in_memory);
}

TEST_MAIN("queue_views", add_tests)
