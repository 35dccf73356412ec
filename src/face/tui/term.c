/*
 * The only file that includes curses.h. Everything else draws on a canvas.
 */
#define NCURSES_WIDECHAR 1
#include "face/tui/term.h"

#include "base/bits.h"
#include "face/tui/crash.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

enum { SLOW = 38400, ESCAPE_DELAY = 25, FEW_COLOURS = 256, DIRECT = 1 << 15 };

static const int killing[] = {SIGHUP, SIGINT, SIGTERM};

static struct {
    SCREEN *screen;
    enum tier tier;
    enum theme asked, theme; /* what is used depends on the terminal */
    bool colours;
    bool mouse;
    struct mouse did;             /* what the mouse has done last */
    volatile sig_atomic_t killed; /* by which signal; 0: none */
    struct sigaction before[COUNT(killing)];
} term;

/* The signs are of one column where the terminal's locale says so; else ASCII. */
static enum tier choose_tier(bool ascii)
{
    const char *name = getenv("TERM");

    if (ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0 || wcwidth(L'─') != 1)
        return TIER_ASCII;
    return name && strcmp(name, "linux") == 0 ? TIER_CONSOLE : TIER_UTF8;
}

static attr_t attributes_of(uint8_t attributes)
{
    return (attributes & LOOK_BOLD ? A_BOLD : 0) | (attributes & LOOK_DIM ? A_DIM : 0) |
           (attributes & LOOK_UNDERLINE ? A_UNDERLINE : 0) |
           (attributes & LOOK_REVERSE ? A_REVERSE : 0);
}

/* Where the terminal takes colours as red, green and blue, an index of the palette of 256
 * would be one of them. */
static int colour_of(int index)
{
    return COLORS > DIRECT && index >= 0 ? (int)theme_rgb(index) : index;
}

/* A pair of colours a role, under its number + 1. */
static void use_theme(enum theme theme)
{
    term.theme = theme;
    if (!term.colours)
        return;
    for (int role = 0; role < ROLES; role++) {
        struct look look = theme_look(theme, (enum role)role);

        init_extended_pair(role + 1, colour_of(look.fg), colour_of(look.bg));
    }
    bkgdset((chtype)COLOR_PAIR(ROLE_TEXT + 1) | ' ');
}

/* NO_COLOR and a terminal without colours give mono; one with few its own 16. */
static void choose_theme(enum theme asked)
{
    const char *no_colour = getenv("NO_COLOR");

    term.asked = asked;
    term.colours = asked != THEME_MONO && !(no_colour && no_colour[0]) && has_colors();
    if (!term.colours) {
        use_theme(THEME_MONO);
        return;
    }
    start_color();
    use_default_colors();
    use_theme(COLORS >= FEW_COLOURS ? asked : THEME_TERMINAL);
}

/* Terminfo: cup (cursor_address) and clear are what the screen cannot do without. */
bool term_places_cursor(void)
{
    const char *name = getenv("TERM");
    char cup[] = "cup", clear[] = "clear";
    int status;

    if (!name || !name[0] || setupterm(name, STDOUT_FILENO, &status) != OK)
        return false;
    return tigetstr(cup) > (char *)0 && tigetstr(clear) > (char *)0;
}

static void note_signal(int number)
{
    term.killed = number;
}

/* Before curses begins, which has handlers of its own. */
static void keep_signals(void)
{
    term.killed = 0;
    for (size_t i = 0; i < COUNT(killing); i++)
        sigaction(killing[i], NULL, &term.before[i]);
}

static void restore_signals(void)
{
    for (size_t i = 0; i < COUNT(killing); i++)
        sigaction(killing[i], &term.before[i], NULL);
}

/* Curses would leave by itself, but not for SIGHUP, and not by the signal. Reads are not
 * begun again, so that the loop hears of it. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = note_signal};

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < COUNT(killing); i++)
        sigaction(killing[i], &action, NULL);
}

bool term_killed(void)
{
    return term.killed;
}

void term_use_mouse(bool on)
{
    mmask_t wanted = BUTTON1_CLICKED | BUTTON1_PRESSED | BUTTON1_DOUBLE_CLICKED |
                     BUTTON4_PRESSED | BUTTON5_PRESSED;

    if (on == term.mouse)
        return;
    term.mouse = on;
    mousemask(on ? wanted : 0, NULL);
}

struct mouse term_mouse(void)
{
    return term.did;
}

bool term_open(const struct term_options *options, struct err *err)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return err_set(err, "standard input and output must be a terminal");
    if (!term_places_cursor())
        return err_set(err, "this terminal (TERM=%s) cannot place the cursor",
                       getenv("TERM") ? getenv("TERM") : "");
    setlocale(LC_CTYPE, "");
    crash_prepare();
    keep_signals();
    term.screen = newterm(NULL, stdout, stdin);
    if (!term.screen) {
        restore_signals();
        crash_forget();
        return err_set(err, "the terminal '%s' is not known", getenv("TERM"));
    }
    catch_signals();
    raw(); /* C-c, C-z, C-s and C-q are keys; flow control cannot freeze the screen */
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    set_escdelay(ESCAPE_DELAY);
    mouseinterval(0); /* a press is not held back to see whether it is a click */
    curs_set(0);
    term.tier = choose_tier(options->ascii);
    choose_theme(options->theme);
    return true;
}

void term_close(void)
{
    if (!term.screen)
        return;
    term_use_mouse(false);
    endwin();
    crash_forget();
    delscreen(term.screen);
    term.screen = NULL;
    restore_signals();
    if (term.killed)
        raise(term.killed);
}

void term_size(int *rows, int *cols)
{
    getmaxyx(stdscr, *rows, *cols);
}

enum tier term_tier(void)
{
    return term.tier;
}

bool term_is_fast(void)
{
    return baudrate() >= SLOW;
}

void term_use_theme(enum theme theme)
{
    if (theme == term.asked)
        return;
    choose_theme(theme);
    clearok(stdscr, TRUE);
}

/* The blank at the end of a row is bold, which nobody sees: after it every row states
 * its colours anew, and programs that read a screen row by row see them complete. */
static void show_cell(int row, int col, const struct canvas_cell *cell, bool last)
{
    struct look look = theme_look(term.theme, (enum role)cell->role);
    wchar_t text[2] = {(wchar_t)cell->glyph, L'\0'};
    attr_t end = last && cell->glyph == ' ' ? A_BOLD : 0;
    cchar_t glyph;

    if (!cell->glyph) /* the second half of a wide sign */
        return;
    setcchar(&glyph, text, attributes_of(look.attributes) | end,
             (short)(term.colours ? cell->role + 1 : 0), NULL);
    mvadd_wch(row, col, &glyph);
}

/* Curses compares with what the terminal shows and sends the difference. */
void term_show(const struct canvas *canvas)
{
    int rows, cols;

    getmaxyx(stdscr, rows, cols);
    erase();
    for (int row = 0; row < canvas->rows && row < rows; row++)
        for (int col = 0; col < canvas->cols && col < cols; col++)
            show_cell(row, col,
                      &canvas->cells[(size_t)row * (size_t)canvas->cols + (size_t)col],
                      col == cols - 1);
    if (canvas->cursor_row >= 0)
        move(canvas->cursor_row, canvas->cursor_col);
    else
        move(rows > 1 ? 1 : 0,
             cols > 1 ? 1 : 0); /* readers of the screen: at the sentence */
    curs_set(canvas->cursor_row >= 0);
    refresh();
}

static int code_of(wint_t key)
{
    static const struct {
        wint_t curses;
        int code;
    } codes[] = {
        {KEY_RESIZE, KEY_CODE_RESIZE},
        {KEY_LEFT, KEY_CODE_LEFT},
        {KEY_RIGHT, KEY_CODE_RIGHT},
        {KEY_UP, KEY_CODE_UP},
        {KEY_DOWN, KEY_CODE_DOWN},
        {KEY_HOME, KEY_CODE_HOME},
        {KEY_END, KEY_CODE_END},
        {KEY_F(1), KEY_CODE_F1},
        {KEY_PPAGE, KEY_CODE_PAGE_UP},
        {KEY_NPAGE, KEY_CODE_PAGE_DOWN},
        {KEY_DC, KEY_CODE_DELETE},
        {KEY_BACKSPACE, KEY_CODE_BACKSPACE},
        {KEY_ENTER, '\r'},
        {KEY_BTAB, KEY_CODE_BACKTAB},
    };

    for (size_t i = 0; i < COUNT(codes); i++)
        if (codes[i].curses == key)
            return codes[i].code;
    return KEY_CODE_OTHER;
}

/* False: it is nothing that means something here. */
static bool read_mouse(void)
{
    MEVENT event;

    if (getmouse(&event) != OK)
        return false;
    term.did = (struct mouse){.row = event.y, .col = event.x};
    if (event.bstate & BUTTON4_PRESSED)
        term.did.act = MOUSE_WHEEL_UP;
    else if (event.bstate & BUTTON5_PRESSED)
        term.did.act = MOUSE_WHEEL_DOWN;
    else
        term.did.act = MOUSE_CLICK;
    return true;
}

/* Those that are heard wait until the mask is as before. */
static void hold_signals(sigset_t *before)
{
    sigset_t heard;

    sigemptyset(&heard);
    for (size_t i = 0; i < COUNT(killing); i++)
        sigaddset(&heard, killing[i]);
    sigaddset(&heard, SIGWINCH);
    sigprocmask(SIG_BLOCK, &heard, before);
}

/* Waits for a key, or for a signal that is let through. */
static void wait_for_input(int milliseconds, const sigset_t *let_through)
{
    fd_set input;
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};

    FD_ZERO(&input);
    FD_SET(STDIN_FILENO, &input);
    if (!term.killed)
        pselect(STDIN_FILENO + 1, &input, NULL, NULL, milliseconds < 0 ? NULL : &time,
                let_through);
}

/* The signals that are heard come while it waits, and at no other moment of this function:
 * none is missed between looking for a key, or for a new size, and waiting. */
static int look_and_wait(wint_t *key, int milliseconds)
{
    sigset_t before;
    int got;

    hold_signals(&before);
    got = get_wch(key); /* curses may have read it already */
    if (got == ERR)
        wait_for_input(milliseconds, &before);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return got;
}

int term_key(int milliseconds)
{
    wint_t key;
    int got = ERR;

    timeout(0);
    if (milliseconds != 0)
        got = look_and_wait(&key, milliseconds);
    if (got == ERR)
        got = get_wch(&key);
    if (got == ERR)
        return KEY_CODE_NONE;
    if (got == KEY_CODE_YES && key == KEY_MOUSE)
        return read_mouse() ? KEY_CODE_MOUSE : KEY_CODE_OTHER;
    return got == KEY_CODE_YES ? code_of(key) : (int)key;
}

void term_suspend(void)
{
    endwin();
    kill(0, SIGTSTP);
    refresh();
}

void term_redraw(void)
{
    clearok(stdscr, TRUE);
}
