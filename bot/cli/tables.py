"""Bringing the tables up: what would be done, of what kind it is, and which running process could not go on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.cli.problems import CannotServe
from bot.watch.beats import BEAT_LIMIT
from core.kit import migrate
from core.kit.chain import Step, ahead, floor_of, is_known, is_older, newest
from core.kit.clock import Clock, SystemClock
from core.kit.db import is_sqlite, reader_engine
from core.kit.floor import Standing, standing
from core.kit.settings import Settings
from core.ledger.processes import Beating, beating

LATELY: Final = timedelta(seconds=BEAT_LIMIT)


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps up that are needed, and the live processes whose code is too old for the tables after them."""

    steps: tuple[Step, ...]
    too_old: tuple[Beating, ...] = ()

    def check(self) -> None:
        """Raises CannotServe while somebody runs who could not go on."""
        if not self.too_old:
            return
        contracts = ", ".join(step.revision for step in self.steps if step.kind == "contract")
        named = "; ".join(f"{each.kind} {each.version} on {each.host} (pid {each.pid})" for each in self.too_old)
        raise CannotServe(
            f"Migration {contracts} takes away what these processes still use: {named}. Stop them, or bring them to "
            "this version first; then run `banli migrate` again. `banli migrate --yes` does not wait for them."
        )


def plan(settings: Settings, to: str, clock: Clock | None = None) -> Plan:
    """What leads up to a revision that this version knows. Raises CannotServe where nothing does, DBAPIError."""
    url = settings.database_url.get_secret_value()
    if is_sqlite(url):
        migrate.make_folder(url)
    engine = reader_engine(url)
    try:
        with engine.connect() as connection:
            stands = standing(connection)
            steps = _steps(stands, to)
            floor = floor_of(steps)
            # Whoever has got hold of a SQLite file is the only one there.
            if floor is None or is_sqlite(url):
                return Plan(steps)
            found = beating(connection, (clock or SystemClock()).now(), LATELY)
            return Plan(steps, tuple(each for each in found if is_older(each.migration, floor)))
    finally:
        engine.dispose()


def bring_up(settings: Settings, planned: Plan) -> None:
    """Carry out what was planned."""
    if planned.steps:
        migrate.upgrade(settings.database_url.get_secret_value(), planned.steps[-1].revision)


def brought_up(settings: Settings) -> None:
    """Up to this version, if nobody is in the way. Raises CannotServe, DBAPIError."""
    planned = plan(settings, "head")
    planned.check()
    bring_up(settings, planned)


def _steps(stands: Standing, to: str) -> tuple[Step, ...]:
    """None where the tables are there already, or newer and we may run on them."""
    if not stands.well and not stands.older:
        raise CannotServe(f"{stands.said} Remedy: {stands.remedy}.")
    if stands.newer:
        return ()
    wanted = newest() if to == "head" else to
    if not is_known(wanted):
        raise CannotServe(f"This version has no migration {wanted}: `head` is the newest, {newest()}.")
    return tuple(ahead(stands.found, wanted))
