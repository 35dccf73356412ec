/*
 * The kernel's arguments: `name=value`, separated by spaces.
 *
 * They come from /chosen/bootargs of the device tree, which is where `--append` goes. Each
 * is a row of a table, with its limits and its meaning; what does not fit the table is
 * refused, since a workload that quietly was another one than was asked for would be worse
 * than none.
 */
#include "kernel/arguments.h"

#include "driver/block.h"
#include "lib/number.h"
#include "lib/print.h"
#include "lib/string.h"
#include "lib/words.h"

#include <stddef.h>

#define DRIVERS  "auto\0none\0ata-pio\0ata-dma\0virtio\0"
#define OPS      "read\0write\0hypercall\0none\0"
#define ORDERS   "seq\0random\0"
#define BUSES    "burst\0stealing\0transparent\0"
#define ROGUES   "none\0address\0head\0next\0loop\0index\0malice\0"
#define SWITCHES "off\0on\0"

#define AT(field)       offsetof(struct arguments, field)
#define MOST_SECTORS    (1ul << 40)
#define ANY             UINT64_MAX
#define WORDS(list)     list, 0, 0
#define FROM_TO(lo, hi) "", lo, hi

/* clang-format off */
static const struct row {
    char name[12];
    size_t field;
    uint64_t usual;
    char words[64]; /* empty: a number from `least` to `most` */
    uint64_t least, most;
    char help[64];
} rows[] = {
    {"driver",    AT(driver),    DRIVER_AUTO, WORDS(DRIVERS),       "which disk, by which driver"},
    {"op",        AT(op),        OP_READ,  WORDS(OPS),              "what an operation is"},
    {"n",         AT(n),         1,        FROM_TO(0, 1ul << 32),   "operations"},
    {"bytes",     AT(bytes),     4096,     FROM_TO(512, WORK_BYTES), "bytes of each, whole sectors"},
    {"depth",     AT(depth),     1,        FROM_TO(1, WORK_DEPTH),  "operations under way at the same time, if the disk can"},
    {"order",     AT(order),     ORDER_SEQ, WORDS(ORDERS),          "one after the other, or anywhere"},
    {"seed",      AT(seed),      1,        FROM_TO(0, ANY),         "of the random order, and of what is written"},
    {"compute",   AT(compute),   0,        FROM_TO(0, ANY),         "rounds of a loop after each operation"},
    {"lba",       AT(lba),       0,        FROM_TO(0, MOST_SECTORS), "first sector"},
    {"span",      AT(span),      0,        FROM_TO(0, MOST_SECTORS), "sectors from there on; 0: to the end of the disk"},
    {"origin",    AT(origin),    0,        FROM_TO(0, MOST_SECTORS), "number that the disk's contents give its first sector"},
    {"disk",      AT(disk),      0,        FROM_TO(0, 63),          "which of the disks of that kind"},
    {"channel",   AT(channel),   0,        FROM_TO(0, 63),          "of the DMA controller"},
    {"bus",       AT(bus),       0,        WORDS(BUSES),            "how the channel shares the bus"},
    {"event-idx", AT(event_idx), 1,        WORDS(SWITCHES),         "virtio: tell each other only what is asked for"},
    {"indirect",  AT(indirect),  1,        WORDS(SWITCHES),         "virtio: descriptors of a request in a table of its own"},
    {"paging",    AT(paging),    1,        WORDS(SWITCHES),         "Sv39, or physical addresses"},
    {"timeout",   AT(timeout),   10000,    FROM_TO(0, 1ul << 32),   "ms to wait for a disk that says nothing; 0: for ever"},
    {"rogue",     AT(rogue),     ROGUE_NONE, WORDS(ROGUES),         "which forged request to make after the honest ones"},
    {"rogue-at",  AT(rogue_at),  0,        FROM_TO(0, ANY),         "address that it names"},
    {"rogue-lba", AT(rogue_lba), 0,        FROM_TO(0, MOST_SECTORS), "sector that it reads"},
};
/* clang-format on */

enum { ROWS = sizeof(rows) / sizeof(rows[0]), WORD = 64 };

/* --- values --------------------------------------------------------------------------- */

static bool read_number(const char *text, uint64_t *number)
{
    const char *end = number_read(text, number);

    return end && !*end;
}

static bool read_word(const char *words, const char *text, uint64_t *number)
{
    int found = word_find(words, text);

    *number = (uint64_t)found;
    return found >= 0;
}

static void print_values(const struct row *row)
{
    if (!row->words[0])
        print("%lu to %lu", row->least, row->most);
    for (unsigned i = 0; *word_at(row->words, i); i++)
        print("%s%s", i ? ", " : "", word_at(row->words, i));
}

static bool read_value(const struct row *row, const char *text, uint64_t *value)
{
    bool ok = row->words[0] ? read_word(row->words, text, value)
                            : read_number(text, value) && *value >= row->least &&
                                  *value <= row->most;

    if (!ok) {
        print("kernel: argument '%s': '%s' is none of ", row->name, text);
        print_values(row);
        print("\n");
    }
    return ok;
}

/* --- the text ------------------------------------------------------------------------- */

static void print_all(void)
{
    print("kernel: arguments, and what they usually are:\n");
    for (unsigned i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];

        if (row->words[0])
            print("%10s %8s", row->name, word_at(row->words, (unsigned)row->usual));
        else
            print("%10s %8lu", row->name, row->usual);
        print("  %s: ", row->help);
        print_values(row);
        print("\n");
    }
}

static const struct row *find(const char *name)
{
    for (unsigned i = 0; i < ROWS; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static uint64_t *field(struct arguments *arguments, const struct row *row)
{
    return (uint64_t *)(void *)((char *)arguments + row->field);
}

/* "name=value", which is cut in two. */
static bool read_argument(struct arguments *arguments, char *text)
{
    char *value = text;
    const struct row *row;

    while (*value && *value != '=')
        value++;
    if (!*value) {
        print("kernel: argument '%s' is not name=value\n", text);
        return false;
    }
    *value++ = '\0';
    row = find(text);
    if (!row) {
        print("kernel: there is no argument '%s'; 'help' lists those that there are\n",
              text);
        return false;
    }
    return read_value(row, value, field(arguments, row));
}

/* Copies up to the next space. */
static const char *take_word(const char *at, char word[WORD])
{
    unsigned length = 0;

    for (; *at && *at != ' '; at++)
        if (length < WORD - 1)
            word[length++] = *at;
    word[length] = '\0';
    return at;
}

/* What each value alone does not tell. */
static bool fits_together(const struct arguments *arguments)
{
    const char *wrong = NULL;

    if (arguments->bytes % BLOCK_SECTOR)
        wrong = "'bytes' is not a number of whole sectors of 512 bytes";
    else if (work_stride(arguments->bytes) * arguments->depth > WORK_ROOM)
        wrong = "'bytes' times 'depth' is more than the 2 MiB there are for buffers";
    else if (arguments->span && arguments->span < arguments->bytes / BLOCK_SECTOR)
        wrong = "'span' is shorter than one operation";
    else if (arguments->rogue != ROGUE_NONE && arguments->op != OP_READ)
        wrong = "'rogue' follows honest reads: op=read";
    else if (arguments->driver == DRIVER_NONE && arguments->op < OP_HYPERCALL)
        wrong = "without a driver op is hypercall or none";
    if (wrong)
        print("kernel: arguments: %s\n", wrong);
    return !wrong;
}

bool arguments_read(struct arguments *arguments, const char *text)
{
    char word[WORD];

    for (unsigned i = 0; i < ROWS; i++)
        *field(arguments, &rows[i]) = rows[i].usual;
    arguments->help = false;
    while (*text) {
        if (*text == ' ') {
            text++;
            continue;
        }
        text = take_word(text, word);
        if (strcmp(word, "help") == 0) {
            print_all();
            arguments->help = true;
        } else if (!read_argument(arguments, word)) {
            return false;
        }
    }
    return fits_together(arguments);
}
