"""The two sides of the Kafka benchmarks: Apache Kafka's own broker and Letterbox' Kafka door, and the official tools that
drive both."""

import os
import pathlib
import shutil
import subprocess
import time

import machine
from servers import HERE, ROOT, Letterbox, Server, free_port
from wire import Wire

LISTS = ROOT / "scripts" / "kafka.d"
TOOL = "org.apache.kafka.tools."


def java():
    home = os.environ.get("JAVA_HOME")
    found = pathlib.Path(home, "bin", "java") if home else shutil.which("java")
    if not found:
        raise RuntimeError("no java, neither in JAVA_HOME nor on the PATH")
    return str(found)


def class_path():
    """Apache Kafka's class path, from Maven; the first call may fetch it."""
    return subprocess.run([LISTS / "classpath", "peer"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def jvm(*flags):
    return [java(), *flags, f"-Dlog4j2.configurationFile={LISTS / 'log4j2.yaml'}", "-Dkafka.logLevel=ERROR", "-cp", class_path()]


class Run:
    """What a client printed, how long it took, and what the server and the rest of the machine used meanwhile."""

    def __init__(self, server, command, limit_s):
        before, busy, start = server.cpu_s(), machine.busy_s(), time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            self.output = process.communicate(timeout=limit_s)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            raise RuntimeError(f"{server.name}: not within {limit_s} s: {command[-12:]}\n{process.communicate()[0][-2000:]}")
        self.took_s = time.monotonic() - start
        self.server_cpu_s = server.cpu_s() - before
        self.machine_cpu_s = machine.busy_s() - busy
        if process.returncode != 0:
            raise RuntimeError(f"{server.name}: {command[-12:]} ended with {process.returncode}\n{self.output[-3000:]}\n{server.output()}")


class KafkaSide:
    """What both sides can do, beyond a server's start and end."""

    def cpu_s(self):
        return sum(map(machine.cpu_s, self.pids))

    def tool(self, name, *arguments, limit_s=300):
        return Run(self, [*jvm("-Xms512m", "-Xmx512m"), TOOL + name, *map(str, arguments)], limit_s)

    def own(self, source, *arguments, heap="512m", limit_s=300):
        """Runs a program of ours, from its source."""
        return Run(self, [*jvm(f"-Xms{heap}", f"-Xmx{heap}"), str(HERE / source), *map(str, arguments)], limit_s)

    @property
    def bootstrap(self):
        return f"127.0.0.1:{self.kafka_port}"

    def wire(self):
        return Wire(self.kafka_port)


class ApacheKafka(KafkaSide, Server):
    """The broker with the flags of its own start script, and default flushing: it acknowledges what the page cache has."""

    name = "kafka"
    flags = ["-Xms1G", "-Xmx1G", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:InitiatingHeapOccupancyPercent=35",
             "-XX:+ExplicitGCInvokesConcurrent", "-XX:MaxInlineLevel=15", "-Djava.awt.headless=true"]

    def start(self):
        self.kafka_port = self.port
        text = (HERE / "kafka.properties").read_text()
        values = {"@PORT@": self.kafka_port, "@CONTROLLER@": free_port(), "@DIR@": self.directory}
        for mark, value in values.items():
            text = text.replace(mark, str(value))
        self.config = self.directory / "server.properties"
        self.config.write_text(text)
        storage = [*jvm(), "kafka.tools.StorageTool"]
        cluster = subprocess.run([*storage, "random-uuid"], check=True, capture_output=True, text=True).stdout.strip()
        subprocess.run([*storage, "format", "--standalone", "-t", cluster, "-c", str(self.config)], check=True, capture_output=True)
        self.launch_again()
        self.await_ready()

    def launch_again(self):
        self.launch([*jvm(*self.flags), "kafka.Kafka", str(self.config)])

    def await_ready(self):
        def answers():
            if self.process.poll() is not None:
                raise RuntimeError(f"kafka ended by itself:\n{self.output()}")
            return self.wire().ready_partitions() is not None

        machine.wait_for(answers, "kafka", 60)

    @property
    def pids(self):
        return [self.process.pid]

    def create(self, topic, partitions, **_):
        self.wire().create_topic(topic, partitions)

    def delete(self, topic):
        self.wire().delete_topic(topic)


class KafkaDoor(KafkaSide, Letterbox):
    """Letterbox as a user starts it, its Kafka door on a port of its own."""

    def __init__(self):
        self.kafka_port = free_port()
        super().__init__(**{"kafka.port": self.kafka_port})

    def launch(self, command, environment=None):
        # The peer's JDK, whatever newer one the launcher would find.
        super().launch(command, {**os.environ, "LETTERBOX_JAVA_HOME": str(pathlib.Path(java()).resolve().parent.parent)})

    def launch_again(self):
        self.launch_letterbox()

    def create(self, topic, partitions, **config):
        self.wire().create_topic(topic, partitions, config)

    def delete(self, topic):
        self.wire().delete_topic(topic)
