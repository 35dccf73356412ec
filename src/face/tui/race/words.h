#ifndef FACE_TUI_RACE_WORDS_H
#define FACE_TUI_RACE_WORDS_H

#include "base/buf.h"
#include "face/tui/race/counters.h"

/* What is said of a race; `counters` are those of all lanes. */

/* Who is first, who is last, and how far: true at this cycle. */
void race_sentence(struct buf *out, const struct race *race,
                   const struct lane_counters *counters);

/* What makes the difference, in at most `room` columns. */
void race_why(struct buf *out, const struct race *race,
              const struct lane_counters *counters, int room);

/* "12 of 4,096 bytes   exit 15 now": at the end of a lane's rule; `wide`: all words. */
void lane_note(struct buf *out, const struct lane_counters *counters, bool guests,
               bool wide);

/* "12 of 4,096 bytes", "3 of 64 operations"; not wide: "12 of 4,096 B". */
void lane_put_progress(struct buf *out, const struct lane_counters *counters,
                       bool wide);

/* The letter of a lane. */
char lane_letter(unsigned lane);

#endif
