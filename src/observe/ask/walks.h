#ifndef OBSERVE_ASK_WALKS_H
#define OBSERVE_ASK_WALKS_H

#include "machine/hart/hart.h"

/*
 * Walks of a hart that only look: tables are read as they are, A and D are not set, nobody
 * waits, nothing is kept. For those of an IOMMU see iommu_look.
 */

/* As whom the hart makes an access now; M-mode asks what S-mode would find. */
struct walk_request look_request(const struct hart *hart, uint64_t va, uint8_t access);

/* Walks, whatever the TLB holds; `tell` (NULL: nobody) is told of each entry. What is
 * walked is left in *stages. */
struct translation look_walk(const struct hart *hart, struct walk_request request,
                             void (*tell)(void *ctx, const struct walk_step *step),
                             void *ctx, struct stages *stages);

#endif
