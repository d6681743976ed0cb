"""Approvals by commands: who sits and who may not, one decision for two votes at once, and how a round ends."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from core.cases.approval_tables import approval, approval_seat
from core.cases.tables import case, case_event
from core.commands.approvals import CastVote, GiveSeat, OpenApproval, OverrideApproval
from core.commands.cases import AdvanceCase, OpenCase, SetFields
from core.commands.contracts import Traveller
from core.commands.delegations import DelegateWork
from core.commands.handoffs import AddNote
from core.commands.migrating import MigrateFlow
from core.commands.people import AddStaff, BindStaffIdentity
from core.commands.staffing import DisableStaff
from core.commands.work import PublishFlow
from core.engine.access import Actor
from core.kit.clock import ManualClock
from core.kit.errors import AlreadyDecided, Invalid, NotAllowed, NotFound, NotPossibleNow, Refusal, Stale
from core.ledger import timers
from core.ledger.tables import outbox
from core.staff.service import actor_at
from core.store.sealing import Row
from tests.core.small_agency import SmallAgency, open_agency
from tests.core.stores import NOON

FLOW = (Path(__file__).parent / "flow.yaml").read_text("utf-8")
STUCK = FLOW.replace("version: 1", "version: 2", 1).replace(
    "by: [system]}\n  - {key: send_back",
    "by: [system], when: {all: [{field: case.note, op: filled}]}}\n  - {key: send_back",
    1,
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def agency(sqlite_url: str, tmp_path: Path, clock: ManualClock) -> Iterator[SmallAgency]:
    with open_agency(sqlite_url, tmp_path, clock) as opened:
        opened.do(PublishFlow(source=FLOW))
        yield opened


def hire(agency: SmallAgency, role: str, many: int = 1) -> list[int]:
    found = []
    for n in range(many):
        staff_id = agency.do(AddStaff(name=f"{role}{n}", roles=(role,)))
        chat = {"channel": "loopback", "account": "test", "external_id": f"staff-{staff_id}"}
        agency.do(BindStaffIdentity(staff_id=staff_id, **chat))
        found.append(int(staff_id))
    return found


def away(staff_id: int, deputy: int) -> DelegateWork:
    return DelegateWork(staff_id=staff_id, delegate_id=deputy, first=date(2026, 3, 2), last=date(2026, 3, 4))


def acting(agency: SmallAgency, staff_id: int) -> Actor:
    found = agency.banli.store.run(lambda uow: actor_at(uow, staff_id, uow.now))
    assert isinstance(found, Actor)
    return found


def at_experts(agency: SmallAgency, team: tuple[str, ...] = ("copywriter", "supervisor")) -> int:
    people = (Traveller(name="某公司", kind="company"),)
    named = {role: agency.staff[role] for role in team}
    opened = OpenCase(client_id=agency.client, flow="expert_project", travellers=people, team=named)
    case_id = int(agency.do(opened))
    agency.do(AdvanceCase(case_id=case_id, trigger="hand_in"), agency.actor("copywriter"))
    return case_id


def stage(agency: SmallAgency, case_id: int) -> str:
    return str(agency.banli.store.run(lambda uow: uow.get(case, case_id))["stage"])


def rounds(agency: SmallAgency, case_id: int) -> list[Row]:
    return list(agency.banli.store.run(lambda uow: uow.find(approval, case_id=case_id)))


def seats(agency: SmallAgency, case_id: int) -> list[int]:
    """Who sits in the newest round."""
    last = rounds(agency, case_id)[-1]["id"]
    return [each["staff_id"] for each in agency.banli.store.run(lambda uow: uow.find(approval_seat, approval_id=last))]


def vote(agency: SmallAgency, case_id: int, staff_id: int, score: int | None = 80, words: str = "") -> None:
    how = "against" if words else "for"
    agency.do(CastVote(case_id=case_id, vote=how, score=score, words=words), acting(agency, staff_id))  # type: ignore[arg-type]


def events(agency: SmallAgency, case_id: int, kind: str) -> list[Row]:
    return list(agency.banli.store.run(lambda uow: uow.find(case_event, case_id=case_id, type=kind)))


def test_who_sits_who_may_vote_and_what_a_seat_opens(agency: SmallAgency) -> None:
    first, (second, third, fourth) = agency.staff["reviewer"], hire(agency, "reviewer", 3)
    agency.do(away(second, fourth))
    case_id = at_experts(agency)
    assert sorted(seats(agency, case_id)) == sorted((first, third, fourth))  # the second one is away
    seated = {"reviewer": first}
    policy, subject = agency.banli.bus.wiring.policy, agency.banli.bus.wiring.subjects["case"]
    of_case = agency.banli.store.run(lambda uow: subject(uow, case_id))
    assert policy.may(acting(agency, first), "document.read", of_case)
    assert not policy.may(acting(agency, first), "case.write", of_case)
    with pytest.raises(NotFound):  # without a seat it is as if there were no such case
        vote(agency, case_id, agency.staff["consultant"])
    with pytest.raises(NotAllowed):
        agency.do(CastVote(case_id=case_id, vote="for", score=1), agency.actor("supervisor"))
    with pytest.raises(Invalid) as wrong:
        agency.do(CastVote(case_id=case_id, vote="against"), acting(agency, first))
    assert {each.pointer for each in wrong.value.problems} == {"/score", "/words"}
    vote(agency, case_id, seated["reviewer"])
    vote(agency, case_id, first)  # the same press again
    assert len(events(agency, case_id, "VoteCast")) == 1
    with pytest.raises(AlreadyDecided) as stands:
        vote(agency, case_id, first, 20, "不行")
    assert stands.value.params["reason"] == "voted"


def test_nobody_votes_twice_and_the_preparer_not_at_all(agency: SmallAgency) -> None:
    first, (second, third) = agency.staff["reviewer"], hire(agency, "reviewer", 2)
    case_id = at_experts(agency)
    agency.do(away(second, first))
    agency.do(away(third, agency.staff["copywriter"]))
    agency.do(CastVote(case_id=case_id, vote="for", score=80), acting(agency, first))
    with pytest.raises(Refusal):  # he stands in for the second one, and has voted himself
        agency.do(CastVote(case_id=case_id, vote="against", score=1, words="x"), acting(agency, first))
    with pytest.raises(NotAllowed) as prepared:
        agency.do(CastVote(case_id=case_id, vote="for", score=99), acting(agency, agency.staff["copywriter"]))
    assert prepared.value.params["reason"] == "prepared_it"
    assert [len(seats(agency, case_id)), stage(agency, case_id)] == [3, "expert"]
    with pytest.raises(NotPossibleNow):  # not even the system takes the step past the votes
        agency.do(AdvanceCase(case_id=case_id, trigger="pass"))


def test_two_votes_at_once_give_one_decision(database: str, tmp_path: Path, clock: ManualClock) -> None:
    with open_agency(database, tmp_path, clock) as agency:
        agency.do(PublishFlow(source=FLOW))
        _at_once(agency)


def _at_once(agency: SmallAgency) -> None:
    people = [agency.staff["reviewer"], *hire(agency, "reviewer", 2)]
    case_id = at_experts(agency)
    vote(agency, case_id, people[0])
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(vote, agency, case_id, person) for person in people[1:]]
    failed = [each.exception() for each in done if each.exception() is not None]
    assert all(isinstance(each, AlreadyDecided | Stale | NotFound | NotPossibleNow) for each in failed)
    assert len(events(agency, case_id, "ApprovalDecided")) == 1
    assert [stage(agency, case_id), len(events(agency, case_id, "StageEntered"))] == ["partners", 3]


def test_too_few_people_and_a_seat_by_name(agency: SmallAgency) -> None:
    case_id = at_experts(agency)
    assert seats(agency, case_id) == [agency.staff["reviewer"]]
    [told] = events(agency, case_id, "SeatsUnfilled")
    assert (told["data"]["seats"], told["data"]["filled"]) == (3, 1)
    notices = agency.banli.store.run(lambda uow: uow.find(outbox, case_id=case_id))
    said = [each["person_id"] for each in notices if each["notice"]["params"].get("key") == "approval.unfilled"]
    assert said == [agency.staff["supervisor"]]
    with pytest.raises(NotPossibleNow):  # not of this role
        agency.do(GiveSeat(case_id=case_id, staff_id=agency.staff["consultant"]))
    second, third, fourth = hire(agency, "reviewer", 3)
    for person in (second, second, third):
        agency.do(GiveSeat(case_id=case_id, staff_id=person))
    with pytest.raises(NotPossibleNow):
        agency.do(GiveSeat(case_id=case_id, staff_id=fourth))
    agency.do(DisableStaff(staff_id=third))
    agency.do(GiveSeat(case_id=case_id, staff_id=fourth, instead_of=third))
    assert set(seats(agency, case_id)) == {agency.staff["reviewer"], second, fourth}
    for person in (agency.staff["reviewer"], second, fourth):
        vote(agency, case_id, person)
    assert stage(agency, case_id) == "partners"


def test_a_seat_of_somebody_who_has_left_goes_to_the_next_one(agency: SmallAgency, clock: ManualClock) -> None:
    first, (second, third) = agency.staff["reviewer"], hire(agency, "reviewer", 2)
    case_id = at_experts(agency)
    [fourth] = hire(agency, "reviewer")
    vote(agency, case_id, second)

    def leaves(*people: int) -> None:
        for person in people:
            agency.do(DisableStaff(staff_id=person))
        with agency.banli.reading.open() as reader:
            due = [timer_id for timer_id, _ in timers.due(reader, clock.now(), 100)]
        for timer_id in [each for each in due for _ in range(2)]:
            agency.banli.store.run(partial(agency.banli.ticker.fire, timer_id=timer_id))

    leaves(second, third, third)
    assert set(seats(agency, case_id)) == {first, second, fourth}  # the vote that was given stands
    [given] = events(agency, case_id, "SeatGiven")
    assert (given["data"]["staff_id"], given["data"]["before"]) == (fourth, third)
    notices = agency.banli.store.run(lambda uow: uow.find(outbox, case_id=case_id, person_id=fourth))
    assert [each["notice"]["kind"] for each in notices] == ["approval"]
    leaves(fourth)
    [told] = events(agency, case_id, "SeatsUnfilled")
    assert (told["data"]["seats"], told["data"]["filled"], told["data"]["left_id"]) == (3, 1, fourth)
    notices = agency.banli.store.run(lambda uow: uow.find(outbox, case_id=case_id))
    said = [each["person_id"] for each in notices if each["notice"]["params"].get("key") == "approval.unfilled"]
    assert said == [agency.staff["supervisor"]]


def test_a_step_that_a_guard_blocked_is_taken_when_what_it_looks_at_changes(agency: SmallAgency) -> None:
    agency.do(PublishFlow(source=STUCK))
    people = [agency.staff["reviewer"], *hire(agency, "reviewer", 2)]
    case_id = at_experts(agency)
    for person in people:
        vote(agency, case_id, person)
    agency.do(AddNote(case_id=case_id, text="x"), agency.actor("supervisor"))
    assert stage(agency, case_id) == "expert"
    agency.do(SetFields(case_id=case_id, fields={"note": "已补"}))
    assert stage(agency, case_id) == "partners"
    took = [each for each in events(agency, case_id, "StageEntered") if each["data"]["stage"] == "partners"]
    assert len(took) == 1
    notices = agency.banli.store.run(lambda uow: uow.find(outbox, case_id=case_id))
    assert sum(each["notice"]["params"].get("key") == "approval.stuck" for each in notices) == 1


def test_an_override_is_for_listed_roles_and_opens_what_is_stuck(agency: SmallAgency) -> None:
    agency.do(PublishFlow(source=STUCK))
    people = [agency.staff["reviewer"], *hire(agency, "reviewer", 2)]
    case_id = at_experts(agency)
    with pytest.raises(NotAllowed):
        agency.do(OverrideApproval(case_id=case_id, outcome="approved", reason="x"), acting(agency, people[0]))
    for person in people:
        vote(agency, case_id, person)
    assert (stage(agency, case_id), rounds(agency, case_id)[-1]["state"]) == ("expert", "approved")
    notices = agency.banli.store.run(lambda uow: uow.find(outbox, case_id=case_id))
    assert any(each["notice"]["params"].get("key") == "approval.stuck" for each in notices)
    lead = agency.actor("supervisor")
    with pytest.raises(Invalid):
        agency.do(OverrideApproval(case_id=case_id, outcome="declined", reason="  "), lead)
    agency.do(OverrideApproval(case_id=case_id, outcome="declined", reason="先补说明"), lead)
    last = rounds(agency, case_id)[-1]
    assert (stage(agency, case_id), last["overridden"], last["reason"]) == ("prepare", True, "先补说明")
    with pytest.raises(NotPossibleNow):
        agency.do(OverrideApproval(case_id=case_id, outcome="approved", reason="再来"), lead)


def test_a_round_ends_with_its_stage_and_begins_anew_on_another_version(
    agency: SmallAgency, clock: ManualClock
) -> None:
    hire(agency, "reviewer", 2)
    case_id = at_experts(agency)
    agency.do(OpenApproval(case_id=case_id, stage="expert"))  # asked again
    assert len(rounds(agency, case_id)) == 1
    later = FLOW.replace("version: 1", "version: 2", 1).replace("seats: 3", "seats: 2", 1)
    agency.do(PublishFlow(source=later))
    agency.do(MigrateFlow(flow="expert_project", to=2))
    clock.advance(timedelta(seconds=2))
    asyncio.run(agency.banli.work_until_quiet())
    first, second = rounds(agency, case_id)
    assert (first["state"], first["seats"], second["state"], second["seats"]) == ("ended", 3, "open", 2)
    seen, who = CastVote(case_id=case_id, approval_id=first["id"], vote="for", score=80), seats(agency, case_id)[0]
    with pytest.raises(Stale):
        agency.do(seen, acting(agency, who))
    agency.do(AdvanceCase(case_id=case_id, trigger="withdraw"), agency.actor("supervisor"))
    assert [each["state"] for each in rounds(agency, case_id)] == ["ended", "ended"]
    row = agency.banli.store.run(lambda uow: uow.get(case, case_id))
    assert (row["state"], row["seated"]) == ("closed", None)
