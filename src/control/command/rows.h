#ifndef CONTROL_COMMAND_ROWS_H
#define CONTROL_COMMAND_ROWS_H

#include "control/command/command.h"

/* How the files begin that `log` writes: `source` knows them by it. */
#define LOG_HEADING "# ringside shell "

/* The commands of this layer, a file a subject; each array ends with a NULL name
 * and stands in the list of rows.c. */
extern const struct command help_commands[];      /* help.c */
extern const struct command log_commands[];       /* log.c */
extern const struct command move_commands[];      /* move.c */
extern const struct command stop_commands[];      /* stop.c */
extern const struct command stop_list_commands[]; /* stop_list.c */
extern const struct command branch_commands[];    /* branch.c */
extern const struct command ask_commands[];       /* ask.c */
extern const struct command about_commands[];     /* about.c */
extern const struct command data_commands[];      /* data.c */
extern const struct command info_commands[];      /* info.c */
extern const struct command exit_commands[];      /* exit.c */
extern const struct command record_commands[];    /* record.c */

#endif
