"""Fields and travellers of a running case: what they say decides what is on the checklist."""

from collections.abc import Mapping

from core.bus.deed import Deed
from core.cases.checklist import sync_checklist
from core.cases.computed import compute_again, fill_fields
from core.cases.stages import compiled_of
from core.cases.tables import applicant, case
from core.commands.cases import AddTraveller, SetFields
from core.commands.client_steps import AskFacts, GiveFacts
from core.commands.contracts import Traveller
from core.engine.access import Mask, Pii
from core.engine.asking import is_asked, is_empty
from core.engine.forms import check_fields, check_kinds
from core.events.happened import TravellerAdded
from core.kit.errors import Invalid, NotAllowed, NotPossibleNow, Problem, Stale
from core.store.sealing import Row


def set_fields(command: SetFields, deed: Deed) -> None:
    """Raises Invalid with every wrong field at once, NotAllowed naming those that are not the actor's to write; nothing
    is kept then."""
    row = _open_case(command.case_id, deed)
    flow = compiled_of(deed, row).flow
    check_fields(deed.tool("tables").filled(deed.uow, flow), command.fields)
    _refuse_hidden({field.key: field.pii for field in flow.fields if field.key in command.fields}, "/fields/", deed)
    fill_fields(row, command.fields, deed)
    sync_checklist(row, deed)


def ask_facts(command: AskFacts, deed: Deed) -> None:
    """The chat in which it was tapped asks him, as the case stands then. Raises NotAllowed, NotPossibleNow."""
    _case_of_client(command, deed)


def give_facts(command: GiveFacts, deed: Deed) -> None:
    """Raises Invalid with every wrong field at once, NotAllowed naming those that are not asked of clients, Stale for
    one that is filled: an answer that somebody has relied on is not changed behind his back."""
    row = _case_of_client(command, deed)
    flow = compiled_of(deed, row).flow
    check_fields(deed.tool("tables").filled(deed.uow, flow), command.fields)
    words = {"zh-CN": "这一项不由客户填写", "en": "this is not filled in by clients"}
    problems = [
        Problem(f"/fields/{field.key}", "field.not_asked", words)
        for field in flow.fields
        if field.key in command.fields and not is_asked(field)
    ]
    if problems:
        raise NotAllowed(reason="hidden_field", problems=problems)
    empty = [key for key, value in command.fields.items() if is_empty(value)]
    if empty:
        words = {"zh-CN": "请填写内容", "en": "give a value"}
        raise Invalid(problems=[Problem(f"/fields/{key}", "field.value", words) for key in empty])
    if not all(is_empty(row["fields"].get(key)) for key in command.fields):
        raise Stale(reason="replaced")
    fill_fields(row, command.fields, deed)
    sync_checklist(row, deed)


def _case_of_client(command: AskFacts | GiveFacts, deed: Deed) -> Row:
    if deed.actor.kind != "client":
        raise NotAllowed(permission=command.permission)
    return _open_case(command.case_id, deed)


def add_traveller(command: AddTraveller, deed: Deed) -> int:
    """Returns the applicant's id; his own items join the checklist, shared ones stay single. Raises NotAllowed for
    whoever may not write names."""
    row = _open_case(command.case_id, deed)
    _refuse_hidden({"name": "identity"}, "/traveller/", deed)
    check_kinds(compiled_of(deed, row).flow, [command.traveller.kind])
    position = len(deed.uow.find(applicant, case_id=row["id"]))
    added = keep_traveller(row, command.traveller, position, deed)
    deed.emit(TravellerAdded(case_id=row["id"], applicant_id=added["id"]))
    compute_again(row, deed)
    sync_checklist(row, deed)
    return int(added["id"])


def keep_traveller(row: Row, traveller: Traveller, position: int, deed: Deed) -> Row:
    return deed.uow.add(applicant, case_id=row["id"], position=position, name=traveller.name, kind=traveller.kind)


def _refuse_hidden(declared: Mapping[str, Pii], at: str, deed: Deed) -> None:
    """Whoever does not see a value in full, or sees it only, would write over what he does not know or may not change.

    Raises NotAllowed with every such field.
    """
    masks = deed.wiring.policy.fields(deed.actor, "case", declared)
    words = {"zh-CN": "您的角色不能填写这一项", "en": "your role may not write this"}
    problems = [Problem(at + name, "field.hidden", words) for name, mask in masks.items() if mask < Mask.WRITE]
    if problems:
        raise NotAllowed(reason="hidden_field", problems=problems)


def _open_case(case_id: int, deed: Deed) -> Row:
    row = deed.uow.get(case, case_id)
    if row["state"] != "open":
        raise NotPossibleNow(reason="closed")
    return row
