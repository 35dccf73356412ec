/*
 * Which write of THR gave the UART the character that it sends now. Characters leave in
 * the order in which they came, so the answer follows from what is behind it: the shift
 * register and the FIFO as they were before the step, and what the step itself wrote.
 */
#include "observe/ask/why_console.h"

#include "machine/device/uart.h"
#include "observe/ask/step.h"

enum { LINE = UART_FIFO + 2 + 64 };

/* Characters on their way out, the first one first. */
struct line {
    const struct event *console;
    unsigned count;
    uint8_t byte[LINE];
};

static void join(struct line *line, uint8_t byte)
{
    if (line->count < LINE)
        line->byte[line->count++] = byte;
}

static void look(void *ctx, struct run *run)
{
    struct line *line = ctx;
    const struct event *console = line->console;
    const struct uart *uart = (const struct uart *)run->board[console->board]
                                  ->device[console->console.device];

    if (uart->sent.due != NEVER)
        join(line, uart->shift);
    for (unsigned i = 0; i < uart->send.count; i++)
        join(line, uart->send.bytes[(uart->send.first + i) % UART_FIFO]);
}

/* Of the step's events before this one: what was written, and how many were sent. */
static unsigned follow_step(struct line *line, const struct step *step)
{
    const struct event *console = line->console;
    unsigned sent = 0;

    for (unsigned i = 0; i < step->count; i++) {
        const struct event *event = &step->event[i];

        if (moment_compare_events(event, console) >= 0)
            break;
        if (event->kind == EVENT_MMIO_WRITE &&
            event->mmio_write.device == console->console.device &&
            event->mmio_write.offset == UART_THR)
            join(line, (uint8_t)event->mmio_write.value);
        sent += event->kind == EVENT_CONSOLE &&
                event->console.device == console->console.device &&
                event->console.access == ACCESS_STORE;
    }
    return sent;
}

unsigned why_equal_behind(struct timeline *timeline, const struct event *console)
{
    struct line line = {.console = console};
    unsigned behind = 0;
    struct step step;

    if (step_of(timeline, console, &step) &&
        timeline_peek_at(timeline, step.began, look, &line))
        for (unsigned i = follow_step(&line, &step) + 1; i < line.count; i++)
            behind += line.byte[i] == console->console.byte;
    step_release(&step);
    return behind;
}
