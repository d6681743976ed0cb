"""Pytest plugin: nothing is skipped in silence, and what passed is written down for the tables of `make`.

A run with a skipped or expectedly failing test fails. When the setting BANLI_TEST_TALLY names a file, the
counts and the mission rows of the run are written there as JSON:

    {"counts": {"passed": 3, "failed": 0}, "rows": {"DM6": {"tests/core/test_x.py::test_y[sqlite]": true}}}
"""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.rows import PROPERTY

SETTING = "BANLI_TEST_TALLY"


@dataclass(slots=True, eq=False)
class Tally:
    """What happened to each test: a test passed when its set-up, call and tear-down all did."""

    outcomes: dict[str, bool] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)
    broken: int = 0
    left_out: list[str] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = report.nodeid
        self.outcomes[test] = report.passed and self.outcomes.get(test, True)
        if report.skipped or hasattr(report, "wasxfail"):
            self.outcomes[test] = False
            self.left_out.append(test)
        for row in (str(value) for name, value in report.user_properties if name == PROPERTY):
            if test not in self.rows.setdefault(row, []):
                self.rows[row].append(test)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.left_out.append(report.nodeid)
        elif report.failed:
            self.broken += 1

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.left_out and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        target = os.environ.get(SETTING)
        if target:
            Path(target).write_text(json.dumps(self.summary()), encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.left_out:
            terminalreporter.section("left out", red=True, bold=True)
            terminalreporter.line(f"{len(self.left_out)} not run or expected to fail, which fails this run:")
            for test in self.left_out:
                terminalreporter.line(f"  {test}")

    def summary(self) -> dict[str, object]:
        passed = sum(self.outcomes.values())
        failed = len(self.outcomes) - passed + self.broken
        rows = {row: {test: self.outcomes[test] for test in tests} for row, tests in self.rows.items()}
        return {"counts": {"passed": passed, "failed": failed}, "rows": rows}


def pytest_configure(config: pytest.Config) -> None:
    """Count in the process that the user started; workers of xdist send it their reports."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Tally(), "banli-tally")
