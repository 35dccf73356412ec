/* How `about` may go on, but for expressions. */
#include "control/command/about.h"
#include "observe/exits/guest_folds.h"

#include <inttypes.h>
#include <stdio.h>

struct offering {
    void (*offer)(void *ctx, const char *word);
    void *ctx;
};

static void offer_number(const struct offering *to, const char *word, uint64_t number)
{
    char text[48];

    snprintf(text, sizeof(text), "%s %" PRIu64, word, number);
    to->offer(to->ctx, text);
}

static void offer_name(const struct offering *to, const char *word, const char *name)
{
    struct buf text = {0};

    buf_printf(&text, "%s %s", word, name);
    to->offer(to->ctx, text.data);
    buf_free(&text);
}

static void offer_parts(const struct offering *to, const struct session *session)
{
    const struct board *board = session_board(session);
    const struct exits *exits = &session->guests->exits;

    for (unsigned i = 0; i < board->harts; i++)
        offer_number(to, "hart", i);
    to->offer(to->ctx, "ram");
    to->offer(to->ctx, "bus");
    for (unsigned i = 0; i < board->devices; i++)
        to->offer(to->ctx, board->device[i]->name);
    for (unsigned i = 0; i < EXIT_VMIDS; i++)
        if (exits->guest[i].entries)
            offer_number(to, "guest", i);
    for (unsigned i = 0; i < session->subject.regions; i++)
        to->offer(to->ctx, session->subject.region[i].name);
}

static void take_irq(void *ctx, const char *word)
{
    offer_name(ctx, "irq", word);
}

static void offer_happenings(struct offering *to, const struct session *session)
{
    const struct exits *exits = &session->guests->exits;
    uint64_t first = exits->ended > EXITS_KEPT ? exits->ended - EXITS_KEPT + 1 : 1;

    ask_offer_sources(session, take_irq, to);
    for (uint64_t n = first; n <= exits->ended; n++)
        offer_number(to, "exit", n);
    for (unsigned i = 0; i < EVENT_KINDS; i++)
        to->offer(to->ctx, event_infos[i].name);
    for (unsigned i = 0; i < METRICS; i++)
        offer_name(to, "metric", metric_infos[i].name);
    for (unsigned i = 0; i < timeline_marks(session->time); i++)
        to->offer(to->ctx, timeline_mark_info(session->time, i)->name);
}

static void offer_names(const struct offering *to, const struct session *session)
{
    const struct symbols *symbols = session->subject.symbols;
    struct topic topic;

    for (unsigned n = 0; session->topic && session->topic(n, &topic); n++)
        to->offer(to->ctx, topic.name);
    for (size_t i = 0; symbols && i < symbols->places; i++)
        offer_name(to, "code", symbols->symbol[i].name);
}

void about_offer(const struct session *session,
                 void (*offer)(void *ctx, const char *word), void *ctx)
{
    struct offering to = {offer, ctx};

    offer_parts(&to, session);
    offer_happenings(&to, session);
    offer_names(&to, session);
}
