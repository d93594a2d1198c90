"""Rows of the report: a measurement on both sides, and whether it meets its bar."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Bar:
    """A bar: a limit in the row's unit, or (of_peer) as a multiple of the peer's median."""

    limit: float
    at_least: bool
    of_peer: bool = False
    goal: float | None = None

    def text(self):
        sign = "≥" if self.at_least else "≤"
        goal = f" (goal {self.goal:g})" if self.goal is not None else ""
        return f"{sign} {number(self.limit)}{' × peer' if self.of_peer else ''}{goal}"

    def verdict(self, ours, peer):
        value = ours / peer if self.of_peer and peer else ours
        met = value >= self.limit if self.at_least else value <= self.limit
        if met:
            return "met"
        if self.limit == 0:
            return f"**missed**: {number(value)}"
        return f"**missed** by {abs(value - self.limit) / self.limit:.0%}"


def at_least(limit):
    return Bar(limit, True)


def at_most(limit):
    return Bar(limit, False)


def at_least_of_peer(limit, goal=None):
    return Bar(limit, True, True, goal)


def at_most_of_peer(limit):
    return Bar(limit, False, True)


@dataclasses.dataclass(frozen=True)
class Row:
    """ours and peer: one value a round."""

    what: str
    unit: str
    ours: list
    peer: list | None = None
    peer_name: str = ""
    bar: Bar | None = None

    def cells(self):
        ours = statistics.median(self.ours)
        peer = statistics.median(self.peer) if self.peer else None
        ratio = f"{ours / peer:.2f}" if peer else ""
        return [
            self.what,
            self.unit,
            spread(self.ours),
            f"{self.peer_name}: {spread(self.peer)}" if self.peer else "",
            ratio,
            self.bar.text() if self.bar else "",
            self.bar.verdict(ours, peer) if self.bar else "",
        ]

    def missed(self):
        return bool(self.bar) and self.cells()[-1] != "met"


def number(value):
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"


def spread(values):
    median = number(statistics.median(values))
    return f"{median} ({number(min(values))}..{number(max(values))})" if len(values) > 1 else median


def markdown(rows):
    head = ["what", "unit", "Letterbox", "peer", "ratio", "bar", "verdict"]
    lines = [head, ["---"] * len(head), *(row.cells() for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
