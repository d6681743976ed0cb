"""Contents of the office: reports, articles and invitations that rules of flows send to clients."""

from typing import Annotated

from fastapi import Path, Query

from admin_api.desk import AtDesk, command_of
from admin_api.entity_tag import Tagged
from admin_api.need import does, may
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.asked import Words
from admin_api.schemas.contents import (
    ContentAudience,
    ContentList,
    NewContent,
    Number,
    OneContent,
    VersionList,
    audience_of,
    content_of,
    content_version_of,
)
from core.catalog.tables import content, content_version
from core.commands.contents import NAME, PublishContent, WithdrawContent, WriteContent
from core.kit.errors import NotFound
from core.store.reading import Lookup, Reader
from core.store.sealing import Row
from core.views.audience import Lens, audience, means_of, version_of

CONTENTS = section("contents")
Key = Annotated[Words, Path(max_length=48)]
NewKey = Annotated[Words, Path(pattern=NAME)]


def _state(lookup: Lookup, key: str) -> object:
    row = lookup.first(content, name=key)
    return None if row is None else (key, row["newest"], row["published_id"])


CONTENT = Tagged(content.name, "content_key", _state)


@CONTENTS.operation("GET", "/contents", may("flow.read"))
def list_contents(desk: AtDesk, cursor: Cursor = None, limit: Limit = USUAL) -> ContentList:
    """Every content that rules may send, published or not."""
    with desk.look() as reader:
        rows, following = page_of(reader.find(content), lambda row: (row["name"],), cursor, limit)
        found = [content_of(row, _version(reader, row["name"])) for row in rows]
    return ContentList(contents=found, next=following)


@CONTENTS.operation("GET", "/contents/{content_key}", may("flow.read"), tagged=CONTENT)
def read_content(desk: AtDesk, content_key: Key) -> OneContent:
    """A content: its newest version, and which one goes out."""
    with desk.look() as reader:
        return _one(reader, content_key)


@CONTENTS.operation("GET", "/contents/{content_key}/versions", may("flow.read"))
def list_content_versions(desk: AtDesk, content_key: Key, cursor: Cursor = None, limit: Limit = USUAL) -> VersionList:
    """Everything that this content ever said, the newest first."""
    with desk.look() as reader:
        row = _content(reader, content_key)
        rows = reader.find(content_version, name=content_key)
    page, following = page_of(rows, lambda each: (-each["number"],), cursor, limit)
    return VersionList(versions=[content_version_of(row, each) for each in page], next=following)


@CONTENTS.operation("GET", "/contents/{content_key}/audience", may("content.write", noted=True))
def preview_audience(
    desk: AtDesk,
    content_key: Key,
    number: Annotated[int | None, Query(ge=1, le=1_000_000, description="Absent: the newest version.")] = None,
) -> ContentAudience:
    """Who would get a version if it were published now, by the rules on ContentPublished; nothing is sent.

    Counted per rule, with why the other cases would not. What waits for the morning counts as sent.
    """
    wiring = desk.parts.bus.wiring
    with desk.look() as reader:
        version = _version(reader, content_key, number)
    lens = Lens(means_of(wiring.tools), wiring.facts, desk.parts.texts, desk.parts.clock.now())
    return audience_of(version, audience(lens, desk.look, version, desk.reads_case))


@CONTENTS.operation("POST", "/contents/{content_key}", does(WriteContent), tagged=CONTENT)
def write_content(desk: AtDesk, content_key: NewKey, body: NewContent) -> OneContent:
    """Write a content, or a new version of it; the same again changes nothing.

    It goes to nobody before it is published. Which version is published stays as it is.
    """
    desk.do(command_of(WriteContent, {**body.model_dump(), "key": content_key}))
    with desk.look() as reader:
        return _one(reader, content_key)


@CONTENTS.operation("POST", "/contents/{content_key}/publish", does(PublishContent), tagged=CONTENT)
def publish_content(desk: AtDesk, content_key: NewKey, body: Number) -> OneContent:
    """Let a version go out, in place of the one that was published.

    Open cases hear of it, and their rules on ContentPublished are asked; a client gets it once. At night it waits for
    his morning.
    """
    desk.do(PublishContent(key=content_key, number=body.number))
    with desk.look() as reader:
        return _one(reader, content_key)


@CONTENTS.operation("POST", "/contents/{content_key}/withdraw", does(WithdrawContent), tagged=CONTENT)
def withdraw_content(desk: AtDesk, content_key: NewKey) -> OneContent:
    """Let no version go out any more; what waits to be sent is not sent. Whoever has it keeps it."""
    desk.do(WithdrawContent(key=content_key))
    with desk.look() as reader:
        return _one(reader, content_key)


def _one(reader: Reader, key: str) -> OneContent:
    return content_of(_content(reader, key), _version(reader, key))


def _content(reader: Reader, key: str) -> Row:
    row = reader.first(content, name=key)
    if row is None:
        raise NotFound(thing="content")
    return row


def _version(reader: Reader, key: str, number: int | None = None) -> Row:
    row = version_of(reader, key, number)
    if row is None:
        raise NotFound(thing="content")
    return row
