#include "face/terminal_style.h"

#include "base/bits.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool color_check(const char *when, struct err *err)
{
    return strcmp(when, "auto") == 0 || strcmp(when, "always") == 0 ||
           strcmp(when, "never") == 0 ||
           err_set(err, "--color '%s': it is auto, always or never", when);
}

/* Does the locale that the environment names have UTF-8? */
static bool has_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (unsigned i = 0; i < COUNT(names); i++) {
        const char *value = getenv(names[i]);

        if (value && value[0])
            return strstr(value, "UTF-8") || strstr(value, "utf8");
    }
    return false;
}

static bool has_colour(FILE *file, const char *color)
{
    const char *no = getenv("NO_COLOR");

    if (strcmp(color, "auto") != 0)
        return strcmp(color, "always") == 0;
    return isatty(fileno(file)) && !(no && no[0]);
}

/* Asked each time: windows change. */
size_t terminal_width(FILE *file)
{
    struct winsize size;

    if (!isatty(fileno(file)))
        return 0;
    return ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col
                                                                      : 80;
}

struct text_style terminal_style(FILE *file, const char *color, unsigned otherwise)
{
    size_t width = terminal_width(file);

    return (struct text_style){.colour = has_colour(file, color),
                               .utf8 = has_utf8(),
                               .width = width ? (unsigned)width : otherwise};
}
