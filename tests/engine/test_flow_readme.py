"""The page about the flow language is true: its flow passes, and it names everything that there is."""

import re
from typing import get_args

import pytest

from core.actions.registry import actions
from core.engine.clauses import Op
from core.engine.facts import PLACEHOLDERS
from core.engine.flow import Flow
from core.engine.lint import examine
from core.engine.lint_texts import TEXT_BYTES
from core.engine.machine import compile_flow
from core.engine.spec_approvals import Approval
from core.engine.spec_checks import Check
from core.engine.spec_children import Child
from core.engine.spec_formulas import DaysWithin, Formula, MostWithin, Nights
from core.engine.spec_keys import MAX_KEY
from core.engine.spec_kinds import Choice, Param
from core.engine.spec_papers import Field, FieldType, Group, Item
from core.engine.spec_rules import At, Rule
from core.engine.spec_steps import Stage, Transition
from core.engine.text import LABEL_COLUMNS
from core.engine.yaml_source import MAX_BYTES
from tests.engine.flow_parts import FLOWS, KNOWN

PAGE = (FLOWS / "README.md").read_text(encoding="utf-8")
WORDS = frozenset(re.findall(r"[A-Za-z][A-Za-z0-9_.]*", PAGE))
EXAMPLE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
CHECKS = get_args(get_args(Check)[0])


def test_the_flow_on_the_page_passes_and_runs() -> None:
    assert len(EXAMPLE) == 2  # the flow, and a story of it (tests/stories/test_readme.py)
    found = examine(EXAMPLE[0].encode(), KNOWN)
    assert found.problems == ()
    assert found.flow is not None
    machine = compile_flow(found.flow).machine
    facts = {"docs.complete": True, "case.proofread": True}
    assert machine.decide("collect", "print", facts, {"service"}).to == "printing"
    assert machine.decide("printing", "send", {}, {"service"}).outcome == "sent"


@pytest.mark.parametrize(
    "piece",
    [
        Flow,
        Stage,
        Approval,
        Transition,
        Field,
        Item,
        Group,
        Rule,
        At,
        Child,
        Choice,
        Param,
        Formula,
        Nights,
        DaysWithin,
        MostWithin,
        *CHECKS,
    ],
)
def test_the_page_names_every_key(piece: type[Flow]) -> None:
    names = {field.alias or name for name, field in piece.model_fields.items()}
    assert names <= WORDS, names - WORDS


def test_the_page_names_everything_that_a_flow_may_call() -> None:
    kinds = {get_args(check.model_fields["kind"].annotation)[0] for check in CHECKS}
    assert (kinds | set(get_args(Op)) | set(get_args(FieldType)) | set(actions())) <= WORDS
    assert {f"{{{name}}}" for name in PLACEHOLDERS} <= set(re.findall(r"\{[a-z_]+\}", PAGE))


@pytest.mark.parametrize("scope", ["case", "applicant", "event"])
def test_the_page_names_every_fact(scope: str) -> None:
    found = examine(EXAMPLE[0].encode(), KNOWN)
    assert found.flow is not None
    own = {f"case.{field.key}" for field in found.flow.fields}
    facts = set(found.flow.fact_types(scope)) - own  # type: ignore[arg-type]  # one of the three
    assert facts <= WORDS, facts - WORDS


def test_the_page_names_events_and_limits_that_are_true() -> None:
    section = PAGE.split("Events: ")[1].split("\n\n")[0]
    assert set(re.findall(r"`([A-Z][A-Za-z]+)`", section)) <= set(KNOWN.events)
    for limit in (
        f"{MAX_BYTES // 1024} KiB",
        f"{MAX_KEY} characters",
        f"{LABEL_COLUMNS} columns",
        f"{TEXT_BYTES} bytes",
    ):
        assert limit in PAGE
