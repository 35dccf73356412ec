#include "observe/time/moment.h"

#include "base/number.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct moment moment_of(const struct run *run)
{
    return (struct moment){run->events.retired, run->fired, run->events.order};
}

int moment_compare(struct moment a, struct moment b)
{
    if (a.retired != b.retired)
        return a.retired < b.retired ? -1 : 1;
    if (a.order != b.order)
        return a.order < b.order ? -1 : 1;
    return (a.fired > b.fired) - (a.fired < b.fired);
}

struct moment moment_after_event(const struct event *event)
{
    return (struct moment){.retired = event->retired, .order = event->order + 1};
}

struct moment moment_before_event(const struct event *event)
{
    return (struct moment){.retired = event->retired, .order = event->order};
}

int moment_compare_events(const struct event *a, const struct event *b)
{
    return moment_compare(moment_before_event(a), moment_before_event(b));
}

const char *moment_text(char text[MOMENT_TEXT], struct moment moment, bool commas)
{
    size_t length = 1;

    text[0] = '#';
    length += number_text(text + 1, moment.retired, commas);
    if (moment.order)
        snprintf(text + length, MOMENT_TEXT - length, ".%" PRIu32, moment.order);
    return text;
}

/* Reads a decimal number with commas; NULL: there is none, or it is too large. */
static const char *read_number(const char *text, uint64_t most, uint64_t *number)
{
    const char *at = text;

    *number = 0;
    for (; isdigit((unsigned char)*at) || (*at == ',' && at > text); at++) {
        uint64_t digit = (uint64_t)(*at - '0');

        if (*at == ',')
            continue;
        if (*number > (most - digit) / 10)
            return NULL;
        *number = *number * 10 + digit;
    }
    return at == text ? NULL : at;
}

bool moment_parse(const char *text, struct moment *moment)
{
    uint64_t order = 0;

    *moment = (struct moment){0};
    if (text[0] != '#')
        return false;
    text = read_number(text + 1, UINT64_MAX, &moment->retired);
    if (text && *text == '.')
        text = read_number(text + 1, UINT32_MAX, &order);
    moment->order = (uint32_t)order;
    return text && *text == '\0';
}
