"""Child cases: opened by a rule or by hand beside their parent, which hears of what becomes of them.

A child is a case like any other, with a flow, a lock and a log of its own; a row of `case_link` says whose it is. It
takes from its parent the client, the travellers, the contract, those of the team whose roles its flow has, and the
fields that the flow names. Nothing else passes between the two but events: each is moved by its own flow alone.
"""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.cases.checklist import sync_checklist
from core.cases.family import link_of, links_of
from core.cases.opening import begin, new_case
from core.cases.stages import compiled_of
from core.cases.tables import applicant, case, case_link
from core.commands.cases import OpenCase
from core.commands.children import HearOfChild, OfferChild, StartChild
from core.commands.contracts import Traveller
from core.engine.checklist import required_names
from core.engine.facts import CHILD_PREFIX
from core.engine.flow import Child, Flow
from core.engine.forms import Value
from core.engine.text import Words
from core.events.children import ChildClosed, ChildMoved, ChildOpened
from core.events.happened import ContractActivated
from core.kit.errors import Invalid, NotFound, NotPossibleNow, Problem
from core.ledger import timers
from core.store.reading import Lookup
from core.store.sealing import Row

DEEPEST = 4  # generations below the case in which a family began
AT_ONCE = 5  # children that are opened in one unit; the others follow in units of their own, within moments
MOST_OF_FAMILY = 100  # cases below it, all generations together: a circle of flows ends here


def start_child(command: StartChild, deed: Deed) -> list[int]:
    """Returns the ids of the children that were asked for, also of one that was there already; those of a long list are
    opened some at a time, and the ids of the first are returned.

    Raises NotPossibleNow with the reason in words for a closed case, a flow that is not published, too many or too deep
    a family; Invalid for a child or a value that the case does not have, or for what the other flow does not take.
    """
    row = deed.uow.get(case, command.case_id)
    spec = _spec(row, command.child, deed)
    wanted = values_of(row, spec)
    if command.value:
        _check_value(command.value, spec, wanted)
        wanted = [command.value]
    there: dict[str, list[Row]] = {}
    for link in links_of(deed.uow, row["id"]):
        if link["key"] == spec.key:
            there.setdefault(link["value"], []).append(link)
    missing = [value for value in wanted if value not in there]
    if command.again and not missing:
        missing = [value for value in wanted if not _is_open(there[value], deed)]
        if not missing:
            raise _no("已有未办结的子案件", "there is one that is still open")
    known = sum(map(len, there.values()))
    _check_room(row, spec, known + len(missing), deed)
    made = {value: _open(row, spec, value, len(there.get(value, ())) + 1, deed) for value in missing[:AT_ONCE]}
    if len(missing) > AT_ONCE:
        rest = StartChild(case_id=row["id"], child=spec.key, again=command.again)
        key = f"children:{row['id']}:{spec.key}:{known}"
        timers.plan(deed.uow, key, deed.now, rest, case_id=row["id"], scope=f"children:{spec.key}")
    _look_again(row, deed)
    ids = [made.get(value) or (int(there[value][-1]["case_id"]) if value in there else None) for value in wanted]
    return [each for each in ids if each is not None]


def offer_child(command: OfferChild, deed: Deed) -> list[tuple[str, bool]]:
    """Returns the values that have no open child, and whether there was one before; the chat in which it was tapped
    shows them. Raises as start_child, and NotPossibleNow when each has one."""
    row = deed.uow.get(case, command.case_id)
    free = free_values(deed.uow, row, _spec(row, command.child, deed))
    if not free:
        raise _no("每一个都已有子案件，或尚未填写该字段", "each of them has a child case, or the field is empty")
    return free


def free_values(lookup: Lookup, row: Row, spec: Child) -> list[tuple[str, bool]]:
    """As offer_child."""
    states: dict[str, set[str]] = {}
    for link in links_of(lookup, row["id"]):
        child = lookup.peek(case, link["case_id"])
        if link["key"] == spec.key and child is not None:
            states.setdefault(link["value"], set()).add(child["state"])
    return [(value, value in states) for value in values_of(row, spec) if "open" not in states.get(value, ())]


def values_of(row: Row, spec: Child) -> list[str]:
    """What there should be children for; a single empty one where the flow has one child of this kind."""
    return [""] if spec.list_field is None else list(dict.fromkeys(row["fields"].get(spec.list_field) or ()))


def hear_of_child(command: HearOfChild, deed: Deed) -> None:
    """Raises NotFound for a case that is no child of this one."""
    row, link = deed.uow.get(case, command.case_id), link_of(deed.uow, command.child_id)
    if link is None or link["parent_id"] != row["id"]:
        raise NotFound(thing="case", id=command.child_id)
    child = deed.uow.get(case, command.child_id)
    told = {
        "case_id": row["id"],
        "child": link["key"],
        "child_id": child["id"],
        "number": child["number"],
        "value": link["value"],
    }
    _look_again(row, deed)
    if command.what == "closed":
        deed.emit(ChildClosed(**told, outcome=child["outcome"]))
    else:
        deed.emit(ChildMoved(**told, stage=command.stage, substate=command.substate, trigger=command.trigger))


def _spec(row: Row, key: str, deed: Deed) -> Child:
    flow = compiled_of(deed, row).flow
    found = flow.child(key)
    if found is None:
        known = ", ".join(each.key for each in flow.children)
        words = {
            "zh-CN": f"流程没有子案件 {key}，可选：{known or '无'}",
            "en": f"the flow has no child {key}; known: {known or 'none'}",
        }
        raise Invalid(problems=[Problem("/child", "case.child", words)])
    if row["state"] != "open":
        raise NotPossibleNow(reason="closed")
    return found


def _check_value(value: str, spec: Child, known: list[str]) -> None:
    if value in known:
        return
    at = spec.list_field
    words = {
        "zh-CN": f"案件的字段 {at} 中没有 {value}，可选：{'、'.join(known) or '无'}；请先填写该字段",
        "en": f"field {at} of the case does not hold {value}; it holds: {', '.join(known) or 'nothing'}. Set it first",
    }
    if at is None:
        words = {"zh-CN": "这种子案件只有一个，不分取值", "en": "there is one such child: it is not for a value"}
    raise Invalid(problems=[Problem("/value", "case.child_value", words)])


def _check_room(row: Row, spec: Child, many: int, deed: Deed) -> None:
    """`many`: children of this kind that there would be."""
    link = link_of(deed.uow, row["id"])
    root, depth = (row["id"], 0) if link is None else (link["root_id"], link["depth"])
    if many > spec.most:
        raise _no(f"这种子案件最多 {spec.most} 个", f"there may be at most {spec.most} of these child cases")
    if depth >= DEEPEST:
        raise _no(
            f"子案件已到第 {DEEPEST} 层，不能再开；请检查流程是否互相循环开案",
            f"child cases go {DEEPEST} deep and no deeper: do the flows start each other in a circle?",
        )
    if len(deed.uow.find(case_link, root_id=root)) >= MOST_OF_FAMILY:
        raise _no(
            f"同一主案件下已有 {MOST_OF_FAMILY} 个子案件；请检查流程是否互相循环开案",
            f"there are {MOST_OF_FAMILY} cases below the first one: do the flows start each other in a circle?",
        )


def _open(row: Row, spec: Child, value: str, n: int, deed: Deed) -> int:
    """1. The case as its own flow opens it. 2. Whose child it is, before anything asks. 3. A contract that is in effect
    is in effect for it too. 4. The parent hears of it."""
    try:
        version_id, compiled = deed.tool("catalogue").latest(deed.uow, spec.flow)
    except NotFound:
        raise _no(f"流程 {spec.flow} 尚未发布", f"flow {spec.flow} is not published") from None
    wanted = OpenCase(
        client_id=row["client_id"],
        flow=spec.flow,
        contract_id=row["contract_id"],
        travellers=tuple(_travellers(row, spec, deed)),
        team={role: each for role, each in row["team"].items() if role in (compiled.flow.roles or row["team"])},
        fields=_fields(row, spec, value, compiled.flow, deed),
    )
    child = new_case(wanted, version_id, compiled, deed)
    parent = link_of(deed.uow, row["id"])
    deed.uow.add(
        case_link,
        parent_id=row["id"],
        case_id=child["id"],
        root_id=row["id"] if parent is None else parent["root_id"],
        depth=1 if parent is None else parent["depth"] + 1,
        key=spec.key,
        value=value,
        n=n,
        at=deed.now,
    )
    begin(child, wanted.travellers, None, deed)
    if child["contract_id"] is not None and deed.facts(child, {"contract.effective"}).get("contract.effective"):
        deed.emit(
            ContractActivated(case_id=child["id"], contract_id=child["contract_id"], client_id=child["client_id"])
        )
    deed.emit(ChildOpened(case_id=row["id"], child=spec.key, child_id=child["id"], number=child["number"], value=value))
    return int(child["id"])


def _travellers(row: Row, spec: Child, deed: Deed) -> Iterator[Traveller]:
    for each in deed.uow.find(applicant, case_id=row["id"], order=applicant.c.position):
        kind: str = each["kind"]
        yield Traveller(name=each["name"], kind=spec.kinds.get(kind, kind))


def _fields(row: Row, spec: Child, value: str, other: Flow, deed: Deed) -> dict[str, Value]:
    """What is known of it here and now; what is empty stays empty there."""
    facts = deed.facts(row, set(spec.gives.values()))
    given: dict[str, Value] = {name: facts[fact] for name, fact in spec.gives.items() if fact in facts}  # type: ignore[misc]  # values of fields
    if spec.value_field is not None:
        given[spec.value_field] = _said_there(row, spec, value, other, deed)
    return given


def _said_there(row: Row, spec: Child, value: str, other: Flow, deed: Deed) -> str:
    """The key where the other flow has choices; else a text for people: the name, in this flow's first language."""
    field = next((each for each in other.fields if each.key == spec.value_field), None)
    flow = deed.tool("tables").filled(deed.uow, compiled_of(deed, row).flow)
    name = value_name(flow, spec, value)
    keyed = field is None or field.choices or field.choices_from
    return value if keyed or name is None else name[flow.languages[0]]


def value_name(flow: Flow, spec: Child, value: str) -> Words | None:
    """What people call a value; None for one that the field does not know. ``flow``: with the tables' rows."""
    field = next((each for each in flow.fields if each.key == spec.list_field), None)
    choices = () if field is None else field.choices
    return next((each.name for each in choices if each.key == value), None)


def _is_open(links: list[Row], deed: Deed) -> bool:
    return any(deed.uow.get(case, each["case_id"])["state"] == "open" for each in links)


def _look_again(row: Row, deed: Deed) -> None:
    """The checklist follows its children, where its conditions ask about them."""
    names = required_names(compiled_of(deed, row))
    if row["state"] == "open" and any(name.startswith(CHILD_PREFIX) for name in names):
        sync_checklist(row, deed)


def _no(zh: str, en: str) -> NotPossibleNow:
    return NotPossibleNow(en, reasons=[{"zh-CN": zh, "en": en}])
