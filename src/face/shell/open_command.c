/* The shell on a run that was recorded, or left. */
#include "face/shell/open_command.h"

#include "base/clean.h"
#include "control/command/render.h"
#include "control/keep.h"
#include "face/options.h"
#include "face/shell/shell.h"
#include "face/shell/shell_command.h"
#include "face/terminal_style.h"

#include <stdio.h>

/* Where it stands; what cannot be done is said in every form of output. */
static void greet(struct buf *greeting, const struct session *session,
                  const struct restored *restored)
{
    const struct subject *subject = &session->subject;
    char at[MOMENT_TEXT];

    buf_text(greeting, subject->title);
    if (subject->variant)
        buf_printf(greeting, ", %s", subject->variant);
    buf_printf(greeting, ". The run is at %s.",
               moment_text(at, timeline_now(session->time), true));
    if (restored->replays)
        return;
    fflush(stdout);
    fputs("This version of Ringside does not do what was recorded: ", stderr);
    print_clean(stderr, restored->differs);
    fputs(".\nThe recording is open for reading only.\n", stderr);
}

/* --- recordings ------------------------------------------------------------------------------- */

static bool open_recording(struct session *session, const struct session_choice *choice,
                           struct buf *greeting, struct err *err)
{
    struct restored restored;

    if (!session_open_recording(session, choice->file, choice, &restored, err))
        return false;
    greet(greeting, session, &restored);
    if (!restored.complete)
        buf_text(greeting, " The recording was not closed: what came last may be "
                           "missing.");
    return true;
}

static int no_recording(struct err *err)
{
    err_set(err, "no recording given");
    return STATUS_USAGE;
}

int command_open(int argc, char **argv)
{
    static const struct shell_kind kind = {
        .name = "open",
        .operands = "FILE.db",
        .summary =
            "Opens a recording that the command `record` has made, with the whole\n"
            "shell on it: the run goes on where it was, forwards and backwards in\n"
            "time, and `sql` asks about what was recorded.",
        .notes =
            "A recording that this version does not do in the same way again is open\n"
            "for reading only: `sql` works, and what looks at #0; nothing moves.",
        .open = open_recording,
        .without = no_recording,
        .keeps = true,
    };

    return shell_run(&kind, argc, argv);
}

/* --- kept runs -------------------------------------------------------------------------------- */

static bool resume(struct session *session, const struct session_choice *choice,
                   struct buf *greeting, struct err *err)
{
    struct restored restored;

    if (!keep_resume(session, choice->file, choice, &restored, err))
        return false;
    greet(greeting, session, &restored);
    return true;
}

static int list(struct err *err)
{
    struct reply reply = {0};
    struct buf out = {0};
    bool ok = keep_list(&reply, err);

    render(&out, RENDER_TEXT, terminal_width(stdout), "resume", &reply, err);
    if (ok)
        print_clean(stdout, buf_str(&out));
    buf_free(&out);
    reply_release(&reply);
    return ok ? STATUS_OK : STATUS_FAILED;
}

int command_resume(int argc, char **argv)
{
    static const struct shell_kind kind = {
        .name = "resume",
        .operands = "[NAME]",
        .summary =
            "Goes on with a run that was left: the one that was left last, or the\n"
            "one of that name. --list lists them.",
        .notes =
            "Every shell keeps its run while it is made, with its branches, marks and\n"
            "what was changed; the manual page recordings says where and how long.",
        .open = resume,
        .list = list,
    };

    return shell_run(&kind, argc, argv);
}
