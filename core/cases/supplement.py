"""Asking again: the authority wants more (补料), or items are opened anew, of every traveller or of one."""

from core.bus.deed import Deed
from core.cases.checklist import items_of, open_again
from core.cases.stages import SUPPLEMENT, compiled_of, move_case
from core.cases.tables import case
from core.commands.cases import AskSupplement, OpenItems
from core.events.happened import ItemsReopened
from core.kit.errors import Invalid, NotPossibleNow, Problem
from core.store.sealing import Row


def ask_supplement(command: AskSupplement, deed: Deed) -> None:
    """The case goes into its supplement stage, whose limit starts, and the items are open. Raises as AdvanceCase."""
    row = deed.uow.get(case, command.case_id)
    wanted = _wanted(row, command, deed)
    move_case(row, SUPPLEMENT, deed, command.reason)
    _reopen(row, wanted, command.reason, deed)


def open_items(command: OpenItems, deed: Deed) -> None:
    """Items are asked for again, with a reason that the client reads."""
    row = deed.uow.get(case, command.case_id)
    if row["state"] != "open":
        raise NotPossibleNow(reason="closed")
    _reopen(row, _wanted(row, command, deed), command.reason, deed)


def _reopen(row: Row, wanted: list[Row], reason: str, deed: Deed) -> None:
    opened = tuple(open_again(wanted, reason, deed))
    keys = tuple(dict.fromkeys(each["key"] for each in wanted))
    deed.emit(ItemsReopened(case_id=row["id"], items=keys, item_ids=opened, reason=reason))


def _wanted(row: Row, command: AskSupplement | OpenItems, deed: Deed) -> list[Row]:
    """Rows of the checklist, in the order in which they were named. Raises Invalid for what the flow or this case does
    not have, and when nothing is named."""
    known = {each.key for each in compiled_of(deed, row).flow.items}
    rows = items_of(deed.uow, row["id"])
    problems = [
        Problem(f"/items/{position}", "case.item", {"zh-CN": f"没有材料项 {key}", "en": f"there is no item {key}"})
        for position, key in enumerate(command.items)
        if key not in known
    ]
    there = {each["id"]: each for each in rows}
    words = {"zh-CN": "这个案件没有这一项", "en": "this case has no such item"}
    problems += [
        Problem(f"/item_ids/{position}", "case.item", words)
        for position, item_id in enumerate(command.item_ids)
        if item_id not in there
    ]
    if not command.items and not command.item_ids:
        nothing = {"zh-CN": "请至少指定一项材料", "en": "please name at least one item"}
        problems.append(Problem("/items", "case.items", nothing))
    if problems:
        raise Invalid(problems=problems)
    named = [each for key in command.items for each in rows if each["key"] == key]
    return list({each["id"]: each for each in (*named, *(there[item_id] for item_id in command.item_ids))}.values())
