"""Letterbox' Kafka door beside Apache Kafka, driven by Kafka's own tools. Both servers run through a round, warmed alike,
and each measurement goes to them in turn: what the machine does otherwise meets both."""

import contextlib
import dataclasses
import itertools
import re
import time

import machine
from cases import pick
from kafka_servers import ApacheKafka, KafkaDoor, class_path, java
from report import Row, at_least_of_peer, at_most, at_most_of_peer

SIZES = {100: "100 B", 1024: "1 KiB"}
STEADY = re.compile(r"\d+ steady state records sent, ([\d.]+) records/sec \(([\d.]+) MB/sec\), ([\d.]+) ms avg latency, ([\d.]+) ms max latency, "
                    r"(\d+) ms 50th, (\d+) ms 95th, (\d+) ms 99th")


@dataclasses.dataclass(frozen=True)
class Load:
    """One cell of the producer's matrix."""

    size: int
    partitions: int
    linger_ms: int
    batch: int

    def text(self):
        parts = "1 partition" if self.partitions == 1 else f"{self.partitions} partitions"
        return f"{SIZES[self.size]}, {parts}, linger {self.linger_ms} ms, batch {self.batch // 1024} KiB"


def peers():
    """For the head of a report: the versions of the broker and of the JVM that runs both."""
    version = re.search(r"/kafka_2\.13-([\d.]+)\.jar", class_path())
    return f"Apache Kafka {version[1] if version else 'unknown'}, {machine.first_line(java(), '-version')}"


def records(bench, size):
    """The number of records, and how many of them only warm up."""
    return {100: bench.size((4_000_000, 1_500_000), (300_000, 100_000)), 1024: bench.size((800_000, 300_000), (60_000, 20_000))}[size]


def produce_once(bench, server, topic, load):
    count, warm = records(bench, load.size)
    run = server.tool(
        "ProducerPerformance", "--bootstrap-server", server.bootstrap, "--topic", topic, "--num-records", count,
        "--warmup-records", warm, "--throughput", -1, "--record-size", load.size, "--command-property", "acks=all",
        f"linger.ms={load.linger_ms}", f"batch.size={load.batch}")
    found = STEADY.search(run.output)
    if not found:
        raise RuntimeError(f"{server.name}: no steady state in\n{run.output[-2000:]}")
    return {"records_s": float(found[1]), "mb_s": float(found[2]), "p50_ms": int(found[5]), "p99_ms": int(found[7]), **cost(run, count)}


def cost(run, count):
    return {"server_cpu_s_per_million": run.server_cpu_s / count * 1e6, "took_s": round(run.took_s, 2),
            "machine_cpu_s": round(run.machine_cpu_s, 2)}


def turns(sides, number):
    """The sides in turn: every other measurement begins with the other one."""
    return sides if number % 2 == 0 else list(reversed(sides))


@contextlib.contextmanager
def both(bench, case, turn):
    """Both servers, started in turn and warmed alike, for one round."""
    with contextlib.ExitStack() as stack:
        started = {kind.name: stack.enter_context(kind()) for kind in turns([ApacheKafka, KafkaDoor], turn)}
        for server in started.values():
            warm(bench, server)
        yield started["kafka"], started["letterbox"]


def warm(bench, server):
    """Runs the load, unrecorded, until a JIT that shares its cores with the load has compiled the code."""
    for number, load in enumerate([Load(100, 1, 0, 16384), Load(1024, 6, 5, 65536), Load(100, 6, 0, 65536)][: bench.size(3, 1)]):
        topic = f"warm-{number}"
        server.create(topic, load.partitions)
        produce_once(bench, server, topic, load)
        consume_once(server, topic, records(bench, load.size)[0])
        server.delete(topic)


class Measured:
    """Results by measurement and side, in the order in which they were asked for."""

    def __init__(self, bench, case):
        self.bench, self.case, self.results = bench, case, {}

    def note(self, what, side, turn, result):
        self.bench.record({"case": self.case, "run": f"{side}: {what}", "round": turn, **result})
        self.results.setdefault((what, side), []).append(result)

    def of(self, what, side, *path):
        return pick(self.results[(what, side)], *path)


def kafka_produce(bench):
    matrix = list(itertools.starmap(Load, itertools.product(SIZES, (1, 6), (0, 5), (16384, 65536))))
    if bench.quick:
        matrix = [Load(100, 1, 0, 16384), Load(1024, 6, 5, 65536)]
    measured = Measured(bench, "kafka-produce")
    for turn in range(bench.rounds):
        with both(bench, "kafka-produce", turn) as (kafka, letterbox):
            for number, load in enumerate(matrix):
                runs = [("kafka", kafka, {}), ("os", letterbox, {"flush": "os"}), ("fsync", letterbox, {"flush": "sync"})]
                for side, server, config in turns(runs, turn + number):
                    topic = f"produce-{number}-{side}"
                    server.create(topic, load.partitions, **config)
                    bench.quiet()
                    measured.note(load.text(), side, turn, produce_once(bench, server, topic, load))
                    server.delete(topic)
    return [row for load in matrix for row in produce_rows(measured, load.text())]


def produce_rows(measured, what):
    rows = []
    for side, name, least in (("os", "flush=os", 1.0), ("fsync", "fsync", 0.9)):
        of = lambda key: (measured.of(what, side, key), measured.of(what, "kafka", key), "Kafka")
        rows.append(Row(f"produce {what}, {name}", "records/s", *of("records_s"), at_least_of_peer(least)))
        rows.append(Row("the same: server CPU", "s/million", *of("server_cpu_s_per_million"), at_most_of_peer(0.8)))
        rows.append(Row("the same: p99", "ms", *of("p99_ms")))
    return rows


def consume_once(server, topic, count):
    run = server.tool("ConsumerPerformance", "--bootstrap-server", server.bootstrap, "--topic", topic, "--num-records", count, "--hide-header")
    fields = [field.strip() for field in run.output.strip().splitlines()[-1].split(",")]
    if len(fields) < 10 or int(fields[4]) < count:
        raise RuntimeError(f"{server.name}: {count} records asked for, and got\n{run.output[-2000:]}")
    return {"records_s": float(fields[5]), "fetch_records_s": float(fields[9]), "fetch_mb_s": float(fields[8]), **cost(run, int(fields[4]))}


def kafka_consume(bench):
    cells = list(itertools.product(SIZES, (1, 6)))[: bench.size(4, 1)]
    measured = Measured(bench, "kafka-consume")
    for turn in range(bench.rounds):
        with both(bench, "kafka-consume", turn) as sides:
            for number, (size, partitions) in enumerate(cells):
                topic, times = f"consume-{number}", bench.size(3, 1)
                for server in sides:
                    server.create(topic, partitions)
                    for _ in range(times):
                        produce_once(bench, server, topic, Load(size, partitions, 5, 65536))
                for server in turns(list(sides), turn + number):
                    # Once for the page cache and the JIT, then for the record.
                    consume_once(server, topic, times * records(bench, size)[0])
                    bench.quiet()
                    result = consume_once(server, topic, times * records(bench, size)[0])
                    measured.note(consume_text(size, partitions), server.name, turn, result)
                for server in sides:
                    server.delete(topic)
    return [row for size, partitions in cells for row in consume_rows(measured, consume_text(size, partitions))]


def consume_text(size, partitions):
    return f"{SIZES[size]}, {'1 partition' if partitions == 1 else f'{partitions} partitions'}"


def consume_rows(measured, what):
    of = lambda key: (measured.of(what, "letterbox", key), measured.of(what, "kafka", key), "Kafka")
    return [
        Row(f"consume {what}: fetched", "records/s", *of("fetch_records_s"), at_least_of_peer(1.0)),
        Row("the same, with the time to join the group", "records/s", *of("records_s")),
        Row("the same: server CPU", "s/million", *of("server_cpu_s_per_million"), at_most_of_peer(1.0)),
    ]


def kafka_latency(bench):
    cells = list(itertools.product((1_000, 10_000), (100,)))
    measured = Measured(bench, "kafka-latency")
    for turn in range(bench.rounds):
        with both(bench, "kafka-latency", turn) as (kafka, letterbox):
            for number, (rate, size) in enumerate(cells):
                runs = [("kafka", kafka, {}), ("os", letterbox, {"flush": "os"}), ("fsync", letterbox, {"flush": "sync"})]
                for side, server, config in turns(runs, turn + number):
                    topic = f"latency-{number}-{side}"
                    server.create(topic, 1, **config)
                    bench.quiet()
                    result = paced_once(server, topic, size, rate, bench.size(20, 3))
                    measured.note(latency_text(rate, size), side, turn, result)
                    server.delete(topic)
    return [row for rate, size in cells for row in latency_rows(measured, latency_text(rate, size))]


def latency_text(rate, size):
    return f"{rate:,} records/s of {SIZES[size]}, acks=all"


def paced_once(server, topic, size, rate, seconds):
    run = server.own("PacedLatency.java", server.bootstrap, topic, size, rate, seconds)
    found = dict(re.findall(r"(\w+)=([\d.]+)", run.output.strip().splitlines()[-1]))
    if int(found["lost"]) or int(found["late"]):
        raise RuntimeError(f"{server.name}: not a measurement: {run.output[-500:]}")
    return {key: float(value) for key, value in found.items()} | {"server_cpu_s": round(run.server_cpu_s, 2)}


def latency_rows(measured, what):
    rows = []
    for side, name in (("os", "flush=os"), ("fsync", "fsync")):
        of = lambda key: (measured.of(what, side, key), measured.of(what, "kafka", key), "Kafka")
        bar = at_most_of_peer(1.0) if side == "os" else None
        rows.append(Row(f"end to end, {what}, {name}: p99", "ms", *of("p99_ms"), bar))
        rows.append(Row("the same: p50", "ms", *of("p50_ms")))
    return rows


def kafka_idle(bench):
    """Many groups that wait for records that do not come, and the start of a server that has many partitions."""
    consumers, groups, topics, partitions = bench.size((1000, 100, 100, 20), (40, 4, 4, 10))
    measured = Measured(bench, "kafka-idle")
    for turn in range(bench.rounds):
        for kind in turns([KafkaDoor, ApacheKafka], turn):
            bench.quiet()
            with kind() as server:
                for number in range(topics):
                    server.create(f"idle-{number}", partitions)
                result = {"start_s": start_again(server, topics * partitions)}
                time.sleep(bench.size(10, 1))
                result["rss_before_mib"] = machine.rss_mib(server.pids[0])
                result.update(idle_once(bench, server, consumers, groups, topics, partitions))
                measured.note("idle", server.name, turn, result)
    what = f"{consumers:,} idle consumers in {groups} groups, {topics * partitions:,} partitions"
    of = lambda key: (measured.of("idle", "letterbox", key), measured.of("idle", "kafka", key), "Kafka")
    return [
        Row(f"start to leaders of all {topics * partitions:,} partitions", "s", *of("start_s"), at_most(3)),
        Row(f"{what}: CPU", "% of a core", *of("cpu_percent"), at_most(3)),
        Row(f"{what}: resident memory", "MiB", *of("rss_mib")),
        Row("the same without the consumers", "MiB", *of("rss_before_mib")),
        Row(f"{what}: requests", "per s", *of("requests_s")),
    ]


def start_again(server, partitions):
    """Stops and starts the server as a user would; returns the seconds from exec until every partition has a leader."""
    machine.end_process(server.process)
    start = time.monotonic()
    server.launch_again()
    # The server's internal topics (commits, transactions) count in addition to those created here.
    machine.wait_for(lambda: (server.wire().ready_partitions() or 0) >= partitions, f"{server.name} with {partitions} partitions", 120, 0.005)
    took = time.monotonic() - start
    server.await_ready()
    return took


def idle_once(bench, server, consumers, groups, topics, partitions):
    seconds = bench.size(30, 3)
    run = server.own("IdleConsumers.java", server.bootstrap, server.pids[0], consumers, groups, topics, partitions, seconds, heap="1g")
    found = dict(re.findall(r"(\w+)=([\d.]+)", run.output.strip().splitlines()[-1]))
    if int(found["ready"]) != consumers:
        raise RuntimeError(f"{server.name}: {found['ready']} of {consumers} consumers are idle\n{run.output[-1000:]}\n{server.output()}")
    return {"cpu_percent": 100 * float(found["server_cpu_s"]) / float(found["seconds"]), "rss_mib": float(found["server_rss_mib"]),
            "requests_s": float(found["requests"]) / float(found["seconds"])}


CASES = {"kafka-produce": kafka_produce, "kafka-consume": kafka_consume, "kafka-latency": kafka_latency, "kafka-idle": kafka_idle}
