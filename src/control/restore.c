#include "control/restore.h"

#include "base/alloc.h"
#include "control/recording.h"
#include "observe/record/about.h"
#include "observe/record/follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { DIGESTS_COMPARED = 64 };

static const char restore_key[] = "restore";

/* What the session refers to as long as it is there. */
static void release(void *data)
{
    about_release(data);
    free(data);
}

static void take_file(void *ctx, const char *path, const void *bytes, size_t size)
{
    files_add(ctx, path, bytes, size);
}

/* Opens a session on the files of the recording. */
static bool open_files(struct session *session, struct archive *archive,
                       const struct about *about, const struct session_choice *choice,
                       struct err *err)
{
    struct files files = {.closed = true};
    struct session_choice of = {
        .file = about->opened,
        .variant = about->variant,
        .settings = (const char *const *)about->setting,
        .setting_count = about->settings,
        .memory = choice->memory,
        .diagnostics = choice->diagnostics,
        .files = &files,
        .opened = choice->opened,
        .opened_ctx = choice->opened_ctx,
    };
    bool ok = about_read_files(archive, take_file, &files, err);

    if (ok) {
        ok = session_open(session, &of, err);
        if (!ok)
            err_prefix(err, "the run of '%s' cannot be made again", archive->path);
    }
    files_release(&files);
    return ok;
}

/* To where the viewer stood; or back to #0, if that is not the same run any more. */
static bool follow(struct session *session, const struct history *history,
                   struct restored *restored, struct err *err)
{
    static const struct moment beginning;
    struct history_digest differs;

    if (!history_restore(history, session->time, err))
        return false;
    switch (history_follow(history, session->time, DIGESTS_COMPARED, &differs)) {
    case HISTORY_INTERRUPTED:
        return err_set(err, "interrupted");
    case HISTORY_MET:
        restored->replays = true;
        return true;
    case HISTORY_DIFFERS:
        break;
    }
    snprintf(restored->differs, sizeof(restored->differs),
             "at cycle %" PRIu64 " the machine is not as it was", differs.cycle);
    timeline_seek(session->time, beginning);
    session->still = "the recording is open for reading only";
    return true;
}

bool session_restore(struct session *session, struct archive *archive,
                     const struct session_choice *choice, struct restored *restored,
                     struct err *err)
{
    struct about *about = alloc_zero(1, sizeof(*about));
    struct history history;
    bool ok;

    *session = (struct session){0};
    *restored = (struct restored){0};
    if (!about_read(archive, about, err)) {
        free(about);
        return false;
    }
    if (!history_read(archive, &history, err)) {
        release(about);
        return false;
    }
    restored->complete = about->complete;
    ok = open_files(session, archive, about, choice, err);
    session_set_extra(session, restore_key, about, release);
    if (ok && choice->interrupted)
        timeline_set_interrupt(session->time,
                               (struct interrupt){choice->interrupted, NULL});
    if (ok)
        ok = follow(session, &history, restored, err);
    history_release(&history);
    archive->narrator = session->narrator;
    return ok;
}

bool session_open_recording(struct session *session, const char *path,
                            const struct session_choice *choice,
                            struct restored *restored, struct err *err)
{
    struct archive *archive = archive_open(path, false, err);

    *session = (struct session){0};
    if (!archive)
        return false;
    if (!session_restore(session, archive, choice, restored, err)) {
        archive_close(archive);
        return false;
    }
    recording_opened(session, archive, restored->replays, restored->complete);
    return true;
}
