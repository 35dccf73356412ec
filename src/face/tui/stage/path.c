/* The lowest form: the chain of what happens, from who asks to where it ends. */
#include "face/tui/stage/hart_text.h"
#include "face/tui/stage/parts.h"
#include "face/tui/stage/scene.h"

#include "face/tui/watch/places.h"
#include "machine/dma/dma.h"
#include "machine/iommu/iommu.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    LINKS = 3,
    GUTTER = 9,
    GUTTER_LEAST = 100,
    BOX_MOST = 38,
    WIRE_LEAST = 10,
    WIRE_WIDE = 17
};

/* A box of the chain, and the wire to the next one. */
struct link {
    struct end end;
    char line[PART_WIDTH + 8]; /* inside */
    char below[TRANSACTION_LABEL];
    char wire[16]; /* the word in the wire behind it */
    enum weight weight;
    bool back, asks; /* the arrow points back; who asks is at this end */
    enum role role;
};

struct chain {
    int links;
    struct link link[LINKS];
};

/* --- words ------------------------------------------------------------------------------ */

static void end_title(char title[40], const struct watch *watch, struct end end)
{
    if (end.part == PART_HART)
        snprintf(title, 40, "hart %u", end.index);
    else if (end.part == PART_RAM)
        snprintf(title, 40, "RAM");
    else if (end.part == PART_DEVICE)
        snprintf(title, 40, "%s",
                 part_title(watch, watch->board->device[end.index], BOX_MOST));
    else
        snprintf(title, 40, "machine");
}

static void end_line(struct link *link, const struct watch *watch, uint64_t pa)
{
    struct part_text text = {0};
    struct ram_place place;
    struct buf insn = {0};

    if (link->end.part == PART_HART) {
        hart_put_insn(&insn, watch, link->end.index);
        snprintf(link->line, sizeof(link->line), "%s", buf_str(&insn));
    } else if (link->end.part == PART_RAM) {
        if (pa && watch_place(watch, pa, &place))
            snprintf(link->line, sizeof(link->line), "%08" PRIx64 " %s", pa,
                     place.name);
        else if (pa)
            snprintf(link->line, sizeof(link->line), "%08" PRIx64, pa);
    } else if (link->end.part == PART_DEVICE) {
        const struct device *device = watch->board->device[link->end.index];

        part_form(device)->fill(watch, device, BOX_MOST, &text);
        snprintf(link->line, sizeof(link->line), "%s",
                 text.lines ? text.line[0].text : "");
    }
    buf_free(&insn);
}

static struct link *add_link(struct chain *chain, const struct watch *watch,
                             struct end end, uint64_t pa)
{
    struct link *link = &chain->link[chain->links++];

    *link = (struct link){.end = end, .weight = WEIGHT_IDLE, .role = ROLE_RULE};
    end_line(link, watch, pa);
    return link;
}

static void set_wire(struct link *link, const char *word, enum weight weight,
                     enum role role)
{
    snprintf(link->wire, sizeof(link->wire), "%.15s", word);
    link->weight = weight;
    link->role = role;
}

/* --- chains ----------------------------------------------------------------------------- */

/* The IOMMU that the asker is behind. */
static struct end iommu_behind(const struct watch *watch, struct end asker)
{
    const struct device *iommu =
        asker.part == PART_DEVICE
            ? stage_iommu_of(watch, watch->board->device[asker.index])
            : NULL;

    return iommu ? end_of_device(iommu->index) : (struct end){PART_NONE, 0};
}

static const char *verb(const struct transaction *now)
{
    return now->to_asker ? "read" : now->stopped ? "access" : "write";
}

static void bus_chain(struct chain *chain, const struct watch *watch,
                      const struct transaction *now)
{
    struct end iommu = iommu_behind(watch, now->asker);
    struct link *link = add_link(chain, watch, now->asker, 0);
    bool at_iommu = iommu.part != PART_NONE && now->target.part == PART_DEVICE &&
                    now->target.index == iommu.index;

    set_wire(link, verb(now), WEIGHT_NOW, now->role);
    link->asks = true;
    link->back = now->to_asker;
    snprintf(link->below, sizeof(link->below), "%s",
             now->stopped       ? ""
             : now->label[1][0] ? now->label[1]
                                : now->label[0]);
    if (iommu.part != PART_NONE) {
        link = add_link(chain, watch, iommu, 0);
        if (at_iommu)
            set_wire(link, now->stopped ? "no bus" : "then", WEIGHT_NEXT, ROLE_QUIET);
        else
            set_wire(link, verb(now), WEIGHT_NOW, now->role);
        link->back = now->to_asker;
    }
    link = add_link(chain, watch, at_iommu ? now->beyond : now->target,
                    now->stopped ? 0 : now->pa);
    if (now->stopped)
        snprintf(link->line, sizeof(link->line), "not touched");
}

static void irq_chain(struct chain *chain, const struct watch *watch,
                      const struct transaction *now)
{
    char word[16];
    struct link *link = add_link(chain, watch, now->asker, 0);

    snprintf(word, sizeof(word), "irq %u %s", now->source, now->level ? "1" : "0");
    set_wire(link, word, WEIGHT_NOW, now->role);
    link = add_link(chain, watch, now->target, 0);
    set_wire(link, "", WEIGHT_IDLE, ROLE_RULE);
    add_link(chain, watch, (struct end){PART_HART, (uint8_t)watch->hart}, 0);
}

static struct chain chain_of(const struct watch *watch, const struct transaction *now)
{
    struct chain chain = {0};
    struct link *link;
    const struct device *dma = watch_device(watch, "dma", 0);

    if (now->way == WAY_BUS) {
        bus_chain(&chain, watch, now);
    } else if (now->way == WAY_IRQ) {
        irq_chain(&chain, watch, now);
    } else if (now->way == WAY_HART || now->way == WAY_LOCAL) {
        link = add_link(&chain, watch, now->asker, 0);
        set_wire(link, now->level ? "line high" : "line low", WEIGHT_NOW, now->role);
        add_link(&chain, watch, now->target, 0);
    } else if (now->way == WAY_REQUEST) {
        link = add_link(&chain, watch, now->asker, 0);
        set_wire(link, "request", now->level ? WEIGHT_NOW : WEIGHT_IDLE, now->role);
        if (dma)
            add_link(&chain, watch, end_of_device(dma->index), 0);
    } else {
        add_link(&chain, watch,
                 now->way == WAY_NONE ? (struct end){PART_HART, (uint8_t)watch->hart}
                                      : now->asker,
                 now->has_pa ? now->pa : 0);
    }
    return chain;
}

/* --- drawing ---------------------------------------------------------------------------- */

static void draw_wire(struct canvas *canvas, int row, int from, int to,
                      const struct link *link)
{
    int width = text_width(link->wire), middle = (from + to - width) / 2;

    for (int col = from; col <= to; col++)
        canvas_put(canvas, row, col, link->role,
                   link->weight == WEIGHT_NOW    ? L'━'
                   : link->weight == WEIGHT_NEXT ? L'┄'
                                                 : L'─');
    if (link->asks)
        canvas_put(canvas, row, from, link->role, L'●');
    if (link->weight != WEIGHT_NEXT)
        canvas_put(canvas, row, link->back ? from + link->asks : to, link->role,
                   link->back ? L'◂' : L'▸');
    if (width && width + 6 <= to - from)
        canvas_printf(canvas, row, middle - 1, width + 2,
                      link->weight == WEIGHT_NOW ? ROLE_HEAD : ROLE_QUIET, " %s ",
                      link->wire);
}

static void draw_link(const struct watch *watch, struct canvas *canvas, struct area box,
                      const struct link *link)
{
    char title[40];
    bool stop = strncmp(link->line, "STOP", 4) == 0;

    canvas_box(canvas, box, ROLE_RULE);
    end_title(title, watch, link->end);
    canvas_printf(canvas, box.row, box.col + 2, box.cols - 4, ROLE_HEAD, " %s ", title);
    canvas_text(canvas, box.row + 1, box.col + 2, box.cols - 4,
                stop ? ROLE_STOP : ROLE_TEXT, link->line);
    if (link->end.part == PART_HART)
        snprintf(title, sizeof(title), "hart %u", link->end.index);
    else
        snprintf(title, sizeof(title), "%s",
                 link->end.part == PART_DEVICE
                     ? watch->board->device[link->end.index]->name
                     : "ram");
    canvas_thing_area(canvas, box, THING_PART, title);
}

void stage_draw_path(const struct watch *watch, struct canvas *canvas, struct area area)
{
    struct transaction now = transaction_now(watch);
    struct chain chain = chain_of(watch, &now);
    int gutter = area.cols >= GUTTER_LEAST ? GUTTER : 0, room = area.cols - gutter;
    int wire = room >= 90 ? WIRE_WIDE : WIRE_LEAST, gap;
    int cols = (room - (chain.links - 1) * wire) / chain.links;

    if (cols > BOX_MOST)
        cols = BOX_MOST;
    gap = chain.links > 1 ? (room - cols * chain.links) / (chain.links - 1) : 0;
    if (gap > 24)
        gap = 24;
    if (gutter)
        canvas_text(canvas, area.row + 1, area.col, gutter - 1, ROLE_QUIET, "path");
    for (int i = 0; i < chain.links; i++) {
        int col = area.col + gutter + i * (cols + gap);

        draw_link(watch, canvas, (struct area){area.row, col, 3, cols}, &chain.link[i]);
        if (area.rows > 3)
            canvas_text(canvas, area.row + 3, col + 2,
                        cols + (i + 1 < chain.links) * gap - 4, ROLE_TEXT,
                        chain.link[i].below);
    }
    for (int i = 0; i + 1 < chain.links; i++) {
        int from = area.col + gutter + i * (cols + gap) + cols - 1;

        draw_wire(canvas, area.row + 1, from + 1, from + gap, &chain.link[i]);
    }
}
