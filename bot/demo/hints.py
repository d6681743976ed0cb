"""What to do next in the demo, and on which phone: for somebody who has read nothing."""

from bot.cards.context import CardContext, House
from core.cases.checklist import proofs_of
from core.contracts.tables import contract
from core.engine.flow import Item
from core.store.reading import Lookup
from core.surveys.tables import survey
from core.views.case_view import CaseView
from core.views.checklist_view import ItemView, waiting_for_client

SEATS = {
    "deposit": "consultant",
    "contract": "consultant",
    "begin": "consultant",
    "send": "client",
    "review": "reviewer",
    "prepare": "copywriter",
    "internal": "reviewer",
    "receipt": "consultant",
    "file": "consultant",
    "tracking": "consultant",
    "granted": "consultant",
    "refused": "consultant",
    "survey": "client",
    "finish": "consultant",
    "done": "",
}
"""What is to be done -> the phone on which it is done; the sentence is in the catalogues under demo."""

BUTTONS = {
    "begin": ("begin",),
    "prepare": ("hand_in",),
    "internal": ("confirm_review",),
    "file": ("file",),
    "tracking": ("grant",),
    "granted": ("start_after",),
    "refused": ("close_refused",),
    "finish": ("finish",),
}
"""What is to be done -> the transition whose button the sentence names."""


def contract_hint(house: House, lookup: Lookup, client_id: int, language: str) -> dict[str, str]:
    """Before there is a case: the deposit, then the contract. Empty when there is no contract either."""
    row = lookup.first(contract, client_id=client_id)
    if row is None:
        return {}
    return hint(house, "contract" if row["deposit_paid_at"] is not None else "deposit", language)


def case_hint(ctx: CardContext, view: CaseView, rows: list[ItemView]) -> dict[str, str]:
    """The next step of a case."""
    flow = view.compiled.flow
    what, params = _next(ctx, view, rows)
    labels = [ctx.word(flow.transition(key).label) for key in BUTTONS.get(what, ())]
    return hint(ctx.house, what, ctx.language, **params, **({"button": labels[0]} if labels else {}))


def hint(house: House, what: str, language: str, **params: str) -> dict[str, str]:
    """The sentence, and the seat of the phone; empty for nobody in particular."""
    return {"hint": house.texts.say(language, f"demo.{what}", params), "hint_seat": SEATS[what]}


def _next(ctx: CardContext, view: CaseView, rows: list[ItemView]) -> tuple[str, dict[str, str]]:
    stage, substate = view.row["stage"], view.row["substate"]
    if view.row["state"] == "closed":
        return "done", {}
    if stage == "collect" or (stage, substate) == ("result", "supplement"):
        return _documents(ctx, rows)
    if stage == "filed":
        proof = _open_proof(ctx, view)
        words = {} if proof is None else {"number": view.row["number"], "item": ctx.word(proof.name)}
        return ("receipt", words) if words else ("file", {})
    if stage == "after":
        asked = ctx.lookup.first(survey, case_id=view.row["id"], score=None)
        return ("finish", {}) if asked is None else ("survey", {})
    if stage == "result":
        return ("refused" if substate == "refused" else "granted"), {}
    return {"signed": "begin", "prepare": "prepare", "review": "internal"}.get(stage, "tracking"), {}


def _documents(ctx: CardContext, rows: list[ItemView]) -> tuple[str, dict[str, str]]:
    """What lies in review comes first, then what the client has to send."""
    submitted, waiting = [each for each in rows if each.row["status"] == "submitted"], waiting_for_client(rows)
    if submitted:
        return "review", {"item": ctx.word(submitted[0].item.name)}
    if not waiting:
        return "tracking", {}
    first = next((each for each in waiting if each.row["status"] == "rework"), waiting[0])
    return "send", {"item": ctx.word(first.item.name)}


def _open_proof(ctx: CardContext, view: CaseView) -> Item | None:
    """A proof that nobody has uploaded yet."""
    there = proofs_of(ctx.lookup, view.row)
    return next((each for each in view.compiled.flow.items if each.proof and each.key not in there), None)
