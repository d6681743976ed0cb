"""Run every test that shows a mission row, then print one line a row and the count of rows that are shown.

A row is shown when every test marked with it ran and passed. The exit code is that of the tests.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts import machine

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "mission-rows.tsv"
NO_TESTS = 5
"""Pytest's exit code when nothing was selected."""
RUNS = (("-n", "2", "--ignore=tests/browser", "tests"), ("tests/browser",))

Tests = dict[str, bool]


def run(arguments: tuple[str, ...], tally: Path) -> int:
    """Run the marked tests, which leave their outcomes in a file; returns pytest's exit code, 0 for none."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "row", *arguments]
    environment = {**os.environ, "BANLI_TEST_TALLY": str(tally)}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False)
    return 0 if done.returncode == NO_TESTS else done.returncode


def identities() -> list[str]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [line.split("\t")[0] for line in lines if line and not line.startswith("#")]


def line(row: str, tests: Tests) -> str:
    """`ID shown <tests>` or `ID open`; the cases of one parametrised test are told as one."""
    if tests and all(tests.values()):
        return f"{row} shown {' '.join(dict.fromkeys(test.split('[')[0] for test in tests))}"
    failed = [test for test, passed in tests.items() if not passed]
    return f"{row} open" + (f" (failed: {' '.join(failed)})" if failed else "")


def main() -> int:
    if not machine.install():
        return 1
    rows: dict[str, Tests] = {row: {} for row in identities()}
    worst = 0
    with TemporaryDirectory() as folder:
        for number, arguments in enumerate(RUNS):
            tally = Path(folder) / f"{number}.json"
            worst = max(worst, run(arguments, tally))
            for row, tests in json.loads(tally.read_text(encoding="utf-8"))["rows"].items():
                rows[row].update(tests)
    print()
    for row, tests in rows.items():
        print(line(row, tests))
    shown = sum(bool(tests) and all(tests.values()) for tests in rows.values())
    print(f"{shown} of {len(rows)} rows shown")
    return worst


if __name__ == "__main__":
    sys.exit(main())
