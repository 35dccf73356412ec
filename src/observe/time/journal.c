#include "observe/time/journal.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static struct act copy_of(const struct act *act)
{
    struct act copy = *act;

    if (act->bytes) {
        copy.bytes = alloc_zero(act->size, 1);
        memcpy(copy.bytes, act->bytes, act->size);
    }
    copy.reason = act->reason ? alloc_string(act->reason) : NULL;
    return copy;
}

void journal_add(struct journal *journal, const struct act *act)
{
    if (journal->count == journal->room) {
        journal->room = journal->room ? 2 * journal->room : 16;
        journal->act =
            alloc_resize(journal->act, journal->room * sizeof(*journal->act));
    }
    journal->act[journal->count++] = copy_of(act);
}

void journal_copy(struct journal *to, const struct journal *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        journal_add(to, &from->act[i]);
}

void journal_cut(struct journal *journal, size_t count)
{
    while (journal->count > count) {
        journal->count--;
        act_release(&journal->act[journal->count]);
    }
}

void journal_release(struct journal *journal)
{
    journal_cut(journal, 0);
    free(journal->act);
    *journal = (struct journal){0};
}

size_t journal_find(const struct journal *journal, struct moment at)
{
    size_t low = 0, high = journal->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (moment_compare(journal->act[middle].at, at) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
