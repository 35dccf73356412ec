#include "face/tui/view/code.h"

#include "face/tui/watch/text.h"

#include <string.h>

enum { STRETCH = 0x400, FAR_BACK = 4 * STRETCH };

unsigned code_length(const struct code *code, uint64_t pc)
{
    uint32_t bits;

    return text_fetch_in(code->watch, code->hart, code->mode, pc, &bits)
               ? insn_length(bits)
               : 4;
}

const struct symbol *code_label(const struct code *code, uint64_t pc)
{
    const struct symbol *symbol = code->symbols ? symbols_at(code->symbols, pc) : NULL;

    return symbol && symbol->address == pc ? symbol : NULL;
}

bool code_has_label_row(const struct code *code, uint64_t pc)
{
    const struct symbol *symbol = code_label(code, pc);

    return symbol && code->tall &&
           (!code->column || strlen(symbol->name) > (size_t)CODE_LABEL);
}

bool code_has_source_row(const struct code *code, uint64_t pc)
{
    const struct line *line = code->mixed ? lines_at(code->lines, pc) : NULL;
    const struct line *before = line ? lines_at(code->lines, pc - 1) : NULL;

    return line && (!before || before->file != line->file ||
                    before->line != line->line || line->address == pc);
}

static int height(const struct code *code, uint64_t pc)
{
    return 1 + code_has_label_row(code, pc) + code_has_source_row(code, pc);
}

/* Instructions have no mark of where they begin: they are counted from a label. It is the
 * same for all addresses of a stretch, wherever the hart comes from. */
static uint64_t counted_from(const struct code *code)
{
    uint64_t stretch = code->pc & ~(uint64_t)(STRETCH - 1);
    const struct symbol *symbol;

    if (!code->symbols)
        return stretch;
    symbol = symbols_at(code->symbols, stretch);
    if (symbol && stretch - symbol->address < FAR_BACK)
        return symbol->address;
    symbol = symbols_at(code->symbols, code->pc);
    while (symbol && symbol->address > stretch) {
        const struct symbol *before = symbols_at(code->symbols, symbol->address - 1);

        if (!before || before->address < stretch)
            return symbol->address;
        symbol = before;
    }
    return stretch;
}

/* Code stands in pages, so that an instruction is always in the same row; of the
 * neighbouring pages one row each is shown. */
struct code_page code_page(const struct code *code, int rows)
{
    uint64_t at = counted_from(code), before = at;
    struct code_page page = {.top = at};
    int size = rows > 3 ? rows - 2 : rows, used = 0;

    for (;;) {
        int next = height(code, at);

        if (used && used + next > size) {
            page = (struct code_page){at, before, rows > 3};
            used = 0;
        }
        if (at >= code->pc)
            break;
        used += next;
        before = at;
        at += code_length(code, at);
    }
    if (at != code->pc) /* what was counted is no code */
        page = (struct code_page){.top = code->pc};
    return page;
}
