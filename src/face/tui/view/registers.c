#include "base/bits.h"
#include "face/tui/view/csrs.h"
#include "face/tui/view/pin.h"
#include "face/tui/view/view.h"
#include "face/tui/watch/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * The integer registers and pc. Where there is room for all they stand in columns by their
 * numbers. Else those are shown that the function names which the hart is in, so that a
 * register keeps its row while the hart stays there; of many, those that the last
 * instructions used. Where there is room CSRs stand below; after a trap a small pane has
 * these alone.
 */
enum {
    PC = 32, /* the row before x1 */
    ALL = 32,
    VALUE = 16,
    NAME = 2,       /* columns before a register's name */
    AT = 6,         /* ... before its value */
    NOTE = 24,      /* ... before what that means */
    LEAST = 34,     /* columns of one of several */
    CSRS_FROM = 12, /* rows from which CSRs stand below */
    FUNCTION = 256  /* instructions of a function that are looked through */
};

/* --- which ones --------------------------------------------------------------------------- */

struct choice {
    uint64_t set; /* a bit each; PC too */
    int count, room;
};

static void take(struct choice *choice, unsigned number)
{
    if (!number || choice->set & BIT(number) || choice->count >= choice->room)
        return;
    choice->set |= BIT(number);
    choice->count++;
}

static void take_named(struct choice *choice, uint32_t bits)
{
    struct insn insn = insn_decode(bits);

    take(choice, insn.rd);
    take(choice, insn.rs1);
    take(choice, insn.rs2);
}

/* Those that the instructions name between the symbol at or before `pc` and the next one.
 * False: they are too many. */
static bool take_of_function(const struct watch *watch, unsigned hart, uint64_t pc,
                             struct choice *choice)
{
    const struct symbols *symbols = watch_symbols_of(watch, hart);
    const struct symbol *symbol = symbols ? symbols_at(symbols, pc) : NULL;
    struct choice all = {.room = ALL};
    uint64_t at = symbol ? symbol->address : pc;
    uint32_t bits;

    for (unsigned n = 0; symbol && n < FUNCTION; n++) {
        if (symbols_at(symbols, at) != symbol || !text_fetch(watch, hart, at, &bits))
            break;
        take_named(&all, bits);
        at += insn_length(bits);
    }
    if (!symbol || all.count > choice->room)
        return false;
    all.room = choice->room;
    *choice = all;
    return true;
}

/* Those that the last instructions named. */
static void take_last(const struct watch *watch, unsigned hart, struct choice *choice)
{
    const struct hart_fold *fold = &watch->harts[hart];
    uint64_t oldest = fold->insns > WATCH_INSNS ? fold->insns - WATCH_INSNS : 0;

    for (uint64_t i = fold->insns; i-- > oldest;)
        take_named(choice, fold->bits[i % WATCH_INSNS]);
}

static struct choice choose(const struct watch *watch, unsigned hart, int room)
{
    const struct event *insn = watch_insn(watch, hart);
    struct choice choice = {.room = room};

    if (!take_of_function(watch, hart, insn ? insn->insn.pc : watch_pc(watch, hart),
                          &choice))
        take_last(watch, hart, &choice);
    for (unsigned other = 10; other < 42; other++) /* a0 on, then the rest */
        take(&choice, other % 32);
    return choice;
}

/* --- one of them -------------------------------------------------------------------------- */

static const char *name_of(unsigned number)
{
    return number == PC ? "pc" : xreg_names[number];
}

static uint64_t value_of(const struct watch *watch, unsigned hart, unsigned number)
{
    return number == PC ? watch_pc(watch, hart) : watch_x(watch, hart, number);
}

/* What it was, or what it is: a place, or text. */
static void put_note(const struct watch *watch, unsigned hart,
                     const struct event *wrote, uint64_t value, char *note, size_t room)
{
    char name[ABOUT_NAME], quote[TEXT_DATA];

    if (wrote && wrote->insn.rd_old == value)
        snprintf(note, room, "the same");
    else if (wrote)
        snprintf(note, room, "was %" PRIx64, wrote->insn.rd_old);
    else if (pin_address(name, watch, hart, value)[0])
        snprintf(note, room, "%s", name);
    else
        snprintf(note, room, "%s", text_quote(quote, value, value >> 32 ? 8 : 4));
}

static void draw_register(const struct watch *watch, struct canvas *canvas,
                          struct area at, unsigned hart, unsigned number)
{
    const struct event *insn = watch_insn(watch, hart);
    const struct event *wrote =
        insn && number != PC && insn->insn.rd == number ? insn : NULL;
    uint64_t value = value_of(watch, hart, number);
    enum role role = wrote ? ROLE_CHANGED : ROLE_TEXT;
    char note[64];

    if (wrote)
        canvas_put(canvas, at.row, at.col, ROLE_CHANGED, '*');
    canvas_text(canvas, at.row, at.col + NAME, AT - NAME, ROLE_QUIET, name_of(number));
    canvas_printf(canvas, at.row, at.col + AT, VALUE, role, "%*" PRIx64, VALUE, value);
    put_note(watch, hart, wrote, value, note, sizeof(note));
    canvas_text(canvas, at.row, at.col + NOTE, at.cols - NOTE, ROLE_QUIET, note);
    if (hart == watch->hart)
        canvas_thing(canvas, at.row, at.col, at.cols, THING_REGISTER, "%s",
                     name_of(number));
    else
        canvas_thing(canvas, at.row, at.col, at.cols, THING_REGISTER, "hart%u.%s", hart,
                     name_of(number));
}

/* --- all of it ---------------------------------------------------------------------------- */

/* In how many columns all have room; 0: in none. */
static int columns_for_all(struct area area)
{
    int rows = area.rows - 1;

    for (int columns = 1; columns <= area.cols / LEAST && rows > 0; columns++)
        if (columns * rows >= ALL)
            return columns;
    return 0;
}

static void draw_all(const struct watch *watch, struct canvas *canvas, struct area area,
                     unsigned hart, int columns)
{
    int rows = (ALL + columns - 1) / columns, width = area.cols / columns;

    for (int i = 0; i < ALL; i++) {
        struct area at = {area.row + 1 + i % rows, area.col + i / rows * width, 1,
                          width - 1};

        draw_register(watch, canvas, at, hart, i ? (unsigned)i : PC);
    }
}

static void draw_some(const struct watch *watch, struct canvas *canvas,
                      struct area area, unsigned hart)
{
    struct choice choice = choose(watch, hart, area.rows - 1);
    struct area at = {area.row + 1, area.col, 1, area.cols};

    for (unsigned number = 1; number < 32; number++)
        if (choice.set & BIT(number)) {
            draw_register(watch, canvas, at, hart, number);
            at.row++;
        }
}

/* Has a trap or a return from one just happened to that hart? Then its CSRs say more. */
static bool has_trapped(const struct watch *watch, unsigned hart)
{
    for (unsigned i = watch->step; i < watch->count; i++) {
        const struct event *event = &watch->events[i];

        if ((event->kind == EVENT_TRAP_ENTER && event->trap_enter.hart == hart) ||
            (event->kind == EVENT_TRAP_RETURN && event->trap_return.hart == hart))
            return true;
    }
    return false;
}

/* How many rows CSRs get below the registers. */
static int count_csrs(const struct watch *watch, unsigned hart, int rows, int columns)
{
    if (columns)
        return rows - (ALL + columns - 1) / columns - 1;
    if (rows >= CSRS_FROM)
        return rows / 3;
    return has_trapped(watch, hart) ? rows : 0;
}

static void draw(const struct watch *watch, struct view_state *state,
                 struct canvas *canvas, struct area area)
{
    const char *rest;
    unsigned hart = pin_hart(watch, state->about, &rest);
    int columns = columns_for_all(area), rows = area.rows - 1;
    int csrs = count_csrs(watch, hart, rows, columns);
    struct area part = area;
    char title[40];

    state->all = 0;
    snprintf(title, sizeof(title), "%s of hart %u", csrs == rows ? "csrs" : "registers",
             hart);
    canvas_rule(canvas, area.row, area.col, area.cols, title, "* changed");
    if (csrs > 0 && csrs < rows)
        part.rows -= csrs + 1;
    if (columns)
        draw_all(watch, canvas, area, hart, columns);
    else if (csrs < rows)
        draw_some(watch, canvas, part, hart);
    if (csrs > 0)
        csrs_draw_rows(
            watch, canvas,
            (struct area){area.row + area.rows - csrs, area.col, csrs, area.cols},
            hart);
}

const struct view registers_view = {
    .name = "registers",
    .help = "the integer registers, those in use first, and what just changed",
    .class = VIEW_INSTRUCTIONS,
    .cols = 28,
    .rows = 3,
    .wide = 44,
    .tells = "info registers",
    .about = "[hart N]",
    .draw = draw,
};
