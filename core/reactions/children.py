"""What passes between a case and its children: the parent hears of each step, and people of what needs a decision."""

from collections.abc import Iterator

from core.bus.deed import Deed
from core.cases.children import value_name
from core.cases.family import children_of, link_of
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.cases.team import who
from core.commands.children import HearOfChild
from core.commands.command import Command
from core.commands.desk import ShowCase
from core.commands.work import Notify, RedrawCard
from core.engine.text import LANGUAGES
from core.events.children import ChildClosed, ChildMoved, ChildOpened
from core.events.happened import CaseClosed, FieldSet, StageEntered, SubstateSet
from core.kit.words import said
from core.ledger.buttons import offer
from core.reactions.stages import stage_card
from core.store.sealing import Row

_CASE = said("button.look_at_case")


def tell_parent(event: StageEntered | SubstateSet | CaseClosed, deed: Deed) -> Iterator[Command]:
    """Of its first stage the parent knows by ChildOpened."""
    case_id = event.case_id or 0
    link = link_of(deed.uow, case_id)
    if link is None or (isinstance(event, StageEntered) and not event.trigger):
        return
    parent = link["parent_id"]
    if isinstance(event, CaseClosed):
        yield HearOfChild(case_id=parent, child_id=case_id, what="closed")
    else:
        trigger = event.trigger if isinstance(event, StageEntered) else ""
        stage, substate = event.stage, event.substate
        yield HearOfChild(
            case_id=parent, child_id=case_id, what="moved", stage=stage, substate=substate, trigger=trigger
        )


def redraw_parent(event: ChildOpened | ChildMoved | ChildClosed, deed: Deed) -> Iterator[Command]:
    card = stage_card(deed.uow, event.case_id or 0)
    if card is not None:
        yield RedrawCard(card=card)


def left_open(event: CaseClosed, deed: Deed) -> Iterator[Command]:
    """A child goes its own way to its own end: whoever is in charge of it is told that its parent is closed."""
    row = deed.uow.get(case, event.case_id or 0)
    for link, child in children_of(deed.uow, row["id"]):
        if child["state"] == "open":
            yield from _tell(child, "children.parent_closed", f"parent_closed:{link['id']}", deed, parent=row["number"])


def left_out(event: FieldSet, deed: Deed) -> Iterator[Command]:
    """A value was taken out of the field of which each has a child: the child stays, and whoever is in charge of it
    decides what becomes of it."""
    if event.case_id is None:
        return
    row = deed.uow.get(case, event.case_id)
    flow = compiled_of(deed, row).flow
    specs = {each.key: each for each in flow.children if each.list_field in event.fields}
    if not specs:
        return
    for link, child in children_of(deed.uow, row["id"]):
        spec = specs.get(link["key"])
        if spec is None or child["state"] != "open" or link["value"] in (row["fields"].get(spec.list_field) or ()):
            continue
        known = deed.tool("tables").filled(deed.uow, flow)
        name = value_name(known, spec, link["value"]) or dict.fromkeys(LANGUAGES, link["value"])
        once = f"child_left_out:{link['id']}"
        yield from _tell(child, "children.left_out", once, deed, parent=row["number"], value=name)


def _tell(child: Row, key: str, once: str, deed: Deed, **params: object) -> Iterator[Command]:
    """Whoever is in charge of the child's present stage."""
    role = compiled_of(deed, child).flow.stage(child["stage"]).owner
    person = who(deed.uow, child["id"], role)
    if person is not None:
        yield Notify(
            to="staff",
            person_id=person,
            notice="say",
            subject={"case": child["id"]},
            params={"key": key, "params": {"number": child["number"], **params}},
            as_=(role,),
            buttons=(offer(ShowCase(case_id=child["id"]), _CASE, keeps=True),),
            once=once,
        )
