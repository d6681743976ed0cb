"""Faults that are no kill of one of our processes, each with an id of its own: R3 to R10.

A scenario plays in a world of its own and returns what was wrong and what was seen. One more is one more entry in
SCENARIOS.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from core.files.tables import file
from core.kit.ids import new_id
from tests.crash import early, moments, oracle, outages, redis_away
from tests.crash.driver import Run, Unsettled
from tests.crash.kinds import Kind
from tests.crash.lane import Database
from tests.crash.platform import FAULTS, RETRY_AFTER
from tests.crash.results import Result
from tests.crash.seen import Seen
from tests.crash.world import Desk

REPEATED: Final[tuple[Kind, ...]] = ("text", "page text", "form", "file", "album", "press", "approve", "handoff")
ANSWERED: Final[tuple[Kind, ...]] = ("text", "form", "approve", "reject", "timer", "handoff")
Scenario = Callable[[Run], Seen]


def duplicates(run: Run) -> Seen:
    """R5: every delivery two to five times at once, and once more when all is done."""
    seen = Seen()
    with ThreadPoolExecutor(5) as crowd:
        for kind in REPEATED:
            desk, mark = run.desk(kind), new_id()
            posts = run.deliveries(desk)
            for post in posts:  # an album's pages one after the other, each of them several times at once
                times = run.chance.randint(2, 5)
                seen.count += times
                list(crowd.map(lambda again, post=post: run.insist([post]), range(times)))
            run.rest()
            run.insist(posts)
            run.rest()
            seen.wrong += run.judge(desk, mark)
    seen.note = f"{seen.count} deliveries of {len(REPEATED)} events"
    return seen


def reordered(run: Run) -> Seen:
    """R6: what several people send is shuffled, an album's pages and a press on a message that is just being sent."""
    seen = Seen()
    desks: list[tuple[Desk, int]] = []
    posts = []
    for kind in REPEATED:
        desk, mark = run.desk(kind), new_id()
        desks.append((desk, mark))
        posts += [(desk, post) for post in run.deliveries(desk)]
    run.chance.shuffle(posts)
    for _, post in posts:
        run.insist([post])
        seen.count += 1
        time.sleep(run.chance.choice((0, 0, 0.1)))
    run.rest()
    for desk, mark in desks:
        wrong = run.judge(desk, mark)
        seen.wrong += _but_for_the_order(run, desk, mark, wrong) if desk.kind == "album" else wrong
    seen.note = f"{seen.count} deliveries shuffled"
    return seen


def _but_for_the_order(run: Run, desk: Desk, mark: int, wrong: list[str]) -> list[str]:
    """An album whose second page came first: either both pages are in the version, or the client is asked for which
    item the page is that had no caption; it is kept, and nothing is guessed."""
    with run.lane.looking() as reader:
        found = run.effects_in(reader, desk, mark)
        asked = [row for row in reader.find(file, client_id=desk.client_id) if row["unplaced"]]
    [version] = [name for name in found if "id_card" in name] or [""]
    pages = sorted(version.rpartition(": ")[2].split(", "))
    if pages == ["page 1", "page 2"]:
        return [each for each in wrong if "id_card" not in each]
    if pages == ["page 1"] and len(asked) == 1 and found["kept page 2"] == 1:
        of_page_two = ("id_card", "DocumentExtended", "AddFile")
        return [each for each in wrong if not any(name in each for name in of_page_two)]
    return [*wrong, f"R6 the album became {version!r}"]


def platform_faults(run: Run) -> Seen:
    """R10: the platform answers 429, 5xx, slowly, not at all, or 200 with an error, once or several times."""
    seen = Seen()
    for number, kind in enumerate(ANSWERED):
        desk, mark = run.desk(kind), new_id()
        faults = [FAULTS[(number + n) % len(FAULTS)] for n in range(3)]
        for chat in (desk.client_chat, desk.staff_chat):
            run.lane.platform.fail(chat, faults)
        run.insist(run.deliveries(desk))
        run.rest()
        with run.lane.looking() as reader:
            wrong, repeats = oracle.sent(reader, run.lane.platform, mark, faults.count("ambiguous"))
        seen.count += 2 * len(faults)
        seen.repeats += repeats
        seen.wrong += wrong + run.judge(desk, mark, sent=False) + _patience(run)
        seen.wrong += run.in_order(desk)
    seen.note = f"{len(run.lane.platform.failed)} calls failed"
    return seen


def _patience(run: Run) -> list[str]:
    """A chat whose platform asked for a pause was left alone for so long."""
    wrong = []
    for chat, fault, at in run.lane.platform.failed:
        later = [each.at for each in run.lane.platform.seen_in(chat) if each.at > at]
        if fault == "429" and later and min(later) - at < RETRY_AFTER:
            wrong.append(f"R10 {chat} was called {min(later) - at:.2f} s after a 429")
    return wrong


def simultaneous(run: Run) -> Seen:
    """R1: kills at random moments while everybody is at work at once, so that groups hold several units."""
    seen = Seen()
    desks = [(run.desk(kind), new_id()) for kind in REPEATED if run.lane.desks[kind]]
    posts = [(desk, post) for desk, _ in desks for post in run.deliveries(desk)]
    with ThreadPoolExecutor(8) as crowd:
        under_way = [crowd.submit(run.insist, [post]) for _, post in posts]
        for role in run.lane.processes:
            time.sleep(run.chance.random() * 0.3)
            run.lane.processes[role].kill()
            run.lane.start(role)
            seen.kills += 1
        for each in under_way:
            each.result()
    run.rest()
    for desk, mark in desks:
        wrong = run.judge(desk, mark, kills=seen.kills)
        seen.wrong += _but_for_the_order(run, desk, mark, wrong) if desk.kind == "album" else wrong
    seen.count = len(posts)
    seen.note = f"{len(posts)} deliveries at once"
    return seen


SCENARIOS: Final[Mapping[str, tuple[tuple[Database, ...], Scenario]]] = {
    "R1 crowd": (("sqlite", "postgres"), simultaneous),
    "R3 server": (("postgres",), outages.database_killed),
    "R3 away": (("postgres",), outages.database_away),
    "R3 connection": (("postgres",), outages.connection_killed),
    "R4": (("postgres",), redis_away.redis_away),
    "R5": (("sqlite", "postgres"), duplicates),
    "R6": (("sqlite", "postgres"), reordered),
    "R6 early": (("sqlite", "postgres"), early.early_press),
    "R7": (("sqlite", "postgres"), moments.clock),
    "R7 turns": (("sqlite", "postgres"), moments.turns),
    "R8": (("sqlite",), outages.disk_full),
    "R8 files": (("sqlite", "postgres"), outages.files_full),
    "R9": (("sqlite", "postgres"), outages.poison),
    "R10": (("sqlite", "postgres"), platform_faults),
}


LONG: Final = frozenset({"R3 away", "R7 turns"})  # the short form leaves them out


def play(run: Run, name: str) -> Result:
    """One scenario in a fresh world; what the whole world's judgement finds comes on top."""
    began = time.monotonic()
    with run.world(redis=True if name == "R4" else None):
        try:
            seen = SCENARIOS[name][1](run)
        except Unsettled as unsettled:
            seen = Seen(wrong=[f"I7 {unsettled}"])
    result = Result(
        database=run.lane.database,
        scenario=name,
        kind="several",
        victim="postgres" if name.startswith("R3") else "",
        point="",
        nth=0,
        kills=seen.kills,
        resent=seen.count,
        repeats=seen.repeats,
        seconds=round(time.monotonic() - began, 3),
        violations=seen.wrong,
        note=seen.note,
    )
    run.results.add(result)
    return result
