#include "face/tui/keys.h"

#include "base/bits.h"

#include <stddef.h>

#define CONTROL(letter) ((letter)&0x1f)

#define FORWARD_ONLY "this version steps forward only"
#define NO_ASKING    "this version has no questions yet"
#define NO_PROMPT    "this version has no command prompt yet"

/* clang-format off */
const struct key keys[] = {
    {KEY_CODE_RIGHT, 'l', "→", "event", "one event on, the smallest step",
     ACTION_EVENT, NULL},
    {'n', 0, "n", "instr", "to the end of the next instruction", ACTION_INSN, NULL},
    {']', ')', "]", "interesting", "the next trap, interrupt, descriptor, disk phase",
     ACTION_INTERESTING, NULL},
    {' ', 0, "space", "run", "run; pause", ACTION_RUN, NULL},
    {'\t', 0, "Tab", "pane", "another view in the changing pane",
     ACTION_PANE, NULL},
    {'q', 0, "q", "quit", "leaves", ACTION_QUIT, NULL},
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
    {0x1b, 0, "Esc", "back", "closes the sheet", ACTION_LEAVE, NULL},
    {CONTROL('c'), 0, "C-c", "stop", "stops a run, not the program", ACTION_STOP, NULL},
    {CONTROL('z'), 0, "C-z", "suspend", "back to the shell; fg comes back", ACTION_SUSPEND, NULL},
    {CONTROL('l'), 0, "C-l", "redraw", "draws everything again", ACTION_REDRAW, NULL},
    {KEY_CODE_LEFT, 'h', "←", "event back", "one event back", ACTION_NONE, FORWARD_ONLY},
    {'p', 0, "p", "instr back", "one instruction back", ACTION_NONE, FORWARD_ONLY},
    {'[', '(', "[", "interesting back", "back to the last such moment", ACTION_NONE,
     FORWARD_ONLY},
    {'g', KEY_CODE_HOME, "g", "goto", "to a cycle or moment", ACTION_NONE, FORWARD_ONLY},
    {'\r', '\n', "Enter", "ask", "what is under the cursor", ACTION_NONE, NO_ASKING},
    {'w', 'W', "w W", "why", "why, and why not", ACTION_NONE, NO_ASKING},
    {'o', 0, "o", "who", "who wrote what is under the cursor", ACTION_NONE, NO_ASKING},
    {':', 0, ":", "command", "the shell's language", ACTION_NONE, NO_PROMPT},
    {'/', 0, "/", "filter", "hides events by an expression", ACTION_NONE, NO_PROMPT},
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
