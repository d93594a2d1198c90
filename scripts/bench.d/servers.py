"""The servers under test. Each start is a fresh process with fresh data on a port of its own."""

import http.client
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import machine

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def free_port():
    """A port below the range of outgoing connections, so that no client of the benchmark can occupy it."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def request(port, method, path, body=None, content_type="application/json", timeout=30):
    """One request on a connection of its own: status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, {"Content-Type": content_type} if body is not None else {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


class Server:
    """A process with a directory; use it in a with statement."""

    name = "server"

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="letterbox-bench-"))
        self.port = free_port()
        self.process = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process:
            machine.end_process(self.process)
        shutil.rmtree(self.directory, ignore_errors=True)

    def launch(self, command, environment=None):
        with open(self.directory / "output.txt", "ab") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=ROOT, env=environment)

    def output(self):
        return (self.directory / "output.txt").read_text(errors="replace")[-3000:]

    def answers(self, path, *wanted):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended by itself:\n{self.output()}")
        try:
            return request(self.port, "GET", path)[0] in wanted
        except OSError:
            return False

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"


class Nginx(Server):
    """nginx with a static 204 and Nchan (nginx.conf), one worker."""

    name = "nginx"

    def start(self):
        text = (HERE / "nginx.conf").read_text()
        config = self.directory / "nginx.conf"
        config.write_text(text.replace("@PORT@", str(self.port)).replace("@DIR@", str(self.directory)))
        self.launch(["nginx", "-p", "/usr/share/nginx", "-e", str(self.directory / "error.log"), "-c", str(config)])
        machine.wait_for(lambda: self.answers("/nothing", 204), "nginx", 20)

    @property
    def pids(self):
        return [self.process.pid, *machine.children(self.process.pid)]

    def topic(self, name):
        """Subscribe and publish URLs of a channel; Nchan makes it by itself."""
        return self.url(f"/events/{name}"), self.url(f"/publish/{name}")


class Letterbox(Server):
    """Letterbox as a user starts it, scripts/letterbox and its default flags included."""

    name = "letterbox"
    root = ROOT  # the checkout that is run

    def __init__(self, **settings):
        super().__init__()
        self.settings = settings

    def start(self):
        self.launch_letterbox()
        self.await_ready()

    def launch_letterbox(self):
        command = [str(self.root / "scripts" / "letterbox"), "serve"]
        values = {"http.port": self.port, "node.dataDir": self.directory / "data", **self.settings}
        for key, value in values.items():
            command += ["--set", f"{key}={value}"]
        self.launch(command)

    def await_ready(self):
        machine.wait_for(lambda: self.answers("/health/ready", 200), "letterbox", 60)

    @property
    def pid(self):
        """The JVM: the process itself if the script has exec'ed it, else its child."""
        candidates = [self.process.pid, *machine.children(self.process.pid)]
        return next((p for p in candidates if machine.executable(p).endswith("/java")), self.process.pid)

    @property
    def pids(self):
        return [self.pid]

    def topic(self, name, partitions=1, **config):
        """Creates a topic; returns its subscribe and publish URLs."""
        body = json.dumps({"partitions": partitions, "config": config})
        status, answer = request(self.port, "PUT", f"/topics/{name}", body)
        if status not in (200, 201):
            raise RuntimeError(f"PUT /topics/{name}: {status} {answer.decode(errors='replace')}")
        return self.url(f"/topics/{name}/events?from=latest"), self.url(f"/topics/{name}")

    def live_heap_mib(self):
        """The heap after a full collection."""
        jcmd = pathlib.Path(machine.executable(self.pid)).parent / "jcmd"
        if not jcmd.exists():
            raise RuntimeError(f"{jcmd} is missing: the heap can only be measured with a JDK")
        for _ in range(2):
            self.jcmd(jcmd, "GC.run")
        used = re.findall(r"\btotal .*?\bused (\d+)K", self.jcmd(jcmd, "GC.heap_info"))
        if not used:
            raise RuntimeError("GC.heap_info says nothing about the heap")
        return sum(map(int, used)) / 1024

    def jcmd(self, jcmd, what):
        out = subprocess.run([jcmd, str(self.pid), what], capture_output=True, text=True, timeout=60)
        if out.returncode != 0:
            raise RuntimeError(f"{what}: {out.stdout}{out.stderr}")
        return out.stdout

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        self.process.wait(20)

    def first_acknowledgement_s(self, topic, limit_s=120):
        """Starts the server and publishes until it is acknowledged; seconds from exec."""
        start = time.monotonic()
        self.launch_letterbox()
        while time.monotonic() - start < limit_s:
            if self.process.poll() is not None:
                raise RuntimeError(f"letterbox ended by itself:\n{self.output()}")
            try:
                if request(self.port, "POST", f"/topics/{topic}", '{"hello":1}')[0] // 100 == 2:
                    return time.monotonic() - start
            except OSError:
                pass
            time.sleep(0.001)
        raise RuntimeError(f"no acknowledgement within {limit_s} s:\n{self.output()}")


def build_letterbox(root=ROOT):
    """Builds a checkout's JAR if it is missing or old, so that no measured start has to."""
    subprocess.run([str(root / "scripts" / "letterbox"), "version"], check=True, stdout=subprocess.DEVNULL)


def build_load():
    """Builds the load generator if it is missing or old; returns its path."""
    target = ROOT / "target" / "bench"
    target.mkdir(parents=True, exist_ok=True)
    sources = [HERE / name for name in ("sseload.c", "subscribers.c", "publisher.c", "stats.c")]
    binary = target / "sseload"
    newest = max(p.stat().st_mtime for p in [*sources, HERE / "load.h"])
    if not binary.exists() or binary.stat().st_mtime < newest:
        subprocess.run(["gcc", "-O2", "-pthread", "-o", str(binary), *map(str, sources)], check=True)
    return binary
