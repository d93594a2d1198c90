"""Three nodes of Letterbox beside three brokers of Apache Kafka, all on this machine. The sides run one after the other, each
round on fresh nodes, warmed alike: idle nodes of the other side would take from the two cores that are measured. Three
replicas and acks=all on both sides; Kafka acknowledges what two page caches have, Letterbox what two disks have."""

import itertools
import re
import statistics
import subprocess
import time

import loads
import machine
from cluster_servers import KafkaCluster, LetterboxCluster, letterbox_environment
from kafka_cases import Load, Measured, paced_once, produce_once, turns, warm
from kafka_servers import KafkaDoor, jvm
from report import Row, at_least_of_peer, at_most, at_most_of_peer
from servers import HERE, Server

SIDES = [KafkaCluster, LetterboxCluster]

# Longer than any acknowledgement takes here while nothing has failed; what is shorter is not told apart.
GAP_MS = 50

# So long after a kill whatever gap there is counts.
WATCHED_S = 8


def beside(measured, what, key):
    return measured.of(what, "letterbox", key), measured.of(what, "kafka", key), "Kafka"


def each_side(bench, case, run):
    """Runs both sides, round after round, each on fresh nodes, and hands run the side, the round and where results go."""
    measured = Measured(bench, case)
    for turn in range(bench.rounds):
        for kind in turns(SIDES, turn):
            bench.quiet()
            with kind() as side:
                run(side, turn, lambda what, result: measured.note(what, side.name, turn, result))
    return measured


def cluster_produce(bench):
    cells = [Load(size, partitions, 5, 65536) for size, partitions in itertools.product((100, 1024), (6, 24))]

    def run(side, turn, note):
        warm(bench, side)
        for number, load in enumerate(cells[: bench.size(4, 1)]):
            side.create(f"produce-{number}", load.partitions)
            note(load.text(), produce_once(bench, side, f"produce-{number}", load))
            side.delete(f"produce-{number}")

    measured = each_side(bench, "cluster-produce", run)
    return [row for load in cells[: bench.size(4, 1)] for row in produce_rows(measured, load.text())]


def produce_rows(measured, what):
    return [
        Row(f"produce {what}", "records/s", *beside(measured, what, "records_s"), at_least_of_peer(1.0, 1.3)),
        Row("the same: CPU of all three", "s/million", *beside(measured, what, "server_cpu_s_per_million"), at_most_of_peer(1.2)),
        Row("the same: p50", "ms", *beside(measured, what, "p50_ms")),
        Row("the same: p99", "ms", *beside(measured, what, "p99_ms")),
    ]


def cluster_latency(bench):
    rate, seconds, what = 1_000, bench.size(20, 3), "1,000 records/s of 100 B"

    def run(side, turn, note):
        warm(bench, side)
        side.create("paced", 1)
        result = paced_once(side, "paced", 100, rate, seconds)
        note(what, {**result, "cpu_s_per_million": result["server_cpu_s"] / (rate * seconds) * 1e6})

    measured = each_side(bench, "cluster-latency", run)
    return [
        Row(f"end to end, {what}: p50", "ms", *beside(measured, what, "p50_ms"), at_most_of_peer(0.5)),
        Row("the same: p99", "ms", *beside(measured, what, "p99_ms"), at_most_of_peer(1.0)),
        Row("the same: CPU of all three", "s/million", *beside(measured, what, "cpu_s_per_million"), at_most_of_peer(1.5)),
    ]


class Gaps:
    """AckGaps.java, which publishes at a pace until it is told to stop, and what it printed."""

    def __init__(self, door, side, topic, partitions):
        where = side.bootstrap if door == "kafka" else ",".join(f"127.0.0.1:{node.port}" for node in side.nodes)
        command = [*jvm("-Xms256m", "-Xmx256m"), str(HERE / "AckGaps.java"), door, where, topic, str(partitions), str(GAP_MS)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        first = self.process.stdout.readline()
        if not first.startswith("acknowledged"):
            self.process.kill()
            raise RuntimeError(f"{side.name}: AckGaps: {first}{self.process.stdout.read()[-2000:]}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        machine.end_process(self.process)

    def end(self):
        """The gaps: (when it began, in seconds since 1970, its length in seconds)."""
        out, _ = self.process.communicate("\n", timeout=200)
        found = re.search(r"records=(\d+) failed=(\d+)", out)
        if not found or self.process.returncode != 0:
            raise RuntimeError(f"AckGaps ended with {self.process.returncode}\n{out[-2000:]}")
        return [(int(at) / 1000, int(length) / 1000) for at, length in re.findall(r"gap at_ms=(\d+) ms=(\d+)", out)], int(found[2])


def longest_gaps(kills, gaps):
    """For each time of a kill the longest gap that was there within the time that is watched after it."""
    return [max([length for at, length in gaps if at + length > kill and at < kill + WATCHED_S], default=GAP_MS / 1000) for kill in kills]


def failover_once(bench, side, door):
    partitions, topic, kills = 6, f"failover-{door}", []
    side.create(topic, partitions)
    with Gaps(door, side, topic, partitions) as load:
        time.sleep(bench.size(10, 2))
        for number in range(bench.size(10, 1)):
            victim = side.leader(topic, number % partitions)
            kills.append(time.time())
            victim.kill()
            time.sleep(bench.size(WATCHED_S, 4))
            victim.launch_again()
            victim.await_ready()
            side.in_sync(topic, partitions)
            time.sleep(bench.size(4, 1))
        gaps, failed = load.end()
    side.delete(topic)
    return {"gaps_s": longest_gaps(kills, gaps), "failed": failed}


def cluster_failover(bench):
    def run(side, turn, note):
        note("kafka", failover_once(bench, side, "kafka"))
        if side.name == "letterbox":
            note("http", failover_once(bench, side, "http"))

    measured = each_side(bench, "cluster-failover", run)
    every = lambda door, side: [gap for gaps in measured.of(door, side, "gaps_s") for gap in gaps]
    kafka = every("kafka", "kafka")
    rows = []
    for door, name in (("kafka", "a Kafka producer"), ("http", "HTTP")):
        gaps, what = every(door, "letterbox"), f"SIGKILL of a leader, {len(every(door, 'letterbox'))} times, longest gap of acknowledgements, {name}"
        rows.append(Row(f"{what}: p50", "s", gaps, kafka, "Kafka", at_most(1.0)))
        rows.append(Row(f"{what}: worst", "s", [max(gaps)], [max(kafka)], "Kafka", at_most(2.5)))
        rows.append(Row(f"{what}: records that were refused for good", "", measured.of(door, "letterbox", "failed"), bar=at_most(0)))
    return rows


class LoneNode(KafkaDoor):
    """One node without a cluster, with the heap of those of a cluster."""

    def launch(self, command, environment=None):
        Server.launch(self, command, letterbox_environment())


def cluster_sse(bench):
    subs = bench.size(1500, 30)
    measured = Measured(bench, "cluster-sse")
    for turn in range(bench.rounds):
        for kind in turns([LoneNode, LetterboxCluster], turn):
            bench.quiet()
            with kind() as side:
                result = loads.sse(bench.binary, side, side.topic("fan"), subs=subs, window=200, warmup=bench.warmup, seconds=bench.seconds)
                name = "cluster" if kind is LetterboxCluster else "one"
                measured.note("sse", name, turn, {**result, "deliveries_cpu_s": 1e6 / result["server_cpu_s_per_million"]})
    what = f"{subs:,} subscribers of one topic, a third at each node, saturated"
    of = lambda key: (measured.of("sse", "cluster", key), measured.of("sse", "one", key), "one node alone")
    return [
        Row(f"{what}: deliveries per CPU second", "", *of("deliveries_cpu_s"), at_least_of_peer(0.9)),
        Row("the same: CPU of all three", "s/million", *of("server_cpu_s_per_million")),
        Row(f"{what}: deliveries", "per s", *of("deliveries_s")),
        Row(f"{what}: lost, doubled or out of order", "records", *of("lost"), at_most(0)),
    ]


def cluster_idle(bench):
    topics, partitions, seconds = bench.size((100, 6, 30), (4, 6, 3))

    def run(side, turn, note):
        for number in range(topics):
            side.create(f"idle-{number}", partitions)
        time.sleep(bench.size(15, 1))
        before = [machine.cpu_s(pid) for pid in side.pids]
        time.sleep(seconds)
        used = [100 * (machine.cpu_s(pid) - past) / seconds for pid, past in zip(side.pids, before)]
        note("idle", {"cpu_percent": statistics.mean(used), "rss_mib": max(machine.rss_mib(pid) for pid in side.pids),
                      "cpu_s_per_hour": sum(used) / 100 * 3600})

    measured = each_side(bench, "cluster-idle", run)
    what = f"idle, {topics} topics of {partitions} partitions"
    return [
        Row(f"{what}: CPU of a node", "% of a core", *beside(measured, "idle", "cpu_percent"), at_most_of_peer(1.0)),
        Row(f"{what}: resident memory of the largest node", "MiB", *beside(measured, "idle", "rss_mib"), at_most(350)),
    ]


def cluster_start(bench):
    """From nothing, and one node back into a cluster with much in it. Kafka's beside: until it has leaders for a topic, which
    is less than a first acknowledged record; and until a node that comes back is in sync."""
    size, count = bench.size((10_000, 1_000_000), (10_000, 5_000))
    measured = Measured(bench, "cluster-start")
    for turn in range(bench.rounds):
        for kind in turns(SIDES, turn):
            bench.quiet()
            with kind(starting=False) as side:
                measured.note("start", side.name, turn, {"first_s": side.first_acknowledgement_s()})
                side.await_ready()
                measured.note("back", side.name, turn, node_back(side, size, count))
    volume = f"{size * count / 1e9:g} GB"
    return [
        Row("start of three nodes, from nothing to the first acknowledged record (Kafka: first leader)", "s",
            *beside(measured, "start", "first_s"), at_most(8)),
        Row(f"a node back after SIGKILL, {volume} in the cluster: to ready", "s", *beside(measured, "back", "ready_s"), at_most(5)),
        Row("the same: to in sync, as all nodes see it", "s", *beside(measured, "back", "in_sync_s")),
    ]


def node_back(side, size, count):
    side.create("large", 6)
    side.tool("ProducerPerformance", "--bootstrap-server", side.bootstrap, "--topic", "large", "--num-records", count,
              "--throughput", -1, "--record-size", size, "--command-property", "acks=all", "batch.size=262144", limit_s=900)
    node = side.leader("large")
    node.kill()
    start = time.monotonic()
    node.launch_again()
    node.await_ready()
    ready = time.monotonic() - start
    side.in_sync("large", 6)
    return {"ready_s": ready, "in_sync_s": time.monotonic() - start}


CASES = {"cluster-produce": cluster_produce, "cluster-latency": cluster_latency, "cluster-failover": cluster_failover,
         "cluster-sse": cluster_sse, "cluster-idle": cluster_idle, "cluster-start": cluster_start}
