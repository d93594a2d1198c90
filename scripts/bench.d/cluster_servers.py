"""The two sides of the cluster's benchmarks: three nodes of Letterbox, and three of Apache Kafka, each broker and controller.
Every node is a process of its own on this machine, with the same heap on both sides."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import machine
from kafka_servers import ApacheKafka, KafkaDoor, KafkaSide, java, jvm
from servers import HERE, Server, free_port, request
from wire import Wire

NODES = 3
HEAP = "-Xmx384m"


def letterbox_environment():
    """The peer's JDK, whatever newer one the launcher would find, and the heap of a node."""
    options = f"{HEAP} {os.environ.get('LETTERBOX_JAVA_OPTS', '')}".strip()
    home = str(pathlib.Path(java()).resolve().parent.parent)
    return {**os.environ, "LETTERBOX_JAVA_HOME": home, "LETTERBOX_JAVA_OPTS": options}


class Node:
    """Mixed into a server: one of several, with a directory below the cluster's."""

    def __init__(self, cluster, number):
        super().__init__()
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory = cluster.directory / f"node{number}"
        self.directory.mkdir()
        self.cluster, self.number = cluster, number

    def kill(self):
        os.kill(self.pids[0], signal.SIGKILL)
        self.process.wait(20)


class LetterboxNode(Node, KafkaDoor):
    """A node as a user starts it, with the heap of all nodes here."""

    def __init__(self, cluster, number):
        super().__init__(cluster, number)
        self.cluster_port = free_port()

    def seed(self):
        return f"127.0.0.1:{self.cluster_port}"

    def prepare(self):
        self.settings.update({
            "node.id": self.number, "cluster.enabled": "true", "cluster.initialNodes": ",".join(map(str, range(1, NODES + 1))),
            "cluster.seeds": ",".join(node.seed() for node in self.cluster.nodes), "cluster.port": self.cluster_port,
            "cluster.raftPort": free_port(), "cluster.busPort": free_port(), "cluster.discoveryPort": free_port()})

    def launch(self, command, environment=None):
        Server.launch(self, command, letterbox_environment())


class KafkaNode(Node, ApacheKafka):
    """A node with the flags of Kafka's own start script but for the heap."""

    flags = [HEAP, *(flag for flag in ApacheKafka.flags if not flag.startswith("-Xm"))]

    def __init__(self, cluster, number):
        super().__init__(cluster, number)
        self.kafka_port, self.controller_port = self.port, free_port()

    def prepare(self):
        text = (HERE / "kafka-cluster.properties").read_text()
        voters = ",".join(f"{node.number}@127.0.0.1:{node.controller_port}" for node in self.cluster.nodes)
        values = {"@NODE@": self.number, "@PORT@": self.kafka_port, "@CONTROLLER@": self.controller_port, "@VOTERS@": voters,
                  "@DIR@": self.directory}
        for mark, value in values.items():
            text = text.replace(mark, str(value))
        self.config = self.directory / "server.properties"
        self.config.write_text(text)
        storage = [*jvm(), "kafka.tools.StorageTool", "format", "-t", "4L6g3nShT-eMCtK--X86sw", "-c", str(self.config)]
        subprocess.run(storage, check=True, capture_output=True)


class Cluster(KafkaSide):
    """Three nodes; use it in a with statement. What a single server can do goes to the first node."""

    def __init__(self, starting=True):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="letterbox-bench-"))
        self.nodes = []
        self.nodes += [self.kind(self, number) for number in range(1, NODES + 1)]
        self.starting = starting

    def __enter__(self):
        try:
            for node in self.nodes:
                node.prepare()
            if self.starting:
                self.start()
                self.await_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        for node in self.nodes:
            node.launch_again()

    def __exit__(self, *_):
        for node in self.nodes:
            if node.process and node.process.poll() is None:
                node.process.send_signal(signal.SIGTERM)
        for node in self.nodes:
            if node.process:
                machine.end_process(node.process)
        keep = os.environ.get("LETTERBOX_BENCH_KEEP")
        for node in self.nodes if keep else []:
            with contextlib.suppress(OSError):
                shutil.copy(node.directory / "output.txt", pathlib.Path(keep) / f"{self.name}-{node.number}.txt")
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def pids(self):
        return [pid for node in self.nodes for pid in node.pids]

    @property
    def bootstrap(self):
        return ",".join(f"127.0.0.1:{node.kafka_port}" for node in self.nodes)

    def output(self):
        return "\n".join(f"node {node.number}:\n{node.output()}" for node in self.nodes)

    def node(self, number):
        return self.nodes[number - 1]

    def wire(self):
        """To a node that lives."""
        return Wire(next(node.kafka_port for node in self.nodes if node.process.poll() is None))

    def create(self, topic, partitions, **config):
        self.wire().create_topic(topic, partitions, config, replicas=NODES)

    def delete(self, topic):
        self.wire().delete_topic(topic)

    def leader(self, topic, partition=0):
        """The node that leads a partition."""
        found = {}

        def known():
            found.update(self.wire().leaders([topic]) or {})
            return found.get((topic, partition), (-1, 0))[0] > 0

        machine.wait_for(known, f"a leader of {topic}", 30)
        return self.node(found[(topic, partition)][0])

    def in_sync(self, topic, partitions):
        """Waits until all replicas are in sync again, as each node sees it."""
        for node in self.nodes:
            machine.wait_for(lambda: Wire(node.kafka_port).ready_partitions([topic], NODES) == partitions,
                             f"{self.name}: {topic} in sync at node {node.number}", 120)


class LetterboxCluster(Cluster):
    """Three nodes of Letterbox."""

    name, kind = "letterbox", LetterboxNode

    def await_ready(self):
        for node in self.nodes:
            node.await_ready()

    def topic(self, name, partitions=1, **config):
        """Creates a topic; returns its subscribe URL at each node, and its publish URL at the first."""
        subscribe, publish = self.nodes[0].topic(name, partitions, **config)
        for node in self.nodes:
            machine.wait_for(lambda: node.answers(f"/topics/{name}/records?partition=0&offset=0&limit=1", 200), f"{name} at node {node.number}", 30)
        return *(node.url(subscribe.removeprefix(self.nodes[0].url(""))) for node in self.nodes), publish

    def first_acknowledgement_s(self, limit_s=120):
        """Starts the nodes, makes a topic at the first and publishes there until it is acknowledged; seconds from exec."""
        start, last = time.monotonic(), None
        requests = [("PUT", "/topics/first", '{"partitions":1}'), ("POST", "/topics/first", '{"hello":1}')]
        self.start()
        while time.monotonic() - start < limit_s:
            with contextlib.suppress(OSError):
                last = request(self.nodes[0].port, *requests[0])
                if last[0] // 100 == 2:
                    del requests[0]
                if not requests:
                    return time.monotonic() - start
            time.sleep(0.005)
        raise RuntimeError(f"no acknowledgement within {limit_s} s, last {last}:\n{self.output()}")


class KafkaCluster(Cluster):
    """Three nodes of Apache Kafka."""

    name, kind = "kafka", KafkaNode

    def await_ready(self):
        for node in self.nodes:
            node.await_ready()
        self.first_topic()

    def first_topic(self):
        """Waits until there is a controller, and three brokers that take replicas."""
        end = time.monotonic() + 60
        while True:
            try:
                self.create(f"first-{time.monotonic_ns()}", 1)
                return
            except (RuntimeError, OSError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)

    def first_acknowledgement_s(self):
        """Starts the nodes; seconds from exec until a topic has leaders, which comes before a first acknowledgement."""
        start = time.monotonic()
        self.start()
        self.first_topic()
        return time.monotonic() - start
