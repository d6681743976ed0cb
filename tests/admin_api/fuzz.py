"""Attacks the API by its own description (schemathesis): as each role and without a key, with a fixed seed.

``python -m tests.admin_api.fuzz --cases 10000 --seed 1`` tells every failure and exits 1 when there is any, or when a
role sent fewer cases. It runs on SQLite in a temporary folder, in this process, with all checks and all phases
(examples, coverage, random, chains over the description's links).
"""

import argparse
import copy
import sys
import tempfile
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.generation.meta import TestPhase
from structlog.testing import capture_logs

from admin_api.openapi import describe, operations
from core.files.child import Inspector
from core.kit import migrate
from core.staff.tables import api_key, role_grant, role_mask, staff
from core.store.unit import UnitOfWork
from tests.admin_api.known import examples_of, known
from tests.admin_api.office import LIMITS, Office, open_office
from tests.admin_api.world import build

ROLES: Final = ("visa.admin", "visa.sales", "visa.finance", None)  # None: without a key
OF_ITSELF: Final = 30  # cases that the description itself gives for each operation, rather fewer than more
STEPS: Final = 50  # of a chain over links; the first ones are lists and what is made, which give ids to the others
# What a schema cannot say (a key that the catalogue does not know, an ETag of another state) is refused as well.
ACCEPTED: Final = ("2xx", "401", "403", "404", "409", "410", "412", "415", "422", "428", "429", "503")
# What is too large is refused by its size (413) before anybody looks at its form; schemathesis does not count that.
REFUSED: Final = ("400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429", "503")
# Without If-Match a change is refused with 428 (RFC 6585), which schemathesis does not count among the refusals.
WITHOUT_HEADER: Final = ("400", "401", "403", "406", "415", "422", "428")


@dataclass(frozen=True)
class Effort:
    """How much of it: random cases for each operation, chains over links, and whether all cases of the description."""

    examples: int
    chains: int = 0
    coverage: bool = True

    @classmethod
    def of(cls, cases: int, operations: int) -> "Effort":
        """For at least so many cases; what those of the description itself leave is half random, half over links."""
        left = max(0, cases - OF_ITSELF * operations) // 2
        return cls(1 + left // operations, 4 + left // STEPS)


@dataclass
class Told:
    """What came of an attack: the number of cases, and each failure once with how to send it again."""

    cases: int = 0
    links: int = 0  # cases that took something from the answer of the case before
    healed: int = 0  # how often the attacker had taken his own rights or key away, and got them back
    failures: dict[str, str] = field(default_factory=dict)
    phases: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    done: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))  # by operation

    @property
    def succeeded(self) -> int:
        """Answers with 2xx."""
        return sum(count for status, count in self.statuses.items() if 200 <= status < 300)

    @property
    def reached(self) -> float:
        """The share of operations that answered with 2xx at least once."""
        return sum(any(200 <= status < 300 for status in each) for each in self.done.values()) / max(1, len(self.done))

    def add(self, who: str, other: "Told") -> None:
        self.cases, self.links, self.healed = (
            self.cases + other.cases,
            self.links + other.links,
            self.healed + other.healed,
        )
        self.phases += other.phases
        self.statuses += other.statuses
        for operation, statuses in other.done.items():
            self.done[operation] += statuses
        self.failures |= {f"{who}: {name}": how for name, how in other.failures.items()}

    def __str__(self) -> str:
        return (
            f"{self.cases} cases {dict(self.phases)}, {self.links} over a link; {self.succeeded} answers 2xx, "
            f"{self.reached:.0%} of {len(self.done)} operations; {dict(sorted(self.statuses.items()))}; "
            f"healed {self.healed}; {len(self.failures)} failures"
        )


def attack(
    app: Any,
    document: dict[str, Any],
    seed: int,
    effort: Effort,
    headers: dict[str, str] | None = None,
    after: Callable[[], bool] = lambda: False,
    only: Sequence[str] | None = None,
) -> Told:
    """Every operation of the document, or only those with these ids.

    ``after`` is called when something was done, and says whether it healed.
    """
    loaded = schemathesis.openapi.from_dict(document, config=config_of(seed, effort, headers or {}))
    schema = loaded if only is None else loaded.include(operation_id=list(only))
    schema.app = app
    told = Told()

    def after_call(context: object, case: Any, response: Any) -> None:
        if response.status_code < 300 and response.request.method != "GET":
            told.healed += after()

    schema.hook(after_call)
    schema.hook(right_bodies(document))
    with capture_logs():
        for event in from_schema(schema).execute():
            note(told, event)
    return told


def config_of(seed: int, effort: Effort, headers: dict[str, str]) -> SchemathesisConfig:
    """All checks and all phases."""
    return SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "continue-on-failure": True,
            "headers": headers,
            "checks": {
                "positive_data_acceptance": {"expected-statuses": list(ACCEPTED)},
                "negative_data_rejection": {"expected-statuses": list(REFUSED)},
                "missing_required_header": {"expected-statuses": list(WITHOUT_HEADER)},
            },
            "generation": {"max-examples": effort.examples, "database": "none", "no-shrink": True},
            "phases": {
                "coverage": {"enabled": effort.coverage},
                "stateful": {
                    "max-steps": STEPS,
                    "enabled": effort.chains > 0,
                    "generation": {"max-examples": max(1, effort.chains), "database": "none", "no-shrink": True},
                    "inference": {"algorithms": []},  # only the links of the description: they are true
                },
            },
        }
    )


def right_bodies(document: dict[str, Any]) -> Callable[..., Any]:
    """In chains every other right body is one of the examples: what is made at random is seldom taken, and ends them.

    It is chosen by what was made, so that the same chain comes again.
    """
    known = {each["operationId"]: examples_of(each) for each in operations(document)}

    def map_case(context: object, case: Any) -> Any:
        examples = known.get(case.operation.definition.raw.get("operationId"), [])
        chained = case.meta.phase.name is TestPhase.STATEFUL and case.meta.generation.mode.is_positive
        if chained and examples and (drawn := zlib.crc32(repr(case.body).encode())) % 2:
            case.body = copy.deepcopy(examples[drawn // 2 % len(examples)])
        return case

    return map_case


TAKEN_BACK = ("DELETE /api/v1/settings/", "DELETE /api/v1/texts/")
"""What an agency said otherwise is gone then; what the code or the settings file say is read under the same address."""


def note(told: Told, event: Any) -> None:
    """Count the cases of a scenario and keep its failures."""
    if isinstance(event, events.NonFatalError | events.FatalError):
        name = f"{getattr(event, 'label', '')}: error {getattr(event, 'value', event)!s}"
        told.failures.setdefault(name, str(getattr(event, "info", event)))
    if not isinstance(event, events.ScenarioFinished):
        return
    recorder = event.recorder
    told.cases += len(recorder.interactions)
    told.phases[event.phase.value] += len(recorder.interactions)
    for case_id, interaction in recorder.interactions.items():
        case = recorder.cases.get(case_id)
        told.links += case is not None and case.transition is not None and case.is_transition_applied
        if interaction.response is not None:
            told.statuses[interaction.response.status_code] += 1
            if case is not None:
                told.done[case.value.operation.label][interaction.response.status_code] += 1
    for checks in recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                if check.name == "use_after_free" and (failure.operation or "").startswith(TAKEN_BACK):
                    continue
                name = f"{failure.operation}: {check.name}: {failure.title}"
                told.failures.setdefault(name, f"{failure.message}\n{check.failure_info.code_sample}")


def healing(office: Office, who: str) -> Callable[[], bool]:
    """Gives the attacker back what he takes from himself: his account, his key, the rights of his role.

    Otherwise everything after that would be refused, and nothing tried.
    """
    staff_id, role = office.staff[who], who.partition(".")[2]
    with office.parts.reading.open() as reader:
        [member], [key] = reader.find(staff, id=staff_id), reader.find(api_key, staff_id=staff_id)
    account = {name: member[name] for name in ("active", "department_id")}

    def heal(uow: UnitOfWork) -> None:
        uow.change(staff, staff_id, roles=member["roles"], **account)
        uow.change(api_key, key["id"], revoked_at=None)
        for row in uow.find(role_grant, role=role):
            uow.change(role_grant, row["id"], reach=None)
        for row in uow.find(role_mask, role=role):
            uow.change(role_mask, row["id"], mask=None)

    def healed() -> bool:
        with office.parts.reading.open() as reader:
            grants, masks = reader.find(role_grant, role=role), reader.find(role_mask, role=role)
            sound = (
                [row["roles"] for row in reader.find(staff, id=staff_id, **account)] == [member["roles"]]
                and reader.find(api_key, id=key["id"], revoked_at=None) != []
                and all(row["reach"] is None for row in grants)
                and all(row["mask"] is None for row in masks)
            )
        if not sound:
            office.parts.store.run(heal)
            office.parts.policy.forget()
        return not sound

    return healed


def as_each(roles: Sequence[str | None], cases: int, seed: int) -> Told:
    """The attack as every role, each on an office of its own; at least ``cases`` cases as each."""
    whole = Told()
    for who in roles:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder, Inspector(LIMITS) as inspector:
            url = f"sqlite:///{folder}/fuzz.sqlite3"
            migrate.upgrade(url)
            with capture_logs(), open_office(url, Path(folder), inspector) as office:
                document = known(describe(office.app), [owned.ids for owned in build(office)])
                effort = Effort.of(cases, len(list(operations(document))))
                told = as_one(office, who, document, seed, effort)
        print(f"{who or 'no key'}: {told}; {time.monotonic() - started:.0f} s", flush=True)
        if told.cases < cases:
            told.failures["too few cases"] = f"{told.cases} of {cases}"
        whole.add(who or "no key", told)
    return whole


def as_one(
    office: Office,
    who: str | None,
    document: dict[str, Any],
    seed: int,
    effort: Effort,
    only: Sequence[str] | None = None,
) -> Told:
    """The attack with one member's key, or with none."""
    if who is None:
        return attack(office.app, document, seed, effort, only=only)
    headers = {"Authorization": f"Bearer {office.keys[who]}"}
    return attack(office.app, document, seed, effort, headers, healing(office, who), only)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="as each role")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--role", action="append", help="one of them only, such as visa.admin")
    given = parser.parse_args()
    told = as_each(given.role or ROLES, given.cases, given.seed)
    for name, how in told.failures.items():
        print(f"\n{name}\n{how}")
    print(f"\nseed {given.seed}: {told}")
    return 1 if told.failures else 0


if __name__ == "__main__":
    sys.exit(main())
