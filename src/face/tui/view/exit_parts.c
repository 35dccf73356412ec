#include "face/tui/view/exit_parts.h"

#include <string.h>

uint32_t exit_part_sign(enum exit_part part)
{
    static const wchar_t signs[EXIT_PARTS] = {
        [EXIT_TRAP] = L't',     [EXIT_SAVE] = L's',   [EXIT_DECODE] = L'd',
        [EXIT_EMULATE] = L'e',  [EXIT_INJECT] = L'i', [EXIT_BACKEND] = L'b',
        [EXIT_SCHEDULE] = L'c', [EXIT_IDLE] = L'·',   [EXIT_BUS] = L'░',
        [EXIT_RESTORE] = L'r',  [EXIT_OTHER] = L'o',
    };

    return part < EXIT_PARTS ? (uint32_t)signs[part] : ' ';
}

enum role exit_part_role(enum exit_part part)
{
    switch (part) {
    case EXIT_IDLE:
        return ROLE_QUIET;
    case EXIT_BUS:
        return ROLE_WAIT;
    case EXIT_BACKEND:
        return ROLE_DMA;
    case EXIT_INJECT:
        return ROLE_CHANGED;
    case EXIT_TRAP:
    case EXIT_SAVE:
    case EXIT_DECODE:
    case EXIT_EMULATE:
    case EXIT_SCHEDULE:
    case EXIT_RESTORE:
    case EXIT_OTHER:
    case EXIT_PARTS:
        break;
    }
    return ROLE_HART;
}

void exit_parts_bar(struct canvas *canvas, int row, int col, int room,
                    const struct exit_cost *cost, uint64_t total)
{
    struct bar_part parts[EXIT_PARTS];

    for (int part = 0; part < EXIT_PARTS; part++)
        parts[part] =
            (struct bar_part){cost->part[part], exit_part_sign((enum exit_part)part),
                              exit_part_role((enum exit_part)part)};
    bar_parts(canvas, row, col, room, parts, EXIT_PARTS, total);
}

int exit_parts_key(struct canvas *canvas, int row, int col, int room,
                   const struct exit_cost *cost)
{
    int used = 0;

    for (int part = 0; part < EXIT_PARTS; part++) {
        const char *name = exit_part_infos[part].name;
        int width = (int)strlen(name) + 2;

        if (!cost->part[part] || used + width > room)
            continue;
        canvas_put(canvas, row, col + used, exit_part_role((enum exit_part)part),
                   exit_part_sign((enum exit_part)part));
        canvas_text(canvas, row, col + used + 2, width - 2, ROLE_QUIET, name);
        used += width + 2;
    }
    return used;
}

enum exit_part exit_part_now(const struct exits *exits, const struct vm_exit *exit)
{
    const struct exit_hart *hart = &exits->hart[exit->board * HART_MAX + exit->hart];

    if (!exit->open)
        return EXIT_PARTS;
    return hart->sleeps ? EXIT_IDLE : (enum exit_part)hart->phase;
}
