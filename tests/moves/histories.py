"""Whether what a case's history tells was earned: a step of an approval follows its decision, a step of a hand-over its
answer, and only an approved paper lapses, in a stage where it may."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from core.store.sealing import Row
from tests.moves.flows import Version

APPROVED: Final = ("DocumentApproved", "DocumentRestored")
ANSWERS: Final = {"accept": "HandoverAccepted", "return": "HandoverReturned"}
TELLING: Final = frozenset({"ApprovalDecided", "DocumentLapsed", "DocumentRestored", *ANSWERS.values()})
OUTCOMES: Final = {"approve": "approved", "decline": "declined"}


@dataclass
class _Told:
    """What the history has told so far: of this stay, and of every version of a document."""

    version: Version
    stage: str = ""
    decided: str = ""  # the outcome of the last decision of this stay
    answers: set[str] = field(default_factory=set)  # kinds of events
    approved: set[int] = field(default_factory=set)


def unearned(row: Row, events: list[Row], born: int, versions: Mapping[int, Version]) -> Iterator[str]:
    """Of one case from its first event on; `born`: the version on which it was opened."""
    told = _Told(versions[born])
    for event in events:
        data, kind = event["data"], event["type"]
        if kind == "StageEntered":
            for wrong in _step(told, data["trigger"]):
                yield f"case {row['id']}: {wrong}"
            told.stage, told.decided, told.answers = data["stage"], "", set()
        elif kind == "CaseMigrated":
            told.version, told.stage = versions[data["to_version"]], data["stage_after"]
        elif kind == "ApprovalDecided":
            told.decided = data["outcome"]
        elif kind in ANSWERS.values():
            told.answers.add(kind)
        elif kind in APPROVED:
            told.approved.add(data["version_id"])
        elif kind == "DocumentLapsed":
            for wrong in _lapse(told, data):
                yield f"case {row['id']}: {wrong}"
            told.approved.discard(data["version_id"])


def _step(told: _Told, trigger: str) -> Iterator[str]:
    stage = told.version.piece("stages", told.stage) or {}
    for name, outcome in OUTCOMES.items():
        if stage.get("approval", {}).get(name) == trigger and told.decided != outcome:
            yield f"leaves {told.stage} by {trigger} as if it were {outcome}; decided: {told.decided or 'nothing'}"
    for name, answer in ANSWERS.items():
        if stage.get("handover", {}).get(name) == trigger and answer not in told.answers:
            yield f"leaves {told.stage} by {trigger} without {answer}"


def _lapse(told: _Told, data: Mapping[str, Any]) -> Iterator[str]:
    stages, item = told.version.keys("stages"), told.version.piece("items", data["item"])
    before = None if item is None else item.get("lapses_before")
    if before is None or stages.index(told.stage) >= stages.index(before):
        yield f"{data['item']} lapses in {told.stage}, may lapse before {before} in version {told.version.number}"
    if data["version_id"] not in told.approved:
        yield f"document {data['version_id']} of {data['item']} lapses and was not approved"
