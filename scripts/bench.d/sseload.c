/* sseload: N Server-Sent-Events subscribers of one URL and a publisher that POSTs to another, against any server on
 * loopback. Prints one JSON line at the end (with --steps also one when a step is reached, and then waits for a line on
 * standard input). Exits with 1 if it could not measure, whatever the results are.
 *
 * Build: gcc -O2 -pthread -o sseload sseload.c subscribers.c publisher.c stats.c
 */
#define _GNU_SOURCE
#include "load.h"
#include <arpa/inet.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct options opt = {.conns = 8, .size = 100, .batch = 1, .seconds = 5, .warmup = 2, .drain = 20, .wake_seconds = 10, .content_type = "application/json"};
_Atomic int phase = CONNECTING;

static const char *usage =
    "sseload --sub URL --pub URL [options]        http://127.0.0.1:PORT/PATH only\n"
    "  --sub may be given several times: subscribers are spread over the URLs in turn\n"
    "  --subs N           subscribers (default 0)      --conns N       publishing connections (8)\n"
    "  --rate R           records/s, open loop (0: closed loop)\n"
    "  --window W         closed loop: records ahead of the average subscriber (0: no limit)\n"
    "  --size BYTES       of a record (100)            --batch N       records per request, NDJSON (1)\n"
    "  --warmup S --seconds S --drain S                --type T        content type of a record\n"
    "  --pid P[,P]        the server: its CPU and memory are read from /proc\n"
    "  --stall --bytes B  subscribers stop reading while B bytes are published, then wake:\n"
    "  --wake-full K      so many read to the end, then all read on for --wake-seconds S\n"
    "  --rcvbuf BYTES     of a subscriber's socket     --steps         wait for a line at each step\n";

static void parse_url(const char *url, struct target *t) {
    int port = 0, used = 0;
    if (sscanf(url, "http://127.0.0.1:%d%n", &port, &used) != 1 || port < 1 || port > 65535) {
        fprintf(stderr, "sseload: %s is not http://127.0.0.1:PORT/PATH\n", url);
        exit(2);
    }
    t->address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    snprintf(t->authority, sizeof t->authority, "127.0.0.1:%d", port);
    snprintf(t->path, sizeof t->path, "%s", url[used] ? url + used : "/");
}

static void add_sub(const char *url) {
    if (opt.sub_urls == MAX_SUB_URLS) {
        fprintf(stderr, "sseload: at most %d times --sub\n", MAX_SUB_URLS);
        exit(2);
    }
    parse_url(url, &opt.sub[opt.sub_urls++]);
}

static void parse_pids(char *list) {
    for (char *p = strtok(list, ","); p && opt.pid_count < 16; p = strtok(NULL, ",")) opt.pids[opt.pid_count++] = atoi(p);
}

static void parse_options(int argc, char **argv) {
    static const struct option names[] = {{"sub", 1, 0, 's'}, {"pub", 1, 0, 'p'}, {"subs", 1, 0, 'n'}, {"conns", 1, 0, 'c'}, {"rate", 1, 0, 'r'}, {"window", 1, 0, 'w'}, {"size", 1, 0, 'z'}, {"batch", 1, 0, 'b'}, {"warmup", 1, 0, 'u'}, {"seconds", 1, 0, 't'}, {"drain", 1, 0, 'd'}, {"type", 1, 0, 'y'}, {"pid", 1, 0, 'i'}, {"stall", 0, 0, 'S'}, {"bytes", 1, 0, 'B'}, {"wake-full", 1, 0, 'F'}, {"wake-seconds", 1, 0, 'W'}, {"rcvbuf", 1, 0, 'R'}, {"steps", 0, 0, 'P'}, {0, 0, 0, 0}};
    for (int o; (o = getopt_long_only(argc, argv, "", names, NULL)) != -1;) {
        switch (o) {
            case 's': add_sub(optarg); break;
            case 'p': parse_url(optarg, &opt.pub); break;
            case 'n': opt.subs = atoi(optarg); break;
            case 'c': opt.conns = atoi(optarg); break;
            case 'r': opt.rate = atof(optarg); break;
            case 'w': opt.window = atol(optarg); break;
            case 'z': opt.size = atoi(optarg); break;
            case 'b': opt.batch = atoi(optarg); break;
            case 'u': opt.warmup = atof(optarg); break;
            case 't': opt.seconds = atof(optarg); break;
            case 'd': opt.drain = atof(optarg); break;
            case 'y': opt.content_type = optarg; break;
            case 'i': parse_pids(optarg); break;
            case 'S': opt.stall = true; break;
            case 'B': opt.bytes = strtoull(optarg, NULL, 10); break;
            case 'F': opt.wake_full = atoi(optarg); break;
            case 'W': opt.wake_seconds = atoi(optarg); break;
            case 'R': opt.receive_buffer = atoi(optarg); break;
            case 'P': opt.steps = true; break;
            default: fputs(usage, stderr); exit(2);
        }
    }
    if (opt.batch > 1) opt.content_type = "application/x-ndjson";
    if (!opt.pub.path[0] || (opt.subs > 0 && opt.sub_urls == 0) || opt.conns < 0 || opt.conns > MAX_CONNS || opt.batch < 1 || opt.size < SMALLEST_RECORD) {
        fputs(usage, stderr);
        exit(2);
    }
}

static void wait_s(double s) { usleep((useconds_t)(s * 1e6)); }

/* User and system time of the server's processes, in seconds (10 ms steps). */
static double server_cpu_s(void) {
    double ticks = 0;
    for (int i = 0; i < opt.pid_count; i++) {
        char path[64], line[1024];
        snprintf(path, sizeof path, "/proc/%d/stat", opt.pids[i]);
        FILE *f = fopen(path, "r");
        if (!f) continue;
        unsigned long user, system;
        char *after = fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
        if (after && sscanf(after + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) == 2) ticks += (double)(user + system);
        fclose(f);
    }
    return ticks / (double)sysconf(_SC_CLK_TCK);
}

static double server_rss_mib(void) {
    double kib = 0;
    for (int i = 0; i < opt.pid_count; i++) {
        char path[64], line[256];
        snprintf(path, sizeof path, "/proc/%d/status", opt.pids[i]);
        FILE *f = fopen(path, "r");
        if (!f) continue;
        for (unsigned long v; fgets(line, sizeof line, f);)
            if (sscanf(line, "VmRSS: %lu", &v) == 1) kib += (double)v;
        fclose(f);
    }
    return kib / 1024;
}

static void step(const char *name) {
    char line[64];
    if (!opt.steps) return;
    printf("{\"step\":\"%s\",\"up\":%d,\"rss_mib\":%.1f}\n", name, subscribers_up(), server_rss_mib());
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin)) exit(1);
}

static double seconds_since(uint64_t start) { return (double)(now_ns() - start) / 1e9; }

static bool connect_all(void) {
    uint64_t start = now_ns();
    while (subscribers_up() < opt.subs && seconds_since(start) < 60) wait_s(0.005);
    return subscribers_up() == opt.subs;
}

/* Waits until these subscribers have received everything; gives up if nothing arrives for a while. */
static void drain(int expected, double limit) {
    uint64_t start = now_ns(), moved = start, seen = subscribers_received();
    while (subscribers_complete() < expected && seconds_since(start) < limit && seconds_since(moved) < 10) {
        wait_s(0.02);
        if (subscribers_received() != seen) seen = subscribers_received(), moved = now_ns();
    }
}

static void await_idle_publisher(double limit) {
    uint64_t start = now_ns();
    wait_s(0.05);
    while (!publisher_idle() && seconds_since(start) < limit) wait_s(0.01);
}

static void run_stalled(double *publish_s) {
    atomic_store(&phase, STALLED);
    uint64_t start = now_ns();
    await_idle_publisher(300);
    *publish_s = seconds_since(start);
    step("published");
    atomic_store(&phase, WAKING_FULL);
    wait_s(0.1);
    drain(opt.wake_full, opt.drain);
    step("full");
    atomic_store(&phase, WAKING_ALL);
    wait_s(opt.wake_seconds);
}

static void run_measured(double *elapsed, double *cpu) {
    atomic_store(&phase, WARMING);
    wait_s(opt.warmup);
    double before = server_cpu_s();
    uint64_t start = now_ns();
    atomic_store(&phase, MEASURING);
    wait_s(opt.seconds);
    *elapsed = seconds_since(start);
    *cpu = server_cpu_s() - before;
    atomic_store(&phase, DRAINING);
    await_idle_publisher(20);
    drain(opt.subs, opt.drain);
}

static void print_hist(const char *name, const struct hist *h) {
    printf(",\"%s\":{\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f}", name, hist_ms(h, 0.5), hist_ms(h, 0.9), hist_ms(h, 0.99), hist_ms(h, 0.999), (double)h->max / 1e6);
}

int main(int argc, char **argv) {
    static struct sub_totals sub;
    static struct pub_totals pub;
    signal(SIGPIPE, SIG_IGN);
    parse_options(argc, argv);
    snprintf(opt.run, sizeof opt.run, "%06x", (unsigned)(now_ns() / 1000 & 0xffffff));
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    double rss_before = server_rss_mib(), elapsed = 0, cpu = 0, publish_s = 0;
    uint64_t start = now_ns();
    subscribers_start();
    if (!connect_all()) fprintf(stderr, "sseload: only %d of %d subscribers are up\n", subscribers_up(), opt.subs);
    double connect_s = seconds_since(start);
    int up = subscribers_up();
    step("connected");
    double rss_up = server_rss_mib();
    publisher_start();
    if (opt.stall) run_stalled(&publish_s);
    else run_measured(&elapsed, &cpu);
    double rss_end = server_rss_mib();
    atomic_store(&phase, OVER);
    publisher_finish(&pub);
    subscribers_finish(&sub);

    struct rusage self;
    getrusage(RUSAGE_SELF, &self);
    double client = (double)(self.ru_utime.tv_sec + self.ru_stime.tv_sec) + (double)(self.ru_utime.tv_usec + self.ru_stime.tv_usec) / 1e6;
    printf("{\"subs\":%d,\"up\":%d,\"connect_s\":%.3f,\"rate\":%.0f,\"window\":%ld,\"size\":%d,\"batch\":%d,\"seconds\":%.3f", opt.subs, up, connect_s, opt.rate, opt.window, opt.size, opt.batch, elapsed);
    printf(",\"sent\":%llu,\"acked\":%llu,\"publish_errors\":%llu,\"error_status\":%d,\"publish_s\":%.3f", (unsigned long long)pub.sent, (unsigned long long)pub.acked, (unsigned long long)pub.errors, pub.last_error_status, publish_s);
    printf(",\"received\":%llu,\"measured\":%llu,\"acked_measured\":%llu,\"holes\":%llu,\"late\":%llu,\"missing\":%llu,\"gaps\":%llu,\"foreign\":%llu", (unsigned long long)sub.received, (unsigned long long)sub.measured, (unsigned long long)pub.acked_measured, (unsigned long long)sub.holes, (unsigned long long)sub.late, (unsigned long long)sub.missing, (unsigned long long)sub.gaps, (unsigned long long)sub.foreign);
    printf(",\"closed\":%llu,\"refused\":%llu,\"woken\":%llu,\"complete\":%llu,\"events_per_read\":%.2f", (unsigned long long)sub.closed, (unsigned long long)sub.refused, (unsigned long long)sub.woken, (unsigned long long)sub.complete, sub.reads ? (double)sub.received / (double)sub.reads : 0);
    printf(",\"deliveries_s\":%.0f,\"server_cpu_s\":%.2f,\"server_cpu_s_per_million\":%.3f", elapsed > 0 ? (double)sub.measured / elapsed : 0, cpu, sub.measured ? cpu / (double)sub.measured * 1e6 : 0);
    printf(",\"client_cpu_s\":%.2f,\"client_sub_cpu_s\":%.2f,\"rss_mib\":{\"before\":%.1f,\"up\":%.1f,\"end\":%.1f}", client, subscribers_cpu_s(), rss_before, rss_up, rss_end);
    print_hist("from_sent_ms", &sub.from_sent);
    print_hist("from_due_ms", &sub.from_due);
    print_hist("ack_from_due_ms", &pub.ack_from_due);
    printf("}\n");
    return 0;
}
