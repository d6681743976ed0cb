"""What the product's database shows, in the words of the reference model, and what the model says it must show."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from core.ledger.tables import button, outbox
from core.store.reading import Reader
from tests.model.model import Model

KINDS = frozenset(
    ("stage", "stage_work", "substate", "review", "approved", "rework", "reopened", "message", "task", "survey")
)
"""Kinds of notices that are counted; answers in a chat are not."""
PRESSED = frozenset(
    (
        "AdvanceCase",
        "ReviewDocument",
        "OfferReasons",
        "SetFields",
        "SetSubstate",
        "CompleteTask",
        "WithdrawDocument",
        "AnswerSurvey",
        "RecordDeposit",
        "ActivateContract",
    )
)
State = dict[str, Any]
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CASES = """SELECT c.id, k.id, c.stage, c.substate, c.state, c.outcome, v.version,
 (SELECT count(*) FROM stage_span s WHERE s.case_id = c.id) FROM contract k
 LEFT JOIN client_case c ON c.contract_id = k.id LEFT JOIN flow_version v ON v.id = c.flow_version_id ORDER BY k.id"""
_ITEMS = "SELECT id, case_id, key, status, versions, current_id, asked, required FROM item ORDER BY id"
_VERSIONS = "SELECT id, item_id, n, status FROM document_version ORDER BY item_id, n"
_TASKS = "SELECT id, case_id, role, stage, state FROM task ORDER BY id"
_TIMERS = "SELECT key, state, due FROM timer WHERE state <> 'cancelled'"
_PLAIN = {
    "spent buttons": "SELECT count(*) FROM button WHERE state = 'spent'",
    "updates": "SELECT count(*) FROM inbox WHERE channel = 'loopback'",
    "flow versions": "SELECT count(*) FROM flow_version",
    "in trouble": """SELECT (SELECT count(*) FROM inbox WHERE state = 'dead' OR attempts > 0)
 + (SELECT count(*) FROM outbox WHERE state IN ('dead', 'lost', 'sending'))
 + (SELECT count(*) FROM errand WHERE state IN ('dead', 'running'))
 + (SELECT count(*) FROM timer WHERE state = 'dead' OR attempts > 0)""",
}


@dataclass(frozen=True)
class Button:
    """What somebody was shown once: a command waiting for his press; `visit`: of the stage whose card it is on."""

    token: str
    command: str
    said: dict[str, Any]
    owner: str
    card: str
    keeps: bool
    visit: int | None


class Lens:
    """Looks at one database again and again; remembers which row is what in the model."""

    def __init__(self, people: dict[tuple[str, int], str]) -> None:
        self.people = people
        self.contracts: list[int] = []  # position = number in the model
        self.cases: dict[int, int] = {}  # product's id -> number
        self.ids: dict[int, int] = {}  # number -> product's id
        self.items: dict[int, tuple[int, str]] = {}
        self.item_ids: dict[tuple[int, str], int] = {}
        self.versions: dict[int, tuple[int, str, int]] = {}
        self.version_ids: dict[tuple[int, str, int], int] = {}
        self.tasks: dict[int, tuple[int, int]] = {}
        self._told: Counter[tuple[str, str]] = Counter()
        self._last = 0
        self.buttons: list[Button] = []
        self._last_button = 0

    def state(self, reader: Reader) -> State:
        """Everything that is compared."""
        db = reader.connection
        return {
            "cases": self._cases(db),
            "items": self._items(db),
            "tasks": self._tasks(db),
            **self._timers(db),
            "told": self._notices(reader),
            **{name: db.exec_driver_sql(question).scalar_one() for name, question in _PLAIN.items()},
        }

    def _cases(self, db: Connection) -> dict[Any, Any]:
        found = {}
        self.contracts.clear()
        for case_id, contract_id, *rest in db.exec_driver_sql(_CASES):
            number = len(self.contracts)
            self.contracts.append(contract_id)
            if case_id is not None:
                self.cases[case_id], self.ids[number] = number, case_id
                found[number] = tuple(rest)
        return found

    def _items(self, db: Connection) -> dict[Any, Any]:
        found: dict[tuple[int, str], list[Any]] = {}
        for item_id, case_id, key, status, _, current, asked, required in db.exec_driver_sql(_ITEMS):
            name = self.cases[case_id], key
            self.items[item_id], self.item_ids[name] = name, item_id
            found[name] = [status, current, bool(asked), bool(required)]
        for version_id, item_id, n, status in db.exec_driver_sql(_VERSIONS):
            name = self.items[item_id]
            self.versions[version_id] = whole = (*name, n - 1)
            self.version_ids[whole] = version_id
            found[name].append(status)
        for there in found.values():
            there[1] = None if there[1] is None else self.versions[there[1]][2]
        return found

    def _tasks(self, db: Connection) -> dict[int, list[tuple[str, ...]]]:
        found: dict[int, list[tuple[str, ...]]] = {}
        for task_id, case_id, role, stage, state in db.exec_driver_sql(_TASKS):
            of_case = found.setdefault(self.cases[case_id], [])
            self.tasks[task_id] = self.cases[case_id], len(of_case)
            of_case.append((role, stage or "", state))
        return found

    def _timers(self, db: Connection) -> State:
        waiting, fired, others = {}, Counter[tuple[int, str]](), 0
        for key, state, due in db.exec_driver_sql(_TIMERS):
            kind, *rest = key.split(":", 3)
            if kind != "rule":
                others += 1
                continue
            name = self.cases[int(rest[0])], rest[1]
            if state == "fired":
                fired[name] += 1
            else:
                waiting[*name, rest[2]] = moment(due)
        return {"timers": waiting, "fired": fired, "other timers": others}

    def news(self, reader: Reader) -> list[Button]:
        """Buttons that were made since the last look, of kinds that the model knows."""
        newest = reader.connection.exec_driver_sql("SELECT max(id) FROM button").scalar_one()
        if newest == self._last_button:
            return []
        spans: dict[int, tuple[int, int]] = {}
        visits = Counter[int]()
        for span_id, case_id in reader.connection.exec_driver_sql("SELECT id, case_id FROM stage_span ORDER BY id"):
            number = self.cases[case_id]
            spans[span_id] = number, visits[number]
            visits[number] += 1
        fresh = []
        for row in reader.find(button, button.c.id > self._last_button):
            self._last_button = row["id"]
            kind, _, about = row["card"].partition(":")
            visit = spans[int(about)][1] if kind == "stage" else None
            name, said = row["command"]["command"], row["command"]["args"]
            owner = self.people[row["for_kind"], row["for_id"]]
            if name in PRESSED:
                fresh.append(Button(row["token"], name, said, owner, row["card"], bool(row["keeps"]), visit))
        self.buttons += fresh
        return fresh

    def _notices(self, reader: Reader) -> Counter[tuple[str, str]]:
        newest = reader.connection.exec_driver_sql("SELECT max(id) FROM outbox").scalar_one()
        for row in reader.find(outbox, outbox.c.id > self._last) if newest != self._last else ():
            self._last = row["id"]
            kind = row["notice"]["kind"]
            if row["copy_of"] is None and row["channel"] == "loopback" and kind in KINDS:
                self._told[self.people[row["person_kind"], row["person_id"]], kind] += 1
        return self._told.copy()


def moment(kept: Any) -> datetime:
    """A moment as this database gives it when nobody tells it what the column is."""
    return _EPOCH + kept * _MICROSECOND if isinstance(kept, int) else kept.astimezone(UTC)


def expected(model: Model) -> State:
    """The same, as the reference model has it."""
    cases, items, tasks = {}, {}, {}
    timers: dict[tuple[int, str, str], Any] = {}
    for number, each in model.cases.items():
        state = "open" if each.open else "closed"
        cases[number] = (each.stage, each.sub, state, each.outcome, each.spec.version, len(each.visits))
        for key, item in each.items.items():
            items[number, key] = [item.status, item.current, item.asked, item.required, *item.versions]
        if each.tasks:
            tasks[number] = [tuple(task) for task in each.tasks]
        timers |= {(number, *key): due for key, (due, state) in each.timers.items() if state == "waiting"}
    return {
        "cases": cases,
        "items": items,
        "tasks": tasks,
        "timers": timers,
        "fired": +model.fired,
        "other timers": 0,
        "told": +model.told,
        "flow versions": sum(len(each) for each in model.specs.values()),
        "in trouble": 0,
    }


def differences(seen: State, wanted: State) -> list[str]:
    """What is not as the model has it, one sentence each."""
    found = []
    for part, value in wanted.items():
        there = seen[part]
        if there == value:
            continue
        if isinstance(value, dict):
            names = [name for name in {**value, **there} if value.get(name) != there.get(name)]
            found += [f"{part} {name}: wanted {value.get(name)}, found {there.get(name)}" for name in names]
        else:
            found.append(f"{part}: wanted {value}, found {there}")
    return found
