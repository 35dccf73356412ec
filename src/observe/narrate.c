/*
 * Sentences from templates: {field} is the field in its unit's words; [a part] is left
 * out when the first field in it says "none". What a unit's words are is a row of `units`.
 */
#include "observe/narrate.h"

#include "base/number.h"
#include "guest/include/markers.h"
#include "machine/device/ata.h"
#include "machine/dma/dma.h"
#include "machine/iommu/iommu_command.h"
#include "machine/iommu/iommu_fault.h"
#include "machine/isa/csr.h"
#include "machine/isa/isa.h"
#include "machine/virtio/virtio.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* What a field's words may depend on besides its value. */
struct context {
    const struct narrator *narrator;
    const struct event *event;
};

static const struct board *board_of(const struct context *context)
{
    const struct run *run = context->narrator->run;
    unsigned board = context->event->board;

    return run && board < run->boards ? run->board[board] : NULL;
}

static bool is_write(const struct event *event)
{
    return event->kind == EVENT_MMIO_WRITE;
}

/* A field of the same event by its name; 0 if it has none of that name. */
static uint64_t sibling(const struct context *context, const char *name)
{
    const struct event_field *field = event_infos[context->event->kind].fields;

    for (; field->name; field++)
        if (strcmp(field->name, name) == 0)
            return event_get(context->event, field);
    return 0;
}

/* --- values -------------------------------------------------------------------------- */

void put_count(struct buf *out, uint64_t value)
{
    char text[NUMBER_TEXT];

    buf_add(out, text, number_text(text, value, true));
}

void put_address(struct buf *out, const struct narrator *narrator, uint64_t va)
{
    const struct symbol *symbol =
        narrator->symbols ? symbols_at(narrator->symbols, va) : NULL;

    if (!symbol)
        buf_printf(out, "0x%" PRIx64, va);
    else if (symbol->address == va)
        buf_printf(out, "%s (0x%" PRIx64 ")", symbol->name, va);
    else
        buf_printf(out, "%s+%" PRIu64 " (0x%" PRIx64 ")", symbol->name,
                   va - symbol->address, va);
}

const char *mode_letters(unsigned mode)
{
    static const char *const letters[] = {
        [MODE_U] = "U",   [MODE_S] = "S",   [MODE_M] = "M",
        [MODE_VU] = "VU", [MODE_VS] = "VS",
    };

    return mode < COUNT(letters) && letters[mode] ? letters[mode] : "?";
}

const char *mode_name(unsigned mode)
{
    static const char *const names[] = {
        [MODE_U] = "U-mode",   [MODE_S] = "S-mode",   [MODE_M] = "M-mode",
        [MODE_VU] = "VU-mode", [MODE_VS] = "VS-mode",
    };

    return mode < COUNT(names) && names[mode] ? names[mode] : "?-mode";
}

static const struct device *device_at(const struct run *run, unsigned board,
                                      unsigned device)
{
    if (!run || board >= run->boards || device >= run->board[board]->devices)
        return NULL;
    return run->board[board]->device[device];
}

/* How many devices of that type the board has: a lone one needs no name of its own. */
static unsigned count_type(const struct run *run, unsigned board, const char *type)
{
    unsigned count = 0;

    for (unsigned i = 0; i < run->board[board]->devices; i++)
        count += strcmp(run->board[board]->device[i]->type->name, type) == 0;
    return count;
}

/* The n-th device of a type; NULL: there are fewer, or the board is not known. */
static const struct device *nth_of_type(const struct run *run, unsigned board,
                                        const char *type, unsigned n)
{
    if (!run || board >= run->boards)
        return NULL;
    for (unsigned i = 0; i < run->board[board]->devices; i++)
        if (strcmp(run->board[board]->device[i]->type->name, type) == 0 && n-- == 0)
            return run->board[board]->device[i];
    return NULL;
}

static void put_channel(struct buf *out, const struct run *run, unsigned board,
                        const struct device *device, unsigned channel)
{
    if (!device || count_type(run, board, device->type->name) == 1)
        buf_printf(out, "DMA channel %u", channel);
    else
        buf_printf(out, "%s channel %u", device->name, channel);
}

/* The bus's initiators that are devices of one type, by their number among these. */
static void put_dma_initiator(struct buf *out, const struct narrator *narrator,
                              unsigned board, unsigned number)
{
    const struct device *device =
        nth_of_type(narrator->run, board, "dma", number / DMA_CHANNELS);

    put_channel(out, narrator->run, board, device, number % DMA_CHANNELS);
}

static void put_device_initiator(struct buf *out, const struct narrator *narrator,
                                 unsigned board, const char *type, const char *what,
                                 unsigned number)
{
    const struct device *device = nth_of_type(narrator->run, board, type, number);

    if (device)
        buf_text(out, device->name);
    else
        buf_printf(out, "%s %u", what, number);
}

void put_initiator(struct buf *out, const struct narrator *narrator, unsigned board,
                   unsigned initiator)
{
    unsigned number = initiator_number(initiator);

    switch (initiator_kind(initiator)) {
    case BY_HART:
        buf_printf(out, "hart %u", number);
        return;
    case BY_DMA:
        put_dma_initiator(out, narrator, board, number);
        return;
    case BY_VIRTIO:
        put_device_initiator(out, narrator, board, "virtio-blk", "virtio device",
                             number);
        return;
    case BY_IOMMU:
        put_device_initiator(out, narrator, board, "iommu", "IOMMU", number);
        return;
    case BY_OUTSIDE:
        buf_text(out, "the outside");
        return;
    case BY_NOBODY:
        buf_text(out, "nobody");
        return;
    }
}

/* Privileged 1.13, table of mcause values. */
void put_cause(struct buf *out, uint64_t cause)
{
    static const char *const exceptions[] = {
        [0] = "instruction address misaligned",
        [1] = "instruction access fault",
        [2] = "illegal instruction",
        [3] = "breakpoint",
        [4] = "load address misaligned",
        [5] = "load access fault",
        [6] = "store/AMO address misaligned",
        [7] = "store/AMO access fault",
        [8] = "environment call from U-mode",
        [9] = "environment call from S-mode",
        [10] = "environment call from VS-mode",
        [11] = "environment call from M-mode",
        [12] = "instruction page fault",
        [13] = "load page fault",
        [15] = "store/AMO page fault",
        [20] = "instruction guest-page fault",
        [21] = "load guest-page fault",
        [22] = "virtual instruction",
        [23] = "store/AMO guest-page fault",
    };
    static const char *const interrupts[] = {
        [IRQ_SSI] = "supervisor software interrupt",
        [IRQ_MSI] = "machine software interrupt",
        [IRQ_STI] = "supervisor timer interrupt",
        [IRQ_MTI] = "machine timer interrupt",
        [IRQ_SEI] = "supervisor external interrupt",
        [IRQ_MEI] = "machine external interrupt",
        [IRQ_VSSI] = "virtual supervisor software interrupt",
        [IRQ_VSTI] = "virtual supervisor timer interrupt",
        [IRQ_VSEI] = "virtual supervisor external interrupt",
        [IRQ_SGEI] = "supervisor guest external interrupt",
    };
    uint64_t number = cause & ~CAUSE_INTERRUPT;
    const char *name = NULL;

    if (cause & CAUSE_INTERRUPT)
        name = number < COUNT(interrupts) ? interrupts[number] : NULL;
    else
        name = number < COUNT(exceptions) ? exceptions[number] : NULL;
    if (name)
        buf_text(out, name);
    else
        buf_printf(out, "cause %" PRIu64, number);
}

/* --- registers -------------------------------------------------------------------------- */

static const char *reg_name(const struct reg *reg, bool write)
{
    return write && reg->write_name ? reg->write_name : reg->name;
}

void put_register(struct buf *out, const struct narrator *narrator, unsigned board,
                  unsigned device_index, uint32_t offset, bool write)
{
    const struct device *device = device_at(narrator->run, board, device_index);
    unsigned index = 0;
    const struct reg *reg = device ? device_reg(device, offset, &index) : NULL;

    if (!device)
        buf_printf(out, "device %u at offset 0x%" PRIx32, device_index, offset);
    else if (!reg)
        buf_printf(out, "%s at offset 0x%" PRIx32, device->name, offset);
    else if (strcmp(device->type->name, "dma") == 0) {
        put_channel(out, narrator->run, board, device, index);
        buf_printf(out, " %s", reg->name);
    } else if (reg->count > 1)
        buf_printf(out, "%s %s[%u]", device->name, reg_name(reg, write),
                   index + reg->first);
    else
        buf_printf(out, "%s %s", device->name, reg_name(reg, write));
}

static unsigned named_values(const struct reg_field *field)
{
    unsigned count = 0;

    while (field->values && field->values[count])
        count++;
    return count;
}

/* Fields that are 0 go without saying. Gives whether one was not. */
static bool put_fields(struct buf *out, const struct reg_field *field, uint64_t value)
{
    bool some = false;

    for (; field && field->name; field++) {
        uint64_t part = field_get(value, BITS(field->hi, field->lo));

        if (part == 0)
            continue;
        buf_printf(out, "%s%s=", some ? " " : "", field->name);
        if (part < named_values(field))
            buf_text(out, field->values[part]);
        else if (field->values == reg_decimal)
            buf_printf(out, "%" PRIu64, part);
        else
            buf_printf(out, part < 10 ? "%" PRIu64 : "0x%" PRIx64, part);
        some = true;
    }
    return some;
}

void put_register_value(struct buf *out, const struct reg *reg, uint64_t value,
                        bool write)
{
    const struct reg_field *fields = reg ? reg->fields : NULL;
    const char *word = NULL;

    if (reg && write && (reg->write_fields || reg->write_word))
        fields = reg->write_fields;
    if (reg && write && reg->write_word)
        word = reg->write_word((uint8_t)value);
    if (word)
        buf_text(out, word);
    else if (!put_fields(out, fields, value))
        buf_printf(out, value < 10 ? "%" PRIu64 : "0x%" PRIx64, value);
}

/* --- units ------------------------------------------------------------------------------- */

typedef void unit_put(struct buf *out, const struct context *context, uint64_t value);

static void put_dec(struct buf *out, const struct context *context, uint64_t value)
{
    (void)context;
    put_count(out, value);
}

static void put_hex(struct buf *out, const struct context *context, uint64_t value)
{
    (void)context;
    buf_printf(out, "0x%" PRIx64, value);
}

/* "16 (saving registers)": what software means by it, where it is one of ours. */
static void put_marker(struct buf *out, const struct context *context, uint64_t value)
{
    static const char *const words[] = {
        [MARK_WORK_BEGIN] = "the work begins",
        [MARK_WORK_END] = "the work ends",
        [MARK_OP_BEGIN] = "an operation begins",
        [MARK_OP_END] = "an operation ends",
        [MARK_VERIFY_BAD] = "wrong data",
        [MARK_COMPUTE_BEGIN] = "computing begins",
        [MARK_COMPUTE_END] = "computing ends",
        [MARK_HV_SAVE] = "saving registers",
        [MARK_HV_DECODE] = "finding out what it was",
        [MARK_HV_EMULATE] = "doing what the guest asked for",
        [MARK_HV_INJECT] = "working on virtual interrupts",
        [MARK_HV_SCHEDULE] = "choosing who runs",
        [MARK_HV_RESTORE] = "restoring registers",
        [MARK_HV_BACKEND] = "working with real devices",
    };

    (void)context;
    buf_printf(out, "%" PRIu64, value);
    if (value < COUNT(words) && words[value])
        buf_printf(out, " (%s)", words[value]);
}

static void put_bytes(struct buf *out, const struct context *context, uint64_t value)
{
    put_dec(out, context, value);
    buf_text(out, value == 1 ? " byte" : " bytes");
}

static void put_cycles(struct buf *out, const struct context *context, uint64_t value)
{
    put_dec(out, context, value);
    buf_text(out, value == 1 ? " cycle" : " cycles");
}

/* Is the event's address a guest's own? Most kinds say by a mode whose it is. */
static bool is_of_guest(const struct context *context)
{
    static const char *const modes[EVENT_KINDS] = {
        [EVENT_INSN] = "mode",       [EVENT_MARKER] = "mode",
        [EVENT_TRAP_ENTER] = "from", [EVENT_VM_EXIT] = "from",
        [EVENT_TRAP_RETURN] = "to",  [EVENT_VM_ENTRY] = "to",
    };
    const char *mode = modes[context->event->kind];

    if (context->event->kind == EVENT_WALK_STEP)
        return context->event->walk_step.stage != STAGE_ONLY;
    if (context->event->kind == EVENT_TLB_FILL)
        return context->event->tlb_fill.is_guest;
    return mode && (sibling(context, mode) & MODE_VIRTUAL);
}

static void put_va(struct buf *out, const struct context *context, uint64_t value)
{
    struct narrator narrator = *context->narrator;

    if (narrator.guest_symbols && is_of_guest(context))
        narrator.symbols = narrator.guest_symbols;
    put_address(out, &narrator, value);
}

static void put_insn(struct buf *out, const struct context *context, uint64_t value)
{
    struct insn insn = insn_decode((uint32_t)value);
    char text[96];

    insn_text(text, sizeof(text), &insn, context->event->insn.pc, true);
    for (const char *c = text; *c; c++)
        buf_char(out, *c == '\t' ? ' ' : *c);
}

static void put_xreg(struct buf *out, const struct context *context, uint64_t value)
{
    (void)context;
    buf_text(out, xreg_names[value & 31]);
}

static void put_csr_name(struct buf *out, const struct context *context, uint64_t value)
{
    const struct csr_info *info = csr_by_number((unsigned)value);

    (void)context;
    if (info)
        buf_text(out, info->name);
    else
        buf_printf(out, "CSR 0x%" PRIx64, value);
}

static void put_hart(struct buf *out, const struct context *context, uint64_t value)
{
    (void)context;
    buf_printf(out, "hart %" PRIu64, value);
}

static void put_device(struct buf *out, const struct context *context, uint64_t value)
{
    const struct device *device =
        device_at(context->narrator->run, context->event->board, (unsigned)value);

    if (device)
        buf_text(out, device->name);
    else
        buf_printf(out, "device %" PRIu64, value);
}

static void put_channel_of(struct buf *out, const struct context *context,
                           uint64_t value)
{
    const struct run *run = context->narrator->run;
    unsigned board = context->event->board;

    put_channel(out, run, board,
                device_at(run, board, (unsigned)sibling(context, "device")),
                (unsigned)value);
}

static void put_who(struct buf *out, const struct context *context, uint64_t value)
{
    put_initiator(out, context->narrator, context->event->board, (unsigned)value);
}

/* "interrupt 23 (dma0)": who drives the source, where the board knows. */
static void put_irq(struct buf *out, const struct context *context, uint64_t value)
{
    const struct board *board = board_of(context);

    buf_printf(out, "interrupt %" PRIu64, value);
    for (unsigned i = 0; board && value && i < board->devices; i++)
        for (unsigned j = 0; j < board->device[i]->lines; j++)
            if (board->device[i]->line[j].source == value) {
                buf_printf(out, " (%s)", board->device[i]->name);
                return;
            }
}

static void put_mip_bit(struct buf *out, const struct context *context, uint64_t value)
{
    static const char *const names[] = {
        [IRQ_SSI] = "SSIP",  [IRQ_VSSI] = "VSSIP", [IRQ_MSI] = "MSIP",
        [IRQ_STI] = "STIP",  [IRQ_VSTI] = "VSTIP", [IRQ_MTI] = "MTIP",
        [IRQ_SEI] = "SEIP",  [IRQ_VSEI] = "VSEIP", [IRQ_MEI] = "MEIP",
        [IRQ_SGEI] = "SGEIP"};

    (void)context;
    buf_text(out, value < COUNT(names) && names[value] ? names[value] : "?");
}

static void put_mode(struct buf *out, const struct context *context, uint64_t value)
{
    (void)context;
    buf_text(out, mode_name((unsigned)value));
}

static void put_trap_cause(struct buf *out, const struct context *context,
                           uint64_t value)
{
    (void)context;
    put_cause(out, value);
}

static void put_register_of(struct buf *out, const struct context *context,
                            uint64_t value)
{
    put_register(out, context->narrator, context->event->board,
                 (unsigned)sibling(context, "device"), (uint32_t)value,
                 is_write(context->event));
}

static void put_value_of(struct buf *out, const struct context *context, uint64_t value)
{
    const struct device *device =
        device_at(context->narrator->run, context->event->board,
                  (unsigned)sibling(context, "device"));
    uint32_t offset = (uint32_t)sibling(context, "offset");
    unsigned index;

    put_register_value(out, device ? device_reg(device, offset, &index) : NULL, value,
                       is_write(context->event));
}

/* The end of a DMA transfer that is an address, or the device behind the request line. */
static void put_dma_end(struct buf *out, const struct context *context,
                        uint64_t address, enum dma_direction device_if)
{
    const struct board *board = board_of(context);
    uint64_t line = sibling(context, "line");
    const struct request_line *request =
        board && line < BOARD_REQUEST_LINES ? board->request[line] : NULL;

    if (sibling(context, "direction") != device_if)
        buf_printf(out, "0x%" PRIx64, address);
    else if (request)
        buf_text(out, ((const struct device *)request->device)->name);
    else
        buf_printf(out, "request line %" PRIu64, line);
}

static void put_dma_source(struct buf *out, const struct context *context,
                           uint64_t value)
{
    put_dma_end(out, context, value, DMA_FROM_DEVICE);
}

static void put_dma_dest(struct buf *out, const struct context *context, uint64_t value)
{
    put_dma_end(out, context, value, DMA_TO_DEVICE);
}

/* --- IOMMUs --------------------------------------------------------------------------- */

/* "DMA channel 0 (device id 0x104)", where the board knows whose id it is. */
static void put_device_id(struct buf *out, const struct context *context,
                          uint64_t value)
{
    const struct board *board = board_of(context);

    for (unsigned i = 0; board && i < board->devices; i++) {
        const struct device *device = board->device[i];
        const struct dma *dma = (const struct dma *)device;

        if (device->type != &dma_type || value - dma->device_id >= DMA_CHANNELS)
            continue;
        put_channel(out, context->narrator->run, context->event->board, device,
                    (unsigned)(value - dma->device_id));
        buf_printf(out, " (device id 0x%" PRIx64 ")", value);
        return;
    }
    buf_printf(out, "device id 0x%" PRIx64, value);
}

static void put_iommu_cause(struct buf *out, const struct context *context,
                            uint64_t value)
{
    const char *name = iommu_cause_name((unsigned)value);

    (void)context;
    if (name)
        buf_text(out, name);
    else
        buf_printf(out, "cause %" PRIu64, value);
}

static void put_transaction_type(struct buf *out, const struct context *context,
                                 uint64_t value)
{
    const char *name = iommu_ttyp_name((unsigned)value);

    (void)context;
    buf_text(out, name ? name : "?");
}

/* A guest physical address, and whether it is a first-stage table's. */
static void put_iotval2(struct buf *out, const struct context *context, uint64_t value)
{
    (void)context;
    buf_printf(out, "guest address 0x%" PRIx64, value & ~(uint64_t)3);
    if (value & 1)
        buf_printf(out, " of a first-stage table that is %s",
                   value & 2 ? "written" : "read");
}

static void put_ata_command(struct buf *out, const struct context *context,
                            uint64_t value)
{
    const char *name = ata_command_name((uint8_t)value);

    (void)context;
    if (name)
        buf_text(out, name);
    else
        buf_printf(out, "command 0x%" PRIx64, value);
}

static void put_virtio_type(struct buf *out, const struct context *context,
                            uint64_t value)
{
    const char *name = virtio_blk_type_name((uint32_t)value);

    (void)context;
    if (name)
        buf_text(out, name);
    else
        buf_printf(out, "type %" PRIu64, value);
}

static void put_virtio_rule(struct buf *out, const struct context *context,
                            uint64_t value)
{
    (void)context;
    buf_text(out, value < VIRTIO_RULES ? virtio_rules[value].text : "?");
}

static void put_character(struct buf *out, const struct context *context,
                          uint64_t value)
{
    (void)context;
    if (value >= ' ' && value < 0x7f)
        buf_printf(out, "'%c'", (char)value);
    else
        buf_printf(out, "character 0x%02" PRIx64, value);
}

/* --- what somebody outside does ------------------------------------------------------ */

/* "becomes 0x5, it was 0x3" */
static void put_change(struct buf *out, const struct event_outside *act)
{
    buf_printf(out, "becomes 0x%" PRIx64 ", it was 0x%" PRIx64, act->value, act->old);
}

static void put_input(struct buf *out, const struct context *context,
                      const struct event_outside *act)
{
    if (act->size == 1)
        buf_text(out, "a character comes in at ");
    else
        buf_printf(out, "%" PRIu32 " characters come in at ", act->size);
    put_device(out, context, act->target);
    if (act->size == 1) {
        buf_text(out, ": ");
        put_character(out, context, act->value);
    }
}

static void put_poke(struct buf *out, const struct event_outside *act)
{
    if (act->size == 1)
        buf_text(out, "the byte at");
    else
        buf_printf(out, "%" PRIu32 " bytes at", act->size);
    buf_printf(out, " 0x%" PRIx64 " ", act->number);
    if (act->size > sizeof(act->value))
        buf_text(out, "are written");
    else
        put_change(out, act);
}

static void put_register_poke(struct buf *out, const struct context *context,
                              const struct event_outside *act)
{
    put_register(out, context->narrator, context->event->board, act->target,
                 (uint32_t)act->number, true);
    buf_printf(out, " is written: 0x%" PRIx64, act->value);
}

/* All of what an act does; without its event, the kind of act alone. */
static void put_act(struct buf *out, const struct context *context, uint64_t value)
{
    static const char *const words[ACT_KINDS] = {"input", "memory", "x",
                                                 "pc",    "CSR",    "register"};
    const struct event_outside *act = &context->event->outside;

    if (context->event->kind != EVENT_OUTSIDE) {
        buf_text(out, value < ACT_KINDS ? words[value] : "?");
        return;
    }
    switch ((enum act_kind)value) {
    case ACT_INPUT:
        put_input(out, context, act);
        return;
    case ACT_MEMORY:
        put_poke(out, act);
        return;
    case ACT_X:
        put_xreg(out, context, act->number);
        break;
    case ACT_CSR:
        put_csr_name(out, context, act->number);
        break;
    case ACT_REGISTER:
        put_register_poke(out, context, act);
        return;
    case ACT_PC:
    case ACT_KINDS:
        buf_text(out, "pc");
        break;
    }
    buf_printf(out, " of hart %u ", act->target);
    put_change(out, act);
}

static const char *const access_words[] = {"does nothing with", "reads", "writes",
                                           "fetches", "reads and writes"};
static const char *const outcome_words[] = {"leads to the next level",
                                            "the translation",
                                            "not valid",
                                            "a reserved bit or encoding is set",
                                            "no leaf at the last level",
                                            "the access is not permitted",
                                            "a misaligned superpage",
                                            "A or D is not set",
                                            "the hart sets A or D",
                                            "the entry cannot be reached",
                                            "the G-stage refuses the entry's address"};
static const char *const stage_words[STAGES] = {"only stage", "VS-stage", "G-stage"};
static const char *const guest_words[] = {"host", "guest"};
static const char *const iommu_outcome_words[] = {
    "leads to the next level",
    "a leaf",
    "not valid",
    "reserved or misconfigured",
    "no leaf at the last level",
    "the access is not permitted",
    "a misaligned superpage",
    "A or D is not set",
    "the IOMMU sets A or D",
    "the entry cannot be reached",
    "the second stage refuses the entry's address"};
static const char *const iommu_table_words[IOMMU_TABLES] = {
    [STAGE_ONLY] = "first-stage",
    [STAGE_VS] = "first-stage",
    [STAGE_G] = "second-stage",
    [IOMMU_TABLE_DIRECTORY] = "directory",
    [IOMMU_TABLE_CONTEXT] = "device context"};
static const char *const response_words[] = {"okay", "refused", "nothing answers"};
static const char *const bool_words[] = {"no", "yes"};
static const char *const level_words[] = {"lowers", "raises"};
static const char *const edge_words[] = {"falls", "rises"};
static const char *const sleep_words[] = {"wakes up", "waits for an interrupt"};
static const char *const pending_words[] = {"stops being pending", "becomes pending"};

#define WORDS(list, n)                                                                 \
    {                                                                                  \
        .words = (list), .count = (n)                                                  \
    }

/* How a unit is written: by a function, or as a word from a list. `count`: so many of its
 * values, from 0, may have a word. */
static const struct unit {
    unit_put *put;
    const char *const *words;
    size_t count;
} units[UNIT_COUNT] = {
    [UNIT_DEC] = {.put = put_dec},
    [UNIT_HEX] = {.put = put_hex},
    [UNIT_BYTES] = {.put = put_bytes},
    [UNIT_CYCLES] = {.put = put_cycles},
    [UNIT_VA] = {.put = put_va},
    [UNIT_PA] = {.put = put_hex},
    [UNIT_PTE] = {.put = put_hex},
    [UNIT_BITS] = {.put = put_insn},
    [UNIT_XREG] = {.put = put_xreg, .count = 32},
    [UNIT_CSR] = {.put = put_csr_name, .count = 4096},
    [UNIT_HART] = {.put = put_hart},
    [UNIT_DEVICE] = {.put = put_device},
    [UNIT_CHANNEL] = {.put = put_channel_of},
    [UNIT_INITIATOR] = {.put = put_who, .count = INITIATORS},
    [UNIT_IRQ] = {.put = put_irq},
    [UNIT_MIP] = {.put = put_mip_bit, .count = 16},
    [UNIT_MODE] = {.put = put_mode, .count = MODES},
    [UNIT_CAUSE] = {.put = put_trap_cause, .count = 24},
    [UNIT_ACCESS] = WORDS(access_words, COUNT(access_words)),
    [UNIT_OUTCOME] = WORDS(outcome_words, COUNT(outcome_words)),
    [UNIT_RESPONSE] = WORDS(response_words, COUNT(response_words)),
    [UNIT_BOOL] = WORDS(bool_words, COUNT(bool_words)),
    [UNIT_LEVEL] = WORDS(level_words, COUNT(level_words)),
    [UNIT_EDGE] = WORDS(edge_words, COUNT(edge_words)),
    [UNIT_SLEEP] = WORDS(sleep_words, COUNT(sleep_words)),
    [UNIT_PENDING] = WORDS(pending_words, COUNT(pending_words)),
    [UNIT_REGISTER] = {.put = put_register_of},
    [UNIT_REGVALUE] = {.put = put_value_of},
    [UNIT_DMASTATE] = WORDS(dma_state_names, DMA_STATES),
    [UNIT_DMAERROR] = WORDS(dma_reason_names, DMA_REASONS),
    [UNIT_ATACOMMAND] = {.put = put_ata_command, .count = 256},
    [UNIT_DISKPHASE] = WORDS(disk_phase_names, DISK_PHASES),
    [UNIT_CHAR] = {.put = put_character},
    [UNIT_DIRECTION] = WORDS(dma_direction_names, DMA_TO_DEVICE + 1),
    [UNIT_DMASOURCE] = {.put = put_dma_source},
    [UNIT_DMADEST] = {.put = put_dma_dest},
    [UNIT_ACT] = {.put = put_act},
    [UNIT_GPA] = {.put = put_hex},
    [UNIT_STAGE] = WORDS(stage_words, STAGES),
    [UNIT_GUEST] = WORDS(guest_words, COUNT(guest_words)),
    [UNIT_MARKER] = {.put = put_marker},
    [UNIT_DEVICEID] = {.put = put_device_id},
    [UNIT_IOMMUTABLE] = WORDS(iommu_table_words, IOMMU_TABLES),
    [UNIT_IOMMUOUTCOME] = WORDS(iommu_outcome_words, COUNT(iommu_outcome_words)),
    [UNIT_IOMMUFOUND] = WORDS(iommu_found_names, IOMMU_FOUNDS),
    [UNIT_IOMMUCACHE] = WORDS(iommu_cache_names, IOMMU_CACHES),
    [UNIT_IOMMUCAUSE] = {.put = put_iommu_cause, .count = IOMMU_CAUSES},
    [UNIT_TTYP] = {.put = put_transaction_type, .count = 4},
    [UNIT_IOTVAL2] = {.put = put_iotval2},
    [UNIT_IOMMUREPORT] = WORDS(iommu_report_names, IOMMU_REPORTS),
    [UNIT_IOMMURECORDED] = WORDS(iommu_recorded_names, IOMMU_RECORDEDS),
    [UNIT_IOMMUCOMMAND] = WORDS(iommu_command_names, IOMMU_COMMANDS),
    [UNIT_IOMMUDONE] = WORDS(iommu_done_names, IOMMU_DONES),
    [UNIT_VIRTIOSTATE] = WORDS(virtio_state_names, VIRTIO_STATES),
    [UNIT_VIRTIOHEARD] = WORDS(virtio_heard_names, VIRTIO_HEARD_KINDS),
    [UNIT_VIRTIOTYPE] = {.put = put_virtio_type, .count = VIRTIO_BLK_GET_ID + 1},
    [UNIT_VIRTIORESULT] = WORDS(virtio_blk_status_names, VIRTIO_BLK_STATUSES),
    [UNIT_VIRTIOREASON] = WORDS(virtio_reason_names, VIRTIO_REASONS),
    [UNIT_VIRTIORULE] = {.put = put_virtio_rule, .count = VIRTIO_RULES},
};

static void put_in_context(struct buf *out, const struct context *context,
                           enum event_unit number, uint64_t value)
{
    const struct unit *unit = &units[number];

    if (unit->put)
        unit->put(out, context, value);
    else
        buf_text(out, value < unit->count ? unit->words[value] : "?");
}

void narrate_field(struct buf *out, const struct narrator *narrator,
                   const struct event *event, const struct event_field *field)
{
    put_in_context(out, &(struct context){narrator, event}, field->unit,
                   event_get(event, field));
}

void put_unit(struct buf *out, enum event_unit unit, uint64_t value)
{
    static const struct narrator nobody;
    static const struct event nothing;

    put_in_context(out, &(struct context){&nobody, &nothing}, unit, value);
}

uint64_t unit_words(enum event_unit unit)
{
    return units[unit].count;
}

bool unit_is_none(enum event_unit unit, uint64_t value)
{
    if (unit == UNIT_CSR)
        return value == EVENT_NO_CSR;
    return value == 0 &&
           (unit == UNIT_XREG || unit == UNIT_ACCESS || unit == UNIT_RESPONSE ||
            unit == UNIT_GPA || unit == UNIT_STAGE || unit == UNIT_GUEST ||
            unit == UNIT_IOTVAL2);
}

/* A trap's value tells nothing of an interrupt or a call, or if it is the pc itself. */
static bool is_idle_tval(const struct event *event, const struct event_field *field)
{
    const struct event_trap_enter *trap = &event->trap_enter;

    return event->kind == EVENT_TRAP_ENTER && strcmp(field->name, "tval") == 0 &&
           ((trap->cause & CAUSE_INTERRUPT) || trap->tval == trap->epc ||
            (trap->cause >= CAUSE_ECALL_U && trap->cause <= CAUSE_ECALL_M));
}

/* A hart that enters a guest for the first time has left none. */
static bool is_first_entry(const struct event *event, const struct event_field *field)
{
    return event->kind == EVENT_VM_ENTRY && strcmp(field->name, "away") == 0 &&
           event->vm_entry.away == 0;
}

bool narrate_is_none(const struct event *event, const struct event_field *field)
{
    return is_idle_tval(event, field) || is_first_entry(event, field) ||
           unit_is_none(field->unit, event_get(event, field));
}

/* --- sentences ------------------------------------------------------------------------------ */

static const struct event_field *field_named(enum event_kind kind, const char *name,
                                             size_t length)
{
    const struct event_field *field = event_infos[kind].fields;

    for (; field->name; field++)
        if (strlen(field->name) == length && memcmp(field->name, name, length) == 0)
            return field;
    return NULL;
}

/* Is the first field in this optional part, which `from` begins, "none"? */
static bool part_is_none(const struct event *event, const char *from)
{
    const char *open = strchr(from, '{');
    const struct event_field *field =
        open ? field_named((enum event_kind)event->kind, open + 1,
                           strcspn(open + 1, "}"))
             : NULL;

    return field && narrate_is_none(event, field);
}

void narrate(struct buf *out, const struct narrator *narrator,
             const struct event *event)
{
    const char *at = event_infos[event->kind].sentence;

    while (*at) {
        const struct event_field *field;
        size_t length;

        switch (*at) {
        case '[':
            if (part_is_none(event, at))
                at += strcspn(at, "]");
            at++;
            break;
        case ']':
            at++;
            break;
        case '{':
            length = strcspn(at + 1, "}");
            field = field_named((enum event_kind)event->kind, at + 1, length);
            if (field)
                narrate_field(out, narrator, event, field);
            at += length + 2;
            break;
        default:
            buf_char(out, *at++);
        }
    }
}

/* Names are written as they are. */
static bool begins_with_name(const struct narrator *narrator, const char *text)
{
    size_t length = strcspn(text, " ,.:;[");

    if (csr_by_name(text, length))
        return true;
    for (unsigned b = 0; narrator->run && b < narrator->run->boards; b++)
        for (unsigned i = 0; i < narrator->run->board[b]->devices; i++) {
            const char *name = narrator->run->board[b]->device[i]->name;

            if (strlen(name) == length && memcmp(name, text, length) == 0)
                return true;
        }
    return false;
}

void put_sentence(struct buf *out, const struct narrator *narrator, const char *text)
{
    if (!text[0])
        return;
    buf_char(out, begins_with_name(narrator, text)
                      ? text[0]
                      : (char)toupper((unsigned char)text[0]));
    buf_text(out, text + 1);
    buf_char(out, '.');
}
