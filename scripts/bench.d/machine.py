"""The machine: processes, their CPU time and memory, and a description of the machine."""

import os
import pathlib
import re
import signal
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid):
    """User and system time of a process, in seconds; 0 if it has ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_mib(pid):
    """Resident memory of a process in MiB."""
    match = re.search(r"VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text())
    return int(match.group(1)) / 1024


def children(pid):
    try:
        return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def executable(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


def busy_share(seconds=0.5):
    """How much of the whole machine is in use, 0 to 1."""

    def sample():
        fields = [int(f) for f in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return sum(fields), fields[3] + fields[4]

    total, idle = sample()
    time.sleep(seconds)
    total2, idle2 = sample()
    return 1 - (idle2 - idle) / max(1, total2 - total)


def busy_s():
    """The processor time that the whole machine has used so far, in seconds."""
    fields = [int(f) for f in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS


def wait_until_quiet(limit_s=60):
    """Waits for the rest of the machine to be idle; returns the share that is still in use if it never is."""
    end = time.monotonic() + limit_s
    while (share := busy_share()) > 0.15 and time.monotonic() < end:
        time.sleep(1)
    return share


def end_process(process, sig=signal.SIGTERM, limit_s=20):
    """Ends one process that we started, by its id, and waits for it."""
    if process.poll() is None:
        process.send_signal(sig)
        try:
            process.wait(limit_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(limit_s)


def wait_for(condition, what, limit_s=60, step_s=0.02):
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(step_s)
    raise RuntimeError(f"{what}: not within {limit_s} s")


def first_line(*command):
    try:
        out = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except OSError:
        return "missing"
    lines = (out.stdout + out.stderr).strip().splitlines()
    return lines[0] if lines else "unknown"


def description():
    """One line a fact, for the head of a report."""
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text())
    return {
        "cpu": f"{os.cpu_count()} × {model.group(1) if model else 'unknown'}",
        "memory_gib": round(int(memory.group(1)) / 1024 / 1024, 1),
        "kernel": os.uname().release,
        "nginx": first_line("nginx", "-v"),
        "wrk": first_line("wrk", "-v"),
    }
