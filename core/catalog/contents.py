"""Contents of the office: written as versions that never change, published and withdrawn; what goes out now."""

from datetime import timedelta
from typing import Final

from core.bus.deed import Deed
from core.catalog.tables import content, content_version
from core.commands.contents import PublishContent, SpreadContent, WithdrawContent, WriteContent
from core.engine.contents import Published, content_problems
from core.engine.flow import Flow
from core.engine.lint_contents import OF_EVENT, content_lack_problems, contents_of
from core.kit.errors import Invalid, NotFound, Problem
from core.ledger import timers
from core.store.reading import Lookup
from core.store.sealing import Row

PAUSE: Final = timedelta(seconds=1)  # so that a case that is just being moved is seen afterwards
MOST: Final = 500  # a rule that chooses by topics looks at all of them


def write_content(command: WriteContent, deed: Deed) -> int:
    """Returns the number of the version; the same words again are the newest version still. Raises Invalid with every
    mistake."""
    problems = list(content_problems(command.title, command.text, command.link, command.topics))
    if command.key == OF_EVENT:
        zh, en = f"“{OF_EVENT}”在规则中另有含义，请换一个代号。", f'"{OF_EVENT}" means something else in a rule.'
        problems.append(Problem("/key", "content.key", {"zh-CN": zh, "en": en}))
    if problems:
        raise Invalid(problems=problems)
    deed.uow.need(f"{content.name}:{command.key}")
    row = deed.uow.first(content, name=command.key)
    said = {"title": command.title, "body": command.text, "link": command.link, "topics": list(command.topics)}
    if row is None:
        if len(deed.uow.find(content)) >= MOST:
            words = {"zh-CN": f"最多 {MOST} 个内容", "en": f"there are at most {MOST} contents"}
            raise Invalid(problems=[Problem("/key", "content.many", words)])
        number = 1
        deed.uow.add(content, name=command.key, newest=number)
    else:
        newest = _version(deed.uow, command.key, row["newest"])
        if all(newest[name] == value for name, value in said.items()):
            return int(newest["number"])
        number = row["newest"] + 1
        deed.uow.change(content, row["id"], newest=number)
    told = {"written_at": deed.now, "written_by": deed.actor.id}
    deed.uow.add(content_version, name=command.key, number=number, **said, **told)
    return int(number)


def publish_content(command: PublishContent, deed: Deed) -> None:
    """Whichever was published goes out no more. The one that is published already stays so, and nobody hears of it
    again. Raises NotFound."""
    deed.uow.need(f"{content.name}:{command.key}")
    row, version = _content(deed.uow, command.key), _version(deed.uow, command.key, command.number)
    if row["published_id"] == version["id"]:
        return
    _end(row, deed)
    deed.uow.change(content_version, version["id"], published_at=deed.now, withdrawn_at=None)
    out = {"published_id": version["id"], "published": version["number"], "topics": version["topics"]}
    deed.uow.change(content, row["id"], **out, published_at=deed.now)
    spread(command.key, version["id"], 0, deed)


def withdraw_content(command: WithdrawContent, deed: Deed) -> None:
    """What waits to be heard or sent is left. The same again changes nothing. Raises NotFound."""
    deed.uow.need(f"{content.name}:{command.key}")
    row = _content(deed.uow, command.key)
    _end(row, deed)
    deed.uow.change(content, row["id"], published_id=None, published=None, topics=None, published_at=None)


def _end(row: Row, deed: Deed) -> None:
    if row["published_id"] is not None:
        deed.uow.change(content_version, row["published_id"], withdrawn_at=deed.now)


def spread(key: str, content_id: int, after: int, deed: Deed) -> None:
    """The cases behind this id hear next, in a moment; one chain per content, and the newest counts."""
    command = SpreadContent(key=key, content_id=content_id, after=after)
    timers.plan(deed.uow, f"content:{key}", deed.now + PAUSE, command, case_id=None, scope="content")


def published_version(lookup: Lookup, content_id: int) -> Row | None:
    """The version, if it goes out now."""
    version = lookup.peek(content_version, content_id)
    row = None if version is None else lookup.first(content, name=version["name"])
    return version if row is not None and row["published_id"] == content_id else None


def shelf_of(lookup: Lookup) -> list[Published]:
    """Everything that goes out now, the newest first."""
    rows = [row for row in lookup.find(content) if row["published_id"] is not None]
    rows.sort(key=lambda row: (row["published_at"], row["id"]), reverse=True)
    return [Published(row["name"], row["published_id"], tuple(row["topics"])) for row in rows]


def unknown_contents(flow: Flow, lookup: Lookup) -> list[Problem]:
    """Problems of a flow that is to be published: contents that nobody has written."""
    if not contents_of(flow):
        return []
    return content_lack_problems(flow, {row["name"] for row in lookup.find(content)})


def _content(lookup: Lookup, key: str) -> Row:
    row = lookup.first(content, name=key)
    if row is None:
        raise NotFound(thing="content", id=key)
    return row


def _version(lookup: Lookup, key: str, number: int) -> Row:
    row = lookup.first(content_version, name=key, number=number)
    if row is None:
        raise NotFound(thing="content", id=f"{key} {number}")
    return row
