"""Eight decisions at once, round after round: exactly one counts, everybody else is told who and when.

BANLI_ROUNDS sets the number of rounds. The full form, with its figures:

    BANLI_ROUNDS=1000 pytest -s --timeout=1800 tests/core/test_presses.py
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

import pytest

from core.cases.tables import case, case_event, document_version, item
from core.channel.inbound import Address, ButtonPress, Update
from core.commands.cases import AdvanceCase
from core.commands.documents import WaiveItem
from core.commands.work import Notify
from core.engine.access import Actor
from core.kit.clock import ManualClock
from core.kit.crypto import generate_key
from core.ledger.buttons import offer
from core.ledger.inbox import append
from core.ledger.tables import button as button_table
from core.ledger.tables import inbox
from core.staff.service import actor_of
from core.store.locks import conversation_key
from core.store.store import Unit
from core.store.unit import UnitOfWork
from tests.core.press_rounds import Round, call, judge, prepare
from tests.core.small_agency import SmallAgency, open_agency
from tests.core.stores import NOON

ROOT = Path(__file__).parents[2]
PROCESSES = 4


def rounds(small: int) -> int:
    return int(os.environ.get("BANLI_ROUNDS", small))


class Worker:
    """A process with a Banli of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.to: IO[str] = process.stdin
        self.back: IO[str] = process.stdout

    def tell(self, what: object) -> None:
        self.to.write(json.dumps(what) + "\n")
        self.to.flush()

    def hear(self) -> Any:
        line = self.back.readline()
        assert line, "the worker has died"
        return json.loads(line)


@contextmanager
def workers(start: dict[str, str]) -> Iterator[list[Worker]]:
    command = [sys.executable, "-m", "tests.core.press_worker"]
    with ExitStack() as stack:
        found = []
        for _ in range(PROCESSES):
            process = stack.enter_context(
                subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            stack.callback(process.kill)
            found.append(Worker(process))
            found[-1].tell(start)
        assert [each.hear() for each in found] == ["ready"] * PROCESSES
        yield found
        for each in found:
            each.to.close()


def test_four_processes_press_at_once_and_one_press_counts(postgres_url: str, tmp_path: Path) -> None:
    keys = generate_key()
    won: Counter[str] = Counter()
    with (
        open_agency(postgres_url, tmp_path, ManualClock(NOON), keys) as agency,
        workers({"url": postgres_url, "folder": str(tmp_path), "keys": keys}) as processes,
    ):
        started = time.perf_counter()
        for n in range(rounds(40)):
            made = prepare(agency, n)
            for position, process in enumerate(processes):
                mine = [each for k, each in enumerate(made.calls) if (k + n) % PROCESSES == position]
                process.tell({"version": made.version_id, "calls": mine, "calls_first": n % 2 == 0})
            answers = [answer for process in processes for answer in process.hear()]
            with agency.banli.reading.open() as reader:
                won[judge(agency, reader, made, answers)] += 1
        _report("PostgreSQL, 4 processes", won, started)
    assert sum(won.values()) == rounds(40)


def test_eight_threads_press_at_once_and_one_press_counts(sqlite_url: str, tmp_path: Path) -> None:
    won: Counter[str] = Counter()
    with open_agency(sqlite_url, tmp_path, ManualClock(NOON)) as agency, ThreadPoolExecutor(8) as threads:
        started = time.perf_counter()
        for n in range(rounds(100)):
            made = prepare(agency, n)
            answers = _all_at_once(agency, made, threads, random.Random(n))
            with agency.banli.reading.open() as reader:
                won[judge(agency, reader, made, answers)] += 1
        _report("SQLite, 8 threads", won, started)
    assert sum(won.values()) == rounds(100)


def _all_at_once(agency: SmallAgency, made: Round, threads: ThreadPoolExecutor, dice: random.Random) -> list[Any]:
    """Eight threads wait for each other, then submit. Returns what the calls of the API were told."""
    barrier = threading.Barrier(8)
    banli = agency.banli

    def run(unit: Unit) -> Any:
        barrier.wait(20)
        return banli.store.submit(unit).result(20)

    def press(entry_id: int) -> Unit:
        def work(uow: UnitOfWork) -> None:
            banli.receiver.handle(uow, entry_id)

        return Unit(work, frozenset({conversation_key(chats[entry_id])}))

    def api(staff_id: int, decision: str) -> Unit:
        return Unit(lambda uow: call(uow, banli.bus, made.version_id, staff_id, decision))

    with banli.reading.open() as reader:
        chats = {row["id"]: row["conversation"] for row in reader.find(inbox, inbox.c.id.in_(made.entries))}
    jobs = [*(press(entry_id) for entry_id in made.entries), *(api(*each) for each in made.calls)]
    order = list(enumerate(jobs))
    dice.shuffle(order)
    running = {n: threads.submit(run, job) for n, job in order}
    answers = [running[n].result(60) for n in range(len(jobs))]
    return answers[len(made.entries) :]


def _report(where: str, won: "Counter[str]", started: float) -> None:
    seconds = time.perf_counter() - started
    print(f"\n{where}: {sum(won.values())} rounds of 8 in {seconds:.1f} s")
    for who, count in won.most_common():
        print(f"  {count:5} {who}")


def test_a_press_that_is_refused_has_not_happened(database: str, tmp_path: Path) -> None:
    """The button was not possible yet; later the same button does what it says, once."""
    with open_agency(database, tmp_path, ManualClock(NOON)) as agency:
        case_id = agency.banli.store.run(agency.case)
        advance = AdvanceCase(case_id=case_id, trigger="back", stage="prepare")
        label = {"zh-CN": "退回", "en": "Back"}
        button = offer(advance, label)
        consultant = agency.staff["consultant"]
        agency.do(Notify(to="staff", person_id=consultant, notice="stage_work", subject={"case": case_id},
                         params={"stage": "collect"}, card="own", buttons=(button,)))  # fmt: skip
        _press_card(agency, "own", 1)
        assert _stage(agency, case_id) == ("collect", "open")
        agency.banli.store.run(partial(_waive_all, agency=agency, case_id=case_id))
        assert _stage(agency, case_id) == ("prepare", "open")
        _press_card(agency, "own", 2)
        assert _stage(agency, case_id) == ("collect", "spent")
        _press_card(agency, "own", 3)
        assert _stage(agency, case_id) == ("collect", "spent")


def _waive_all(uow: UnitOfWork, agency: SmallAgency, case_id: int) -> None:
    lead = actor_of(uow, agency.staff["supervisor"])
    assert isinstance(lead, Actor)
    for row in uow.find(item, item.c.case_id == case_id):
        agency.execute(uow, WaiveItem(item_id=row["id"], reason="not needed"), lead)


def _press_card(agency: SmallAgency, card: str, n: int) -> None:
    with agency.banli.reading.open() as reader:
        (row,) = reader.find(button_table, button_table.c.card == card)
    address = Address(channel="loopback", account="test", chat="staff-consultant")
    raw = ButtonPress(address=address, sender=address.chat, token=row["token"]).model_dump_json().encode()
    update = Update(channel="loopback", account="test", platform_id=f"p{n}", conversation=address.key, raw=raw)
    agency.banli.store.run(partial(append, update=update))
    asyncio.run(agency.banli.receiver.work_once())


def _stage(agency: SmallAgency, case_id: int) -> tuple[str, str]:
    """Where the case is, and the state of the one button."""
    with agency.banli.reading.open() as reader:
        row = reader.peek(case, case_id)
        (button,) = reader.find(button_table, button_table.c.card == "own")
    assert row is not None
    return row["stage"], button["state"]


@pytest.mark.row("DM8")
def test_the_last_approval_moves_the_case_in_the_same_transaction_once(database: str, tmp_path: Path) -> None:
    """Two reviewers and more tap together; nobody ever sees the document approved and the case not moved."""
    with open_agency(database, tmp_path, ManualClock(NOON)) as agency, ThreadPoolExecutor(9) as threads:
        approvals = 0
        for n in range(12):
            made = prepare(agency, n)
            finished = threading.Event()
            watching = threads.submit(_watch, agency, made, finished)
            answers = _all_at_once(agency, made, threads, random.Random(n))
            finished.set()
            watching.result(20)
            with agency.banli.reading.open() as reader:
                approvals += judge(agency, reader, made, answers).startswith("approved")
                events = reader.find(case_event, case_event.c.case_id == made.case_id)
                done = {"DocumentApproved", "ChecklistCompleted", "StageLeft"}
                assert len({each["correlation"] for each in events if each["type"] in done}) <= 1
        assert approvals


def _watch(agency: SmallAgency, made: Round, finished: threading.Event) -> None:
    while not finished.wait(0.0005):
        with agency.banli.reading.open() as reader:
            version = reader.peek(document_version, made.version_id)
            row = reader.peek(case, made.case_id)
        assert version is not None
        assert row is not None
        if version["status"] == "approved":
            assert row["stage"] == "prepare"
