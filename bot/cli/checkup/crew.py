"""What the doctor says of the processes: who lives, who is silent, what nobody works on, versions, connections."""

from collections.abc import Iterator
from datetime import datetime

from bot.cli.checkup.finding import Finding, advice, ok, wrong
from bot.watch.beats import BEAT_LIMIT, live, undone
from core.ledger.processes import CONNECTION, Running, running
from core.store.reading import Reader


def crew(reader: Reader, now: datetime) -> Iterator[Finding]:
    """A house where nobody works although its doors are open is wrong; one that is switched off is not."""
    found = running(reader, now)
    alive = live(found)
    for each in found:
        if each not in alive:
            said = f"{_named(each)} has been silent for {each.silent:.0f} s and did not end as it should."
            yield advice("processes", said, "its log says why; start it again. The row goes after a day")
    if not alive:
        yield advice("processes", "No process runs.", "banli run")
        return
    if missing := undone(alive):
        said = f"No process that lives runs {', '.join(missing)}."
        yield wrong("processes", said, "start banli worker; if one runs, its log says what holds it up")
    elif len(versions := sorted({each.version for each in alive})) > 1:
        remedy = "restart the older ones when the upgrade is done"
        yield advice("processes", f"Versions {', '.join(versions)} run beside each other: {_all(alive)}.", remedy)
    else:
        yield ok("processes", f"{len(alive)} live: {_all(alive)}.")
    yield from _connections(alive)


def _connections(alive: list[Running]) -> Iterator[Finding]:
    """Those to messengers, of whoever keeps one."""
    up = list[str]()
    for each in alive:
        for name, seconds in each.loops.items():
            if not name.startswith(CONNECTION):
                continue
            account = name.removeprefix(CONNECTION)
            if seconds <= BEAT_LIMIT:
                up.append(account)
                continue
            said = f"{_named(each)} has had no connection to {account} for {seconds:.0f} s."
            yield wrong("connections", said, "its log says why (connection_lost); nothing is lost while it is short")
    if up:
        yield ok("connections", f"Connected: {', '.join(sorted(up))}.")


def _all(processes: list[Running]) -> str:
    return "; ".join(map(_named, processes))


def _named(process: Running) -> str:
    return f"{process.kind} {process.version} on {process.host} (pid {process.pid})"
