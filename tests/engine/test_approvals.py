"""When an approval is decided, what the linter says of one, and what diagram and diff tell of it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.actions.registry import actions
from core.engine.approvals import Terms, Vote, mean_of, needed, outcome
from core.engine.diagram import diagram_of
from core.engine.flow import read_flow
from core.engine.flow_diff import changes
from core.engine.lint import Known, examine
from core.engine.machine import compile_flow
from core.engine.spec_approvals import Approval, Mode
from core.events.approvals import ApprovalDecided
from core.staff.policy import ROLES

SOURCE = (Path(__file__).parents[1] / "approvals" / "flow.yaml").read_text("utf-8")
KNOWN = Known({name: each.Args for name, each in actions().items()}, ROLES, (), (ApprovalDecided.__name__,))


def votes(*given_: str) -> list[Vote]:
    """ "+80": for it with 80 points, "-": against it."""
    return [Vote(each[0] == "+", int(each[1:]) if each[1:] else None) for each in given_]


@pytest.mark.parametrize(
    "terms, said, wanted",
    [
        (Terms("any", 3, 1, None), [], None),
        (Terms("any", 3, 1, None), ["-"], "declined"),
        (Terms("any", 3, 1, None), ["+"], "approved"),
        (Terms("all", 3, 3, None), ["+", "+"], None),
        (Terms("all", 3, 3, None), ["+", "-"], "declined"),
        (Terms("all", 2, 2, None), ["+", "+"], "approved"),
        (Terms("vote", 3, 2, None), ["+", "-"], None),
        (Terms("vote", 3, 2, None), ["+", "+"], "approved"),
        (Terms("vote", 3, 2, None), ["-", "-"], "declined"),
        (Terms("vote", 3, 2, 71), ["+90", "+90"], None),  # no points from the third make 60
        (Terms("vote", 3, 2, 60), ["+90", "+90"], "approved"),  # even then it is 60
        (Terms("vote", 3, 2, 71), ["+90", "+90", "-33"], "approved"),
        (Terms("vote", 3, 2, 71), ["+90", "+90", "-32"], "declined"),
        (Terms("vote", 3, 2, 71), ["+10"], "declined"),  # 100 from both others make 70
        (Terms("vote", 3, 2, 71), ["+13"], None),
    ],
)
def test_it_is_decided_as_soon_as_it_is_certain(terms: Terms, said: list[str], wanted: str | None) -> None:
    assert outcome(terms, votes(*said)) == wanted


@given(st.data())
def test_no_later_vote_would_have_changed_it(data: st.DataObject) -> None:
    """Whatever is decided early is decided the same when everybody has voted, and then it is always decided."""
    seats = data.draw(st.integers(1, 6))
    mean = data.draw(st.none() | st.integers(1, 100))
    mode: Mode = data.draw(st.sampled_from(("all", "vote")))
    terms = Terms(mode, seats, seats if mode == "all" else data.draw(st.integers(1, seats)), mean)
    score = st.none() if mean is None else st.integers(0, 100)
    cast = data.draw(st.lists(st.builds(Vote, st.booleans(), score), min_size=seats, max_size=seats))
    told = [outcome(terms, cast[:n]) for n in range(seats + 1)]
    enough = sum(each.for_it for each in cast) >= terms.needed
    good = mean is None or sum(each.score or 0 for each in cast) >= mean * seats
    assert told[-1] == ("approved" if enough and good else "declined")
    assert {each for each in told if each is not None} == {told[-1]}


def test_shares_are_rounded_up_and_means_down() -> None:
    def how_many(seats: int, **more: str) -> int:
        return needed(Approval.model_validate({"mode": "vote", "approve": "a", "decline": "b", **more}), seats)

    assert [how_many(seats) for seats in (1, 2, 3, 4, 5)] == [1, 2, 2, 3, 3]
    assert [how_many(seats, share="2/3") for seats in (1, 2, 3, 4, 5, 9, 10)] == [1, 2, 2, 3, 4, 6, 7]
    assert (mean_of(votes("+80", "+75", "-57")), mean_of(votes("+70")), mean_of(votes("+"))) == ("70.66", "70", None)


BROKEN = [
    ("by: [system]}\n  - {key: send_back", "by: [system, supervisor]}\n  - {key: send_back", "/approve", "approval_by"),
    ("approve: pass", "approve: passs", "/approve", "unknown_transition"),
    ("approve: pass", "approve: signed", "/approve", "approval_step"),
    ("decline: send_back", "decline: pass", "/decline", "approval_same"),
    ("mode: vote\n", "mode: all\n", "/share", "approval_share"),
    ("share: 2/3", "share: 4/3", "/share", "approval_share"),
    ("mode: vote\n", "mode: any\n", "/mean", "approval_mean"),
    ("      seats: 3\n", "", "", "approval_seats"),
    ("override: [supervisor]\n", "override: [queen]\n", "/override/0", "unknown_role"),
    ("mode: vote\n", "mode: vote\n      by: finance\n", "/by", "role_not_listed"),
]


@pytest.mark.parametrize("old, new, place, code", BROKEN, ids=[f"{each[3]}-{n}" for n, each in enumerate(BROKEN)])
def test_what_the_linter_says(old: str, new: str, place: str, code: str) -> None:
    assert old in SOURCE
    found = examine(SOURCE.replace(old, new, 1).encode(), KNOWN).problems
    assert (f"/stages/1/approval{place}", f"flow.{code}") in {(each.pointer, each.code) for each in found}
    assert all(each.message["zh-CN"] and each.message["en"] for each in found)


def test_the_shape_and_the_end_are_looked_at_too() -> None:
    assert examine(SOURCE.encode(), KNOWN).problems == ()
    many = examine(SOURCE.replace("seats: 3", "seats: 16", 1).encode(), KNOWN).problems
    assert [each.pointer for each in many] == ["/stages/1/approval/seats"]
    final = SOURCE.replace(
        "    final: true", "    final: true\n    approval: {mode: all, seats: 1, approve: a, decline: b}"
    )
    assert "flow.approval_final" in {each.code for each in examine(final.encode(), KNOWN).problems}


def test_diagram_and_diff_tell_it() -> None:
    flow = read_flow(SOURCE.encode())
    names = {role: dict(words) for role, words in ROLES.items()}
    told = diagram_of(compile_flow(flow), "en", names).told()
    assert "(by: Reviewer: vote, 3 seats, 2/3 for it, mean 71)" in told
    later = read_flow(SOURCE.replace("seats: 3", "seats: 5", 1).encode())
    [change] = changes(flow, later)
    assert (change.pointer, change.kind) == ("/stages/1/approval", "changed")
    assert "3 seats" in change.words["en"]
    assert "5 seats" in change.words["en"]
    assert "5 席" in change.words["zh-CN"]
    start = SOURCE.index("    approval: {mode: all")
    without = SOURCE[:start] + SOURCE[SOURCE.index("\n", start) + 1 :]
    [gone] = changes(flow, read_flow(without.encode()))
    assert (gone.kind, gone.pointer) == ("removed", "/stages/2/approval")
    assert "all must agree" in gone.words["en"]
