"""Scenarios of the clock (R7): moved by hand, and past the moments at which calendars and zones turn over."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

from core.kit.ids import new_id
from core.ledger.tables import inbox, outbox, timer
from tests.crash.channel import ACCOUNT, NAME
from tests.crash.driver import Run
from tests.crash.kinds import Kind
from tests.crash.rehearsal import START
from tests.crash.seen import Seen
from tests.crash.world import Desk

CLOCKED: Final[tuple[Kind, ...]] = ("page text", "approve")
BEFORE: Final = timedelta(seconds=2)  # a turn of the calendar, when the processes start
TURNS: Final[tuple[tuple[str, str, datetime], ...]] = (
    ("summer time begins", "America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("summer time ends", "Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("the office's year ends", "Asia/Shanghai", datetime(2026, 12, 31, 16, tzinfo=UTC)),
    ("a leap day begins at the office", "Pacific/Kiritimati", datetime(2028, 2, 28, 16, tzinfo=UTC)),
)
"""What turns, the zone that the machine is set to (rightly or not), and the moment."""


def clock(run: Run) -> Seen:
    """R7: a day forward, then an hour back: no timer is lost or fires twice, and what comes in is worked off."""
    seen = Seen()
    for step, moment in enumerate((START, START + timedelta(days=1), START + timedelta(hours=23))):
        caught = _caught(run, moment) if step else None
        run.lane.clocks_at(moment)
        run.rest()
        for kind in CLOCKED:
            desk, mark = run.desk(kind), new_id()
            run.insist(run.deliveries(desk))
            run.rest()
            with run.lane.looking() as reader:
                rows = reader.find(outbox, outbox.c.id > mark, person_kind="client", person_id=desk.client_id)
            if not [row for row in rows if row["state"] == "sent"]:
                seen.wrong.append(f"R7 nobody answered after the clock was moved (step {step})")
            seen.count += 1
        if caught is not None:
            seen.wrong += run.judge(caught[0], caught[1], kills=1)
            seen.kills += 1
    with run.lane.looking() as reader:
        fired = reader.find(timer, state="fired")
    seen.note = f"{len(fired)} timers had fired in the end"
    return seen


def _caught(run: Run, moment: datetime) -> tuple[Desk, int]:
    """A message that was acknowledged before the clock was moved, and is worked off after it."""
    [role] = list(run.lane.processes)[-1:]
    desk, mark = run.desk("text"), new_id()
    run.lane.controls[role].arm("receiver.found")
    left = run.deliver(run.deliveries(desk))  # a process that does everything may die before it has answered
    run.dies(role)
    run.lane.clocks_at(moment)
    run.lane.start(role)
    run.insist(left)
    run.rest()
    return desk, mark


def turns(run: Run) -> Seen:
    """R7: over each turn of the calendar, on a machine in whatever zone: answered before and after, nothing twice."""
    seen, desk = Seen(), run.desk("text")
    for what, zone, moment in TURNS:
        for process in run.lane.processes.values():
            process.kill()
            seen.kills += 1
        run.lane.zone = zone
        run.lane.clocks_at(moment - BEFORE)
        run.lane.start()
        for _ in ("before", "after"):
            mark = new_id()
            run.insist(run.deliveries(desk))
            run.rest()
            with run.lane.looking() as reader:
                [came] = reader.find(inbox, inbox.c.id > mark, conversation=f"{NAME}:{ACCOUNT}:{desk.client_chat}")
                answers = reader.find(outbox, cause=came["id"], state="sent")
            if came["state"] != "done" or len(answers) != 1:
                seen.wrong.append(f"R7 {what}: what came is {came['state']}, with {len(answers)} answers")
            seen.count += 1
            while run.lane.now() <= moment:
                time.sleep(0.05)
    with run.lane.looking() as reader:
        fired = reader.find(timer, state="fired")
        once = [row["once"] for row in reader.find(outbox) if row["once"] is not None]
    if len(once) != len(set(once)):
        seen.wrong.append("R7 a notice that is sent once was queued twice")
    seen.note = f"{len(TURNS)} turns; {len(fired)} timers had fired in the end"
    return seen
