#include "face/gdb/packet.h"

enum { INTERRUPT = 3, ESCAPE_BIT = 0x20, REPEAT_LEAST = ' ', REPEAT_BASE = 29 };

/* A payload's byte; one too many breaks the packet. */
static void keep(struct packet_reader *reader, uint8_t byte)
{
    if (reader->size == PACKET_MAX)
        reader->broken = true;
    else
        reader->payload[reader->size++] = (char)byte;
}

/* "x*n": the byte before is there n - 29 times more. */
static void repeat(struct packet_reader *reader, uint8_t count)
{
    if (reader->size == 0 || count < REPEAT_LEAST || count > '~') {
        reader->broken = true;
        return;
    }
    for (unsigned i = count - REPEAT_BASE; i > 0 && !reader->broken; i--)
        keep(reader, (uint8_t)reader->payload[reader->size - 1]);
}

/* A packet begins; `%` is a notification, which nobody answers. */
static void begin(struct packet_reader *reader, uint8_t byte)
{
    reader->state = PACKET_IN;
    reader->notification = byte == '%';
    reader->broken = false;
    reader->sum = reader->told = 0;
    reader->size = 0;
}

static enum packet_item between(struct packet_reader *reader, uint8_t byte)
{
    switch (byte) {
    case '$':
    case '%':
        begin(reader, byte);
        return PACKET_NONE;
    case '+':
        return PACKET_ACK;
    case '-':
        return PACKET_NAK;
    case INTERRUPT:
        return PACKET_INTERRUPT;
    default:
        return PACKET_NONE;
    }
}

/* A byte of the payload as it is sent. A `$` cannot be one: the rest of what came before
 * was lost, and a packet begins. */
static void within(struct packet_reader *reader, uint8_t byte)
{
    if (byte == '$') {
        begin(reader, byte);
        return;
    }
    if (byte == '#') {
        reader->broken |= reader->state != PACKET_IN;
        reader->state = PACKET_SUM_HIGH;
        return;
    }
    reader->sum = (uint8_t)(reader->sum + byte);
    if (reader->state == PACKET_IN_ESCAPE) {
        keep(reader, byte ^ ESCAPE_BIT);
        reader->state = PACKET_IN;
    } else if (reader->state == PACKET_IN_REPEAT) {
        repeat(reader, byte);
        reader->state = PACKET_IN;
    } else if (byte == '}') {
        reader->state = PACKET_IN_ESCAPE;
    } else if (byte == '*') {
        reader->state = PACKET_IN_REPEAT;
    } else {
        keep(reader, byte);
    }
}

/* The value of a digit; what is none breaks the packet. */
static uint8_t sum_digit(struct packet_reader *reader, uint8_t byte)
{
    if (byte >= '0' && byte <= '9')
        return (uint8_t)(byte - '0');
    if ((byte | 32) >= 'a' && (byte | 32) <= 'f')
        return (uint8_t)((byte | 32) - 'a' + 10);
    reader->broken = true;
    return 0;
}

static enum packet_item end(struct packet_reader *reader)
{
    reader->state = PACKET_BETWEEN;
    reader->payload[reader->size] = '\0';
    if (reader->notification)
        return PACKET_NONE;
    if (reader->broken || reader->told != reader->sum)
        return PACKET_BROKEN;
    return PACKET_WHOLE;
}

enum packet_item packet_byte(struct packet_reader *reader, uint8_t byte)
{
    switch (reader->state) {
    case PACKET_BETWEEN:
        return between(reader, byte);
    case PACKET_IN:
    case PACKET_IN_ESCAPE:
    case PACKET_IN_REPEAT:
        within(reader, byte);
        return PACKET_NONE;
    case PACKET_SUM_HIGH:
        reader->told = (uint8_t)(sum_digit(reader, byte) << 4);
        reader->state = PACKET_SUM_LOW;
        return PACKET_NONE;
    case PACKET_SUM_LOW:
        reader->told |= sum_digit(reader, byte);
        return end(reader);
    }
    return PACKET_NONE;
}

void packet_add(struct buf *out, const void *payload, size_t size)
{
    const uint8_t *bytes = payload;
    uint8_t sum = 0;

    buf_char(out, '$');
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = bytes[i];

        if (byte == '$' || byte == '#' || byte == '}' || byte == '*') {
            buf_char(out, '}');
            sum = (uint8_t)(sum + '}');
            byte ^= ESCAPE_BIT;
        }
        buf_char(out, (char)byte);
        sum = (uint8_t)(sum + byte);
    }
    buf_printf(out, "#%02x", sum);
}
