"""Deciding an approval alone: only for roles that the flow lists, only with a reason, and all of it is on record."""

from core.bus.deed import Deed
from core.cases.approvals import settle
from core.cases.rounds import current
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.commands.approvals import OfferOverride, OverrideApproval
from core.engine.access import Actor
from core.kit.errors import Invalid, NotAllowed, Problem, Stale
from core.store.sealing import Row


def offer_override(command: OfferOverride, deed: Deed) -> Row:
    """Returns the round; the chat in which it was tapped asks for the outcome, then for the reason. Raises Stale, and
    as override_approval."""
    row = deed.uow.get(case, command.case_id)
    if command.stage is not None and command.stage != row["stage"]:
        raise Stale(reason="moved", stage=row["stage"])
    return _checked(row, None, deed)


def override_approval(command: OverrideApproval, deed: Deed) -> int:
    """Returns the round's id. One whose step could not be taken is decided again, so that nothing stays stuck.

    Raises Invalid for a reason of blanks, NotAllowed for a role that the flow does not list and for whoever prepared
    the work, Stale and NotPossibleNow as rounds.current.
    """
    reason = command.reason.strip()
    if not reason:
        words = {"zh-CN": "请写明直接决定的原因", "en": "please say why it is decided without the votes"}
        raise Invalid(problems=[Problem("/reason", "approval.reason", words)])
    row = deed.uow.get(case, command.case_id)
    round_ = _checked(row, command.approval_id, deed)
    settle(row, round_, command.outcome, deed, reason)
    return int(round_["id"])


def may_override(row: Row, roles: frozenset[str], deed: Deed) -> bool:
    """Whether the flow lets somebody with these roles decide alone in the stage where the case is."""
    spec = compiled_of(deed, row).flow.stage(row["stage"]).approval
    return spec is not None and bool(roles & set(spec.override))


def _checked(row: Row, approval_id: int | None, deed: Deed) -> Row:
    round_ = current(row, approval_id, deed)
    actor: Actor = deed.actor
    if not may_override(row, actor.roles, deed):
        raise NotAllowed(reason="no_override")
    if round_["prepared_by"] in actor.people - {None}:
        raise NotAllowed(reason="prepared_it")
    return round_
