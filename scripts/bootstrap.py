"""Make .venv and install what a lock file lists, with hashes; standard library only, safe to run again.

    python3 scripts/bootstrap.py run     what the product needs (requirements.lock)
    python3 scripts/bootstrap.py dev     that and what the checks need (requirements-dev.lock)

1. Find a Python that is new enough.   2. Make .venv.   3. Install the pinned uv, else go on with pip.
4. Install the lock file.   5. Install the project itself in place, so that `banli` runs from the sources.
6. Compile it all.
A stamp in .venv says what was installed, so that a second run does nothing.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "banli-stamp.json"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
OLDEST = (3, 11)
# 3.11 and 3.12 first: the embedded Redis of the tests has wheels for these two only.
CANDIDATES = ("python3.11", "python3.12", "python3.13", "python3.14")
QUIET = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_ROOT_USER_ACTION": "ignore"}


class Stopped(Exception):
    """The environment cannot be made; the text says what to do about it."""


def main(arguments: list[str]) -> int:
    """Returns the exit code: 0 done, 1 stopped with a reason, 2 wrong usage."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        print(__doc__)
        return 2
    try:
        prepare(arguments[0])
    except Stopped as reason:
        print(f"bootstrap: {reason}", file=sys.stderr)
        return 1
    return 0


def prepare(level: str) -> None:
    """Bring .venv up to the level, or leave it alone when its stamp says that it is there."""
    installed = read_stamp()
    if installed.get("level") == "dev":
        level = "dev"  # never take away what the checks need
    wanted = {"level": level, "inputs": fingerprint(level)}
    if installed == wanted and venv_python().exists():
        return
    started = time.monotonic()
    make_venv()
    uv = install_uv(LOCKS[level])
    install_lock(LOCKS[level], uv)
    install_project(uv)
    compile_all()
    STAMP.write_text(json.dumps(wanted), encoding="utf-8")
    tool = "uv" if uv else "pip"
    print(f"bootstrap: .venv is ready ({level}, {tool}, {time.monotonic() - started:.1f} s)")


def read_stamp() -> dict[str, str]:
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp


def fingerprint(level: str) -> str:
    """A digest of everything that decides what .venv holds."""
    digest = hashlib.sha256(str(ROOT).encode())
    for path in (LOCKS[level], ROOT / "pyproject.toml", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def venv_python() -> Path:
    return VENV / "bin" / "python"


def find_python() -> str:
    """The interpreter for .venv: this one when it is new enough, else a newer one on PATH."""
    if sys.version_info >= OLDEST:
        return sys.executable
    for name in CANDIDATES:
        found = shutil.which(name)
        if found:
            return found
    raise Stopped(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed: apt-get install -y python3.11 python3.11-venv")


def make_venv() -> None:
    if venv_python().exists() and answers([str(venv_python()), "-m", "pip", "--version"]):
        return
    python = find_python()
    if not answers([python, "-c", "import ensurepip, venv"]):
        raise Stopped("the module venv is missing; install it with: apt-get install -y python3-venv")
    run([python, "-m", "venv", "--clear", str(VENV)], "could not make .venv")


def install_uv(lock: Path) -> Path | None:
    """uv, pinned with its hashes in the lock file; None when it cannot be had, then pip does the work."""
    uv = VENV / "bin" / "uv"
    pin, _ = split_lock("uv", lock.read_text(encoding="utf-8"))
    if answers([str(uv), "--version"], expect=pin.split()[0].replace("==", " ")):
        return uv
    if pip_install_lock(pin) and answers([str(uv), "--version"]):
        return uv
    print("bootstrap: uv cannot be had, going on with pip (a minute)")
    return None


def split_lock(name: str, lock: str) -> tuple[str, str]:
    """The lines of one package in a lock file, which are its pin and its hashes, and all other lines."""
    lines = lock.splitlines(keepends=True)
    start = next((n for n, line in enumerate(lines) if line.startswith(f"{name}==")), None)
    if start is None:
        raise Stopped(f"{name} is not in the lock file: run make lock")
    end = start + 1
    while end < len(lines) and lines[end].startswith("    "):
        end += 1
    return "".join(lines[start:end]), "".join(lines[:start] + lines[end:])


def install_lock(lock: Path, uv: Path | None) -> None:
    """Install exactly what the lock file lists; every archive must have a listed hash."""
    if uv:
        command = [str(uv), "pip", "sync", "--quiet", "--no-config", "--require-hashes"]
        if answers([*command, "--python", str(venv_python()), str(lock)], show=True):
            return
        print("bootstrap: uv did not manage, going on with pip (a minute)")
    _, others = split_lock("uv", lock.read_text(encoding="utf-8"))
    if not pip_install_lock(others):
        raise Stopped("could not install the packages, see above")


def pip_install_lock(text: str) -> bool:
    """Install the pins of a lock file's text with pip, with hashes; returns whether that went well."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text(text, encoding="utf-8")
        return answers([*pip_install(), "--require-hashes", "-r", str(file)], show=True)


def install_project(uv: Path | None) -> None:
    flags = ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    if uv:
        command = [str(uv), "pip", "install", "--quiet", "--no-config", "--python", str(venv_python())]
        if answers([*command, *flags], show=True):
            return
    run([*pip_install(), *flags], "could not install the project in place")


def compile_all() -> None:
    """Bytecode of everything that was installed: uv writes none, and where Python may not write any itself, every
    process would compile what it imports anew, which takes seconds. What cannot be compiled is nobody's to import."""
    answers([str(venv_python()), "-m", "compileall", "-q", "-j", "0", str(VENV / "lib")])


def pip_install() -> list[str]:
    return [str(venv_python()), "-m", "pip", "install", "-qq"]


def environment() -> dict[str, str]:
    """This process's environment without another virtual environment in it."""
    return {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH")} | QUIET


def answers(command: list[str], expect: str = "", show: bool = False) -> bool:
    """Whether a command can be run, succeeds, and prints what is expected."""
    try:
        done = subprocess.run(command, env=environment(), capture_output=not show, text=True, check=False, cwd=ROOT)
    except OSError:
        return False
    return done.returncode == 0 and expect in (done.stdout or "")


def run(command: list[str], trouble: str) -> None:
    try:
        subprocess.run(command, env=environment(), check=True, cwd=ROOT)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Stopped(f"{trouble}: {error}") from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
