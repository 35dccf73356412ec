/*
 * Paging: Sv39 (privileged architecture, chapter "Supervisor-Level ISA").
 *
 * A virtual address of 39 bits is three indices of 9 bits and an offset:
 *
 *   38      30 29      21 20      12 11         0
 *   [ VPN[2] ] [ VPN[1] ] [ VPN[0] ] [  offset  ]
 *     root       -> table   -> table   -> page
 *
 * The hart reads one entry of each table. An entry with R, W or X is a leaf, and may be in
 * any of the three: in the last it maps a page of 4 KiB, above it one of 2 MiB or 1 GiB.
 *
 * Every address is mapped to itself. What paging is for here is permission (code cannot be
 * written, data cannot be executed, and whatever is not mapped faults), and that a guest
 * has a first stage of its own: each address that it uses is then translated twice, by
 * these tables and by the hypervisor's.
 */
#include "kernel/paging.h"

#include "include/csr.h"
#include "kernel/kernel.h"
#include "lib/string.h"
#include "lib/unset.h"

#include <stdbool.h>

#define PTE_V 0x01ul
#define PTE_R 0x02ul
#define PTE_W 0x04ul
#define PTE_X 0x08ul
#define PTE_A 0x40ul /* set by us: a hart may fault instead of setting them */
#define PTE_D 0x80ul

#define READ_ONLY  (PTE_V | PTE_R | PTE_A)
#define READ_WRITE (PTE_V | PTE_R | PTE_W | PTE_A | PTE_D)
#define CODE       (PTE_V | PTE_R | PTE_X | PTE_A)

enum { LEVELS = 3, ENTRIES = 512, TABLES = 32, PAGE = 4096 };

/* Windows of devices that are mapped. What is larger is flash, or a bus of its own. */
#define MOST_WINDOW 0x1000000ul

static uint64_t table[TABLES][ENTRIES] UNSET __attribute__((aligned(PAGE)));
static unsigned tables;

static uint64_t *new_table(void)
{
    return tables < TABLES ? memset(table[tables++], 0, PAGE) : NULL;
}

static uint64_t page_size(unsigned level)
{
    return (uint64_t)PAGE << (9 * level);
}

/* The entry's table, which is made if there is none. */
static uint64_t *next_table(uint64_t *entry)
{
    uint64_t *next;

    if (*entry & PTE_V)
        return (uint64_t *)(*entry >> 10 << 12);
    next = new_table();
    if (next)
        *entry = (uintptr_t)next >> 12 << 10 | PTE_V;
    return next;
}

/* One page, whose leaf is in a table of that level. */
static bool map_page(uint64_t address, unsigned level, uint64_t flags)
{
    uint64_t *in = table[0], *entry;

    for (unsigned l = LEVELS - 1;; l--) {
        entry = &in[address / page_size(l) % ENTRIES];
        if (l == level)
            break;
        in = next_table(entry);
        if (!in)
            return false;
    }
    if (!(*entry & PTE_V)) /* what was mapped first stays */
        *entry = address >> 12 << 10 | flags;
    return true;
}

/* A range, by the largest pages that fit. */
static bool map(uint64_t from, uint64_t to, uint64_t flags)
{
    from &= -(uint64_t)PAGE;
    while (from < to) {
        unsigned level = LEVELS - 1;

        while (level && (from % page_size(level) || to - from < page_size(level)))
            level--;
        if (!map_page(from, level, flags))
            return false;
        from += page_size(level);
    }
    return true;
}

/* The image's parts, each with what it needs, then the rest of RAM. */
static bool map_memory(const struct devicetree *tree)
{
    uint64_t start = (uintptr_t)image_start, end = (uintptr_t)image_end;
    uint64_t base, size;

    return dt_memory(tree, &base, &size) && map(start, (uintptr_t)text_end, CODE) &&
           map((uintptr_t)text_end, (uintptr_t)constants_end, READ_ONLY) &&
           map((uintptr_t)constants_end, end, READ_WRITE) &&
           map(base, start, READ_WRITE) && map(end, base + size, READ_WRITE);
}

static bool map_devices(const struct devicetree *tree)
{
    dt_node soc = dt_child(tree, DT_ROOT, "soc");
    uint64_t base, size;

    for (dt_node node = soc; node != DT_NONE; node = dt_next(tree, node))
        for (unsigned i = 0; dt_parent(tree, node) == soc; i++) {
            if (!dt_reg(tree, node, i, &base, &size))
                break;
            if (size <= MOST_WINDOW && !map(base, base + size, READ_WRITE))
                return false;
        }
    return true;
}

const char *paging_on(const struct devicetree *tree)
{
    tables = 0;
    new_table(); /* the root */
    if (!map_memory(tree) || !map_devices(tree))
        return "the page tables do not fit into the room for them";
    write_csr(satp, SATP_SV39 | (uintptr_t)table[0] >> 12);
    __asm__ volatile("sfence.vma" : : : "memory");
    return NULL;
}
