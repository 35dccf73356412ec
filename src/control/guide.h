#ifndef CONTROL_GUIDE_H
#define CONTROL_GUIDE_H

#include "control/moves.h"
#include "control/scenario_screen.h"

/*
 * What the scenario says to whoever shows its run (scenario_screen.h), in a session: of the
 * variant that runs, with its conditions parsed, and with the count of events by which
 * notes and questions find their moments. The count is a fold of the timeline, so that a
 * moment has the same notes forwards, backwards, and gone to at once. Of a program, and of a
 * scenario that says nothing, it is empty.
 */
struct guide;

/* The session's, which is made and starts to count when it is asked for first: then
 * nothing may have run yet. The session releases it. */
struct guide *guide_of(struct session *session);

/* --- the screen ------------------------------------------------------------------------- */

/* A layout's name or its text: the variant's, or the scenario's; NULL: none. */
const char *guide_layout(const struct guide *guide);

/* The n-th part that stays large, from 0; NULL: there are no more. */
const char *guide_focus(const struct guide *guide, unsigned n);

/* What n and p step by; NULL: nothing is said. */
const struct move_unit *guide_unit(const struct guide *guide);

/* --- interesting events ------------------------------------------------------------------- */

/* All of them as one choice, for move_events_of with the guide as `ctx`; without any its
 * `kinds` is 0. */
struct event_choice guide_interesting(const struct guide *guide);

/* Is the event one of them? */
bool guide_is_interesting(const struct guide *guide, const struct event *event);

/* The n-th in words, from 0: "disk_phase when phase == "seek""; false: no more. */
bool guide_put_interest(struct buf *out, const struct guide *guide, unsigned n);

/* --- notes and questions -------------------------------------------------------------------- */

/*
 * What the viewer is told of at this moment: events [first, count) of all that lead to
 * it; those before are known, too, as far back as the caller likes. After a step of one
 * event it is that event alone; after an instruction all of its events. None: the
 * beginning.
 */
struct guide_seen {
    const struct event *event;
    unsigned first, count;
};

/* The n-th note at this moment, from 0; NULL: there are no more. */
const struct screen_note *guide_note(const struct guide *guide,
                                     const struct guide_seen *seen, unsigned n);

/* The question at this moment, which comes before the next step; NULL: none. */
const struct screen_question *guide_question(const struct guide *guide,
                                             const struct guide_seen *seen);

/* The n-th question of this variant, from 0, in the scenario's order; NULL: there are no
 * more. */
const struct screen_question *guide_nth(const struct guide *guide, unsigned n);

/* Of one whose moment is an event: how many such events are still to come, 0: it is past;
 * and is this event one of them? */
uint64_t guide_left(const struct guide *guide, const struct screen_question *question);
bool guide_counts(const struct guide *guide, const struct screen_question *question,
                  const struct event *event);

/* guide_go.c: forwards to the next question, but not beyond `limit`: that question, whose
 * moment the viewer is then at; NULL: the move says how it ended, DONE at the limit. With
 * `interesting` it also ends at the next interesting event: then the move has that. */
const struct screen_question *guide_go(struct session *session, struct run_limit limit,
                                       bool interesting, struct move *move);

#endif
