#include "face/tui/screen/keys.h"

#include "base/bits.h"
#include "face/tui/screen/screen.h"
#include "face/tui/watch/peek.h"

#include <stddef.h>

const char *const key_group_titles[KEY_GROUPS] = {
    [KEYS_MOVE] = "Move in time", [KEYS_ASK] = "Ask",       [KEYS_LOOK] = "Look",
    [KEYS_PANES] = "Panes",       [KEYS_TOOL] = "The tool",
};

/* --- why a key is off ------------------------------------------------------------------ */

static const char *no_past(const struct screen *screen)
{
    return screen->past ? NULL : "this is the newest moment";
}

static const char *no_marks(const struct screen *screen)
{
    return timeline_marks(screen->watch->time) ? NULL
                                               : "there are no marks yet; m makes one";
}

static const char *no_variants(const struct screen *screen)
{
    const struct scenario *scenario = screen->watch->subject->scenario;

    return scenario && scenario->variants > 1 ? NULL
                                              : "a race needs a scenario with "
                                                "variants";
}

static const char *no_console(const struct screen *screen)
{
    return watch_device(screen->watch, "uart", 0) ? NULL : "this board has no UART";
}

static const char *no_harts(const struct screen *screen)
{
    return screen->watch->board->harts > 1 ? NULL : "there is one hart";
}

static const char *no_events(const struct screen *screen)
{
    return panes_has(&screen->panes, &events_view)
               ? NULL
               : "no pane lists events; v puts one here";
}

/* clang-format off */
const struct key keys[] = {
    {KEY_CODE_END, 0, "End", "newest", "to the latest moment that is known", ACTION_NEWEST, KEYS_MOVE, no_past},
    {KEY_CODE_RIGHT, 'l', "→", "event", "one event on, the smallest step", ACTION_EVENT, KEYS_MOVE, NULL},
    {KEY_CODE_LEFT, 'h', "←", "event back", "one event back", ACTION_EVENT_BACK, KEYS_MOVE, NULL},
    {'n', 0, "n", "next", "one unit on: an instruction, or what u chose", ACTION_UNIT, KEYS_MOVE, NULL},
    {'p', 0, "p", "previous", "one unit back", ACTION_UNIT_BACK, KEYS_MOVE, NULL},
    {']', ')', "]", "interesting", "the next moment that says most", ACTION_INTERESTING, KEYS_MOVE, NULL},
    {'[', '(', "[", "interesting back", "the last such moment", ACTION_INTERESTING_BACK, KEYS_MOVE, NULL},
    {' ', 0, "space", "run", "run; pause", ACTION_RUN, KEYS_MOVE, NULL},
    {'\r', '\n', "Enter", "ask", "what is under the cursor, or what happens now", ACTION_ASK, KEYS_ASK, NULL},
    {'w', 0, "w", "why", "why what is shown happened", ACTION_WHY, KEYS_ASK, NULL},
    {':', 0, ":", "command", "the shell's language, with Tab and history", ACTION_COMMAND, KEYS_ASK, NULL},
    {'\t', 0, "Tab", "pane", "keys go to the next pane", ACTION_PANE, KEYS_PANES, NULL},
    {KEY_CODE_BACKTAB, 0, "S-Tab", "pane back", "keys go to the pane before", ACTION_PANE_BACK, KEYS_PANES, NULL},
    {'q', 0, "q", "quit", "leaves; the run is kept", ACTION_QUIT, KEYS_TOOL, NULL},
    {'g', 0, "g", "goto", "to a cycle, #instruction.event or mark", ACTION_GOTO, KEYS_MOVE, NULL},
    {'z', 0, "z", "undo a move", "back to where you looked before", ACTION_UNDO, KEYS_MOVE, NULL},
    {'Z', 0, "Z", "redo a move", "and there again", ACTION_REDO, KEYS_MOVE, NULL},
    {'u', 0, "u", "unit", "what n and p step by", ACTION_CHOOSE_UNIT, KEYS_MOVE, NULL},
    {'.', 0, ".", "cycle", "one cycle on", ACTION_CYCLE, KEYS_MOVE, NULL},
    {',', 0, ",", "cycle back", "one cycle back", ACTION_CYCLE_BACK, KEYS_MOVE, NULL},
    {KEY_CODE_HOME, 0, "Home", "first", "to the beginning, #0", ACTION_FIRST, KEYS_MOVE, NULL},
    {'m', 0, "m", "mark", "gives this moment a name", ACTION_MARK, KEYS_MOVE, NULL},
    {'\'', 0, "'", "to mark", "to a moment that has a name", ACTION_TO_MARK, KEYS_MOVE, no_marks},
    {'+', '=', "+", "faster", "run faster", ACTION_FASTER, KEYS_MOVE, NULL},
    {'-', 0, "-", "slower", "run slower, down to one event a second", ACTION_SLOWER, KEYS_MOVE, NULL},
    {'W', 0, "W", "why not", "why an interrupt has not come", ACTION_WHY_NOT, KEYS_ASK, NULL},
    {'o', 0, "o", "who", "who wrote what is under the cursor last", ACTION_WHO, KEYS_ASK, NULL},
    {'b', 0, "b", "break", "stop when what is under the cursor is used", ACTION_BREAK, KEYS_ASK, NULL},
    {'/', 0, "/", "filter", "hides events by an expression", ACTION_FILTER, KEYS_ASK, no_events},
    {KEY_CONTROL('p'), 0, "C-p", "palette", "finds commands, views, parts, marks", ACTION_PALETTE, KEYS_ASK, NULL},
    {KEY_CODE_UP, 'k', "↑", "cursor up", "to the thing before in the pane", ACTION_UP, KEYS_PANES, NULL},
    {KEY_CODE_DOWN, 'j', "↓", "cursor down", "to the next thing in the pane", ACTION_DOWN, KEYS_PANES, NULL},
    {KEY_CODE_PAGE_UP, 0, "PgUp", "scroll up", "rows above in the pane", ACTION_PAGE_UP, KEYS_PANES, NULL},
    {KEY_CODE_PAGE_DOWN, 0, "PgDn", "scroll down", "rows below in the pane", ACTION_PAGE_DOWN, KEYS_PANES, NULL},
    {'f', 0, "f", "fill", "the pane fills the screen, or not", ACTION_FILL, KEYS_PANES, NULL},
    {'v', 0, "v", "view", "another view in this pane", ACTION_VIEW, KEYS_PANES, NULL},
    {'s', 0, "s", "split", "another pane beside this one", ACTION_SPLIT, KEYS_PANES, NULL},
    {'x', 0, "x", "swap", "exchanges it with the next pane", ACTION_SWAP, KEYS_PANES, NULL},
    {'c', 0, "c", "close", "takes the pane away", ACTION_CLOSE, KEYS_PANES, NULL},
    {'a', 0, "a", "pin", "the pane stays with what is under the cursor, or follows again", ACTION_PIN, KEYS_PANES, NULL},
    {'L', 0, "L", "layouts", "panes as somebody has arranged them", ACTION_LAYOUT, KEYS_PANES, NULL},
    {'>', 0, ">", "zoom in", "fewer cycles in a column of time", ACTION_ZOOM_IN, KEYS_LOOK, NULL},
    {'<', 0, "<", "zoom out", "more of them", ACTION_ZOOM_OUT, KEYS_LOOK, NULL},
    {'~', 0, "~", "fold idle", "long idle time is folded in the lanes, or not", ACTION_FOLD, KEYS_LOOK, NULL},
    {'H', 0, "H", "hart", "code and registers of the next hart", ACTION_HART, KEYS_LOOK, no_harts},
    {'r', 0, "r", "race", "the scenario's variants side by side", ACTION_RACE, KEYS_LOOK, no_variants},
    {'P', 0, "P", "presenter", "large and calm, for a projector", ACTION_PRESENT, KEYS_LOOK, NULL},
    {'i', 0, "i", "console", "type to the UART; C-] leaves it", ACTION_CONSOLE, KEYS_LOOK, no_console},
    {'t', 0, "t", "theme", "the next theme", ACTION_THEME, KEYS_LOOK, NULL},
    {'M', 0, "M", "motion", "a token travels the wire after a step", ACTION_MOTION, KEYS_LOOK, NULL},
    {'?', KEY_CODE_F1, "?", "help", "this sheet", ACTION_HELP, KEYS_TOOL, NULL},
    {0x1b, 0, "Esc", "back", "closes a sheet, the cursor or the prompt", ACTION_LEAVE, KEYS_TOOL, NULL},
    {KEY_CONTROL('c'), 0, "C-c", "stop", "stops a run, not the program", ACTION_STOP, KEYS_TOOL, NULL},
    {KEY_CONTROL('z'), 0, "C-z", "suspend", "back to the shell; fg comes back", ACTION_SUSPEND, KEYS_TOOL, NULL},
    {KEY_CONTROL('l'), 0, "C-l", "redraw", "draws everything again", ACTION_REDRAW, KEYS_TOOL, NULL},
};
/* clang-format on */

const unsigned keys_count = COUNT(keys);

const char *key_off(const struct key *key, const struct screen *screen)
{
    return key->off ? key->off(screen) : NULL;
}

const struct key *key_of(enum action action)
{
    const struct key *key = keys;

    while (key->action != action)
        key++;
    return key;
}

const struct key *key_back(const struct key *key)
{
    if (key->action < ACTION_EVENT || key->action > ACTION_INTERESTING)
        return NULL;
    return key_of((enum action)(key->action + ACTION_EVENT_BACK - ACTION_EVENT));
}

bool key_is_back(const struct key *key)
{
    return key->action >= ACTION_EVENT_BACK && key->action <= ACTION_INTERESTING_BACK;
}

const struct key *key_find(int code)
{
    for (size_t i = 0; i < COUNT(keys); i++)
        if (keys[i].code == code || (keys[i].also && keys[i].also == code))
            return &keys[i];
    return NULL;
}
