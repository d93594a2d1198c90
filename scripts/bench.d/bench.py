#!/usr/bin/env python3
"""Measures Letterbox beside nginx, Nchan and Apache Kafka, on loopback, each run on fresh servers, the two sides in turn.

  scripts/bench publish    wrk: 64 connections and 1, beside a static 204 and Nchan's publish
  scripts/bench ndjson     wrk: requests of 1,000 lines
  scripts/bench fanout     1,000 subscribers saturated and paced; 5,000 subscribers: memory and loss
  scripts/bench latency    publish to delivery, 1,000 records/s to 100 subscribers
  scripts/bench stalled    1,000 subscribers that stop reading while 1 GB is published, and wake
  scripts/bench startup    to the first acknowledged record: empty, and with 10 GB in the log after SIGKILL
  scripts/bench all        all of them
  scripts/bench kafka-produce   ProducerPerformance: 100 B and 1 KiB, acks=all, 1 and 6 partitions, linger, batch; with and without fsync
  scripts/bench kafka-consume   ConsumerPerformance: 100 B and 1 KiB, 1 and 6 partitions
  scripts/bench kafka-latency   1,000 and 10,000 records/s: from due to delivered
  scripts/bench kafka-idle      1,000 idle consumers in 100 groups over 2,000 partitions: start, CPU, memory
  scripts/bench kafka           the four of them, beside Apache Kafka (from Maven Central) and driven by its own tools
  scripts/bench cluster-produce    three nodes, RF 3, acks=all: ProducerPerformance, 100 B and 1 KiB, 6 and 24 partitions
  scripts/bench cluster-latency    1,000 records/s: from due to delivered, and the CPU of all three
  scripts/bench cluster-failover   SIGKILL of a leader under load: the longest time without an acknowledgement, Kafka's producer and HTTP
  scripts/bench cluster-sse        500 subscribers at each of three nodes, beside as many at one that stands alone
  scripts/bench cluster-idle       100 topics of 6 partitions and nobody there: CPU and memory of a node
  scripts/bench cluster-start      from nothing to the first acknowledged record; a node that comes back with 10 GB
  scripts/bench cluster            all of these: three nodes of Letterbox, three brokers of Apache Kafka, on this machine, in turn
  scripts/bench compare --with DIR   another checkout of Letterbox beside this one: is anything slower than it was?
  scripts/bench selfcheck  the load generator against a server that loses, doubles and swaps records on purpose

Prints a Markdown table of medians (smallest..largest), each row against its bar; raw results as JSON lines and the table
go to target/bench. Use a machine that does nothing else. The exit status is 0 also where a bar was missed, unless
--strict is given. Servers are started on free ports of 127.0.0.1 with their data under $TMPDIR, and ended by their id.
"""

import argparse
import datetime
import json
import pathlib
import sys

import cases
import cluster_cases
import compare
import kafka_cases
import machine
import report
import selfcheck
import servers


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", nargs="?", default="all", choices=[*cases.CASES, "all", *kafka_cases.CASES, "kafka", *cluster_cases.CASES, "cluster",
                                                                      "compare", "selfcheck"])
    parser.add_argument("--with", dest="other", metavar="DIR", type=pathlib.Path, help="compare: the other checkout")
    parser.add_argument("--rounds", type=int, help="how often each side runs (3; compare: 5; with --quick 1)")
    parser.add_argument("--quick", action="store_true", help="a smoke run: small, short, figures without meaning")
    parser.add_argument("--strict", action="store_true", help="exit with 1 where a bar was missed or something is slower")
    arguments = parser.parse_args()

    if arguments.case == "selfcheck":
        selfcheck.run(servers.build_load())
        return
    servers.build_letterbox()
    comparing = arguments.case == "compare"
    if comparing != bool(arguments.other):
        parser.error("compare and --with DIR, the other checkout, go together")
    if comparing:
        servers.build_letterbox(arguments.other.resolve())
    beside_kafka = arguments.case.startswith(("kafka", "cluster"))
    binary = None if beside_kafka and arguments.case not in ("cluster", "cluster-sse") else servers.build_load()
    target = servers.ROOT / "target" / "bench"
    target.mkdir(parents=True, exist_ok=True)
    stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    raw = target / f"{arguments.case}-{stamp}.jsonl"

    def record(result):
        with open(raw, "a") as out:
            out.write(json.dumps({"at": datetime.datetime.now().isoformat(timespec="seconds"), **result}) + "\n")
        print(f"  {result['case']} {result['run']} round {result['round'] + 1}", file=sys.stderr, flush=True)

    rounds = arguments.rounds or (1 if arguments.quick else 5 if comparing else 3)
    bench = cases.Bench(arguments.quick, rounds, binary, record)
    if comparing:
        rows, slower = compare.compare(bench, servers.ROOT, arguments.other.resolve())
        report_to(raw, f"{compare.head(bench, arguments.other.name)}\n\n{rows}\n")
        sys.exit(1 if arguments.strict and slower else 0)
    suites = {"all": cases.CASES, "kafka": kafka_cases.CASES, "cluster": cluster_cases.CASES}
    single = {**cases.CASES, **kafka_cases.CASES, **cluster_cases.CASES}
    chosen = suites[arguments.case].values() if arguments.case in suites else [single[arguments.case]]
    rows = [row for case in chosen for row in case(bench)]

    facts = machine.description()
    peers = kafka_cases.peers() if beside_kafka else f"{facts['nginx']}, {facts['wrk'].split(' [')[0]}"
    head = (f"scripts/bench {arguments.case}{' --quick' if arguments.quick else ''}, {rounds} rounds, {datetime.date.today()}; "
            f"{facts['cpu']}, {facts['memory_gib']} GiB, Linux {facts['kernel']}, {peers}; median (smallest..largest)")
    report_to(raw, f"{head}\n\n{report.markdown(rows)}\n")
    if arguments.strict and any(row.missed() for row in rows):
        sys.exit(1)


def report_to(raw, text):
    raw.with_suffix(".md").write_text(text)
    print(text)
    print(f"raw results: {raw.relative_to(servers.ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    main()
