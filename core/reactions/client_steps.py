"""The buttons of a client's own steps: on the notice of his stage or sub-status, as long as the steps are open."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.cases.client_steps import asks_why, steps_of_client
from core.cases.stages import compiled_of
from core.cases.tables import case, stage_span
from core.commands.client_steps import AskWhy, TakeStep
from core.commands.command import Command
from core.commands.work import Notify, RedrawCard, RenewCard
from core.engine.flow import Transition
from core.engine.machine import CompiledFlow
from core.events.happened import StageLeft
from core.events.migrating import CaseMigrated
from core.ledger import outbox
from core.ledger.buttons import close_card, offer
from core.store.sealing import Row
from core.store.unit import UnitOfWork


def with_steps(told: Notify, row: Row, deed: Deed) -> Notify:
    """The notice with the steps that the client can take now; copies with earlier ones lose theirs."""
    buttons, card = _buttons(row, deed), _card(deed.uow, row["id"])
    if not buttons or card is None:
        return told
    close_card(deed.uow, card)
    return told.model_copy(update={"card": card, "buttons": buttons})


def ask_client(row: Row, deed: Deed) -> Iterator[Command]:
    """Where nothing is told of the stage itself but the client is to act: his steps alone."""
    asked = with_steps(
        Notify(
            to="client",
            person_id=row["client_id"],
            notice="your_turn",
            subject={"case": row["id"]},
            params={"stage": row["stage"]},
        ),
        row,
        deed,
    )
    if asked.buttons:
        yield asked


def close_steps(event: StageLeft, deed: Deed) -> Iterator[Command]:
    """The steps of a stage that was left can be pressed no more."""
    for card in [f"steps:{span['id']}" for span in spans_left(event, deed)[-1:]]:
        if outbox.copies(deed.uow, card):
            close_card(deed.uow, card)
            yield RedrawCard(card=card)


def renew_steps(event: CaseMigrated, deed: Deed) -> Iterator[Command]:
    """The case is on another version of its flow: what was sent carries the steps of that one, without a message. Not
    where nobody may turn to the client: his card stays as it is, and a step that is no more is refused."""
    row = deed.uow.get(case, event.case_id or 0)
    if compiled_of(deed, row).flow.stage(row["stage"]).gag:
        return
    card = _card(deed.uow, row["id"])
    copies = [] if card is None else outbox.copies(deed.uow, card)
    if card is not None and copies:
        kind = max(copies, key=lambda each: int(each["id"]))["notice"]["kind"]
        yield RenewCard(card=card, notice=kind, buttons=_buttons(row, deed))


def spans_left(event: StageLeft, deed: Deed) -> list[Row]:
    """The times that the case was in this stage and went: a step may lead to the stage where the case is."""
    here = (stage_span.c.case_id == (event.case_id or 0), stage_span.c.stage == event.stage)
    return deed.uow.find(stage_span, *here, stage_span.c.left.is_not(None))


def _card(uow: UnitOfWork, case_id: int) -> str | None:
    span = uow.first(stage_span, case_id=case_id, left=None)
    return None if span is None else f"steps:{span['id']}"


def _buttons(row: Row, deed: Deed) -> tuple[dict[str, object], ...]:
    compiled = compiled_of(deed, row)
    return tuple(_button(compiled, row, step) for step in steps_of_client(compiled, row))


def _button(compiled: CompiledFlow, row: Row, step: Transition) -> dict[str, object]:
    named = {"case_id": row["id"], "trigger": step.key, "stage": row["stage"]}
    if asks_why(compiled, row["stage"], step):
        return offer(AskWhy.model_validate(named), dict(step.label), keeps=True)
    return offer(TakeStep.model_validate(named), dict(step.label), "primary")
