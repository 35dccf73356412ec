/*
 * Expressions of somebody who means no good, on a small machine: any text is parsed,
 * checked, evaluated, looked at as something to be set, and completed. Nothing of that may
 * change the machine, and what cannot be done says why. The first byte says where: its
 * bits choose an event, another hart, a text with a beginning only; the machine's digest,
 * which takes long, is asked for by one, too.
 */
#include "observe/ask/expr.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { IN_EVENT = 1, OTHER_HART = 2, BEGINNING = 4, KIND_ONLY = 8, DIGEST = 16 };

static struct run *run;
static struct symbols symbols;
static struct event event;

static void make_machine(void)
{
    struct board_desc desc = board_virt;
    struct board *board;

    desc.harts = 2;
    desc.tlb_entries = 16;
    desc.tlb_ways = 2;
    desc.ram_size = 1 << 16;
    run = run_new();
    board = run_add(run, &desc, NULL);
    assert(board);
    run_reset(run);
    /* Hart 1 is in S-mode and translates: its tables are bytes of all kinds. */
    board->hart[1].mode = MODE_S;
    board->hart[1].csr.satp = UINT64_C(8) << 60 | 0x80000;
    board->hart[1].csr.pmpaddr[0] = BITS(53, 0);
    board->hart[1].csr.pmpcfg[0] = 0x1f;
    for (uint32_t i = 0; i < 4096; i++)
        ram_write(&board->bus.ram, 0x80000000 + i, &(uint8_t){(uint8_t)(i * i >> 3)}, 1,
                  INITIATOR_OUTSIDE);
    symbols_add(&symbols, (struct symbol){.address = 0x80000000, .name = "main"});
    symbols_add(&symbols, (struct symbol){.address = 0x80000100, .name = "part.0"});
    symbols_sort(&symbols);
    event = (struct event){.kind = EVENT_DMA_ERROR, .dma_error = {.channel = 2}};
}

static void count_offer(void *ctx, const char *name)
{
    assert(name[0]);
    ++*(unsigned *)ctx;
}

static void use(const struct expr *expr, const struct expr_scope *scope)
{
    struct err err = {0}, none = {0};
    struct lvalue lvalue;
    uint64_t value = 0;
    bool known = expr_check(expr, scope, &none);

    assert(known || none.text[0]);
    if (!expr_value(expr, scope, &value, &err))
        assert(err.text[0]);
    err.text[0] = '\0';
    if (expr_lvalue(expr, scope, &lvalue, &err))
        assert(lvalue.kind != LVALUE_NONE);
    else
        assert(err.text[0]);
}

static void parse(const char *text, uint8_t how, const struct expr_scope *scope)
{
    struct err err = {0};
    size_t used = 0;
    struct expr *expr =
        how & BEGINNING ? expr_parse(text, &used, &err) : expr_parse_all(text, &err);

    assert(used <= strlen(text));
    if (expr)
        use(expr, scope);
    else
        assert(err.text[0]);
    expr_free(expr);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct expr_scope scope = {.kind = EVENT_KINDS};
    uint8_t how = size ? data[0] : 0;
    unsigned offers = 0;
    uint64_t before;
    char *text;

    if (!run)
        make_machine();
    before = how & DIGEST ? run_digest(run) : 0;
    scope.run = run;
    scope.symbols = &symbols;
    scope.hart = how & OTHER_HART ? 1 : 0;
    if (how & IN_EVENT)
        scope.event = &event;
    else if (how & KIND_ONLY)
        scope.kind = EVENT_DMA_ERROR;
    text = calloc(size + 1, 1);
    if (size)
        memcpy(text, data + 1, size - 1);
    parse(text, how, &scope);
    expr_complete(text, &scope, count_offer, &offers);
    assert(!(how & DIGEST) || run_digest(run) == before);
    free(text);
    return 0;
}
