#ifndef CONTROL_UNITS_H
#define CONTROL_UNITS_H

#include "event/event.h"

/* By what moves step (moves.h). */

/* Which events are stepped to. */
struct event_choice {
    uint64_t kinds;
    /* NULL: all of these kinds; `ctx` is what the move is given with the choice: a struct
     * run for those of move_units, a guide for what is interesting. */
    bool (*matches)(void *ctx, const struct event *event);
};

/* The units that a student means by a step. */
struct move_unit {
    const char *name, *help;
    enum { UNIT_IS_INSTRUCTION, UNIT_IS_LINE, UNIT_IS_EVENT } type;
    struct event_choice choice; /* EVENT */
};

extern const struct move_unit move_units[]; /* ends with a NULL name */

#endif
