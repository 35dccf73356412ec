#ifndef TEACH_COMPARE_ROWS_H
#define TEACH_COMPARE_ROWS_H

#include "control/command/command.h"
#include "teach/compare/compare.h"

/* `compare` as a command of a session; ends with a NULL name. */
extern const struct command compare_commands[];

/* What it has measured last in this session; NULL: nothing yet. */
const struct compare *compare_kept(const struct session *session);

#endif
