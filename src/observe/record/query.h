#ifndef OBSERVE_RECORD_QUERY_H
#define OBSERVE_RECORD_QUERY_H

#include "base/reply.h"
#include "observe/record/archive.h"

/*
 * One query over a recording, answered as a table. It can read everything and change
 * nothing: statements that do anything but read are refused before they run.
 */
struct query_limits {
    size_t rows;                    /* that are answered at most */
    unsigned seconds;               /* of the host's time; 0: no limit */
    bool (*interrupted)(void *ctx); /* NULL: nobody interrupts */
    void *ctx;
};

bool query_run(struct archive *archive, const char *text,
               const struct query_limits *limits, struct reply *reply, struct err *err);

#endif
