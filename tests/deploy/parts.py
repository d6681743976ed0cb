"""The files of deploy/ as their engines would read them, by parsers of our own: no engine runs here."""

import json
import re
import shlex
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import typer
from ruamel.yaml import YAML
from typer.core import TyperGroup

from bot.cli.contents import Later
from bot.cli.main import app
from core.kit.settings import known_keys
from core.kit.settings_sources import variable

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


def yaml(name: str) -> Any:
    return YAML(typ="safe", pure=True).load((DEPLOY / name).read_text("utf-8"))


def dashboard() -> Any:
    return json.loads((DEPLOY / "grafana-dashboard.json").read_text("utf-8"))


@cache
def variables() -> frozenset[str]:
    """Every variable that a process reads, secrets also as the path of a file."""
    keys = known_keys()
    return frozenset({variable(key) for key in keys} | {variable(key) + "_FILE" for key in keys if keys[key]})


def is_command(words: list[str]) -> bool:
    """Whether `banli` has this command, with these options and no more."""
    command: Any = typer.main.get_command(app)
    while isinstance(command, TyperGroup) and words:
        command = command.commands.get(words[0])
        command = command.load() if isinstance(command, Later) else command
        words = words[1:]
    if command is None or isinstance(command, TyperGroup):
        return False
    options = {name for each in command.params for name in each.opts if name.startswith("--")}
    return all(word in options for word in words if word.startswith("--"))


@dataclass
class Stage:
    """One stage of a Dockerfile: its image and its instructions, continued lines joined."""

    image: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all(self, instruction: str) -> list[str]:
        return [words for name, words in self.steps if name == instruction]

    def variables(self) -> dict[str, str]:
        return dict(each.split("=", 1) for words in self.all("ENV") for each in shlex.split(words))


def stages() -> list[Stage]:
    text = re.sub(r"(?m)^#.*\n", "", (DEPLOY / "Dockerfile").read_text("utf-8")).replace("\\\n", " ")
    found: list[Stage] = []
    for line in filter(str.strip, text.splitlines()):
        name, _, words = line.strip().partition(" ")
        if name == "FROM":
            image, _, alias = words.partition(" AS ")
            found.append(Stage(image, alias))
        else:
            found[-1].steps.append((name, words.strip()))
    return found


def unit(path: Path) -> dict[str, dict[str, list[str]]]:
    """A unit file: section -> key -> its values in order. Raises AssertionError for a line that is none."""
    sections: dict[str, dict[str, list[str]]] = {}
    current: dict[str, list[str]] | None = None
    for line in path.read_text("utf-8").splitlines():
        if not line.strip() or line.startswith(("#", ";")):
            continue
        if header := re.fullmatch(r"\[(\w+)\]", line):
            current = sections.setdefault(header[1], {})
            continue
        key, is_pair, value = line.partition("=")
        assert current is not None, (path.name, line)
        assert is_pair, (path.name, line)
        assert re.fullmatch(r"[A-Z]\w+", key), (path.name, line)
        current.setdefault(key, []).append(value)
    return sections


def measured(expression: str) -> list[tuple[str, set[str]]]:
    """The metrics of a PromQL expression with the labels that it asks for in braces."""
    return [
        (name, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", inside or "")))
        for name, inside in re.findall(r"\b(banli_\w+|process_\w+|up)\b(?:\{([^}]*)\})?", expression)
    ]


def grouped(expression: str) -> set[str]:
    """The labels by which an expression sums."""
    return {label.strip() for inner in re.findall(r"by \(([^)]*)\)", expression) for label in inner.split(",")} - {"le"}
