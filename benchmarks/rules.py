"""300 rules over 2,000 cases: what a deed costs when a flow has many rules, beside the same deed in a flow with none.

`python -m benchmarks.rules` opens so many cases of each flow, fills one field in every case, in turns between the
flows so that noise hits all alike, and prints the table. The database is SQLite, durable as in the product.
"""

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from benchmarks.agency import START, open_banli
from bot.app import Banli
from core.bus.deed import SYSTEM, Cause
from core.cases.tables import case_event
from core.commands.cases import OpenCase, SetFields
from core.commands.command import Command
from core.commands.contracts import Traveller
from core.commands.people import RegisterClient
from core.commands.work import PublishFlow
from core.kit import migrate
from core.kit.clock import ManualClock
from core.kit.crypto import generate_key
from core.kit.ids import new_id
from core.kit.memory import calm_collector
from core.store.store import Unit
from tests.core.small_agency import FLOW, SmallAgency

TURN: Final = 50  # cases of one flow before the next flow's turn
KINDS: Final = (  # of events that rules of real flows wait for
    "FieldSet", "StageEntered", "StageLeft", "SubstateSet", "DocumentSubmitted", "DocumentApproved", "DocumentRejected",
    "ChecklistCompleted", "ItemsReopened", "TaskCreated", "TaskDone", "SurveyAnswered", "CaseClosed", "RoleAssigned",
    "TravellerAdded",
)  # fmt: skip
RULE: Final = """  - key: rule_{number}
    name: {{zh-CN: 规则 {number}, en: Rule {number}}}
    on: {kind}
    when: {{all: [{{field: case.stage, op: eq, value: collect}}, {{field: case.travels_far, op: is_false}}]}}
    then: [{{action: notify_client, args: {{message: complete}}}}]
"""
SPREAD, ALL = "spread", "all"
BUDGET: Final = {SPREAD: 3.0, ALL: 20.0}  # processor time of a deed, as a multiple of the same deed without rules


@dataclass
class Measured:
    """One flow: its cases, and what their deeds cost in seconds."""

    key: str
    kinds: Sequence[str]  # that its rules wait for, in turns; none: no rules
    cases: list[int] = field(default_factory=list)
    wall: float = 0.0
    cpu: float = 0.0
    looked: int = 0  # runs of rules that one deed set off


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table. Returns 1 when a budget is exceeded."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.rules", description=__doc__)
    asked.add_argument("--rules", type=int, default=300)
    asked.add_argument("--cases", type=int, default=2000, help="of each flow")
    given = asked.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    calm_collector()
    flows = [Measured("none", ()), Measured(SPREAD, KINDS), Measured(ALL, KINDS[:1])]
    with tempfile.TemporaryDirectory(prefix="banli-rules-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'banli.db'}"
        migrate.upgrade(url)
        banli, _ = open_banli(url, folder, generate_key(), ManualClock(START))
        banli.start()
        try:
            measure(banli, flows, given.rules, given.cases)
        finally:
            banli.stop()
    return report(flows, given.rules)


def measure(banli: Banli, flows: Sequence[Measured], rules: int, cases: int) -> None:
    """One deed for every case of every flow; the first turn warms up and is not counted."""
    agency = SmallAgency(banli).found()
    for each in flows:
        agency.do(PublishFlow(source=_source(each, rules)))
        clients = _all(banli, [RegisterClient(name=f"客户{n}") for n in range(cases + TURN)])
        each.cases = _all(banli, [_opened(client, agency.staff, each.key) for client in clients])
    for start in range(0, cases + TURN, TURN):
        for each in flows:
            deeds = [SetFields(case_id=case_id, fields={"travels_far": True}) for case_id in each.cases[start:][:TURN]]
            wall, cpu = time.perf_counter(), time.process_time()
            _all(banli, deeds)
            if start:
                each.wall += time.perf_counter() - wall
                each.cpu += time.process_time() - cpu
    with banli.reading.open() as reader:
        for each in flows:
            runs = reader.find(case_event, case_id=each.cases[-1], type="RuleRan")
            each.looked = sum(row["data"]["set_off"] == KINDS[0] for row in runs)
            each.cases = each.cases[TURN:]


def _source(flow: Measured, rules: int) -> str:
    kinds = flow.kinds
    written = "".join(RULE.format(number=n, kind=kinds[n % len(kinds)]) for n in range(rules)) if kinds else ""
    whole = FLOW.read_text("utf-8").replace("key: small_matter", f"key: matter_{flow.key}", 1)
    return whole.replace("rules:\n", f"rules:\n{written}", 1)


def _opened(client: int, team: dict[str, int], flow: str) -> Command:
    travellers = (Traveller(name="旅客", kind="grown_up"),)
    return OpenCase(client_id=client, flow=f"matter_{flow}", travellers=travellers, team=team)


def _all(banli: Banli, commands: Sequence[Command]) -> list[int]:
    """Each in a unit of its own, committed in groups."""

    def unit(command: Command) -> Unit:
        return Unit(lambda uow: banli.bus.execute(uow, command, Cause(SYSTEM, "api", new_id())), name="bench")

    futures = [banli.store.submit(unit(command)) for command in commands]
    return [future.result() for future in futures]


def report(flows: Sequence[Measured], rules: int) -> int:
    plain, over = flows[0], False
    print("| rules | that the deed sets off | deeds/s | CPU ms a deed | ratio | budget | µs a rule |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for each in flows:
        count = len(each.cases)
        ratio, budget = each.cpu / plain.cpu, BUDGET.get(each.key)
        over = over or (budget is not None and ratio > budget)
        name = f"{rules}, {each.key}" if each.kinds else "none"
        a_rule = f"{(each.cpu - plain.cpu) / count / each.looked * 1e6:.0f}" if each.kinds and each.looked else ""
        print(
            f"| {name} | {each.looked} | {count / each.wall:,.0f} | {each.cpu / count * 1e3:.2f} | {ratio:.1f} "
            f"| {budget or ''} | {a_rule} |"
        )
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
