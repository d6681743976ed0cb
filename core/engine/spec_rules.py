"""What happens by itself: rules that wait for an event or a moment and then ask for actions."""

from typing import Annotated, Any

from pydantic import ConfigDict
from pydantic import Field as Limits

from core.engine.conditions import ConditionSpec
from core.engine.offsets import Offset
from core.engine.spec_kinds import Piece
from core.engine.text import Words


class At(Piece):
    """One moment, several, or one that comes again and again, relative to an anchor.

    Anchors: ``stage.due``, ``stage.entered``, ``case.opened``, ``case.closed``, ``contract.effective`` or
    ``case.<date field>``. ``offset`` (or ``offsets``, each once) may be negative; with ``every`` it is the first of so
    many ``times``. The rule is planned when the anchor becomes known and planned anew when it changes; of several
    moments those that have acted do not act again. ``until`` names events that stop it in this case for good
    (``again``: until another stay in the stage, or another date), ``in`` the stages in which it waits. With
    ``after_end`` it goes on when the case has ended.
    """

    anchor: str
    offset: Offset | None = None
    offsets: Annotated[tuple[Offset, ...], Limits(min_length=1, max_length=20)] | None = None
    every: Offset | None = None
    times: Annotated[int, Limits(ge=1, le=60)] | None = None
    until: Annotated[tuple[str, ...], Limits(max_length=20)] = ()
    again: bool = False
    in_stages: Annotated[tuple[str, ...], Limits(alias="in", max_length=40)] = ()
    after_end: bool = False

    @property
    def moments(self) -> tuple[Offset, ...]:
        """The offsets, however they are written."""
        return self.offsets or (() if self.offset is None else (self.offset,))

    @property
    def has_course(self) -> bool:
        """Whether it is kept for each case what has acted and whether it was stopped."""
        return bool(self.offsets or self.every is not None or self.until)

    def step(self, offset: Offset) -> str:
        """What one of its moments is called: several by their offset."""
        return str(offset) if self.offsets else "1"


class ActionCall(Piece):
    """An action by name, with arguments for the action's own model."""

    action: str
    args: dict[str, Any] = Limits(default_factory=dict)


class Rule(Piece):
    """On an event (``on``) or at a moment (``at``), and if ``when`` holds, do ``then`` in order."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["on"], "properties": {"at": False}},
                {"required": ["at"], "properties": {"on": False}},
            ]
        }
    )

    key: str
    name: Words
    on: str | None = None
    at: At | None = None
    when: ConditionSpec | None = None
    then: Annotated[tuple[ActionCall, ...], Limits(min_length=1)]
