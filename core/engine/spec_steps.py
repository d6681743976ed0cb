"""Where a case can be and how it moves: stages and transitions."""

from typing import Annotated, Literal

from pydantic import Field as Limits

from core.engine.calendar import Span
from core.engine.conditions import ConditionSpec
from core.engine.spec_approvals import Approval
from core.engine.spec_handover import Handover
from core.engine.spec_kinds import Choice, Piece
from core.engine.text import Words


class Pause(Piece):
    """When a stage's limit stands still: while the case is in one of ``substates``.

    ``until``: what ends it beside another sub-status; ``client_writes``: whatever the client sends, short thanks apart.
    The case is then in ``resume``; absent: where it was before.
    """

    substates: Annotated[tuple[str, ...], Limits(min_length=1)]
    until: Literal["client_writes"] | None = None
    resume: str | None = None


class Stage(Piece):
    """A place in the flow.

    ``client_text`` explains it to the client, ``due`` is working time from entering, ``weight`` its share of the
    progress in percent (all stages together 100). ``part_of`` makes it internal: the client sees that stage instead,
    so it needs no ``client_text``. ``remind``: how many days before ``due`` the client is reminded of what he has to
    send; absent: the agency's days, where the stage waits for the client. ``exit_form`` names fields that staff are
    asked for before they leave the stage. ``pause`` says in which sub-statuses ``due`` stands still. ``gag``: while a
    case is here nobody turns to its client, but for the messages in ``gag_except``. ``approval``: people decide how it
    goes on. ``handover``: it ends by handing the case to another department.
    """

    key: str
    name: Words
    client_text: Words | None = None
    owner: str
    due: Span | None = None
    remind: Annotated[tuple[Annotated[int, Limits(ge=0, le=60)], ...], Limits(max_length=10)] | None = None
    weight: Annotated[int, Limits(ge=0, le=100)] = 0
    waiting_on: Literal["client", "staff", "authority", "date"] = "staff"
    substates: tuple[Choice, ...] = ()
    pause: Pause | None = None
    exit_form: tuple[str, ...] = ()
    approval: Approval | None = None
    handover: Handover | None = None
    part_of: str | None = None
    gag: bool = False
    gag_except: tuple[str, ...] = ()
    final: bool = False

    def pauses(self, substate: str | None) -> bool:
        """Whether the limit stands still in this sub-status."""
        return self.pause is not None and substate in self.pause.substates


class Transition(Piece):
    """A way from stages to a stage. ``key`` is the trigger; ``from`` in the source is ``from_stages`` here.

    ``by`` lists the roles that may take it; ``system`` stands for rules, ``client`` for the client. ``when`` is the
    guard. ``substate`` and ``outcome`` are set on arrival. ``form`` names fields that staff are asked for when they
    press this button, beside the stage's ``exit_form``. ``ask_why``: a client who takes it is asked for his reason; one
    that sends the case back asks in any case.
    """

    key: str
    from_stages: Annotated[tuple[str, ...], Limits(alias="from", min_length=1)]
    to: str
    label: Words
    by: Annotated[tuple[str, ...], Limits(min_length=1)]
    when: ConditionSpec | None = None
    substate: str | None = None
    outcome: str | None = None
    form: tuple[str, ...] = ()
    button: bool = True
    confirm: bool = False
    ask_why: bool = False
