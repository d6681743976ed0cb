"""What must hold at the end of a run, whatever happened: the invariants I1 to I7 as far as they can be seen here."""

from collections import Counter
from itertools import pairwise

from core.cases.tables import case, case_event
from core.store.reading import Reader
from tests.crash import oracle
from tests.model.play import Diverged, Play

_FIRED = """SELECT t.key, (SELECT count(*) FROM audit a WHERE a.correlation = t.id AND a.door = 'timer')
 FROM timer t WHERE t.state = 'fired'"""
_SENT = "SELECT external_id FROM outbox WHERE state = 'sent' AND copy_of IS NULL AND channel = 'loopback'"


def verdict(play: Play) -> None:
    """Raises Diverged with everything that is wrong."""
    play.seal()
    now = play.host.clock.now()
    with play.host.looking() as reader:
        wrong = [*oracle.unsettled(reader, now), *oracle.dead_letters(reader), *oracle.claims(reader, now)]
        wrong += oracle.timers_fired(reader, now)
        wrong += oracle.chained(reader, play.host.banli.vault, [])
        for key, times in reader.connection.exec_driver_sql(_FIRED):
            wrong += [f"I6 timer {key} has acted {times} times"] if times != 1 else []
        wrong += _histories(play, reader)
        known = {row[0] for row in reader.connection.exec_driver_sql(_SENT)}
    there = Counter(each.external_id for each in play.host.channel.sent)
    wrong += [f"I2 {key} is on the platform and not in the ledger" for key in there.keys() - known]
    wrong += [f"I2 {key} is sent and not on the platform" for key in known - there.keys()]
    if wrong:
        raise Diverged("\n".join(wrong))


def _histories(play: Play, reader: Reader) -> list[str]:
    """I3: a case took exactly the steps that the model took, each a step of its own version; its events have numbers of
    their own."""
    found = []
    for row in reader.find(case):
        number = play.lens.cases[row["id"]]
        events = reader.find(case_event, case_id=row["id"], order=case_event.c.seq)
        numbers = [each["seq"] for each in events]
        if len(set(numbers)) < len(numbers) or numbers[-1] > row["version"]:
            found.append(f"I3 case {number} is at {row['version']}, its events are {numbers}")
        told = [each["data"] for each in events if each["type"] == "StageEntered"]
        path, spec = [(each["stage"], each["trigger"]) for each in told], play.case(number).spec
        if path != play.case(number).visits:
            found.append(f"I3 case {number} went {path}, the model {play.case(number).visits}")
        for (left, _), (entered, trigger) in pairwise(path):
            step = spec.step(trigger)
            if step is None or left not in step["from"] or step["to"] != entered:
                found.append(
                    f"I3 case {number}: {left} -> {entered} by {trigger!r} is no step of version {spec.version}"
                )
    return found
