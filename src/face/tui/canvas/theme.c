#include "face/tui/canvas/theme.h"

#include <string.h>

const char *const theme_names[THEMES] = {
    [THEME_DARK] = "dark",         [THEME_LIGHT] = "light",
    [THEME_CONTRAST] = "contrast", [THEME_TERMINAL] = "terminal",
    [THEME_MONO] = "mono",
};

#define B LOOK_BOLD
#define D LOOK_DIM
#define R LOOK_REVERSE
#define U LOOK_UNDERLINE

/* Each theme's background is under all roles that have none of their own. Blue and
 * orange stay far apart for eyes that do not tell red from green. */
/* clang-format off */
static const struct look looks[ROLES][THEMES] = {
    /*                dark           light          contrast       terminal      mono */
    [ROLE_TEXT]    = {{252, 234, 0}, {236, 231, 0}, {231, 16, 0}, {-1, -1, 0}, {-1, -1, 0}},
    [ROLE_HEAD]    = {{231, 234, B}, {16, 231, B},  {231, 16, B}, {-1, -1, B}, {-1, -1, B}},
    [ROLE_QUIET]   = {{246, 234, 0}, {242, 231, 0}, {252, 16, 0}, {-1, -1, 0}, {-1, -1, D}},
    [ROLE_RULE]    = {{240, 234, 0}, {248, 231, 0}, {250, 16, 0}, {-1, -1, D}, {-1, -1, 0}},
    [ROLE_HART]    = {{117, 234, 0}, {25, 231, 0},  {51, 16, 0},  {6, -1, 0},  {-1, -1, 0}},
    [ROLE_DMA]     = {{215, 234, 0}, {130, 231, 0}, {226, 16, 0}, {3, -1, 0},  {-1, -1, B}},
    [ROLE_IOMMU]   = {{150, 234, 0}, {58, 231, 0},  {120, 16, 0}, {2, -1, 0},  {-1, -1, U}},
    [ROLE_GUEST_EVEN] = {{80, 234, 0}, {23, 231, 0}, {123, 16, 0}, {6, -1, B}, {-1, -1, U | B}},
    [ROLE_GUEST_ODD] = {{114, 234, 0}, {22, 231, 0}, {46, 16, 0}, {2, -1, B}, {-1, -1, U | B}},
    [ROLE_NOBODY]  = {{246, 234, 0}, {242, 231, 0}, {252, 16, 0}, {-1, -1, 0}, {-1, -1, 0}},
    [ROLE_WAIT]    = {{176, 234, 0}, {90, 231, 0},  {219, 16, 0}, {5, -1, 0},  {-1, -1, 0}},
    [ROLE_STOP]    = {{16, 210, B},  {231, 124, B}, {16, 231, B}, {1, -1, R | B}, {-1, -1, R | B}},
    [ROLE_CHANGED] = {{229, 234, 0}, {54, 231, 0},  {229, 16, 0}, {-1, -1, B}, {-1, -1, B}},
    [ROLE_TAG]     = {{231, 60, 0},  {231, 60, 0},  {16, 51, 0},  {-1, -1, R}, {-1, -1, R}},
    [ROLE_HELD]    = {{16, 186, B}, {16, 222, B},   {16, 226, B}, {3, -1, R},  {-1, -1, R | B}},
    [ROLE_CURSOR]  = {{231, 238, 0}, {16, 254, 0},  {16, 231, 0}, {-1, -1, R}, {-1, -1, R}},
};
/* clang-format on */

struct look theme_look(enum theme theme, enum role role)
{
    return looks[role][theme];
}

/* 16 colours of the terminal, a cube of 6 * 6 * 6, 24 greys. */
uint32_t theme_rgb(int index)
{
    static const uint32_t first[] = {
        0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
        0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff};
    static const uint32_t steps[] = {0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff};
    uint32_t grey, cube;

    if (index < 16)
        return first[index < 0 ? 0 : index];
    if (index >= 232) {
        grey = 8 + 10 * (uint32_t)(index - 232);
        return grey << 16 | grey << 8 | grey;
    }
    cube = (uint32_t)index - 16;
    return steps[cube / 36] << 16 | steps[cube / 6 % 6] << 8 | steps[cube % 6];
}

enum theme theme_by_name(const char *name)
{
    for (int i = 0; i < THEMES; i++)
        if (strcmp(name, theme_names[i]) == 0)
            return (enum theme)i;
    return THEMES;
}
