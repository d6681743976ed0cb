"""Asking again: the authority wants more (补料), or items are opened anew."""

from core.bus.deed import Deed
from core.cases.checklist import open_again
from core.cases.stages import SUPPLEMENT, compiled_of, move_case
from core.cases.tables import case
from core.commands.cases import AskSupplement, OpenItems
from core.engine.flow import Flow
from core.events.happened import ItemsReopened
from core.kit.errors import Invalid, NotPossibleNow, Problem
from core.store.sealing import Row


def ask_supplement(command: AskSupplement, deed: Deed) -> None:
    """The case goes into its supplement stage, whose limit starts, and the items are open. Raises as AdvanceCase."""
    row = deed.uow.get(case, command.case_id)
    _check_items(compiled_of(deed, row).flow, command.items)
    move_case(row, SUPPLEMENT, deed, command.reason)
    _reopen(row, command.items, command.reason, deed)


def open_items(command: OpenItems, deed: Deed) -> None:
    """Items are asked for again, with a reason that the client reads."""
    row = deed.uow.get(case, command.case_id)
    if row["state"] != "open":
        raise NotPossibleNow(reason="closed")
    _check_items(compiled_of(deed, row).flow, command.items)
    _reopen(row, command.items, command.reason, deed)


def _reopen(row: Row, keys: tuple[str, ...], reason: str, deed: Deed) -> None:
    opened = open_again(row, keys, reason, deed)
    deed.emit(ItemsReopened(case_id=row["id"], items=keys, item_ids=tuple(opened), reason=reason))


def _check_items(flow: Flow, keys: tuple[str, ...]) -> None:
    known = {each.key for each in flow.items}
    problems = [
        Problem(f"/items/{position}", "case.item", {"zh-CN": f"没有材料项 {key}", "en": f"there is no item {key}"})
        for position, key in enumerate(keys)
        if key not in known
    ]
    if problems:
        raise Invalid(problems=problems)
