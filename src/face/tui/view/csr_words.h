#ifndef FACE_TUI_VIEW_CSR_WORDS_H
#define FACE_TUI_VIEW_CSR_WORDS_H

#include "base/buf.h"
#include "face/tui/watch/watch.h"

/* A CSR as the view of CSRs has it. */
struct csr_now {
    const struct watch *watch;
    unsigned hart;
    const struct csr_info *info;
    uint64_t value;
    bool changed; /* in what is told of */
    uint64_t old; /* if it has */
};

/* The CSR with that number, as the viewer sees it. */
struct csr_now csr_now(const struct watch *watch, unsigned hart, unsigned number);

/* What it says: a cause, an address with its name, fields by their names; first those that
 * changed, as old▸new. `number`: also the value, where the words do not have it. */
void csr_put_words(struct buf *out, const struct csr_now *csr, bool number);

/* One field, as "M-mode▸U-mode" or "1". */
void csr_put_field(struct buf *out, const struct csr_now *csr,
                   const struct csr_field *field);

/* Did that field change? */
bool csr_field_changed(const struct csr_now *csr, const struct csr_field *field);

#endif
