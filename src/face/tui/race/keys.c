#include "face/tui/race/race.h"

#include "base/bits.h"
#include "base/number.h"
#include "face/tui/screen/keys.h"

#include <stdio.h>
#include <string.h>

/* Cycles in a frame of a thirtieth of a second. */
static const struct {
    uint64_t cycles;
    const char *name;
} speeds[] = {
    {1, "30 cycles/s"},          {10, "300 cycles/s"},
    {100, "3,000 cycles/s"},     {1000, "30,000 cycles/s"},
    {10000, "300,000 cycles/s"}, {100000, "3,000,000 cycles/s"},
    {0, "full speed"},
};

uint64_t race_speed(const struct race *race)
{
    return speeds[race->speed].cycles;
}

const char *race_speed_name(const struct race *race)
{
    return speeds[race->speed].name;
}

static void tell(struct race *race, const char *text)
{
    snprintf(race->notice, sizeof(race->notice), "%s", text);
}

void race_advance(struct race *race, uint64_t cycles)
{
    if (!race->running)
        return;
    if (race_to(race, race->cycle + cycles) == RACE_INTERRUPTED)
        race->running = false;
    if (race_ended(race)) {
        race->running = false;
        tell(race, "every lane is at its end; ← goes back");
    }
}

/* --- moves --------------------------------------------------------------------------- */

static void told(struct race *race, enum race_end end, bool forwards)
{
    if (end == RACE_INTERRUPTED)
        tell(race, "stopped by a key");
    else if (end == RACE_NOWHERE && forwards)
        tell(race, "no lane has one after this moment");
    else if (end == RACE_NOWHERE)
        tell(race, race->cycle == 0 ? "here the work begins: this is +0"
                                    : "no lane has one before this moment");
}

static bool move(struct race *race, enum action action)
{
    switch ((int)action) {
    case ACTION_EVENT:
        told(race, race_step(race), true);
        return true;
    case ACTION_EVENT_BACK:
        told(race, race_step_back(race), false);
        return true;
    case ACTION_UNIT:
        told(race, race_next(race, race->unit), true);
        return true;
    case ACTION_UNIT_BACK:
        told(race, race_last(race, race->unit), false);
        return true;
    case ACTION_INTERESTING:
        told(race, race_next(race, &race_interesting), true);
        return true;
    case ACTION_INTERESTING_BACK:
        told(race, race_last(race, &race_interesting), false);
        return true;
    case ACTION_CYCLE:
        told(race, race_to(race, race->cycle + 1), true);
        return true;
    case ACTION_CYCLE_BACK:
        told(race, race->cycle ? race_to(race, race->cycle - 1) : RACE_NOWHERE, false);
        return true;
    case ACTION_FIRST:
        told(race, race_to(race, 0), false);
        return true;
    case ACTION_NEWEST:
        told(race, race_to(race, race->furthest), true);
        return true;
    default:
        return false;
    }
}

/* --- a cycle to go to ---------------------------------------------------------------- */

/* "+26,412", "26412", "end". */
static void go_to(struct race *race, const char *line)
{
    const char *rest, *text = line + (line[0] == '+');
    uint64_t cycle;

    if (strncmp(text, "goto ", 5) == 0)
        text += 5 + (text[5] == '+');
    if (strcmp(text, "end") == 0) {
        told(race, race_to_end(race), true);
        return;
    }
    if ((number_grouped(text, &cycle, &rest) && *rest == '\0') ||
        (number_parse(text, &cycle, &rest) && *rest == '\0'))
        told(race, race_to(race, cycle), true);
    else
        tell(race, "g wants a cycle as +26,412, or end");
}

static void prompt_pressed(struct race *race, int code)
{
    switch (prompt_key(&race->prompt, code)) {
    case PROMPT_ENTERED:
        race->asking = false;
        go_to(race, race->prompt.line);
        break;
    case PROMPT_CLOSED:
        race->asking = false;
        break;
    case PROMPT_EDITED:
    case PROMPT_COMPLETE:
        break;
    }
}

/* --- other keys ---------------------------------------------------------------------- */

static void change_speed(struct race *race, int by)
{
    int speed = (int)race->speed + by;

    if (speed >= 0 && speed < (int)COUNT(speeds))
        race->speed = (unsigned)speed;
    snprintf(race->notice, sizeof(race->notice), "running speed: %s",
             race_speed_name(race));
}

static void change_unit(struct race *race)
{
    race->unit = race->unit[1].name ? race->unit + 1 : &race_units[0];
    snprintf(race->notice, sizeof(race->notice), "n and p step by: %s, %s",
             race->unit->name, race->unit->help);
}

static void run_or_pause(struct race *race)
{
    if (race_ended(race))
        tell(race, "every lane is at its end; ← goes back");
    else
        race->running = !race->running;
}

/* The keys of the table that mean something here. */
static bool works_here(enum action action)
{
    return (action >= ACTION_EVENT && action <= ACTION_NEWEST) ||
           action == ACTION_GOTO || action == ACTION_CHOOSE_UNIT ||
           action == ACTION_FASTER || action == ACTION_SLOWER ||
           action == ACTION_HELP || action == ACTION_QUIT || action == ACTION_LEAVE ||
           action == ACTION_THEME || action == ACTION_STOP ||
           action == ACTION_SUSPEND || action == ACTION_REDRAW;
}

static void put_key(struct buf *out, const char *name, const char *verb,
                    const char *help)
{
    int width = text_width(name);

    buf_text(out, name);
    for (; width < 7; width++)
        buf_char(out, ' ');
    buf_printf(out, "%-18s%s\n", verb, help);
}

static void show_help(struct race *race)
{
    struct buf *out = &race->sheet.text;

    sheet_open(&race->sheet, "keys of the race");
    buf_text(out, "Every move moves all lanes to the same cycle.\n");
    put_key(out, "→ ←", "step", "to the next step of any lane, or the last one");
    for (const struct race_unit *unit = race_units; unit->name; unit++)
        put_key(out, unit == race->unit ? "n p" : "", unit->name, unit->help);
    put_key(out, "u", "unit", "another one for n and p");
    put_key(out, "] [", "interesting", race_interesting.help);
    put_key(out, ". ,", "cycle", "one cycle on, or back");
    put_key(out, "space", "run", "run; pause");
    put_key(out, "+ -", "faster, slower", "cycles a second");
    put_key(out, "g", "goto", "to a cycle, as +26,412; end: of the slowest lane");
    put_key(out, "Home", "first", "to where the work begins, +0");
    put_key(out, "End", "newest", "to the latest moment that is known");
    put_key(out, "t", "theme", "the next theme");
    put_key(out, "q", "quit", "leaves");
}

static void act(struct race *race, enum action action)
{
    switch ((int)action) {
    case ACTION_RUN:
        run_or_pause(race);
        break;
    case ACTION_GOTO:
        race->asking = true;
        prompt_begin(&race->prompt, ':', "goto +");
        break;
    case ACTION_CHOOSE_UNIT:
        change_unit(race);
        break;
    case ACTION_FASTER:
        change_speed(race, 1);
        break;
    case ACTION_SLOWER:
        change_speed(race, -1);
        break;
    case ACTION_HELP:
        show_help(race);
        break;
    case ACTION_QUIT:
        race->quit = true;
        break;
    default:
        move(race, action);
        break;
    }
}

bool race_key(struct race *race, int code)
{
    const struct key *key = key_find(code);
    bool was_running = race->running;

    race->notice[0] = '\0';
    if (race->asking) {
        prompt_pressed(race, code);
        return true;
    }
    if (race->sheet.open && sheet_key(&race->sheet, code))
        return true;
    race->sheet.open = false;
    if (!key || !works_here(key->action))
        return false;
    race->running &= key->action == ACTION_FASTER || key->action == ACTION_SLOWER ||
                     key->action == ACTION_THEME || key->action == ACTION_REDRAW;
    if (!was_running || key->action != ACTION_RUN)
        act(race, key->action);
    return true;
}
