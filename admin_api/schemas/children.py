"""A case among its own, in JSON: its children and its parent."""

from datetime import datetime

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.cases import CaseLine, StageName, line_of
from admin_api.schemas.ids import IdOut
from admin_api.schemas.model import Given, Sent
from core.engine.text import Words
from core.store.sealing import Row
from core.views.family import Relative


class NewChild(Sent):
    """What the flow calls the child. Without `value`, one for every value that has none yet."""

    child: str = Field(min_length=1, max_length=60, examples=["application"])
    value: str = Field(default="", max_length=60, examples=["ucl"])
    again: bool = Field(default=False, description="One more, although there was one that is closed.")


class Child(CaseLine):
    """A child case as its parent calls it."""

    child: str = Field(description="Its key in the parent's flow.")
    name: Words
    value: str = Field(description="What it is for, where there is one for each value; else empty.")
    value_name: Words | None


class Opened(Given):
    """The children that were asked for, in the order of their values; also one that was there already.
    Of more than five the others follow within moments."""

    ids: list[IdOut] = Field(max_length=50)


class Parent(Given):
    """The case that started this one."""

    id: IdOut
    number: str
    flow: str
    stage: StageName
    state: str


class Family(Given):
    """The children that the caller reaches, oldest first, and the case that started this one."""

    case_id: IdOut
    parent: Parent | None
    children: list[Child]
    next: Next


def child_of(relative: Relative, client_name: str, now: datetime) -> Child:
    line = line_of(relative.row, relative.stage, client_name, now)
    return Child(
        **line.model_dump(),
        child=relative.key,
        name=relative.name,
        value=relative.value,
        value_name=relative.value_name,
    )


def parent_of(row: Row, stage: StageName) -> Parent:
    return Parent(id=row["id"], number=row["number"], flow=row["flow"], stage=stage, state=row["state"])
