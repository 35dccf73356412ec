#ifndef OBSERVE_EXITS_EXIT_GROUPS_H
#define OBSERVE_EXITS_EXIT_GROUPS_H

#include "observe/exits/exits.h"
#include "observe/narrate.h"

/* Exits that have something in common, counted together. */
enum exit_by { EXIT_BY_CAUSE, EXIT_BY_INSTRUCTION, EXIT_BY_DEVICE, EXIT_BY_GUEST };

/* What exits of a class have in common with others, as text: "guest 1", "ata0". */
void exit_put_key(struct buf *out, const struct narrator *narrator,
                  const struct exit_class *class, enum exit_by by);

struct exit_group {
    char *key;
    uint64_t count;
    struct exit_cost cost;
};

struct exit_groups {
    unsigned count;
    struct exit_group group[EXIT_CLASSES];
};

/* All exits that are over, the group with most cycles first. */
struct exit_groups *exit_groups_new(const struct exits *exits,
                                    const struct narrator *narrator, enum exit_by by);
void exit_groups_free(struct exit_groups *groups);

#endif
