#include "control/command/rows.h"

#include <stddef.h>

const struct command *const command_rows[] = {
    help_commands,   log_commands,    move_commands, stop_commands,  stop_list_commands,
    branch_commands, data_commands,   ask_commands,  about_commands, info_commands,
    exit_commands,   record_commands, NULL,
};
