#ifndef TEACH_COMPARE_REPORT_H
#define TEACH_COMPARE_REPORT_H

#include "base/style.h"
#include "teach/compare/compare.h"

/* A comparison that has been run, in its forms. Each ends with a line end. */
void compare_text(struct buf *out, const struct compare *compare,
                  const struct text_style *style);
void compare_json(struct buf *out, const struct compare *compare);
void compare_csv(struct buf *out, const struct compare *compare);

/* XXH3 of the CSV: the same wherever the same was measured. */
uint64_t compare_digest(const struct compare *compare);

/* XXH3 of a file's bytes. */
uint64_t compare_file_digest(const struct file *file);

/* "-1.25": an error of the model, in percent. */
void compare_put_error(struct buf *out, int64_t hundredths);

#endif
