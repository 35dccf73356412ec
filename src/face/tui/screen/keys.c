#include "face/tui/screen/keys.h"

#include "base/bits.h"

#include <stddef.h>

#define NO_CURSOR "this version has no cursor on the parts yet"
#define NO_FILTER "this version shows all events"

/* clang-format off */
const struct key keys[] = {
    {KEY_CODE_END, 0, "End", "newest", "to the latest moment that is known", ACTION_NEWEST, NULL},
    {KEY_CODE_RIGHT, 'l', "→", "event", "one event on, the smallest step",
     ACTION_EVENT, NULL},
    {KEY_CODE_LEFT, 'h', "←", "event back", "one event back", ACTION_EVENT_BACK, NULL},
    {'n', 0, "n", "next", "one unit on: an instruction, or what u chose", ACTION_UNIT, NULL},
    {'p', 0, "p", "previous", "one unit back", ACTION_UNIT_BACK, NULL},
    {']', ')', "]", "interesting", "the next trap, interrupt, descriptor, disk phase",
     ACTION_INTERESTING, NULL},
    {'[', '(', "[", "interesting back", "the last such moment", ACTION_INTERESTING_BACK, NULL},
    {' ', 0, "space", "run", "run; pause", ACTION_RUN, NULL},
    {':', 0, ":", "command", "the shell's language, with Tab and history",
     ACTION_COMMAND, NULL},
    {'g', 0, "g", "goto", "to a cycle, #instruction.event or mark", ACTION_GOTO, NULL},
    {'w', 0, "w", "why", "why what is shown happened", ACTION_WHY, NULL},
    {'q', 0, "q", "quit", "leaves", ACTION_QUIT, NULL},
    {'z', 0, "z", "undo a move", "back to where you looked before", ACTION_UNDO, NULL},
    {'Z', 0, "Z", "redo a move", "and there again", ACTION_REDO, NULL},
    {'u', 0, "u", "unit", "what n and p step by", ACTION_CHOOSE_UNIT, NULL},
    {'.', 0, ".", "cycle", "one cycle on", ACTION_CYCLE, NULL},
    {',', 0, ",", "cycle back", "one cycle back", ACTION_CYCLE_BACK, NULL},
    {KEY_CODE_HOME, 0, "Home", "first", "to the beginning, #0", ACTION_FIRST, NULL},
    {'m', 0, "m", "mark", "gives this moment a name", ACTION_MARK, NULL},
    {'\'', 0, "'", "to mark", "to a moment that has a name", ACTION_TO_MARK, NULL},
    {'W', 0, "W", "why not", "why an interrupt has not come", ACTION_WHY_NOT, NULL},
    {'o', 0, "o", "who", "who wrote an address, register or CSR last", ACTION_WHO, NULL},
    {'b', 0, "b", "break", "a breakpoint", ACTION_BREAK, NULL},
    {'\t', 0, "Tab", "pane", "another view in the changing pane",
     ACTION_PANE, NULL},
    {'+', '=', "+", "faster", "run faster", ACTION_FASTER, NULL},
    {'-', 0, "-", "slower", "run slower, down to one event a second", ACTION_SLOWER, NULL},
    {'f', 0, "f", "fill", "panes take the timeline's place, or not", ACTION_FILL, NULL},
    {'>', 0, ">", "zoom in", "fewer cycles in a column of time", ACTION_ZOOM_IN, NULL},
    {'<', 0, "<", "zoom out", "more of them", ACTION_ZOOM_OUT, NULL},
    {'H', 0, "H", "hart", "code and registers of the next hart", ACTION_HART, NULL},
    {'t', 0, "t", "theme", "the next theme", ACTION_THEME, NULL},
    {'M', 0, "M", "motion", "a token travels the wire after a step",
     ACTION_MOTION, NULL},
    {'?', KEY_CODE_F1, "?", "help", "this sheet", ACTION_HELP, NULL},
    {0x1b, 0, "Esc", "back", "closes a sheet or the prompt", ACTION_LEAVE, NULL},
    {KEY_CONTROL('c'), 0, "C-c", "stop", "stops a run, not the program", ACTION_STOP, NULL},
    {KEY_CONTROL('z'), 0, "C-z", "suspend", "back to the shell; fg comes back", ACTION_SUSPEND, NULL},
    {KEY_CONTROL('l'), 0, "C-l", "redraw", "draws everything again", ACTION_REDRAW, NULL},
    {'\r', '\n', "Enter", "ask", "what is under the cursor", ACTION_NONE, NO_CURSOR},
    {'/', 0, "/", "filter", "hides events by an expression", ACTION_NONE, NO_FILTER},
};
/* clang-format on */

const unsigned keys_count = COUNT(keys);

const struct key *key_find(int code)
{
    for (size_t i = 0; i < COUNT(keys); i++)
        if (keys[i].code == code || (keys[i].also && keys[i].also == code))
            return &keys[i];
    return NULL;
}
