#ifndef FACE_TUI_VIEW_EXIT_LEAVES_H
#define FACE_TUI_VIEW_EXIT_LEAVES_H

#include "face/tui/watch/guests.h"
#include "observe/exits/exit_groups.h"

/*
 * All exits so far by guest, cause and what they were about. The order is that of guests'
 * numbers, then that in which causes, and what they are about, came first: what has been
 * shown keeps its place among the others.
 */
struct exit_leaf {
    uint64_t cause, count, epc; /* epc: of one of them; 0: of an interrupt */
    struct exit_cost cost;
    unsigned vmid;
    char about[32]; /* "ata0"; the cause, where there is nothing else to tell */
    char what[72];  /* the instruction and where it is, if they are told apart */
};

struct exit_leaves {
    unsigned count;
    uint64_t exits; /* of all, and what they cost */
    struct exit_cost cost;
    struct exit_leaf leaf[EXIT_CLASSES];
};

/* `only`: "guest 1", a cause or what they are about: those alone, by instruction, the most
 * expensive first; "": all of them. To be freed (free). */
struct exit_leaves *exit_leaves_new(const struct exits *exits,
                                    const struct narrator *narrator, const char *only);

/* Does `about` tell more than the cause? */
bool exit_leaf_tells_more(const struct exit_leaf *leaf);

#endif
