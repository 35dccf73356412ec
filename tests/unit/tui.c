#include "base/alloc.h"
#include "base/bits.h"
#include "control/keepers.h"
#include "control/subject.h"
#include "face/asm_command.h"
#include "face/tui/stage/parts.h"
#include "face/tui/stage/transaction.h"
#include "face/tui/viewer/viewer.h"
#include "face/tui/watch/say.h"
#include "image/image.h"
#include "tests/lib/suite.h"
#include "tests/lib/talk.h"
#include "tests/lib/watched.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "tests/screens/dma.s"

/* --- signs and canvas --------------------------------------------------------------- */

static const char *read_row(struct canvas *canvas, struct buf *text)
{
    buf_clear(text);
    canvas_read(canvas, text);
    return buf_str(text);
}

static const struct joint_case {
    enum weight up, right, down, left;
    const char *utf8, *console, *ascii;
} joint_cases[] = {
    {WEIGHT_NONE, WEIGHT_IDLE, WEIGHT_NONE, WEIGHT_IDLE, "─", "─", "-"},
    {WEIGHT_IDLE, WEIGHT_NONE, WEIGHT_IDLE, WEIGHT_NONE, "│", "│", "|"},
    {WEIGHT_NONE, WEIGHT_NOW, WEIGHT_NONE, WEIGHT_NOW, "━", "═", "="},
    {WEIGHT_NOW, WEIGHT_NONE, WEIGHT_NOW, WEIGHT_NONE, "┃", "║", "#"},
    {WEIGHT_NONE, WEIGHT_NEXT, WEIGHT_NONE, WEIGHT_NEXT, "┄", "-", "."},
    {WEIGHT_NEXT, WEIGHT_NONE, WEIGHT_NEXT, WEIGHT_NONE, "┆", ":", ":"},
    {WEIGHT_IDLE, WEIGHT_NOW, WEIGHT_NONE, WEIGHT_NOW, "┷", "╧", "#"},
    {WEIGHT_NONE, WEIGHT_IDLE, WEIGHT_NOW, WEIGHT_NOW, "┱", "╦", "#"},
    {WEIGHT_NOW, WEIGHT_IDLE, WEIGHT_NONE, WEIGHT_IDLE, "┸", "╨", "#"},
    {WEIGHT_IDLE, WEIGHT_IDLE, WEIGHT_IDLE, WEIGHT_IDLE, "┼", "┼", "+"},
};

START_TEST(wires_are_joined_by_their_arms)
{
    const struct joint_case *now = &joint_cases[_i];
    uint8_t arms = (uint8_t)((unsigned)now->up << ARM_UP | now->right << ARM_RIGHT |
                             now->down << ARM_DOWN | now->left << ARM_LEFT);
    const char *expected[] = {now->utf8, now->console, now->ascii};
    char text[5];

    for (int tier = TIER_UTF8; tier <= TIER_ASCII; tier++) {
        glyph_utf8(glyph_of_arms(arms, (enum tier)tier), text);
        ck_assert_str_eq(text, expected[tier]);
    }
}
END_TEST

START_TEST(every_combination_of_arms_has_a_sign_in_every_tier)
{
    for (int arms = 1; arms < 256; arms++) {
        ck_assert_uint_gt(glyph_of_arms((uint8_t)arms, TIER_UTF8), ' ');
        ck_assert_uint_gt(glyph_of_arms((uint8_t)arms, TIER_CONSOLE), ' ');
        ck_assert_uint_lt(glyph_of_arms((uint8_t)arms, TIER_ASCII), 0x80);
    }
}
END_TEST

START_TEST(text_that_is_too_long_ends_in_two_points)
{
    struct canvas *canvas = canvas_new(1, 20, TIER_UTF8);
    struct buf text = {0};

    ck_assert_int_eq(canvas_text(canvas, 0, 2, 7, ROLE_TEXT, "░ waits long"), 7);
    ck_assert_str_eq(read_row(canvas, &text), "  ░ wai..\n");
    buf_free(&text);
    canvas_free(canvas);
}
END_TEST

START_TEST(ascii_has_a_sign_for_every_sign_of_the_screens)
{
    struct canvas *canvas = canvas_new(1, 40, TIER_ASCII);
    struct buf text = {0};

    canvas_text(canvas, 0, 0, 40, ROLE_TEXT, "─│━┃┄┆╭╮╰╯●○▸◂▾▴░■▣□▐▌·→←");
    ck_assert_str_eq(read_row(canvas, &text), "-|=#.:++++@o><v^~#@.[]_><\n");
    buf_free(&text);
    canvas_free(canvas);
}
END_TEST

START_TEST(bytes_that_are_no_utf8_do_no_harm)
{
    struct canvas *canvas = canvas_new(1, 8, TIER_UTF8);
    struct buf text = {0};

    canvas_text(canvas, 0, 0, 8, ROLE_TEXT, "a\xff\xe2\x94");
    ck_assert_str_eq(read_row(canvas, &text), "a??\n");
    canvas_text(canvas, 0, 4, 4, ROLE_TEXT, "\x1b[m");
    ck_assert_str_eq(read_row(canvas, &text), "a?? .[m\n");
    buf_free(&text);
    canvas_free(canvas);
}
END_TEST

/* Wide signs have two cells, those that stand on others none. */
START_TEST(signs_have_the_columns_that_a_terminal_gives_them)
{
    struct canvas *canvas = canvas_new(1, 8, TIER_UTF8);
    struct buf text = {0};

    ck_assert_int_eq(text_width("a\u6f22e\u0301"), 4);
    ck_assert_int_eq(canvas_text(canvas, 0, 0, 8, ROLE_TEXT, "a\u6f22e\u0301z"), 5);
    ck_assert_str_eq(read_row(canvas, &text), "a\u6f22ez\n");
    canvas_put(canvas, 0, 2, ROLE_TEXT, '|'); /* half of it */
    ck_assert_str_eq(read_row(canvas, &text), "a |ez\n");
    canvas_clear(canvas, NULL);
    ck_assert_int_eq(canvas_text(canvas, 0, 0, 4, ROLE_TEXT, "ab\u6f22\u6f22"), 4);
    ck_assert_str_eq(read_row(canvas, &text), "ab..\n");
    buf_free(&text);
    canvas_free(canvas);
}
END_TEST

START_TEST(half_a_wide_sign_does_not_stay)
{
    struct canvas *canvas = canvas_new(1, 8, TIER_UTF8);
    struct buf text = {0};

    canvas_text(canvas, 0, 0, 8, ROLE_TEXT, "\u6f22\u6f22\u6f22z");
    canvas_clear(canvas, &(struct area){0, 1, 1, 2});
    ck_assert_str_eq(read_row(canvas, &text), "    \u6f22z\n");
    canvas_clear(canvas, NULL);
    canvas_text(canvas, 0, 0, 8, ROLE_TEXT, "\u6f22\u6f22\u6f22z");
    canvas_across(canvas, 0, 1, 2, WEIGHT_IDLE, ROLE_RULE);
    ck_assert_str_eq(read_row(canvas, &text), " ╶╴ \u6f22z\n");
    buf_free(&text);
    canvas_free(canvas);
}
END_TEST

START_TEST(text_over_text_is_counted)
{
    struct canvas *canvas = canvas_new(2, 8, TIER_UTF8);

    canvas_across(canvas, 0, 0, 7, WEIGHT_IDLE, ROLE_RULE);
    canvas_text(canvas, 0, 1, 4, ROLE_TEXT, "wire");
    ck_assert_uint_eq(canvas->collisions, 0);
    canvas_text(canvas, 0, 4, 3, ROLE_TEXT, "two");
    ck_assert_uint_eq(canvas->collisions, 1);
    canvas_text(canvas, 1, 6, 8, ROLE_TEXT, "outside");
    canvas_put(canvas, -1, 99, ROLE_TEXT, 'x');
    canvas_free(canvas);
}
END_TEST

/* --- keys and themes ------------------------------------------------------------------ */

START_TEST(every_key_is_one_key_and_has_help)
{
    for (unsigned i = 0; i < keys_count; i++) {
        ck_assert_ptr_eq(key_find(keys[i].code), &keys[i]);
        if (keys[i].also)
            ck_assert_ptr_eq(key_find(keys[i].also), &keys[i]);
        ck_assert_int_le(text_width(keys[i].help), 64);
        ck_assert_uint_gt(strlen(keys[i].verb), 0);
        ck_assert_int_ne(keys[i].action, ACTION_NONE);
    }
}
END_TEST

START_TEST(the_manual_has_every_key_that_works)
{
    uint8_t *manual;
    size_t size;

    ck_assert(image_read_file("docs/manual/watch.md", &manual, &size, NULL));
    for (unsigned i = 0; i < keys_count; i++) {
        struct buf row = {0};

        buf_printf(&row, "| `%s` | %s | %s |\n", keys[i].name, keys[i].verb,
                   keys[i].help);
        ck_assert_msg(strstr((const char *)manual, buf_str(&row)),
                      "docs/manual/watch.md lacks %s", buf_str(&row));
        buf_free(&row);
    }
    free(manual);
}
END_TEST

START_TEST(mono_has_no_colour_and_says_stop_and_now_without)
{
    for (int role = 0; role < ROLES; role++) {
        struct look look = theme_look(THEME_MONO, (enum role)role);

        ck_assert_int_eq(look.fg, -1);
        ck_assert_int_eq(look.bg, -1);
    }
    ck_assert(theme_look(THEME_MONO, ROLE_STOP).attributes & LOOK_REVERSE);
    ck_assert(theme_look(THEME_MONO, ROLE_HEAD).attributes & LOOK_BOLD);
    ck_assert_int_eq(theme_by_name("contrast"), THEME_CONTRAST);
    ck_assert_int_eq(theme_by_name("pink"), THEMES);
}
END_TEST

/* --- what an event moves --------------------------------------------------------------- */

#define DMA_CHANNEL INITIATOR_DMA

static const struct wire_case {
    const char *name;
    struct event event;
    enum way way;
    const char *asker, *target; /* "hart", "ram", or a device's name */
    bool to_asker;
    const char *label;
} wire_cases[] = {
    {"a load",
     {.kind = EVENT_INSN,
      .insn = {.access = ACCESS_LOAD, .pa = 0x80001000, .size = 8, .mem_new = 7}},
     WAY_BUS,
     "hart",
     "ram",
     true,
     "read 8 B at 0x80001000: 0x7"},
    {"a store to a device",
     {.kind = EVENT_INSN,
      .insn = {.access = ACCESS_STORE, .pa = 0x3100000, .size = 4, .mem_new = 1}},
     WAY_BUS,
     "hart",
     "dma0",
     false,
     "write 4 B at 0x3100000, ch 0 Control = 0x1"},
    {"an instruction without access",
     {.kind = EVENT_INSN},
     WAY_INSIDE,
     "hart",
     NULL,
     false,
     ""},
    {"a DMA write",
     {.kind = EVENT_BUS_TRANSFER,
      .bus_transfer = {.initiator = DMA_CHANNEL,
                       .access = ACCESS_STORE,
                       .pa = 0x80002000,
                       .size = 8,
                       .value = 0x65646973676e6952}},
     WAY_BUS,
     "dma0",
     "ram",
     false,
     "write 8 B at 0x80002000: 0x65646973676e6952 \"Ringside\""},
    {"a DMA read of many slots",
     {.kind = EVENT_BUS_TRANSFER,
      .bus_transfer = {.initiator = DMA_CHANNEL,
                       .access = ACCESS_LOAD,
                       .pa = 0x80002000,
                       .size = 64}},
     WAY_BUS,
     "dma0",
     "ram",
     true,
     "read 64 B at 0x80002000"},
    {"an address where nothing answers",
     {.kind = EVENT_BUS_TRANSFER,
      .bus_transfer =
          {.initiator = DMA_CHANNEL, .access = ACCESS_LOAD, .pa = 0x40, .size = 8}},
     WAY_INSIDE,
     "dma0",
     NULL,
     true,
     "read 8 B at 0x40: 0x0"},
    {"an interrupt into a hart",
     {.kind = EVENT_TRAP_ENTER,
      .trap_enter = {.cause = CAUSE_INTERRUPT | IRQ_MEI, .to = MODE_M}},
     WAY_HART,
     "plic",
     "hart",
     false,
     ""},
    {"a timer interrupt",
     {.kind = EVENT_TRAP_ENTER, .trap_enter = {.cause = CAUSE_INTERRUPT | IRQ_MTI}},
     WAY_LOCAL,
     "clint",
     "hart",
     false,
     ""},
    {"an exception",
     {.kind = EVENT_TRAP_ENTER, .trap_enter = {.cause = 2}},
     WAY_INSIDE,
     "hart",
     NULL,
     false,
     ""},
};

static void check_end(const struct watched *watched, struct end end, const char *name)
{
    if (strcmp(name, "hart") == 0)
        ck_assert_int_eq(end.part, PART_HART);
    else if (strcmp(name, "ram") == 0)
        ck_assert_int_eq(end.part, PART_RAM);
    else
        ck_assert_str_eq(watched->run->board[0]->device[end.index]->name, name);
}

START_TEST(an_event_becomes_a_wire)
{
    const struct wire_case *now = &wire_cases[_i];
    struct watched *watched = watched_new(PROGRAM, 1);
    struct transaction wire;

    watched->viewer.watch->focus = now->event;
    watched->viewer.watch->has_focus = true;
    wire = transaction_now(watched->viewer.watch);
    ck_assert_msg(wire.way == now->way, "%s", now->name);
    check_end(watched, wire.asker, now->asker);
    if (now->target)
        check_end(watched, wire.target, now->target);
    ck_assert(wire.to_asker == now->to_asker);
    ck_assert_str_eq(wire.label[0], now->label);
    watched_free(watched);
}
END_TEST

/* --- what the viewer has seen ---------------------------------------------------------- */

/* Inside a step the machine is as it was before; what was seen lies over the peeks. */
START_TEST(what_was_seen_of_a_step_lies_over_the_machine_before_it)
{
    struct watched *watched = watched_new(PROGRAM, 1);
    struct watch *watch = watched->viewer.watch;
    struct hart *hart = &watched->run->board[0]->hart[0];
    uint64_t word = 0x1122334455667788, seen = 0;

    viewer_look(&watched->viewer);
    hart->x[10] = 5;
    hart->pc = 0x80000010;
    ram_write(&watched->run->board[0]->bus.ram, 0x80004000, &(uint64_t){0x42}, 8, 0);
    watch->events = alloc_zero(2, sizeof(*watch->events));
    watch->events[0] = (struct event){
        .kind = EVENT_BUS_TRANSFER,
        .bus_transfer = {
            .access = ACCESS_STORE, .pa = 0x80004000, .size = 8, .value = word}};
    watch->events[1] = (struct event){
        .kind = EVENT_INSN,
        .insn = {.pc = 0x80000010, .next_pc = 0x80000014, .rd = 10, .rd_new = 6}};
    watch->inside = 0;
    watch_read(watch, 0x80004000, &seen, 8);
    ck_assert_uint_eq(seen, 0x42);
    watch->count = 1;
    ck_assert_uint_eq(watch_read(watch, 0x80004000, &seen, 8), 8);
    ck_assert_uint_eq(seen, word);
    ck_assert_uint_eq(watch_x(watch, 0, 10), 5);
    ck_assert_uint_eq(watch_pc(watch, 0), 0x80000010);
    watch->count = 2;
    ck_assert_uint_eq(watch_x(watch, 0, 10), 6);
    ck_assert_uint_eq(watch_pc(watch, 0), 0x80000014);
    watched_free(watched);
}
END_TEST

static char letter_at(struct watched *watched, const char *symbol, uint64_t offset)
{
    uint64_t pa = symbols_named(&watched->symbols, symbol)->address + offset;

    viewer_look(&watched->viewer);
    return owner_letter(watch_writer(watched->viewer.watch, pa));
}

START_TEST(the_last_writer_of_a_byte_owns_it_at_every_moment)
{
    struct watched *watched = watched_new(PROGRAM, 1);

    ck_assert_int_eq(letter_at(watched, "ring", 0), '?');
    watched_until(watched, EVENT_DMA_DONE, 2);
    ck_assert_int_eq(letter_at(watched, "ring", 0), 'h');
    ck_assert_int_eq(letter_at(watched, "buffer", 127), 'd');
    ck_assert_int_eq(letter_at(watched, "buffer", 128), '?');
    ck_assert_int_eq(letter_at(watched, "message", 0), '?');
    watched_press(watched, KEY_CODE_HOME, 1);
    ck_assert_int_eq(letter_at(watched, "ring", 0), '?');
    ck_assert_int_eq(letter_at(watched, "buffer", 127), '?');
    watched_press(watched, KEY_CODE_END, 1);
    ck_assert_int_eq(letter_at(watched, "ring", 0), 'h');
    ck_assert_int_eq(letter_at(watched, "buffer", 127), 'd');
    watched_free(watched);
}
END_TEST

/* One store, and then nothing for long. */
START_TEST(a_far_jump_knows_the_writers_as_a_short_one_does)
{
    static struct talk talk;
    static struct viewer viewer;
    uint64_t pa;

    talk_open(&talk,
              " .globl _start\n_start: la a0, word\n sd a0, 0(a0)\n"
              "loop: j loop\n .data\n .align 3\nword: .dword 0, 0\n",
              "");
    viewer_begin(&viewer, &talk.session);
    viewer.hasty = true;
    talk_do(&talk, "stepi 25000000");
    viewer.looked = false;
    viewer_look(&viewer);
    pa = symbols_named(talk.session.subject.symbols, "word")->address;
    ck_assert_uint_eq(watch_writer(viewer.watch, pa), OWNER_UNKNOWN);
    ck_assert(viewer_catch_up(&viewer));
    ck_assert_int_eq(owner_letter(watch_writer(viewer.watch, pa)), 'h');
    ck_assert_int_eq(owner_letter(watch_writer(viewer.watch, pa + 8)), '?');
    viewer_end(&viewer);
    talk_close(&talk);
}
END_TEST

/* A poke is no hart's and no channel's; the future that it cut off is not the owner. */
START_TEST(what_was_changed_from_outside_has_its_own_letter)
{
    struct watched *watched = watched_new(PROGRAM, 1);
    struct act act = {.kind = ACT_MEMORY, .size = 4};
    uint8_t bytes[4] = {1, 2, 3, 4};
    struct err err = {{0}};

    watched_until(watched, EVENT_DMA_DONE, 1);
    act.number = symbols_named(&watched->symbols, "buffer")->address;
    act.bytes = bytes;
    ck_assert_int_eq(letter_at(watched, "buffer", 0), 'd');
    watched_press(watched, KEY_CODE_HOME, 1);
    watched_press(watched, 'n', 10);
    ck_assert_msg(timeline_act(watched->session.time, &act, NULL, &err), "%s",
                  err.text);
    watched->viewer.looked = false;
    ck_assert_int_eq(letter_at(watched, "buffer", 3), 'o');
    ck_assert_int_eq(letter_at(watched, "buffer", 4), '?');
    watched_free(watched);
}
END_TEST

/* --- keys make moves ---------------------------------------------------------------------- */

START_TEST(n_executes_one_instruction_and_shows_what_says_most)
{
    struct watched *watched = watched_new(PROGRAM, 1);

    watched_press(watched, 'n', 3);
    ck_assert_uint_eq(watched->run->events.retired, 3);
    ck_assert_uint_eq(watched_focus(watched)->kind, EVENT_INSN);
    watched_press(watched, 'n', 3); /* the third of them is a store to the PLIC */
    ck_assert_uint_eq(watched->run->events.retired, 6);
    ck_assert_uint_eq(watched_focus(watched)->kind, EVENT_MMIO_WRITE);
    watched_press(watched, 'p', 2);
    ck_assert_uint_eq(watched->run->events.retired, 4);
    ck_assert_uint_eq(watched_focus(watched)->retired, 3);
    watched_free(watched);
}
END_TEST

START_TEST(an_event_is_the_smallest_step_in_both_directions)
{
    struct watched *watched = watched_new(PROGRAM, 1);

    watched_until(watched, EVENT_MMIO_WRITE, 1);
    ck_assert_uint_gt(timeline_inside(watched->session.time), 0);
    watched_press(watched, KEY_CODE_RIGHT, 1);
    ck_assert_uint_eq(watched_focus(watched)->kind, EVENT_INSN);
    watched_press(watched, KEY_CODE_LEFT, 1);
    ck_assert_uint_eq(watched_focus(watched)->kind, EVENT_MMIO_WRITE);
    watched_press(watched, KEY_CODE_LEFT, 1);
    ck_assert_uint_eq(watched_focus(watched)->kind, EVENT_INSN);
    ck_assert_uint_eq(timeline_inside(watched->session.time), 0);
    watched_free(watched);
}
END_TEST

START_TEST(interesting_stops_at_the_trap_and_n_goes_on_from_there)
{
    struct watched *watched = watched_new(PROGRAM, 1);
    struct event trap;

    do
        watched_press(watched, ']', 1);
    while (watched_focus(watched)->kind != EVENT_TRAP_ENTER);
    trap = *watched_focus(watched);
    ck_assert_uint_eq(trap.trap_enter.cause, CAUSE_INTERRUPT | IRQ_MEI);
    watched_press(watched, 'n', 1);
    ck_assert_uint_eq(watched_focus(watched)->kind, EVENT_INSN);
    ck_assert_uint_eq(watched_focus(watched)->insn.pc, trap.trap_enter.handler);
    watched_press(watched, ']', 1);
    watched_press(watched, '[', 1);
    ck_assert_uint_eq(watched_focus(watched)->kind, EVENT_TRAP_ENTER);
    ck_assert_uint_eq(watched_focus(watched)->retired, trap.retired);
    watched_free(watched);
}
END_TEST

START_TEST(running_pauses_and_ends)
{
    struct watched *watched = watched_new(PROGRAM, 1);
    struct viewer *viewer = &watched->viewer;

    watched_press(watched, ' ', 1);
    ck_assert_int_eq(viewer->screen.mode, SCREEN_RUNNING);
    viewer_advance(viewer, 50);
    ck_assert_uint_eq(watched->run->events.retired, 50);
    watched_press(watched, ' ', 1);
    ck_assert_int_eq(viewer->screen.mode, SCREEN_STANDING);
    viewer_advance(viewer, 50);
    ck_assert_uint_eq(watched->run->events.retired, 50);
    watched_press(watched, ' ', 1);
    viewer_advance(viewer, 100000);
    ck_assert_int_eq(viewer->screen.mode, SCREEN_ENDED);
    watched_press(watched, 'n', 1);
    ck_assert_int_eq(viewer->screen.mode, SCREEN_ENDED);
    watched_press(watched, 'q', 1);
    ck_assert(viewer->quit);
    watched_free(watched);
}
END_TEST

/* A stop whose condition has no value tells so on a sheet, which the next key closes. */
START_TEST(a_condition_without_a_value_is_said)
{
    static const char told[] = "The condition of 1 has no value here: division by 0.\n";
    static const char moves[] = " n";
    struct watched *watched = watched_new(PROGRAM, 1);
    struct viewer *viewer = &watched->viewer;
    const struct sheet *sheet = &viewer->screen.sheet;

    watched_type(watched, ":break *0x80000004 if 1 / 0");
    for (const char *key = moves; *key; key++) {
        watched_type(watched, ":goto start");
        watched_press(watched, (unsigned char)*key, 1);
        for (unsigned i = 0; i < 20 && !sheet->open; i++)
            if (*key == ' ')
                viewer_advance(viewer, 1);
            else
                watched_press(watched, 'n', 1);
        ck_assert_int_eq(viewer->screen.mode, SCREEN_STANDING);
        ck_assert_uint_eq(watched->run->board[0]->hart[0].pc, 0x80000004);
        ck_assert(sheet->open);
        ck_assert_int_eq(strncmp(buf_str(&sheet->text), "stopped at 1: break ", 20), 0);
        ck_assert_ptr_nonnull(strstr(buf_str(&sheet->text), told));
        watched_press(watched, 'n', 1);
        ck_assert(!sheet->open);
        ck_assert_uint_ne(watched->run->board[0]->hart[0].pc, 0x80000004);
    }
    watched_type(watched, ":condition 1 1 == 1");
    watched_type(watched, ":goto start");
    watched_press(watched, ' ', 1);
    viewer_advance(viewer, 1000);
    ck_assert(!sheet->open);
    ck_assert_int_eq(strncmp(viewer->screen.notice, "stopped at 1: break ", 20), 0);
    watched_free(watched);
}
END_TEST

START_TEST(help_is_had_from_an_answer_as_well)
{
    struct watched *watched = watched_new(PROGRAM, 1);
    struct screen *screen = &watched->viewer.screen;

    watched_type(watched, ":where");
    ck_assert(screen->sheet.open);
    watched_press(watched, '?', 1);
    ck_assert(screen->sheet.open);
    ck_assert_str_eq(screen->sheet.title, "keys");
    watched_press(watched, '?', 1);
    ck_assert(!screen->sheet.open);
    watched_press(watched, 'u', 1); /* a sheet that takes letters */
    watched_press(watched, '?', 1);
    ck_assert_str_eq(screen->sheet.title, "keys");
    watched_press(watched, '?', 1);
    watched_press(watched, 'b', 1); /* is no choice any more */
    ck_assert(screen->prompting);
    watched_free(watched);
}
END_TEST

/* The answer begins with the sentence that the screen tells, but for the capital. */
static void w_is_about_the_headline(struct watched *watched)
{
    struct sheet *sheet = &watched->viewer.screen.sheet;
    const struct event *focus = watched_focus(watched);
    struct buf headline = {0};

    say_event(&headline, watched->viewer.watch, focus);
    watched_press(watched, 'w', 1);
    ck_assert(sheet->open);
    ck_assert_int_eq(
        strncmp(buf_str(&sheet->text) + 1, headline.data + 1, headline.size - 1), 0);
    watched_press(watched, 0x1b, 1);
    buf_free(&headline);
}

START_TEST(w_asks_about_what_the_screen_tells_of)
{
    static const char typed[] = "nnnnnnnppn";
    struct watched *watched = watched_new(PROGRAM, 1);

    for (unsigned round = 0; round < 20; round++)
        for (const char *key = typed; *key; key++) {
            watched_press(watched, (unsigned char)*key, 1);
            w_is_about_the_headline(watched);
        }
    watched_type(watched, ":goto #120"); /* where the event seen last may be another */
    watched_press(watched, 'n', 1);
    watched_press(watched, 'p', 2);
    w_is_about_the_headline(watched);
    watched_free(watched);
}
END_TEST

START_TEST(tables_fit_the_screen_that_they_are_shown_on)
{
    struct watched *watched = watched_new(PROGRAM, 1);
    struct sheet *sheet = &watched->viewer.screen.sheet;
    struct buf text = {0};

    for (int cols = 80; cols <= 160; cols += 80) {
        canvas_free(watched_screen(watched, 24, cols, TIER_UTF8, &text));
        watched_type(watched, ":info harts");
        canvas_free(watched_screen(watched, 24, cols, TIER_UTF8, &text));
        ck_assert(sheet->open);
        ck_assert_int_eq(sheet->cut, 0);
        ck_assert_int_eq(strstr(sheet->text.data, "exceptions: ") != NULL, cols == 80);
        watched_press(watched, 0x1b, 1);
    }
    buf_free(&text);
    watched_free(watched);
}
END_TEST

/* Whose CSRs stand beside the registers, where there is room for them. */
START_TEST(csrs_are_those_of_who_runs)
{
    static const struct {
        enum privilege mode;
        bool is_virtual;
        uint64_t hgatp;
        const char *shown, *hidden;
    } cases[] = {
        {MODE_M, false, 1, "mcause", "hstatus"},
        {MODE_S, false, 0, "mcause", "hstatus"},
        {MODE_S, false, 1, "hstatus", "mcause"},
        {MODE_S, true, 1, "vscause", "mcause"},
    };
    struct watched *watched = watched_new(PROGRAM, 1);
    struct hart *hart = &watched->run->board[0]->hart[0];
    struct canvas *canvas = canvas_new(36, 60, TIER_UTF8);
    struct view_state state = {0};
    struct buf text = {0};

    for (unsigned i = 0; i < COUNT(cases); i++) {
        hart->mode = (uint8_t)cases[i].mode;
        hart->is_virtual = cases[i].is_virtual;
        hart->csr.hgatp = cases[i].hgatp;
        canvas_clear(canvas, NULL);
        buf_clear(&text);
        registers_view.draw(watched->viewer.watch, &state, canvas,
                            (struct area){0, 0, 36, 60});
        canvas_read(canvas, &text);
        ck_assert_ptr_nonnull(strstr(text.data, cases[i].shown));
        ck_assert_ptr_null(strstr(text.data, cases[i].hidden));
    }
    canvas_free(canvas);
    buf_free(&text);
    watched_free(watched);
}
END_TEST

START_TEST(what_was_kept_waiting_is_due_since)
{
    struct watched *watched = watched_new(PROGRAM, 1);
    const struct watch *watch = watched->viewer.watch;
    unsigned late = 0, in_time = 0;

    for (unsigned n = 0; n < 200; n++) {
        const struct timer *timer;
        struct buf text = {0};

        watched_press(watched, 'n', 1);
        watched_focus(watched);
        timer = queue_first(&watched->run->queue);
        say_why(&text, watch);
        if (timer && timer->due < watch->cycle)
            late += strstr(text.data, "DMA channel 0, due since ") != NULL;
        else if (timer && timer->due != NEVER)
            in_time += strstr(text.data, "DMA channel 0 at ") != NULL;
        buf_free(&text);
    }
    ck_assert_uint_gt(late, 0);
    ck_assert_uint_gt(in_time, 0);
    watched_free(watched);
}
END_TEST

/* However it is stepped, the viewer ends up knowing the same, and the machine is the
 * same. */
START_TEST(steps_and_runs_lead_to_the_same_knowledge)
{
    struct watched *one = watched_new(PROGRAM, 1), *other = watched_new(PROGRAM, 1);

    watched_until(one, EVENT_FINISH, 1);
    watched_press(one, 'n', 1);
    watched_press(other, ' ', 1);
    viewer_advance(&other->viewer, 100000);
    ck_assert_uint_eq(run_digest(one->run), run_digest(other->run));
    viewer_look(&one->viewer);
    viewer_look(&other->viewer);
    ck_assert_uint_eq(one->viewer.watch->facts.recents,
                      other->viewer.watch->facts.recents);
    ck_assert_uint_eq(one->viewer.watch->spans, other->viewer.watch->spans);
    for (uint64_t pa = 0x80001000; pa < 0x80002000; pa++)
        ck_assert_uint_eq(watch_writer(one->viewer.watch, pa),
                          watch_writer(other->viewer.watch, pa));
    watched_free(one);
    watched_free(other);
}
END_TEST

/* Watching is peeking: the machine ends in the state that it has unwatched. */
START_TEST(drawing_changes_nothing)
{
    struct watched *watched = watched_new(PROGRAM, 1), *alone = watched_new(PROGRAM, 1);

    while (watched->viewer.screen.mode != SCREEN_ENDED) {
        struct buf text = {0};

        watched_press(watched, KEY_CODE_RIGHT, 1);
        canvas_free(watched_screen(watched, 48, 160, TIER_UTF8, &text));
        buf_free(&text);
    }
    ck_assert_int_eq(run_go(alone->run, RUN_NO_LIMIT), RUN_FINISHED);
    ck_assert_uint_eq(run_digest(watched->run), run_digest(alone->run));
    watched_free(watched);
    watched_free(alone);
}
END_TEST

/* --- scenarios ------------------------------------------------------------------------- */

#define SCENARIO "scenarios/01-three-ways-to-copy.lua"

static const char *const variants[] = {"poll",       "interrupt",       "dma_burst",
                                       "dma_steal",  "dma_transparent", "copy_burst",
                                       "copy_steal", "copy_transparent"};

START_TEST(every_variant_of_a_scenario_can_be_watched)
{
    const struct session_choice choice = {.file = SCENARIO, .variant = variants[_i]};
    struct session session;
    struct viewer viewer;
    struct canvas *canvas = canvas_new(48, 160, TIER_UTF8);
    struct err err;

    ck_assert_msg(session_open(&session, &choice, &err), "%s", err.text);
    viewer_begin(&viewer, &session);
    viewer.silent = true;
    ck_assert_uint_gt(session.subject.regions, 0);
    ck_assert_uint_gt(session.subject.sources, 0);
    for (int i = 0; i < 40; i++) {
        viewer_press(&viewer, ']');
        viewer_draw(&viewer, canvas);
        ck_assert_uint_eq(canvas->collisions, 0);
    }
    viewer_press(&viewer, ' ');
    while (viewer.screen.mode == SCREEN_RUNNING)
        viewer_advance(&viewer, 100000);
    ck_assert_int_eq(viewer.screen.mode, SCREEN_ENDED);
    ck_assert_uint_eq(session.run->board[0]->exit_code, 0);
    canvas_free(canvas);
    session_close(&session);
    viewer_end(&viewer);
}
END_TEST

static void complain(void *ctx, unsigned branch, struct moment furthest, uint64_t cycle,
                     struct moment viewer)
{
    const struct session *session = ctx;

    (void)branch;
    (void)furthest;
    (void)cycle;
    (void)viewer;
    session->say(session->say_ctx, "The disk is full.");
}

/* Who keeps the run may complain at any key, also before and after a command. Narration is
 * a command's only. */
START_TEST(a_complaint_is_a_notice_at_once)
{
    const struct session_choice choice = {.file = SCENARIO};
    const struct keeper keeper = {.reached = complain};
    struct session session;
    struct viewer viewer;
    struct err err;

    ck_assert_msg(session_open(&session, &choice, &err), "%s", err.text);
    viewer_begin(&viewer, &session);
    ck_assert(keepers_add(&session, &keeper, &session));
    viewer_press(&viewer, 'n');
    ck_assert_str_eq(viewer.screen.notice, "The disk is full.");
    viewer_do(&viewer, "narrate on");
    viewer_press(&viewer, ']');
    ck_assert_str_eq(viewer.screen.notice, "The disk is full.");
    keepers_remove(&session, &session);
    viewer_press(&viewer, ']');
    ck_assert_str_eq(viewer.screen.notice, "");
    session_close(&session);
    viewer_end(&viewer);
}
END_TEST

/* Several devices of a kind are told apart by their names. */
START_TEST(boxes_of_several_devices_of_a_kind_have_their_names)
{
    struct board_row second = {.type = "ata", .name = "ata1", .base = 0x3500000};
    struct board_desc desc = board_virt;
    struct watched *watched;
    struct watch *watch;
    struct err err = {0};
    const struct device *first, *dma;

    ck_assert_msg(board_desc_add(&desc, &second, &err), "%s", err.text);
    watched = watched_new_on(PROGRAM, &desc);
    watch = watched->viewer.watch;
    first = board_device(watch->board, "ata0");
    dma = board_device(watch->board, "dma0");
    ck_assert_str_eq(part_title(watch, first, 16), "ata0");
    ck_assert_str_eq(part_title(watch, dma, 16), "DMA");
    watched_free(watched);
}
END_TEST

/* Stepped or run, a scenario is over at its limit, as `ringside run` has it. */
START_TEST(a_scenario_is_over_at_its_limit)
{
    static const char text[] =
        "scenario { name = 's', variants = { { name = 'v' } }, setup = function()\n"
        "return { programs = { asm '9: j 9b' }, limit = { cycles = 500 } } end }";
    char path[] = "/tmp/tui-test-XXXXXX.lua";
    int file = mkstemps(path, 4);

    ck_assert_int_eq(write(file, text, sizeof(text) - 1), sizeof(text) - 1);
    close(file);
    for (int run = 0; run < 2; run++) {
        const struct session_choice choice = {.file = path};
        struct session session;
        struct viewer viewer;
        struct err err;

        ck_assert_msg(session_open(&session, &choice, &err), "%s", err.text);
        viewer_begin(&viewer, &session);
        for (int i = 0; i < 1000 && viewer.screen.mode != SCREEN_ENDED; i++) {
            viewer_press(&viewer, run ? ' ' : 'n');
            viewer_advance(&viewer, 1000);
        }
        ck_assert_int_eq(viewer.screen.mode, SCREEN_ENDED);
        ck_assert_str_eq(viewer.screen.ended,
                         "The run has reached the scenario's limit of 500 cycles.");
        ck_assert_uint_eq(run_cycle(session.run), 500);
        session_close(&session);
        viewer_end(&viewer);
    }
    unlink(path);
}
END_TEST

static const char elf_scenario[] =
    "scenario { name = 's', variants = { { name = 'v' } }, setup = function()\n"
    "return { programs = { asm { text = 'wfi', at = 0x80100000 }, elf 'p.elf' } } end "
    "}";

static void write_text(const char *folder, const char *name, const char *text)
{
    char path[64];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

/* An ELF's lines and source texts are there beside those of assembly in the scenario. */
START_TEST(an_elf_in_a_scenario_has_its_source_lines)
{
    char folder[] = "/tmp/tui-test-XXXXXX", scenario[64], source[64], elf[64];
    char command[64];
    char asm_name[] = "asm", option[] = "-o";
    char *arguments[] = {asm_name, source, option, elf, NULL};
    struct buf diagnostics = {0};
    const struct line *line;
    struct subject subject;
    struct err err;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(scenario, sizeof(scenario), "%s/s.lua", folder);
    snprintf(source, sizeof(source), "%s/p.s", folder);
    snprintf(elf, sizeof(elf), "%s/p.elf", folder);
    write_text(folder, "s.lua", elf_scenario);
    write_text(folder, "p.s", "\n_start: nop\n wfi\n");
    ck_assert_int_eq(command_asm(4, arguments), 0);
    ck_assert_msg(subject_open(&subject, scenario, NULL, NULL, 0, &diagnostics, &err),
                  "%s", err.text);
    line = lines_at(subject.lines, 0x80000004);
    ck_assert_ptr_nonnull(line);
    ck_assert_uint_eq(line->line, 3);
    ck_assert_str_eq(subject.lines->file[line->file], source);
    line = lines_at(subject.lines, 0x80100000);
    ck_assert_str_eq(subject.lines->file[line->file], scenario);
    ck_assert_uint_eq(subject.sources, 2);
    ck_assert_str_eq(subject.source[1].text, "\n_start: nop\n wfi\n");
    subject_close(&subject);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(what_cannot_be_watched_is_refused_with_the_reason)
{
    const char *const some[] = {"sectors=x"};
    struct buf diagnostics = {0};
    struct subject subject;
    struct err err;

    ck_assert(
        !subject_open(&subject, "no-such.lua", NULL, NULL, 0, &diagnostics, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "no-such.lua"));
    subject_close(&subject);
    ck_assert(!subject_open(&subject, SCENARIO, "pol", NULL, 0, &diagnostics, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "pol"));
    subject_close(&subject);
    ck_assert(!subject_open(&subject, SCENARIO, NULL, some, 1, &diagnostics, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "sectors"));
    subject_close(&subject);
    ck_assert(
        !subject_open(&subject, "no-such.elf", "poll", NULL, 0, &diagnostics, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "variants"));
    subject_close(&subject);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, wires_are_joined_by_their_arms, 0, COUNT(joint_cases));
    tcase_add_test(tcase, every_combination_of_arms_has_a_sign_in_every_tier);
    tcase_add_test(tcase, text_that_is_too_long_ends_in_two_points);
    tcase_add_test(tcase, ascii_has_a_sign_for_every_sign_of_the_screens);
    tcase_add_test(tcase, bytes_that_are_no_utf8_do_no_harm);
    tcase_add_test(tcase, signs_have_the_columns_that_a_terminal_gives_them);
    tcase_add_test(tcase, half_a_wide_sign_does_not_stay);
    tcase_add_test(tcase, text_over_text_is_counted);
    tcase_add_test(tcase, every_key_is_one_key_and_has_help);
    tcase_add_test(tcase, the_manual_has_every_key_that_works);
    tcase_add_test(tcase, mono_has_no_colour_and_says_stop_and_now_without);
    tcase_add_loop_test(tcase, an_event_becomes_a_wire, 0, COUNT(wire_cases));
    tcase_add_test(tcase, what_was_seen_of_a_step_lies_over_the_machine_before_it);
    tcase_add_test(tcase, the_last_writer_of_a_byte_owns_it_at_every_moment);
    tcase_add_test(tcase, a_far_jump_knows_the_writers_as_a_short_one_does);
    tcase_add_test(tcase, what_was_changed_from_outside_has_its_own_letter);
    tcase_add_test(tcase, n_executes_one_instruction_and_shows_what_says_most);
    tcase_add_test(tcase, an_event_is_the_smallest_step_in_both_directions);
    tcase_add_test(tcase, interesting_stops_at_the_trap_and_n_goes_on_from_there);
    tcase_add_test(tcase, running_pauses_and_ends);
    tcase_add_test(tcase, a_condition_without_a_value_is_said);
    tcase_add_test(tcase, w_asks_about_what_the_screen_tells_of);
    tcase_add_test(tcase, tables_fit_the_screen_that_they_are_shown_on);
    tcase_add_test(tcase, csrs_are_those_of_who_runs);
    tcase_add_test(tcase, what_was_kept_waiting_is_due_since);
    tcase_add_test(tcase, help_is_had_from_an_answer_as_well);
    tcase_add_test(tcase, a_complaint_is_a_notice_at_once);
    tcase_add_test(tcase, steps_and_runs_lead_to_the_same_knowledge);
    tcase_add_test(tcase, drawing_changes_nothing);
    tcase_add_loop_test(tcase, every_variant_of_a_scenario_can_be_watched, 0,
                        COUNT(variants));
    tcase_add_test(tcase, boxes_of_several_devices_of_a_kind_have_their_names);
    tcase_add_test(tcase, a_scenario_is_over_at_its_limit);
    tcase_add_test(tcase, an_elf_in_a_scenario_has_its_source_lines);
    tcase_add_test(tcase, what_cannot_be_watched_is_refused_with_the_reason);
}

TEST_MAIN("tui", add_tests)
