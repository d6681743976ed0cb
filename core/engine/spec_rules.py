"""What happens by itself: rules that wait for an event or a moment and then ask for actions."""

from typing import Annotated, Any

from pydantic import ConfigDict
from pydantic import Field as Limits

from core.engine.calendar import Span
from core.engine.conditions import ConditionSpec
from core.engine.spec_kinds import Piece
from core.engine.text import Words


class At(Piece):
    """A moment relative to an anchor: ``stage.due`` or ``case.<date field>``; the offset may be negative.

    The rule is planned when the anchor becomes known and planned anew when it changes.
    """

    anchor: str
    offset: Span


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
