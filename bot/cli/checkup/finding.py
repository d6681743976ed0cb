"""One thing that the doctor looked at: how it is, and the remedy where there is one."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """ADVICE works, and could be better; only WRONG makes the exit code 1."""

    OK = "ok"
    ADVICE = "advice"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """`name`: what was looked at, stable for scripts; `remedy`: what to do, empty when it is well."""

    name: str
    state: State
    said: str
    remedy: str = ""


def ok(name: str, said: str) -> Finding:
    return Finding(name, State.OK, said)


def advice(name: str, said: str, remedy: str) -> Finding:
    return Finding(name, State.ADVICE, said, remedy)


def wrong(name: str, said: str, remedy: str) -> Finding:
    return Finding(name, State.WRONG, said, remedy)
