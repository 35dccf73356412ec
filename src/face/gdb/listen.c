#include "face/gdb/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1, POLL_MS = 100, PORT_MAX = 65535 };

/* Gives what must not be left open, and false. */
static bool fail(int fd, struct err *err, const char *address, const char *reason)
{
    if (fd >= 0)
        close(fd);
    return err_set(err, "cannot listen at '%s': %s", address, reason);
}

/* --- Unix sockets ------------------------------------------------------------------------ */

/* The file of a server that is no more: nobody answers there. */
static bool is_stale(const struct sockaddr_un *at)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct stat stat_of;
    bool stale;

    if (fd < 0)
        return false;
    stale = stat(at->sun_path, &stat_of) == 0 && S_ISSOCK(stat_of.st_mode) &&
            connect(fd, (const struct sockaddr *)at, sizeof(*at)) != 0 &&
            errno == ECONNREFUSED;
    close(fd);
    return stale;
}

static bool bind_unix(int fd, const struct sockaddr_un *at)
{
    const struct sockaddr *address = (const struct sockaddr *)at;

    if (bind(fd, address, sizeof(*at)) == 0)
        return true;
    if (errno != EADDRINUSE)
        return false;
    if (!is_stale(at)) {
        errno = EADDRINUSE;
        return false;
    }
    return unlink(at->sun_path) == 0 && bind(fd, address, sizeof(*at)) == 0;
}

/* Who may connect may do anything to the machine: nobody but the user may. */
static bool open_unix(struct listener *listener, const char *path, struct err *err)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) == 0 || strlen(path) >= sizeof(at.sun_path))
        return fail(-1, err, path, "the path is empty or too long for a socket");
    memcpy(at.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || !bind_unix(fd, &at))
        return fail(fd, err, path, strerror(errno));
    if (chmod(path, 0600) != 0 || listen(fd, BACKLOG) != 0) {
        int reason = errno;

        unlink(path);
        return fail(fd, err, path, strerror(reason));
    }
    *listener = (struct listener){.fd = fd, .unlinked = path};
    snprintf(listener->name, sizeof(listener->name), "%s", path);
    return true;
}

/* --- TCP ------------------------------------------------------------------------------------ */

/* "HOST:PORT", "[HOST]:PORT", ":PORT" or "PORT". */
static bool split(const char *address, char host[200], const char **port)
{
    const char *colon = strrchr(address, ':');
    size_t length = colon ? (size_t)(colon - address) : 0;

    *port = colon ? colon + 1 : address;
    if (length >= 2 && address[0] == '[' && address[length - 1] == ']') {
        address++;
        length -= 2;
    }
    if (length >= 200 || strlen(*port) == 0 || strlen(*port) > 5 ||
        strspn(*port, "0123456789") != strlen(*port) || atoi(*port) > PORT_MAX)
        return false;
    snprintf(host, 200, "%.*s", (int)length, address);
    return true;
}

static int bind_tcp(const struct addrinfo *at)
{
    int fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
    int yes = 1;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    yes = errno;
    close(fd);
    errno = yes;
    return -1;
}

/* The name as it is bound: the port may have been chosen just now. */
static void name_tcp(struct listener *listener)
{
    struct sockaddr_storage at;
    socklen_t size = sizeof(at);
    char host[128] = "?", port[16] = "?";

    if (getsockname(listener->fd, (struct sockaddr *)&at, &size) == 0)
        getnameinfo((struct sockaddr *)&at, size, host, sizeof(host), port,
                    sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(listener->name, sizeof(listener->name),
             at.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

static bool open_tcp(struct listener *listener, const char *address, struct err *err)
{
    struct addrinfo want = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *all;
    char host[200];
    const char *port;
    int code, fd = -1;

    if (!split(address, host, &port))
        return fail(-1, err, address, "it is no PORT, HOST:PORT or unix:PATH");
    code = getaddrinfo(host[0] ? host : "127.0.0.1", port, &want, &all);
    if (code != 0)
        return fail(-1, err, address, gai_strerror(code));
    for (const struct addrinfo *at = all; at && fd < 0; at = at->ai_next)
        fd = bind_tcp(at);
    code = errno;
    freeaddrinfo(all);
    if (fd < 0)
        return fail(-1, err, address, strerror(code));
    *listener = (struct listener){.fd = fd};
    name_tcp(listener);
    return true;
}

/* --- either ----------------------------------------------------------------------------------- */

bool listener_open(struct listener *listener, const char *address, struct err *err)
{
    if (strncmp(address, "unix:", 5) == 0)
        return open_unix(listener, address + 5, err);
    return open_tcp(listener, address, err);
}

void listener_close(struct listener *listener)
{
    close(listener->fd);
    if (listener->unlinked)
        unlink(listener->unlinked);
}

int listener_accept(const struct listener *listener, bool (*stopped)(void *ctx),
                    void *ctx)
{
    struct pollfd poller = {.fd = listener->fd, .events = POLLIN};
    int yes = 1;

    for (;;) {
        int fd = poll(&poller, 1, POLL_MS) > 0 ? accept(listener->fd, NULL, NULL) : -1;

        if (fd >= 0) {
            /* Packets are small, and each waits for an answer. */
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
            fcntl(fd, F_SETFD, FD_CLOEXEC);
            return fd;
        }
        if (stopped(ctx))
            return -1;
    }
}
