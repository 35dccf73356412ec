#include "face/docs_command.h"

#include "base/bits.h"
#include "base/nearest.h"
#include "face/docs_commands.h"
#include "face/docs_isa.h"
#include "face/docs_screen.h"
#include "face/options.h"
#include "machine/board/board.h"
#include "machine/virtio/virtio.h"
#include "observe/exits/account.h"
#include "observe/exits/deliveries.h"
#include "observe/metrics.h"
#include "observe/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- registers ----------------------------------------------------------------- */

/* How software can use the register: what it writes stays, clears, or is ignored. */
static const char *access_name(const struct reg *reg)
{
    if (reg->rw && reg->w1c)
        return "RW, W1C";
    if (reg->w1c)
        return "W1C";
    return reg->rw || reg->written ? "RW" : "RO";
}

static void print_register_row(const struct reg *reg)
{
    printf("| 0x%03" PRIx32 " | %u | %s | %s | 0x%" PRIx64 " | %s", reg->offset,
           reg->size, reg->name, access_name(reg), reg->reset, reg->help);
    if (reg->count > 1)
        printf("; %u of them, 0x%" PRIx32 " apart", reg->count, reg->stride);
    printf(" |\n");
}

/* An array whose registers are further apart than they are large belongs to each of
 * several pages: channels, contexts. That is said once, above the table. */
static const struct reg *common_array(const struct regfile *file)
{
    const struct reg *first = &file->regs[0];

    for (size_t i = 0; i < file->count; i++)
        if (file->regs[i].count != first->count ||
            file->regs[i].stride != first->stride || first->count < 2)
            return NULL;
    return first;
}

static void print_registers(const struct regfile *file)
{
    const struct reg *array = common_array(file);

    if (array)
        printf("### Registers, %u times, 0x%" PRIx32 " apart\n\n", array->count,
               array->stride);
    printf("| offset | bytes | name | access | reset | what it is |\n"
           "| --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < file->count; i++) {
        struct reg reg = file->regs[i];

        if (array)
            reg.count = 1;
        print_register_row(&reg);
    }
}

static void print_bits(const struct reg_field *field)
{
    if (field->hi == field->lo)
        printf("| %u", field->lo);
    else
        printf("| %u:%u", field->hi, field->lo);
}

/* Whether software can change the field, by the masks of its register. */
static const char *field_access(const struct reg *reg, const struct reg_field *field)
{
    uint64_t mask = BITS(field->hi, field->lo);

    return reg->w1c & mask ? "W1C" : reg->rw & mask ? "RW" : "RO";
}

static void print_fields(const struct reg *reg)
{
    printf("\n### %s (0x%03" PRIx32 ")\n\n", reg->name, reg->offset);
    printf("| bits | field | access | what it is |\n| --- | --- | --- | --- |\n");
    for (const struct reg_field *field = reg->fields; field->name; field++) {
        print_bits(field);
        printf(" | %s | %s | %s", field->name, field_access(reg, field), field->help);
        for (unsigned i = 0; field->values && field->values[i]; i++)
            printf("%s%u: %s", i == 0 ? ". " : "; ", i, field->values[i]);
        printf(" |\n");
    }
}

static void print_device(const struct device_type *type)
{
    print_registers(type->regs);
    for (size_t i = 0; i < type->regs->count; i++)
        if (type->regs->regs[i].fields)
            print_fields(&type->regs->regs[i]);
}

/* --- lists --------------------------------------------------------------------- */

static void print_costs(void)
{
    printf("| price | default | unit | what it prices | where the default is from |\n"
           "| --- | --- | --- | --- | --- |\n");
    for (unsigned i = 0; i < COSTS; i++)
        printf("| `%s` | %" PRIu32 " | %s | %s | %s |\n", cost_infos[i].name,
               cost_infos[i].price, cost_infos[i].unit, cost_infos[i].meaning,
               cost_infos[i].source);
}

static void print_events(void)
{
    printf("| event | what it is | fields |\n| --- | --- | --- |\n");
    for (unsigned i = 0; i < EVENT_KINDS; i++) {
        printf("| `%s` | %s | ", event_infos[i].name, event_infos[i].help);
        for (const struct event_field *field = event_infos[i].fields; field->name;
             field++)
            printf("%s%s (%s)", field == event_infos[i].fields ? "" : ", ", field->name,
                   event_unit_names[field->unit]);
        printf(" |\n");
    }
}

static void print_board(void)
{
    const struct board_desc *desc = &board_virt;

    printf("| address | bytes | device | type | interrupts |\n"
           "| --- | --- | --- | --- | --- |\n");
    for (unsigned i = 0; i < desc->rows; i++) {
        const struct board_row *row = &desc->row[i];
        const struct device_type *type = device_type_by_name(row->type);

        printf("| 0x%" PRIx64 " | 0x%" PRIx64 " | %s | %s |", row->base, type->size,
               row->name, row->type);
        for (unsigned j = 0; j < row->irqs; j++)
            printf(" %u", row->irq[j]);
        printf(" |\n");
    }
    printf("| 0x%" PRIx64 " | 0x%" PRIx64 " | RAM | | |\n", desc->ram_base,
           desc->ram_size);
}

static void print_devices(void)
{
    printf("| type | what it is |\n| --- | --- |\n");
    for (unsigned i = 0; device_types[i]; i++)
        printf("| `%s` | %s |\n", device_types[i]->name, device_types[i]->help);
}

static void print_metrics(void)
{
    printf("| metric | unit | what it is |\n| --- | --- | --- |\n");
    for (int i = 0; i < METRICS; i++)
        printf("| `%s` | %s | %s |\n", metric_infos[i].name, metric_infos[i].unit,
               metric_infos[i].help);
}

static void print_virtio_rules(void)
{
    printf("| rule | broken when | section |\n| --- | --- | --- |\n");
    for (int i = VIRTIO_NO_RULE + 1; i < VIRTIO_RULES; i++)
        printf("| `%s` | %s | %s |\n", virtio_rules[i].name, virtio_rules[i].text,
               virtio_rules[i].section);
}

static void print_account(void)
{
    printf("| metric | unit | what it is |\n| --- | --- | --- |\n");
    for (int i = 0; i < ACCOUNT_METRICS; i++)
        printf("| `%s` | %s | %s |\n", account_infos[i].name, account_infos[i].unit,
               account_infos[i].help);
}

static void print_exit_parts(void)
{
    printf("| part | where the cycles go |\n| --- | --- |\n");
    for (int i = 0; i < EXIT_PARTS; i++)
        printf("| `%s` | %s |\n", exit_part_infos[i].name, exit_part_infos[i].help);
}

static void print_hands(void)
{
    printf("| hand | what happens |\n| --- | --- |\n");
    for (int i = 0; i < HANDS; i++)
        printf("| `%s` | %s |\n", hand_infos[i].name, hand_infos[i].help);
}

static const struct {
    const char *name, *help;
    void (*print)(void);
} tables[] = {
    {"costs", "the price list", print_costs},
    {"events", "every event and its fields", print_events},
    {"metrics", "what a run's costs are told in", print_metrics},
    {"account", "what an operation of a workload costs", print_account},
    {"exit-parts", "where the cycles of a VM exit go", print_exit_parts},
    {"hands", "an interrupt's way, hand by hand", print_hands},
    {"board", "the default board's memory map", print_board},
    {"devices", "the device types", print_devices},
    {"virtio-rules", "what a driver of a virtio device must not do",
     print_virtio_rules},
    {"instructions", "every instruction", docs_instructions},
    {"pseudo", "pseudo-instructions, and what they stand for", docs_pseudos},
    {"directives", "the assembler's directives", docs_directives},
    {"csrs", "every control and status register", docs_csrs},
    {"commands", "every command of the shell and the screen", docs_commands},
    {"views", "every view of the screen", docs_views},
    {"layouts", "the screen's layouts", docs_layouts},
    {"keys", "the screen's keys", docs_keys},
};

/* --- the command --------------------------------------------------------------- */

static int list(void)
{
    for (size_t i = 0; i < COUNT(tables); i++)
        printf("- `%s`: %s\n", tables[i].name, tables[i].help);
    for (unsigned i = 0; device_types[i]; i++)
        if (device_types[i]->regs)
            printf("- `%s`: registers of the %s\n", device_types[i]->name,
                   device_types[i]->help);
    return STATUS_OK;
}

static int unknown(const char *name)
{
    struct nearest nearest = {.wanted = name};
    struct err err = {0};
    char hint[128];

    for (size_t i = 0; i < COUNT(tables); i++)
        nearest_offer(&nearest, tables[i].name);
    for (unsigned i = 0; device_types[i]; i++)
        nearest_offer(&nearest, device_types[i]->name);
    err_set(&err, "docs: there is no table '%s'%s", name,
            nearest_hint(&nearest, hint, sizeof(hint)));
    return report_error(STATUS_USAGE, &err);
}

static int too_many(char **names)
{
    struct err err = {0};

    err_set(&err, "docs: one table at a time: '%s' and '%s'", names[0], names[1]);
    return report_error(STATUS_USAGE, &err);
}

int command_docs(int argc, char **argv)
{
    static const struct option_row no_options[] = {{.name = NULL}};
    static const struct usage usage = {
        .name = "docs",
        .operands = "[TABLE]",
        .summary =
            "Prints a table of the manual as Markdown: the registers of a device\n"
            "type, or a list. Without TABLE, the tables there are.",
        .rows = no_options,
    };
    const struct device_type *type;
    int status;

    if (!options_parse(&usage, &argc, &argv, &status))
        return status;
    if (argc == 0)
        return list();
    if (argc > 1)
        return too_many(argv);
    for (size_t i = 0; i < COUNT(tables); i++)
        if (strcmp(argv[0], tables[i].name) == 0) {
            tables[i].print();
            return STATUS_OK;
        }
    type = device_type_by_name(argv[0]);
    if (!type || !type->regs)
        return unknown(argv[0]);
    print_device(type);
    return STATUS_OK;
}
