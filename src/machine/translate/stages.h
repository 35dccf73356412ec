#ifndef MACHINE_TRANSLATE_STAGES_H
#define MACHINE_TRANSLATE_STAGES_H

#include "machine/translate/walk.h"

/*
 * Translation in one stage or in two, with all that a fault has to tell. A hart and an
 * IOMMU say how each stage is set up and how memory is reached; what comes out says
 * where the bytes are, or which stage refuses, at which address, and why.
 */

/* One stage, as its register (satp, vsatp, hgatp, ...) sets it up. */
struct stage_setup {
    const struct walk_format *format; /* NULL: Bare, addresses stay what they are */
    uint64_t root;                    /* address of the first table */
    struct walk_rights rights;
};

struct stages {
    const struct walk_tables *tables; /* in memory, by physical addresses */
    bool two;                         /* there is a G-stage, be it Bare */
    struct stage_setup vs, g;         /* vs: the only one, if there are not two */
    uint64_t va;
};

/* What was being done when the translation ended. */
enum reaching {
    REACHING_PAGE,        /* the access itself */
    REACHING_TABLE,       /* reading a table of the VS-stage */
    REACHING_TABLE_WRITE, /* setting A or D in a table of the VS-stage */
};

struct translation {
    enum walk_outcome outcome; /* WALK_LEAF: it is translated */
    enum walk_stage stage;     /* which stage refused, if one did */
    enum reaching reaching;
    uint64_t pa;             /* of the access */
    uint64_t gpa;            /* what the G-stage was asked for last; 0: nothing */
    struct walk_found vs, g; /* the leaves; WALK_NEXT: that stage is Bare */
};

struct translation stages_translate(const struct stages *stages);

#endif
