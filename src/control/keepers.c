#include "control/keepers.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

struct keepers {
    unsigned count;
    struct keeper keeper[KEEPERS];
};

static const char keepers_key[] = "keepers";

static void acted(void *ctx, unsigned branch, const struct act *act)
{
    struct keepers *keepers = ctx;

    for (unsigned i = 0; i < keepers->count; i++)
        if (keepers->keeper[i].acted)
            keepers->keeper[i].acted(keepers->keeper[i].ctx, branch, act);
}

static void branched(void *ctx, unsigned branch)
{
    struct keepers *keepers = ctx;

    for (unsigned i = 0; i < keepers->count; i++)
        if (keepers->keeper[i].branched)
            keepers->keeper[i].branched(keepers->keeper[i].ctx, branch);
}

static void cut(void *ctx, unsigned branch, struct moment at, unsigned kept)
{
    struct keepers *keepers = ctx;

    for (unsigned i = 0; i < keepers->count; i++)
        if (keepers->keeper[i].cut)
            keepers->keeper[i].cut(keepers->keeper[i].ctx, branch, at, kept);
}

static void marked(void *ctx, const struct mark *mark, bool removed)
{
    struct keepers *keepers = ctx;

    for (unsigned i = 0; i < keepers->count; i++)
        if (keepers->keeper[i].marked)
            keepers->keeper[i].marked(keepers->keeper[i].ctx, mark, removed);
}

static void typed(void *ctx, unsigned branch)
{
    struct keepers *keepers = ctx;

    for (unsigned i = 0; i < keepers->count; i++)
        if (keepers->keeper[i].typed)
            keepers->keeper[i].typed(keepers->keeper[i].ctx, branch);
}

static void reached(void *ctx, unsigned branch, struct moment furthest, uint64_t cycle,
                    struct moment viewer)
{
    struct keepers *keepers = ctx;

    for (unsigned i = 0; i < keepers->count; i++)
        if (keepers->keeper[i].reached)
            keepers->keeper[i].reached(keepers->keeper[i].ctx, branch, furthest, cycle,
                                       viewer);
}

static void passed(void *ctx, unsigned branch, struct moment furthest, uint64_t cycle)
{
    struct keepers *keepers = ctx;

    for (unsigned i = 0; i < keepers->count; i++)
        if (keepers->keeper[i].passed)
            keepers->keeper[i].passed(keepers->keeper[i].ctx, branch, furthest, cycle);
}

static struct keepers *make(struct session *session)
{
    struct keepers *keepers = alloc_zero(1, sizeof(*keepers));
    struct keeper all = {.acted = acted,
                         .branched = branched,
                         .cut = cut,
                         .marked = marked,
                         .typed = typed,
                         .reached = reached,
                         .passed = passed,
                         .ctx = keepers};

    session_set_extra(session, keepers_key, keepers, free);
    timeline_set_keeper(session->time, &all);
    return keepers;
}

bool keepers_add(struct session *session, const struct keeper *keeper, void *ctx)
{
    struct keepers *keepers = session_extra(session, keepers_key);

    if (!keepers)
        keepers = make(session);
    if (keepers->count == KEEPERS)
        return false;
    keepers->keeper[keepers->count] = *keeper;
    keepers->keeper[keepers->count++].ctx = ctx;
    return true;
}

void keepers_remove(struct session *session, const void *ctx)
{
    struct keepers *keepers = session_extra(session, keepers_key);

    for (unsigned i = 0; keepers && i < keepers->count; i++)
        if (keepers->keeper[i].ctx == ctx) {
            memmove(&keepers->keeper[i], &keepers->keeper[i + 1],
                    (keepers->count - i - 1) * sizeof(keepers->keeper[0]));
            keepers->count--;
            return;
        }
}

bool keepers_say(const struct session *session, const char *what, const char *why)
{
    struct buf line = {0};

    if (!session->say)
        return false;
    buf_printf(&line, "%s: %s.", what, why);
    session->say(session->say_ctx, buf_str(&line));
    buf_free(&line);
    return true;
}
