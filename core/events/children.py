"""What a case hears of its child cases, and a child of where it comes from."""

from core.events.event import Event


class ChildOpened(Event):
    """On the parent. `value`: what the child is for, where there is one for each; empty otherwise."""

    child: str
    child_id: int
    number: str
    value: str = ""


class ChildMoved(Event):
    """On the parent: the child has entered a stage, or a sub-status within one; both are the child's own keys."""

    child: str
    child_id: int
    number: str
    stage: str
    value: str = ""
    substate: str | None = None
    trigger: str = ""


class ChildClosed(Event):
    """On the parent."""

    child: str
    child_id: int
    number: str
    value: str = ""
    outcome: str | None = None
