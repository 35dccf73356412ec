#ifndef FACE_SHELL_HISTORY_H
#define FACE_SHELL_HISTORY_H

/*
 * What was typed in earlier sessions: $XDG_STATE_HOME/ringside/history, or
 * ~/.local/state/ringside/history. Each line is written at once, so that none is lost when
 * the shell is killed. Where there is no such place, history is of this session only.
 */
void history_begin(void);
void history_take(const char *line);
void history_end(void);

#endif
