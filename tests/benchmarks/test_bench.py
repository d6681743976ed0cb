"""The benchmark runs from end to end with tiny numbers, checks what it measured, and keeps its table."""

from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.__main__ import main
from benchmarks.cell import Cell
from benchmarks.product import Run
from benchmarks.reference import Speed

TINY = ["--cases", "2", "--submitters", "1", "3", "--seconds", "0.05", "--tries", "1", "--waits", "1", "--rate", "10",
        "--rows", "30"]  # fmt: skip


def test_both_databases_are_measured_from_end_to_end(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"# Figures\n\n{report.BEGIN}\nold\n{report.END}\n\nMethod\n", encoding="utf-8")
    monkeypatch.setattr(report, "PAGE", page)

    assert main([*TINY, "--write"]) == 0

    printed, kept = capsys.readouterr().out, page.read_text(encoding="utf-8")
    for name in ("SQLite", "PostgreSQL"):
        for what in (
            "raw SQL, exactly our rows",
            "product, 1 submitters",
            "product, 3 submitters",
            "product, 16 submitters, sender on",
        ):
            assert f"| {name} | {what}" in printed
        assert f"| {name} | 30 clients |" in printed
        assert f"| {name} | first sign | 10 |" in printed
        assert f"| {name} | file to review card | 1 |" in printed
    assert printed.strip() in kept
    assert kept.startswith("# Figures")
    assert kept.endswith("Method\n")
    assert "old" not in kept


def test_a_cell_whose_references_lie_apart_is_noisy() -> None:
    speed, before = Speed(50, 0.008), Speed(100, 0.002)
    quiet, noisy = Cell("x", speed, before, Speed(90, 0.003)), Cell("x", speed, before, Speed(70, 0.002))
    assert not quiet.noisy
    assert noisy.noisy
    assert quiet.ratio == pytest.approx(50 / 95)
    assert quiet.cpu_ratio == pytest.approx(4)


def test_a_cell_whose_reference_was_held_up_is_noisy() -> None:
    held_up = Speed(100, 0.0005)
    assert Cell("x", Speed(50, 0.008), held_up, held_up).noisy


def test_percentiles_are_taken_from_all_messages() -> None:
    run = Run(100, 2.0, tuple(n / 1000 for n in range(100)), 0.001)
    assert run.rate == 50
    assert run.percentile(0.5) == pytest.approx(0.05)
    assert run.percentile(0.99) == pytest.approx(0.099)
