#include "face/tui/view/code.h"

#include "base/path.h"
#include "face/tui/view/pin.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    ADDRESS = 3, /* columns before an address: what it is now, and a breakpoint */
    LABELS_FROM = 38,
    TALL_FROM = 8,
    SOURCE_FROM = 6, /* rows from which the source line stands below */
    MIXED_FROM = 10,
    WIDE_FROM = 100, /* columns from which the file stands beside */
    SCROLLED = 256,  /* instructions that one can go on by scrolling */
    NOTE = 12        /* columns of what is said behind an instruction */
};

/* --- what is shown ------------------------------------------------------------------------ */

/* A trap of that hart in the step that is told of. */
static const struct event *find_trap(const struct watch *watch, unsigned hart)
{
    for (unsigned i = watch->count; i-- > watch->step;)
        if (watch->events[i].kind == EVENT_TRAP_ENTER &&
            watch->events[i].trap_enter.hart == hart)
            return &watch->events[i];
    return NULL;
}

static struct code code_of(const struct watch *watch, unsigned hart)
{
    struct code code = {.watch = watch,
                        .hart = hart,
                        .mode = watch_mode(watch, hart),
                        .done = watch_insn(watch, hart),
                        .trap = find_trap(watch, hart),
                        .next = watch_pc(watch, hart)};
    bool in_guest;

    code.pc = code.next;
    if (code.trap) {
        code.done = NULL;
        code.mode = code.trap->trap_enter.to;
        code.pc = code.trap->trap_enter.handler;
    } else if (code.done) {
        code.mode = code.done->insn.mode;
        code.pc = code.done->insn.pc;
    }
    in_guest = code.mode & MODE_VIRTUAL;
    code.symbols = subject_symbols(watch->subject, in_guest);
    code.lines = subject_lines(watch->subject, in_guest);
    return code;
}

/* Which of its forms there is room for. */
static void choose_form(struct code *code, struct area area)
{
    const struct line *line = code->lines ? lines_at(code->lines, code->pc) : NULL;
    bool assembly = !line || code_is_assembly(code->lines->file[line->file]);

    code->digits = code->pc >> 32 ? 16 : 8;
    code->column = area.cols >= LABELS_FROM && assembly;
    code->tall = area.rows > TALL_FROM;
    code->mixed = area.rows > MIXED_FROM && area.cols < WIDE_FROM && !assembly;
}

/* --- one instruction ---------------------------------------------------------------------- */

/* Cycles that the hart has waited for the bus, in what is told of. */
static uint64_t waited(const struct code *code)
{
    const struct watch *watch = code->watch;
    uint64_t cycles = 0;

    for (unsigned i = watch->first; i < watch->count; i++) {
        const struct event *event = &watch->events[i];

        if (event->kind == EVENT_BUS_WAIT &&
            event->bus_wait.initiator == INITIATOR_HART + code->hart)
            cycles += event->bus_wait.cycles;
    }
    return cycles;
}

/* What has become of an instruction: "cut", "waits 4". */
static void note_of(const struct code *code, uint64_t pc, char note[NOTE])
{
    bool current = code->done && code->done->insn.pc == pc;
    bool is_next = !code->done && !code->trap && pc == code->next;
    uint64_t cycles = current || is_next ? waited(code) : 0;

    note[0] = '\0';
    if (code->trap && code->trap->trap_enter.epc == pc &&
        code->trap->trap_enter.handler != pc)
        snprintf(note, NOTE, "cut");
    else if (cycles)
        snprintf(note, NOTE, "waits %" PRIu64, cycles % 100000);
    else if (pc == code->next && code->watch->facts.hart[code->hart].asleep)
        snprintf(note, NOTE, "asleep");
}

static bool is_current(const struct code *code, uint64_t pc)
{
    return code->trap ? code->trap->trap_enter.handler == pc
                      : code->done && code->done->insn.pc == pc;
}

/* A breakpoint there: `B`, or `b` if it is disabled; 0: none. */
static char breakpoint_at(const struct code *code, uint64_t pc)
{
    struct stops *stops = code->watch->session->stops;
    char sign = '\0';

    for (unsigned i = 0; stops && i < stops_count(stops); i++) {
        const struct stop *stop = stops_at(stops, i);

        if (stop->kind == STOP_PC && stop->address == pc &&
            stop->board == code->watch->board->index && sign != 'B')
            sign = stop->enabled ? 'B' : 'b';
    }
    return sign;
}

static void draw_signs(const struct code *code, struct canvas *canvas, int row, int col,
                       uint64_t pc)
{
    char stop = breakpoint_at(code, pc);

    if (is_current(code, pc))
        canvas_put(canvas, row, col, ROLE_HEAD, L'▸');
    else if (pc == code->next)
        canvas_put(canvas, row, col, ROLE_TEXT, L'┄');
    if (stop)
        canvas_put(canvas, row, col + 1, stop == 'B' ? ROLE_HELD : ROLE_QUIET,
                   (uint32_t)stop);
}

/* A label in its column; what is too long for it has a row of its own, if there are some. */
static void draw_label(const struct code *code, struct canvas *canvas, int row, int col,
                       uint64_t pc)
{
    const struct symbol *symbol = code_label(code, pc);

    if (!symbol || code_has_label_row(code, pc))
        return;
    if (strlen(symbol->name) <= CODE_LABEL)
        canvas_printf(canvas, row, col, CODE_LABEL + 1, ROLE_TEXT, "%s:", symbol->name);
    else
        canvas_text(canvas, row, col, CODE_LABEL + 1, ROLE_TEXT, symbol->name);
}

static bool bits_of(const struct code *code, uint64_t pc, uint32_t *bits)
{
    if (code->done && code->done->insn.pc == pc) {
        *bits = code->done->insn.bits; /* it may have been overwritten since */
        return true;
    }
    return text_fetch_in(code->watch, code->hart, code->mode, pc, bits);
}

static enum role role_of(const struct code *code, uint64_t pc)
{
    return is_current(code, pc) ? ROLE_HEAD : pc == code->next ? ROLE_TEXT : ROLE_QUIET;
}

/* Columns before what stands behind an address. */
static int behind_address(const struct code *code)
{
    return ADDRESS + code->digits + 1;
}

static void draw_insn(const struct code *code, struct canvas *canvas, struct area area,
                      int row, uint64_t pc)
{
    enum role role = role_of(code, pc);
    int labels = area.col + behind_address(code);
    int col = labels + (code->column ? CODE_LABEL + 2 : 0);
    int room = area.col + area.cols - col, noted;
    char insn[TEXT_INSN], note[NOTE];
    uint32_t bits;

    draw_signs(code, canvas, row, area.col, pc);
    canvas_printf(canvas, row, area.col + ADDRESS, code->digits, role, "%0*" PRIx64,
                  code->digits, pc);
    canvas_thing(canvas, row, area.col, area.cols, THING_CODE, "0x%" PRIx64, pc);
    if (code->column)
        draw_label(code, canvas, row, labels, pc);
    note_of(code, pc, note);
    noted = text_width(note);
    if (noted) {
        canvas_text(canvas, row, area.col + area.cols - noted, noted,
                    note[0] == 'c' ? ROLE_STOP : ROLE_WAIT, note);
        room -= noted + 1;
    }
    if (!bits_of(code, pc, &bits))
        canvas_text(canvas, row, col, room, ROLE_QUIET, "cannot be fetched");
    else
        canvas_text(canvas, row, col, room, role,
                    text_insn_with(insn, code->symbols, bits, pc));
}

/* With the rows above it, as far as there is room; gives how many rows it took. */
static int draw_item(const struct code *code, struct canvas *canvas, struct area area,
                     int row, uint64_t pc)
{
    int end = area.row + area.rows, first = row;
    int labels = code->column ? behind_address(code) : ADDRESS;

    if (code_has_label_row(code, pc) && row < end)
        canvas_printf(canvas, row++, area.col + labels, area.cols - labels, ROLE_TEXT,
                      "%s:", code_label(code, pc)->name);
    if (code_has_source_row(code, pc) && row < end) {
        struct area part = {row, area.col + 1, 1, area.cols - 1};

        code_draw_line(code, canvas, row++, part, pc, ROLE_TEXT);
    }
    if (row < end)
        draw_insn(code, canvas, area, row++, pc);
    return row - first;
}

/* --- all of it ---------------------------------------------------------------------------- */

/* The instruction that was cut stands above the handler. */
static void draw_page(const struct code *code, struct canvas *canvas, struct area area,
                      int skip)
{
    struct code_page page = code_page(code, area.rows);
    int row = area.row;
    uint64_t at = page.top;

    if (code->trap && area.rows > 3) {
        struct code cut = *code;

        cut.mode = code->trap->trap_enter.from;
        cut.symbols = subject_symbols(code->watch->subject, cut.mode & MODE_VIRTUAL);
        cut.column = code->column;
        draw_insn(&cut, canvas, area, row++, code->trap->trap_enter.epc);
    } else if (page.has_before && !skip) {
        draw_insn(code, canvas, area, row++, page.before);
    }
    for (; skip > 0; skip--)
        at += code_length(code, at);
    while (row < area.row + area.rows) {
        row += draw_item(code, canvas, area, row, at);
        at += code_length(code, at);
    }
}

/* "pio.s:11, word"; of a name that is too long, its end. */
static void name_place(const struct code *code, char *note, size_t size, int room)
{
    const struct line *line = code->lines ? lines_at(code->lines, code->pc) : NULL;
    const struct symbol *symbol =
        code->symbols ? symbols_at(code->symbols, code->pc) : NULL;
    char place[64] = "", function[40] = "";

    if (line)
        snprintf(place, sizeof(place), "%.40s:%" PRIu32,
                 path_base(code->lines->file[line->file]), line->line);
    if (symbol)
        snprintf(function, sizeof(function), "%.36s", symbol->name);
    if (text_width(place) + 2 + text_width(function) <= room)
        snprintf(note, size, "%s%s%s", place, line && symbol ? ", " : "", function);
    else if (text_width(place) <= room)
        snprintf(note, size, "%s", place);
    else if (room > 2)
        snprintf(note, size, "..%s", place + (text_width(place) - room + 2));
}

static void draw_rule(const struct code *code, struct canvas *canvas, struct area area,
                      const char *about)
{
    char title[40] = "code", note[112] = "";
    const char *guest = code->mode & MODE_VIRTUAL ? ", guest" : "";

    if (*about)
        snprintf(title, sizeof(title), "code at %.24s", about);
    else if (code->watch->board->harts > 1)
        snprintf(title, sizeof(title), "code of hart %u%s", code->hart, guest);
    else if (*guest)
        snprintf(title, sizeof(title), "code of the guest");
    name_place(code, note, sizeof(note), area.cols - text_width(title) - 4);
    canvas_rule(canvas, area.row, area.col, area.cols, title, note);
}

static void draw_below(const struct code *code, struct canvas *canvas, struct area area)
{
    struct area part = {0, area.col + 1, 1, area.cols - 1};

    code_draw_line(code, canvas, area.row + area.rows - 1, part, code->pc, ROLE_QUIET);
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    const char *about;
    unsigned hart = pin_hart(watch, state->about, &about);
    struct code code = code_of(watch, hart);
    struct area part = {area.row + 1, area.col, area.rows - 1, area.cols};
    bool wide = area.cols >= WIDE_FROM;

    if (*about && !pin_value(watch, hart, about, &code.pc))
        about = "";
    else if (*about)
        code.trap = NULL;
    choose_form(&code, area);
    draw_rule(&code, canvas, area, about);
    if (wide) {
        part.cols = area.cols / 2 - 1;
        code_draw_file(&code, canvas,
                       (struct area){part.row, part.col + part.cols + 2, part.rows,
                                     area.cols - part.cols - 2},
                       code.pc);
    } else if (!code.mixed && area.rows > SOURCE_FROM) {
        draw_below(&code, canvas, area);
        part.rows--;
    }
    state->shown = part.rows;
    state->all = part.rows + SCROLLED;
    draw_page(&code, canvas, part, state->top);
}

const struct view code_view = {
    .name = "code",
    .help = "instructions around the current one, with their source lines",
    .class = VIEW_INSTRUCTIONS,
    .cols = 30,
    .rows = 3,
    .wide = 52,
    .tells = "disassemble",
    .about = "[hart N] [ADDRESS|SYMBOL]",
    .draw = draw,
};
