/* Declarations that the parts of the load generator share.
 *
 * A record that it publishes is a JSON object of a fixed width, so that it can be a line of NDJSON as well as a body:
 *
 *   {"m":"RRRRRR.CC.SSSSSSSS.TTTTTTTTTTTTTTTT.DDDDDDDDDDDDDDDD","p":"xxxx…"}
 *         run    |  sequence    sent, ns         due, ns            padding
 *                publishing connection
 *
 * All numbers are hexadecimal. A connection has one request under way at a time, so whatever order the server
 * gives to the connections, each connection's own sequence must reach every subscriber as 0, 1, 2, … without a hole.
 */
#ifndef LOAD_H
#define LOAD_H
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_CONNS 64
#define MAX_SUB_URLS 8
#define MARK "{\"m\":\""
#define MARK_LEN 6
#define RUN_LEN 6
#define STAMPED_LEN (MARK_LEN + RUN_LEN + 1 + 2 + 1 + 8 + 1 + 16 + 1 + 16)
#define SMALLEST_RECORD (STAMPED_LEN + 9) /* ","p":"" and the brace */

/* A histogram of nanoseconds: 32 steps per power of two, so that a quantile is at most 3 % off. */
#define HIST_STEPS 32
#define HIST_CELLS (64 * HIST_STEPS)
struct hist {
    uint64_t cells[HIST_CELLS];
    uint64_t count, max;
};
void hist_add(struct hist *h, uint64_t ns);
double hist_ms(const struct hist *h, double quantile);

struct target {
    struct sockaddr_in address;
    char authority[64];
    char path[512];
};

struct options {
    struct target sub[MAX_SUB_URLS], pub;
    int sub_urls;
    int subs, conns, size, batch, receive_buffer, wake_full, wake_seconds, threads;
    double rate, seconds, warmup, drain;
    long window;
    uint64_t bytes;
    bool stall, steps;
    int pids[16], pid_count;
    const char *content_type;
    char run[RUN_LEN + 1];
};

extern struct options opt;

/* The phase of the run; written by the main thread, read by the others. */
enum phase { CONNECTING, STALLED, WARMING, MEASURING, DRAINING, WAKING_FULL, WAKING_ALL, OVER };
extern _Atomic int phase;

uint64_t now_ns(void);
void die(const char *what);
int connect_to(const struct target *t, int receive_buffer);

/* subscribers.c */
struct sub_totals {
    uint64_t measured, received, reads;
    uint64_t holes;   /* skipped: a later record arrived first, or they never arrived */
    uint64_t late;    /* arrived a second time, or after a later record */
    uint64_t missing; /* at the end of the run */
    uint64_t gaps, foreign, closed, refused, woken, complete;
    struct hist from_sent, from_due;
};
void subscribers_start(void);
int subscribers_up(void);
uint64_t subscribers_received(void);
int subscribers_complete(void);
void subscribers_finish(struct sub_totals *totals);
double subscribers_cpu_s(void);

/* publisher.c */
struct pub_totals {
    uint64_t sent, acked, acked_measured, errors;
    int last_error_status;
    struct hist ack_from_due;
};
void publisher_start(void);
void publisher_progress(void);       /* subscribers have progressed: the window may be open again */
uint32_t publisher_sent_on(int conn); /* how many records this connection has published */
bool publisher_idle(void);
void publisher_finish(struct pub_totals *totals);
#endif
