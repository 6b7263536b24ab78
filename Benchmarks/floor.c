// The floor: what one core can do for GET requests when the answer is ready and nothing is looked at but where a request ends.
// One epoll loop, non-blocking, keep-alive, pipelining, Connection: close. Requests with bodies are not understood.
//
//     floor PORT BYTES        listens on 127.0.0.1:PORT, answers every request with BYTES bytes of body

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { input_size = 64 * 1024, batch = 64, events_at_once = 512 };

struct peer {
    int fd;
    int seen;       // a request came: `closing` is known
    int closing;    // the peer said Connection: close
    size_t partial; // bytes of a request that is not whole
    char *kept;
    size_t owed; // bytes of the last batch that the socket did not take
    size_t skip; // where they begin, in the endless repetition of the answer
};

static int poller;
static char *answer[2]; // keep-alive, close
static size_t answer_size[2];
static char input[input_size];

static void watch(struct peer *p, int operation, uint32_t what) {
    struct epoll_event event = {.events = what, .data.ptr = p};
    epoll_ctl(poller, operation, p->fd, &event);
}

static void forget(struct peer *p) {
    close(p->fd);
    free(p->kept);
    free(p);
}

// Sends `owed` bytes of repeated answers. Returns 0 when the peer is gone.
static int flush(struct peer *p) {
    while (p->owed) {
        struct iovec parts[batch];
        size_t size = answer_size[p->closing], left = p->owed, from = p->skip;
        int count = 0;
        while (left && count < batch) {
            size_t length = size - from < left ? size - from : left;
            parts[count].iov_base = answer[p->closing] + from;
            parts[count++].iov_len = length;
            left -= length;
            from = 0;
        }
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
        ssize_t sent = sendmsg(p->fd, &message, MSG_NOSIGNAL);
        if (sent < 0) return errno == EAGAIN;
        p->owed -= sent;
        p->skip = (p->skip + sent) % size;
    }
    return !p->closing;
}

static void readable(struct peer *p) {
    if (p->partial) memcpy(input, p->kept, p->partial);
    ssize_t got = recv(p->fd, input + p->partial, input_size - p->partial, 0);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) forget(p);
        return;
    }
    char *at = input, *end = input + p->partial + got, *blank;
    size_t whole = 0;
    while ((blank = memmem(at, end - at, "\r\n\r\n", 4))) {
        if (!p->seen) {
            p->seen = 1;
            p->closing = memmem(at, blank - at, "onnection: close", 16) != NULL;
        }
        at = blank + 4;
        whole++;
        if (p->closing) break;
    }
    p->partial = end - at;
    if (p->partial) {
        if (p->partial == input_size) return forget(p);
        p->kept = realloc(p->kept, p->partial);
        memcpy(p->kept, at, p->partial);
    }
    if (!whole) return;
    p->owed = whole * answer_size[p->closing];
    if (!flush(p)) return forget(p);
    if (p->owed) watch(p, EPOLL_CTL_MOD, EPOLLOUT);
}

static void writable(struct peer *p) {
    if (!flush(p)) return forget(p);
    if (!p->owed) watch(p, EPOLL_CTL_MOD, EPOLLIN);
}

static void prepare(size_t bytes) {
    for (int closing = 0; closing < 2; closing++) {
        answer[closing] = malloc(bytes + 512);
        int head = sprintf(
            answer[closing],
            "HTTP/1.1 200 OK\r\nDate: Tue, 24 Nov 2026 12:00:00 GMT\r\nContent-Type: application/json\r\n"
            "Content-Length: %zu\r\n%s\r\n",
            bytes, closing ? "Connection: close\r\n" : "");
        memset(answer[closing] + head, 'x', bytes);
        answer_size[closing] = head + bytes;
    }
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: floor PORT BYTES\n");
        return 64;
    }
    prepare(strtoul(arguments[2], NULL, 10));
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // the accepted ones inherit it
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
        perror("floor: listen");
        return 71;
    }
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN}, events[events_at_once];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready = epoll_wait(poller, events, events_at_once, -1);
        for (int i = 0; i < ready; i++) {
            struct peer *p = events[i].data.ptr;
            if (p) {
                if (events[i].events & EPOLLOUT) writable(p);
                else readable(p);
                continue;
            }
            for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
                p = calloc(1, sizeof *p);
                p->fd = fd;
                watch(p, EPOLL_CTL_ADD, EPOLLIN);
            }
        }
    }
}
