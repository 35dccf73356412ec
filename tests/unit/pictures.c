/*
 * Pictures of the screen: files by their endings; a cast, whose frames, played on a terminal
 * of a few lines, show what the canvas showed.
 */
#include "base/bits.h"
#include "face/tui/picture/cast.h"
#include "tests/lib/suite.h"
#include "tests/lib/watched.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROWS = 60, COLS = 200 };

/* --- a terminal of a few lines ----------------------------------------------------------- */

/* Knows what frames use: CUP, ED 2, SGR (which it passes over), DECTCEM, characters. */
struct player {
    int row, col;
    uint32_t cell[ROWS][COLS];
};

static void clear(struct player *player)
{
    for (int row = 0; row < ROWS; row++)
        for (int col = 0; col < COLS; col++)
            player->cell[row][col] = ' ';
}

/* "\033[" is behind; gives what is behind the sequence. */
static const char *take_control(struct player *player, const char *at)
{
    int row, col;
    size_t length = strspn(at, "0123456789;?");

    if (at[length] == 'H') {
        ck_assert_int_eq(sscanf(at, "%d;%dH", &row, &col), 2);
        player->row = row - 1;
        player->col = col - 1;
    } else if (at[length] == 'J') {
        clear(player);
    } else {
        ck_assert_msg(at[length] == 'm' || at[length] == 'l', "sequence %.10s", at);
    }
    return at + length + 1;
}

static void play(struct player *player, const char *at)
{
    while (*at) {
        uint32_t glyph;

        if (strncmp(at, "\033[", 2) == 0) {
            at = take_control(player, at + 2);
            continue;
        }
        glyph = glyph_next(&at);
        ck_assert(player->row < ROWS && player->col < COLS);
        player->cell[player->row][player->col++] = glyph;
    }
}

static void shows(const struct player *player, const struct canvas *canvas)
{
    for (int row = 0; row < canvas->rows; row++)
        for (int col = 0; col < canvas->cols; col++)
            ck_assert_uint_eq(player->cell[row][col],
                              canvas->cells[row * canvas->cols + col].glyph);
}

/* --- tests ----------------------------------------------------------------------------- */

static const struct size {
    int rows, cols;
} sizes[] = {{24, 80}, {24, 80}, {36, 120}, {20, 70}, {20, 70}};

/* A line of the file. */
static json_t *next_line(FILE *file)
{
    static char line[1 << 20];
    json_error_t error;

    return fgets(line, sizeof(line), file)
               ? json_loads(line, JSON_DISABLE_EOF_CHECK, &error)
               : NULL;
}

START_TEST(a_cast_plays_what_was_shown)
{
    static struct player player;
    struct watched *watched = watched_new("tests/screens/dma.s", 1);
    struct canvas *canvas[COUNT(sizes)];
    char path[] = "/tmp/cast-test-XXXXXX";
    int fd = mkstemp(path);
    struct err err = {{0}};
    struct cast *cast = cast_open(path, &err);
    double before = 0;
    unsigned shown = 0;
    json_t *event;
    FILE *file;

    ck_assert_ptr_nonnull(cast);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        canvas[i] = canvas_new(sizes[i].rows, sizes[i].cols, TIER_UTF8);
        watched_press(watched, 'n', 7);
        viewer_draw(&watched->viewer, canvas[i]);
        cast_frame(cast, canvas[i], THEME_DARK, 1000 + 40 * i);
        cast_frame(cast, canvas[i], THEME_DARK, 1010 + 40 * i); /* nothing is new */
    }
    ck_assert(cast_close(cast, &err));
    file = fopen(path, "r");
    event = next_line(file);
    ck_assert_int_eq(json_integer_value(json_object_get(event, "version")), 2);
    ck_assert_int_eq(json_integer_value(json_object_get(event, "width")), 80);
    ck_assert_int_eq(json_integer_value(json_object_get(event, "height")), 24);
    json_decref(event);
    clear(&player);
    while ((event = next_line(file)) != NULL) {
        const char *code = json_string_value(json_array_get(event, 1));
        double time = json_number_value(json_array_get(event, 0));

        ck_assert(time >= before);
        before = time;
        if (strcmp(code, "o") == 0) {
            play(&player, json_string_value(json_array_get(event, 2)));
            shows(&player, canvas[shown++]);
        } else {
            ck_assert_str_eq(code, "r");
        }
        json_decref(event);
    }
    ck_assert_uint_eq(shown, COUNT(sizes));
    fclose(file);
    close(fd);
    unlink(path);
    for (size_t i = 0; i < COUNT(sizes); i++)
        canvas_free(canvas[i]);
    watched_free(watched);
}
END_TEST

static const struct {
    const char *ending, *begins, *has;
} forms[] = {
    {".txt", " Ringside  test", "timeline"},
    {".svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"", "timeline"},
    {".html", "<!DOCTYPE html>", "timeline"},
};

static char *read_whole(const char *path)
{
    static char text[1 << 20];
    FILE *file = fopen(path, "r");

    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

START_TEST(a_screenshot_has_the_form_of_its_name)
{
    struct watched *watched = watched_new("tests/screens/dma.s", 1);
    char folder[] = "/tmp/picture-test-XXXXXX", path[64], line[128];
    const char *text;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/x%s", folder, forms[_i].ending);
    snprintf(line, sizeof(line), ":screenshot %s 100x30", path);
    watched_type(watched, line);
    text = read_whole(path);
    ck_assert_int_eq(strncmp(text, forms[_i].begins, strlen(forms[_i].begins)), 0);
    ck_assert_ptr_nonnull(strstr(text, forms[_i].has));
    unlink(path);
    rmdir(folder);
    watched_free(watched);
}
END_TEST

static const struct {
    const char *line, *error;
} bad[] = {
    {":screenshot x.png", "a picture is .txt, .svg or .html"},
    {":screenshot x", "a picture is .txt, .svg or .html"},
    {":screenshot /nowhere/x.svg", "No such file or directory"},
    {":screenshot x.svg big", "a size is COLUMNSxROWS"},
    {":screenshot x.svg 0x24", "a size is COLUMNSxROWS"},
    {":cast /nowhere/x.cast", "No such file or directory"},
};

START_TEST(what_cannot_be_written_is_told)
{
    struct watched *watched = watched_new("tests/screens/dma.s", 1);
    const struct screen *screen = &watched->viewer.screen;

    watched_type(watched, bad[_i].line);
    ck_assert_msg(strstr(screen->notice, bad[_i].error) ||
                      strstr(buf_str(&screen->sheet.text), bad[_i].error),
                  "%s", screen->notice);
    ck_assert_ptr_null(watched->viewer.cast);
    watched_free(watched);
}
END_TEST

START_TEST(colours_are_those_of_the_palette)
{
    ck_assert_uint_eq(theme_rgb(16), 0x000000);
    ck_assert_uint_eq(theme_rgb(231), 0xffffff);
    ck_assert_uint_eq(theme_rgb(232), 0x080808);
    ck_assert_uint_eq(theme_rgb(255), 0xeeeeee);
    ck_assert_uint_eq(theme_rgb(215), 0xffaf5f);
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, a_cast_plays_what_was_shown);
    tcase_add_loop_test(tcase, a_screenshot_has_the_form_of_its_name, 0, COUNT(forms));
    tcase_add_loop_test(tcase, what_cannot_be_written_is_told, 0, COUNT(bad));
    tcase_add_test(tcase, colours_are_those_of_the_palette);
}

TEST_MAIN("pictures", add_tests)
