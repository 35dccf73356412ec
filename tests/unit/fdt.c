/*
 * The device tree: what it says of a board, and that it says what QEMU 7.2 says of its
 * virt machine (compared where qemu-system-riscv64 is installed).
 */
#include "tests/lib/suite.h"

#include "base/bits.h"
#include "image/fdt.h"

#include <libfdt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct board_desc desc;
static struct buf tree;

static void make_tree(const struct fdt_chosen *chosen)
{
    struct err err = {0};

    buf_clear(&tree);
    ck_assert_msg(fdt_make(&tree, &desc, chosen, &err), "%s", err.text);
    ck_assert_int_eq(fdt_check_full(tree.data, tree.size), 0);
}

static int node_at(const char *path)
{
    int node = fdt_path_offset(tree.data, path);

    ck_assert_msg(node >= 0, "no node %s", path);
    return node;
}

static uint32_t cell_of(const char *path, const char *name, unsigned index)
{
    int size;
    const fdt32_t *cells = fdt_getprop(tree.data, node_at(path), name, &size);

    ck_assert_msg(cells && (unsigned)size >= 4 * (index + 1), "%s: %s", path, name);
    return fdt32_to_cpu(cells[index]);
}

static const char *text_of(const char *path, const char *name)
{
    const char *text = fdt_getprop(tree.data, node_at(path), name, NULL);

    ck_assert_msg(text != NULL, "%s has no %s", path, name);
    return text;
}

static const struct fdt_chosen nothing_chosen;

/* --- Against QEMU ------------------------------------------------------------------ */

/* Nodes of QEMU's that stand for what this board has not got. */
static const char *const absent[] = {
    "/pmu",
    "/fw-cfg@10100000",
    "/flash@20000000",
    "/platform-bus@4000000",
    "/soc/rtc@101000",
    "/soc/pci@30000000",
    "/soc/virtio_mmio@10002000",
    "/soc/virtio_mmio@10003000",
    "/soc/virtio_mmio@10004000",
    "/soc/virtio_mmio@10005000",
    "/soc/virtio_mmio@10006000",
    "/soc/virtio_mmio@10007000",
    "/soc/virtio_mmio@10008000",
};

/* Properties that differ, because the harts do, or because QEMU's are random. */
static const char *const different[] = {"riscv,isa", "rng-seed"};

/* What is ours alone: nodes, and properties (or their values) of nodes that QEMU has. */
static const char *const ours[] = {
    "/soc/dma-controller@3100000", "/soc/ide@3200000",      "riscv,isa",
    "riscv,cbom-block-size",       "riscv,cboz-block-size",
};

static bool listed(const char *const *list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(text, list[i], strlen(list[i])) == 0)
            return true;
    return false;
}

/* Every property of the node in `a` is the same in `b`, but for those in the list. */
static void compare_properties(const void *a, int node_a, const void *b, int node_b,
                               const char *path, const char *const *but, size_t count)
{
    int property;

    fdt_for_each_property_offset(property, a, node_a)
    {
        int size_a, size_b;
        const char *name;
        const void *value_a = fdt_getprop_by_offset(a, property, &name, &size_a);
        const void *value_b = fdt_getprop(b, node_b, name, &size_b);

        if (listed(but, count, name))
            continue;
        ck_assert_msg(value_b != NULL, "%s: %s is missing", path, name);
        ck_assert_msg(size_a == size_b && memcmp(value_a, value_b, (size_t)size_a) == 0,
                      "%s: %s differs (%d and %d bytes)", path, name, size_a, size_b);
    }
}

/* Every node of `a` is in `b` with the same properties, but for those listed. */
static void compare_trees(const void *a, const void *b, const char *const *but_nodes,
                          size_t nodes, const char *const *but_properties,
                          size_t properties)
{
    int depth = 0;
    unsigned compared = 0;

    for (int node = 0; node >= 0 && depth >= 0; node = fdt_next_node(a, node, &depth)) {
        char path[256];
        int other;

        ck_assert_int_eq(fdt_get_path(a, node, path, sizeof(path)), 0);
        if (listed(but_nodes, nodes, path))
            continue;
        other = fdt_path_offset(b, path);
        ck_assert_msg(other >= 0, "no node %s", path);
        compare_properties(a, node, b, other, path, but_properties, properties);
        compared++;
    }
    ck_assert_uint_gt(compared, 10);
}

static void *read_tree(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t room = 2 << 20;
    void *bytes = malloc(room);

    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_uint_gt(fread(bytes, 1, room, file), 0);
    fclose(file);
    ck_assert_int_eq(fdt_check_header(bytes), 0);
    return bytes;
}

static const struct {
    unsigned harts, megabytes;
    const char *options; /* of QEMU, "program" being some file */
    struct fdt_chosen chosen;
} machines[] = {
    {1, 128, "", {0}},
    {4, 64, "", {0}},
    {8, 2048, "", {0}},
    {1,
     128,
     "-kernel program -append 'console=ttyS0 quiet'",
     {.bootargs = "console=ttyS0 quiet"}},
    {2,
     128,
     "-kernel program -initrd program",
     {.initrd_start = 0x84000000, .initrd_end = 0x84000010}},
};

/* QEMU's tree for that machine, or NULL where there is no QEMU. */
static void *qemu_tree(int machine)
{
    char directory[] = "/tmp/fdt-test-XXXXXX", command[512];
    void *bytes;

    if (system("command -v qemu-system-riscv64 >/dev/null") != 0)
        return NULL;
    ck_assert_ptr_nonnull(mkdtemp(directory));
    ck_assert_int_eq(chdir(directory), 0);
    snprintf(command, sizeof(command),
             "printf 0123456789abcdef >program && "
             "qemu-system-riscv64 -M virt,dumpdtb=tree -bios none -display none "
             "-smp %u -m %u %s 2>/dev/null",
             machines[machine].harts, machines[machine].megabytes,
             machines[machine].options);
    ck_assert_int_eq(system(command), 0);
    bytes = read_tree("tree");
    ck_assert_int_eq(unlink("tree") | unlink("program") | chdir("/"), 0);
    ck_assert_int_eq(rmdir(directory), 0);
    return bytes;
}

START_TEST(tree_is_that_of_qemu)
{
    void *theirs = qemu_tree(_i);

    if (!theirs) {
        puts("fdt: qemu-system-riscv64 is not installed: not compared");
        return;
    }
    desc = board_virt;
    desc.harts = machines[_i].harts;
    desc.ram_size = (uint64_t)machines[_i].megabytes << 20;
    make_tree(&machines[_i].chosen);
    compare_trees(theirs, tree.data, absent, COUNT(absent), different,
                  COUNT(different));
    compare_trees(tree.data, theirs, ours, COUNT(ours), ours, COUNT(ours));
    free(theirs);
}
END_TEST

/* --- Our own ------------------------------------------------------------------------ */

START_TEST(dma_controller_has_its_eight_interrupts)
{
    const char *path = "/soc/dma-controller@3100000";

    desc = board_virt;
    make_tree(&nothing_chosen);
    ck_assert_str_eq(text_of(path, "compatible"), "sifive,fu540-c000-pdma");
    for (unsigned i = 0; i < 8; i++)
        ck_assert_uint_eq(cell_of(path, "interrupts", i), 23 + i);
    ck_assert_uint_eq(cell_of(path, "reg", 1), 0x3100000);
    ck_assert_uint_eq(cell_of(path, "#dma-cells", 0), 1);
}
END_TEST

START_TEST(disk_has_two_ranges_of_registers)
{
    const char *path = "/soc/ide@3200000";

    desc = board_virt;
    make_tree(&nothing_chosen);
    ck_assert_str_eq(text_of(path, "compatible"), "ata-generic");
    ck_assert_uint_eq(cell_of(path, "reg", 1), 0x3200000);
    ck_assert_uint_eq(cell_of(path, "reg", 5), 0x3200800);
    ck_assert_uint_eq(cell_of(path, "reg-shift", 0), 2);
    ck_assert_uint_eq(cell_of(path, "interrupts", 0), 14);
}
END_TEST

/* Linux: bindings riscv,iommu and iommu: a handle, and an id for each channel. */
START_TEST(channels_say_which_iommu_they_are_behind)
{
    const char *iommu = "/soc/iommu@3010000", *dma = "/soc/dma-controller@3100000";
    const char *second = "/soc/dma-controller@3400000";
    struct board_row row = {.type = "dma", .name = "dma1", .base = 0x3400000};
    struct err err;
    uint32_t handle;

    desc = board_virt;
    ck_assert(board_desc_add(&desc, &board_virt_iommu, &err));
    ck_assert(board_desc_add(&desc, &row, &err));
    make_tree(&nothing_chosen);
    ck_assert_str_eq(text_of(iommu, "compatible"), "riscv,iommu");
    ck_assert_uint_eq(cell_of(iommu, "#iommu-cells", 0), 1);
    ck_assert_uint_eq(cell_of(iommu, "reg", 3), 0x1000);
    handle = cell_of(iommu, "phandle", 0);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_uint_eq(cell_of(iommu, "interrupts", i), 36 + i);
        ck_assert_uint_eq(cell_of(dma, "iommus", 2 * i), handle);
        ck_assert_uint_eq(cell_of(dma, "iommus", 2 * i + 1), 0x104 + i);
        ck_assert_uint_eq(cell_of(second, "iommus", 2 * i + 1), 0x108 + i);
    }
    for (unsigned i = 0; i < desc.rows; i++)
        if (strcmp(desc.row[i].type, "dma") == 0) {
            desc.row[i].settings = 1;
            strcpy(desc.row[i].setting[0].name, "iommu");
            desc.row[i].setting[0].value = 0;
        }
    make_tree(&nothing_chosen);
    ck_assert_ptr_null(fdt_getprop(tree.data, node_at(dma), "iommus", NULL));
}
END_TEST

START_TEST(disk_names_its_request_line_at_the_controller)
{
    const char *disk = "/soc/ide@3200000";

    desc = board_virt;
    make_tree(&nothing_chosen);
    ck_assert_uint_eq(cell_of(disk, "dmas", 0),
                      cell_of("/soc/dma-controller@3100000", "phandle", 0));
    ck_assert_uint_eq(cell_of(disk, "dmas", 1), 0);
    ck_assert_str_eq(text_of(disk, "dma-names"), "data");
}
END_TEST

START_TEST(isa_string_names_what_the_harts_have)
{
    const char *isa;

    desc = board_virt;
    make_tree(&nothing_chosen);
    isa = text_of("/cpus/cpu@0", "riscv,isa");
    ck_assert_str_eq(isa, "rv64imach_zicbom_zicboz_zicntr_zicsr_zifencei_zihintpause_"
                          "sstc_svadu_svnapot");
    ck_assert_str_eq(text_of("/cpus/cpu@0", "mmu-type"), "riscv,sv48");
}
END_TEST

START_TEST(node_follows_its_device)
{
    struct board_row uart = {
        .type = "uart", .name = "uart1", .base = 0x20000000, .irqs = 1, .irq = {42}};

    desc = board_virt;
    ck_assert(board_desc_add(&desc, &uart, NULL));
    make_tree(&nothing_chosen);
    ck_assert_uint_eq(cell_of("/soc/serial@20000000", "interrupts", 0), 42);
    ck_assert_uint_eq(cell_of("/soc/serial@20000000", "interrupt-parent", 0), 3);
    ck_assert_str_eq(text_of("/chosen", "stdout-path"), "/soc/serial@10000000");
}
END_TEST

START_TEST(second_interrupt_controller_has_no_handle)
{
    struct board_row plic = {.type = "plic", .name = "plic1", .base = 0x20000000};

    desc = board_virt;
    ck_assert(board_desc_add(&desc, &plic, NULL));
    make_tree(&nothing_chosen);
    ck_assert_uint_eq(fdt_get_phandle(tree.data, node_at("/soc/plic@c000000")), 3);
    ck_assert_uint_eq(fdt_get_phandle(tree.data, node_at("/soc/plic@20000000")), 0);
}
END_TEST

START_TEST(board_without_a_device_has_no_node_for_it)
{
    desc = board_virt;
    desc.rows = 1; /* the ROM alone */
    make_tree(&nothing_chosen);
    ck_assert_int_eq(fdt_path_offset(tree.data, "/poweroff"), -FDT_ERR_NOTFOUND);
    ck_assert_int_eq(fdt_first_subnode(tree.data, node_at("/soc")), -FDT_ERR_NOTFOUND);
    ck_assert_ptr_null(fdt_getprop(tree.data, node_at("/chosen"), "stdout-path", NULL));
}
END_TEST

START_TEST(long_command_line_fits)
{
    size_t length = 100000;
    char *text = malloc(length + 1);
    struct fdt_chosen chosen = {.bootargs = text};

    ck_assert_ptr_nonnull(text);
    memset(text, 'x', length);
    text[length] = '\0';
    desc = board_virt;
    make_tree(&chosen);
    ck_assert_uint_eq(strlen(text_of("/chosen", "bootargs")), length);
    free(text);
}
END_TEST

START_TEST(endless_command_line_is_refused)
{
    size_t length = 2 << 20;
    char *text = malloc(length + 1);
    struct fdt_chosen chosen = {.bootargs = text};
    struct err err = {0};

    ck_assert_ptr_nonnull(text);
    memset(text, 'x', length);
    text[length] = '\0';
    desc = board_virt;
    ck_assert(!fdt_make(&tree, &desc, &chosen, &err));
    ck_assert_str_eq(err.text, "cannot make the device tree: FDT_ERR_NOSPACE");
    free(text);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, tree_is_that_of_qemu, 0, COUNT(machines));
    tcase_add_test(tcase, dma_controller_has_its_eight_interrupts);
    tcase_add_test(tcase, disk_has_two_ranges_of_registers);
    tcase_add_test(tcase, channels_say_which_iommu_they_are_behind);
    tcase_add_test(tcase, disk_names_its_request_line_at_the_controller);
    tcase_add_test(tcase, isa_string_names_what_the_harts_have);
    tcase_add_test(tcase, node_follows_its_device);
    tcase_add_test(tcase, second_interrupt_controller_has_no_handle);
    tcase_add_test(tcase, board_without_a_device_has_no_node_for_it);
    tcase_add_test(tcase, long_command_line_fits);
    tcase_add_test(tcase, endless_command_line_is_refused);
}

TEST_MAIN("fdt", add_tests)
