"""Packs: gathered from what is published, and taken over whole or not at all."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import ValidationError

from core.bus.deed import Deed
from core.catalog.calendars import set_calendar
from core.catalog.catalogue import Catalogue
from core.catalog.office_tables import import_table
from core.catalog.service import publish_flow
from core.catalog.tables import (
    flow_story,
    flow_version,
    office_calendar,
    office_table,
    office_table_edition,
    text_override,
)
from core.catalog.texts import set_text
from core.commands.office import SetCalendar
from core.commands.packs import FlowOfPack, ImportPack, TableOfPack
from core.commands.tables import ImportTable
from core.commands.texts import SetText
from core.commands.work import PublishFlow
from core.engine.flow import Flow, read_flow
from core.engine.lint_children import children_first
from core.engine.pack import TEXTS, Pack, PackedFlow, PackedTable
from core.engine.pointer import join
from core.engine.spec_problems import problems_of
from core.kit.errors import Invalid, NotFound, Problem
from core.store.reading import Lookup

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


def gathered(lookup: Lookup, catalogue: Catalogue, keys: Iterable[str]) -> Pack:
    """The newest version of these flows (none named: of all) with their stories, the calendars that they name where
    they are the agency's own, the tables that they use, and its own texts. Raises NotFound for a flow that nobody has
    published."""
    newest = {row["flow"]: row for row in catalogue.newest(lookup)}
    wanted = sorted(set(keys)) or list(newest)
    if missing := [key for key in wanted if key not in newest]:
        raise NotFound(thing="flow", id=missing[0])
    calendars = {row["name"]: row["hours"] for row in lookup.find(office_calendar)}
    named = {catalogue.compiled(lookup, newest[key]["id"]).flow.calendar for key in wanted}
    texts: dict[str, dict[str, str]] = {}
    for row in lookup.find(text_override):
        if row["words"] is not None:
            texts.setdefault(row["language"], {})[row["text_key"]] = row["words"]
    flows = tuple(
        PackedFlow(
            key,
            newest[key]["version"],
            bytes(newest[key]["source"]),
            {row["name"]: bytes(row["source"]) for row in lookup.find(flow_story, flow=key)},
        )
        for key in wanted
    )
    used = {name for key in wanted for name in catalogue.compiled(lookup, newest[key]["id"]).flow.tables}
    own = {name: calendars[name] for name in sorted(named & calendars.keys())}
    return Pack(flows, texts, own, dict(_tables(lookup, used)))


def _tables(lookup: Lookup, names: Iterable[str]) -> Iterator[tuple[str, PackedTable]]:
    """The valid editions."""
    for name in sorted(names):
        row = lookup.first(office_table, name=name)
        edition = None if row is None else lookup.peek(office_table_edition, row["edition_id"])
        if edition is not None:
            yield name, PackedTable(bytes(edition["content"]), edition["as_of"], edition["source"])


def import_of(pack: Pack) -> ImportPack:
    """The command. Raises Invalid for a source that is no UTF-8."""
    problems, flows = list[Problem](), list[FlowOfPack]()
    for flow in pack.flows:
        files = {flow.file: flow.source} | {flow.story_file(name): source for name, source in flow.stories.items()}
        problems += [_no_text(name) for name, source in files.items() if not _is_text(source)]
        if not problems:
            stories = {name: source.decode() for name, source in flow.stories.items()}
            flows.append(FlowOfPack(file=flow.file, source=flow.source.decode(), stories=stories))
    if problems:
        raise Invalid(problems=problems)
    texts = {language: dict(each) for language, each in pack.texts.items()}
    calendars = {name: dict(each) for name, each in pack.calendars.items()}
    tables = {
        name: {"content": b64encode(each.content).decode(), "as_of": each.as_of, "source": each.source}
        for name, each in pack.tables.items()
    }
    return ImportPack.model_validate({"flows": tuple(flows), "texts": texts, "calendars": calendars, "tables": tables})


def import_pack(command: ImportPack, deed: Deed) -> list[int]:
    """Returns the ids of the flow versions. Raises Invalid with everything that is wrong in any part.

    A version that is there already with the same source is the same version; calendars, tables and texts are the
    pack's then.
    """
    problems: list[Problem] = []
    for name, hours in command.calendars.items():
        _attempt(problems, f"calendars/{name}.json", partial(_calendar, name, hours, deed))
    for name, table in command.tables.items():
        _attempt(problems, f"tables/{name}.csv", partial(_table, name, table, deed))
    flows = children_first(command.flows, _read)
    made = {flow.file: _attempt(problems, flow.file, partial(_flow, flow, deed)) for flow in flows}
    for language, texts in command.texts.items():
        for key, words in texts.items():
            _attempt(problems, TEXTS, partial(_text, language, key, words, deed), (language, key))
    if problems:
        raise Invalid(problems=problems)
    return [version_id for flow in command.flows if (version_id := made[flow.file]) is not None]


def _attempt(problems: list[Problem], file: str, work: Callable[[], Any], at: tuple[str, ...] | None = None) -> Any:
    """What is wrong is told under the file's name; the next part is tried all the same."""
    head = join("", file)
    try:
        return work()
    except Invalid as invalid:
        found = invalid.problems
    except ValidationError as error:
        found = tuple(problems_of(error, {}))
    problems += [replace(each, pointer=join(head, *at) if at else head + each.pointer) for each in found]
    return None


def _calendar(name: str, hours: dict[str, Any], deed: Deed) -> None:
    known = name in deed.tool("calendars").names(deed.uow)
    set_calendar(SetCalendar.model_validate({**hours, "name": name, "new": not known}), deed)


def _table(name: str, table: TableOfPack, deed: Deed) -> None:
    import_table(ImportTable.model_validate({"name": name, **table.model_dump()}), deed)


def _read(flow: FlowOfPack) -> Flow | None:
    try:
        return read_flow(flow.source.encode())
    except Invalid:
        return None


def _flow(flow: FlowOfPack, deed: Deed) -> int:
    version_id = publish_flow(PublishFlow(source=flow.source), deed)
    key = deed.uow.get(flow_version, version_id)["flow"]
    for name, story in flow.stories.items():
        if not _NAME.fullmatch(name):
            words = {
                "zh-CN": f"故事名 {name} 只能有小写字母、数字、_ 和 -",
                "en": f"{name}: a name has a-z, 0-9, _ and -",
            }
            raise Invalid(problems=[Problem("", "pack.story", words)])
        _keep_story(key, name, story.encode(), deed)
    return version_id


def _keep_story(flow: str, name: str, source: bytes, deed: Deed) -> None:
    digest = hashlib.sha256(source).hexdigest()
    kept = {
        "source": source,
        "sha256": digest,
        "kept_at": deed.now,
        "kept_by": deed.actor.id,
    }
    row = deed.uow.first(flow_story, flow=flow, name=name)
    if row is None:
        deed.uow.add(flow_story, flow=flow, name=name, **kept)
    elif bytes(row["source"]) != source:
        deed.uow.change(flow_story, row["id"], **kept)


def _text(language: str, key: str, words: str, deed: Deed) -> None:
    set_text(SetText.model_validate({"language": language, "key": key, "words": words}), deed)


def _is_text(source: bytes) -> bool:
    try:
        source.decode()
    except UnicodeDecodeError:
        return False
    return True


def _no_text(name: str) -> Problem:
    return Problem(join("", name), "flow.encoding", {"zh-CN": f"{name}：须为 UTF-8 文本", "en": f"{name}: not UTF-8"})
