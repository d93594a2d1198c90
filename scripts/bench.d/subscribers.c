/* All subscribers, on one thread: one epoll set, one read buffer, a few counters per subscriber and connection.
 * A subscriber keeps nothing but the unfinished end of what it has read, so that thousands of them fit in a cache. */
#define _GNU_SOURCE
#include "load.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES (512 * 1024)
#define CONNECTS_AT_ONCE 128
#define LARGEST_LINE (4 * 1024 * 1024)

enum chunk_part { CHUNK_SIZE, CHUNK_BODY, CHUNK_END };

struct subscriber {
    int fd;
    bool open, asked, headed, chunked, reading, woken;
    enum chunk_part part;
    uint64_t chunk_left;
    char *rest; /* decoded bytes of a line whose end has not come, or the head so far */
    size_t rest_len, rest_room;
    uint64_t after_wake;
    uint32_t next[MAX_CONNS];
};

static struct subscriber *subs;
static struct sub_totals total;
static _Atomic int up, complete;
static _Atomic uint64_t received;
static char *buffer;
static int epoll_fd, started;
static pthread_t thread;
static double cpu_s;
static int8_t hex_value[256];

static uint64_t hex(const char *p, int digits) {
    uint64_t v = 0;
    for (int i = 0; i < digits; i++) v = v << 4 | (uint64_t)(hex_value[(uint8_t)p[i]] & 15);
    return v;
}

static void drop(struct subscriber *s, uint64_t *counter) {
    if (!s->open) return;
    if (s->headed) atomic_fetch_sub(&up, 1);
    s->open = false;
    close(s->fd);
    (*counter)++;
}

static void keep_rest(struct subscriber *s, const char *from, size_t len) {
    if (len > LARGEST_LINE) die("a line without an end");
    if (len > s->rest_room) {
        s->rest_room = len + len / 2 + 256;
        s->rest = realloc(s->rest, s->rest_room);
        if (!s->rest) die("realloc");
    }
    memcpy(s->rest, from, len);
    s->rest_len = len;
}

static void on_data(struct subscriber *s, const char *p, size_t len, uint64_t now) {
    while (len > 0 && *p == ' ') p++, len--;
    if (len < STAMPED_LEN || memcmp(p, MARK, MARK_LEN) || memcmp(p + MARK_LEN, opt.run, RUN_LEN)) {
        total.foreign++;
        return;
    }
    p += MARK_LEN + RUN_LEN + 1;
    int conn = (int)hex(p, 2);
    uint32_t seq = (uint32_t)hex(p + 3, 8);
    if (conn >= MAX_CONNS) {
        total.foreign++;
        return;
    }
    if (seq == s->next[conn]) {
        s->next[conn]++;
    } else if (seq > s->next[conn]) {
        total.holes += seq - s->next[conn];
        s->next[conn] = seq + 1;
    } else {
        total.late++;
        return;
    }
    total.received++;
    s->after_wake++;
    if (atomic_load_explicit(&phase, memory_order_relaxed) == MEASURING) {
        uint64_t sent = hex(p + 12, 16), due = hex(p + 29, 16);
        total.measured++;
        hist_add(&total.from_sent, now > sent ? now - sent : 0);
        hist_add(&total.from_due, now > due ? now - due : 0);
    }
}

/* Handles complete lines; returns their number of bytes. */
static size_t on_lines(struct subscriber *s, const char *p, size_t len, uint64_t now) {
    const char *start = p, *end = p + len;
    while (p < end) {
        const char *eol = memchr(p, '\n', (size_t)(end - p));
        if (!eol) break;
        size_t n = (size_t)(eol - p);
        if (n > 5 && !memcmp(p, "data:", 5)) on_data(s, p + 5, n - 5, now);
        else if (n > 6 && !memcmp(p, "event:", 6) && memmem(p, n, "gap", 3)) total.gaps++;
        p = eol + 1;
    }
    return (size_t)(p - start);
}

/* Removes the chunk headers in place; returns the number of payload bytes, or -1 at the last chunk or at nonsense. */
static long unchunk(struct subscriber *s, char *p, size_t len) {
    char *out = p, *end = p + len;
    while (p < end) {
        if (s->part == CHUNK_BODY) {
            size_t n = (size_t)(end - p) < s->chunk_left ? (size_t)(end - p) : (size_t)s->chunk_left;
            if (out != p) memmove(out, p, n);
            out += n, p += n, s->chunk_left -= n;
            if (s->chunk_left == 0) s->part = CHUNK_END;
        } else if (s->part == CHUNK_END) {
            if (*p++ == '\n') s->part = CHUNK_SIZE;
        } else {
            char c = *p++;
            if (c == '\n') {
                if (s->chunk_left == 0) return -1;
                s->part = CHUNK_BODY;
            } else if (c != '\r') {
                if (hex_value[(uint8_t)c] < 0) return -1;
                s->chunk_left = s->chunk_left << 4 | (uint64_t)hex_value[(uint8_t)c];
            }
        }
    }
    return out - (end - len);
}

/* Parses the head of the response; returns its length, 0 if it is incomplete, -1 if it is a refusal. */
static long on_head(struct subscriber *s, const char *p, size_t len) {
    const char *end = memmem(p, len, "\r\n\r\n", 4);
    if (!end) return 0;
    if (len < 12 || memcmp(p + 9, "200", 3)) {
        fprintf(stderr, "sseload: a subscriber got: %.*s\n", (int)(len < 300 ? len : 300), p);
        return -1;
    }
    for (const char *line = p; line < end; line++)
        if (line[0] == '\n' && !strncasecmp(line + 1, "transfer-encoding: chunked", 26)) s->chunked = true;
    s->headed = true;
    s->part = CHUNK_SIZE;
    atomic_fetch_add(&up, 1);
    return end + 4 - p;
}

/* Handles the raw bytes in the buffer, behind the rest of the previous read. */
static void on_bytes(struct subscriber *s, size_t fresh) {
    char *data = buffer;
    size_t kept = s->rest_len, len;
    memcpy(data, s->rest, kept);
    s->rest_len = 0;
    if (!s->headed) {
        long head = on_head(s, data, kept + fresh);
        if (head < 0) {
            drop(s, &total.refused);
            return;
        }
        if (head == 0) {
            keep_rest(s, data, kept + fresh);
            return;
        }
        data += head;
        fresh = kept + fresh - (size_t)head;
        kept = 0;
    }
    len = kept + fresh;
    if (s->chunked) {
        long payload = unchunk(s, data + kept, fresh);
        if (payload < 0) {
            drop(s, &total.closed);
            return;
        }
        len = kept + (size_t)payload;
    }
    size_t used = on_lines(s, data, len, now_ns());
    keep_rest(s, data + used, len - used);
}

static bool has_everything(const struct subscriber *s) {
    for (int c = 0; c < opt.conns; c++)
        if (s->next[c] < publisher_sent_on(c)) return false;
    return true;
}

static void read_from(struct subscriber *s) {
    ssize_t n = recv(s->fd, buffer + s->rest_len, READ_BYTES, 0);
    if (n > 0) {
        total.reads++;
        on_bytes(s, (size_t)n);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        drop(s, &total.closed);
    }
}

static const struct target *target_of(const struct subscriber *s) {
    return &opt.sub[(s - subs) % opt.sub_urls];
}

static void ask(struct subscriber *s) {
    char request[1024];
    const struct target *t = target_of(s);
    int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n\r\n", t->path, t->authority);
    if (send(s->fd, request, (size_t)n, MSG_NOSIGNAL) != n) {
        drop(s, &total.refused);
        return;
    }
    s->asked = true;
}

static void listen_to(struct subscriber *s, uint32_t events, int operation) {
    struct epoll_event e = {.events = events, .data.u32 = (uint32_t)(s - subs)};
    if (s->open && epoll_ctl(epoll_fd, operation, s->fd, &e) < 0) die("epoll_ctl");
    s->reading = (events & EPOLLIN) != 0;
}

static void connect_some(void) {
    while (started < opt.subs && started - atomic_load(&up) - (int)total.refused < CONNECTS_AT_ONCE) {
        struct subscriber *s = &subs[started++];
        s->fd = connect_to(target_of(s), opt.receive_buffer);
        s->open = true;
        listen_to(s, EPOLLIN | EPOLLOUT, EPOLL_CTL_ADD);
    }
}

static void on_event(const struct epoll_event *e) {
    struct subscriber *s = &subs[e->data.u32];
    if (!s->open) return;
    if (!s->asked && (e->events & EPOLLOUT)) {
        ask(s);
        listen_to(s, EPOLLIN, EPOLL_CTL_MOD);
    }
    if (s->open && (e->events & (EPOLLIN | EPOLLHUP | EPOLLERR))) read_from(s);
}

/* Stops or resumes reading according to the phase of a stalled run. */
static void follow_phase(int now, int *seen) {
    if (now == *seen || !opt.stall) return;
    *seen = now;
    for (int i = 0; i < started; i++) {
        bool want = now == WAKING_ALL || (now == WAKING_FULL && i < opt.wake_full);
        if (want == subs[i].reading || !subs[i].open) continue;
        listen_to(&subs[i], want ? EPOLLIN : 0, EPOLL_CTL_MOD);
        if (want && !subs[i].woken) {
            subs[i].woken = true;
            subs[i].after_wake = 0;
        }
    }
}

/* Called only after the last record has been published, so that the expected number is final. */
static void count_complete(int now) {
    if (now != DRAINING && now != WAKING_FULL) return;
    int n = 0;
    for (int i = 0; i < started; i++) n += has_everything(&subs[i]);
    atomic_store(&complete, n);
}

static void *run(void *unused) {
    (void)unused;
    struct epoll_event events[1024];
    int seen = CONNECTING, rounds = 0;
    for (int now; (now = atomic_load(&phase)) != OVER;) {
        connect_some();
        follow_phase(now, &seen);
        int n = epoll_wait(epoll_fd, events, 1024, 20);
        for (int i = 0; i < n; i++) on_event(&events[i]);
        atomic_store_explicit(&received, total.received, memory_order_release);
        publisher_progress();
        if (n == 0 || ++rounds % 64 == 0) count_complete(now);
    }
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    return NULL;
}

void subscribers_start(void) {
    memset(hex_value, -1, sizeof hex_value);
    for (int i = 0; i < 16; i++) {
        hex_value[(uint8_t)"0123456789abcdef"[i]] = (int8_t)i;
        hex_value[(uint8_t)"0123456789ABCDEF"[i]] = (int8_t)i;
    }
    subs = calloc((size_t)opt.subs + 1, sizeof *subs);
    buffer = malloc(LARGEST_LINE + READ_BYTES + 16);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (!subs || !buffer || epoll_fd < 0) die("subscribers");
    if (pthread_create(&thread, NULL, run, NULL)) die("thread");
}

int subscribers_up(void) { return atomic_load(&up); }

uint64_t subscribers_received(void) { return atomic_load_explicit(&received, memory_order_acquire); }

int subscribers_complete(void) { return atomic_load(&complete); }

double subscribers_cpu_s(void) { return cpu_s; }

void subscribers_finish(struct sub_totals *out) {
    pthread_join(thread, NULL);
    for (int i = 0; i < opt.subs; i++) {
        bool partial = opt.stall && i >= opt.wake_full; /* these were woken for some time only */
        if (!partial)
            for (int c = 0; c < opt.conns; c++) total.missing += publisher_sent_on(c) - subs[i].next[c];
        total.woken += subs[i].woken && subs[i].after_wake > 0;
        total.complete += has_everything(&subs[i]);
    }
    *out = total;
}
