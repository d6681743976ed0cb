"""A story as its author wrote it: who is there, what was sold, and the steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from core.commands.contents import MOST_LINK, MOST_TOPICS, NAME, Text, Title, Topic
from core.commands.contracts import Traveller
from core.commands.people import Language
from core.commands.service_templates import SetServiceTemplate
from core.engine.flow import Flow

NOTHING = "nothing"
"""Where a list of expected things stands: there is none."""


MAIN = "main"
"""The case with which a story begins, where a step says which case it is about."""


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _listed(value: object) -> object:
    """One thing is a list of one; the word "nothing" is the empty list."""
    if value == NOTHING:
        return []
    return value if isinstance(value, list) else [value]


class Person(Shape):
    """Without roles a client; a stranger is bound to nobody. A client has signed his consent on paper, unless `consent`
    is no; `invited`: he has a file, and his chat is bound when he says the code that a member of staff gave him.
    `tags` stand in his file from the beginning; without `promotion` he has asked for no advertising. `follows`: he is a
    guardian of that client; unless he `hears`, he is not told what the client is told."""

    name: str = Field(min_length=1)
    roles: tuple[str, ...] = ()
    stranger: bool = False
    invited: bool = False
    consent: bool = True
    language: Language | None = None
    phone: str = "13800001234"
    email: str = "client@example.com"
    tags: tuple[str, ...] = ()
    promotion: bool = True
    follows: str | None = None
    hears: bool = True

    @property
    def kind(self) -> Literal["client", "staff", "stranger"]:
        return "stranger" if self.stranger else "staff" if self.roles else "client"


class Contract(Shape):
    """`client` is a person's key (absent: the first client); `team` is filled with the first holder of each role."""

    client: str | None = None
    travellers: tuple[Traveller, ...] = Field(min_length=1)
    fields: dict[str, str | list[str]] = Field(default_factory=dict)
    team: dict[str, str] = Field(default_factory=dict)
    number: str = "HT-0001"
    package: str = "标准 / Standard"
    amount: int = Field(default=128_000, ge=0)  # minor units (分)
    state: Literal["draft", "active"] = "draft"


class Content(Shape):
    """A version of a content of the office, as it is before the story begins; the versions of one key follow each
    other."""

    key: str = Field(pattern=NAME)
    title: dict[str, Title]
    text: dict[str, Text]
    link: str = Field(default="", max_length=MOST_LINK)
    topics: tuple[Topic, ...] = Field(max_length=MOST_TOPICS)
    published: bool = False


class Story(Shape):
    """`flow` is a path seen from the story's file; so are `tables` (name -> CSV; absent: tables/<name>.csv beside the
    flow) and `also`, further flows that are published before it, such as those of its child cases. `clock` is local
    time of the flow's calendar. `masked`: it was made from a real case, with stand-ins for what is personal; `notes`
    (language -> words) say what it could not keep. `calendars` (name -> JSON file), `contents` and `services` are the
    office's own, which are there before anybody comes."""

    story: str = Field(min_length=1)
    masked: bool = False
    notes: tuple[dict[str, str], ...] = ()
    flow: str
    tables: dict[str, str] = Field(default_factory=dict)
    also: tuple[str, ...] = ()
    calendars: dict[str, str] = Field(default_factory=dict)
    contents: tuple[Content, ...] = ()
    services: tuple[SetServiceTemplate, ...] = ()
    clock: str
    language: Language = "zh-CN"
    people: dict[str, Person] = Field(min_length=1)
    contract: Contract | None = None
    steps: list[dict[str, Any]] = Field(min_length=1)


class Exactly(Shape):
    """A text that is the whole message, not a part of it."""

    equals: str


Expected = str | Exactly
ExpectedTexts = Annotated[list[Expected], BeforeValidator(_listed)]
Texts = Annotated[list[str], BeforeValidator(_listed)]


Deeds = Annotated[list[dict[str, Any]], BeforeValidator(_listed)]
"""Arguments of one command, or of the same command several times."""


class SentFile(Shape):
    """A file made by a recipe."""

    file: str
    name: str = ""
    caption: str = ""
    text: str = ""
    pages: int = Field(default=1, ge=1, le=500)
    variant: int = Field(default=1, ge=1, le=999)


class SentKind(Shape):
    """A message that carries neither words nor a file."""

    kind: str


class Press(Shape):
    """`on`: words of the card. `old`: a button as the card once showed it, though it shows it no more.
    `of`: whose button it is, when somebody presses what was sent to another."""

    button: str
    on: str = ""
    old: bool = False
    of: str | None = None


class CaseIs(Shape):
    stage: str | None = None
    substate: str | None = None
    state: Literal["open", "closed"] | None = None
    outcome: str | None = None
    due: str | None = None


class ChecklistIs(Shape):
    done: int
    total: int


class TaskIs(Shape):
    """`title` in either language; exactly one task of the case must fit."""

    title: str
    role: str | None = None
    who: str | None = None
    due: str | None = None
    state: Literal["open", "done", "ended"] | None = None


class EventIs(Shape):
    """An event, and what it says."""

    name: str
    data: dict[str, str] = Field(default_factory=dict)


def _event(value: object) -> object:
    if isinstance(value, str):
        return {"name": value}
    if isinstance(value, dict) and len(value) == 1:
        ((name, data),) = value.items()
        return {"name": name, "data": data}
    return value


Event = Annotated[EventIs, BeforeValidator(_event)]
Tasks = Annotated[list[TaskIs], BeforeValidator(_listed)]
Events = Annotated[list[Event], BeforeValidator(_listed)]


@dataclass(frozen=True, slots=True)
class Step:
    """One step, read: `who` is empty where the step is about the case, the clock or the gateways."""

    number: int
    line: int
    title: str
    who: str
    verb: str
    arg: Any


@dataclass(frozen=True, slots=True)
class Script:
    """A story that was read and has no mistakes that reading can find. `source` is the flow's, byte for byte, and
    `tables` are the CSV files of those that it uses and that are at hand; `calendars` those that it brings."""

    path: str
    story: Story
    source: bytes
    flow: Flow
    steps: tuple[Step, ...]
    tables: Mapping[str, bytes] = field(default_factory=dict)
    also: tuple[tuple[bytes, Flow], ...] = ()
    calendars: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # name -> hours

    @property
    def flows(self) -> tuple[Flow, ...]:
        """Of all cases that the story may speak of."""
        return self.flow, *(flow for _, flow in self.also)
