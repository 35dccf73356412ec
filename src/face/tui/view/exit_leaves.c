#include "face/tui/view/exit_leaves.h"

#include "base/alloc.h"
#include "observe/exits/exit_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_key(char *text, size_t room, const struct narrator *narrator,
                    const struct exit_class *class, enum exit_by by)
{
    struct buf key = {0};

    exit_put_key(&key, narrator, class, by);
    snprintf(text, room, "%s", buf_str(&key));
    buf_free(&key);
}

static struct exit_leaf leaf_of(const struct narrator *narrator,
                                const struct exit_class *class, bool apart)
{
    struct exit_leaf leaf = {.cause = class->cause,
                             .count = class->count,
                             .epc = class->epc,
                             .vmid = class->vmid,
                             .cost = class->cost};

    put_key(leaf.about, sizeof(leaf.about), narrator, class, EXIT_BY_DEVICE);
    if (apart)
        put_key(leaf.what, sizeof(leaf.what), narrator, class, EXIT_BY_INSTRUCTION);
    return leaf;
}

static bool is_wanted(const struct exit_leaf *leaf, const char *only)
{
    struct buf cause = {0};
    char guest[16];
    bool wanted;

    snprintf(guest, sizeof(guest), "guest %u", leaf->vmid);
    exit_put_cause(&cause, leaf->cause);
    wanted = !only[0] || strcmp(only, guest) == 0 || strcmp(only, leaf->about) == 0 ||
             strcmp(only, buf_str(&cause)) == 0;
    buf_free(&cause);
    return wanted;
}

static void add_leaf(struct exit_leaves *leaves, const struct exit_leaf *leaf)
{
    leaves->exits += leaf->count;
    exit_add_cost(&leaves->cost, &leaf->cost);
    for (unsigned i = 0; i < leaves->count; i++) {
        struct exit_leaf *has = &leaves->leaf[i];

        if (has->vmid != leaf->vmid || has->cause != leaf->cause ||
            strcmp(has->about, leaf->about) != 0 || strcmp(has->what, leaf->what) != 0)
            continue;
        has->count += leaf->count;
        exit_add_cost(&has->cost, &leaf->cost);
        return;
    }
    leaves->leaf[leaves->count++] = *leaf;
}

/* Before the first of a guest with a higher number, behind the last of the same cause. */
static void order(struct exit_leaves *leaves)
{
    for (unsigned i = 1; i < leaves->count; i++) {
        struct exit_leaf leaf = leaves->leaf[i];
        unsigned at = i;

        while (at > 0 && leaves->leaf[at - 1].vmid > leaf.vmid)
            at--;
        for (unsigned j = at; j > 0 && leaves->leaf[j - 1].vmid == leaf.vmid; j--)
            if (leaves->leaf[j - 1].cause == leaf.cause) {
                at = j;
                break;
            }
        memmove(&leaves->leaf[at + 1], &leaves->leaf[at],
                (i - at) * sizeof(leaves->leaf[0]));
        leaves->leaf[at] = leaf;
    }
}

static int by_cycles(const void *a, const void *b)
{
    const struct exit_leaf *x = a, *y = b;

    if (x->cost.cycles != y->cost.cycles)
        return x->cost.cycles > y->cost.cycles ? -1 : 1;
    return strcmp(x->what, y->what);
}

struct exit_leaves *exit_leaves_new(const struct exits *exits,
                                    const struct narrator *narrator, const char *only)
{
    struct exit_leaves *leaves = alloc_zero(1, sizeof(*leaves));

    for (unsigned i = 0; i < exits->classes; i++) {
        struct exit_leaf leaf = leaf_of(narrator, &exits->class[i], only[0] != '\0');

        if (is_wanted(&leaf, only))
            add_leaf(leaves, &leaf);
    }
    if (only[0])
        qsort(leaves->leaf, leaves->count, sizeof(leaves->leaf[0]), by_cycles);
    else
        order(leaves);
    return leaves;
}

bool exit_leaf_tells_more(const struct exit_leaf *leaf)
{
    struct buf cause = {0};
    bool more;

    exit_put_cause(&cause, leaf->cause);
    more = strcmp(leaf->about, buf_str(&cause)) != 0;
    buf_free(&cause);
    return more;
}
