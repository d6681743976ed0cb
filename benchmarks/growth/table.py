"""The tables of growth: for the terminal, and between two marks of docs/benchmarks.md."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from benchmarks.growth.measure import REFERENCE, Found, percentile
from benchmarks.growth.processes import Soak
from benchmarks.report import NAMES, PAGE
from tests.services.databases import Kind

BEGIN, END = "<!-- growth: begin (make growth ARGS=--write writes it) -->", "<!-- growth: end -->"
TIMES, IDLE, MEMORY = 1.5, 3.0, 0.05  # the bars


@dataclass
class Sized:
    """A loaded database: bytes and rows of a case, and how long loading took."""

    cases: int
    bytes: float
    rows: float
    seconds: float
    opened: int  # rows that the check has opened


@dataclass
class Grown:
    """All that was seen on one kind of database."""

    kind: Kind
    sized: list[Sized]
    found: Found
    soaks: list[Soak] = field(default_factory=list)
    workers: dict[int, dict[int, float]] = field(default_factory=dict)  # cases -> processes -> messages/s
    cold: dict[int, float] = field(default_factory=dict)  # cases -> seconds


def page(grown: Sequence[Grown], state: str) -> str:
    parts = [f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC. {state}", _speeds(grown), _idle(grown), _sizes(grown)]
    parts += [_soaks(grown)] if any(each.soaks for each in grown) else []
    parts += [_workers(grown)] if any(each.workers for each in grown) else []
    parts += [_cold(grown)] if any(each.cold for each in grown) else []
    return "\n\n".join(parts)


def state() -> str:
    """How busy the machine is: every figure of wall time is as good as that."""
    one, five, fifteen = os.getloadavg()
    return f"{os.cpu_count()} processors, load {one:.1f}, {five:.1f}, {fifteen:.1f} in the last 1, 5, 15 minutes."


def _speeds(grown: Sequence[Grown]) -> str:
    lines = ["| database | what | cases | p50 ms | p99 ms | CPU ms, p50 | p99 : base | raw SQL = 1 | |",
             "|---|---|---:|---:|---:|---:|---:|---:|---|"]  # fmt: skip
    for each in grown:
        base = _base(each.found.sizes())
        raw = each.found.acts[REFERENCE]
        for name, sizes in each.found.acts.items():
            for cases, took in sorted(sizes.items()):
                late, first = percentile(took, 0.99), percentile(sizes[base], 0.99)
                cpu, cpu_first = percentile(took, 0.5, cpu=True), percentile(sizes[base], 0.5, cpu=True)
                told = (
                    ""
                    if name == REFERENCE
                    else "base"
                    if cases == base
                    else f"{late / first:.2f} (CPU {cpu / cpu_first:.2f})"
                )
                kept = _kept(name, cases > base, late / first)
                of_raw = percentile(took, 0.5) / percentile(raw[cases], 0.5)
                lines.append(
                    f"| {NAMES[each.kind]} | {name} | {cases:,} | {percentile(took, 0.5):.1f} | {late:.1f} | {cpu:.1f} "
                    f"| {told} | {of_raw:.0f} | {kept} |"
                )
    due = "; ".join(
        f"{NAMES[each.kind]} " + ", ".join(f"{count:,} of {cases:,} cases" for cases, count in each.found.due.items())
        for each in grown
    )
    return "\n".join(lines) + f"\n\nTimers that were due at once when they were claimed: {due}."


def _kept(name: str, larger: bool, ratio: float) -> str:
    if not larger or name == REFERENCE:
        return ""
    return "kept" if ratio <= TIMES else f"NOT kept (at most {TIMES})"


def _base(sizes: Sequence[int]) -> int:
    """10,000 cases, or what comes nearest from below."""
    return max((each for each in sizes if each <= 10_000), default=min(sizes))


def _idle(grown: Sequence[Grown]) -> str:
    sizes = sorted({cases for each in grown for looks in each.found.idle.values() for cases in looks})
    named = " | ".join(f"{size:,}" for size in sizes)
    lines = [f"| database | one look with nothing due, CPU µs | {named} | last : first | |",
             "|---|---|" + "---:|" * (len(sizes) + 1) + "---|"]  # fmt: skip
    for each in grown:
        for name, looks in each.found.idle.items():
            first, last = looks[min(looks)], looks[max(looks)]
            kept = "" if name != "ticker" else "kept" if last <= IDLE * first else f"NOT kept (at most {IDLE:.0f})"
            told = " | ".join(f"{looks[size]:,.0f}" if size in looks else "" for size in sizes)
            lines.append(f"| {NAMES[each.kind]} | {name} | {told} | {last / first:.2f} | {kept} |")
    return "\n".join(lines)


def _sizes(grown: Sequence[Grown]) -> str:
    lines = ["| database | cases | rows a case | bytes a case | loaded in s | rows opened by the check |",
             "|---|---:|---:|---:|---:|---:|"]  # fmt: skip
    lines += [
        f"| {NAMES[each.kind]} | {one.cases:,} | {one.rows:.1f} | {one.bytes:,.0f} | {one.seconds:,.0f} "
        f"| {one.opened:,} |"
        for each in grown
        for one in each.sized
    ]
    return "\n".join(lines)


def _soaks(grown: Sequence[Grown]) -> str:
    lines = ["| database | cases | messages | MiB at start | warm | loaded | at end | growth | files | tasks | /s | |",
             "|---|---:|---:|---:|---:|---:|---:|---:|---|---|---:|---|"]  # fmt: skip
    for each in grown:
        for one in each.soaks:
            kept = "kept" if one.growth <= MEMORY else "NOT kept (at most 5 %)"
            lines.append(
                f"| {NAMES[each.kind]} | {one.cases:,} | {one.messages:,} | {one.start:.0f} | {one.warm:.0f} "
                f"| {one.under:.0f} | {one.end:.0f} | {one.growth:+.1%} | {one.files[0]}, {one.files[1]} "
                f"| {one.tasks[0]}, {one.tasks[1]} | {one.rate:.0f} | {kept} |"
            )
    return "\n".join(lines)


def _workers(grown: Sequence[Grown]) -> str:
    lines = ["| cases | working processes | messages/s | to one process |", "|---:|---:|---:|---:|"]
    for each in grown:
        for cases, rates in sorted(each.workers.items()):
            lines += [f"| {cases:,} | {n} | {rate:.0f} | {rate / rates[min(rates)]:.2f} |" for n, rate in rates.items()]
    return "\n".join(lines)


def _cold(grown: Sequence[Grown]) -> str:
    lines = ["| database | cases | seconds from `banli run` to /readyz 200 |", "|---|---:|---:|"]
    for each in grown:
        lines += [f"| {NAMES[each.kind]} | {cases:,} | {took:.1f} |" for cases, took in sorted(each.cold.items())]
    return "\n".join(lines)


def write(text: str) -> None:
    """Replace what stands between the marks. Raises ValueError when the page has none."""
    said = PAGE.read_text(encoding="utf-8")
    head, tail = said[: said.index(BEGIN) + len(BEGIN)], said[said.index(END) :]
    PAGE.write_text(f"{head}\n\n{text}\n\n{tail}", encoding="utf-8")
