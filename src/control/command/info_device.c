/* info devices, info device, info disk: devices by the tables of their types. */
#include "control/command/info.h"
#include "control/command/show.h"
#include "machine/device/ata.h"
#include "machine/virtio/virtio.h"
#include "observe/ask/names.h"

#include <inttypes.h>
#include <string.h>

/* --- info devices ---------------------------------------------------------------------------------- */

static void put_irqs(struct buf *out, const struct device *device)
{
    for (unsigned i = 0; i < device->lines; i++)
        if (device->line[i].source)
            buf_printf(out, "%s%u", out->size ? " " : "", device->line[i].source);
}

static void put_requests(struct buf *out, const struct device *device)
{
    for (unsigned i = 0; i < device->requests; i++)
        if (device->request[i].line != REQUEST_LINE_NONE)
            buf_printf(out, "%s%u%s", out->size ? " " : "", device->request[i].line,
                       device->request[i].asserted ? " (asserted)" : "");
}

static void device_row(struct table *table, const struct device *device)
{
    struct buf text = {0};

    table_text(table, "%s", device->name);
    table_text(table, "%s", device->type->name);
    table_number(table, device->base);
    put_irqs(&text, device);
    show_text_cell(table, &text);
    buf_clear(&text);
    put_requests(&text, device);
    show_text_cell(table, &text);
    buf_free(&text);
    table_text(table, "%s", device->type->help);
}

bool info_devices(struct call *call, struct err *err)
{
    static const struct column columns[] = {{"name", COLUMN_TEXT},
                                            {"type", COLUMN_TEXT},
                                            {"base", COLUMN_HEX},
                                            {"interrupts", COLUMN_TEXT},
                                            {"request_line", COLUMN_TEXT},
                                            {"help", COLUMN_TEXT},
                                            {NULL, COLUMN_TEXT}};
    const struct board *board = session_board(call->session);
    struct table *table = reply_table(call->reply, "devices", columns);

    (void)err;
    for (unsigned i = 0; i < board->devices; i++)
        device_row(table, board->device[i]);
    return true;
}

/* --- info device ----------------------------------------------------------------------------------- */

enum { SMALL_ARRAY = 8 };

void info_register_cell(struct table *table, const struct reg *reg, uint64_t value)
{
    struct buf text = {0};

    show_register_fields(&text, reg, value);
    show_text_cell(table, &text);
    buf_free(&text);
}

static void register_row(struct table *table, const struct device *device,
                         const struct reg *reg, unsigned index)
{
    uint32_t offset = reg->offset + index * reg->stride;
    uint64_t value = names_peek(&(struct register_place){device, reg, offset});

    table_number(table, offset);
    if (reg->count > 1)
        table_text(table, "%s[%u]", reg->name, index + reg->first);
    else
        table_text(table, "%s", reg->name);
    table_number(table, value);
    info_register_cell(table, reg, value);
    table_text(table, "%s", reg->help ? reg->help : "");
}

/* Of a long array those that are 0 are left out; gives how many. */
static unsigned register_rows(struct table *table, const struct device *device,
                              const struct reg *reg)
{
    unsigned count = reg->count > 1 ? reg->count : 1, left_out = 0;

    for (unsigned i = 0; i < count; i++)
        if (count <= SMALL_ARRAY || names_peek(&(struct register_place){
                                        device, reg, reg->offset + i * reg->stride}))
            register_row(table, device, reg, i);
        else
            left_out++;
    return left_out;
}

static void field_rows(struct call *call, const struct register_place *place)
{
    static const struct column columns[] = {
        {"field", COLUMN_TEXT}, {"bits", COLUMN_TEXT}, {"value", COLUMN_HEX},
        {"means", COLUMN_TEXT}, {"help", COLUMN_TEXT}, {NULL, COLUMN_TEXT}};
    const struct reg *reg = place->reg;
    uint64_t value = names_peek(place);
    struct table *table;

    if (!reg->fields)
        return;
    table = reply_table(call->reply, "fields", columns);
    for (const struct reg_field *f = reg->fields; f->name; f++) {
        uint64_t part = field_get(value, BITS(f->hi, f->lo)), names = 0;

        table_text(table, "%s", f->name);
        if (f->hi == f->lo)
            table_text(table, "%u", f->hi);
        else
            table_text(table, "%u:%u", f->hi, f->lo);
        table_number(table, part);
        while (f->values && f->values[names])
            names++;
        if (part < names)
            table_text(table, "%s", f->values[part]);
        else
            table_none(table);
        table_text(table, "%s", f->help ? f->help : "");
    }
}

/* All registers; for one of them its fields, too. */
static bool tell_registers(struct call *call, const struct device *device,
                           const char *name, struct err *err)
{
    static const struct column columns[] = {
        {"offset", COLUMN_HEX}, {"register", COLUMN_TEXT}, {"value", COLUMN_HEX},
        {"means", COLUMN_TEXT}, {"help", COLUMN_TEXT},     {NULL, COLUMN_TEXT}};
    const struct regfile *file = device->type->regs;
    struct register_place place;
    struct table *table;
    unsigned left_out = 0;
    struct buf path = {0};
    bool ok = true;

    if (name) {
        buf_printf(&path, "%s.%s", device->name, name);
        ok = names_find(session_board(call->session), path.data, &place, err);
        buf_free(&path);
    }
    if (!ok)
        return false;
    table = reply_table(call->reply, "registers", columns);
    for (size_t i = 0; i < file->count; i++)
        if (!name)
            left_out += register_rows(table, device, &file->regs[i]);
        else if (&file->regs[i] == place.reg)
            register_row(table, device, place.reg,
                         place.reg->stride
                             ? (place.offset - place.reg->offset) / place.reg->stride
                             : 0);
    if (left_out)
        reply_say(call->reply, "%u registers of long arrays are 0 and not listed.",
                  left_out);
    if (name)
        field_rows(call, &place);
    return true;
}

bool info_device(struct call *call, struct err *err)
{
    const struct device *device =
        session_board(call->session)->device[call->given[0].value];
    struct buf lines = {0};

    put_irqs(&lines, device);
    reply_say(call->reply, "%s at 0x%" PRIx64 ", type %s: %s.", device->name,
              device->base, device->type->name, device->type->help);
    if (lines.size)
        reply_say(call->reply, "It drives interrupt%s %s.",
                  strchr(lines.data, ' ') ? "s" : "", lines.data);
    buf_free(&lines);
    if (!device->type->regs || !device->type->regs->count) {
        reply_say(call->reply, "It has no registers.");
        return true;
    }
    return tell_registers(call, device,
                          call->given[1].is_given ? call->given[1].text : NULL, err);
}

/* --- info disk ------------------------------------------------------------------------------------ */

static uint64_t changed_sectors(const struct medium *medium)
{
    uint64_t count = 0;

    for (uint64_t lba = 0; lba < medium->sectors; lba++)
        count += medium_changed(medium, lba);
    return count;
}

static void medium_cells(struct table *table, const struct medium *medium,
                         uint64_t position)
{
    table_number(table, position);
    table_number(table, medium->sectors);
    table_number(table, changed_sectors(medium));
}

static void ata_row(struct table *table, const struct device *device)
{
    const struct ata *ata = (const struct ata *)device;
    const char *command = ata_command_name(ata->command);
    bool busy = ata->phase != DISK_READY && ata->phase != DISK_DONE;

    table_text(table, "%s", ata->device.name);
    table_text(table, "%s", disk_phase_names[ata->phase]);
    if (command && (busy || ata->command))
        table_text(table, "%s", command);
    else
        table_none(table);
    table_number(table, ata->lba);
    table_number(table, ata->total);
    table_number(table, ata->left_host);
    table_number(table, ata->left_medium);
    table_number(table, ata->status);
    table_number(table, ata->error);
    medium_cells(table, &ata->medium, ata->position);
}

static void virtio_row(struct table *table, const struct device *device)
{
    const struct virtio_blk *virtio = (const struct virtio_blk *)device;
    const char *type = virtio_blk_type_name(virtio->type);

    table_text(table, "%s", device->name);
    table_text(table, "%s", virtio_state_names[virtio->state]);
    if (type && virtio->counts.requests)
        table_text(table, "%s", type);
    else
        table_none(table);
    table_number(table, virtio->sector);
    table_number(table, virtio->data / SECTOR);
    table_number(table, (virtio->data - virtio->moved + SECTOR - 1) / SECTOR);
    table_number(table, virtio->to_medium);
    table_number(table, virtio->status);
    table_none(table);
    medium_cells(table, &virtio->medium, virtio->position);
}

bool info_disk(struct call *call, struct err *err)
{
    static const struct column columns[] = {{"disk", COLUMN_TEXT},
                                            {"phase", COLUMN_TEXT},
                                            {"last_command", COLUMN_TEXT},
                                            {"lba", COLUMN_COUNT},
                                            {"count", COLUMN_COUNT},
                                            {"left_host", COLUMN_COUNT},
                                            {"left_medium", COLUMN_COUNT},
                                            {"status", COLUMN_HEX},
                                            {"error", COLUMN_HEX},
                                            {"head_at", COLUMN_COUNT},
                                            {"sectors", COLUMN_COUNT},
                                            {"written", COLUMN_COUNT},
                                            {NULL, COLUMN_TEXT}};
    const struct board *board = session_board(call->session);
    struct table *table = reply_table(call->reply, "disks", columns);

    for (unsigned i = 0; i < board->devices; i++) {
        if (board->device[i]->type == &ata_type)
            ata_row(table, board->device[i]);
        if (board->device[i]->type == &virtio_blk_type)
            virtio_row(table, board->device[i]);
    }
    return table->rows || err_set(err, "the board has no disk");
}
