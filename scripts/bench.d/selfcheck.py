"""Tests the load generators with servers that have deliberate defects: they have to find each of them."""

import contextlib
import queue
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cluster_cases
import loads

DEFECTS = {
    "none": (lambda n: [n], []),
    "loses one": (lambda n: [] if n == 20 else [n], ["holes"]),
    "loses the last": (lambda n: [n] if n < 30 else [], ["missing"]),
    "doubles one": (lambda n: [n, n] if n == 20 else [n], ["late"]),
    "swaps two": (lambda n: {20: [21], 21: [20]}.get(n, [n]), ["holes", "late"]),
}


class BadServer:
    """Sends what is posted to every subscriber, with one defect. Uses threads and queues, so it is slow."""

    name = "bad server"
    pids = []

    def __init__(self, defect):
        self.records, self.subscribers, self.lock = [], [], threading.Lock()
        self.defect = defect
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
                outer.take(body)

            def do_GET(self):
                mine = queue.Queue()
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                with outer.lock:
                    outer.subscribers.append(mine)
                with contextlib.suppress(OSError):
                    while (body := mine.get()) is not None:
                        event = b"id: x\ndata: " + body + b"\n\n"
                        # Two chunks, cut in the middle: the reader has to put lines together.
                        for part in (event[:17], event[17:]):
                            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}/"

    def take(self, body):
        with self.lock:
            # A swap needs the next record, so every record is sent one record late.
            self.records.append(body)
            for index in self.defect(len(self.records) - 2) if len(self.records) > 1 else []:
                for subscriber in self.subscribers:
                    if 0 <= index < len(self.records):
                        subscriber.put(self.records[index])

    def output(self):
        return ""

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        for subscriber in self.subscribers:
            subscriber.put(None)
        self.http.shutdown()
        self.http.server_close()


def run(binary):
    """Raises if the load generator misses a defect, or finds one that does not exist."""
    for name, (defect, found) in DEFECTS.items():
        with BadServer(defect) as server:
            # Each URL has one of the two subscribers.
            result = loads.sse(binary, server, (server.url, server.url, server.url), subs=2, conns=1, rate=100, warmup=0.2, seconds=1, drain=2)
        # The last record of every run is held back, and so missing at both subscribers.
        counts = {key: result[key] - (2 if key == "missing" else 0) for key in ("missing", "holes", "late", "foreign", "gaps")}
        wrong = [key for key, count in counts.items() if (count > 0) != (key in found)]
        if wrong:
            raise SystemExit(f"selfcheck: the server that {name}: {counts}, expected only {found or 'nothing'}")
        print(f"selfcheck: a defect of the kind '{name}' is {'found' if found else 'not imagined'}")
    run_gaps()


class PausingServer:
    """Answers each publish with 200, but for some time with 503."""

    name, paused = "pausing server", False

    def __init__(self):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(503 if outer.paused else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.port = self.http.server_port
        self.nodes = [self]

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


def run_gaps():
    """Raises if the time without acknowledgements is not what it was, wherever it lies."""
    for ends, name in ((True, "in between"), (False, "at the end")):
        with PausingServer() as server, cluster_cases.Gaps("http", server, "any", 2) as load:
            time.sleep(1)
            server.paused, began = True, time.time()
            time.sleep(1)
            server.paused = not ends
            time.sleep(1 if ends else 0)
            found = cluster_cases.longest_gaps([began], load.end()[0])[0]
        # On a busy machine the last acknowledgement may be older than the pause, and the first one after it late.
        if not 0.9 < found < time.time() - began + 1:
            raise SystemExit(f"selfcheck: a second without acknowledgements {name}, and found were {found} s")
        print(f"selfcheck: a second without acknowledgements {name} is measured")
