"""Cases that go over to another version of their flow."""

from core.events.event import Event


class CaseMigrated(Event):
    """`undo`: it went back to what it was. Stages, items and fields by their keys; what was dropped is kept."""

    batch_id: int
    from_version: int
    to_version: int
    stage_before: str
    stage_after: str
    added: tuple[str, ...] = ()  # items
    dropped: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()  # fields
    todo_changed: bool = False  # what the client is still to send is other than before
    undo: bool = False
