/*
 * What the programs of the machine parse, compiled for the host: after a byte that chooses,
 * a device tree, or the kernel's arguments. A tree may say anything but how large it is,
 * which is what the program is given; whatever is then asked stays within it.
 */
#include "src/guest/kernel/arguments.h"
#include "src/guest/kernel/pattern.h"
#include "src/guest/lib/devicetree.h"
#include "src/guest/lib/print.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 40, SIZE_AT = 4 };

static void ask_node(const struct devicetree *tree, dt_node node)
{
    dt_node parent = dt_parent(tree, node);
    uint64_t base, bytes;
    struct dt_value value;
    uint32_t irq;

    assert(node == DT_ROOT || parent < node);
    for (unsigned i = 0; i < 3; i++) {
        (void)dt_reg(tree, node, i, &base, &bytes);
        (void)dt_irq(tree, node, i, &irq);
    }
    if (dt_property(tree, node, "reg", &value))
        assert(value.size <= tree->structure_size);
    assert(strlen(dt_name(tree, node)) < tree->structure_size);
    (void)dt_is_compatible(tree, node, "ns16550a");
    if (parent != DT_NONE)
        assert(dt_child(tree, parent, dt_name(tree, node)) <= node);
}

static void ask_tree(const struct devicetree *tree)
{
    uint64_t base, bytes;

    for (dt_node node = DT_ROOT; node != DT_NONE; node = dt_next(tree, node))
        ask_node(tree, node);
    (void)dt_memory(tree, &base, &bytes);
    (void)dt_by_handle(tree, 3);
    assert(dt_bootargs(tree));
}

static void try_tree(const uint8_t *data, size_t size)
{
    struct devicetree tree;
    uint8_t *blob;

    if (size < HEADER)
        return;
    blob = malloc(size);
    assert(blob);
    memcpy(blob, data, size);
    for (unsigned i = 0; i < 4; i++)
        blob[SIZE_AT + i] = (uint8_t)(size >> (24 - 8 * i));
    if (dt_open(&tree, blob))
        ask_tree(&tree);
    free(blob);
}

static size_t complaints;

static void take_complaint(const char *text, size_t bytes)
{
    (void)text;
    complaints += bytes;
}

/* Good ones are within their limits; what is refused is complained of. */
static void try_arguments(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct arguments arguments;
    bool ok;

    assert(text);
    memcpy(text, data, size);
    text[size] = '\0';
    complaints = 0;
    print_to(take_complaint);
    ok = arguments_read(&arguments, text);
    print_flush();
    if (ok)
        assert(arguments.bytes % PATTERN_SECTOR == 0 && arguments.depth >= 1 &&
               work_stride(arguments.bytes) * arguments.depth <= WORK_ROOM);
    else
        assert(complaints);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    if (data[0] & 1)
        try_tree(data + 1, size - 1);
    else
        try_arguments(data + 1, size - 1);
    return 0;
}
