#ifndef FACE_TUI_VIEW_IRQ_BOXES_H
#define FACE_TUI_VIEW_IRQ_BOXES_H

#include "face/tui/view/irq_path.h"

/* For irq_judge.c: gates joined to the boxes of a path. */

/* What a path is made from. */
struct irq_making {
    const struct watch *watch;
    struct irq_path *path;
    const struct gates *gates;
    unsigned route;
    bool guest; /* the part behind the hypervisor */
};

/* Adds the boxes of that route, and its handler's; whether they stop anything is not
 * judged yet: those that are shut are VERDICT_STOP, all handlers but one that runs are
 * VERDICT_NEXT. */
void irq_add_boxes(const struct irq_making *making);

/* The last change of what a gate is judged by; NULL: none is known. */
const struct irqs_change *irq_change_of(const struct irq_making *making,
                                        const struct gate *gate);

#endif
