"""The loads: wrk for requests, sseload (built from the C files here) for subscribers."""

import json
import os
import pathlib
import subprocess
import time

import machine

HERE = pathlib.Path(__file__).resolve().parent


def wrk(server, url, connections, seconds, lines=1, size=100):
    """A closed loop of POSTs; wrk's summary and the server's CPU in that time."""
    environment = {**os.environ, "SIZE": str(size), "LINES": str(lines)}
    if lines > 1:
        environment["TYPE"] = "application/x-ndjson"
    before, start = sum(map(machine.cpu_s, server.pids)), time.monotonic()
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(HERE / "post.lua"), url]
    out = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=seconds + 60)
    cpu, took = sum(map(machine.cpu_s, server.pids)) - before, time.monotonic() - start
    summaries = [line for line in out.stdout.splitlines() if line.startswith("{")]
    if not summaries:
        raise RuntimeError(f"wrk: {out.stdout}{out.stderr}")
    result = json.loads(summaries[-1])
    if result["errors"]:
        raise RuntimeError(f"{server.name}: {result['errors']} of {result['requests']} requests failed\n{server.output()}")
    result.update(records_s=result["requests_s"] * lines, server_cpu_s=round(cpu, 2), took_s=round(took, 2),
                  server_cpu_s_per_million=cpu / result["requests"] / lines * 1e6)
    return result


def sse(binary, server, topic_urls, **options):
    """One run of sseload to its end."""
    out = subprocess.run(sse_command(binary, server, topic_urls, options), stdout=subprocess.PIPE, text=True, timeout=400)
    if out.returncode != 0:
        raise RuntimeError(f"sseload against {server.name} ended with {out.returncode}\n{server.output()}")
    return checked(json.loads(out.stdout.splitlines()[-1]))


def sse_command(binary, server, topic_urls, options):
    *subscribe, publish = topic_urls
    command = [str(binary), "--pub", publish, "--pid", ",".join(map(str, server.pids))]
    for url in subscribe:
        command += ["--sub", url]
    for name, value in options.items():
        command.append("--" + name.replace("_", "-"))
        if value is not True:
            command.append(str(value))
    return command


def checked(result):
    """The sum of all losses: records that did not arrive once, in order, at every subscriber."""
    result["lost"] = result["missing"] + result["holes"] + result["late"] + result["gaps"] + result["foreign"]
    if result["up"] != result["subs"] or result["publish_errors"]:
        raise RuntimeError(f"not a measurement: {result['up']} of {result['subs']} subscribers up, "
                           f"{result['publish_errors']} publishes failed ({result['error_status']})")
    return result


class SteppedSse:
    """sseload with --steps: the caller looks at the server while sseload waits. Silent if the server is going to be
    killed, because its errors are expected then."""

    def __init__(self, binary, server, topic_urls, silent=False, **options):
        command = sse_command(binary, server, topic_urls, {**options, "steps": True})
        complaints = subprocess.DEVNULL if silent else None
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        machine.end_process(self.process)

    def reach(self, name):
        """Waits until a step is reached."""
        line = self.process.stdout.readline()
        if not line or json.loads(line).get("step") != name:
            raise RuntimeError(f"sseload did not reach '{name}': {line!r}")
        return json.loads(line)

    def go_on(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def result(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("sseload ended without a result")
        return checked(json.loads(line))
