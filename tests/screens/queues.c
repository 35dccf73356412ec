/* Golden screens of the views of DMA and queues. */
#include "base/bits.h"
#include "tests/lib/golden.h"
#include "tests/lib/suite.h"

#include <stdio.h>

#define HERE "tests/screens/"

struct size {
    int cols, rows;
};

static const struct moment_case {
    const char *name, *program, *view, *about;
    enum event_kind kind; /* at the n-th event of that kind */
    unsigned n;
    struct size size[4];
} cases[] = {
    {"dma",
     "dma.s",
     "dma",
     "",
     EVENT_BUS_TRANSFER,
     14,
     {{38, 4}, {40, 9}, {60, 12}, {120, 20}}},
    {"dma-run",
     "dma.s",
     "dma",
     "",
     EVENT_MMIO_WRITE,
     8,
     {{38, 4}, {80, 14}, {120, 20}}},
    {"dma-other", "chain.s", "dma", "dma0 3", EVENT_DMA_ERROR, 1, {{38, 4}, {60, 12}}},
    {"ring",
     "dma.s",
     "ring",
     "",
     EVENT_DMA_DONE,
     2,
     {{38, 4}, {60, 9}, {80, 15}, {120, 17}}},
    {"ring-large", "dma.s", "ring", "dma0 0 1", EVENT_DMA_DONE, 3, {{200, 19}}},
    {"ring-given", "dma.s", "ring", "", EVENT_MMIO_WRITE, 7, {{38, 6}, {120, 10}}},
    {"ring-many",
     "chain.s",
     "ring",
     "dma0 0",
     EVENT_DMA_DONE,
     42,
     {{38, 4}, {120, 17}}},
    {"chain",
     "chain.s",
     "chain",
     "",
     EVENT_DMA_DESCRIPTOR,
     2,
     {{38, 4}, {60, 13}, {120, 7}}},
    {"chain-loop",
     "chain.s",
     "chain",
     "dma0 2",
     EVENT_DMA_DONE,
     1,
     {{38, 4}, {100, 7}}},
    {"chain-bad", "chain.s", "chain", "dma0 3", EVENT_DMA_DONE, 1, {{38, 4}, {60, 7}}},
    {"chain-ring", "dma.s", "chain", "", EVENT_DMA_DONE, 1, {{60, 7}}},
    {"virtqueue-none",
     "virtio.s",
     "virtqueue",
     "",
     EVENT_MMIO_WRITE,
     9,
     {{38, 4}, {60, 12}}},
    {"virtqueue-kick", "virtio.s", "virtqueue", "", EVENT_VIRTIO_NOTIFY, 1, {{60, 12}}},
    {"virtqueue",
     "virtio.s",
     "virtqueue",
     "",
     EVENT_VIRTIO_CHAIN,
     1,
     {{38, 4}, {40, 9}, {60, 12}, {100, 20}}},
    {"virtqueue-used",
     "virtio.s",
     "virtqueue",
     "",
     EVENT_VIRTIO_INTERRUPT,
     1,
     {{60, 12}, {120, 16}}},
    {"disk-idle", "dma.s", "disk", "", EVENT_INSN, 0, {{38, 4}}},
    {"disk-ata",
     "pio.s",
     "disk",
     "",
     EVENT_DISK_PHASE,
     3,
     {{38, 4}, {60, 9}, {100, 9}}},
    {"disk-virtio",
     "virtio.s",
     "disk",
     "",
     EVENT_VIRTIO_STATE,
     9,
     {{38, 4}, {40, 9}, {80, 9}}},
    {"ring-none", "chain.s", "ring", "dma0 1", EVENT_DMA_DONE, 1, {{38, 4}}},
};

static void show(const struct moment_case *now)
{
    struct watched *watched;
    char path[64], name[64];

    snprintf(path, sizeof(path), HERE "%s", now->program);
    snprintf(name, sizeof(name), "views/%s", now->name);
    watched = watched_new(path, 1);
    if (now->n)
        watched_until(watched, now->kind, now->n);
    for (size_t i = 0; i < COUNT(now->size) && now->size[i].cols; i++)
        golden_view(watched, name, now->view, now->about, now->size[i].cols,
                    now->size[i].rows);
    watched_free(watched);
}

START_TEST(every_view_looks_as_it_did)
{
    show(&cases[_i]);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, every_view_looks_as_it_did, 0, COUNT(cases));
}

TEST_MAIN("queues", add_tests)
