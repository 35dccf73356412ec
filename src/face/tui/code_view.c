#include "base/bits.h"
#include "face/tui/text.h"
#include "face/tui/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LABEL = 6, SEARCH = 1024 };

/* Bytes of the instruction at `pc`; 4 where none can be fetched. */
static unsigned length_at(const struct watch *watch, unsigned hart, uint64_t pc)
{
    uint32_t bits;

    return text_fetch(watch, hart, pc, &bits) ? insn_length(bits) : 4;
}

/* Instructions have no mark of where they begin: those before `pc` are found by decoding
 * from the label before it. Gives the address `rows` instructions earlier, or the first
 * that is known. */
static uint64_t back(const struct watch *watch, unsigned hart, uint64_t pc, int rows)
{
    const struct symbol *symbol =
        watch->symbols ? symbols_at(watch->symbols, pc) : NULL;
    uint64_t ring[16] = {0}, at = symbol ? symbol->address : pc;
    unsigned count = 0;

    while (symbol && symbol->address == at && at > 0 && pc - at < 64) {
        const struct symbol *before = symbols_at(watch->symbols, at - 1);

        if (!before || pc - before->address > SEARCH)
            break;
        symbol = before;
        at = before->address;
    }
    if (pc - at > SEARCH)
        return pc;
    for (; at < pc; at += length_at(watch, hart, at))
        ring[count++ % COUNT(ring)] = at;
    if (at != pc || count == 0)
        return pc;
    if ((unsigned)rows > count)
        rows = (int)count;
    return rows ? ring[(count - (unsigned)rows) % COUNT(ring)] : pc;
}

/* Is `pc` on one of the rows from `top`? Gives its row, or -1. */
static int row_of(const struct watch *watch, unsigned hart, uint64_t top, uint64_t pc,
                  int rows)
{
    for (int row = 0; row < rows && top <= pc; row++) {
        if (top == pc)
            return row;
        top += length_at(watch, hart, top);
    }
    return -1;
}

/* The label that stands before the address, or "". */
static void label_at(const struct watch *watch, uint64_t pc, char label[LABEL + 2])
{
    const struct symbol *symbol =
        watch->symbols ? symbols_at(watch->symbols, pc) : NULL;

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
    const char *base = strrchr(file, '/');
    int length;

    base = base ? base + 1 : file;
    length = snprintf(note, size, "%.32s:%" PRIu32, base, line);
    if (length > room)
        snprintf(note, size, "..%.32s:%" PRIu32, base + (length - room + 2), line);
}

/* The line that the instruction comes from. */
static void draw_source(const struct watch *watch, struct canvas *canvas,
                        struct area area, uint64_t pc, bool text)
{
    const struct line *line = watch->lines ? lines_at(watch->lines, pc) : NULL;
    char note[48] = "", source[160];

    if (line && line->file != LINE_NONE) {
        const char *file = watch->lines->file[line->file];

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

    row = row_of(watch, watch->hart, state->code_top, pc, rows);
    if (row < (rows > 3) || row > rows - 1 - (rows > 3))
        state->code_top = back(watch, watch->hart, pc, rows / 3);
    at = state->code_top;
    for (row = 0; row < rows; row++) {
        draw_row(watch, canvas, area, area.row + 1 + row, at, done, at == next);
        at += length_at(watch, watch->hart, at);
    }
    draw_source(watch, canvas, area, pc, source);
}

const struct view code_view = {
    .name = "code",
    .help = "instructions around the current one, with their source line",
    .draw = draw,
};
