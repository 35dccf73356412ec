/* info csr: the table of CSRs (isa/csrs.def) with the values that they have now. */
#include "control/command/info.h"
#include "control/command/show.h"

#include "base/nearest.h"
#include "observe/ask/csr_values.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

/* Numbers say what a CSR is for (Privileged 1.13, 2.1 and the listing in 2.2): bits 9:8
 * are the lowest mode that may use it. */
static const char *group_of(unsigned number)
{
    static const char *const modes[] = {"user", "supervisor", "hypervisor", "machine"};

    if (number >= 0x3a0 && number < 0x3f0)
        return "machine memory protection";
    if (number >= 0x7a0 && number < 0x7b0)
        return "debug triggers";
    if ((number >= 0xb00 && number < 0xb80) || number == CSR_MCOUNTINHIBIT ||
        (number >= 0x323 && number < 0x340))
        return "machine counters";
    if (number >= 0xf00 && number < 0x1000)
        return "machine identity";
    return modes[number >> 8 & 3];
}

/* Counters that count nothing, and what would choose their events. */
static bool is_idle_counter(const struct csr_info *csr)
{
    return strstr(csr->name, "hpmcounter") || strstr(csr->name, "hpmevent");
}

static void value_row(struct table *table, const struct hart *hart,
                      const struct csr_info *csr)
{
    uint64_t value = hart_csr_read(hart, csr->number);
    struct buf fields = {0};

    table_text(table, "%s", group_of(csr->number));
    table_text(table, "%s", csr->name);
    table_number(table, csr->number);
    table_number(table, value);
    csr_fields_words(&fields, csr, value);
    show_text_cell(table, &fields);
    buf_free(&fields);
    table_text(table, "%s", csr->help);
}

static bool is_asked(const char *pattern, const struct csr_info *csr)
{
    if (!pattern)
        return !is_idle_counter(csr);
    if (csr_by_name(pattern, strlen(pattern)))
        return strcmp(csr->name, pattern) == 0;
    if (strpbrk(pattern, "*?["))
        return fnmatch(pattern, csr->name, 0) == 0;
    return strstr(csr->name, pattern);
}

/* All that are asked for; a group's rows stand together. */
static size_t value_rows(struct call *call, const char *pattern)
{
    static const struct column columns[] = {
        {"group", COLUMN_TEXT}, {"name", COLUMN_TEXT},   {"number", COLUMN_HEX},
        {"value", COLUMN_HEX},  {"fields", COLUMN_TEXT}, {"help", COLUMN_TEXT},
        {NULL, COLUMN_TEXT}};
    static const char *const groups[] = {"user",
                                         "supervisor",
                                         "hypervisor",
                                         "machine",
                                         "machine memory protection",
                                         "machine counters",
                                         "machine identity",
                                         "debug triggers"};
    const struct hart *hart = session_hart(call->session);
    struct table *table = reply_table(call->reply, "csrs", columns);

    for (size_t g = 0; g < COUNT(groups); g++)
        for (size_t i = 0; i < csr_infos_count; i++)
            if (strcmp(group_of(csr_infos[i].number), groups[g]) == 0 &&
                is_asked(pattern, &csr_infos[i]) &&
                hart_has_csr(hart, csr_infos[i].number))
                value_row(table, hart, &csr_infos[i]);
    return table->rows;
}

static void field_rows(struct table *table, const struct csr_info *csr, uint64_t value)
{
    for (const struct csr_field *f = csr->fields; f && f->name; f++) {
        struct buf words = {0};

        table_text(table, "%s", f->name);
        if (f->hi == f->lo)
            table_text(table, "%u", f->hi);
        else
            table_text(table, "%u:%u", f->hi, f->lo);
        table_number(table, field_get(value, BITS(f->hi, f->lo)));
        csr_value_words(&words, csr->number, f->hi, f->lo,
                        field_get(value, BITS(f->hi, f->lo)));
        show_text_cell(table, &words);
        buf_free(&words);
        table_text(table, "%s", f->help);
    }
}

/* One CSR, field by field. */
static void tell_one(struct call *call, const struct csr_info *csr)
{
    static const struct column columns[] = {
        {"field", COLUMN_TEXT}, {"bits", COLUMN_TEXT}, {"value", COLUMN_HEX},
        {"means", COLUMN_TEXT}, {"help", COLUMN_TEXT}, {NULL, COLUMN_TEXT}};
    const struct hart *hart = session_hart(call->session);
    uint64_t value = hart_csr_read(hart, csr->number);
    struct buf words = {0};

    csr_value_words(&words, csr->number, 63, 0, value);
    reply_say(call->reply, "%s (0x%03x) of hart %u is 0x%" PRIx64 "%s%s.", csr->name,
              csr->number, hart->id, value, words.size ? ", " : "", buf_str(&words));
    reply_say(call->reply, "It is: %s. Specification: %s.", csr->help, csr->section);
    buf_free(&words);
    value_rows(call, csr->name);
    if (csr->fields)
        field_rows(reply_table(call->reply, "fields", columns), csr, value);
}

static bool unknown(const char *name, struct err *err)
{
    struct nearest nearest = {.wanted = name};
    char hint[96];

    for (size_t i = 0; i < csr_infos_count; i++)
        nearest_offer(&nearest, csr_infos[i].name);
    return err_set(err, "no CSR's name matches '%s'%s", name,
                   nearest_hint(&nearest, hint, sizeof(hint)));
}

bool info_csr(struct call *call, struct err *err)
{
    const char *name = call->given[0].is_given ? call->given[0].text : NULL;
    const struct csr_info *csr = name ? csr_by_name(name, strlen(name)) : NULL;

    if (csr && !hart_has_csr(session_hart(call->session), csr->number))
        return err_set(err, "hart %u has no %s: it has no hypervisor extension",
                       call->session->hart, csr->name);
    if (csr) {
        tell_one(call, csr);
        return true;
    }
    if (!name)
        reply_say(call->reply,
                  "CSRs of hart %u, but the counters that count nothing "
                  "(info csr hpm).",
                  call->session->hart);
    return value_rows(call, name) || unknown(name, err);
}
