"""The cases. Each case runs its rounds with the servers in turn, each run on a fresh server, and returns rows."""

import json
import time

import loads
import machine
from report import Row, at_least, at_least_of_peer, at_most, at_most_of_peer
from servers import Letterbox, Nginx, request

KIB = 1024
MIB = 1024 * 1024


class Bench:
    """How long, how often, and where the raw results go."""

    def __init__(self, quick, rounds, binary, record):
        self.quick = quick
        self.rounds = rounds
        self.binary = binary
        self.record = record

    def size(self, full, quick):
        return quick if self.quick else full

    @property
    def seconds(self):
        return self.size(8, 1)

    @property
    def warmup(self):
        """Long enough for a JIT that shares two cores with the load; the peers get the same."""
        return self.size(10, 1)

    def quiet(self):
        """Waits for the machine to be idle; returns the share in use if it never is."""
        return 0.0 if self.quick else machine.wait_until_quiet()

    def each_round(self, case, *runs):
        """Runs (name, server, function) in turn, round after round; returns the results by name."""
        results = {name: [] for name, _, _ in runs}
        for turn in range(self.rounds):
            # Every other round starts with the other side, so that neither always comes first.
            for name, server, function in runs if turn % 2 == 0 else reversed(runs):
                other = self.quiet()
                with server() as running:
                    result = function(running)
                self.record({"case": case, "run": name, "round": turn, "busy_before": round(other, 2), **result})
                results[name].append(result)
        return results


def pick(results, *path):
    values = results
    for key in path:
        values = [value[key] for value in values]
    return values


def publish(bench):
    def warmed(server, url, connections):
        # Each load by itself: the closed connections of the load before make the JIT recompile.
        loads.wrk(server, url, connections, bench.warmup)
        return loads.wrk(server, url, connections, bench.seconds)

    def ours(server):
        url = server.topic("publish")[1]
        return {"c64": warmed(server, url, 64), "c1": warmed(server, url, 1)}

    def peer(server):
        nchan = server.topic("publish")[1]
        return {
            "static": warmed(server, server.url("/nothing"), 64),
            "c64": warmed(server, nchan, 64),
            "c1": warmed(server, nchan, 1),
        }

    results = bench.each_round("publish", ("letterbox", Letterbox, ours), ("nginx", Nginx, peer))
    us, them = results["letterbox"], results["nginx"]
    rate = pick(us, "c64", "requests_s")
    return [
        Row("publish 100 B, 64 connections, fsync", "requests/s", rate, pick(them, "static", "requests_s"), "nginx static 204", at_least_of_peer(0.35, 0.5)),
        Row("publish 100 B, 64 connections, fsync", "requests/s", rate, pick(them, "c64", "requests_s"), "Nchan, in memory", at_least_of_peer(0.5)),
        Row("the same: server CPU", "s/million", pick(us, "c64", "server_cpu_s_per_million"), pick(them, "c64", "server_cpu_s_per_million"), "Nchan"),
        Row("the same: p99", "ms", pick(us, "c64", "p99_ms"), pick(them, "c64", "p99_ms"), "Nchan"),
        Row("publish 100 B, 1 connection: p99", "ms", pick(us, "c1", "p99_ms"), pick(them, "c1", "p99_ms"), "Nchan", at_most(1.5)),
        Row("publish 100 B, 1 connection: p50", "ms", pick(us, "c1", "p50_ms"), pick(them, "c1", "p50_ms"), "Nchan"),
    ]


def ndjson(bench):
    lines = 1000

    def ours(server):
        url = server.topic("lines")[1]
        loads.wrk(server, url, 8, bench.warmup, lines)
        result = loads.wrk(server, url, 8, bench.seconds, lines)
        result["runs"] = loads.wrk(server, url + "?ack=runs", 8, bench.seconds, lines)
        acknowledged = (result["requests"] + result["runs"]["requests"]) * lines
        stored = records_stored(server, "lines")
        if stored < acknowledged:
            raise RuntimeError(f"{acknowledged} records acknowledged, {stored} in the log")
        return result

    us = bench.each_round("ndjson", ("letterbox", Letterbox, ours))["letterbox"]
    return [
        Row("NDJSON, 1,000 lines of 100 B a request, fsync", "records/s", pick(us, "records_s"), bar=at_least(500_000)),
        Row("the same: server CPU", "s/million", pick(us, "server_cpu_s_per_million")),
        Row("the same: p99 of a request", "ms", pick(us, "p99_ms")),
        Row("the same with ?ack=runs, a result a run and not a line", "records/s", pick(us, "runs", "records_s")),
    ]


def records_stored(server, topic):
    described = json.loads(request(server.port, "GET", f"/topics/{topic}")[1])
    return sum(p["highWatermark"] - p["logStartOffset"] for p in described["partitions"])


def fanout(bench):
    return [*saturation(bench, 20), *saturation(bench, 200), *paced_fanout(bench), *many_subscribers(bench)]


def versus_nchan(bench, case, **options):
    def run(server):
        return loads.sse(bench.binary, server, server.topic("fan"), warmup=bench.warmup, seconds=bench.seconds, **options)

    results = bench.each_round(case, ("letterbox", Letterbox, run), ("nchan", Nginx, run))
    return results["letterbox"], results["nchan"]


def saturation(bench, window):
    subs = bench.size(1000, 20)
    us, them = versus_nchan(bench, f"saturation-{window}", subs=subs, window=window)
    what = f"{subs:,} subscribers, saturated (window {window})"
    return [
        Row(what, "deliveries/s", pick(us, "deliveries_s"), pick(them, "deliveries_s"), "Nchan", at_least_of_peer(2.5, 3)),
        Row(f"{what}: server CPU", "s/million", pick(us, "server_cpu_s_per_million"), pick(them, "server_cpu_s_per_million"), "Nchan", at_most_of_peer(0.4)),
        Row(f"{what}: records a read of the client", "", pick(us, "events_per_read"), pick(them, "events_per_read"), "Nchan"),
        Row(f"{what}: lost, doubled or out of order", "records", pick(us, "lost"), pick(them, "lost"), "Nchan", at_most(0)),
    ]


def paced_fanout(bench):
    subs = bench.size(1000, 20)
    us, them = versus_nchan(bench, "paced", subs=subs, rate=100)
    what = f"{subs:,} subscribers, 100 records/s"
    return [
        Row(f"{what}: p50", "ms", pick(us, "from_due_ms", "p50"), pick(them, "from_due_ms", "p50"), "Nchan", at_most_of_peer(1)),
        Row(f"{what}: p99", "ms", pick(us, "from_due_ms", "p99"), pick(them, "from_due_ms", "p99"), "Nchan", at_most_of_peer(1)),
        Row(f"{what}: server CPU", "s/million", pick(us, "server_cpu_s_per_million"), pick(them, "server_cpu_s_per_million"), "Nchan", at_most_of_peer(1.2)),
        Row(f"{what}: lost, doubled or out of order", "records", pick(us, "lost"), pick(them, "lost"), "Nchan", at_most(0)),
    ]


def many_subscribers(bench):
    subs = bench.size(5000, 100)

    def run(server):
        # A topic for each load: Nchan gives a new subscriber what the channel still has.
        # What the first subscribers load (classes, compiled code) is the server's base, not theirs.
        loads.sse(bench.binary, server, server.topic("first"), subs=20, rate=100, warmup=1, seconds=bench.size(4, 1))
        settle(server)
        idle = loads.sse(bench.binary, server, server.topic("idle"), subs=subs, conns=0, warmup=0, seconds=bench.size(10, 1))
        grown = max(idle["rss_mib"]["up"], idle["rss_mib"]["end"]) - idle["rss_mib"]["before"]
        load = loads.sse(bench.binary, server, server.topic("many"), subs=subs, rate=20, warmup=bench.warmup, seconds=bench.seconds)
        return {**load, "idle": idle, "kib_per_subscriber": grown * KIB / subs}

    results = bench.each_round("many", ("letterbox", Letterbox, run), ("nchan", Nginx, run))
    us, them = results["letterbox"], results["nchan"]
    what = f"{subs:,} subscribers"
    return [
        Row(f"{what}, idle: resident memory of each", "KiB", pick(us, "kib_per_subscriber"), pick(them, "kib_per_subscriber"), "Nchan", at_most(20)),
        Row(f"{what}, 20 records/s: lost, doubled or out of order", "records", pick(us, "lost"), pick(them, "lost"), "Nchan", at_most(0)),
        Row(f"{what}, 20 records/s: p99", "ms", pick(us, "from_due_ms", "p99"), pick(them, "from_due_ms", "p99"), "Nchan"),
        Row(f"{what}, 20 records/s: server CPU", "s/million", pick(us, "server_cpu_s_per_million"), pick(them, "server_cpu_s_per_million"), "Nchan"),
    ]


def settle(server):
    if isinstance(server, Letterbox):
        server.live_heap_mib()
    time.sleep(1)


def latency(bench):
    subs = bench.size(100, 10)
    us, them = versus_nchan(bench, "latency", subs=subs, rate=1000, conns=16)
    what = f"1,000 records/s to {subs} subscribers, fsync"
    return [
        Row(f"{what}: p99 from due to delivered", "ms", pick(us, "from_due_ms", "p99"), pick(them, "from_due_ms", "p99"), "Nchan, in memory", at_most(10)),
        Row(f"{what}: p50", "ms", pick(us, "from_due_ms", "p50"), pick(them, "from_due_ms", "p50"), "Nchan, in memory"),
        Row(f"{what}: p99.9", "ms", pick(us, "from_due_ms", "p999"), pick(them, "from_due_ms", "p999"), "Nchan, in memory"),
        Row(f"{what}: lost, doubled or out of order", "records", pick(us, "lost"), pick(them, "lost"), "Nchan", at_most(0)),
    ]


def stalled(bench):
    """Stalled subscribers cost no heap and lose nothing. All wake; some read to the end, the others for a while,
    because 1,000 times 1 GB is more than a benchmark can wait for."""
    subs, volume, full = bench.size(1000, 20), bench.size(10**9, 2 * 10**7), bench.size(10, 2)

    def run(server):
        topic = server.topic("stalled")
        # A round of the same load first: buffers, caches and compiled code have their final size before the heap is read.
        loads.sse(bench.binary, server, topic, subs=20, stall=True, bytes=volume // 10, size=1000, batch=500, conns=4, wake_full=20, wake_seconds=0, drain=60)
        options = dict(subs=subs, stall=True, bytes=volume, size=1000, batch=500, conns=4, rcvbuf=16384, wake_full=full, wake_seconds=bench.size(10, 2), drain=200)
        with loads.SteppedSse(bench.binary, server, topic, **options) as load:
            load.reach("connected")
            before = server.live_heap_mib()
            load.go_on()
            load.reach("published")
            after = server.live_heap_mib()
            load.go_on()
            load.reach("full")
            load.go_on()
            result = load.result()
        return {**result, "heap_before_mib": before, "heap_after_mib": after, "heap_growth_mib": after - before,
                "not_woken": subs - result["woken"], "publish_mb_s": volume / 1e6 / result["publish_s"]}

    us = bench.each_round("stalled", ("letterbox", Letterbox, run))["letterbox"]
    what = f"{subs:,} stalled subscribers, {volume / 1e9:g} GB published"
    return [
        Row(f"{what}: live heap grown by", "MiB", pick(us, "heap_growth_mib"), bar=at_most(32)),
        Row(f"{what}: lost, doubled or out of order after they woke", "records", pick(us, "lost"), bar=at_most(0)),
        Row(f"{what}: subscribers that never woke", "", pick(us, "not_woken"), bar=at_most(0)),
        Row(f"{what}: of {full} that read to the end, did not get there", "", [max(0, full - r["complete"]) for r in us], bar=at_most(0)),
        Row(f"{what}: published at", "MB/s", pick(us, "publish_mb_s")),
    ]


def startup(bench):
    volume = bench.size(10 * 10**9, 5 * 10**7)

    def run(server):
        return measure_startup(bench, server, volume)

    us = bench.each_round("startup", ("letterbox", UnstartedLetterbox, run))["letterbox"]
    grown = [r["large_s"] - r["empty_s"] for r in us]
    return [
        Row("start to first acknowledged record, empty directory", "s", pick(us, "empty_s"), bar=at_most(1.5)),
        Row(f"start to first acknowledged record, {volume / 1e9:g} GB in the log, after SIGKILL under load: more than that by", "s", grown, bar=at_most(1)),
        Row("resident memory, idle, default flags", "MiB", pick(us, "idle_rss_mib"), bar=at_most(200)),
    ]


class UnstartedLetterbox(Letterbox):
    """The case starts the server itself, because it measures the start."""

    def start(self):
        pass


def measure_startup(bench, server, volume):
    empty = server.first_acknowledgement_s("first")
    time.sleep(bench.size(10, 1))
    idle = machine.rss_mib(server.pid)
    urls = server.topic("large")
    options = dict(size=10_000, batch=400, conns=4)
    loads.sse(bench.binary, server, urls, stall=True, subs=0, bytes=volume, **options)
    # Killed in the middle of a load: the end of the log is whatever had been written.
    with loads.SteppedSse(bench.binary, server, urls, silent=True, stall=True, subs=0, bytes=volume, **options) as load:
        load.reach("connected")
        load.go_on()
        time.sleep(1)
        server.kill()
    large = server.first_acknowledgement_s("first")
    return {"empty_s": empty, "large_s": large, "idle_rss_mib": idle, "stored": records_stored(server, "large")}


CASES = {"publish": publish, "ndjson": ndjson, "fanout": fanout, "latency": latency, "stalled": stalled, "startup": startup}
