#include "tests/lib/gdb_client.h"

#include "face/gdb/gdb_rows.h"
#include "face/gdb/hex.h"
#include "face/gdb/packet.h"
#include "face/gdb/server.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* Fuzz targets, which are no tests of Check's, use this, too. */
static void must(bool holds)
{
    if (!holds)
        abort();
}

void gdb_client_open(struct session *session, const char *variant)
{
    struct session_choice choice = {.file = "tests/gdb/two_harts.lua",
                                    .variant = variant};
    struct err err = {{0}};

    if (!session_open(session, &choice, &err))
        fprintf(stderr, "%s\n", err.text);
    must(session->run);
    session_add_commands(session, gdb_commands);
}

struct speaker {
    int fd;
    const void *bytes;
    size_t size;
    const char *until; /* heard all of it, it leaves; NULL: when the server does */
    struct buf heard;
};

static bool has_heard(const struct speaker *speaker)
{
    return speaker->until && strstr(buf_str(&speaker->heard), speaker->until);
}

/* Says all of it, and then listens. */
static void *speak(void *ctx)
{
    struct speaker *speaker = ctx;
    char bytes[4096];
    ssize_t got;

    send(speaker->fd, speaker->bytes, speaker->size, MSG_NOSIGNAL);
    if (!speaker->until)
        shutdown(speaker->fd, SHUT_WR);
    while (!has_heard(speaker) &&
           (got = recv(speaker->fd, bytes, sizeof(bytes), 0)) > 0)
        buf_add(&speaker->heard, bytes, (size_t)got);
    shutdown(speaker->fd, SHUT_RDWR);
    return NULL;
}

static struct buf serve(struct session *session, struct speaker speaker)
{
    struct timeval patience = {.tv_sec = 5};
    pthread_t thread;
    int pair[2];

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    if (speaker.until)
        setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    speaker.fd = pair[0];
    must(pthread_create(&thread, NULL, speak, &speaker) == 0);
    gdb_serve(session, pair[1], NULL, NULL);
    close(pair[1]);
    pthread_join(thread, NULL);
    close(pair[0]);
    return speaker.heard;
}

struct buf gdb_client_raw(struct session *session, const void *bytes, size_t size)
{
    return serve(session, (struct speaker){.bytes = bytes, .size = size});
}

struct buf gdb_client_stay(struct session *session, const char *say, const char *until)
{
    return serve(session,
                 (struct speaker){.bytes = say, .size = strlen(say), .until = until});
}

/* The text of an O packet, on one line. */
static void put_console(struct buf *out, const char *digits, size_t size)
{
    struct scan scan = {digits, size};
    struct buf text = {0};

    must(scan_bytes(&scan, &text));
    buf_char(out, 'O');
    for (size_t i = 0; i < text.size; i++)
        buf_char(out, text.data[i] == '\n' ? '~' : text.data[i]);
    buf_free(&text);
}

static void put_payload(struct buf *out, const struct packet_reader *reader)
{
    const char *payload = reader->payload;

    if (payload[0] == 'O' && strcmp(payload, "OK") != 0)
        put_console(out, payload + 1, reader->size - 1);
    else
        buf_text(out, payload);
    buf_char(out, '\n');
}

/* Says it and listens until the last answer, which is to a packet that was added. */
struct client {
    int fd;
    struct buf said;
    unsigned lasts; /* so many answers look like the last one */
    struct packet_reader reader;
    struct buf answers;
};

#define LAST        "qSupported:last"
#define LAST_ANSWER "PacketSize="

static bool is_last(struct client *client)
{
    if (strncmp(client->reader.payload, LAST_ANSWER, strlen(LAST_ANSWER)) != 0)
        return false;
    return --client->lasts == 0;
}

static void *be_client(void *ctx)
{
    struct client *client = ctx;
    bool first = true; /* to QStartNoAckMode */
    char byte;

    must(send(client->fd, client->said.data, client->said.size, 0) ==
         (ssize_t)client->said.size);
    while (recv(client->fd, &byte, 1, 0) == 1) {
        enum packet_item item = packet_byte(&client->reader, (uint8_t)byte);

        must(item != PACKET_BROKEN);
        if (item != PACKET_WHOLE)
            continue;
        if (is_last(client))
            break;
        if (!first)
            put_payload(&client->answers, &client->reader);
        first = false;
    }
    close(client->fd);
    return NULL;
}

struct buf gdb_client_disturb(struct session *session, const char *const *payloads,
                              bool (*came)(void *ctx), void *ctx)
{
    struct client *client = calloc(1, sizeof(*client));
    struct buf answers;
    pthread_t thread;
    int pair[2];

    packet_add(&client->said, "QStartNoAckMode", strlen("QStartNoAckMode"));
    for (; *payloads; payloads++) {
        packet_add(&client->said, *payloads, strlen(*payloads));
        client->lasts += strncmp(*payloads, "qSupported", 10) == 0;
    }
    packet_add(&client->said, LAST, strlen(LAST));
    client->lasts++;
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    client->fd = pair[0];
    must(pthread_create(&thread, NULL, be_client, client) == 0);
    gdb_serve(session, pair[1], came, ctx);
    close(pair[1]);
    pthread_join(thread, NULL);
    answers = client->answers;
    buf_free(&client->said);
    free(client);
    return answers;
}

struct buf gdb_client_talk(struct session *session, const char *const *payloads)
{
    return gdb_client_disturb(session, payloads, NULL, NULL);
}
