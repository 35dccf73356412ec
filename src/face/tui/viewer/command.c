/* The prompt, commands and their answers. */
#include "face/tui/viewer/viewer.h"

#include "control/command/command.h"
#include "control/command/render.h"

#include <stdio.h>
#include <string.h>

enum { NOTICE = 78 /* columns of an answer that stands in the key row */ };

/* --- commands ------------------------------------------------------------------------- */

static void take_line(void *ctx, const char *line)
{
    buf_printf(ctx, "%s\n", line);
}

static void put_table(struct buf *text, const struct table *table, int room)
{
    struct buf rows = {0};
    const char *at;

    render_table(&rows, table, (size_t)room);
    for (at = buf_str(&rows); *at;) {
        size_t length = strcspn(at, "\n");

        buf_printf(text, "%c%.*s\n", SHEET_ROW, (int)length, at);
        at += length;
        at += *at == '\n';
    }
    buf_free(&rows);
}

/* A complaint, as that the disk is full. Narration is none: the screen shows what happens. */
static void take_complaint(void *ctx, const char *line)
{
    if (line[0] != '[')
        viewer_notice(ctx, line);
}

void viewer_hear(struct viewer *viewer)
{
    viewer->session->say = take_complaint;
    viewer->session->say_ctx = viewer;
}

/* What was answered: lines that came while it was done, then the answer. */
static void answer(struct viewer *viewer, const char *line, struct buf *text)
{
    struct session *session = viewer->session;
    struct reply reply = {0};
    struct err err = {{0}};

    session->say = take_line;
    session->say_ctx = text;
    command_do(session, line, &reply, &err);
    viewer_hear(viewer);
    for (size_t i = 0; i < reply.parts; i++) {
        const struct reply_part *part = &reply.part[i];

        if (part->sentence)
            buf_printf(text, "%s\n", part->sentence);
        else
            put_table(text, &part->table, viewer->screen.sheet.room);
    }
    if (err.text[0])
        buf_printf(text, "Error: %s.\n", err.text);
    reply_release(&reply);
}

void viewer_show(struct viewer *viewer, const char *title, const struct buf *text)
{
    struct screen *screen = &viewer->screen;
    size_t first = strcspn(buf_str(text), "\n");

    if (!first)
        return;
    if (text_width(buf_str(text)) <= NOTICE &&
        buf_str(text)[first + (buf_str(text)[first] == '\n')] == '\0') {
        snprintf(screen->notice, sizeof(screen->notice), "%.*s", (int)first,
                 buf_str(text));
        return;
    }
    sheet_open(&screen->sheet, title);
    buf_text(&screen->sheet.text, buf_str(text));
}

void viewer_do(struct viewer *viewer, const char *line)
{
    struct spot from = viewer_place(viewer);
    struct buf text = {0};

    viewer->screen.sheet.open = false;
    answer(viewer, line, &text);
    viewer->quit |= viewer->session->quit;
    if (moment_compare(timeline_now(viewer->session->time), from.at) != 0)
        viewer->form = WATCH_EVENT;
    viewer_moved(viewer, &from);
    viewer_show(viewer, line, &text);
    buf_free(&text);
}

/* --- completion ----------------------------------------------------------------------- */

/* Words that could stand here: what they begin with in common, and all of them. */
struct words {
    unsigned count;
    char common[256];
    struct buf all;
};

static void take_word(void *ctx, const char *word)
{
    struct words *words = ctx;
    size_t same = 0;

    if (words->count++ == 0)
        snprintf(words->common, sizeof(words->common), "%s", word);
    while (words->common[same] && words->common[same] == word[same])
        same++;
    words->common[same] = '\0';
    buf_printf(&words->all, "%s%s", words->count > 1 ? "  " : "", word);
}

static void complete(struct viewer *viewer)
{
    struct prompt *prompt = &viewer->screen.prompt;
    struct words words = {0};
    char line[PROMPT_LINE];
    size_t from;

    memcpy(line, prompt->line, prompt->at);
    line[prompt->at] = '\0';
    from = command_complete(viewer->session, line, take_word, &words);
    if (words.count == 1)
        snprintf(words.common + strlen(words.common),
                 sizeof(words.common) - strlen(words.common), " ");
    if (words.count == 0)
        snprintf(viewer->screen.notice, sizeof(viewer->screen.notice),
                 "nothing is known to go on with");
    else if (strlen(words.common) > prompt->at - from)
        prompt_replace(prompt, from, words.common);
    else {
        sheet_open(&viewer->screen.sheet, "it could go on with");
        buf_text(&viewer->screen.sheet.text, buf_str(&words.all));
        buf_char(&viewer->screen.sheet.text, '\n');
    }
    buf_free(&words.all);
}

/* What a filter can name. */
static void tell_filter(struct viewer *viewer)
{
    struct sheet *sheet = &viewer->screen.sheet;

    sheet_open(sheet, "a filter names");
    buf_text(&sheet->text,
             "kind == \"dma_state\"    one kind of event; the kinds:\n  ");
    for (int i = 0; i < EVENT_KINDS; i++)
        buf_printf(&sheet->text, " %s", event_infos[i].name);
    buf_text(
        &sheet->text,
        "\nwho == \"dma0\"          who did it\n"
        "channel == 0           a field of the event; `info events KIND` lists them\n"
        "cycle > 1000 && kind != \"bus_transfer\"\n"
        "An empty line shows all events again.\n");
}

/* --- the prompt ----------------------------------------------------------------------- */

void viewer_prompt(struct viewer *viewer, char sign, const char *line)
{
    viewer->screen.prompting = true;
    prompt_begin(&viewer->screen.prompt, sign, line);
}

/* The chosen pane hides what the line does not say. */
static void set_filter(struct viewer *viewer, const char *line)
{
    struct view_state *state = &panes_chosen(&viewer->screen.panes)->state;

    if (strlen(line) >= sizeof(state->filter)) {
        viewer_notice(viewer, "/ filter: the expression is too long");
        return;
    }
    memcpy(state->filter, line, strlen(line) + 1);
    state->top = 0;
}

static void enter(struct viewer *viewer)
{
    struct prompt *prompt = &viewer->screen.prompt;
    char line[PROMPT_LINE];

    memcpy(line, prompt->line, prompt->length + 1);
    viewer->screen.prompting = false;
    if (prompt->sign == '/') {
        set_filter(viewer, line);
        return;
    }
    prompt_remember(prompt);
    viewer_do(viewer, line);
}

void viewer_prompt_key(struct viewer *viewer, int code)
{
    struct sheet *sheet = &viewer->screen.sheet;
    bool scrolls = code == KEY_CODE_PAGE_UP || code == KEY_CODE_PAGE_DOWN;

    if (sheet->open && scrolls && sheet_key(sheet, code))
        return;
    switch (prompt_key(&viewer->screen.prompt, code)) {
    case PROMPT_ENTERED:
        enter(viewer);
        break;
    case PROMPT_COMPLETE:
        if (viewer->screen.prompt.sign == ':')
            complete(viewer);
        else
            tell_filter(viewer);
        break;
    case PROMPT_CLOSED:
        viewer->screen.prompting = false;
        sheet->open = false;
        break;
    case PROMPT_EDITED:
    default:
        sheet->open = false;
        break;
    }
}
