#ifndef CONTROL_ARCHIVING_H
#define CONTROL_ARCHIVING_H

#include "control/session.h"
#include "observe/record/about.h"

/* What a session's run is, written into a recording. */
struct archiving {
    bool events, instructions; /* they will be recorded, too */
    bool files;                /* what replay needs; else it is for questions only */
};

bool archive_session(struct archive *archive, const struct session *session,
                     const struct archiving *what, struct err *err);

/* What was opened, as whoever opens it again must say it. */
void session_about(const struct session *session, struct about *about);

#endif
