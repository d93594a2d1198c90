/* The clock, the histogram and the socket. */
#define _GNU_SOURCE
#include "load.h"
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void die(const char *what) {
    fprintf(stderr, "sseload: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int cell_of(uint64_t ns) {
    if (ns < HIST_STEPS) return (int)ns;
    int shift = 63 - __builtin_clzll(ns) - 5; /* leaves the leading one and the five bits after it */
    int cell = (shift + 1) * HIST_STEPS + (int)(ns >> shift) - HIST_STEPS;
    return cell < HIST_CELLS ? cell : HIST_CELLS - 1;
}

static uint64_t middle_of(int cell) {
    if (cell < HIST_STEPS) return (uint64_t)cell;
    int shift = cell / HIST_STEPS - 1;
    uint64_t low = (uint64_t)(HIST_STEPS + cell % HIST_STEPS) << shift;
    return low + ((1ull << shift) >> 1);
}

void hist_add(struct hist *h, uint64_t ns) {
    h->cells[cell_of(ns)]++;
    h->count++;
    if (ns > h->max) h->max = ns;
}

double hist_ms(const struct hist *h, double quantile) {
    if (h->count == 0) return 0;
    uint64_t rank = (uint64_t)(quantile * (double)(h->count - 1)), seen = 0;
    for (int i = 0; i < HIST_CELLS; i++) {
        seen += h->cells[i];
        if (seen > rank) return (double)(middle_of(i) < h->max ? middle_of(i) : h->max) / 1e6;
    }
    return (double)h->max / 1e6;
}

int connect_to(const struct target *t, int receive_buffer) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
    if (fd < 0) die("socket");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (receive_buffer > 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    if (connect(fd, (const struct sockaddr *)&t->address, sizeof t->address) < 0 && errno != EINPROGRESS) die("connect");
    return fd;
}
