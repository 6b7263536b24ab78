#ifndef CEPOLL_H
#define CEPOLL_H
/* The Linux calls that Swift's Glibc module lacks. Header only: the functions are the system's own. */
#ifdef __linux__
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

/* Declared here and not by _GNU_SOURCE, which would give the system's headers another shape than Swift's Glibc module. */
extern int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);

/* sched_getaffinity(2), as raw bytes: its set type belongs to _GNU_SOURCE too. */
extern int sched_getaffinity(int process, unsigned long size, void *set);

/* How many processors this process may run on; 0 where the kernel does not say. */
static inline int consilium_processors(void) {
    unsigned long words[128] = {0};
    int count = 0;
    if (sched_getaffinity(0, sizeof words, words) != 0) return 0;
    for (int i = 0; i < 128; i++) count += __builtin_popcountl(words[i]);
    return count;
}

/* accept4(2): a non-blocking descriptor that no child inherits, in one call. */
static inline int consilium_accept(int listener, struct sockaddr_storage *address) {
    socklen_t length = sizeof(*address);
    return accept4(listener, (struct sockaddr *)address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* The 64 bits that travel with a descriptor's events. */
static inline struct epoll_event consilium_event(unsigned int events, unsigned long long token) {
    struct epoll_event event;
    event.events = events;
    event.data.u64 = token;
    return event;
}

static inline unsigned long long consilium_token(const struct epoll_event *event) { return event->data.u64; }
#endif
#endif
