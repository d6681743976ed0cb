"""Scenarios in which something that the product stands on fails: the database, the disk, an update."""

import time
from typing import Final

from core.channel.inbound import Address, InboundMessage
from core.kit.ids import new_id
from core.ledger.tables import inbox
from tests.crash import oracle
from tests.crash.channel import ACCOUNT, NAME, POISON
from tests.crash.driver import Run
from tests.crash.kinds import Kind
from tests.crash.seen import Seen

DOWN_SECONDS: Final = 1.0
LONG_SECONDS: Final = 30.0
RECOVERY: Final = 10.0  # seconds after the database is back
TRIES: Final = 5
EVENTS: Final[tuple[Kind, ...]] = ("text", "page text", "file", "approve", "reject", "timer", "form", "handoff")


def database_killed(run: Run) -> Seen:
    """R3: the whole server dies in the middle of the work and comes back a moment later; nobody touches our side."""
    return _outage(run, whole=True, seconds=DOWN_SECONDS)


def database_away(run: Run) -> Seen:
    """R3: the same, for half a minute."""
    return _outage(run, whole=True, seconds=LONG_SECONDS)


def connection_killed(run: Run) -> Seen:
    """R3: one process of the server dies; PostgreSQL then throws everybody out and recovers by itself."""
    return _outage(run, whole=False, seconds=0.0)


def _outage(run: Run, *, whole: bool, seconds: float) -> Seen:
    seen = Seen(kills=1)
    first, second = [(run.desk(kind), new_id()) for kind in EVENTS[:4]], [(run.desk(k), new_id()) for k in EVENTS[4:]]
    posts = [post for desk, _ in first for post in run.deliveries(desk)]
    later = [post for desk, _ in second if desk.kind != "timer" for post in run.deliveries(desk)]
    timers = [post for desk, _ in second if desk.kind == "timer" for post in run.deliveries(desk)]
    run.insist(posts)  # acknowledged, and for the most part still to be worked off
    run.lane.kill_postgres(whole=whole)
    left = [post for each in later for post in run.deliver([each])]
    if whole:
        if len(left) < len(later):
            seen.wrong.append("R3 a delivery was acknowledged without a database")
        time.sleep(seconds)
        run.lane.start_postgres()
    run.lane.reading.close()  # our own connections are gone, too
    back = time.monotonic()
    run.insist(left)
    answered = time.monotonic() - back
    run.insist(timers)
    run.rest()
    settled = time.monotonic() - back
    if answered > RECOVERY:
        seen.wrong.append(f"R3 the door answered again only after {answered:.1f} s")
    for desk, mark in (*first, *second):
        seen.wrong += run.judge(desk, mark, kills=1)
    seen.count = len(posts) + len(later) + len(timers)
    seen.note = f"answered after {answered:.2f} s, at rest after {settled:.2f} s; {len(left)} refused while down"
    return seen


def disk_full(run: Run) -> Seen:
    """R8: the database may not grow any more (SQLITE_FULL), also inside a savepoint; then there is room again."""
    seen = Seen()
    control = run.lane.controls["run"]
    desks = [(run.desk(kind), new_id()) for kind in EVENTS if kind != "timer"]
    posts = [post for desk, _ in desks for post in run.deliveries(desk)]
    half = len(posts) // 2
    run.insist(posts[:half])
    control.fill(True)
    refused: list[object] = []
    end = time.monotonic() + 20
    while not refused and time.monotonic() < end:  # pages that are free take a little more
        refused += [post for each in posts[half:] for post in run.deliver([each])]
        if not refused:
            posts[half:] = [post for desk in [run.desk("text")] for post in run.deliveries(desk)]
    if not refused:
        seen.wrong.append("R8 the disk did not fill")
    time.sleep(0.3)
    control.fill(False)
    run.insist(posts)
    run.rest()
    for desk, mark in desks:  # what was sent and could not be noted any more is sent again, as after a kill
        seen.wrong += run.judge(desk, mark, kills=1)
    with run.lane.looking() as reader:
        seen.repeats = oracle.sent(reader, run.lane.platform, desks[0][1], 1)[1]
    seen.count = len(refused)
    seen.note = f"{len(refused)} deliveries were refused with 503 and taken later, without a restart"
    return seen


def files_full(run: Run) -> Seen:
    """R8: no file can be written any more; a page is told so, what a platform holds is fetched when there is room."""
    seen = Seen()
    role = next(iter(run.lane.processes))
    for control in run.lane.controls.values():
        control.fill_files(True)
    fetched, paged = (run.desk("file"), new_id()), (run.desk("page file"), new_id())
    run.insist(run.deliveries(fetched[0]))
    refused = run.deliver(run.deliveries(paged[0]))
    if not refused:
        seen.wrong.append("R8 a page's file was taken without room for it")
    end = time.monotonic() + RECOVERY
    while not run.lane.controls[role if "worker" not in run.lane.processes else "worker"].refusals:
        if time.monotonic() > end:
            seen.wrong.append("R8 nobody tried to fetch the file")
            break
        time.sleep(0.02)
    for control in run.lane.controls.values():
        control.fill_files(False)
    run.insist(refused)
    run.rest()
    for desk, mark in (fetched, paged):
        seen.wrong += run.judge(desk, mark)
    seen.count = len(refused)
    seen.note = "a page was told to come again, a fetch was repeated; no restart"
    return seen


def poison(run: Run) -> Seen:
    """R9: an update whose work always fails is tried at most five times and parked; the others go on meanwhile."""
    seen = Seen(count=1)
    desk = run.desk("text")
    said = InboundMessage(
        address=Address(channel=NAME, account=ACCOUNT, chat="poisoner"), sender="poisoner", text=POISON
    )
    run.insist([run.doors.webhook("poison-1", said)])
    mark, began = new_id(), time.monotonic()
    run.insist(run.deliveries(desk))
    while not run.lane.platform.seen_in(desk.client_chat) and time.monotonic() - began < 20:
        time.sleep(0.01)
    waited = time.monotonic() - began
    run.rest()
    seen.wrong += run.judge(desk, mark, dead=1)
    with run.lane.looking() as reader:
        [row] = reader.find(inbox, platform_id="poison-1")
    if row["state"] != "dead" or row["attempts"] > TRIES:
        seen.wrong.append(f"R9 the poison is {row['state']} after {row['attempts']} tries")
    run.expected_dead = 1
    seen.note = f"{row['attempts']} tries; another client was answered within {waited:.2f} s meanwhile"
    return seen
