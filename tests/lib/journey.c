#include "tests/lib/journey.h"

#include "tests/lib/guest_runs.h"
#include "tests/lib/programs.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void open_file(struct talk *talk, const char *file, const char *variant,
                      const char *const *settings, unsigned count)
{
    struct buf diagnostics = {0};
    struct session_choice choice = {.file = file,
                                    .variant = variant,
                                    .settings = settings,
                                    .setting_count = count,
                                    .diagnostics = &diagnostics};
    struct err err = {{0}};

    if (!session_open(&talk->session, &choice, &err))
        ck_abort_msg("%s\n%s", err.text, buf_str(&diagnostics));
    buf_free(&diagnostics);
}

static bool is_of_scenario(const char *variant)
{
    return strcmp(variant, "poll") == 0 || strcmp(variant, "interrupt") == 0 ||
           strncmp(variant, "dma_", 4) == 0 || strncmp(variant, "copy_", 5) == 0;
}

static void open_guest_run(struct talk *talk, const struct guest_run *guest)
{
    open_file(talk, guest->file,
              strcmp(guest->variant, "guest") ? guest->variant : NULL, guest->settings,
              guest_run_settings(guest));
}

void journey_open(struct talk *talk, const char *variant)
{
    static const char *const sectors[] = {"sectors=8"};
    const struct guest_run *guest = guest_run_named(variant);

    *talk = (struct talk){.folder = "/tmp/talk-test-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(talk->folder));
    if (guest)
        open_guest_run(talk, guest);
    else if (strcmp(variant, "small") == 0)
        open_file(talk, "tests/commands/copy.lua", NULL, NULL, 0);
    else if (is_of_scenario(variant))
        open_file(talk, "scenarios/01-three-ways-to-copy.lua", variant, sectors, 1);
    else
        open_file(talk, talk_file(talk, "programs.lua", programs_scenario), variant,
                  NULL, 0);
}

void journey_note(struct journey *journey, struct session *session,
                  const struct move *move)
{
    struct place_seen *place = &journey->place[journey->count++];

    ck_assert_uint_le(journey->count, JOURNEY_MOST);
    *place = (struct place_seen){.at = timeline_now(session->time),
                                 .digest = run_digest(session->run),
                                 .hart = session->hart};
    if (move->hits)
        place->stop = move->hit[0].stop->number;
}

const char *journey_do(struct talk *talk, const char *line)
{
    const char *answer = talk_do(talk, line);

    ck_assert_msg(strncmp(answer, "Error", 5) != 0, "%s: %s", line, answer);
    return answer;
}

void journey_go(struct journey *journey, struct session *session, enum move_way way,
                journey_move *step, void *ctx, unsigned most)
{
    struct move move;

    *journey = (struct journey){0};
    for (unsigned i = 0; i < most; i++) {
        step(session, way, ctx, &move);
        journey->end = move.end;
        if (move.end != MOVE_DONE && move.end != MOVE_STOPPED)
            return;
        journey_note(journey, session, &move);
    }
}

void journey_same(const struct journey *forwards, const struct journey *back,
                  unsigned from, const char *what)
{
    char one[MOMENT_TEXT], other[MOMENT_TEXT];

    ck_assert_msg(back->count + from == forwards->count,
                  "%s: %u places forwards, %u back, less %u", what, forwards->count,
                  back->count, from);
    for (unsigned i = 0; i < back->count; i++) {
        const struct place_seen *a = &forwards->place[forwards->count - from - 1 - i];
        const struct place_seen *b = &back->place[i];

        ck_assert_msg(
            a->digest == b->digest && moment_compare(a->at, b->at) == 0 &&
                a->stop == b->stop && a->hart == b->hart,
            "%s: the %u. place back is %s (stop %u, hart %u), forwards it was "
            "%s (stop %u, hart %u)",
            what, i + 1, moment_text(other, b->at, false), b->stop, b->hart,
            moment_text(one, a->at, false), a->stop, a->hart);
    }
}
