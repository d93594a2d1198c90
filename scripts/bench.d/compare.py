"""This checkout beside another one of Letterbox, such as the commit before a change: is anything slower? In each round three
servers run, this one, the other one and the other one once more; each measurement goes to them in turn. How far the two equal
ones lie apart says how much a difference means."""

import contextlib
import dataclasses
import statistics

import kafka_cases
import loads
import machine
from kafka_cases import Load
from kafka_servers import KafkaDoor

SIDES = ("this", "other", "again")

# A smaller difference is not reported, even if it is significant.
TOLERATED = 0.03


@dataclasses.dataclass(frozen=True)
class Figure:
    """A value of a measurement that is compared: its name, its key (a path), and whether more is better."""

    name: str
    path: tuple
    more_is_better: bool


RATE = lambda *path: Figure("rate", path, True)
CPU = Figure("server CPU", ("server_cpu_s_per_million",), False)


def server_of(root):
    return type("Side", (KafkaDoor,), {"root": root})


def publish(connections, lines=1):
    def run(bench, server, fresh):
        url = server.topic(fresh)[1]
        return loads.wrk(server, url, connections, bench.seconds // 2 or 1, lines)

    return run


def fan_out(**options):
    def run(bench, server, fresh):
        subs = bench.size(1000, 20)
        return loads.sse(bench.binary, server, server.topic(fresh), subs=subs, warmup=1, seconds=bench.seconds // 2 or 1, **options)

    return run


def produce(load, flush):
    def run(bench, server, fresh):
        server.create(fresh, load.partitions, flush=flush)
        result = kafka_cases.produce_once(bench, server, fresh, load)
        server.delete(fresh)
        return result

    return run


def consume(size, partitions):
    def run(bench, server, fresh):
        server.create(fresh, partitions, flush="os")
        kafka_cases.produce_once(bench, server, fresh, Load(size, partitions, 5, 65536))
        # The first run fills the page cache.
        for _ in range(2):
            result = kafka_cases.consume_once(server, fresh, kafka_cases.records(bench, size)[0])
        server.delete(fresh)
        return result

    return run


MEASUREMENTS = {
    "publish 100 B, 64 connections": (publish(64), [RATE("requests_s"), CPU]),
    "publish 100 B, 1 connection": (publish(1), [RATE("requests_s"), Figure("p50", ("p50_ms",), False)]),
    "NDJSON, 1,000 lines a request": (publish(8, 1000), [RATE("records_s"), CPU]),
    "1,000 subscribers, saturated": (fan_out(window=20), [RATE("deliveries_s"), CPU]),
    "1,000 subscribers, 100 records/s": (fan_out(rate=100), [Figure("p50", ("from_due_ms", "p50"), False), CPU]),
    "Kafka produce 100 B, 1 partition, os": (produce(Load(100, 1, 0, 16384), "os"), [RATE("records_s"), CPU]),
    "Kafka produce 100 B, 6 partitions, fsync": (produce(Load(100, 6, 5, 65536), "sync"), [RATE("records_s"), CPU]),
    "Kafka produce 1 KiB, 6 partitions, fsync": (produce(Load(1024, 6, 0, 65536), "sync"), [RATE("records_s"), CPU]),
    "Kafka consume 100 B, 1 partition": (consume(100, 1), [RATE("fetch_records_s"), CPU]),
    "Kafka consume 1 KiB, 6 partitions": (consume(1024, 6), [RATE("fetch_records_s"), CPU]),
}

# Run without being recorded on each fresh server, so that code is compiled and buffers have their final size.
WARMING = ("publish 100 B, 64 connections", "NDJSON, 1,000 lines a request", "1,000 subscribers, saturated",
           "Kafka produce 100 B, 1 partition, os", "Kafka produce 1 KiB, 6 partitions, fsync")


def compare(bench, this, other):
    """Runs all rounds; returns a table of Markdown and whether anything is slower."""
    kinds = {"this": server_of(this), "other": server_of(other), "again": server_of(other)}
    results = {}
    for turn in range(bench.rounds):
        with contextlib.ExitStack() as stack:
            servers = {side: stack.enter_context(kinds[side]()) for side in rotated(turn)}
            for number, what in enumerate(WARMING):
                for side in rotated(turn + number):
                    MEASUREMENTS[what][0](bench, servers[side], f"warm-{number}")
            for number, (what, (run, _)) in enumerate(MEASUREMENTS.items()):
                for side in rotated(turn + number):
                    bench.quiet()
                    result = run(bench, servers[side], f"measured-{number}")
                    bench.record({"case": what, "run": side, "round": turn, **result})
                    results.setdefault((what, side), []).append(result)
    return table(results)


def rotated(turn):
    start = turn % len(SIDES)
    return SIDES[start:] + SIDES[:start]


def table(results):
    lines = [
        "| what | figure | this | other | this ÷ other | other ÷ itself | |",
        "|---|---|---|---|---|---|---|",
    ]
    slower = False
    for what, (_, figures) in MEASUREMENTS.items():
        for figure in figures:
            values = {side: [value_of(result, figure.path) for result in results[(what, side)]] for side in SIDES}
            change = ratios(values["this"], values["other"])
            itself = ratios(values["again"], values["other"])
            verdict = judge(statistics.median(change), statistics.median(abs(r - 1) for r in itself), figure)
            slower |= verdict == "**slower**"
            lines.append(f"| {what} | {figure.name} | {statistics.median(values['this']):,.5g} | {statistics.median(values['other']):,.5g} "
                         f"| {spread(change)} | {spread(itself)} | {verdict} |")
    return "\n".join(lines), slower


def value_of(result, path):
    for key in path:
        result = result[key]
    return result


def ratios(ours, theirs):
    return [a / b if b else 1.0 for a, b in zip(ours, theirs)]


def spread(values):
    return f"{statistics.median(values):.3f} ({min(values):.2f}..{max(values):.2f})"


def judge(ratio, noise, figure):
    worse = 1 - ratio if figure.more_is_better else ratio - 1
    limit = max(TOLERATED, noise)
    if worse > limit:
        return "**slower**"
    return "better" if -worse > limit else "the same"


def head(bench, other):
    facts = machine.description()
    return f"scripts/bench compare {other}, {bench.rounds} rounds; {facts['cpu']}, Linux {facts['kernel']}; median (smallest..largest) of the ratios by round"
