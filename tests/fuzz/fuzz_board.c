/*
 * Any table as a board: rows are added until the input ends, the board is made if it is
 * a good one, gets a device tree and a program, runs, and is saved and restored.
 */
#include "image/start.h"
#include "machine/board/run.h"
#include "tests/fuzz/input.h"

#include <assert.h>
#include <string.h>

enum { MOST_RAM_PAGES = 1024, INSTRUCTIONS = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A few bytes of text: often that of a type, so that rows are not all refused. */
static void take_text(struct input *input, char text[BOARD_NAME])
{
    unsigned choice = (unsigned)take(input, 1), types = 0;

    while (device_types[types])
        types++;
    assert(types > 0);
    memset(text, 0, BOARD_NAME);
    if (choice < 128) {
        strcpy(text, device_types[choice % types]->name);
    } else {
        for (unsigned i = 0; i < choice % BOARD_NAME; i++)
            text[i] = (char)take(input, 1);
    }
}

/* Addresses near one another, and any at all. */
static uint64_t take_address(struct input *input)
{
    return take(input, 1) & 1 ? take(input, 8) : take(input, 2) << 12;
}

static void take_row(struct input *input, struct board_desc *desc)
{
    struct board_row row = {.base = take_address(input)};
    unsigned counts = (unsigned)take(input, 1);

    take_text(input, row.type);
    take_text(input, row.name);
    row.irqs = counts & 15;
    for (unsigned i = 0; i < row.irqs; i++)
        row.irq[i] = (uint16_t)take(input, 1);
    row.requests = counts >> 4 & 3;
    for (unsigned i = 0; i < row.requests; i++)
        row.request[i] = (uint8_t)take(input, 1);
    row.settings = counts >> 6;
    for (unsigned i = 0; i < row.settings; i++) {
        take_text(input, row.setting[i].name);
        row.setting[i].value = take(input, 8);
    }
    board_desc_add(desc, &row, NULL);
}

static void take_desc(struct input *input, struct board_desc *desc)
{
    *desc = board_virt;
    desc->rows = (unsigned)take(input, 1) % (board_virt.rows + 1);
    desc->harts = (unsigned)take(input, 1) & 15;
    desc->ram_base = take_address(input);
    desc->ram_size = (take(input, 2) % MOST_RAM_PAGES) << RAM_PAGE_SHIFT;
    desc->tlb_entries = (unsigned)take(input, 2);
    desc->tlb_ways = (unsigned)take(input, 1);
    while (input->left)
        take_row(input, desc);
}

static void save_and_restore(struct run *run)
{
    struct buf saved = {0};
    struct state save = {.mode = STATE_SAVE, .out = &saved};
    struct state load = {.mode = STATE_LOAD};
    uint64_t digest = run_digest(run);

    run_state(run, &save);
    load.in = (const unsigned char *)saved.data;
    load.left = saved.size;
    run_state(run, &load);
    assert(!load.short_input && load.left == 0);
    assert(run_digest(run) == digest);
    buf_free(&saved);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t program[] = {0x6f, 0, 0, 0}; /* j . */
    struct input input = {data, size};
    struct start start = {0};
    struct image image = {0};
    struct board_desc desc;
    struct run *run = run_new();
    struct board *board;
    struct err err = {0};

    take_desc(&input, &desc);
    board = run_add(run, &desc, &err);
    assert(board || err.text[0]);
    if (board) {
        run_reset(run);
        start.firmware = &image;
        assert(image_init(&image, "program", program, sizeof(program), desc.ram_base,
                          &err));
        if (start_board(board, &start, &err))
            run_go(run, (struct run_limit){INSTRUCTIONS, INSTRUCTIONS, UINT64_MAX,
                                           UINT64_MAX});
        save_and_restore(run);
        image_release(&image);
    }
    run_free(run);
    return 0;
}
