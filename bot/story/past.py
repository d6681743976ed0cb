"""A real case as a story needs it: who was there, what was sold, what people did, each already masked."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.story.neutral import Speech
from bot.story.past_answers import Answers
from bot.story.past_chats import chats_of, said_in
from bot.story.past_deeds import Masking, deeds_of
from bot.story.past_family import family_notes, own_contract
from bot.story.past_files import file_step
from bot.story.past_head import Beginning
from bot.story.past_office import contents_as_told, contents_before, services_as_told
from bot.story.past_personal import following, guardians, in_fields, on_file
from bot.story.signature import Describing, Signature
from bot.story.standins import Standins, parts_of
from bot.story.verbs import OFFICE
from core.cases.tables import applicant, case_event
from core.catalog.office_tables import LivingTables
from core.catalog.tables import flow_version, text_override
from core.channel.inbound import ButtonPress, Inbound, Update
from core.clients.tables import client
from core.engine.flow import Flow, read_flow
from core.engine.text import Words
from core.kit.errors import NotPossibleNow
from core.ledger.tables import audit, button, inbox, outbox
from core.staff.tables import staff
from core.store.reading import Reader
from core.store.sealing import Row

NOTHING_IN_THE_WAY = frozenset({"press", "text", "file", "other"})
Parse = Callable[[Update], Inbound | None]
"""An update as its channel reads it; None where that channel is not configured any more."""


@dataclass(frozen=True, slots=True)
class Act:
    """``verb`` and ``arg`` as in a story's step, or a press by what its button does (``presses``: a Signature)."""

    at: datetime
    who: str
    verb: str
    arg: Any
    does: Signature = ()
    card: str = ""  # of a press: what kind of card its button stood on


@dataclass(slots=True)
class Past:
    """``told``: (moment, person's key, kind of notice) of what the house said; ``personal``: what may stand nowhere in
    the story; ``people``: (kind, id) -> key."""

    case: Row
    flow: Flow
    source: bytes
    head: dict[str, Any]
    people: dict[tuple[str, int], str]
    acts: list[Act] = field(default_factory=list)
    told: list[tuple[datetime, str, str]] = field(default_factory=list)
    notes: list[Words] = field(default_factory=list)
    personal: set[str] = field(default_factory=set)
    names: tuple[str, ...] = ()  # as they really are
    also: dict[str, bytes] = field(default_factory=dict)  # file name -> a further flow
    tables: dict[str, bytes] = field(default_factory=dict)  # name -> CSV of the office
    calendars: dict[str, bytes] = field(default_factory=dict)  # name -> hours as JSON, of the agency's own


def read_past(reader: Reader, row: Row, parse: Parse, most: int | None = None) -> Past:
    """``most``: messages of one chat. Raises NotPossibleNow for more of them, and for a client who was erased: what he
    said is gone."""
    return _Reading(reader, row, parse, most).past()


class _Reading:
    """One case being read."""

    def __init__(self, reader: Reader, row: Row, parse: Parse, most: int | None) -> None:
        self._reader, self._row, self._parse, self._most = reader, row, parse, most
        self._client = reader.peek(client, row["client_id"]) or {}
        if self._client.get("erased_at") is not None:
            raise NotPossibleNow(reason="erased")
        version = reader.peek(flow_version, row["flow_version_id"]) or {}
        self._source = bytes(version["source"])
        self._flow = LivingTables().filled(reader, read_flow(self._source))
        self._words = self._source.decode("utf-8")
        self._events = reader.find(case_event, case_event.c.case_id == row["id"], order=case_event.c.seq)
        self._applicants = sorted(reader.find(applicant, case_id=row["id"]), key=lambda each: int(each["position"]))
        self._contract = own_contract(reader, row)
        self._staff = self._involved()
        self._wards = following(reader, row["client_id"], self._events)
        self._chats = chats_of(reader, [row["client_id"], *(file["id"] for _, file in self._wards)], self._staff)
        self._guardians = guardians(reader, row["client_id"])
        people = (*self._applicants, *self._staff.values(), *self._guardians)
        self._real = (self._client["name"], *(each["name"] for each in people if each["name"]))
        self._names = Standins(self._real)
        self._people = {("client", row["client_id"]): "client"}
        self._people |= {("staff", each): f"staff{at}" for at, each in enumerate(self._staff, start=1)}
        self._people |= {("client", file["id"]): f"guardian{at}" for at, (_, file) in enumerate(self._wards, start=1)}
        number = re.sub(r"\d+$", lambda found: "1".zfill(len(found[0])), row["number"])
        travellers = tuple(str(each["name"]) for each in self._applicants)
        self._speech = Speech(self._flow, self._words, self._names, travellers, number)
        self._notes: list[Words] = []
        self._entries: set[int] = set()  # updates that acts came of
        self._masking = Masking(self._names, self._speech, self._flow, self._words)
        self._answers = Answers(reader, row, self._events, self._masking)

    def past(self) -> Past:
        """People and contract, then what was done, then what was told."""
        head, personal = self._head(), self._personal()
        names = personal | {part for name in self._real for part in parts_of(name)}
        services = services_as_told(self._reader, self._flow, self._events, names, self._note)
        head |= {"services": services} if services else {}
        self._services = frozenset(each["key"] for each in services)
        versions = contents_before(self._reader, self._row, [self._flow], self._events)
        contents, since = contents_as_told(self._reader, self._row, versions, names, self._note)
        head |= {"contents": contents} if contents else {}
        done = [(at[0], Act(at[1], OFFICE, "does", at[2])) for at in since]
        acts = [act for _, act in sorted([*self._acts(), *done], key=lambda each: each[0])]
        past = Past(self._row, self._flow, self._source, head, self._people, acts, notes=self._notes, names=self._real)
        past.told, past.personal = list(self._told()), personal
        self._say_what_is_missing()
        return past

    def _head(self) -> dict[str, Any]:
        known = (self._reader, self._row, self._client, self._contract, self._staff, self._wards, self._applicants)
        return Beginning(*known, self._events, self._people, self._masking, self._note).head()

    def _involved(self) -> dict[int, Row]:
        """Staff of the team, and whoever did something or was told of the case."""
        row, reader = self._row, self._reader
        team = self._contract["team"] if self._contract is not None else row["team"]
        ids = [*team.values(), *row["team"].values()]
        ids += [each["actor_id"] for each in self._events if each["actor_kind"] == "staff"]
        ids += [each["person_id"] for each in reader.find(outbox, case_id=row["id"], person_kind="staff")]
        found = {each: reader.peek(staff, each) for each in dict.fromkeys(ids) if each}
        return {each: member for each, member in found.items() if member is not None}

    # -- what was done ---------------------------------------------------------------------------------------------

    def _acts(self) -> Iterator[tuple[int, Act]]:
        """Each with the id of its row: ids are given in the order of time."""
        given = (self._people, self._masking, self._services, self._note)
        for deed in deeds_of(self._reader, self._row, self._events, *given):
            yield deed[0], Act(*deed[1:])
        for chat in self._chats:
            before = False
            for each in said_in(self._reader, chat["id"], self._row["id"], self._most):
                if each["kind"] not in NOTHING_IN_THE_WAY:
                    continue
                who = self._people.get(("staff" if each["sender"] == "staff" else "client", each["sender_id"] or 0))
                before = who is not None and self._is_about(each, before)
                if before and who is not None:
                    self._entries.add(each["entry_id"])
                    yield from ((each["id"], act) for act in self._act(who, each))

    def _is_about(self, said: Row, before: bool) -> bool:
        """Of the client: unless it was about another case of his. Of others: what the house did or said of this case
        follows from it; words that led to nothing about another case go with what was said before them."""
        case_id, entry = self._row["id"], said["entry_id"]
        if said["sender"] != "staff" and said["sender_id"] == self._row["client_id"]:
            return said["case_id"] in (case_id, None)
        noted = {each["case_id"] for each in self._reader.find(audit, correlation=entry)}
        noted |= {each["case_id"] for each in self._reader.find(outbox, cause=entry)}
        noted |= {case_id} if any(each["correlation"] == entry for each in self._events) else set()
        if said["kind"] == "press" and (pressed := self._pressed(entry)) is not None:
            noted.add(pressed["case_id"])
        fetched = self._reader.first(inbox, platform_id=f"file:{entry}") if said["kind"] == "file" else None
        if fetched is not None:
            noted |= {case_id} if any(each["correlation"] == fetched["id"] for each in self._events) else set()
        return case_id in noted or (before and not noted - {None})

    def _act(self, who: str, said: Row) -> Iterator[Act]:
        at, body, entry = said["at"], said["body"], said["entry_id"]
        staff_says = said["sender"] == "staff"
        if said["kind"] == "text":
            if self._answers.elsewhere(said):
                return
            words = self._answers.words(said)
            if words is None:
                words = self._staff_words(body["text"], entry) if staff_says else self._speech.client(body["text"])
            yield Act(at, who, "says", words)
        elif said["kind"] == "other":
            yield Act(at, who, "sends", {"kind": body["kind"]} if body["kind"] else {"kind": "unknown"})
        elif said["kind"] == "file":
            caption = self._speech.staff(body["text"]) if staff_says and body["text"] else ""
            caption = caption if staff_says else self._speech.caption(body["text"])
            step = file_step(self._reader, self._flow, entry, self._names, [each["name"] for each in self._applicants])
            if step is None:
                self._note("有文件未留存，用合成文件代替", "A file was not kept; a made-up one stands for it")
            named = self._speech.file_name(body["name"])
            yield Act(at, who, "sends", {**(step or {"file": "jpg_document"}), **_given(name=named, caption=caption)})
        elif (row := self._pressed(entry)) is not None:
            signature = Describing(self._reader, self._people).command(row["command"])
            yield Act(at, who, "presses", None, signature, card_kind(row))
        else:
            self._note("有一次按钮操作已无法读取", "A press could not be read any more")

    def _staff_words(self, text: str, entry: int) -> str:
        """By what it did: it voted, or gave a document's date."""
        did = [each for each in self._events if each["correlation"] == entry]
        if (score := next((each["data"]["score"] for each in did if each["type"] == "VoteCast"), None)) is not None:
            return self._speech.score(int(score), text)
        return self._speech.staff(text, dates=any(each["type"] == "FindingsChanged" for each in did))

    def _pressed(self, entry: int) -> Row | None:
        """The button behind a press; None where the update is erased, or its channel gone."""
        row = self._reader.peek(inbox, entry)
        if row is None or not row["raw"]:
            return None
        known = {name: row[name] for name in ("channel", "account", "platform_id", "conversation", "raw")}
        inbound = self._parse(Update(**known))
        return self._reader.first(button, token=inbound.token) if isinstance(inbound, ButtonPress) else None

    # -- what was told, and what must not be -----------------------------------------------------------------------

    def _told(self) -> Iterator[tuple[datetime, str, str]]:
        for each in self._reader.find(outbox, outbox.c.id > self._row["id"], copy_of=None):
            who = self._people.get((each["person_kind"], each["person_id"]))
            about = each["case_id"] or each["notice"].get("about")
            ours = about == self._row["id"] or each["cause"] in self._entries
            ours = ours or (each["person_kind"] == "client" and about is None)
            if who is not None and ours and each["state"] in ("sent", "waiting", "sending"):
                yield each["created_at"], who, kind_of(each)

    def _personal(self) -> set[str]:
        """Every personal value that is known of the people here."""
        found = set(self._real) | {self._row["number"]} - {self._speech.number}
        found |= {each for person in (self._client, *self._guardians) for each in on_file(person)}
        found |= {each["chat"] for each in self._chats} | {str(each["login"] or "") for each in self._staff.values()}
        for values in (self._row["fields"], {} if self._contract is None else self._contract["fields"]):
            found |= in_fields(self._flow, values)
        return {each for each in found if len(each) > 1}

    def _say_what_is_missing(self) -> None:
        for zh, en in family_notes(self._reader, self._row):
            self._note(zh, en)
        self._say_versions()
        if self._reader.first(text_override) is not None:
            self._note(
                "本机构自己的用语不在剧本里，回答为内置用语",
                "The agency's own wording is not in the story: answers are in the built-in words",
            )

    def _say_versions(self) -> None:
        went = [each["data"] for each in self._events if each["type"] == "CaseMigrated"]
        if not went:
            return
        way = " → ".join(str(each) for each in (went[0]["from_version"], *(each["to_version"] for each in went)))
        self._note(
            f"该案件换过流程版本（{way}）；剧本全程使用现在的版本，换版本一事和当时旧版本的问法、步骤、期限未导出",
            f"The case went over to another version ({way}); the story uses the present one throughout: "
            "that it went over, and what the earlier ones asked, offered and set as limits, is not in it",
        )

    def _note(self, zh: str, en: str) -> None:
        if {"zh-CN": zh, "en": en} not in self._notes:
            self._notes.append({"zh-CN": zh, "en": en})


def card_kind(pressed: Row) -> str:
    """What kind of card a button stands on, such as a reply's."""
    return str(pressed["card"]).partition(":")[0]


def kind_of(sent: Mapping[str, Any]) -> str:
    """What kind of notice a row of the outbox is, without its words."""
    notice = sent["notice"]
    return f"{notice['kind']} {notice['params'].get('key', '')}".strip()


def _given(**words: str) -> dict[str, str]:
    return {name: each for name, each in words.items() if each}
