"""The configuration file and the key of a first set-up: written for their owner only, never over what was there."""

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bot.cli.problems import WrongInput
from bot.cli.setup.answers import Tree, over
from core.kit.crypto import generate_key
from core.kit.settings_sources import CONFIG

KEY_FILE: Final = Path("banli.key")
HEAD: Final = (
    "# Written by `banli init`. docs/operations.md lists every setting; the environment is stronger than this file.\n"
)


def config_path(environ: Mapping[str, str]) -> Path:
    """Where the settings are to be written. Raises WrongInput when they come from a .env file."""
    path = Path(environ.get(CONFIG) or "banli.toml")
    if path.suffix != ".toml":
        raise WrongInput(f"{CONFIG} names {path}; init writes TOML: name a .toml file")
    if CONFIG not in environ and Path(".env").is_file() and not path.is_file():
        raise WrongInput("The settings come from .env here, and a banli.toml would hide it: move them, or remove .env.")
    return path


def write(path: Path, settings: Tree, *, with_key: bool) -> bool:
    """Put the settings into the file, keep what else it says. Returns whether anything changed.

    ``with_key``: name the key file too, and make it unless it is there; the former file is kept as ``.old``.
    """
    before = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    if with_key:
        make_key()
        settings = {**settings, "keys_file": str(KEY_FILE)}
    after = over(before, settings)
    if after == before:
        return False
    if path.is_file():
        path.replace(path.with_suffix(".toml.old"))
    private(path, HEAD + "".join(_lines(after)))
    return True


def make_key() -> None:
    """A new key, unless there is one: nothing may ever replace a key that something was sealed with."""
    if not KEY_FILE.exists():
        private(KEY_FILE, generate_key() + "\n")


def private(path: Path, content: str) -> None:
    """A new file that only its owner can read. Raises FileExistsError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)


def _lines(tree: Mapping[str, Any]) -> Iterator[str]:
    """TOML: first what stands at the top, then a table for each branch. A JSON string is a TOML string."""
    tables = {name: value for name, value in tree.items() if isinstance(value, Mapping)}
    for name, value in tree.items():
        if name not in tables:
            yield f"{name} = {json.dumps(value, ensure_ascii=False)}\n"
    for name, table in tables.items():
        yield f"\n[{name}]\n"
        yield from _lines(table)
