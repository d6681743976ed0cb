"""Faults of the product, planted from outside in every process that is opened: the machine must find each of them."""

from typing import Any, Final

from sqlalchemy import text

from bot.app import Banli
from core.catalog.tables import flow_version
from core.commands.command import from_json
from core.ledger import buttons
from core.store.unit import UnitOfWork
from tests.model.runs import Spoil


def timer_fires_again_after_a_death(banli: Banli) -> None:
    """Who is born takes the timer that fired last for one that was cut short."""
    with banli.store.engine.begin() as db:
        newest = "SELECT max(id) FROM timer WHERE state = 'fired' AND scope = 'stage'"
        db.execute(text(f"UPDATE timer SET state = 'waiting' WHERE id = ({newest})"))


def notice_lost_in_a_death(banli: Banli) -> None:
    """What a dead process was about to send counts as sent."""
    with banli.store.engine.begin() as db:
        db.execute(text("UPDATE outbox SET state = 'sent', external_id = 'm' || id WHERE state = 'sending'"))


def update_lost_in_a_death(banli: Banli) -> None:
    """What was acknowledged and not worked off is forgotten."""
    with banli.store.engine.begin() as db:
        db.execute(text("UPDATE inbox SET state = 'done' WHERE state = 'waiting' AND channel = 'loopback'"))


def cases_follow_the_newest_version(banli: Banli) -> None:
    compiled = banli.catalogue.compiled

    def newest(lookup: Any, version_id: int) -> Any:
        flow = compiled(lookup, version_id).flow.key
        return compiled(lookup, max(row["id"] for row in lookup.find(flow_version, flow=flow)))

    banli.catalogue.compiled = newest  # type: ignore[method-assign]  # that is the fault


def presses_are_not_spent(banli: Banli) -> None:
    """A button works as often as it is pressed."""

    def again(uow: Any, row: Any, actor: Any) -> Any:
        return from_json(row["command"])

    buttons.spend = again


def anybody_may_press(banli: Banli) -> None:
    """Whose button it is, is not looked at."""
    buttons.check_presser = lambda row, actor: None


def refusals_leave_something(banli: Banli) -> None:
    """What a refused deed has done already stays."""
    UnitOfWork._rewind = lambda self, step: None  # type: ignore[method-assign]  # that is the fault


FAULTS: Final[tuple[Spoil, ...]] = (
    timer_fires_again_after_a_death,
    notice_lost_in_a_death,
    update_lost_in_a_death,
    cases_follow_the_newest_version,
    presses_are_not_spent,
    anybody_may_press,
    refusals_leave_something,
)
