/* Lines from a terminal, by GNU readline. */
#include "base/alloc.h"
#include "control/command/command.h"
#include "face/shell/history.h"
#include "face/shell/interrupt.h"
#include "face/shell/shell.h"

#include <readline/history.h>
#include <readline/readline.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- completion ------------------------------------------------------------------------------ */

/* Readline's callbacks have no argument of their own. */
static struct shell *current;

struct offers {
    char **word; /* [0] is what all have in common; ends with NULL */
    size_t count, room;
};

static void take_offer(void *ctx, const char *word)
{
    struct offers *offers = ctx;

    if (offers->count + 3 > offers->room) {
        offers->room = 2 * offers->room + 16;
        offers->word = alloc_resize(offers->word, offers->room * sizeof(*offers->word));
    }
    offers->word[++offers->count] = alloc_string(word);
}

static char *common_beginning(const struct offers *offers)
{
    char *common = alloc_string(offers->word[1]);

    for (size_t i = 2; i <= offers->count; i++) {
        size_t same = 0;

        while (common[same] && common[same] == offers->word[i][same])
            same++;
        common[same] = '\0';
    }
    return common;
}

/* Where the completed word begins is the command's business; readline has a word of its
 * own, from the last blank on. Each offer becomes what readline's word is to be. */
static void fit(struct offers *offers, const char *line, size_t begin, size_t start)
{
    for (size_t i = 1; i <= offers->count; i++) {
        struct buf word = {0};

        if (begin >= start)
            buf_add(&word, line + start, begin - start);
        buf_text(&word, offers->word[i]);
        if (begin < start && word.size >= start - begin)
            memmove(word.data, word.data + (start - begin),
                    word.size - (start - begin) + 1);
        free(offers->word[i]);
        offers->word[i] = word.data;
    }
}

static char **complete(const char *text, int start, int end)
{
    struct offers offers = {0};
    char *line = alloc_zero((size_t)end + 1, 1);
    size_t begin;

    (void)text;
    memcpy(line, rl_line_buffer, (size_t)end);
    begin = command_complete(&current->session, line, take_offer, &offers);
    fit(&offers, line, begin, (size_t)start);
    free(line);
    rl_attempted_completion_over = 1;
    if (!offers.count)
        return NULL;
    offers.word[0] = common_beginning(&offers);
    offers.word[offers.count + 1] = NULL;
    if (offers.word[0][0] && strchr("/.", offers.word[0][strlen(offers.word[0]) - 1]))
        rl_completion_suppress_append = 1; /* a folder or a device: more follows */
    return offers.word;
}

/* --- ctrl-C at the prompt ---------------------------------------------------------------------- */

/* The line is given up, and a new one begun. Readline asks when a signal ends its waiting,
 * and ten times a second, since one may come just before it waits. */
static int drop_line(void)
{
    if (!interrupt_came(NULL))
        return 0;
    interrupt_clear();
    rl_replace_line("", 1);
    rl_crlf();
    rl_on_new_line();
    rl_redisplay();
    return 0;
}

/* --- reading --------------------------------------------------------------------------------------- */

static void begin_readline(struct shell *shell)
{
    current = shell;
    interrupt_catch();
    rl_readline_name = "ringside";
    rl_attempted_completion_function = complete;
    rl_basic_word_break_characters = " \t";
    rl_completer_quote_characters = "";
    rl_signal_event_hook = drop_line;
    rl_event_hook = drop_line;
    rl_catch_signals = 1;
    rl_change_environment = 0;
    using_history();
    history_begin();
}

/* Readline must know which bytes of a prompt take no place. */
static void put_prompt(struct buf *out, const struct shell *shell)
{
    if (shell->colour)
        buf_text(out, "\001\033[1m\002");
    shell_prompt(out, shell);
    if (shell->colour)
        buf_text(out, "\001\033[0m\002");
}

void shell_read_terminal(struct shell *shell)
{
    bool more = true;

    begin_readline(shell);
    while (more) {
        struct buf prompt = {0};
        char *line;

        put_prompt(&prompt, shell);
        line = readline(prompt.data);
        buf_free(&prompt);
        if (!line)
            putchar('\n'); /* ctrl-D */
        else if (line[strspn(line, " \t")])
            history_take(line);
        more = line && shell_do(shell, line);
        free(line);
    }
    history_end();
}
