/*
 * Two-stage translation (Privileged 1.13, 15.5): the VS-stage makes a guest physical
 * address of a virtual one, the G-stage a physical address of that. The tables of the
 * VS-stage are the guest's and lie at guest physical addresses, so whoever walks them
 * needs the G-stage at each step:
 *
 *     va --VS-stage--> gpa ------------------G-stage--> pa
 *            |  level 2: the entry's gpa ----G-stage--> read it
 *            |  level 1: the entry's gpa ----G-stage--> read it
 *            |  level 0: the entry's gpa ----G-stage--> read it
 *
 * With three levels in both that is 3 * (3 + 1) + 3 = 15 entries. In the code it is one
 * walk whose table reads are walked: the VS-stage's `tables` translate by the G-stage
 * what the walk gives them, and then read there.
 *
 * All accesses of the G-stage are U-mode's. Those to tables are loads, or stores to set A
 * and D, whatever the access that made them necessary; they are implicit, and MXR, which
 * is for explicit loads, does not help them (15.5.1).
 */
#include "machine/translate/stages.h"

#include <stddef.h>

/* The VS-stage's way to its tables. */
struct nested {
    const struct stages *stages;
    struct translation *end;
    uint64_t at; /* where the last entry was found, physical; 0: it was not */
};

/* gpa to *pa. WALK_LEAF, or why not; *found is the leaf. */
static enum walk_outcome translate_guest(const struct stages *stages, uint64_t gpa,
                                         struct walk_rights rights,
                                         struct walk_found *found, uint64_t *pa)
{
    *pa = gpa;
    if (!stages->g.format)
        return WALK_LEAF;
    if (!walk_is_address(stages->g.format, gpa))
        return WALK_NOT_VALID;
    *found = walk_follow(&(struct walk){.tables = stages->tables,
                                        .format = stages->g.format,
                                        .stage = STAGE_G,
                                        .va = gpa,
                                        .root = stages->g.root,
                                        .rights = rights});
    *pa = walk_target(found, gpa);
    return found->outcome;
}

/* Finds an entry of the VS-stage's tables for a load or store. WALK_NEXT, or how it ends
 * the walk of the VS-stage. */
static enum walk_outcome find_entry(struct nested *nested, uint64_t gpa,
                                    enum reaching reaching)
{
    struct translation *end = nested->end;
    struct walk_rights rights = {
        .access = reaching == REACHING_TABLE_WRITE ? ACCESS_STORE : ACCESS_LOAD,
        .user = true,
        .adue = nested->stages->g.rights.adue};
    struct walk_found found;
    enum walk_outcome outcome =
        translate_guest(nested->stages, gpa, rights, &found, &nested->at);

    end->gpa = gpa;
    end->reaching = reaching;
    if (outcome == WALK_LEAF)
        return WALK_NEXT;
    nested->at = 0;
    end->stage = STAGE_G;
    end->outcome = outcome;
    return outcome == WALK_ACCESS_FAULT ? WALK_ACCESS_FAULT : WALK_GUEST_FAULT;
}

static enum walk_outcome nested_read(void *ctx, uint64_t at, uint64_t *entry)
{
    struct nested *nested = ctx;
    const struct walk_tables *memory = nested->stages->tables;
    enum walk_outcome found = find_entry(nested, at, REACHING_TABLE);

    return found == WALK_NEXT ? memory->read(memory->ctx, nested->at, entry) : found;
}

static enum walk_outcome nested_set(void *ctx, uint64_t at, uint64_t entry,
                                    uint64_t bits, bool *changed)
{
    struct nested *nested = ctx;
    const struct walk_tables *memory = nested->stages->tables;
    enum walk_outcome found = find_entry(nested, at, REACHING_TABLE_WRITE);

    if (found != WALK_NEXT)
        return found;
    return memory->set(memory->ctx, nested->at, entry, bits, changed);
}

static void nested_tell(void *ctx, const struct walk_step *step)
{
    struct nested *nested = ctx;
    const struct walk_tables *memory = nested->stages->tables;
    struct walk_step found = *step;

    if (!memory->tell)
        return;
    found.gpa = step->at;
    found.at = nested->at;
    memory->tell(memory->ctx, &found);
}

/* va to *gpa by the VS-stage, or by the only one. False: `end` says why not. */
static bool translate_first(const struct stages *stages, struct translation *end,
                            uint64_t *gpa)
{
    struct nested nested = {.stages = stages, .end = end};
    const struct walk_tables through = {
        .ctx = &nested, .read = nested_read, .set = nested_set, .tell = nested_tell};

    *gpa = stages->va;
    if (!stages->vs.format)
        return true;
    end->stage = stages->two ? STAGE_VS : STAGE_ONLY;
    end->outcome = WALK_NOT_VALID;
    if (!walk_is_address(stages->vs.format, stages->va))
        return false;
    end->vs =
        walk_follow(&(struct walk){.tables = stages->two ? &through : stages->tables,
                                   .format = stages->vs.format,
                                   .stage = end->stage,
                                   .va = stages->va,
                                   .root = stages->vs.root,
                                   .rights = stages->vs.rights});
    *gpa = walk_target(&end->vs, stages->va);
    /* Where the G-stage has refused, find_entry has said so. */
    if (end->stage != STAGE_G)
        end->outcome = end->vs.outcome;
    return end->vs.outcome == WALK_LEAF;
}

struct translation stages_translate(const struct stages *stages)
{
    struct translation end = {.outcome = WALK_LEAF};
    uint64_t gpa;

    if (!translate_first(stages, &end, &gpa))
        return end;
    end.pa = gpa;
    if (!stages->two)
        return end;
    end.stage = STAGE_G;
    end.reaching = REACHING_PAGE;
    end.gpa = gpa;
    end.outcome = translate_guest(stages, gpa, stages->g.rights, &end.g, &end.pa);
    return end;
}
