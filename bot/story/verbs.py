"""The verbs of a story: what may stand in a step, and the shape of what follows it."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from bot.story.spec import (
    CaseIs,
    ChecklistIs,
    Deeds,
    Events,
    ExpectedTexts,
    Press,
    SentFile,
    SentKind,
    Tasks,
    Texts,
)

PERSON: Mapping[str, Any] = {
    # what a person does
    "says": TypeAdapter(str),
    "says the code of": TypeAdapter(str),
    "sends": TypeAdapter(SentFile | SentKind | str | list[SentFile]),
    "presses": TypeAdapter(Press | str),
    "does": TypeAdapter(dict[str, Deeds]),
    # what a person is told
    "reads": TypeAdapter(ExpectedTexts),
    "reads only": TypeAdapter(ExpectedTexts),
    "sees": TypeAdapter(ExpectedTexts),
    "sees not": TypeAdapter(ExpectedTexts),
    "may press": TypeAdapter(Texts),
    "may not press": TypeAdapter(Texts),
}
WORLD: Mapping[str, Any] = {
    # time
    "clock": TypeAdapter(str),
    "later": TypeAdapter(str),
    # which case the steps after it are about
    "about": TypeAdapter(str),
    # what has become of it
    "told": TypeAdapter(Texts),
    "case": TypeAdapter(CaseIs),
    "items": TypeAdapter(dict[str, str]),
    "checklist": TypeAdapter(ChecklistIs),
    "tasks": TypeAdapter(Tasks),
    "sms": TypeAdapter(ExpectedTexts),
    "mail": TypeAdapter(ExpectedTexts),
    "webhook": TypeAdapter(ExpectedTexts),
    "events": TypeAdapter(Events),
    "refused": TypeAdapter(Texts),
}
ACTS = frozenset({"says", "says the code of", "sends", "presses", "does", "clock", "later"})
OFFICE = "office"
"""Who does what no person of the story does: the system itself, over the API."""


def split(key: str) -> tuple[str, str]:
    """ "adviser may press" -> ("adviser", "may press"); a step about the world has no person."""
    if key in WORLD:
        return "", key
    who, _, verb = key.partition(" ")
    return who, verb.strip()
