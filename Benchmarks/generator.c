// The load generator: one thread, one edge-triggered epoll, HTTP/1.1 over TCP or TLS 1.3 to 127.0.0.1.
//
//     generator --port N --request FILE [--connections 64] [--seconds 2] [--depth 1] [--close] [--tls] [--resume] [--sources 1]
//     generator --port N --request FILE --hold [--connections 10000] [--sources 4]
//     generator --port N --request FILE --slow-readers 200 --slow-writers 200 [--sources 8]
//
// Load: every connection makes one round that is not counted, then `ready` is printed and a line on standard input is awaited;
// then each connection sends --depth requests, awaits their answers and begins again (with --close on a new connection, with
// --resume by the ticket of the one before) until the time is over. What is under way is finished, and one line of JSON printed.
// Hold: the connections make their round, `ready` is printed, and they stay idle until standard input ends.
// Slow: readers send the request 64 times over and take 1,024 bytes a second; writers send the head of a POST and then a byte of
// body a second; both until standard input ends.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { input_size = 256 * 1024, events_at_once = 512, starts_at_once = 128, head_limit = 16 * 1024, grace_seconds = 2 };

enum state { closed, connecting, handshaking, sending, receiving, awaiting_end, parked };

struct client {
    int fd;
    enum state state;
    unsigned source;    // which 127.0.0.x
    int outstanding;    // answers of this batch still to come
    size_t sent;        // bytes of the batch
    size_t body_left;   // bytes of the body that is arriving
    size_t partial;     // bytes of a head that is not whole
    char *head;
    uint64_t began;
    SSL *ssl;
    SSL_SESSION *ticket;
};

static struct {
    int port, connections, depth, close, tls, resume, sources, hold, slow_readers, slow_writers;
    double seconds;
    const char *request_file;
} options = {.connections = 64, .depth = 1, .sources = 1, .seconds = 2};

static struct {
    uint64_t requests, bad, errors, bytes, handshakes, resumed;
} counted;

static int poller;
static SSL_CTX *tls;
static char *batch;
static size_t batch_size;
static char input[input_size];
static int measuring, stopping; // neither: the round that is not counted
static int active;              // clients with a round under way
static uint64_t last_answer;
static char tls_summary[160] = "", first_bad[80] = "";

// MARK: Time and the histogram of latencies: 128 steps an octave, nanoseconds.

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}

static uint64_t histogram[64 * 128], samples;

static void record(uint64_t value) {
    int shift = value < 256 ? 0 : 56 - __builtin_clzll(value);
    histogram[((size_t)shift << 7) + (value >> shift)]++;
    samples++;
}

static double quantile_microseconds(double q) {
    uint64_t rank = (uint64_t)(q * (double)samples), seen = 0;
    for (size_t i = 0; i < sizeof histogram / sizeof *histogram; i++) {
        seen += histogram[i];
        if (seen <= rank) continue;
        size_t shift = i < 256 ? 0 : (i >> 7) - 1, step = i - (shift << 7);
        return ((double)((uint64_t)step << shift) + (double)((uint64_t)1 << shift) / 2) / 1000;
    }
    return 0;
}

// MARK: Connections

static struct sockaddr_in loopback(unsigned last, int port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK + last)};
}

// A socket on its way to the server, or -1.
static int dial(unsigned source, int flags, int receive_buffer) {
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    if (fd < 0) return -1;
    if (options.sources > 1) { // the port is chosen at connect, so that each address has all of them
        struct sockaddr_in from = loopback(source, 0);
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        bind(fd, (struct sockaddr *)&from, sizeof from);
    }
    if (receive_buffer) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct sockaddr_in to = loopback(0, options.port);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}

static int keep_ticket(SSL *ssl, SSL_SESSION *ticket) {
    struct client *c = SSL_get_app_data(ssl);
    if (!options.resume) return 0;
    SSL_SESSION_free(c->ticket);
    c->ticket = ticket;
    return 1;
}

static void hang_up(struct client *c) {
    if (c->ssl) {
        // Neither end says goodbye here: without this OpenSSL would hold the ticket for spoilt.
        SSL_set_shutdown(c->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        SSL_free(c->ssl);
        c->ssl = NULL;
    }
    if (c->fd >= 0) close(c->fd);
    c->fd = -1;
    c->state = closed;
    c->partial = c->body_left = 0;
}

static void retire(struct client *c) {
    counted.errors++;
    if (c->state != closed && c->state != parked) active--;
    hang_up(c);
}

static void open_connection(struct client *c) {
    active++;
    c->state = connecting;
    c->began = now();
    c->fd = dial(c->source, SOCK_NONBLOCK, 0);
    if (c->fd < 0) return retire(c);
    if (tls) {
        c->ssl = SSL_new(tls);
        SSL_set_fd(c->ssl, c->fd);
        SSL_set_app_data(c->ssl, c);
        SSL_set_connect_state(c->ssl);
        if (c->ticket) SSL_set_session(c->ssl, c->ticket);
    }
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
}

static void describe_tls(SSL *ssl) {
    X509 *certificate = SSL_get1_peer_certificate(ssl);
    char curve[40] = "";
    EVP_PKEY *key = certificate ? X509_get0_pubkey(certificate) : NULL;
    if (key) EVP_PKEY_get_group_name(key, curve, sizeof curve, NULL);
    const char *group = SSL_group_to_name(ssl, SSL_get_negotiated_group(ssl));
    snprintf(
        tls_summary, sizeof tls_summary, "%s %s, group %s, key %s %s", SSL_get_version(ssl), SSL_get_cipher_name(ssl),
        group ? group : "?", key ? EVP_PKEY_get0_type_name(key) : "?", curve);
    X509_free(certificate);
}

// MARK: One round: a batch of requests and its answers

enum outcome { progress, wait_for_event, gone };

static enum outcome tls_outcome(struct client *c, int result) {
    int error = SSL_get_error(c->ssl, result);
    ERR_clear_error();
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? wait_for_event : gone;
}

static enum outcome shake_hands(struct client *c) {
    int result = SSL_do_handshake(c->ssl);
    if (result != 1) return tls_outcome(c, result);
    counted.handshakes++;
    if (SSL_session_reused(c->ssl)) counted.resumed++;
    else if (!*tls_summary) describe_tls(c->ssl);
    return progress;
}

static enum outcome send_batch(struct client *c) {
    while (c->sent < batch_size) {
        if (c->ssl) {
            int n = SSL_write(c->ssl, batch + c->sent, (int)(batch_size - c->sent));
            if (n <= 0) return tls_outcome(c, n);
            c->sent += n;
        } else {
            ssize_t n = send(c->fd, batch + c->sent, batch_size - c->sent, MSG_NOSIGNAL);
            if (n < 0) return errno == EAGAIN ? wait_for_event : gone;
            c->sent += n;
        }
    }
    return progress;
}

static void begin_batch(struct client *c) {
    c->state = sending;
    c->sent = 0;
    c->outstanding = options.depth;
}

static void answer_complete(struct client *c) {
    counted.requests++;
    if (--c->outstanding) return;
    last_answer = now();
    record(last_answer - c->began);
}

// Reads a head that ends before `blank`. Returns 0 when its body has no known length.
static int read_head(struct client *c, const char *head, const char *blank) {
    if (blank - head < 12 || memcmp(head, "HTTP/1.1 200", 12)) {
        if (!counted.bad++ && measuring) snprintf(first_bad, sizeof first_bad, "%.*s", (int)strcspn(head, "\r\"\\"), head);
    }
    for (const char *line = memchr(head, '\n', blank - head); line; line = memchr(line + 1, '\n', blank - line - 1)) {
        if ((line[1] | 32) == 'c' && !strncasecmp(line + 1, "content-length:", 15)) {
            c->body_left = strtoul(line + 16, NULL, 10);
            counted.bytes += c->body_left;
            return 1;
        }
    }
    return 0;
}

// Takes what arrived. Returns 0 when it is no sequence of answers.
static int digest(struct client *c, const char *at, size_t size) {
    const char *end = at + size;
    while (at < end) {
        if (c->body_left) {
            size_t n = (size_t)(end - at) < c->body_left ? (size_t)(end - at) : c->body_left;
            at += n;
            if (!(c->body_left -= n)) answer_complete(c);
            continue;
        }
        if (!c->outstanding) return 0; // more than was asked for
        if (!c->partial) {
            const char *blank = memmem(at, end - at, "\r\n\r\n", 4);
            if (blank) {
                if (!read_head(c, at, blank)) return 0;
                at = blank + 4;
                if (!c->body_left) answer_complete(c);
                continue;
            }
        }
        if (!c->head) c->head = malloc(head_limit);
        size_t space = head_limit - c->partial, n = (size_t)(end - at) < space ? (size_t)(end - at) : space;
        if (!n) return 0;
        memcpy(c->head + c->partial, at, n);
        char *blank = memmem(c->head, c->partial + n, "\r\n\r\n", 4);
        if (!blank) {
            c->partial += n;
            at += n;
            continue;
        }
        at += blank + 4 - c->head - c->partial;
        c->partial = 0;
        if (!read_head(c, c->head, blank)) return 0;
        if (!c->body_left) answer_complete(c);
    }
    return 1;
}

static enum outcome receive(struct client *c) {
    for (;;) {
        ssize_t n;
        if (c->ssl) {
            n = SSL_read(c->ssl, input, input_size);
            if (n <= 0) return tls_outcome(c, (int)n);
        } else {
            n = recv(c->fd, input, input_size, 0);
            if (n < 0) return errno == EAGAIN ? wait_for_event : gone;
            if (n == 0) return gone;
        }
        if (!digest(c, input, n)) return gone;
        if (!c->outstanding) return progress;
        if (!c->ssl && n < input_size) return wait_for_event; // drained: the next bytes are a new edge
    }
}

static void park(struct client *c) {
    active--;
    c->state = parked;
}

// After a round: the next one, or rest.
static void round_complete(struct client *c) {
    if (options.close) {
        hang_up(c);
        if (measuring && !stopping) {
            active--;
            open_connection(c);
            return;
        }
        return park(c);
    }
    if (!measuring || stopping) return park(c);
    c->began = now();
    begin_batch(c);
}

static void step(struct client *c, uint32_t events) {
    for (;;) {
        enum outcome outcome = progress;
        switch (c->state) {
        case connecting:
            if (events & (EPOLLERR | EPOLLHUP)) return retire(c);
            if (!(events & EPOLLOUT)) return;
            c->state = handshaking;
            break;
        case handshaking:
            if (c->ssl) outcome = shake_hands(c);
            if (outcome == progress) begin_batch(c);
            break;
        case sending:
            outcome = send_batch(c);
            if (outcome == progress) {
                c->state = receiving;
                if (!(events & EPOLLRDHUP)) return; // an answer is a new edge
            }
            break;
        case receiving:
            outcome = receive(c);
            if (outcome != progress) break;
            if (!options.close) {
                round_complete(c);
                if (c->state == parked) return;
                events = 0;
            } else {
                c->state = awaiting_end;
            }
            break;
        case awaiting_end:
            if (c->ssl) {
                int n = SSL_read(c->ssl, input, input_size);
                outcome = n > 0 ? gone : tls_outcome(c, n);
                if (n <= 0 && outcome == gone) return round_complete(c);
            } else {
                ssize_t n = recv(c->fd, input, input_size, 0);
                if (n == 0) return round_complete(c);
                outcome = n < 0 && errno == EAGAIN ? wait_for_event : gone;
            }
            break;
        case parked:
            if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) retire(c);
            return;
        case closed: return;
        }
        if (outcome == wait_for_event) return;
        if (outcome == gone) {
            int again = measuring && !stopping && counted.errors < 1000;
            retire(c);
            if (again) open_connection(c);
            return;
        }
    }
}

// MARK: Load and hold

static int input_ready(int milliseconds) {
    struct pollfd p = {.fd = 0, .events = POLLIN};
    return poll(&p, 1, milliseconds) > 0;
}

static void turn(int milliseconds) {
    struct epoll_event events[events_at_once];
    int n = epoll_wait(poller, events, events_at_once, milliseconds);
    for (int i = 0; i < n; i++) step(events[i].data.ptr, events[i].events);
}

static double seconds_of(struct timeval t) { return t.tv_sec + t.tv_usec * 1e-6; }

static double own_cpu(void) {
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return seconds_of(u.ru_utime) + seconds_of(u.ru_stime);
}

// Opens all and makes one round on each, some at a time so that no backlog overflows.
static void first_round(struct client *clients) {
    uint64_t deadline = now() + 20ull * 1000000000u;
    for (int i = 0; (i < options.connections || active) && now() < deadline; turn(100))
        while (i < options.connections && active < starts_at_once) {
            clients[i].source = i % options.sources;
            open_connection(&clients[i++]);
        }
    if (active) counted.errors += active;
}

static int run_hold(struct client *clients) {
    first_round(clients);
    printf("ready\n");
    fflush(stdout);
    while (!input_ready(0)) turn(100);
    int open = 0;
    for (int i = 0; i < options.connections; i++) open += clients[i].state == parked;
    printf("{\"open\": %d, \"bad\": %lu, \"errors\": %lu}\n", open, counted.bad, counted.errors);
    return 0;
}

static int run_load(struct client *clients) {
    first_round(clients);
    if (counted.errors) {
        printf("{\"failed\": \"%lu of %d connections had no answer\"}\n", counted.errors, options.connections);
        return 1;
    }
    printf("ready\n");
    fflush(stdout);
    char line[16];
    if (!fgets(line, sizeof line, stdin)) return 0;
    memset(&counted, 0, sizeof counted);
    memset(histogram, 0, sizeof histogram);
    samples = 0;
    measuring = 1;
    double cpu = own_cpu();
    uint64_t start = now(), end = start + (uint64_t)(options.seconds * 1e9), late = end + grace_seconds * 1000000000ull;
    last_answer = start;
    for (int i = 0; i < options.connections; i++) {
        struct client *c = &clients[i];
        if (options.close) {
            open_connection(c);
            continue;
        }
        active++;
        c->began = now();
        begin_batch(c);
        step(c, 0);
    }
    while (active && !stopping) {
        turn(10);
        if (now() >= end) stopping = 1;
    }
    while (active && now() < late) turn(10);
    counted.errors += active;
    double elapsed = (double)(last_answer - start) / 1e9;
    printf(
        "{\"requests\": %lu, \"seconds\": %.6f, \"p50_us\": %.2f, \"p99_us\": %.2f, \"bad\": %lu, \"errors\": %lu, "
        "\"bytes\": %.1f, \"handshakes\": %lu, \"resumed\": %lu, \"cpu_seconds\": %.4f, \"tls\": \"%s\", \"first_bad\": \"%s\"}\n",
        counted.requests, elapsed, quantile_microseconds(0.5), quantile_microseconds(0.99), counted.bad, counted.errors,
        counted.requests ? (double)counted.bytes / (double)counted.requests : 0, counted.handshakes, counted.resumed,
        own_cpu() - cpu, tls_summary, first_bad);
    return 0;
}

// MARK: Slow peers

enum { reader_buffer = 2048, reader_requests = 64, reader_step = 1024, ticks = 20 };

static const char writer_head[] =
    "POST /recommend HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 4096\r\n\r\n";

static int open_slow(int index, int reader) {
    int fd = dial(index % options.sources, 0, reader ? reader_buffer : 0);
    if (fd < 0) return -1;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    if (reader) send(fd, batch, batch_size, MSG_NOSIGNAL);
    else send(fd, writer_head, sizeof writer_head - 1, MSG_NOSIGNAL);
    return fd;
}

static int run_slow(void) {
    int total = options.slow_readers + options.slow_writers, *fds = calloc(total, sizeof *fds);
    uint64_t taken = 0, given = 0, reopened = 0;
    for (int i = 0; i < total; i++) fds[i] = open_slow(i, i < options.slow_readers);
    printf("ready\n");
    fflush(stdout);
    uint64_t next = now();
    for (int tick = 0;; tick = (tick + 1) % ticks) {
        next += 1000000000u / ticks;
        for (uint64_t t; (t = now()) < next;)
            if (input_ready((int)((next - t) / 1000000u) + 1)) goto end;
        for (int i = tick; i < total; i += ticks) {
            int reader = i < options.slow_readers, lost = fds[i] < 0;
            if (!lost) {
                ssize_t n = recv(fds[i], input, reader ? reader_step : input_size, 0);
                lost = n == 0 || (n < 0 && errno != EAGAIN);
                if (n > 0 && reader) taken += n;
            }
            if (!lost && !reader) {
                lost = send(fds[i], " ", 1, MSG_NOSIGNAL) < 0 && errno != EAGAIN;
                given += !lost;
            }
            if (!lost) continue;
            if (fds[i] >= 0) close(fds[i]);
            fds[i] = open_slow(i, reader);
            reopened++;
        }
    }
end:
    printf("{\"read\": %lu, \"written\": %lu, \"reopened\": %lu}\n", taken, given, reopened);
    return 0;
}

// MARK: Start

static int usage(const char *why) {
    fprintf(stderr, "generator: %s; see the head of generator.c\n", why);
    return 64;
}

static int read_options(int count, char **arguments) {
    static const struct option names[] = {
        {"port", 1, NULL, 'p'},    {"request", 1, NULL, 'q'}, {"connections", 1, NULL, 'c'},  {"seconds", 1, NULL, 's'},
        {"depth", 1, NULL, 'd'},   {"close", 0, NULL, 'k'},   {"tls", 0, NULL, 't'},          {"resume", 0, NULL, 'r'},
        {"sources", 1, NULL, 'a'}, {"hold", 0, NULL, 'h'},    {"slow-readers", 1, NULL, 'R'}, {"slow-writers", 1, NULL, 'W'},
        {NULL, 0, NULL, 0}};
    for (int name; (name = getopt_long(count, arguments, "", names, NULL)) != -1;) switch (name) {
        case 'p': options.port = atoi(optarg); break;
        case 'q': options.request_file = optarg; break;
        case 'c': options.connections = atoi(optarg); break;
        case 's': options.seconds = atof(optarg); break;
        case 'd': options.depth = atoi(optarg); break;
        case 'k': options.close = 1; break;
        case 't': options.tls = 1; break;
        case 'r': options.resume = 1; break;
        case 'a': options.sources = atoi(optarg); break;
        case 'h': options.hold = 1; break;
        case 'R': options.slow_readers = atoi(optarg); break;
        case 'W': options.slow_writers = atoi(optarg); break;
        default: return usage("unknown option");
        }
    if (!options.port || !options.request_file) return usage("--port and --request are needed");
    if (options.connections < 1 || options.depth < 1 || options.sources < 1 || options.sources > 250 || options.seconds <= 0)
        return usage("a number is out of range");
    if (options.close && options.depth > 1) return usage("--close allows no --depth");
    return 0;
}

int main(int count, char **arguments) {
    int fault = read_options(count, arguments);
    if (fault) return fault;
    signal(SIGPIPE, SIG_IGN);
    FILE *file = fopen(options.request_file, "rb");
    char request[8192];
    size_t size = file ? fread(request, 1, sizeof request, file) : 0;
    if (!size) return usage("the request cannot be read");
    fclose(file);
    int slow = options.slow_readers + options.slow_writers > 0, repeat = slow ? reader_requests : options.depth;
    batch = malloc(size * repeat);
    for (int i = 0; i < repeat; i++) memcpy(batch + i * size, request, size);
    batch_size = size * repeat;
    if (slow) return run_slow();
    if (options.tls) {
        tls = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION);
        SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        SSL_CTX_set_read_ahead(tls, 1);
        SSL_CTX_set_verify(tls, SSL_VERIFY_NONE, NULL); // the certificate was made for this run
        SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(tls, keep_ticket);
        SSL_CTX_set_alpn_protos(tls, (const unsigned char *)"\x08http/1.1", 9);
    }
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct client *clients = calloc(options.connections, sizeof *clients);
    for (int i = 0; i < options.connections; i++) clients[i].fd = -1;
    return options.hold ? run_hold(clients) : run_load(clients);
}
