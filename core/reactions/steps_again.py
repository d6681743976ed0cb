"""The steps out of a stage once more, for whoever asks: his card came before he had a chat, or lies far above."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.commands.command import Command
from core.commands.work import Notify, RedrawCard
from core.events.desk import StepsWanted
from core.ledger.tables import button
from core.reactions.stages import stage_card, stage_notice, work_of


def give_again(event: StepsWanted, deed: Deed) -> Iterator[Command]:
    """A new copy of the stage's card with his own buttons; an older one of his keeps none. Who has no step is told."""
    row = deed.uow.get(case, event.case_id or 0)
    card, flow = stage_card(deed.uow, row["id"]), compiled_of(deed, row).flow
    stage = flow.stage(row["stage"])
    work = [] if row["state"] != "open" else work_of(flow, stage, row, deed).get(event.staff_id, [])
    if card is None or not work:
        params = {"key": "desk.no_steps", "params": {"number": row["number"], "stage": dict(stage.name)}}
        yield Notify(to="staff", person_id=event.staff_id, notice="say", subject={"case": row["id"]}, params=params)
        return
    deed.uow.update_where(
        button, button.c.card == card, button.c.state == "open", button.c.for_id == event.staff_id, state="closed"
    )
    yield RedrawCard(card=card)
    yield stage_notice(row, stage, card, event.staff_id, work)
