#include "control/command/where.h"

#include "base/path.h"
#include "control/command/show.h"
#include "observe/ask/peek.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* --- places --------------------------------------------------------------------------------------- */

void where_put_place(struct buf *out, const struct session *session, uint64_t va)
{
    const char *file;
    const struct line *line = show_line(session, va, &file);

    show_address(out, session, va);
    if (line)
        buf_printf(out, ", %s:%" PRIu32, path_base(file), line->line);
}

void where_put_moment(struct buf *out, struct moment moment, uint64_t cycle)
{
    char text[MOMENT_TEXT];

    buf_text(out, "cycle ");
    put_count(out, cycle);
    buf_printf(out, ", %s", moment_text(text, moment, true));
}

void where_put(struct buf *out, const struct session *session)
{
    const struct hart *hart = session_hart(session);

    buf_printf(out, "hart %u %s at ", hart->id, hart->asleep ? "waits" : "is");
    where_put_place(out, session, hart->pc);
    buf_text(out, ", ");
    where_put_moment(out, timeline_now(session->time), timeline_cycle(session->time));
    if (timeline_inside(session->time))
        buf_text(out, ", inside a step");
}

/* A source line without the blanks that only line it up. */
static void put_source(struct buf *out, const char *text, size_t length)
{
    bool blank = false;

    for (size_t i = 0; i < length; i++) {
        if (isspace((unsigned char)text[i])) {
            blank = out->size != 0;
            continue;
        }
        if (blank)
            buf_char(out, ' ');
        blank = false;
        buf_char(out, text[i]);
    }
}

void where_say_next(struct reply *reply, const struct session *session)
{
    const struct hart *hart = session_hart(session);
    struct buf instruction = {0}, source = {0};
    const char *file, *text = NULL;
    const struct line *line = show_line(session, hart->pc, &file);
    size_t length = 0;
    uint32_t bits;

    if (line)
        text = subject_line(&session->subject, file, line->line, &length);
    if (text)
        put_source(&source, text, length);
    if (peek_instruction(hart, hart->pc, &bits, NULL))
        show_instruction(&instruction, session, bits, hart->pc);
    else
        buf_text(&instruction, "an address that cannot be fetched from");
    if (source.size)
        reply_say(reply, "Next: %s (line %" PRIu32 ": %s)", instruction.data,
                  line->line, source.data);
    else
        reply_say(reply, "Next: %s", instruction.data);
    buf_free(&instruction);
    buf_free(&source);
}

/* --- what stopped a move -------------------------------------------------------------------------- */

static void put_values(struct buf *out, const struct stop_hit *hit)
{
    int digits = hit->stop->length < 8 ? (int)(2 * hit->stop->length) : 16;

    if (hit->before == hit->after)
        buf_printf(out, "0x%0*" PRIx64 " as before", digits, hit->after);
    else
        buf_printf(out, "0x%0*" PRIx64 " became 0x%0*" PRIx64, digits, hit->before,
                   digits, hit->after);
}

/* Watchpoints and catchpoints say what happened; a breakpoint is where the hart is. */
static void put_hit(struct buf *out, const struct session *session,
                    const struct stop_hit *hit)
{
    const struct stop *stop = hit->stop;
    bool writes =
        stop->kind == STOP_WRITE || (stop->kind == STOP_ACCESS && !hit->has_event);

    if (stop->kind == STOP_PC) {
        buf_printf(out, "Breakpoint %u: ", stop->number);
    } else if (stop->kind == STOP_EVENT) {
        buf_printf(out, "Catchpoint %u: ", stop->number);
        narrate(out, &session->narrator, &hit->event);
        buf_text(out, "; ");
    } else {
        buf_printf(out, "Watchpoint %u: ", stop->number);
        put_initiator(out, &session->narrator, stop->board, hit->initiator);
        buf_printf(out, " %s 0x%" PRIx64, writes ? "wrote" : "read", hit->pa);
        if (writes) {
            buf_text(out, ", ");
            put_values(out, hit);
        }
        buf_text(out, "; ");
    }
}

static void put_hits(struct buf *out, const struct session *session,
                     const struct move *move)
{
    put_hit(out, session, &move->hit[0]);
    where_put(out, session);
    for (unsigned i = 1; i < move->hits; i++)
        buf_printf(out, "%s %u", i == 1 ? "; also at" : " and",
                   move->hit[i].stop->number);
}

/* A condition without a value stops, too. */
static void say_conditions(struct reply *reply, const struct move *move)
{
    if (move->no_value[0])
        reply_say(reply, "The condition has no value here: %s.", move->no_value);
    for (unsigned i = 0; i < move->hits; i++) {
        struct buf text = {0};

        stop_hit_put_no_value(&text, &move->hit[i]);
        if (text.size)
            reply_say(reply, "%s", text.data);
        buf_free(&text);
    }
}

/* --- how a move ended -------------------------------------------------------------------------------- */

static void put_finish(struct buf *out, const struct session *session)
{
    const struct board *board = session_board(session);

    if (board->restart)
        buf_text(out, "The run has ended: software asked for a reset; ");
    else
        buf_printf(out, "The run has ended with exit code %" PRIu32 "; ",
                   board->exit_code);
}

static void put_end(struct buf *out, const struct session *session,
                    const struct move *move, const char *none)
{
    switch (move->end) {
    case MOVE_DONE:
    case MOVE_STOPPED:
        break;
    case MOVE_LIMIT:
        buf_text(out, "The scenario's limit of ");
        put_count(out, session->subject.cycles);
        buf_text(out, " cycles is reached; ");
        break;
    case MOVE_FINISHED:
        put_finish(out, session);
        break;
    case MOVE_NOTHING:
        buf_text(out, "Nothing can happen any more: every hart waits and nothing is "
                      "due; ");
        break;
    case MOVE_BEGINNING:
        buf_text(out, "This is the beginning of the run; ");
        break;
    case MOVE_NOT_FOUND:
        buf_printf(out, "%s; ", none);
        break;
    case MOVE_INTERRUPTED:
        buf_text(out, "Interrupted; ");
        break;
    }
}

static void say(struct reply *reply, struct buf *text)
{
    size_t word = text->data ? strcspn(text->data, " ") : 0;

    /* A name as "ata0" stays as it is. */
    if (word && !isdigit((unsigned char)text->data[word - 1]))
        text->data[0] = (char)toupper((unsigned char)text->data[0]);
    reply_say(reply, "%s.", buf_str(text));
    buf_free(text);
}

void where_say_move(struct reply *reply, const struct session *session,
                    const struct move *move, const char *none)
{
    struct buf text = {0};

    if (move->end == MOVE_STOPPED) {
        put_hits(&text, session, move);
    } else {
        if (move->end == MOVE_DONE && move->has_event) {
            narrate(&text, &session->narrator, &move->event);
            buf_text(&text, "; ");
        }
        put_end(&text, session, move, none);
        where_put(&text, session);
    }
    say(reply, &text);
    say_conditions(reply, move);
    if (move->other_hart)
        reply_say(reply, "Commands are about hart %u now.", session->hart);
    if (session->subject.scenario && trial_error(&session->subject.trial))
        reply_say(reply,
                  "A callback of the scenario has failed, and none is called any "
                  "more: %s.",
                  trial_error(&session->subject.trial));
    if (move->end != MOVE_FINISHED)
        where_say_next(reply, session);
}
