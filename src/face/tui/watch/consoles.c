#include "face/tui/watch/consoles.h"

#include "base/alloc.h"
#include "machine/device/uart.h"

#include <stdlib.h>
#include <string.h>

struct consoles {
    const struct board *board;
    uint64_t count[CONSOLES];
    uint16_t ring[CONSOLES][CONSOLE_CHARS];
};

/* Which UART of the board it is; CONSOLES: none. */
static unsigned number_of(const struct board *board, unsigned device)
{
    unsigned number = 0;

    for (unsigned i = 0; i < device && i < board->devices; i++)
        number += board->device[i]->type == &uart_type;
    return device < board->devices && board->device[device]->type == &uart_type &&
                   number < CONSOLES
               ? number
               : CONSOLES;
}

static uint16_t character(const struct event *event)
{
    return (uint16_t)(event->console.byte |
                      (event->console.access == ACCESS_STORE ? 0 : CONSOLE_INPUT));
}

static void take(void *ctx, const struct event *event)
{
    struct consoles *consoles = ctx;
    unsigned uart = number_of(consoles->board, event->console.device);

    if (event->board != consoles->board->index || uart == CONSOLES)
        return;
    consoles->ring[uart][consoles->count[uart]++ % CONSOLE_CHARS] = character(event);
}

static void keep(void *ctx, struct state *state)
{
    struct consoles *consoles = ctx;

    STATE(state, consoles->count);
    STATE(state, consoles->ring);
}

struct consoles *consoles_new(struct timeline *timeline, const struct board *board)
{
    struct consoles *consoles = alloc_zero(1, sizeof(*consoles));

    consoles->board = board;
    timeline_add_fold(timeline,
                      (struct fold){EVENT_BIT(EVENT_CONSOLE), take, keep, consoles});
    return consoles;
}

void consoles_free(struct consoles *consoles)
{
    free(consoles);
}

/* One more at the end; the first one goes when there is no room. */
static unsigned append(uint16_t chars[CONSOLE_CHARS], unsigned count, uint64_t *lost,
                       uint16_t c)
{
    if (count == CONSOLE_CHARS) {
        memmove(chars, chars + 1, (CONSOLE_CHARS - 1) * sizeof(*chars));
        count--;
        ++*lost;
    }
    chars[count] = c;
    return count + 1;
}

unsigned consoles_read(const struct consoles *consoles, struct console_events inside,
                       unsigned uart, uint16_t chars[CONSOLE_CHARS], uint64_t *lost)
{
    uint64_t all = uart < CONSOLES ? consoles->count[uart] : 0;
    unsigned count = all < CONSOLE_CHARS ? (unsigned)all : CONSOLE_CHARS;

    *lost = all - count;
    for (unsigned i = 0; i < count; i++)
        chars[i] = consoles->ring[uart][(*lost + i) % CONSOLE_CHARS];
    for (unsigned i = 0; i < inside.count; i++)
        if (inside.event[i].kind == EVENT_CONSOLE &&
            number_of(consoles->board, inside.event[i].console.device) == uart)
            count = append(chars, count, lost, character(&inside.event[i]));
    return count;
}
