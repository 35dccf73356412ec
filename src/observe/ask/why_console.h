#ifndef OBSERVE_ASK_WHY_CONSOLE_H
#define OBSERVE_ASK_WHY_CONSOLE_H

#include "observe/time/timeline.h"

/* A UART has sent a character: how many equal ones software had given it after that one,
 * which were still in its FIFO. So many writes are not the one that is looked for. */
unsigned why_equal_behind(struct timeline *timeline, const struct event *console);

#endif
