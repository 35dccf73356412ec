#ifndef FACE_TUI_RACE_COMMAND_H
#define FACE_TUI_RACE_COMMAND_H

/* `ringside race`: variants of a scenario side by side. */
int command_race(int argc, char **argv);

#endif
