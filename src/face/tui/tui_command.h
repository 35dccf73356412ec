#ifndef FACE_TUI_TUI_COMMAND_H
#define FACE_TUI_TUI_COMMAND_H

/* `ringside watch`: the full screen. Gives the exit status. */
int command_watch(int argc, char **argv);

#endif
