/* The publisher, on its own thread: a few keep-alive connections with one request under way on each. Paced, it follows
 * a schedule whatever the server does (open loop); otherwise it publishes as fast as acknowledgements and the window
 * let it (closed loop). */
#define _GNU_SOURCE
#include "load.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define ANSWER_BYTES (256 * 1024)
#define TIMER_KEY 1000
#define WAKE_KEY 1001

struct conn {
    int fd;
    bool busy;
    char *request;
    size_t request_len, written;
    char *answer;
    size_t answer_len;
    uint64_t due;
};

static struct conn conns[MAX_CONNS];
static _Atomic uint32_t sent_on[MAX_CONNS];
static _Atomic uint64_t sent;
static _Atomic bool blocked, idle = true;
static struct pub_totals total;
static int epoll_fd, timer_fd, wake_fd;
static uint64_t schedule_start, scheduled, bytes_sent;
static bool on_schedule, measuring_seen;
static pthread_t thread;

uint32_t publisher_sent_on(int conn) { return atomic_load_explicit(&sent_on[conn], memory_order_relaxed); }

bool publisher_idle(void) { return atomic_load(&idle); }

/* The window follows the average subscriber, so that one slow subscriber does not set the pace. */
static bool window_open(void) {
    if (opt.window == 0 || opt.subs == 0 || opt.stall) return true;
    uint64_t average = subscribers_received() / (uint64_t)opt.subs;
    return (long)(atomic_load(&sent) - average) < opt.window;
}

void publisher_progress(void) {
    if (atomic_load(&blocked) && window_open()) {
        atomic_store(&blocked, false);
        uint64_t one = 1;
        if (write(wake_fd, &one, sizeof one) < 0) die("eventfd");
    }
}

static void put_record(char *p, int conn, uint32_t seq, uint64_t now, uint64_t due) {
    int n = sprintf(p, MARK "%s.%02x.%08x.%016llx.%016llx\",\"p\":\"", opt.run, conn, seq, (unsigned long long)now, (unsigned long long)due);
    memset(p + n, 'x', (size_t)(opt.size - n - 2));
    memcpy(p + opt.size - 2, "\"}", 2);
}

static void watch(struct conn *c, uint32_t events) {
    struct epoll_event e = {.events = events, .data.u32 = (uint32_t)(c - conns)};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &e) < 0) die("epoll_ctl");
}

static void write_on(struct conn *c) {
    ssize_t n = send(c->fd, c->request + c->written, c->request_len - c->written, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) die("the publisher's connection");
    if (n > 0) c->written += (size_t)n;
    watch(c, c->written < c->request_len ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void publish(struct conn *c, uint64_t now, uint64_t due) {
    int index = (int)(c - conns);
    size_t step = (size_t)opt.size + (opt.batch > 1 ? 1 : 0);
    int head = sprintf(c->request, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", opt.pub.path, opt.pub.authority, opt.content_type, step * (size_t)opt.batch);
    uint32_t seq = atomic_load(&sent_on[index]);
    for (int i = 0; i < opt.batch; i++) {
        char *at = c->request + head + step * (size_t)i;
        put_record(at, index, seq++, now, due);
        if (opt.batch > 1) at[opt.size] = '\n';
    }
    c->request_len = (size_t)head + step * (size_t)opt.batch;
    c->written = c->answer_len = 0;
    c->due = due;
    c->busy = true;
    atomic_store(&idle, false);
    /* Before the bytes leave: a subscriber must not see a record that is not counted yet. */
    atomic_store_explicit(&sent_on[index], seq, memory_order_relaxed);
    atomic_fetch_add(&sent, (uint64_t)opt.batch);
    bytes_sent += (uint64_t)opt.size * (uint64_t)opt.batch;
    write_on(c);
}

/* True if the response is complete: by its length, its last chunk, or because its status has no body. */
static bool answered(const struct conn *c, int *status) {
    const char *end = memmem(c->answer, c->answer_len, "\r\n\r\n", 4);
    if (!end || c->answer_len < 12) return false;
    *status = atoi(c->answer + 9);
    if (*status == 204) return true;
    size_t body = c->answer_len - (size_t)(end + 4 - c->answer);
    for (const char *p = c->answer; p < end; p++) {
        if (*p != '\n') continue;
        if (!strncasecmp(p + 1, "content-length:", 15)) return body >= (size_t)atoll(p + 16);
        if (!strncasecmp(p + 1, "transfer-encoding:", 18)) return body >= 5 && !memcmp(c->answer + c->answer_len - 5, "0\r\n\r\n", 5);
    }
    return true;
}

static void on_answer(struct conn *c, int status, uint64_t now) {
    c->busy = false;
    if (status < 200 || status > 299) {
        if (total.errors++ == 0) fprintf(stderr, "sseload: the publisher got: %.*s\n", (int)(c->answer_len < 400 ? c->answer_len : 400), c->answer);
        total.last_error_status = status;
        return;
    }
    total.acked += (uint64_t)opt.batch;
    if (atomic_load(&phase) == MEASURING) {
        total.acked_measured += (uint64_t)opt.batch;
        hist_add(&total.ack_from_due, now - c->due);
    }
}

static void on_readable(struct conn *c) {
    ssize_t n = recv(c->fd, c->answer + c->answer_len, ANSWER_BYTES - c->answer_len, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) die("the server closed a publisher's connection");
    c->answer_len += (size_t)n;
    int status = 0;
    if (answered(c, &status)) on_answer(c, status, now_ns());
    else if (c->answer_len == ANSWER_BYTES) die("an answer that is too long");
}

static bool publishing(int now) {
    if (opt.stall) return now == STALLED && (bytes_sent < opt.bytes);
    return now == WARMING || now == MEASURING;
}

/* The schedule restarts with the measurement, so that delays of the warm-up do not count. */
static void follow_schedule(int now_phase, uint64_t now) {
    if (!on_schedule || (now_phase == MEASURING && !measuring_seen)) {
        on_schedule = true;
        measuring_seen = now_phase == MEASURING;
        schedule_start = now;
        scheduled = 0;
    }
}

static void publish_what_is_due(void) {
    int now_phase = atomic_load(&phase);
    if (!publishing(now_phase)) return;
    uint64_t now = now_ns(), due = now;
    if (opt.rate > 0) follow_schedule(now_phase, now);
    for (int i = 0; i < opt.conns; i++) {
        if (conns[i].busy) continue;
        if (opt.rate > 0) {
            due = schedule_start + (uint64_t)((double)scheduled / opt.rate * 1e9);
            if (due > now) break;
            scheduled++;
        } else if (!window_open()) {
            atomic_store(&blocked, true);
            if (!window_open()) return; /* checked again, because it may have opened before the flag was set */
            atomic_store(&blocked, false);
        }
        publish(&conns[i], opt.rate > 0 ? now_ns() : now, due);
        if (opt.stall && bytes_sent >= opt.bytes) return;
    }
    if (opt.rate > 0) {
        due = schedule_start + (uint64_t)((double)scheduled / opt.rate * 1e9);
        now = now_ns();
        uint64_t wait = due > now ? due - now : 1;
        struct itimerspec timer = {.it_value = {.tv_sec = (time_t)(wait / 1000000000u), .tv_nsec = (long)(wait % 1000000000u)}};
        timerfd_settime(timer_fd, 0, &timer, NULL);
    }
}

static void on_event(const struct epoll_event *e) {
    uint64_t ignored;
    if (e->data.u32 == TIMER_KEY || e->data.u32 == WAKE_KEY) {
        if (read(e->data.u32 == TIMER_KEY ? timer_fd : wake_fd, &ignored, sizeof ignored) < 0 && errno != EAGAIN) die("read");
        return;
    }
    struct conn *c = &conns[e->data.u32];
    if ((e->events & EPOLLOUT) && c->busy && c->written < c->request_len) write_on(c);
    if (e->events & (EPOLLIN | EPOLLHUP | EPOLLERR)) on_readable(c);
}

static void *run(void *unused) {
    (void)unused;
    struct epoll_event events[MAX_CONNS + 2];
    while (atomic_load(&phase) != OVER) {
        publish_what_is_due();
        int n = epoll_wait(epoll_fd, events, MAX_CONNS + 2, 5);
        for (int i = 0; i < n; i++) on_event(&events[i]);
        bool busy = publishing(atomic_load(&phase));
        for (int i = 0; i < opt.conns; i++) busy |= conns[i].busy;
        atomic_store(&idle, !busy);
    }
    return NULL;
}

static void add(int fd, uint32_t events, uint32_t key) {
    struct epoll_event e = {.events = events, .data.u32 = key};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e) < 0) die("epoll_ctl");
}

void publisher_start(void) {
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (epoll_fd < 0 || timer_fd < 0 || wake_fd < 0) die("publisher");
    add(timer_fd, EPOLLIN, TIMER_KEY);
    add(wake_fd, EPOLLIN, WAKE_KEY);
    for (int i = 0; i < opt.conns; i++) {
        conns[i].fd = connect_to(&opt.pub, 0);
        conns[i].request = malloc(1024 + (size_t)(opt.size + 1) * (size_t)opt.batch + 1);
        conns[i].answer = malloc(ANSWER_BYTES);
        if (!conns[i].request || !conns[i].answer) die("malloc");
        add(conns[i].fd, EPOLLIN, (uint32_t)i);
    }
    if (pthread_create(&thread, NULL, run, NULL)) die("thread");
}

void publisher_finish(struct pub_totals *out) {
    pthread_join(thread, NULL);
    total.sent = atomic_load(&sent);
    *out = total;
}
