"""Attacks the API by its own description (schemathesis): as each role and without a key, with a fixed seed.

``python -m tests.admin_api.fuzz --cases 10000 --seed 1`` tells every failure and exits 1 when there is any. It runs on
SQLite in a temporary folder, in this process, with all checks and all phases (examples, coverage, random, links).
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import schemathesis
from schemathesis.config import (
    ChecksConfig,
    GenerationConfig,
    PhasesConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.engine import events, from_schema
from structlog.testing import capture_logs

from core.files.child import Inspector
from core.kit import migrate
from tests.admin_api.office import LIMITS, Office, open_office
from tests.admin_api.world import build

ROLES: Final = ("visa.admin", "visa.sales", "visa.finance", None)  # None: without a key
OPERATIONS: Final = 63  # about; a share of the cases is given to each
OF_ITSELF: Final = 50  # cases that the description itself gives for each of them, about
# What a schema cannot say (a key that the catalogue does not know, an ETag of another state) is refused as well.
ACCEPTED: Final = ("2xx", "401", "403", "404", "409", "410", "412", "415", "422", "428", "429", "503")


@dataclass
class Told:
    """What came of an attack: the number of cases, and each failure once with how to send it again."""

    cases: int = 0
    failures: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)


def attack(office: Office, who: str | None, seed: int, examples: int) -> Told:
    """Every operation with ``examples`` random cases beside those that the description itself gives."""
    headers = {} if who is None else {"Authorization": f"Bearer {office.keys[who]}"}
    project = ProjectConfig(
        headers=headers,
        checks=ChecksConfig(positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=ACCEPTED)),
        generation=GenerationConfig(max_examples=examples, deterministic=False, database="none"),
        phases=PhasesConfig(),
        continue_on_failure=True,
    )
    config = SchemathesisConfig(seed=seed, projects=ProjectsConfig(default=project))
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", office.app, config=config)
    told = Told()
    with capture_logs():
        for event in from_schema(schema).execute():
            note(told, event)
    return told


def note(told: Told, event: Any) -> None:
    """Count the cases of a scenario and keep its failures."""
    if isinstance(event, events.NonFatalError | events.FatalError):
        told.failures.setdefault(f"error {event}", str(getattr(event, "info", event)))
    if not isinstance(event, events.ScenarioFinished):
        return
    told.cases += len(event.recorder.interactions)
    told.phases[event.phase.value] += len(event.recorder.interactions)
    for interaction in event.recorder.interactions.values():
        if interaction.response is not None:
            told.statuses[interaction.response.status_code] += 1
    for checks in event.recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                failure = check.failure_info.failure
                name = f"{failure.operation}: {check.name}: {failure.title}"
                told.failures.setdefault(name, f"{failure.message}\n{check.failure_info.code_sample}")


def run(seed: int, cases: int, roles: Sequence[str | None] = ROLES) -> Told:
    """The attack as every role, each with an office of its own; together about ``cases`` cases."""
    whole = Told()
    for who in roles:
        examples = max(1, cases // len(roles) // OPERATIONS - OF_ITSELF)
        with tempfile.TemporaryDirectory() as folder, Inspector(LIMITS) as inspector:
            url = f"sqlite:///{folder}/fuzz.sqlite3"
            migrate.upgrade(url)
            with open_office(url, Path(folder), inspector) as office:
                build(office)
                told = attack(office, who, seed, examples)
        print(
            f"{who or 'no key'}: {told.cases} cases, {dict(told.phases)}, {dict(sorted(told.statuses.items()))}",
            flush=True,
        )
        whole.cases += told.cases
        whole.statuses += told.statuses
        for name, how in told.failures.items():
            whole.failures.setdefault(f"{who or 'no key'}: {name}", how)
    return whole


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    told = run(given.seed, given.cases)
    for name, how in told.failures.items():
        print(f"\n{name}\n{how}")
    print(f"\n{told.cases} cases with seed {given.seed}, {len(told.failures)} failures")
    return 1 if told.failures or told.cases < given.cases else 0


if __name__ == "__main__":
    sys.exit(main())
