"""The questions of the first set-up, each with what is settled already as its default."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import typer

from bot.cli.counter import password_from
from bot.cli.problems import WrongInput
from bot.cli.sentences import refused
from bot.cli.setup.answers import LOCAL, Admin, Tree, answers, flow_keys, over
from bot.cli.terminal import err
from core.engine.calendars.known import CALENDARS
from core.engine.text import LANGUAGES
from core.kit.errors import Invalid
from core.staff.passwords import hash_password

NONE: Final = "-"


def _listed(said: str) -> list[str]:
    return [] if said == NONE else [each.strip() for each in said.split(",") if each.strip()]


def _or_nothing(said: str) -> str:
    return "" if said == NONE else said


@dataclass(frozen=True, slots=True)
class Question:
    """`place` within the answers, such as `agency.language`; `read` makes the answer of what was typed."""

    place: str
    words: str
    default: str = ""
    read: Callable[[str], object] = str


CHINESE: Final = Question("agency.name_zh", "Name of the agency in Chinese")
ENGLISH: Final = Question("agency.name_en", "Name of the agency in English")
OTHERS: Final = (
    Question("agency.language", f"Language to begin in ({', '.join(LANGUAGES)})"),
    Question("agency.calendar", f"Working calendar ({', '.join(CALENDARS)})"),
    Question("agency.quiet_from", "Clients are left in peace from"),
    Question("agency.quiet_until", "until"),
    Question(
        "public_url", "Address at which people reach it: https://... (- for this machine only)", NONE, _or_nothing
    ),
    Question("origins", "Website that shows the chat as a widget: https://... (- for none)", NONE, _or_nothing),
    Question("admin.name", "Name of the first admin", "Admin"),
    Question("admin.login", "Name under which he signs in (- for a key alone)", NONE, _or_nothing),
    Question("flows", f"Flows to begin with ({', '.join(flow_keys())}; - for none)", ",".join(flow_keys()), _listed),
)


def asked(tree: Tree) -> Tree:
    """Ask everything; a wrong answer is asked again at once. Raises typer.Abort when the input ends."""
    err.print("Banli: first set-up. Enter takes what stands in brackets; until the last answer nothing is changed.\n")
    tree = _right(tree, CHINESE)
    tree = _right(over({"agency": {"name_en": tree["agency"]["name_zh"]}}, tree), ENGLISH)
    tree = over(tree, {"database_url": _database(str(tree["database_url"]))})
    for question in OTHERS:
        tree = _right(tree, question)
    return tree


def password_of(admin: Admin, *, silent: bool) -> str | None:
    """The hash of the first admin's password, None for one who does not sign in. Raises WrongInput, Invalid."""
    if not admin.login:
        return None
    if silent and admin.password_file is None:
        raise WrongInput("admin.password_file: a login needs a password; name a file whose first line it is")
    while True:
        try:
            return hash_password(password_from(admin.password_file, admin.login, admin.name))
        except Invalid as bad:
            if admin.password_file is not None:
                raise
            err.print(refused(bad), markup=False)


def _right(tree: Tree, question: Question) -> Tree:
    """The answers with this one; it is asked until the answers can be used."""
    while True:
        said = str(typer.prompt(question.words, default=_present(tree, question) or None, err=True)).strip()
        mixed = over(tree, _at(question.place, question.read(said)))
        try:
            answers(mixed)
        except WrongInput as wrong:
            err.print(str(wrong).splitlines()[-1], markup=False)
        else:
            return mixed


def _present(tree: Tree, question: Question) -> str:
    found: Any = tree
    for step in question.place.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return (",".join(found) if isinstance(found, list) else str(found or "")) or question.default


def _at(place: str, value: object) -> Tree:
    first, _, rest = place.partition(".")
    return {first: _at(rest, value) if rest else value}


def _database(present: str) -> str:
    """PostgreSQL's address holds a password: it is neither shown while it is typed nor as a default."""
    local = present.startswith("sqlite")
    kind = str(
        typer.prompt("Database: sqlite (a file) or postgresql", default="sqlite" if local else "postgresql", err=True)
    )
    if not kind.lower().startswith("p"):
        return present if local else LOCAL
    if not local and typer.confirm("Keep the database that is set", default=True, err=True):
        return present
    return str(typer.prompt("postgresql+psycopg://user:password@host/name", hide_input=True, err=True))
