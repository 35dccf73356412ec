/*
 * Names that could come next. Up to a dot all names of a scope are offered; behind it,
 * what belongs to the hart, CSR, device or register before it.
 */
#include "base/buf.h"
#include "observe/ask/expr_tree.h"
#include "observe/ask/names.h"

#include <stdio.h>
#include <string.h>

enum { HEAD_ROOM = 160 }; /* for what stands before a dot */

struct offering {
    const char *prefix;
    const struct expr_scope *scope;
    void (*offer)(void *ctx, const char *name);
    void *ctx;
    const char *head; /* what stands before each name */
};

static void offer(const struct offering *offering, const char *name, const char *end)
{
    struct buf text = {0};

    buf_printf(&text, "%s%s%s", offering->head, name, end);
    if (strncmp(text.data, offering->prefix, strlen(offering->prefix)) == 0)
        offering->offer(offering->ctx, text.data);
    buf_free(&text);
}

static void offer_of_hart(const struct offering *offering)
{
    for (unsigned i = 0; i < XREGS; i++)
        offer(offering, xreg_names[i], "");
    offer(offering, "pc", "");
    for (size_t i = 0; i < csr_infos_count; i++)
        offer(offering, csr_infos[i].name, "");
}

static void offer_built_ins(const struct offering *offering, bool of_hart)
{
    for (const struct built_in *built_in = built_ins; built_in->name; built_in++)
        if (built_in->of_hart || !of_hart)
            offer(offering, built_in->name, "");
}

static void offer_of_event(const struct offering *offering, enum event_kind kind)
{
    for (const struct event_field *f = event_infos[kind].fields; f->name; f++)
        offer(offering, f->name, "");
    offer(offering, "kind", "");
    offer(offering, "who", "");
}

static void offer_all(const struct offering *offering)
{
    const struct expr_scope *scope = offering->scope;
    const struct board *board = scope_board(scope);
    enum event_kind kind = scope_kind(scope);
    char hart[16];

    if (kind != EVENT_KINDS)
        offer_of_event(offering, kind);
    offer_of_hart(offering);
    offer_built_ins(offering, false);
    for (unsigned i = 0; i < board->harts; i++) {
        snprintf(hart, sizeof(hart), "hart%u.", i);
        offer(offering, hart, "");
    }
    for (unsigned i = 0; i < board->devices; i++)
        if (board->device[i]->type->regs)
            offer(offering, board->device[i]->name, ".");
    for (size_t i = 0; scope->symbols && i < scope->symbols->count; i++)
        offer(offering, scope->symbols->symbol[i].name, "");
}

static void offer_registers(const struct offering *offering,
                            const struct device *device)
{
    const struct regfile *file = device->type->regs;
    char number[16];

    for (size_t i = 0; file && i < file->count; i++) {
        const struct reg *reg = &file->regs[i];

        if (reg->count <= 1)
            offer(offering, reg->name, "");
        for (unsigned n = 0; reg->count > 1 && n < reg->count; n++) {
            snprintf(number, sizeof(number), "[%u]", n + reg->first);
            offer(offering, reg->name, number);
        }
    }
}

static void offer_fields(const struct offering *offering, const struct reg *reg)
{
    for (const struct reg_field *f = reg->fields; f && f->name; f++)
        offer(offering, f->name, "");
}

static void offer_csr_fields(const struct offering *offering,
                             const struct csr_info *csr)
{
    for (const struct csr_field *f = csr->fields; f && f->name; f++)
        offer(offering, f->name, "");
}

/* Behind a dot: `head` is what stands before it. */
static void offer_behind(const struct offering *offering, char *head)
{
    const struct board *board = scope_board(offering->scope);
    const char *dot = strrchr(head, '.');
    const char *last = dot ? dot + 1 : head;
    const struct csr_info *csr = csr_by_name(last, strlen(last));
    const struct device *device = board_device(board, head);
    struct register_place place;

    if (name_hart(head) >= 0) {
        offer_of_hart(offering);
        offer_built_ins(offering, true);
    } else if (csr) {
        offer_csr_fields(offering, csr);
    } else if (device) {
        offer_registers(offering, device);
    } else if (dot && names_find(board, head, &place, NULL)) {
        offer_fields(offering, place.reg);
    }
}

void expr_complete(const char *prefix, const struct expr_scope *scope,
                   void (*taker)(void *ctx, const char *name), void *ctx)
{
    const char *dot = strrchr(prefix, '.');
    const char *end = dot ? dot + 1 : prefix + (*prefix == '$');
    char with_dot[HEAD_ROOM], head[HEAD_ROOM];
    struct offering offering = {prefix, scope, taker, ctx, with_dot};

    if ((size_t)(end - prefix) >= sizeof(head))
        return;
    snprintf(with_dot, sizeof(with_dot), "%.*s", (int)(end - prefix), prefix);
    if (!dot) {
        offer_all(&offering);
        return;
    }
    snprintf(head, sizeof(head), "%.*s", (int)(dot - prefix), prefix);
    offer_behind(&offering, head[0] == '$' ? head + 1 : head);
}
