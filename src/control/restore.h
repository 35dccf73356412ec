#ifndef CONTROL_RESTORE_H
#define CONTROL_RESTORE_H

#include "control/session.h"
#include "observe/record/archive.h"

/*
 * Opens the run of a recording again: the machine is made of the files that are in it,
 * and goes where the viewer stood, with the acts of the journal. On the way its state is
 * compared with the digests: `differs` then says where they are not met, as with another
 * version of this program; the machine stays at #0, and nothing moves it. `choice` has
 * settings of the session alone (memory, diagnostics).
 */
struct restored {
    bool replays;
    bool complete; /* the recording was closed; false: it was cut off, or goes on */
    char differs[256];
};

bool session_restore(struct session *session, struct archive *archive,
                     const struct session_choice *choice, struct restored *restored,
                     struct err *err);

/* The whole of `ringside open FILE`: the session owns the recording from now on. */
bool session_open_recording(struct session *session, const char *path,
                            const struct session_choice *choice,
                            struct restored *restored, struct err *err);

#endif
