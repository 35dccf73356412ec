/*
 * Going back through VM exits, injections and the DMA of guests: at each moment of each
 * machine with guests the machine is the same, and everything that can be asked about
 * guests has the same answer, whichever way one has come: on, back the same way, from
 * anywhere, or straight from the beginning.
 */
#include "base/bits.h"
#include "tests/lib/guest_runs.h"
#include "tests/lib/journey.h"
#include "tests/lib/random_machine.h"
#include "tests/lib/specimen.h"
#include "tests/lib/suite.h"

#include <stdio.h>
#include <string.h>

enum { PLACES = 12, VISITS = 8, SLOW = 4 };

/* --- what is known at a moment --------------------------------------------------------- */

static const char *const questions[] = {
    "info registers",    "info exits 64",
    "exits --by cause",  "exits --by instruction",
    "exits --by device", "exits --by guest",
    "why exit",          "follow irq",
    "follow irq 14",     "follow irq 23",
    "info guests",       "info iommu",
    "info virtqueue",    "info disk",
    "info dma",          "info irq",
    "info modes",        "info tlb",
    "info metrics",      "info lanes",
    "info harts",
};

/* Where the first answer stands that differs. */
static unsigned differing(char *const one[], char *const other[])
{
    for (unsigned q = 0; q < COUNT(questions); q++)
        if (strcmp(one[q], other[q]) != 0)
            return q;
    return COUNT(questions);
}

struct known {
    struct moment at;
    uint64_t digest;
    char *answer[COUNT(questions)];
};

static void ask_all(struct talk *talk, struct known *known)
{
    known->at = timeline_now(talk->session.time);
    known->digest = run_digest(talk->session.run);
    for (unsigned q = 0; q < COUNT(questions); q++)
        known->answer[q] = strdup(talk_do(talk, questions[q]));
    ck_assert_msg(run_digest(talk->session.run) == known->digest &&
                      moment_compare(timeline_now(talk->session.time), known->at) == 0,
                  "asking has changed something");
}

static void forget(struct known *known)
{
    for (unsigned q = 0; q < COUNT(questions); q++)
        free(known->answer[q]);
}

static void check_known(struct talk *talk, const struct known *known, const char *how)
{
    struct known now;
    char text[MOMENT_TEXT];
    unsigned q;

    ask_all(talk, &now);
    q = differing(known->answer, now.answer);
    moment_text(text, known->at, true);
    ck_assert_msg(moment_compare(now.at, known->at) == 0, "%s, %s: another moment",
                  text, how);
    ck_assert_msg(now.digest == known->digest, "%s, %s: another machine", text, how);
    ck_assert_msg(q == COUNT(questions), "%s, %s: '%s' said\n%sand says\n%s", text, how,
                  questions[q], known->answer[q], now.answer[q]);
    forget(&now);
}

/* --- ways ------------------------------------------------------------------------------ */

/* Which events of which machine are gone to, `every` of them at a time, and how many
 * such places there are at least. */
static const struct way {
    const char *variant, *kind;
    unsigned every, least;
} ways[] = {
    {"guest", "vm-exit", 3, 12},
    {"guest", "vm-entry", 3, 12},
    {"guest", "csr-write", 4, 12},
    {"call", "trap-enter", 1, 4},
    {"hypercall", "vm-exit", 1, 8},
    {"hypercall", "marker", 2, 12},
    {"sector", "irq-line", 1, 2},
    {"emulated_sector", "vm-exit", 13, 12},
    {"native", "dma-burst", 1, 2},
    {"emulated_pio", "vm-entry", 12, 12},
    {"emulated_pio", "marker", 23, 12},
    {"emulated_dma", "vm-exit", 2, 12},
    {"emulated_dma", "csr-write", 9, 12},
    {"emulated_dma", "irq-claim", 1, 1},
    {"virtio", "vm-exit", 3, 12},
    {"virtio", "marker", 17, 12},
    {"virtio", "dma-state", 1, 8},
    {"passthrough", "vm-exit", 1, 12},
    {"passthrough", "trap-enter", 2, 10},
    {"passthrough", "dma-burst", 3, 12},
    {"passthrough", "iommu-translate", 11, 12},
    {"no_iommu", "dma-burst", 1, 3},
    {"iommu", "vm-entry", 1, 12},
    {"iommu", "iommu-fault", 1, 1},
    {"read_only", "dma-error", 1, 1},
    {"read_only", "marker", 5, 12},
    {"virtio_disk", "virtio-used", 1, 10},
    {"virtio_disk", "bus-transfer", 20, 12},
    {"two_guests", "vm-exit", 10, 12},
    {"two_guests", "csr-write", 11, 12},
    {"two_harts", "vm-entry", 4, 12},
    {"two_harts", "irq-pending", 1, 10},
};

static unsigned chosen(int i)
{
    return is_slow_build() ? (unsigned)i * SLOW + 1 : (unsigned)i;
}

static int choices(void)
{
    return is_slow_build() ? (int)COUNT(ways) / SLOW : (int)COUNT(ways);
}

static void go_by_event(struct talk *talk, const char *move, const struct way *way)
{
    char line[80];

    snprintf(line, sizeof(line), "%s %s %u", move, way->kind, way->every);
    journey_do(talk, line);
}

/* On, to as many places as there are. */
static unsigned go_on(struct talk *talk, const struct way *way, struct known *known)
{
    unsigned places = 0;

    while (places < PLACES) {
        go_by_event(talk, "step-event", way);
        if (talk->session.last.arrival != ARRIVED)
            break;
        ask_all(talk, &known[places++]);
    }
    ck_assert_msg(places > 0 && places >= way->least, "%s, %s: %u places", way->variant,
                  way->kind, places);
    return places;
}

static void go_to(struct talk *talk, struct moment moment)
{
    char line[MOMENT_TEXT + 8], text[MOMENT_TEXT];

    snprintf(line, sizeof(line), "goto %s", moment_text(text, moment, false));
    journey_do(talk, line);
}

START_TEST(answers_about_guests_follow_the_viewer)
{
    const struct way *way = &ways[chosen(_i)];
    struct random random = {(uint64_t)_i + 1};
    struct known known[PLACES];
    struct talk talk;
    unsigned places;

    journey_open(&talk, way->variant);
    places = go_on(&talk, way, known);
    go_to(&talk, known[places - 1].at);
    check_known(&talk, &known[places - 1], "here");
    for (unsigned i = places - 1; i-- > 0;) {
        go_by_event(&talk, "reverse-step-event", way);
        check_known(&talk, &known[i], "back by events");
    }
    for (unsigned v = 0; v < VISITS; v++) {
        unsigned i = random_below(&random, places);

        if (v % 4 == 0)
            journey_do(&talk, "goto end");
        go_to(&talk, known[i].at);
        check_known(&talk, &known[i], "from anywhere");
    }
    talk_close(&talk);

    journey_open(&talk, way->variant);
    for (unsigned i = 0; i < places; i += 1 + places / 4) {
        go_to(&talk, known[i].at);
        check_known(&talk, &known[i], "straight there");
    }
    talk_close(&talk);
    for (unsigned i = 0; i < places; i++)
        forget(&known[i]);
}
END_TEST

/* --- instructions ------------------------------------------------------------------------ */

static void one_instruction(struct session *session, enum move_way way, void *ctx,
                            struct move *move)
{
    (void)ctx;
    move_instructions(session, way, 1, move);
}

/* From within the guest into the hypervisor, and from there into the guest. */
static void check_around(struct talk *talk, const char *what)
{
    enum { BEFORE = 12, AROUND = 24 };
    static struct journey forwards, back;
    struct moment at = timeline_now(talk->session.time);

    journey_do(talk, "reverse-stepi 12");
    journey_go(&forwards, &talk->session, FORWARDS, one_instruction, NULL, AROUND);
    ck_assert_uint_gt(forwards.count, BEFORE);
    journey_go(&back, &talk->session, BACKWARDS, one_instruction, NULL,
               forwards.count - 1);
    journey_same(&forwards, &back, 1, what);
    timeline_seek(talk->session.time, at);
}

START_TEST(instructions_lead_back_over_exits_and_entries)
{
    static const char *const kinds[] = {"vm-exit", "vm-entry"};
    const struct guest_run *guest = &guest_runs[_i * 5 % GUEST_RUNS];
    struct talk talk;

    for (size_t k = 0; k < COUNT(kinds); k++) {
        char line[64];
        unsigned exits = 0;

        journey_open(&talk, guest->variant);
        snprintf(line, sizeof(line), "step-event %s 3", kinds[k]);
        for (journey_do(&talk, line); exits < 3 && talk.session.last.arrival == ARRIVED;
             exits++) {
            check_around(&talk, line);
            journey_do(&talk, line);
        }
        talk_close(&talk);
    }
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_loop_test(tcase, answers_about_guests_follow_the_viewer, 0, choices());
    tcase_add_loop_test(tcase, instructions_lead_back_over_exits_and_entries, 0,
                        is_slow_build() ? 4 : GUEST_RUNS);
}

TEST_MAIN("guests, back and forth", add_tests)
