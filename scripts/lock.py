"""Write the two requirements lock files from pyproject.toml: all platforms, with hashes, no addresses."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).parent / "uv"
OLDEST = "3.11"
SHAPE = ("--universal", "--generate-hashes", "--no-header", "--no-annotate", "--no-config", "--quiet")


def compile_lock(target: str, *inputs: str) -> None:
    """Compile pyproject.toml and the given inputs into a lock file, keeping the versions pinned in it."""
    command = [str(UV), "pip", "compile", "pyproject.toml", *SHAPE, "--python-version", OLDEST, *inputs]
    subprocess.run([*command, "-o", target], cwd=ROOT, check=True)


def main(arguments: list[str]) -> int:
    compile_lock("requirements.lock", "--group", "build", *arguments)
    # The second holds the first, so that one file gives a whole development environment.
    dev = ("--group", "build", "--group", "dev", "--extra", "otel", "-c", "requirements.lock")
    compile_lock("requirements-dev.lock", *dev, *arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
