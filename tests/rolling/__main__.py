"""A rolling restart under load: `python -m tests.rolling --rounds 50` tells every round, and the figures at the end."""

import argparse
import json
import signal
import sys
import tempfile
from pathlib import Path

from tests.rolling.house import House, judged, speaking
from tests.services import postgres, redis_server, schema

MOST_SECONDS = 20.0  # from SIGTERM to the end of a process


def roll(house: House, rounds: int, clients: int) -> dict[str, float]:
    """Two doors and two workers, each restarted in turn, `rounds` times over. Returns the figures.

    Raises AssertionError for a lost or doubled effect, a slow drain, or a process that ended with a fault.
    """
    for kind in ("web", "web", "worker", "worker"):
        house.opens(kind)
    with speaking(house.ports, clients) as guests:
        for number in range(1, rounds + 1):
            for place in house.places:
                house.rolls(place)
            print(f"round {number}: {sum(len(each.taken) for each in guests)} messages taken", flush=True)
    found = judged(house.database, guests, *(place.process for place in house.places))
    wrong = [each for guest in guests for each in guest.wrong]
    figures = {
        "restarts": len(house.drains),
        "messages": found.taken,
        "said_again": found.again,
        "lost": found.lost,
        "double": found.double,
        "other_answers": len(wrong),
        "longest_drain": round(max(house.drains), 2),
        "longest_wait_of_a_client": round(max(each.longest for each in guests), 2),
    }
    assert found.well, figures
    assert not wrong, wrong[:3]
    assert not house.faults, house.faults[0]
    assert max(house.drains) <= MOST_SECONDS, figures
    return figures


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.rolling", description=__doc__)
    asked.add_argument("--rounds", type=int, default=50)
    asked.add_argument("--clients", type=int, default=6)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="banli-roll-") as name:
        folder = Path(name)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
        folder.chmod(0o755)  # PostgreSQL runs as somebody else where this is run as root
        database, redis = postgres.start(folder / "postgres", durable=True), redis_server.start(folder / "redis")
        house = House(database.url(), redis.url(), folder)
        try:
            schema.install(house.database)
            print(json.dumps(roll(house, given.rounds, given.clients)))
        except AssertionError as wrong:
            print(wrong, file=sys.stderr)
            return 1
        finally:
            house.ends()
            redis.stop()
            database.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
