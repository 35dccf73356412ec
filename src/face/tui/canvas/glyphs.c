#include "face/tui/canvas/glyphs.h"

#include "base/bits.h"

#include <locale.h>
#include <stddef.h>
#include <wchar.h>

/* Signs outside ASCII, with what stands for them in the two smaller tiers. */
static const struct {
    wchar_t utf8, console;
    char ascii;
} signs[] = {
    {L'─', L'─', '-'}, {L'│', L'│', '|'}, {L'━', L'═', '='}, {L'┃', L'║', '#'},
    {L'┄', L'-', '.'}, {L'┆', L':', ':'}, {L'╭', L'┌', '+'}, {L'╮', L'┐', '+'},
    {L'╰', L'└', '+'}, {L'╯', L'┘', '+'}, {L'┌', L'┌', '+'}, {L'┐', L'┐', '+'},
    {L'└', L'└', '+'}, {L'┘', L'┘', '+'}, {L'├', L'├', '+'}, {L'┤', L'┤', '+'},
    {L'┬', L'┬', '+'}, {L'┴', L'┴', '+'}, {L'┼', L'┼', '+'}, {L'●', L'•', '@'},
    {L'○', L'○', 'o'}, {L'▸', L'►', '>'}, {L'◂', L'◄', '<'}, {L'▾', L'▼', 'v'},
    {L'▴', L'▲', '^'}, {L'░', L'░', '~'}, {L'■', L'■', '#'}, {L'▣', L'▒', '@'},
    {L'□', L'·', '.'}, {L'▐', L'▐', '['}, {L'▌', L'▌', ']'}, {L'·', L'·', '_'},
    {L'→', L'→', '>'}, {L'←', L'←', '<'}, {L'↑', L'↑', '^'}, {L'↓', L'↓', 'v'},
    {L'×', L'x', 'x'}, {L'‖', L'║', '|'}, {L'▁', L'1', '1'}, {L'▂', L'2', '2'},
    {L'▃', L'3', '3'}, {L'▄', L'4', '4'}, {L'▅', L'5', '5'}, {L'▆', L'6', '6'},
    {L'▇', L'7', '7'}, {L'█', L'8', '8'}, {L'┏', L'╔', '#'}, {L'┓', L'╗', '#'},
    {L'┗', L'╚', '#'}, {L'┛', L'╝', '#'},
};

uint32_t glyph_in_tier(uint32_t glyph, enum tier tier)
{
    if (glyph < 0x80 || tier == TIER_UTF8)
        return glyph;
    for (size_t i = 0; i < COUNT(signs); i++)
        if ((uint32_t)signs[i].utf8 == glyph)
            return tier == TIER_ASCII ? (uint32_t)(unsigned char)signs[i].ascii
                                      : (uint32_t)signs[i].console;
    return '?';
}

/* Unicode's box drawing by weight, 0 none, 1 light, 2 heavy: the row is up * 3 + right,
 * the column down * 3 + left. */
static const wchar_t joints[9][10] = {
    L" ╴╸╷┐┑╻┒┓", L"╶─╾┌┬┭┎┰┱", L"╺╼━┍┮┯┏┲┳", L"╵┘┙│┤┥╽┧┪", L"└┴┵├┼┽┟╁╅",
    L"┕┶┷┝┾┿┢╆╈", L"╹┚┛╿┦┩┃┨┫", L"┖┸┹┞╀╃┠╂╉", L"┗┺┻┡╄╇┣╊╋",
};

/* CP437 has joints whose two horizontal arms weigh the same, and the two vertical ones:
 * by the arms that there are (up 1, right 2, down 4, left 8), for light and double
 * horizontals and verticals. */
static const wchar_t console_joints[2][2][17] = {
    {L" │─└││┌├─┘─┴┐┤┬┼", L" ║─╙║║╓╟─╜─╨╖╢╥╫"},
    {L" │═╘││╒╞═╛═╧╕╡╤╪", L" ║═╚║║╔╠═╝═╩╗╣╦╬"},
};

static int arm_set(uint8_t arms)
{
    int set = 0;

    for (int arm = 0; arm < 4; arm++)
        if (arm_weight(arms, arm * 2) != WEIGHT_NONE)
            set |= 1 << arm;
    return set;
}

static bool now(uint8_t arms, int one, int other)
{
    return arm_weight(arms, one) == WEIGHT_NOW || arm_weight(arms, other) == WEIGHT_NOW;
}

static uint32_t utf8_joint(uint8_t arms)
{
    int step[4];

    for (int arm = 0; arm < 4; arm++)
        step[arm] = (int[]){0, 1, 1, 2}[arm_weight(arms, arm * 2)];
    return (uint32_t)joints[step[0] * 3 + step[1]][step[2] * 3 + step[3]];
}

static uint32_t ascii_joint(uint8_t arms, int set)
{
    bool heavy = now(arms, ARM_UP, ARM_DOWN) || now(arms, ARM_LEFT, ARM_RIGHT);

    if (set == 0)
        return ' ';
    if (!(set & 5))
        return heavy ? '=' : '-';
    if (!(set & 10))
        return heavy ? '#' : '|';
    return heavy ? '#' : '+';
}

uint32_t glyph_of_arms(uint8_t arms, enum tier tier)
{
    int set = arm_set(arms);

    if (arms == (WEIGHT_NEXT << ARM_LEFT | WEIGHT_NEXT << ARM_RIGHT))
        return glyph_in_tier(L'┄', tier);
    if (arms == (WEIGHT_NEXT << ARM_UP | WEIGHT_NEXT << ARM_DOWN))
        return glyph_in_tier(L'┆', tier);
    if (tier == TIER_UTF8)
        return utf8_joint(arms);
    if (tier == TIER_ASCII)
        return ascii_joint(arms, set);
    return (uint32_t)console_joints[now(arms, ARM_LEFT, ARM_RIGHT)]
                                   [now(arms, ARM_UP, ARM_DOWN)][set];
}

uint32_t glyph_next(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    int more = *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : *at >= 0xc0 ? 1 : 0;
    uint32_t glyph = *at++;

    if (more)
        glyph &= 0x3fU >> more;
    else if (glyph >= 0x80)
        glyph = '?'; /* not the start of a character */
    for (; more > 0 && (*at & 0xc0) == 0x80; more--)
        glyph = glyph << 6 | (*at++ & 0x3fU);
    *text = (const char *)at;
    return more ? '?' : glyph;
}

int glyph_utf8(uint32_t glyph, char text[5])
{
    int length = glyph < 0x80 ? 1 : glyph < 0x800 ? 2 : glyph < 0x10000 ? 3 : 4;

    text[length] = '\0';
    for (int i = length - 1; i > 0; i--, glyph >>= 6)
        text[i] = (char)(0x80 | (glyph & 0x3f));
    text[0] = (char)(length == 1 ? glyph : (0xf00U >> length & 0xff) | glyph);
    return length;
}

/* In a locale of its own: the terminal's may be C, and a test's is. */
int glyph_width(uint32_t glyph)
{
    static locale_t unicode;
    locale_t before;
    int width;

    if (glyph < 0x300 || (glyph >= L'─' && glyph <= L'●')) /* nearly all there are */
        return 1;
    if (!unicode)
        unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!unicode)
        return 1;
    before = uselocale(unicode);
    width = wcwidth((wchar_t)glyph);
    uselocale(before);
    return width < 0 ? 1 : width;
}
