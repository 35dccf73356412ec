#ifndef FACE_REPORT_H
#define FACE_REPORT_H

#include "base/style.h"
#include "control/judge.h"

/* What `ringside run` has found out. */
struct report {
    const struct scenario *scenario;
    unsigned count;
    const struct result *results;
    const struct verdicts *comparisons;
    const uint64_t *event_digests; /* by result; NULL: not asked for */
};

bool report_passed(const struct report *report);

/* The report in its forms: a table with bar charts, and what graders read. */
void report_text(struct buf *out, const struct report *report,
                 const struct text_style *style);
void report_json(struct buf *out, const struct report *report);
void report_junit(struct buf *out, const struct report *report);
void report_tap(struct buf *out, const struct report *report);

#endif
