"""Everything that CI runs, suite by suite, with the seconds that each one took at the end.

All suites run even when one fails; the exit code is 1 when any did.
`python -m scripts.check NAME...` runs only those suites.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts import machine

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Suite:
    """One command of the check; `before` makes the machine ready and says whether it is.

    ``budget``: seconds that it may take on two quiet cores; all budgets together stay below the twenty minutes that
    a check may last. One that is spent is told, and fails nothing: machines differ, and a clock is no test.
    """

    name: str
    budget: int
    command: tuple[str, ...]
    before: Callable[[], bool] | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """How a suite ended: seconds of wall time, and the tests that it counted (None where it counts none)."""

    name: str
    passed: bool
    seconds: float
    tests: dict[str, int] | None
    budget: int


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(BIN / name), *arguments)


def pytest(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "pytest", *arguments)


ALONE = ("tests/browser", "tests/crash/test_short.py", "tests/rolling")
SUITES = (
    Suite("format", 5, tool("ruff", "format", "--check", "--quiet", ".")),
    Suite("lint", 5, tool("ruff", "check", "--quiet", ".")),
    Suite("types", 60, tool("mypy")),
    Suite("imports", 10, tool("lint-imports", "--no-logo")),
    # One run holds the unit tests and those on SQLite, PostgreSQL and Redis; `make test` has dialogs on both databases.
    Suite(
        "tests",
        640,
        pytest(
            *("-n", "2", "--dist", "worksteal", "--durations=8", "--one-database-each"),
            *(f"--ignore={each}" for each in ALONE),
            "tests",
        ),
    ),
    # Processes are killed and restarted under load: on two cores nothing else has room beside that.
    Suite("crash", 200, pytest("tests/crash/test_short.py", "tests/rolling")),
    Suite("browser", 270, pytest("tests/browser"), before=machine.install),
)


def run(suite: Suite, folder: Path) -> Result:
    print(f"\n== {suite.name}", flush=True)
    tally = folder / f"{suite.name}.json"
    # A test must not depend on the settings of whoever starts it.
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BANLI_") or k.startswith("BANLI_TEST_")}
    started = time.monotonic()
    passed = suite.before is None or suite.before()
    if passed:
        clean.pop("PYTHONDONTWRITEBYTECODE", None)  # every process that a test starts would compile everything anew
        environment = {**clean, "BANLI_TEST_TALLY": str(tally)}
        done = subprocess.run(suite.command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False)
        passed = done.returncode == 0
    counts = json.loads(tally.read_text(encoding="utf-8"))["counts"] if tally.exists() else None
    return Result(suite.name, passed, time.monotonic() - started, counts, suite.budget)


def table(results: list[Result]) -> str:
    """Seconds per suite, and the tests where the suite counts them."""
    lines = ["", f"{'suite':<10}{'seconds':>9}{'budget':>8}  result"]
    for result in results:
        tests = "" if result.tests is None else f", {result.tests['passed']} passed, {result.tests['failed']} failed"
        over = ", over its budget" if result.seconds > result.budget else ""
        verdict = f"{'ok' if result.passed else 'FAILED'}{tests}{over}"
        lines.append(f"{result.name:<10}{result.seconds:>9.1f}{result.budget:>8}  {verdict}")
    lines.append(f"{'all':<10}{sum(each.seconds for each in results):>9.1f}{sum(each.budget for each in results):>8}")
    counted = [result.tests for result in results if result.tests is not None]
    if counted:
        sums = {key: sum(tests[key] for tests in counted) for key in ("passed", "failed")}
        lines += ["", f"{sums['passed']} passed, {sums['failed']} failed"]
    return "\n".join(lines)


def main(names: list[str]) -> int:
    unknown = set(names) - {suite.name for suite in SUITES}
    if unknown:
        print(f"no such suite: {', '.join(sorted(unknown))}; there are {', '.join(s.name for s in SUITES)}")
        return 2
    with TemporaryDirectory() as folder:
        results = [run(suite, Path(folder)) for suite in SUITES if not names or suite.name in names]
    print(table(results), flush=True)
    return 0 if all(result.passed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
