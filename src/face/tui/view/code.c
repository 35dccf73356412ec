#include "base/bits.h"
#include "base/path.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/text.h"

#include <inttypes.h>
#include <stdio.h>

enum { LABEL = 6, STRETCH = 0x400, FAR_BACK = 4 * STRETCH };

/* Bytes of the instruction at `pc`; 4 where none can be fetched. */
static unsigned length_at(const struct watch *watch, unsigned hart, uint64_t pc)
{
    uint32_t bits;

    return text_fetch(watch, hart, pc, &bits) ? insn_length(bits) : 4;
}

/* Instructions have no mark of where they begin: they are counted from a label. It is the
 * same for all addresses of a stretch, wherever the hart comes from. */
static uint64_t counted_from(const struct watch *watch, uint64_t pc)
{
    uint64_t stretch = pc & ~(uint64_t)(STRETCH - 1);
    const struct symbols *symbols = watch_symbols(watch);
    const struct symbol *symbol;

    if (!symbols)
        return stretch;
    symbol = symbols_at(symbols, stretch);
    if (symbol && stretch - symbol->address < FAR_BACK)
        return symbol->address;
    symbol = symbols_at(symbols, pc);
    while (symbol && symbol->address > stretch) {
        const struct symbol *before = symbols_at(symbols, symbol->address - 1);

        if (!before || before->address < stretch)
            return symbol->address;
        symbol = before;
    }
    return stretch;
}

/* The first row: code stands in pages, so that an instruction is always in the same row;
 * of the neighbouring pages one row each is shown. */
static uint64_t top_of(const struct watch *watch, unsigned hart, uint64_t pc, int rows)
{
    unsigned size = rows > 3 ? (unsigned)rows - 2 : (unsigned)rows, count = 0;
    uint64_t at = counted_from(watch, pc), top = at, before = at;

    for (; at < pc; count++) {
        if (count % size == 0)
            top = rows > 3 && count ? before : at;
        before = at;
        at += length_at(watch, hart, at);
    }
    if (at != pc) /* what was counted is no code */
        return pc;
    if (count % size == 0)
        top = rows > 3 && count ? before : at;
    return top;
}

/* The label that stands before the address, or "". */
static void label_at(const struct watch *watch, uint64_t pc, char label[LABEL + 2])
{
    const struct symbols *symbols = watch_symbols(watch);
    const struct symbol *symbol = symbols ? symbols_at(symbols, pc) : NULL;

    label[0] = '\0';
    if (symbol && symbol->address == pc)
        snprintf(label, LABEL + 2, "%.*s:", LABEL, symbol->name);
}

static void draw_row(const struct watch *watch, struct canvas *canvas, struct area area,
                     int row, uint64_t pc, const struct event *done, bool next)
{
    char insn[TEXT_INSN], label[LABEL + 2];
    bool current = done && done->insn.pc == pc;
    enum role role = current ? ROLE_HEAD : next ? ROLE_TEXT : ROLE_QUIET;
    int col = area.col, labels = area.cols >= 34 ? LABEL + 2 : 0;
    uint32_t bits;

    if (current)
        canvas_put(canvas, row, col, ROLE_HEAD, L'▸');
    else if (next)
        canvas_put(canvas, row, col, ROLE_TEXT, L'┄');
    canvas_printf(canvas, row, col + 2, 16, role, "%08" PRIx64, pc);
    label_at(watch, pc, label);
    if (labels)
        canvas_text(canvas, row, col + 11, labels - 1, ROLE_TEXT, label);
    if (current)
        bits = done->insn.bits;
    else if (!text_fetch(watch, watch->hart, pc, &bits))
        return;
    canvas_text(canvas, row, col + 11 + labels, area.cols - 11 - labels, role,
                text_insn(insn, watch, bits, pc));
}

/* "pio.s:11"; of a name that is too long, its end. */
static void name_line(char *note, size_t size, int room, const char *file,
                      uint32_t line)
{
    const char *base = path_base(file);
    int length;

    length = snprintf(note, size, "%.32s:%" PRIu32, base, line);
    if (length > room)
        snprintf(note, size, "..%.32s:%" PRIu32, base + (length - room + 2), line);
}

/* The line that the instruction comes from. */
static void draw_source(const struct watch *watch, struct canvas *canvas,
                        struct area area, uint64_t pc, bool text)
{
    const struct lines *lines = watch_lines(watch);
    const struct line *line = lines ? lines_at(lines, pc) : NULL;
    char note[48] = "", source[160];

    if (line && line->file != LINE_NONE) {
        const char *file = lines->file[line->file];

        name_line(note, sizeof(note), area.cols - 8, file, line->line);
        if (text && watch_source(watch, file, line->line, source, sizeof(source)))
            canvas_printf(canvas, area.row + area.rows - 1, area.col + 2, area.cols - 2,
                          ROLE_QUIET, "%" PRIu32 "  %s", line->line, source);
    }
    canvas_rule(canvas, area.row, area.col, area.cols, "code", note);
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    const struct event *done = watch_insn(watch, watch->hart);
    uint64_t next = watch_pc(watch, watch->hart), pc = done ? done->insn.pc : next, at;
    bool source = area.rows >= 6;
    int rows = area.rows - 1 - source, row;

    (void)state;
    at = top_of(watch, watch->hart, pc, rows);
    for (row = 0; row < rows; row++) {
        draw_row(watch, canvas, area, area.row + 1 + row, at, done, at == next);
        at += length_at(watch, watch->hart, at);
    }
    draw_source(watch, canvas, area, pc, source);
}

const struct view code_view = {
    .name = "code",
    .help = "instructions around the current one, with their source line",
    .class = VIEW_INSTRUCTIONS,
    .cols = 30,
    .rows = 3,
    .wide = 52,
    .tells = "disassemble",
    .draw = draw,
};
