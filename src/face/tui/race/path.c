/* The path of the data in a lane: from who wants it to who has it. */
#include "face/tui/race/parts.h"

#include "machine/device/ata.h"
#include "machine/dma/dma.h"
#include "machine/isa/isa.h"
#include "observe/exits/exit_words.h"
#include "observe/narrate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    PARTS = 3,
    TEXT = 96,
    GAP_ASK = 11, /* columns of the wires between boxes */
    GAP_DATA = 9,
    NAMES = 10, /* columns of names on the left */
    LINE_ASK = 12,
    LINE_DATA = 3,
    SHORT = 8 /* columns that are worth a text that is cut */
};

struct part {
    char title[48], text[TEXT];
    enum role role; /* of who acts in it */
    bool acts;
};

enum role role_of_actor(const struct race_lane *lane, enum lane_actor actor)
{
    switch (actor) {
    case ACTOR_GUEST:
        return role_of_guest(lane->guest);
    case ACTOR_HOST:
        return ROLE_HART;
    case ACTOR_DEVICE:
        return ROLE_DMA;
    case ACTOR_NOBODY:
    case ACTOR_OFF:
        break;
    }
    return ROLE_QUIET;
}

/* --- words --------------------------------------------------------------------------- */

static const char *const phases[EXIT_PARTS] = {
    [EXIT_TRAP] = "traps",
    [EXIT_SAVE] = "saves registers",
    [EXIT_DECODE] = "finds out: ",
    [EXIT_EMULATE] = "emulates ",
    [EXIT_INJECT] = "injects: ",
    [EXIT_BACKEND] = "works at the real device",
    [EXIT_SCHEDULE] = "chooses who runs",
    [EXIT_IDLE] = "asleep",
    [EXIT_BUS] = "waits for the bus",
    [EXIT_RESTORE] = "restores registers",
    [EXIT_OTHER] = "handles the exit",
};

/* What the hart that is out of the guest by this exit does. */
void path_put_host(struct buf *out, const struct race_lane *lane,
                   const struct vm_exit *exit)
{
    const struct session *session = &lane->session;
    const struct exit_hart *hart =
        &session->guests->exits.hart[exit->board * HART_MAX + exit->hart];
    unsigned phase = hart->sleeps ? EXIT_IDLE : hart->phase;
    bool answers = phase == EXIT_EMULATE && exit->cause == CAUSE_ECALL_VS;
    const char *words = answers ? "answers " : phases[phase];
    struct buf about = {0};

    exit_put_about(&about, &session->narrator, exit);
    if (words[strlen(words) - 1] != ' ')
        buf_text(out, words);
    else if (about.size)
        buf_printf(out, "%s%s", words, buf_str(&about));
    else
        buf_printf(out, "%.*s it", (int)strcspn(words, ": "), words);
    buf_free(&about);
}

/* "in ata_read_sector+24" */
static void put_place(char text[TEXT], const struct race_lane *lane, bool in_guest)
{
    const struct subject *subject = &lane->session.subject;
    const struct symbols *symbols = subject_symbols(subject, in_guest);
    uint64_t pc = lane->session.run->board[0]->hart[0].pc;
    const struct symbol *symbol = symbols ? symbols_at(symbols, pc) : NULL;

    if (!symbol)
        snprintf(text, TEXT, "at %08" PRIx64, pc);
    else if (symbol->address == pc)
        snprintf(text, TEXT, "in %.60s", symbol->name);
    else
        snprintf(text, TEXT, "in %.60s+%" PRIu64, symbol->name, pc - symbol->address);
}

/* "lhu a5, 0(a4)  trapped" */
static void put_trapped(char text[TEXT], const struct vm_exit *exit)
{
    struct insn insn = insn_decode(exit->insn);
    struct buf spaced = {0};
    char plain[64];

    if (!exit->insn) {
        snprintf(text, TEXT, "interrupted");
        return;
    }
    insn_text(plain, sizeof(plain), &insn, exit->epc, true);
    for (const char *c = plain; *c; c++) {
        buf_char(&spaced, *c == '\t' ? ' ' : *c);
        if (*c == ',')
            buf_char(&spaced, ' ');
    }
    snprintf(text, TEXT, "%.70s  trapped", buf_str(&spaced));
    buf_free(&spaced);
}

static void put_disk(char text[TEXT], const struct strip *strip)
{
    static const char *const words[DISK_PHASES] = {
        [DISK_RESETTING] = "resets itself", [DISK_DECODING] = "decodes",
        [DISK_SEEKING] = "seeks",           [DISK_READING] = "reads",
        [DISK_WRITING] = "writes",          [DISK_DATA_IN] = "data is ready",
        [DISK_DATA_OUT] = "wants data",     [DISK_DMA_IN] = "data is ready",
        [DISK_DMA_OUT] = "wants data",      [DISK_FAILED] = "failed",
    };
    const char *word =
        strip->disk_phase < DISK_PHASES ? words[strip->disk_phase] : NULL;

    if (!word)
        snprintf(text, TEXT, "idle");
    else if (strip->disk_phase >= DISK_SEEKING && strip->disk_phase <= DISK_WRITING)
        snprintf(text, TEXT, "%s LBA %" PRIu64, word, strip->lba);
    else
        snprintf(text, TEXT, "%s", word);
}

static const char *dma_words(const struct strip *strip)
{
    static const char *const words[DMA_STATES] = {
        [DMA_IDLE] = "idle",
        [DMA_FETCH] = "fetches a descriptor",
        [DMA_READ] = "reads",
        [DMA_WRITE] = "writes",
        [DMA_STATUS] = "writes a status",
        [DMA_WAIT_LINE] = "waits for the device",
        [DMA_WAIT_RING] = "waits for descriptors",
        [DMA_COMPLETE] = "idle",
        [DMA_FAILED] = "failed",
    };

    return strip->dma_state < DMA_STATES ? words[strip->dma_state] : "idle";
}

/* --- the three parts ----------------------------------------------------------------- */

static void fill_guest(struct part *part, const struct race_lane *lane,
                       const struct lane_counters *counters, enum lane_actor actor)
{
    struct buf text = {0};

    snprintf(part->title, sizeof(part->title), "guest %u", lane->guest);
    part->role = role_of_guest(lane->guest);
    part->acts = actor == ACTOR_GUEST;
    if (counters->over) {
        snprintf(part->text, TEXT, "its work is over");
    } else if (counters->exit && lane->direct) { /* its host has no part of its own */
        path_put_host(&text, lane, &counters->under);
        snprintf(part->text, TEXT, "exit: host %.70s", buf_str(&text));
        part->role = ROLE_HART;
        part->acts = actor == ACTOR_HOST;
    } else if (counters->exit) {
        put_trapped(part->text, &counters->under);
    } else if (actor == ACTOR_GUEST) {
        put_place(part->text, lane, true);
    } else {
        snprintf(part->text, TEXT, "waits");
    }
    buf_free(&text);
}

static void fill_host(struct part *part, const struct race_lane *lane,
                      const struct lane_counters *counters, enum lane_actor actor)
{
    struct buf text = {0};

    snprintf(part->title, sizeof(part->title), "host");
    part->role = ROLE_HART;
    part->acts = actor == ACTOR_HOST;
    if (counters->exit)
        path_put_host(&text, lane, &counters->under);
    else
        buf_text(&text, actor == ACTOR_HOST ? "runs" : "idle");
    snprintf(part->text, TEXT, "%s", buf_str(&text));
    buf_free(&text);
}

static void fill_iommu(struct part *part, const struct race_lane *lane)
{
    snprintf(part->title, sizeof(part->title), "IOMMU");
    snprintf(part->text, TEXT, "stage 2 of guest %u", lane->guest);
    part->role = ROLE_IOMMU;
}

static void fill_hart(struct part *part, const struct race_lane *lane,
                      const struct lane_counters *counters, enum lane_actor actor)
{
    snprintf(part->title, sizeof(part->title), "hart 0");
    part->role = ROLE_HART;
    part->acts = actor == ACTOR_HOST;
    if (counters->over)
        snprintf(part->text, TEXT, "its work is over");
    else if (actor == ACTOR_HOST)
        put_place(part->text, lane, false);
    else
        snprintf(part->text, TEXT, "asleep");
}

static void fill_dma(struct part *part, const struct race_lane *lane)
{
    snprintf(part->title, sizeof(part->title), "%.40s",
             lane->dma ? lane->dma->name : "device");
    snprintf(part->text, TEXT, "%s", dma_words(&lane->strip));
    part->role = ROLE_DMA;
}

/* In a lane with a host the DMA controller has no part of its own. */
static void fill_disk(struct part *part, const struct race_lane *lane)
{
    snprintf(part->title, sizeof(part->title), "%.40s", lane_disk(lane)->name);
    part->role = ROLE_DMA;
    if (lane->guests && strip_dma_works(&lane->strip))
        snprintf(part->text, TEXT, "DMA moves its data");
    else
        put_disk(part->text, &lane->strip);
}

static void fill_bus(struct part *part)
{
    snprintf(part->title, sizeof(part->title), "bus");
    part->role = ROLE_QUIET;
}

static void fill_middle(struct part *part, const struct race_lane *lane,
                        const struct lane_counters *counters, enum lane_actor actor)
{
    if (lane->guests && !lane->direct)
        fill_host(part, lane, counters, actor);
    else if (lane->direct && lane->iommu)
        fill_iommu(part, lane);
    else if (lane->disk)
        fill_dma(part, lane);
    else
        fill_bus(part);
}

/* The device works while every hart waits: the one of the last two that shows it. */
static void mark_device(struct part part[PARTS], const struct race_lane *lane)
{
    bool middle =
        strip_dma_works(&lane->strip) && lane->disk && part[1].role == ROLE_DMA;

    part[middle ? 1 : 2].acts = true;
}

static void fill_path(struct part part[PARTS], const struct race_lane *lane,
                      const struct lane_counters *counters)
{
    enum lane_actor actor = actor_of(lane);

    memset(part, 0, PARTS * sizeof(part[0]));
    if (lane->guests)
        fill_guest(&part[0], lane, counters, actor);
    else
        fill_hart(&part[0], lane, counters, actor);
    fill_middle(&part[1], lane, counters, actor);
    if (lane->disk)
        fill_disk(&part[2], lane);
    else
        fill_dma(&part[2], lane);
    if (actor == ACTOR_DEVICE)
        mark_device(part, lane);
}

/* --- drawing ------------------------------------------------------------------------- */

static const char *link_name(const struct race_lane *lane)
{
    return lane->direct ? "direct" : lane->guests ? "exits" : "bus";
}

/* The guest has asked for something, and the host works on it. */
static bool asks(const struct race_lane *lane, const struct lane_counters *counters)
{
    return counters->exit && !lane->direct;
}

/* From column `from` to `to`: "─── exits ───", or "●━━ exit ━━▸". */
static void draw_link(const struct race_view *view, unsigned number, int row, int from,
                      int to)
{
    const struct race_lane *lane = &view->race->lane[number];
    bool heavy = asks(lane, &view->counters[number]);
    const char *name = heavy ? "exit" : link_name(lane);
    enum role role = heavy ? role_of_guest(lane->guest) : ROLE_RULE;
    int width = text_width(name), at = from + (to - from + 1 - width) / 2;

    for (int col = from; col <= to; col++)
        if (col < at - 1 || col > at + width)
            canvas_put(view->canvas, row, col, role, heavy ? L'━' : L'─');
    canvas_text(view->canvas, row, at, width, heavy ? ROLE_HEAD : ROLE_QUIET, name);
    if (!heavy)
        return;
    canvas_put(view->canvas, row, from, role, L'●');
    canvas_put(view->canvas, row, to, role, L'▸');
    canvas_thing(view->canvas, row, at, width, THING_EXIT, "exit %" PRIu64,
                 view->counters[number].under.number);
}

static void draw_data(const struct race_view *view, const struct part *part, int row,
                      int from, int to)
{
    bool heavy = part[2].acts || (part[1].acts && part[1].role == ROLE_DMA);

    for (int col = from; col <= to; col++)
        canvas_put(view->canvas, row, col, heavy ? ROLE_DMA : ROLE_RULE,
                   heavy ? L'━' : L'─');
}

/* A part of the machine; the edges of the one that acts are heavy. */
static void draw_box(struct canvas *canvas, struct area area, const struct part *part)
{
    int width = text_width(part->title);

    canvas_box(canvas, area, part->acts ? part->role : ROLE_RULE);
    for (int col = 1; part->acts && col < area.cols - 1; col++) {
        canvas_put(canvas, area.row, area.col + col, part->role, L'━');
        canvas_put(canvas, area.row + 2, area.col + col, part->role, L'━');
    }
    canvas_printf(canvas, area.row, area.col + 2, area.cols - 4, part->role, " %s ",
                  part->title);
    canvas_text(canvas, area.row + 1, area.col + 2, area.cols - 4,
                part->acts ? ROLE_HEAD : ROLE_QUIET, part->text);
    canvas_thing(canvas, area.row, area.col + 3, width, THING_PART, "%s", part->title);
}

static void draw_boxes(const struct race_view *view, unsigned number, int row,
                       const struct part part[PARTS])
{
    struct canvas *canvas = view->canvas;
    int room = canvas->cols - view->time_col - 3 - GAP_ASK - GAP_DATA;
    const int width[PARTS] = {room * 30 / 82, room * 28 / 82, room * 24 / 82};
    struct area area = {row, view->time_col, PATH_BOXES, width[0]};

    canvas_text(canvas, row + 1, 1, NAMES - 1, ROLE_QUIET, "path");
    draw_box(canvas, area, &part[0]);
    area.col += width[0] + GAP_ASK;
    draw_link(view, number, row + 1, area.col - GAP_ASK, area.col - 1);
    area.cols = width[1];
    draw_box(canvas, area, &part[1]);
    area.col += width[1] + GAP_DATA;
    draw_data(view, part, row + 1, area.col - GAP_DATA, area.col - 1);
    area.cols = width[2];
    draw_box(canvas, area, &part[2]);
}

/* "▐host emulates ata0 Data▌"; a text that would lose most of itself is left out. */
static void draw_short(struct canvas *canvas, int row, int col, int cols,
                       const struct part *part)
{
    int used;

    if (part->acts)
        canvas_put(canvas, row, col, part->role, L'▐');
    used = canvas_text(canvas, row, col + 1, cols - 2, part->role, part->title);
    canvas_thing(canvas, row, col + 1, used, THING_PART, "%s", part->title);
    if (part->text[0] &&
        (cols - used - 3 >= text_width(part->text) || cols - used - 3 >= SHORT))
        used += 1 + canvas_text(canvas, row, col + used + 2, cols - used - 3,
                                part->acts ? ROLE_HEAD : ROLE_QUIET, part->text);
    if (part->acts)
        canvas_put(canvas, row, col + used + 1, part->role, L'▌');
}

static void draw_line(const struct race_view *view, unsigned number, int row,
                      const struct part part[PARTS])
{
    struct canvas *canvas = view->canvas;
    int col = view->time_col, room = canvas->cols - col - 1 - LINE_ASK - LINE_DATA;
    const int width[PARTS] = {room * 24 / 100, room * 45 / 100,
                              room - room * 24 / 100 - room * 45 / 100};

    canvas_text(canvas, row, 1, NAMES - 1, ROLE_QUIET, "path");
    draw_short(canvas, row, col, width[0], &part[0]);
    col += width[0];
    draw_link(view, number, row, col, col + LINE_ASK - 1);
    col += LINE_ASK;
    draw_short(canvas, row, col, width[1], &part[1]);
    col += width[1];
    draw_data(view, part, row, col, col + LINE_DATA - 1);
    draw_short(canvas, row, col + LINE_DATA, width[2], &part[2]);
}

void draw_path(const struct race_view *view, unsigned lane, int row, int rows)
{
    struct part part[PARTS];

    fill_path(part, &view->race->lane[lane], &view->counters[lane]);
    if (rows >= PATH_BOXES)
        draw_boxes(view, lane, row, part);
    else
        draw_line(view, lane, row, part);
}
