/*
 * The guests' library, compiled for the host: reading device trees, compared with libfdt on
 * trees that libfdt has made; strings and printing, compared with the host's; the contents
 * of disks; the kernel's arguments.
 */
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "image/fdt.h"
#include "src/guest/kernel/arguments.h"
#include "src/guest/kernel/pattern.h"
#include "src/guest/lib/devicetree.h"
#include "src/guest/lib/print.h"

#include <libfdt.h>
#include <stdio.h>
#include <string.h>

/* The library's own functions of these names, beside the host's. */
#define memcpy  guest_memcpy
#define memmove guest_memmove
#define memset  guest_memset
#define memcmp  guest_memcmp
#define strlen  guest_strlen
#define strcmp  guest_strcmp
#define strncmp guest_strncmp
void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t most);
#include "src/guest/lib/string.c" // NOLINT(bugprone-suspicious-include)
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strcmp
#undef strncmp

/* --- device trees ------------------------------------------------------------------- */

static struct buf blob;
static struct devicetree tree;

static void make_tree(unsigned harts)
{
    const struct fdt_chosen chosen = {.bootargs = "n=3 depth=2"};
    struct board_desc desc = board_virt;
    struct err err = {0};

    desc.harts = harts;
    buf_clear(&blob);
    ck_assert_msg(fdt_make(&blob, &desc, &chosen, &err), "%s", err.text);
    ck_assert(dt_open(&tree, blob.data));
}

/* A node has the same property in both, and the same parent. */
static void compare_node(dt_node node, int other)
{
    int property, parent = fdt_parent_offset(blob.data, other);
    struct dt_value value;

    ck_assert_str_eq(dt_name(&tree, node), fdt_get_name(blob.data, other, NULL));
    fdt_for_each_property_offset(property, blob.data, other)
    {
        const char *name;
        int size;
        const void *bytes = fdt_getprop_by_offset(blob.data, property, &name, &size);

        ck_assert_msg(dt_property(&tree, node, name, &value), "%s", name);
        ck_assert_uint_eq(value.size, (unsigned)size);
        ck_assert_mem_eq(value.bytes, bytes, (size_t)size);
    }
    ck_assert(!dt_property(&tree, node, "no-such-property", &value));
    if (parent >= 0)
        ck_assert_str_eq(dt_name(&tree, dt_parent(&tree, node)),
                         fdt_get_name(blob.data, parent, NULL));
}

START_TEST(every_node_and_property_is_found)
{
    int other = 0;
    unsigned nodes = 0;

    make_tree((unsigned)_i);
    for (dt_node node = DT_ROOT; node != DT_NONE; node = dt_next(&tree, node)) {
        compare_node(node, other);
        other = fdt_next_node(blob.data, other, NULL);
        nodes++;
    }
    ck_assert_int_lt(other, 0);
    ck_assert_uint_gt(nodes, 12);
    ck_assert_uint_eq(dt_parent(&tree, DT_ROOT), DT_NONE);
}
END_TEST

START_TEST(device_is_found_by_what_it_is_compatible_with)
{
    uint64_t base, size;
    uint32_t irq;
    dt_node disk, none;

    make_tree(2);
    disk = dt_compatible(&tree, DT_ROOT, "ata-generic");
    ck_assert_str_eq(dt_name(&tree, disk), "ide@3200000");
    ck_assert(dt_reg(&tree, disk, 0, &base, &size));
    ck_assert_uint_eq(base, 0x3200000);
    ck_assert_uint_eq(size, 0x800);
    ck_assert(dt_reg(&tree, disk, 1, &base, &size));
    ck_assert_uint_eq(base, 0x3200800);
    ck_assert(!dt_reg(&tree, disk, 2, &base, &size));
    ck_assert(dt_irq(&tree, disk, 0, &irq));
    ck_assert_uint_eq(irq, 14);
    ck_assert(!dt_irq(&tree, disk, 1, &irq));
    none = dt_compatible(&tree, disk, "ata-generic");
    ck_assert_uint_eq(none, DT_NONE);
    /* The second of three names, too, but no part of one. */
    ck_assert_uint_ne(dt_compatible(&tree, DT_ROOT, "sifive,test0"), DT_NONE);
    ck_assert_uint_eq(dt_compatible(&tree, DT_ROOT, "sifive,test"), DT_NONE);
}
END_TEST

START_TEST(handle_leads_to_its_node)
{
    struct dt_value dmas;
    dt_node disk;

    make_tree(1);
    disk = dt_compatible(&tree, DT_ROOT, "ata-generic");
    ck_assert(dt_property(&tree, disk, "dmas", &dmas));
    ck_assert_str_eq(dt_name(&tree, dt_by_handle(&tree, dt_cell(&dmas, 0))),
                     "dma-controller@3100000");
    ck_assert_uint_eq(dt_cell(&dmas, 2), 0); /* beyond the end */
    ck_assert_uint_eq(dt_by_handle(&tree, 1000), DT_NONE);
}
END_TEST

START_TEST(memory_and_bootargs_are_found)
{
    uint64_t base, size;

    make_tree(1);
    ck_assert(dt_memory(&tree, &base, &size));
    ck_assert_uint_eq(base, 0x80000000);
    ck_assert_uint_eq(size, 128 << 20);
    ck_assert_str_eq(dt_bootargs(&tree), "n=3 depth=2");
}
END_TEST

/* Asks everything of a tree that claims to be whole. */
static void ask_everything(const struct devicetree *of)
{
    uint64_t base, size;
    uint32_t irq;

    for (dt_node node = DT_ROOT; node != DT_NONE; node = dt_next(of, node)) {
        (void)dt_reg(of, node, 0, &base, &size);
        (void)dt_irq(of, node, 1, &irq);
        (void)dt_parent(of, node);
        (void)dt_child(of, node, "chosen");
        (void)dt_text(of, node, "status");
        (void)dt_is_compatible(of, node, "ns16550a");
    }
    (void)dt_memory(of, &base, &size);
    ck_assert_ptr_nonnull(dt_bootargs(of));
}

/* The bytes are in memory of their own size, so that a sanitizer sees what reads beyond. */
START_TEST(damaged_tree_is_refused_or_harmless)
{
    uint64_t random = 1;
    unsigned taken = 0;

    make_tree(1);
    for (unsigned round = 0; round < 3000; round++) {
        uint32_t *bytes = malloc(blob.size);
        struct devicetree damaged;

        ck_assert_ptr_nonnull(bytes);
        memcpy(bytes, blob.data, blob.size);
        for (unsigned i = 0; i < 1 + round % 4; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            /* The header says how large it is; what lies is the rest. */
            if (round % 2)
                bytes[2 + (random >> 33) % (blob.size / 4 - 2)] ^= 1u << (random >> 59);
            else
                bytes[14 + (random >> 33) % 200] = (uint32_t)(random >> 24);
        }
        if (dt_open(&damaged, bytes)) {
            ask_everything(&damaged);
            taken++;
        }
        free(bytes);
    }
    ck_assert_uint_gt(taken, 100);
    ck_assert_uint_lt(taken, 2900);
}
END_TEST

/* Trees made by hand: words of a structure block, big-endian, after a header. */
static bool opens(const uint32_t *structure, unsigned words)
{
    uint32_t bytes[64] = {0xd00dfeed, 0, 40, 0, 40, 17, 16, 0, 4, 0};
    struct devicetree made;

    bytes[3] = 40 + 4 * words; /* strings: one, "a" */
    bytes[1] = bytes[3] + 4;
    bytes[9] = 4 * words;
    for (unsigned i = 0; i < words; i++)
        bytes[10 + i] = structure[i];
    bytes[10 + words] = 0x61000000;
    for (unsigned i = 0; i < COUNT(bytes); i++)
        bytes[i] = cpu_to_fdt32(bytes[i]);
    return dt_open(&made, bytes);
}

#define OPENS(...)                                                                     \
    opens((const uint32_t[]){__VA_ARGS__},                                             \
          sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

START_TEST(structure_must_be_one_tree)
{
    ck_assert(OPENS(1, 0, 2, 9));
    ck_assert(OPENS(1, 0, 4, 3, 4, 0, 7, 1, 0x62000000, 2, 4, 2, 4, 9));
    ck_assert(!OPENS(1, 0, 2));                      /* no end */
    ck_assert(!OPENS(1, 0, 9));                      /* inside the root */
    ck_assert(!OPENS(2, 9));                         /* no root */
    ck_assert(!OPENS(1, 0, 2, 1, 0, 2, 9));          /* two */
    ck_assert(!OPENS(1, 0, 1, 0, 2, 3, 0, 0, 2, 9)); /* property after a child */
    ck_assert(!OPENS(1, 0, 3, 0xfffffffd, 0, 2, 9)); /* value beyond the end */
    ck_assert(!OPENS(1, 0, 3, 0, 4, 2, 9));          /* name beyond the end */
    ck_assert(!OPENS(1, 0x62626262, 0x62626262));    /* name without an end */
    ck_assert(!OPENS(1, 0, 5, 2, 9));                /* no such token */
}
END_TEST

START_TEST(other_blobs_are_refused)
{
    struct devicetree other;
    uint32_t bytes[16] = {0};

    ck_assert(!dt_open(&other, NULL));
    ck_assert(!dt_open(&other, bytes));
    make_tree(1);
    ck_assert(!dt_open(&other, blob.data + 1));
}
END_TEST

/* --- strings, printing ---------------------------------------------------------------- */

START_TEST(memory_functions_are_those_of_the_host)
{
    uint64_t room[3][8];
    char *a = (char *)room[0], *b = (char *)room[1], *c = (char *)room[2];

    for (size_t size = 0; size < 24; size++)
        for (size_t from = 0; from < 10; from++)
            for (size_t to = 0; to < 10; to++) {
                for (size_t i = 0; i < 64; i++)
                    a[i] = b[i] = (char)('a' + i), c[i] = (char)('A' + i);
                memmove(a + to, a + from, size);
                guest_memmove(b + to, b + from, size);
                ck_assert_mem_eq(a, b, 64);
                memcpy(a + to, c + from, size);
                guest_memcpy(b + to, c + from, size);
                ck_assert_mem_eq(a, b, 64);
                memset(a + from, -3, size);
                guest_memset(b + from, -3, size);
                ck_assert_mem_eq(a, b, 64);
                ck_assert_int_eq(guest_memcmp(a, b, 64), 0);
                ck_assert_int_eq(guest_memcmp(a, c, size + 1) < 0,
                                 memcmp(a, c, size + 1) < 0);
            }
}
END_TEST

START_TEST(text_functions_are_those_of_the_host)
{
    static const char *const texts[] = {"", "a", "ab", "b", "\xff"};

    for (unsigned i = 0; i < COUNT(texts); i++) {
        ck_assert_uint_eq(guest_strlen(texts[i]), strlen(texts[i]));
        for (unsigned j = 0; j < COUNT(texts); j++) {
            ck_assert_int_eq(guest_strcmp(texts[i], texts[j]) < 0,
                             strcmp(texts[i], texts[j]) < 0);
            ck_assert_int_eq(guest_strcmp(texts[i], texts[j]) == 0, i == j);
            ck_assert_int_eq(guest_strncmp(texts[i], texts[j], 1) == 0,
                             strncmp(texts[i], texts[j], 1) == 0);
        }
    }
}
END_TEST

static char printed[512];
static unsigned times;

static void take_text(const char *text, size_t bytes)
{
    ck_assert_uint_lt(strlen(printed) + bytes, sizeof(printed));
    strncat(printed, text, bytes);
    times++;
}

static void begin_printing(void)
{
    printed[0] = '\0';
    times = 0;
    print_to(take_text);
}

/* The same by the host's printf. */
#define SAME(...)                                                                      \
    do {                                                                               \
        char right[512];                                                               \
                                                                                       \
        begin_printing();                                                              \
        snprintf(right, sizeof(right), __VA_ARGS__);                                   \
        print(__VA_ARGS__);                                                            \
        print_flush();                                                                 \
        ck_assert_str_eq(printed, right);                                              \
    } while (0)

START_TEST(print_prints_what_printf_prints)
{
    SAME("%d %d %u", -5, 7, 4000000000u);
    SAME("%ld %lu %lx", INT64_MIN, UINT64_MAX, UINT64_MAX);
    SAME("[%8x] [%08x] [%5d] [%05d] [%2u]", 0xbeefu, 0xbeefu, -42, -42, 12345u);
    SAME("%s, %c, %%", "text", 'c');
    SAME("0x%02x%016lx", 0xau, UINT64_C(0x123456789));
}
END_TEST

START_TEST(line_is_handed_over_as_a_whole)
{
    begin_printing();
    print("one ");
    print("%d", 2);
    ck_assert_uint_eq(times, 0);
    print(" three\nfour");
    ck_assert_uint_eq(times, 1);
    ck_assert_str_eq(printed, "one 2 three\n");
    print_flush();
    ck_assert_str_eq(printed, "one 2 three\nfour");
}
END_TEST

/* --- contents of disks ---------------------------------------------------------------- */

START_TEST(sector_says_where_each_line_is)
{
    static const uint64_t numbers[] = {0, 0x1c8, 0xffffffff, 0x123456789a};
    uint64_t sector[PATTERN_SECTOR / 8];

    for (unsigned n = 0; n < COUNT(numbers); n++) {
        char right[PATTERN_SECTOR + 1];

        for (unsigned i = 0; i < PATTERN_SECTOR; i += 16)
            sprintf(right + i, "%010lx %c%03x\n", numbers[n], '+', i);
        pattern_fill(sector, numbers[n], PATTERN_ORIGINAL);
        ck_assert_mem_eq(sector, right, PATTERN_SECTOR);
        ck_assert_uint_eq(pattern_check(sector, numbers[n], '+'), PATTERN_SECTOR);
        ck_assert_uint_lt(pattern_check(sector, numbers[n] + 1, '+'), PATTERN_SECTOR);
        ck_assert_uint_eq(pattern_check(sector, numbers[n], 'a'), 11);
    }
}
END_TEST

START_TEST(each_wrong_byte_is_found)
{
    uint64_t sector[PATTERN_SECTOR / 8];

    for (unsigned at = 0; at < PATTERN_SECTOR; at++) {
        pattern_fill(sector, 99, 'w');
        ((char *)sector)[at] ^= 1;
        ck_assert_uint_eq(pattern_check(sector, 99, 'w'), at);
    }
}
END_TEST

/* --- arguments ------------------------------------------------------------------------ */

START_TEST(arguments_are_read)
{
    struct arguments arguments;

    begin_printing();
    ck_assert(arguments_read(&arguments, "  driver=ata-dma n=64 bytes=64K depth=0x20 "
                                         "op=write order=random seed=7 bus=stealing "
                                         "event-idx=off compute=2M "));
    ck_assert_uint_eq(arguments.driver, DRIVER_ATA_DMA);
    ck_assert_uint_eq(arguments.n, 64);
    ck_assert_uint_eq(arguments.bytes, 65536);
    ck_assert_uint_eq(arguments.depth, 32);
    ck_assert_uint_eq(arguments.op, OP_WRITE);
    ck_assert_uint_eq(arguments.order, ORDER_RANDOM);
    ck_assert_uint_eq(arguments.seed, 7);
    ck_assert_uint_eq(arguments.bus, 1);
    ck_assert_uint_eq(arguments.event_idx, 0);
    ck_assert_uint_eq(arguments.indirect, 1);
    ck_assert_uint_eq(arguments.compute, 2 << 20);
    ck_assert_str_eq(printed, "");
    ck_assert(arguments_read(&arguments, ""));
    ck_assert_uint_eq(arguments.bytes, 4096);
}
END_TEST

static const struct {
    const char *text, *complaint;
} bad_arguments[] = {
    {"n", "kernel: argument 'n' is not name=value\n"},
    {"n=", "kernel: argument 'n': '' is none of 0 to 4294967296\n"},
    {"n=-1", "kernel: argument 'n': '-1' is none of 0 to 4294967296\n"},
    {"n=3x", "kernel: argument 'n': '3x' is none of 0 to 4294967296\n"},
    {"seed=18446744073709551616",
     "kernel: argument 'seed': '18446744073709551616' is none of 0 to "
     "18446744073709551615\n"},
    {"depth=33", "kernel: argument 'depth': '33' is none of 1 to 32\n"},
    {"op=erase",
     "kernel: argument 'op': 'erase' is none of read, write, hypercall, none\n"},
    {"bytes=1000",
     "kernel: arguments: 'bytes' is not a number of whole sectors of 512 bytes\n"},
    {"bytes=256k depth=9",
     "kernel: arguments: 'bytes' times 'depth' is more than the 2 MiB "
     "there are for buffers\n"},
    {"bytes=66048 depth=31",
     "kernel: arguments: 'bytes' times 'depth' is more than the 2 MiB there are for "
     "buffers\n"},
    {"span=7", "kernel: arguments: 'span' is shorter than one operation\n"},
    {"op=write rogue=address",
     "kernel: arguments: 'rogue' follows honest reads: op=read\n"},
    {"driver=none", "kernel: arguments: without a driver op is hypercall or none\n"},
};

START_TEST(bad_argument_is_refused_with_a_reason)
{
    struct arguments arguments;

    begin_printing();
    ck_assert(!arguments_read(&arguments, bad_arguments[_i].text));
    ck_assert_str_eq(printed, bad_arguments[_i].complaint);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, every_node_and_property_is_found, 1, 9);
    tcase_add_test(tcase, device_is_found_by_what_it_is_compatible_with);
    tcase_add_test(tcase, handle_leads_to_its_node);
    tcase_add_test(tcase, memory_and_bootargs_are_found);
    tcase_add_test(tcase, damaged_tree_is_refused_or_harmless);
    tcase_add_test(tcase, structure_must_be_one_tree);
    tcase_add_test(tcase, other_blobs_are_refused);
    tcase_add_test(tcase, memory_functions_are_those_of_the_host);
    tcase_add_test(tcase, text_functions_are_those_of_the_host);
    tcase_add_test(tcase, print_prints_what_printf_prints);
    tcase_add_test(tcase, line_is_handed_over_as_a_whole);
    tcase_add_test(tcase, sector_says_where_each_line_is);
    tcase_add_test(tcase, each_wrong_byte_is_found);
    tcase_add_test(tcase, arguments_are_read);
    tcase_add_loop_test(tcase, bad_argument_is_refused_with_a_reason, 0,
                        COUNT(bad_arguments));
}

TEST_MAIN("guest_lib", add_tests)
