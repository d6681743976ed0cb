"""Old and new code beside each other over real migrations: `python -m tests.rolling.upgrade`.

The old code is taken from the history of this repository, at its last commit before processes were seen (0018) and
claims had a holder (0020). Needs that history: in a shallow clone it says so and ends with 2.
"""

import signal
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from core.kit.chain import FIRST_FLOOR, newest
from scripts.visitor import free_port
from tests.cli.processes import ROOT, until
from tests.rolling.house import House, Place, answered, judged, speaking
from tests.rolling.visitors import Client
from tests.services import postgres, redis_server

OLD = "1d168f4"
CLIENTS = 4
PATIENCE = 20.0  # seconds for an old process to end


def old_sources(folder: Path) -> Path | None:
    """The old code in a folder of its own; None where the history does not reach back to it."""
    packed = folder / "old.tar"
    parts = ("core", "bot", "adapters", "admin_api", "flows")
    asked = ["git", "-C", str(ROOT), "archive", "--output", str(packed), OLD, *parts]
    if subprocess.run(asked, capture_output=True, check=False).returncode:
        return None
    with tarfile.open(packed) as archive:
        archive.extractall(folder / "old", filter="data")
    return folder / "old"


def upgraded(house: House, old: Path) -> None:
    """1. old alone; 2. tables brought up under it; 3. beside new; 4. a new worker behind both doors; 5. new alone."""
    house.banli("migrate", "--to", FIRST_FLOOR)
    old_web, old_worker = house.opens("web", old), house.opens("worker", old)
    later = free_port()
    with speaking([*house.ports, later], CLIENTS) as guests:
        _goes_on("old alone", house, guests)
        print(house.banli("migrate"), flush=True)
        _goes_on(f"old alone, tables at {newest()}", house, guests)
        new_web, new_worker = house.opens("web", port=later), house.opens("worker")
        _goes_on("old and new", house, guests)
        _ends(old_worker)
        _goes_on("both doors, new worker", house, guests)
        _ends(old_web)
        _goes_on("new alone", house, guests)
    found = judged(house.database, guests, new_web.process, new_worker.process)
    print(found, flush=True)
    assert found.well, found
    assert not [guest.wrong for guest in guests if guest.wrong]
    assert not house.faults, house.faults[0]


def _ends(place: Place) -> None:
    """The old code could miss its SIGTERM when a ring came with it (Python 3.11's wait_for); then it is killed."""
    place.process.running.terminate()
    try:
        place.process.running.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        print(f"the old {place.kind} missed its SIGTERM and is killed", flush=True)
        place.process.stop(signal.SIGKILL)


def _goes_on(stage: str, house: House, guests: list[Client]) -> None:
    """Every client says ten messages more, and whoever works now has answered as many as were said till then."""
    wanted = {guest: len(guest.taken) + 10 for guest in guests}
    until(lambda: all(len(guest.taken) >= number for guest, number in wanted.items()))
    said = sum(len(guest.taken) for guest in guests)
    until(lambda: answered(house.database) >= said)
    print(f"{stage}: {said} messages answered", flush=True)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="banli-upgrade-") as name:
        folder = Path(name)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
        folder.chmod(0o755)  # PostgreSQL runs as somebody else where this is run as root
        old = old_sources(folder)
        if old is None:
            print(f"The history does not reach back to {OLD}: fetch it (git fetch --unshallow).", file=sys.stderr)
            return 2
        database, redis = postgres.start(folder / "postgres", durable=True), redis_server.start(folder / "redis")
        house = House(database.url(), redis.url(), folder)
        try:
            upgraded(house, old)
        finally:
            house.ends()
            redis.stop()
            database.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
