"""How runs begin that look for a rare fault: people have done what it shows in, and the next version, to which nobody
has moved yet, changes what it shows by. What follows is drawn at random as ever."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, Final

from core.cases.approval_tables import approval, approval_seat
from core.cases.tables import case, case_handover, document_version, item
from core.commands.approvals import CastVote
from core.commands.cases import SetFields
from core.commands.work import PublishFlow
from tests.moves.flows import Version
from tests.moves.world import World, Wrong

Change = Callable[[Version], None]
Beginning = Callable[[World], None]


def _published(world: World, change: Change) -> None:
    last = world.latest
    version = Version(deepcopy(last.tree), deepcopy(last.who))
    version.tree["version"] = str(last.number + 1)
    change(version)
    if not world.do("publish", "", PublishFlow(source=version.source))[0]:
        raise Wrong(repr(world.host.refusal))
    world.versions[version.number] = version


def _there(world: World, table: Any, **equal: Any) -> None:
    """The situation has come about, or the fault would be looked for in vain."""
    with world.host.looking() as reader:
        if not reader.find(table, **equal):
            raise AssertionError(f"no {table.name} is {equal}")


def _cut(version: Version, part: str, *keys: str) -> None:
    version.tree[part] = [each for each in version.tree[part] if each["key"] not in keys]
    for key in keys:
        del version.who[part][key]


def offered(world: World) -> None:
    """A case is offered to somebody; the next version hands over to another role."""

    def to_reviewers(version: Version) -> None:
        version.piece("stages", "prepare")["handover"]["to"] = "reviewer"

    _there(world, case_handover, state="offered")
    _published(world, to_reviewers)


def longer_limits(world: World) -> None:
    """Every stage has more time in the next version."""

    def longer(version: Version) -> None:
        for stage in version.tree["stages"]:
            if "due" in stage:
                stage["due"] = "60d"

    _published(world, longer)


def told_a_day(world: World) -> None:
    """It is known of every case when its client comes back; the next version does not want to know."""
    with world.host.looking() as reader:
        cases = [row["id"] for row in reader.find(case, state="open")]
    for case_id in cases:
        world.do("begin", "甲", SetFields(case_id=case_id, fields={"returns": "2026-03-24"}))
    _published(world, lambda version: _cut(version, "fields", "returns", "away"))


def waits_for_a_reviewer(world: World) -> None:
    """Clients have sent for every item that is asked of each traveller; the next version does not ask for it."""
    with world.host.looking() as reader:
        rows = list(reader.find(item, key="paper", status="todo"))
        whose = {row["id"]: row["client_id"] for row in reader.find(case)}
    names = {who: name for name, who in world.people.items()}
    for row in rows:
        world.send(names["client", whose[row["case_id"]]], row["case_id"], row["id"])
    _there(world, document_version, status="submitted")
    _published(world, lambda version: _cut(version, "items", "paper"))


def decided_on(world: World) -> None:
    """People decide on a case, and nobody does in the next version."""

    def by_hand(version: Version) -> None:
        del version.piece("stages", "decide")["approval"]

    _there(world, approval, state="open")
    _published(world, by_hand)


def nearly_approved(world: World) -> None:
    """Of a round one vote is missing."""
    with world.host.looking() as reader:
        [round_] = reader.find(approval, state="open")
        seats = list(reader.find(approval_seat, approval_id=round_["id"], order=approval_seat.c.id))
    about = {"case_id": round_["case_id"], "approval_id": round_["id"]}
    names = {who: name for name, who in world.people.items()}
    for seat in seats[1:]:
        world.do("begin", names["staff", seat["staff_id"]], CastVote(**about, vote="for", words="如上"))
    _there(world, approval, state="open")


BEGINNINGS: Final[Mapping[str, Beginning]] = {
    "seats_stay_given": decided_on,
    "handover_stays_offered": offered,
    "limit_is_not_reckoned_again": longer_limits,
    "values_set_aside_stay_away": told_a_day,
    "values_are_dropped_silently": told_a_day,
    "dropped_papers_wait_on": waits_for_a_reviewer,
    "approved_goes_on_as_declined": nearly_approved,
}
"""By the name of the fault; what is not here is found by whatever happens."""
