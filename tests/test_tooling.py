"""The tooling keeps its word: nothing left out in silence, rows counted right, locks and package whole."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts import bootstrap, check, machine, rows
from tests.rows import titles

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
CONFTEST = 'pytest_plugins = ["tests.rows", "tests.tally"]\n'
INI = "[pytest]\nmarkers = row(*ids): rows\naddopts = --strict-markers --import-mode=importlib\n"
# Only these plugins, so that starting takes a moment: many runs are started here.
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}

Outcome = tuple[int, str, dict[str, Any]]
RunTests = Callable[..., Outcome]


@pytest.fixture
def run_tests(tmp_path: Path) -> RunTests:
    """Runs pytest on a test file with this suite's plugins: its exit code, what it printed, and its tally."""

    def run(text: str, *arguments: str) -> Outcome:
        tally = tmp_path / "tally.json"
        (tmp_path / "pytest.ini").write_text(INI)
        (tmp_path / "conftest.py").write_text(CONFTEST)
        (tmp_path / "test_it.py").write_text("import pytest\n" + text)
        environment = {**os.environ, **ALONE, "BANLI_TEST_TALLY": str(tally)}
        command = [sys.executable, "-m", "pytest", "-p", "xdist.plugin", *arguments, str(tmp_path)]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr, json.loads(tally.read_text())

    return run


LEFT_OUT = {
    "mark": "@pytest.mark.skip(reason='later')\ndef test_b(): ...",
    "call": "def test_b(): pytest.skip('not here')",
    "xfail": "@pytest.mark.xfail\ndef test_b(): assert False",
    "xpass": "@pytest.mark.xfail\ndef test_b(): ...",
    "module": "pytest.importorskip('no_such_module')",
}


@pytest.mark.parametrize(("how", "workers"), [*((how, "0") for how in LEFT_OUT), ("call", "2"), ("module", "2")])
def test_a_test_that_is_left_out_fails_the_run(run_tests: RunTests, how: str, workers: str) -> None:
    code, said, _ = run_tests(f"def test_a(): ...\n{LEFT_OUT[how]}\n", "-n", workers)
    assert code != 0
    assert "not run or expected to fail" in said


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_passed_is_counted_with_its_rows(run_tests: RunTests, workers: str) -> None:
    text = """
@pytest.mark.row("DM6")
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a(database): ...

@pytest.mark.row("DM6", "DM7")
def test_b(): ...

@pytest.mark.row("DM7")
def test_c(): assert False

@pytest.fixture
def falls_over():
    yield
    raise ValueError

@pytest.mark.row("DM8")
def test_d(falls_over): ...
"""
    code, said, tally = run_tests(text, "-n", workers)
    assert code == 1
    assert "1 failed, 4 passed, 1 error" in said
    assert tally["counts"] == {"passed": 3, "failed": 2}
    outcomes = {
        row: {test.split("::")[1]: good for test, good in tests.items()} for row, tests in tally["rows"].items()
    }
    assert outcomes == {
        "DM6": {"test_a[sqlite]": True, "test_a[postgres]": True, "test_b": True},
        "DM7": {"test_b": True, "test_c": False},
        "DM8": {"test_d": False},
    }


@pytest.mark.parametrize(
    ("marker", "workers"),
    [('row("ZZ1")', "0"), ("row", "0"), ("row(6)", "0"), ('row("DM6", why="x")', "0"), ('row("ZZ1")', "2")],
)
def test_an_unknown_row_is_a_collection_error(run_tests: RunTests, marker: str, workers: str) -> None:
    code, said, tally = run_tests(f"@pytest.mark.{marker}\ndef test_a(): ...\ndef test_b(): ...\n", "-n", workers)
    assert code != 0
    assert "ERROR collecting" in said
    assert tally["counts"]["failed"] == 1


def test_rows_are_told_as_shown_only_when_all_their_tests_passed() -> None:
    passed = {
        "tests/a.py::test_x[sqlite]": True,
        "tests/a.py::test_x[postgres]": True,
        "tests/b.py::test_y": True,
    }
    assert rows.line("DM6", passed) == "DM6 shown tests/a.py::test_x tests/b.py::test_y"
    assert rows.line("DM7", {}) == "DM7 open"
    assert rows.line("DM8", {**passed, "tests/c.py::test_z": False}) == "DM8 open (failed: tests/c.py::test_z)"


def test_the_table_of_rows_is_whole() -> None:
    assert len(titles()) == 168
    assert list(titles()) == rows.identities()
    assert all(re.fullmatch(r"[A-Z]{2}\d{1,2}", row) and title.strip() for row, title in titles().items())


def test_the_check_runs_all_suites_and_fails_with_one(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    good = check.Suite("good", 60, (sys.executable, "-c", "pass"))
    bad = check.Suite("bad", 60, (sys.executable, "-c", "raise SystemExit(3)"))
    unready = check.Suite("unready", 60, (sys.executable, "-c", "pass"), before=lambda: False)
    results = [check.run(suite, tmp_path) for suite in (bad, good, unready)]
    assert [(result.name, result.passed) for result in results] == [
        ("bad", False),
        ("good", True),
        ("unready", False),
    ]
    told = check.table([*results, check.Result("tests", True, 61.25, {"passed": 40, "failed": 0}, 60)])
    assert re.search(r"^bad +\d+\.\d +60  FAILED$", told, re.MULTILINE)
    assert re.search(r"^tests +61\.2 +60  ok, 40 passed, 0 failed, over its budget$", told, re.MULTILINE)
    assert sum(suite.budget for suite in check.SUITES) < 20 * 60
    assert told.endswith("\n40 passed, 0 failed")


def test_a_missing_venv_module_is_told_with_the_line_that_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = bootstrap.answers

    def without_venv(command: list[str], expect: str = "", show: bool = False) -> bool:
        return (
            real([*command[:2], "import no_such_module"]) if "ensurepip" in command[-1] else real(command, expect, show)
        )

    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / ".venv" / "stamp.json")
    monkeypatch.setattr(bootstrap, "answers", without_venv)
    assert bootstrap.main(["run"]) == 1
    assert "apt-get install -y python3-venv" in capsys.readouterr().err
    assert not (tmp_path / ".venv").exists()


def test_an_environment_that_is_ready_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    stamp = {"level": "dev", "inputs": bootstrap.fingerprint("dev")}
    (tmp_path / "stamp.json").write_text(json.dumps(stamp))
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / "stamp.json")
    monkeypatch.setattr(bootstrap, "answers", lambda *_, **__: pytest.fail("something was run"))
    assert bootstrap.main(["run"]) == 0
    assert bootstrap.main(["dev"]) == 0


def test_a_lock_is_split_at_one_package() -> None:
    first, wanted, last = (
        "a==1 \\\n    --hash=1\n",
        "uv==2 \\\n    --hash=2 \\\n    --hash=3\n",
        "uvicorn==3\n    --hash=4\n",
    )
    assert bootstrap.split_lock("uv", first + wanted + last) == (wanted, first + last)


def test_who_may_not_install_is_told_the_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.delenv("BANLI_TEST_CHROMIUM", raising=False)
    assert "chromium" in machine.missing()
    assert not machine.install()
    assert machine.APT_LINE in capsys.readouterr().err


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address_and_hashes_everything(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "index" not in re.sub(r"^\S+==.*$", "", text, flags=re.MULTILINE)
    for pin in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[a-z0-9.-]+(\[[a-z,]+\])?==\S+", pin), pin
        assert "--hash=sha256:" in pin, pin


def pins(name: str) -> dict[str, list[Requirement]]:
    found: dict[str, list[Requirement]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if line and not line.startswith(" "):
            requirement = Requirement(line.removesuffix("\\").strip())
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    build, dev = project["dependency-groups"]["build"], project["dependency-groups"]["dev"]
    asked = {"requirements.lock": [*project["project"]["dependencies"], *build]}
    asked["requirements-dev.lock"] = [*asked["requirements.lock"], *dev]
    for name, wanted in asked.items():
        locked = pins(name)
        for requirement in map(Requirement, wanted):
            found = locked.get(canonicalize_name(requirement.name), [])
            versions = [next(iter(pin.specifier)).version for pin in found]
            good = versions and all(requirement.specifier.contains(version) for version in versions)
            assert good, f"{name}: {requirement} is not met: run make lock"


def test_both_locks_pin_the_same_versions() -> None:
    run, dev = (pins(name) for name in LOCKS)
    assert {name: dev.get(name) for name in run} == run


def test_the_package_holds_the_product_and_its_data(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    shipped = ("core", "bot", "adapters", "admin_api", "flows")
    sources = {
        path.relative_to(ROOT).as_posix()
        for folder in shipped
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert sources <= names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} <= set(shipped)
