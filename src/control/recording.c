#include "control/recording.h"

#include "base/alloc.h"
#include "control/archiving.h"
#include "control/keepers.h"
#include "observe/record/query.h"
#include "observe/record/scribe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

struct recording {
    struct session *session;
    struct archive *archive;
    struct tape *tape;
    struct scribe scribe;
    struct tally tally;
    struct event_sink sink;
    bool instructions;
};

struct opened {
    struct archive *archive;
    bool replays, complete;
};

static const char recording_key[] = "recording", opened_key[] = "opened";

/* --- writing one --------------------------------------------------------------------------- */

static void take(void *ctx, const struct event *event)
{
    struct recording *recording = ctx;

    tally_take(&recording->tally, event);
    tape_take(recording->tape, event);
}

static bool write_metrics(void *ctx, struct err *err)
{
    struct recording *recording = ctx;
    struct session *session = recording->session;
    static const struct counters beginning;
    struct counters now;
    struct metrics metrics;

    counters_read(&now, session->run, &recording->tally, run_cycle(session->run));
    metrics_between(&metrics, &beginning, &now);
    return about_write_metrics(recording->archive, &metrics, err);
}

/* Metrics are of the furthest moment: while the viewer is before it they stay. */
static void note_metrics(struct recording *recording, struct moment furthest)
{
    if (moment_compare(furthest, moment_of(recording->session->run)) == 0)
        scribe_change(&recording->scribe, write_metrics, recording);
}

static void reached(void *ctx, unsigned branch, struct moment furthest, uint64_t cycle,
                    struct moment viewer)
{
    (void)branch, (void)cycle, (void)viewer;
    note_metrics(ctx, furthest);
}

static const struct keeper metrics_keeper = {.reached = reached};

static bool complain(void *ctx, const char *why)
{
    const struct recording *recording = ctx;

    return keepers_say(recording->session, "From here on not everything is recorded",
                       why);
}

/* Everything stops; the file is whole. False: not all of it could be written. */
static bool stop(struct recording *recording, bool leaving, struct err *err)
{
    struct session *session = recording->session;
    struct err first = {0};
    bool ok = true;

    recording->scribe.complain = NULL;
    keepers_remove(session, &recording->scribe);
    keepers_remove(session, recording);
    timeline_remove_appender(session->time, recording->sink);
    if (recording->scribe.archive) {
        note_metrics(recording, timeline_furthest(session->time));
        ok = scribe_write_all(&recording->scribe, &first);
    }
    if (recording->scribe.err.text[0] && ok)
        ok = err_set(&first, "%s", recording->scribe.err.text);
    if (recording->tape)
        ok = tape_close(recording->tape, first.text[0] ? NULL : &first) && ok;
    if (ok)
        ok = about_complete(recording->archive, &first);
    if (!ok && leaving && !recording->scribe.told)
        keepers_say(session, "The recording is not whole", first.text);
    archive_close(recording->archive);
    free(recording);
    return ok || err_set(err, "the recording is not whole: %s", first.text);
}

/* Nobody reads an answer: what went wrong is told. */
static void release(void *data)
{
    stop(data, true, NULL);
}

/* What has been on this branch so far. */
static bool catch_up(struct recording *recording, struct err *err)
{
    struct timeline *time = recording->session->time;
    static const struct moment beginning;

    return timeline_replay(time, beginning, timeline_furthest(time), recording->sink) ||
           err_set(err, "interrupted: nothing is recorded");
}

static bool start(struct recording *recording, struct err *err)
{
    struct session *session = recording->session;
    const struct archiving what = {
        .events = true, .instructions = recording->instructions, .files = true};

    if (!archive_session(recording->archive, session, &what, err))
        return false;
    scribe_begin(&recording->scribe, recording->archive, session->time, NULL);
    recording->scribe.complain = complain;
    recording->scribe.complain_ctx = recording;
    if (!scribe_write_all(&recording->scribe, err) ||
        !archive_made(recording->archive, err))
        return false;
    recording->tape = tape_new(recording->archive, session->time, err);
    if (!recording->tape || !catch_up(recording, err))
        return false;
    recording->scribe.tape = recording->tape;
    timeline_add_appender(session->time, recording->sink);
    return (keepers_add(session, &scribe_keeper, &recording->scribe) &&
            keepers_add(session, &metrics_keeper, recording)) ||
           err_set(err, "too many keep this run");
}

bool recording_begin(struct session *session, const char *path, bool instructions,
                     struct err *err)
{
    struct recording *recording = session_extra(session, recording_key);
    struct archive *archive;

    if (recording)
        return err_set(err, "'%s' is being recorded already: `record off` ends it",
                       recording->archive->path);
    archive = archive_create(path, false, err);
    if (!archive)
        return false;
    recording = alloc_zero(1, sizeof(*recording));
    recording->session = session;
    recording->archive = archive;
    recording->instructions = instructions;
    recording->sink = (struct event_sink){
        instructions ? EVENT_ALL : EVENT_ALL & ~EVENT_BIT(EVENT_INSN), take, recording};
    if (!start(recording, err)) {
        stop(recording, false, NULL);
        unlink(path);
        return false;
    }
    session_set_extra(session, recording_key, recording, release);
    return true;
}

/* --- what is in it --------------------------------------------------------------------------- */

static void say_counts(const struct tape_counts *counts, struct reply *reply)
{
    struct buf text = {0};

    put_count(&text, counts->events);
    buf_text(&text, counts->events == 1 ? " event" : " events");
    if (counts->instructions) {
        buf_text(&text, ", ");
        put_count(&text, counts->instructions);
        buf_text(&text, " of them instructions in ");
        put_count(&text, counts->instruction_bytes);
        buf_text(&text, " bytes");
    }
    reply_say(reply, "It holds %s.", text.data);
    buf_free(&text);
}

bool recording_end(struct session *session, struct reply *reply, struct err *err)
{
    struct recording *recording = session_extra(session, recording_key);
    struct tape_counts counts;
    char *path;
    bool ok;

    if (!recording)
        return err_set(err, "nothing is being recorded");
    path = alloc_string(recording->archive->path);
    tape_settle(recording->tape, NULL);
    counts = tape_counts(recording->tape);
    session_set_extra(session, recording_key, recording, NULL);
    ok = stop(recording, false, err);
    session_set_extra(session, recording_key, NULL, NULL);
    if (ok && reply) {
        reply_say(reply, "The recording %s is closed.", path);
        say_counts(&counts, reply);
    }
    free(path);
    return ok;
}

void recording_info(const struct session *session, struct reply *reply)
{
    const struct recording *recording = session_extra(session, recording_key);
    const struct opened *opened = session_extra(session, opened_key);
    struct tape_counts counts;

    if (opened)
        reply_say(reply, "This run was opened from %s%s.", opened->archive->path,
                  opened->replays ? ""
                                  : ", for reading only: this version of Ringside does "
                                    "not do what was recorded");
    if (opened && !opened->complete)
        reply_say(reply,
                  "It was not closed: it was cut off, or goes on; what came last "
                  "may be missing.");
    if (!recording) {
        reply_say(reply, "Nothing is being recorded.");
        return;
    }
    tape_settle(recording->tape, NULL);
    counts = tape_counts(recording->tape);
    reply_say(reply, "The run is recorded in %s, %s instructions.",
              recording->archive->path, recording->instructions ? "with" : "without");
    if (recording->scribe.err.text[0])
        reply_say(reply, "Not all of it could be written: %s.",
                  recording->scribe.err.text);
    else
        say_counts(&counts, reply);
}

/* --- one that was opened ---------------------------------------------------------------------- */

static void release_opened(void *data)
{
    struct opened *opened = data;

    archive_close(opened->archive);
    free(opened);
}

void recording_opened(struct session *session, struct archive *archive, bool replays,
                      bool complete)
{
    struct opened *opened = alloc_zero(1, sizeof(*opened));

    *opened = (struct opened){archive, replays, complete};
    session_set_extra(session, opened_key, opened, release_opened);
}

/* --- questions -------------------------------------------------------------------------------- */

enum {
    WINDOW_EVENTS = 1000000,      /* instructions whose events are gathered */
    WINDOW_INSTRUCTIONS = 100000, /* the same, if they themselves are asked about */
    QUERY_ROWS = 10000,
    QUERY_SECONDS = 120
};

/* As a move of that line that is cut short. */
static bool is_interrupted(void *ctx)
{
    struct session *session = ctx;
    struct interrupt interrupt = timeline_interrupt(session->time);

    if (!interrupt.came || !interrupt.came(interrupt.ctx))
        return false;
    session->interrupted = true;
    return true;
}

static bool query(struct session *session, struct archive *archive, const char *text,
                  struct reply *reply, struct err *err)
{
    const struct query_limits limits = {.rows = QUERY_ROWS,
                                        .seconds = QUERY_SECONDS,
                                        .interrupted = is_interrupted,
                                        .ctx = session};

    return query_run(archive, text, &limits, reply, err);
}

static bool query_written(struct recording *recording, const char *text,
                          struct reply *reply, struct err *err)
{
    struct archive *reader;
    bool ok;

    if (!tape_settle(recording->tape, err))
        return false;
    reader = archive_reader(recording->archive, err);
    if (!reader)
        return false;
    reply_say(reply, "Of the recording %s, which goes on.", recording->archive->path);
    ok = query(recording->session, reader, text, reply, err);
    archive_close(reader);
    return ok;
}

/* --- the live run: a window of it is replayed into a database in memory --- */

struct window {
    struct session *session;
    struct moment from, to;
    bool instructions;
    struct tape *tape;
    struct tally tally;
    struct counters before;
};

static void take_window(void *ctx, const struct event *event)
{
    struct window *window = ctx;

    tally_take(&window->tally, event);
    tape_take(window->tape, event);
}

static void read_before(void *ctx, struct run *run)
{
    struct window *window = ctx;
    static const struct tally nothing;

    counters_read(&window->before, run, &nothing, run_cycle(run));
}

static bool write_window_metrics(struct window *window, struct archive *archive,
                                 struct err *err)
{
    struct session *session = window->session;
    struct counters now;
    struct metrics metrics;

    if (!timeline_peek_at(session->time, window->from, read_before, window))
        return err_set(err, "interrupted");
    counters_read(&now, session->run, &window->tally, timeline_cycle(session->time));
    metrics_between(&metrics, &window->before, &now);
    return about_write_metrics(archive, &metrics, err);
}

static bool fill_window(struct window *window, struct archive *archive, struct err *err)
{
    struct session *session = window->session;
    const struct archiving what = {.events = true,
                                   .instructions = window->instructions};
    struct event_sink sink = {window->instructions ? EVENT_ALL
                                                   : EVENT_ALL & ~EVENT_BIT(EVENT_INSN),
                              take_window, window};
    bool ok;

    if (!archive_session(archive, session, &what, err) ||
        !history_write(archive, session->time, err))
        return false;
    window->tape = tape_new(archive, session->time, err);
    if (!window->tape)
        return false;
    ok = timeline_replay(session->time, window->from, window->to, sink) ||
         err_set(err, "interrupted");
    return tape_close(window->tape, ok ? err : NULL) && ok &&
           write_window_metrics(window, archive, err);
}

static void say_window(const struct window *window, struct reply *reply)
{
    char from[MOMENT_TEXT], to[MOMENT_TEXT];

    moment_text(from, window->from, true);
    moment_text(to, window->to, true);
    if (window->from.retired == 0)
        reply_say(reply, "Of the run from its beginning to %s.", to);
    else
        reply_say(reply,
                  "Of a part of the run, from %s to %s (sql/N takes the last N "
                  "instructions).",
                  from, to);
}

/* SQL does not tell small letters from capitals. */
static bool is_about_instructions(const char *query)
{
    while (*query && strncasecmp(query, "insn", 4) != 0)
        query++;
    return *query;
}

static bool query_window(struct session *session, const char *text, uint64_t most,
                         struct reply *reply, struct err *err)
{
    struct window window = {.session = session,
                            .to = timeline_now(session->time),
                            .instructions = is_about_instructions(text)};
    struct archive *archive = archive_memory(err);
    bool ok;

    if (!archive)
        return false;
    if (!most)
        most = window.instructions ? WINDOW_INSTRUCTIONS : WINDOW_EVENTS;
    if (window.to.retired > most)
        window.from.retired = window.to.retired - most;
    ok = fill_window(&window, archive, err);
    if (ok) {
        say_window(&window, reply);
        ok = query(session, archive, text, reply, err);
    }
    archive_close(archive);
    return ok;
}

bool recording_query(struct session *session, const char *text, uint64_t window,
                     struct reply *reply, struct err *err)
{
    struct recording *recording = session_extra(session, recording_key);
    struct opened *opened = session_extra(session, opened_key);

    if (recording && !window)
        return query_written(recording, text, reply, err);
    if (!opened || window)
        return query_window(session, text, window, reply, err);
    reply_say(reply, "Of the recording %s.", opened->archive->path);
    return query(session, opened->archive, text, reply, err);
}
