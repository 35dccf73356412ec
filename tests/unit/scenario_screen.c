/* What a scenario says for the screen: read, checked, and found at its moments, which are
 * the same forwards and backwards. */
#include "base/bits.h"
#include "control/guide.h"
#include "control/lua_sandbox.h"
#include "control/scenario.h"
#include "face/tui/viewer/viewer.h"
#include "tests/lib/suite.h"
#include "tests/lib/talk.h"

#include <stdio.h>
#include <string.h>

/* --- reading ------------------------------------------------------------------------------ */

static struct scenario *load(const char *fields, struct err *err)
{
    struct buf text = {0};
    struct scenario *scenario;

    buf_printf(&text,
               "scenario { name = 'a', variants = { { name = 'x' }, { name = 'near', "
               "layout = 'rings' } }, setup = function() end, %s }",
               fields);
    scenario =
        scenario_load("test.lua", text.data, text.size, &sandbox_usual_limits, err);
    buf_free(&text);
    return scenario;
}

#define QUESTION(more)                                                                 \
    "questions = { { at = 5, ask = 'q', choices = { 'a', 'b' }, " more " } }"

static const struct {
    const char *fields, *error;
} refused[] = {
    {"screen = 5", "scenario.screen: must be a table, it is a number"},
    {"screen = { lay = '' }", "unknown key 'lay'"},
    {"screen = { layout = 5 }", "'layout' must be a text, it is a number"},
    {"screen = { focus = 'dma0' }", "scenario.screen.focus: must be a table"},
    {"screen = { focus = { 5 } }", "must be a list of names of parts, as \"dma0\""},
    {"screen = { focus = { '', '', '', '', '', '', '', '', '' } }",
     "more than 8 parts"},
    {"screen = { unit = 'bursts' }",
     "there is no unit 'bursts' (did you mean 'burst'?)"},
    {"interesting = { 'dma_brst' }",
     "scenario.interesting: no event is called 'dma_brst' (did you mean 'dma_burst'?)"},
    {"interesting = { 5 }", "scenario.interesting[1]: must be a table, it is a number"},
    {"interesting = { 'insn' }", "instructions are too many to be told of"},
    {"interesting = { {} }", "must be a kind of event, or { kind, when = condition }"},
    {"interesting = { { 'dma_burst', if_ = '' } }", "unknown key 'if_'"},
    {"interesting = { { 'dma_burst', when = '1 +' } }",
     "scenario.interesting[1]: 'when': column 4"},
    {"talk = { { text = 'x' } }", "scenario.talk[1]: 'at' is missing"},
    {"talk = { { at = 'x', text = 'x' } }", "'at' is 'x': it must be \"#INSTRUCTION"},
    {"talk = { { at = {}, text = 'x' } }", "'event' is missing: a kind of event"},
    {"talk = { { at = { event = 'x' }, text = 'x' } }", "no event is called 'x'"},
    {"talk = { { at = { event = 'dma_done', n = 0 }, text = 'x' } }", "'n' is 0"},
    {"talk = { { at = -5, text = 'x' } }", "'at' is -5"},
    {"talk = { { at = 5 } }", "'text' is missing: a text"},
    {"talk = { { at = 5, text = 'x', variants = { 'naer' } } }",
     "scenario.talk[1].variants: scenario a has no variant 'naer' (did you mean"},
    {"talk = { { at = 5, text = 'x', variants = { 5 } } }", "names of variants"},
    {"questions = { { at = 5 } }", "'ask' is missing: a text"},
    {"questions = { { at = 5, ask = 'q' } }", "'choices' is missing"},
    {"questions = { { at = 5, ask = 'q', choices = { 'a' } } }",
     "at least two choices"},
    {"questions = { { at = 5, ask = 'q', choices = { 5 } } }",
     "must be a list of texts"},
    {QUESTION(""), "'answer' is missing"},
    {QUESTION("answer = 3"), "'answer' is 3: it must be 1 to 2"},
    {QUESTION("answer = 1, because = { [3] = 'x' }"), "there is no choice 3"},
    {QUESTION("answer = 1, because = { 5 }"), "must have a text for the number"},
    {QUESTION("answer = 1, because = { 'x', ['1'] = 'y' }"), "unknown key '1'"},
    {"questions = { [2] = { at = 5, ask = 'q', choices = { 'a', 'b' }, answer = 1 } }",
     "scenario.questions: a list has entries 1, 2, ...: there is no entry 1"},
    {"talk = { { at = 5, text = 'x' }, [3] = { at = 6, text = 'y' } }",
     "scenario.talk: a list has entries 1, 2, ...: there is no entry 2"},
    {"talk = { { at = 5, text = 'x', variants = { 'near', nil, 'far' } } }",
     "there is no entry 2"},
    {"interesting = { [0] = 'console' }", "there is no entry 1"},
    {"screen = { focus = { nil, 'ram' } }", "there is no entry 1"},
    {"questions = { { at = 5, ask = 'q', choices = { 'a', nil, 'b' }, answer = 1 } }",
     "there is no entry 2"},
    {"talk = { { at = 5, text = 'x', variants = {} } }", "'variants' names none"},
    {QUESTION("answer = 1, variants = {}"), "'variants' names none"},
};

START_TEST(what_cannot_be_used_is_refused)
{
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct err err = {{0}};

        ck_assert_ptr_null(load(refused[i].fields, &err));
        ck_assert_msg(strstr(err.text, refused[i].error), "'%s' gives: %s",
                      refused[i].fields, err.text);
    }
}
END_TEST

START_TEST(all_of_it_is_read)
{
    struct err err = {{0}};
    struct scenario *scenario = load(
        "screen = { layout = 'stage', focus = { 'dma0', 'ram' }, unit = 'burst' },"
        "interesting = { 'dma-done', { 'disk_phase', when = 'phase == \"seek\"' } },"
        "talk = { { at = '#12.3', text = 'now' }, { at = 40, text = 'later', "
        "variants = { 'near' } } },"
        "questions = { { at = { event = 'dma_burst', n = 7, when = 'left == 0' }, "
        "ask = 'who?', choices = { 'a', 'b', 'c' }, answer = 2, "
        "because = { [1] = 'no', [3] = 'never' }, lesson = 'so' } }",
        &err);
    const struct scenario_screen *screen;

    ck_assert_msg(scenario != NULL, "%s", err.text);
    screen = scenario->screen;
    ck_assert_str_eq(screen->layout, "stage");
    ck_assert_str_eq(scenario->variant[1].layout, "rings");
    ck_assert_uint_eq(screen->focus, 2);
    ck_assert_str_eq(screen->focus_on[1], "ram");
    ck_assert_str_eq(screen->unit, "burst");
    ck_assert_uint_eq(screen->interests, 2);
    ck_assert_int_eq(screen->interest[0].event, EVENT_DMA_DONE);
    ck_assert_str_eq(screen->interest[1].when, "phase == \"seek\"");
    ck_assert_uint_eq(screen->notes, 2);
    ck_assert_int_eq(screen->note[0].at.type, AT_MOMENT);
    ck_assert_uint_eq(screen->note[0].at.moment.order, 3);
    ck_assert_uint_eq(screen->note[1].at.cycle, 40);
    ck_assert_uint_eq(screen->note[1].at.variants, 2);
    ck_assert_uint_eq(screen->questions, 1);
    ck_assert_uint_eq(screen->question[0].at.n, 7);
    ck_assert_uint_eq(screen->question[0].choices, 3);
    ck_assert_uint_eq(screen->question[0].answer, 2);
    ck_assert_ptr_null(screen->question[0].because[1]);
    ck_assert_str_eq(screen->question[0].because[2], "never");
    ck_assert_str_eq(screen->question[0].lesson, "so");
    scenario_free(scenario);
}
END_TEST

/* --- in a session ---------------------------------------------------------------------------- */

static struct talk talk;

/* Prints "hello": six characters, each an mmio_write and later an console. */
static void open_with(const char *fields)
{
    talk_open(&talk, talk_hello, fields);
    guide_of(&talk.session);
}

static const char *const everything =
    "interesting = { { 'mmio_write', when = 'value == 0x6c' }, 'console' },"
    "talk = { { at = { event = 'mmio_write', n = 2 }, text = 'the e' },"
    "         { at = '#0', text = 'begin' }, { at = '#3', text = 'third' },"
    "         { at = { event = 'mmio_write', when = 'value == 0x6c', n = 2 },"
    "           text = 'the second l' },"
    "         { at = 60, text = 'late' } },"
    "questions = { { at = { event = 'mmio_write', n = 3 }, ask = 'next?',"
    "                choices = { 'l', 'o' }, answer = 1 },"
    "              { at = '#31', ask = 'and?', choices = { 'a', 'b' }, answer = 2 },"
    "              { at = 100, ask = 'when?', choices = { 'a', 'b' }, answer = 2 } },";

/* The viewer's last event alone, and what came before. */
struct told {
    struct event event[4096];
    unsigned count;
};

static void collect(void *ctx, const struct event *event)
{
    struct told *told = ctx;

    ck_assert_uint_lt(told->count, COUNT(told->event));
    told->event[told->count++] = *event;
}

static struct guide_seen see(struct told *told)
{
    struct timeline *time = talk.session.time;

    told->count = 0;
    timeline_replay(time, (struct moment){0}, timeline_now(time),
                    (struct event_sink){EVENT_ALL, collect, told});
    return (struct guide_seen){told->event, told->count ? told->count - 1 : 0,
                               told->count};
}

/* "#12.3: the e | begin ? next?": all that is said here. */
static void put_here(struct buf *out)
{
    static struct told told;
    struct guide_seen seen = see(&told);
    const struct guide *guide = guide_of(&talk.session);
    const struct screen_note *note;
    const struct screen_question *question = guide_question(guide, &seen);
    char text[MOMENT_TEXT];
    bool any = question != NULL;

    for (unsigned n = 0; (note = guide_note(guide, &seen, n)) != NULL; n++) {
        buf_printf(out, "%s%s%s",
                   n ? " | "
                     : moment_text(text, timeline_now(talk.session.time), false),
                   n ? "" : ": ", note->text);
        any = true;
    }
    if (question)
        buf_printf(out, "? %s", question->ask);
    if (any)
        buf_char(out, '\n');
}

/* Each event from the beginning, up to `most`, or back from there. */
static struct buf walk(unsigned most, bool back)
{
    struct timeline *time = talk.session.time;
    struct buf said = {0};

    if (!back)
        put_here(&said);
    while (most--) {
        if (back)
            put_here(&said);
        if ((back ? timeline_step_event_back(time) : timeline_step_event(time)) !=
            ARRIVED)
            break;
        if (!back)
            put_here(&said);
    }
    return said;
}

static void turn_lines(struct buf *text)
{
    struct buf turned = {0};
    size_t end = text->size;

    while (end > 0) {
        size_t begin = end - 1;

        while (begin > 0 && text->data[begin - 1] != '\n')
            begin--;
        buf_add(&turned, text->data + begin, end - begin);
        end = begin;
    }
    buf_free(text);
    *text = turned;
}

START_TEST(notes_are_at_their_moments_in_both_directions)
{
    struct buf on, back;

    open_with(everything);
    on = walk(120, false);
    ck_assert_ptr_nonnull(strstr(on.data, "#0: begin\n"));
    ck_assert_ptr_nonnull(strstr(on.data, "#3: third\n"));
    ck_assert_ptr_nonnull(strstr(on.data, ": the e\n"));
    ck_assert_ptr_nonnull(strstr(on.data, ": the second l\n"));
    ck_assert_ptr_nonnull(strstr(on.data, ": late\n"));
    ck_assert_ptr_nonnull(strstr(on.data, "? next?\n"));
    ck_assert_ptr_nonnull(strstr(on.data, "? and?\n"));
    ck_assert_ptr_nonnull(strstr(on.data, "? when?\n"));
    back = walk(200, true);
    turn_lines(&back);
    ck_assert_str_eq(back.data, on.data);
    buf_free(&on);
    buf_free(&back);
    talk_close(&talk);
}
END_TEST

START_TEST(a_moment_that_is_gone_to_has_its_notes)
{
    struct buf here = {0};

    open_with(everything);
    talk_do(&talk, "goto end");
    talk_do(&talk, "goto #3");
    put_here(&here);
    ck_assert_str_eq(buf_str(&here), "#3: third\n");
    buf_free(&here);
    talk_close(&talk);
}
END_TEST

START_TEST(a_way_stops_at_each_question)
{
    static const char *const asked[] = {"next?", "when?", "and?"};
    struct move move;

    open_with(everything);
    for (unsigned i = 0; i < COUNT(asked); i++) {
        static struct told told;
        const struct screen_question *question =
            guide_go(&talk.session, RUN_NO_LIMIT, false, &move);
        struct guide_seen seen = see(&told);

        ck_assert_msg(question != NULL, "question %u is not found", i);
        ck_assert_str_eq(question->ask, asked[i]);
        ck_assert_ptr_eq(guide_question(guide_of(&talk.session), &seen), question);
    }
    ck_assert_ptr_null(guide_go(&talk.session, RUN_NO_LIMIT, false, &move));
    ck_assert_int_eq(move.end, MOVE_FINISHED);
    ck_assert_ptr_null(guide_nth(guide_of(&talk.session), 3));
    talk_close(&talk);
}
END_TEST

START_TEST(a_limit_ends_the_way_before)
{
    struct run_limit limit = RUN_NO_LIMIT;
    struct move move;

    open_with(everything);
    limit.retired = 4;
    ck_assert_ptr_null(guide_go(&talk.session, limit, false, &move));
    ck_assert_int_eq(move.end, MOVE_DONE);
    ck_assert_uint_eq(timeline_now(talk.session.time).retired, 4);
    talk_close(&talk);
}
END_TEST

START_TEST(interesting_events_are_gone_to)
{
    struct event_choice choice;
    struct move move;
    struct buf words = {0};

    open_with(everything);
    choice = guide_interesting(guide_of(&talk.session));
    move_events_of(&talk.session, FORWARDS, &choice, guide_of(&talk.session), 2, &move);
    ck_assert_int_eq(move.end, MOVE_DONE);
    ck_assert(guide_is_interesting(guide_of(&talk.session), &move.event));
    move_events_of(&talk.session, BACKWARDS, &choice, guide_of(&talk.session), 1,
                   &move);
    ck_assert_int_eq(move.end, MOVE_DONE);
    ck_assert(guide_put_interest(&words, guide_of(&talk.session), 0));
    ck_assert_str_eq(words.data, "mmio_write when value == 0x6c");
    ck_assert(!guide_put_interest(&words, guide_of(&talk.session), 2));
    buf_free(&words);
    talk_close(&talk);
}
END_TEST

START_TEST(a_condition_whose_names_are_not_known_is_refused)
{
    struct session_choice choice = {0};
    struct session session;
    struct err err = {{0}};

    talk_open(&talk, talk_hello, "");
    choice.file =
        talk_file(&talk, "bad.lua",
                  "scenario { name = 'bad', variants = { { name = 'x' } },\n"
                  "interesting = { { 'console', when = 'chr == 5' } },\n"
                  "setup = function() return { programs = { asm 'j .' } } end }");
    ck_assert(!session_open(&session, &choice, &err));
    session_close(&session);
    ck_assert_ptr_nonnull(
        strstr(err.text, "interesting[1], 'when': nothing is called 'chr'"));
    talk_close(&talk);
}
END_TEST

/* --- the scenarios that come with it -------------------------------------------------------- */

static const char *const shipped[] = {
    "scenarios/01-three-ways-to-copy.lua", "scenarios/02-trap-and-emulate.lua",
    "scenarios/03-three-ways.lua", "scenarios/04-rogue-dma.lua"};

START_TEST(each_scenario_has_something_to_say)
{
    for (size_t i = 0; i < COUNT(shipped); i++) {
        struct err err = {{0}};
        struct scenario *scenario = scenario_open(shipped[i], NULL, &err);

        ck_assert_msg(scenario != NULL, "%s", err.text);
        ck_assert_ptr_nonnull(scenario->screen->layout);
        ck_assert_uint_ge(scenario->screen->interests, 3);
        ck_assert_uint_ge(scenario->screen->notes, 3);
        ck_assert_uint_ge(scenario->screen->questions, 2);
        scenario_free(scenario);
    }
}
END_TEST

/* The answers of two questions, by the run: how long hart 0 waits for the channel. */
static const struct {
    const char *variant;
    unsigned answer;
    uint64_t least, most; /* cycles */
} answers[] = {{"copy_steal", 2, 1, 5}, {"copy_burst", 2, 41, 80}};

static bool is_hart(void *run, const struct event *event)
{
    (void)run;
    return initiator_kind(event->bus_wait.initiator) == BY_HART;
}

START_TEST(what_a_scenario_calls_right_is_right)
{
    const struct event_choice waits = {EVENT_BIT(EVENT_BUS_WAIT), is_hart};
    struct session_choice choice = {.file = shipped[0], .variant = answers[_i].variant};
    const struct screen_question *question;
    struct session session;
    struct move move;
    struct err err = {{0}};

    ck_assert_msg(session_open(&session, &choice, &err), "%s", err.text);
    guide_of(&session);
    question = guide_go(&session, RUN_NO_LIMIT, false, &move);
    ck_assert_ptr_nonnull(question);
    ck_assert_uint_eq(question->answer, answers[_i].answer);
    move_events(&session, FORWARDS, &waits, 1, &move);
    ck_assert_int_eq(move.end, MOVE_DONE);
    ck_assert_uint_ge(move.event.bus_wait.cycles, answers[_i].least);
    ck_assert_uint_le(move.event.bus_wait.cycles, answers[_i].most);
    session_close(&session);
}
END_TEST

/* At one event a frame, after a jump past the cycle of the question `when?`, or before. */
START_TEST(a_question_is_asked_when_its_cycle_is_reached_and_not_later)
{
    static struct viewer viewer;

    open_with("questions = { { at = 100, ask = 'when?', choices = { 'a', 'b' },"
              "                answer = 2 } },");
    viewer_begin(&viewer, &talk.session);
    while (viewer_rate(&viewer) != 1)
        viewer_press(&viewer, '-');
    ck_assert(timeline_seek_cycle(talk.session.time, _i ? 80 : 110) == ARRIVED);
    viewer.looked = false;
    viewer_run(&viewer);
    for (int i = 0; i < 40 && !viewer.asked; i++)
        viewer_advance(&viewer, 1);
    ck_assert_uint_eq(viewer.asked, (unsigned)_i);
    if (_i) {
        ck_assert_uint_ge(timeline_seen(talk.session.time)->cycle, 100);
        ck_assert_uint_le(timeline_seen(talk.session.time)->cycle, 110);
    }
    viewer_end(&viewer);
    talk_close(&talk);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, what_cannot_be_used_is_refused);
    tcase_add_test(tcase, all_of_it_is_read);
    tcase_add_test(tcase, notes_are_at_their_moments_in_both_directions);
    tcase_add_test(tcase, a_moment_that_is_gone_to_has_its_notes);
    tcase_add_test(tcase, a_way_stops_at_each_question);
    tcase_add_test(tcase, a_limit_ends_the_way_before);
    tcase_add_loop_test(
        tcase, a_question_is_asked_when_its_cycle_is_reached_and_not_later, 0, 2);
    tcase_add_test(tcase, interesting_events_are_gone_to);
    tcase_add_test(tcase, a_condition_whose_names_are_not_known_is_refused);
    tcase_add_test(tcase, each_scenario_has_something_to_say);
    tcase_add_loop_test(tcase, what_a_scenario_calls_right_is_right, 0,
                        (int)COUNT(answers));
}

TEST_MAIN("scenario_screen", add_tests)
