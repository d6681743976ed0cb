"""The table: for the terminal, and between two marks of docs/benchmarks.md."""

import platform
import sqlite3
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.cell import Cell, WaitCell
from benchmarks.footprint import Footprint
from benchmarks.rotation import Rotation
from benchmarks.traffic import MIX
from tests.services.databases import Kind

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures: begin (make bench writes them) -->", "<!-- figures: end -->"
NOW, WANTED = 0.5, 1.7
NAMES: Mapping[Kind, str] = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
PACKAGES = ("sqlalchemy", "psycopg", "pydantic", "transitions", "cel-expr-python", "cryptography")


def table(results: Mapping[Kind, Sequence[Cell]]) -> str:
    """One line a cell; a rate without latency has none because its client waits for nothing else."""
    lines = [
        "| database | what | messages/s | p50 ms | p99 ms | reference/s before, after | ratio | CPU ms | CPU ratio | |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for kind, cells in results.items():
        for cell in cells:
            run = cell.run
            middle, late = ("", "") if run is None else (_ms(run.percentile(0.5)), _ms(run.percentile(0.99)))
            noise = "noisy" if cell.noisy else ""
            lines.append(
                f"| {NAMES[kind]} | {cell.name} | {cell.rate:,.0f} | {middle} | {late} "
                f"| {cell.before.rate:,.0f}, {cell.after.rate:,.0f} | {cell.ratio:.2f} "
                f"| {cell.speed.cpu * 1000:.2f} | {cell.cpu_ratio:.1f} | {noise} |"
            )
    return "\n".join(lines)


def waits_table(results: Mapping[Kind, WaitCell]) -> str:
    """One line for each kind of wait."""
    lines = ["| database | what | number | p50 ms | p95 ms | p99 ms | bar for p95 | reference/s before, after | |"]
    lines.append("|---|---|---:|---:|---:|---:|---:|---:|---|")
    for kind, cell in results.items():
        for each in cell.waits:
            late = [_ms(each.percentile(share)) for share in (0.5, 0.95, 0.99)]
            kept = "kept" if each.percentile(0.95) <= each.bar else "NOT kept"
            noise = f"{kept}, noisy" if cell.noisy else kept
            lines.append(
                f"| {NAMES[kind]} | {each.what} | {len(each.seconds)} | {' | '.join(late)} | {each.bar * 1000:,.0f} ms "
                f"| {cell.before.rate:,.0f}, {cell.after.rate:,.0f} | {noise} |"
            )
    return "\n".join(lines)


def rotation_table(results: Mapping[Kind, Rotation]) -> str:
    """Rows brought under another key, beside the same updates alone."""
    lines = ["| database | change of the key | rows/s | raw SQL, the same updates/s | ratio | CPU µs a row |"]
    lines.append("|---|---|---:|---:|---:|---:|")
    for kind, each in results.items():
        lines.append(
            f"| {NAMES[kind]} | {each.rows:,} clients | {each.product.rate:,.0f} | {each.raw.rate:,.0f} "
            f"| {each.ratio:.2f} | {each.product.cpu * 1e6:.0f} |"
        )
    return "\n".join(lines)


def rows(footprint: Footprint) -> str:
    """What a message writes when it is answered, on the average; "+" is a new row."""
    lines = ["| message | rows written with its answer |", "|---|---|"]
    for kind in ("words", "file", "press"):
        count, found = footprint.count(kind), footprint.rows(kind)
        told = ", ".join(f"{name} {number / count:.3g}" for name, number in sorted(found.items()))
        lines.append(f"| {kind} | {told} |")
    return "\n".join(lines)


def versions(postgres: str) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    python = platform.python_version()
    return f"Python {python}, SQLite {sqlite3.sqlite_version}, PostgreSQL {postgres}, {packages}."


def verdict(results: Mapping[Kind, Sequence[Cell]]) -> str:
    """Where the product stands against the target, as far as the machine was quiet enough to tell."""
    told = []
    for kind, cells in results.items():
        ours = [cell for cell in cells if cell.run is not None and not cell.run.sent]
        quiet = [cell.ratio for cell in ours if not cell.noisy]
        best = f"{max(quiet):.2f}" if quiet else "not known, every row is noisy"
        told.append(f"{NAMES[kind]} {best} (least CPU ratio {min(cell.cpu_ratio for cell in ours):.1f})")
    return f"Target: {NOW} of the reference now, {WANTED} is where it must get. Best ratio: {'; '.join(told)}."


def page(
    results: Mapping[Kind, Sequence[Cell]],
    waits: Mapping[Kind, WaitCell],
    rotations: Mapping[Kind, Rotation],
    footprint: Footprint,
    messages: int,
    postgres: str,
) -> str:
    """Everything that stands between the marks."""
    parts = [
        f"{messages} messages a run; mix: {MIX}.",
        table(results),
        verdict(results),
        *([waits_table(waits)] if waits else []),
        *([rotation_table(rotations)] if rotations else []),
        rows(footprint),
        versions(postgres),
    ]
    return "\n\n".join(parts)


def write(text: str) -> None:
    """Replace what stands between the marks. Raises ValueError when the page has none."""
    said = PAGE.read_text(encoding="utf-8")
    head, tail = said[: said.index(BEGIN) + len(BEGIN)], said[said.index(END) :]
    PAGE.write_text(f"{head}\n\n{text}\n\n{tail}", encoding="utf-8")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"
