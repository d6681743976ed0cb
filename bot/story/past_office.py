"""What the office has of its own and the story of a case needs: contents that its client was sent or that its flow
names, templates of services, calendars. None of it is about anybody; words that name somebody all the same give way."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from bot.story.standins import leaks
from core.catalog.service_templates import template_of
from core.catalog.tables import content_version, office_calendar, service_template
from core.engine.flow import Flow
from core.engine.lint_contents import contents_of
from core.ledger.tables import audit
from core.staff.policy import ROLES
from core.store.reading import Reader
from core.store.sealing import Row

Note = Callable[[str, str], None]
Dated = tuple[int, datetime, dict[str, Any]]
"""Id by which it stands in order, moment, and the command with its arguments."""
_WITHHELD: Final = {"zh-CN": "（机构内容，已隐去）", "en": "(a content of the office, masked)"}
_OWN: Final = frozenset({"key", "name", "role", "due", "note", "tell_client"})
"""What a story keeps of a template: for which flows it is, is settled when the case has it."""


def contents_before(reader: Reader, row: Row, flows: Iterable[Flow], events: Sequence[Row]) -> Iterator[Row]:
    """Every version of each content that the flows name, or that the client was sent in this case."""
    names = frozenset[str]().union(*(contents_of(flow) for flow in flows))
    names |= {each["data"]["content"] for each in events if each["type"] in ("ContentChosen", "ContentPublished")}
    until = row["closed_at"]
    for name in sorted(names):
        for version in reader.find(content_version, name=name, order=content_version.c.number):
            if until is None or version["written_at"] <= until:
                yield version


def contents_as_told(
    reader: Reader, row: Row, versions: Iterable[Row], personal: Iterable[str], note: Note
) -> tuple[list[dict[str, Any]], list[Dated]]:
    """Those that were there when the case began, as ``contents`` of its story; and what was done with them since."""
    opened, there, since, known = row["opened_at"], [], [], set(personal)
    for each in versions:
        said = _written(each, known, note)
        if each["written_at"] > opened:
            since.append((each["id"], each["written_at"], {"WriteContent": said}))
        out = each["published_at"] is not None and each["published_at"] <= opened
        out = out and not (each["withdrawn_at"] is not None and each["withdrawn_at"] <= opened)
        if each["written_at"] <= opened:
            there.append({**said, "published": True} if out else said)
        number = {"key": each["name"], "number": each["number"]}
        if each["published_at"] is not None and each["published_at"] > opened:
            since.append((*_done(reader, "PublishContent", each, "published_at"), {"PublishContent": number}))
        if each["withdrawn_at"] is not None and each["withdrawn_at"] > opened:
            at = _done(reader, "WithdrawContent", each, "withdrawn_at")
            if at[0] != each["id"]:  # not merely replaced by another version
                since.append((*at, {"WithdrawContent": {"key": each["name"]}}))
    return there, since


def _done(reader: Reader, command: str, version: Row, when: str) -> tuple[int, datetime]:
    """The row of the audit that tells of it stands in the order of all that was done."""
    at = version[when]
    found = reader.first(audit, audit.c.id > version["id"], command=command, outcome="done", at=at)
    return (version["id"] if found is None else found["id"]), at


def _written(version: Row, personal: set[str], note: Note) -> dict[str, Any]:
    said = {
        "key": version["name"],
        "title": dict(version["title"]),
        "text": dict(version["body"]),
        "topics": list(version["topics"]),
    }
    if leaks(json.dumps({**said, "link": version["link"]}, ensure_ascii=False), personal, ""):
        note("提到个人的机构内容已替换", "Contents of the office that name somebody were replaced")
        return {**said, "title": _WITHHELD, "text": _WITHHELD}
    return {**said, "link": version["link"]} if version["link"] else said


def services_as_told(
    reader: Reader, flow: Flow, events: Sequence[Row], personal: Iterable[str], note: Note
) -> list[dict[str, Any]]:
    """Templates of the house that cases of this flow may have, and those that this one has had."""
    had = {each["data"]["service"] for each in events if each["type"] == "ServiceAdded" and each["data"].get("house")}
    found, known = [], set(personal)
    for each in sorted(reader.find(service_template), key=lambda row: str(row["key"])):
        template = template_of(each)
        now = each["withdrawn_at"] is None and template.suits(flow.key, flow.kind, flow.roles)
        if not now and template.key not in had:
            continue
        said = template.model_dump(mode="json", include=set(_OWN), exclude_none=True)
        if template.role not in ROLES or leaks(json.dumps(said, ensure_ascii=False), known, ""):
            note(
                f"机构的服务 {template.key} 未导出：负责角色不是内置角色，或文字提到个人",
                f"The service {template.key} was left out: its role is the agency's own, or its words name somebody",
            )
            continue
        found.append({name: value for name, value in said.items() if value not in ({}, None)})
    return found


def calendars_beside(reader: Reader, flows: Iterable[Flow]) -> dict[str, bytes]:
    """Name -> hours as JSON, of each calendar that the flows go by and that the agency has set."""
    found = {}
    for name in dict.fromkeys(flow.calendar for flow in flows):
        row = reader.first(office_calendar, name=name)
        if row is not None:
            found[name] = json.dumps(row["hours"], ensure_ascii=False, indent=1).encode() + b"\n"
    return found
