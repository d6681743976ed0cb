"""The rules of the house that a parser can check: each takes a source file and tells what breaks it."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("core", "bot", "adapters", "admin_api")
LONGEST_FILE = 300
LONGEST_FUNCTION = 45
VAGUE_NAMES = frozenset({"util", "utils", "helper", "helpers", "manager", "base"})
SECRET_WORDS = frozenset({"token", "secret", "digest", "sign", "signature", "password", "hmac", "mac", "csrf"})
CLOCK = "core/kit/clock.py"


@dataclass(frozen=True)
class Source:
    """A Python file: its path below the root, with slashes, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def prose(self) -> frozenset[ast.expr]:
        """The strings that stand alone, such as docstrings: nothing happens with them."""
        return frozenset(node.value for node in ast.walk(self.tree) if isinstance(node, ast.Expr))


Rule = Callable[[Source], Iterator[str]]


def sources(*folders: str) -> list[Source]:
    """Every Python file below the folders; migrations are written once and never read as code again."""
    found = []
    for path in sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if "/migrations/versions/" not in name:
            found.append(Source(name, path.read_text(encoding="utf-8")))
    return found


def short_files(source: Source) -> Iterator[str]:
    lines = source.text.count("\n") + 1
    if lines > LONGEST_FILE:
        yield f"{source.path}: {lines} lines, at most {LONGEST_FILE}: split it"


def short_functions(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{source.path}:{node.lineno}: {node.name} has {lines} lines, not {LONGEST_FUNCTION}"


def module_docstring(source: Source) -> Iterator[str]:
    docstring = ast.get_docstring(source.tree)
    if not docstring or not docstring.strip():
        yield f"{source.path}: no docstring that says what the module is for"


def empty_packages(source: Source) -> Iterator[str]:
    if source.path.endswith("/__init__.py") and len(source.tree.body) > 1:
        yield f"{source.path}: holds more than a docstring; import from the module that defines"


def telling_names(source: Source) -> Iterator[str]:
    path = Path(source.path)
    for part in (*path.parts[:-1], path.stem):
        if VAGUE_NAMES & set(part.lower().split("_")):
            yield f"{source.path}: a file's name says what is in it, not {part}"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and VAGUE_NAMES & {word.lower() for word in words(node.name)}:
            yield f"{source.path}:{node.lineno}: a class is named for what it is, not {node.name}"


def words(name: str) -> list[str]:
    """The words of an identifier: button_token and ButtonToken both have two."""
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)


def constant_time(source: Source) -> Iterator[str]:
    """A secret compared with == tells by its time how much of it was right; use hmac.compare_digest."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Compare) or not any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            continue
        sides = [node.left, *node.comparators]
        if any(isinstance(side, ast.Constant) or is_column(side) for side in sides):
            continue
        if any(SECRET_WORDS & {word.lower() for word in words(last_name(side))} for side in sides):
            yield f"{source.path}:{node.lineno}: a secret is compared with == or !=, use hmac.compare_digest"


def is_column(node: ast.expr) -> bool:
    """Whether the expression is a column of a table, as in `tokens.c.digest`: SQL compares that."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "c"


def last_name(node: ast.expr) -> str:
    """The name that tells what an expression holds; empty for one without."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=inner) | ast.Await(value=inner) | ast.Subscript(value=inner):
            return last_name(inner)
    return ""


def passed_clock(source: Source) -> Iterator[str]:
    """The time comes from the clock that is passed in: nothing else asks the machine for it."""
    if source.path == CLOCK:
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.Attribute(attr="utcnow" | "utcfromtimestamp" | "today", value=owner, lineno=line):
                asks = last_name(owner) in ("datetime", "date")
            case ast.Attribute(attr="now", value=owner, lineno=line):
                asks = last_name(owner) == "datetime"
            case _:
                continue
        if asks:
            yield f"{source.path}:{line}: asks the machine for the time, not the passed-in clock"


def no_sql_clock(source: Source) -> Iterator[str]:
    """The database's clock is not ours: what is due is compared with the clock that is passed in."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Attribute(attr="now" | "current_timestamp" | "localtimestamp", value=owner, lineno=line):
                asks = last_name(owner) == "func"
            case ast.Constant(value=str(text), lineno=line) if node not in source.prose:
                asks = re.search(r"\bnow\(\)|\bcurrent_timestamp\b", text, re.IGNORECASE) is not None
            case _:
                continue
        if asks:
            yield f"{source.path}:{line}: SQL asks for the time, give it the time of the clock"


RULES: tuple[Rule, ...] = (
    short_files,
    short_functions,
    module_docstring,
    empty_packages,
    telling_names,
    constant_time,
    passed_clock,
    no_sql_clock,
)
