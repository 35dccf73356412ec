#include "observe/exits/exit_groups.h"

#include "base/alloc.h"
#include "observe/exits/exit_words.h"

#include <stdlib.h>
#include <string.h>

/* The device that the guest accessed, or that has interrupted; else the cause. */
static void put_device(struct buf *out, const struct narrator *narrator,
                       const struct exit_class *class)
{
    const struct board *board = narrator->run->board[0];
    const struct device *device = NULL;

    if (exit_is_page_fault(class->cause))
        device = exit_device(board, class->subject);
    else if (exit_is_external(class->cause))
        device = exit_driver(board, (unsigned)class->subject);
    if (device && exit_is_external(class->cause))
        buf_printf(out, "interrupt of %s", device->name);
    else if (device)
        buf_text(out, device->name);
    else if (exit_is_page_fault(class->cause))
        exit_put_place(out, narrator, 0, class->subject, false);
    else if (class->cause == CAUSE_ECALL_VS)
        buf_text(out, "SBI");
    else
        exit_put_cause(out, class->cause);
}

void exit_put_key(struct buf *out, const struct narrator *narrator,
                  const struct exit_class *class, enum exit_by by)
{
    if (by == EXIT_BY_CAUSE || class->cause == EXIT_CAUSE_REST) {
        exit_put_cause(out, class->cause);
    } else if (by == EXIT_BY_GUEST) {
        buf_printf(out, "guest %u", class->vmid);
    } else if (by == EXIT_BY_INSTRUCTION && class->insn) {
        exit_put_instruction(out, class->insn, class->epc);
        buf_text(out, " at ");
        exit_put_address(out, narrator, class->epc);
    } else if (by == EXIT_BY_DEVICE) {
        put_device(out, narrator, class);
    } else {
        exit_put_cause(out, class->cause);
    }
}

static struct exit_group *group_named(struct exit_groups *groups, const char *key)
{
    for (unsigned i = 0; i < groups->count; i++)
        if (strcmp(groups->group[i].key, key) == 0)
            return &groups->group[i];
    groups->group[groups->count].key = alloc_string(key);
    return &groups->group[groups->count++];
}

/* Most cycles first; else by name. */
static int by_cycles(const void *a, const void *b)
{
    const struct exit_group *x = a, *y = b;

    if (x->cost.cycles != y->cost.cycles)
        return x->cost.cycles > y->cost.cycles ? -1 : 1;
    return strcmp(x->key, y->key);
}

struct exit_groups *exit_groups_new(const struct exits *exits,
                                    const struct narrator *narrator, enum exit_by by)
{
    struct exit_groups *groups = alloc_zero(1, sizeof(*groups));
    struct buf key = {0};

    for (unsigned i = 0; i < exits->classes; i++) {
        const struct exit_class *class = &exits->class[i];
        struct exit_group *group;

        buf_clear(&key);
        exit_put_key(&key, narrator, class, by);
        group = group_named(groups, buf_str(&key));
        group->count += class->count;
        exit_add_cost(&group->cost, &class->cost);
    }
    buf_free(&key);
    qsort(groups->group, groups->count, sizeof(groups->group[0]), by_cycles);
    return groups;
}

void exit_groups_free(struct exit_groups *groups)
{
    for (unsigned i = 0; i < groups->count; i++)
        free(groups->group[i].key);
    free(groups);
}
