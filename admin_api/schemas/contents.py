"""Contents of the office in JSON."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from admin_api.paging import Next
from admin_api.schemas.asked import Whole
from admin_api.schemas.ids import ActorIdOut
from admin_api.schemas.model import Given, Moment, Sent
from core.commands.contents import MOST_LINK, MOST_TEXT, MOST_TITLE, MOST_TOPIC, MOST_TOPICS
from core.engine.text import Words
from core.store.sealing import Row
from core.views.audience import MOST_CASES, MOST_REASONS, MOST_SHOWN, Audience, OfRule

_TITLE = {"zh-CN": "2026 新能源行业报告", "en": "New energy report 2026"}
_TEXT = {"zh-CN": "{name}，补贴政策有三处变化。", "en": "{name}, the subsidies change in three places."}
State = Literal["draft", "published", "withdrawn"]


class NewContent(Sent):
    """What a content says."""

    title: dict[str, Annotated[str, StringConstraints(max_length=MOST_TITLE)]] = Field(
        description="In zh-CN and en.", examples=[_TITLE]
    )
    text: dict[str, Annotated[str, StringConstraints(max_length=MOST_TEXT)]] = Field(
        description="In zh-CN and en, at most 1,500 bytes each; the placeholders of messages may stand in it.",
        examples=[_TEXT],
    )
    link: str = Field(
        default="",
        max_length=MOST_LINK,
        description="Where the whole of it is; https. Empty: nowhere.",
        examples=["https://example.com/2026"],
    )
    topics: list[Annotated[str, StringConstraints(max_length=MOST_TOPIC)]] = Field(
        min_length=1, max_length=MOST_TOPICS, description="What it is about, a word each.", examples=[["新能源政策"]]
    )


class Number(Sent):
    """Which version."""

    number: Whole = Field(ge=1, le=1_000_000, examples=[1])


class ContentVersion(Given):
    """A version of a content; what it says never changes."""

    number: int
    state: State = Field(description="withdrawn: or replaced by another version.")
    title: Words
    text: Words
    link: str
    topics: list[str]
    written_at: Moment
    written_by: ActorIdOut
    published_at: Moment | None = Field(description="The last time.")
    withdrawn_at: Moment | None


class OneContent(Given):
    """A content: its newest version, and which one is published."""

    key: str
    published: int | None = Field(description="Number of the version that goes out now; null: none does.")
    newest: ContentVersion


class ContentList(Given):
    """By their keys."""

    contents: list[OneContent]
    next: Next


class VersionList(Given):
    """The newest first."""

    versions: list[ContentVersion]
    next: Next


class ReasonNot(Given):
    """Why cases would not get it."""

    code: str = Field(examples=["condition"])
    words: Words
    cases: int


class RuleAudience(Given):
    """What one rule would do."""

    flow: str
    rule: str
    name: Words
    cases: int
    clients: int
    reasons: list[ReasonNot] = Field(description=f"The most frequent first, at most {MOST_REASONS}.")


class ContentAudience(Given):
    """Who would get a version if it were published now. Nothing is sent."""

    key: str
    number: int
    looked_at: int = Field(description=f"Open cases of flows with such a rule; at most {MOST_CASES}, the oldest.")
    left_off: int = Field(description="Open cases beyond that.")
    cases: int
    clients: int
    rules: list[RuleAudience]
    shown: list[str] = Field(
        description=f"Numbers of cases that would get it and that the caller may see: the first {MOST_SHOWN}."
    )


def content_of(row: Row, newest: Row) -> OneContent:
    return OneContent(key=row["name"], published=row["published"], newest=content_version_of(row, newest))


def content_version_of(row: Row, version: Row) -> ContentVersion:
    """``row``: the content that it is a version of."""
    published = row["published_id"] == version["id"]
    state: State = "published" if published else "draft" if version["published_at"] is None else "withdrawn"
    names = ("number", "title", "link", "topics", "written_at", "written_by", "published_at", "withdrawn_at")
    return ContentVersion(**{name: version[name] for name in names}, text=version["body"], state=state)


def audience_of(version: Row, found: Audience) -> ContentAudience:
    return ContentAudience(
        key=version["name"],
        number=version["number"],
        looked_at=found.looked_at,
        left_off=found.left_off,
        cases=found.cases,
        clients=found.clients,
        rules=[_rule_of(each) for _, each in sorted(found.rules.items())],
        shown=found.shown,
    )


def _rule_of(each: OfRule) -> RuleAudience:
    reasons = [ReasonNot(code=code, words={"zh-CN": zh, "en": en}, cases=many) for (code, zh, en), many in each.reasons]
    return RuleAudience(
        flow=each.flow,
        rule=each.rule,
        name=each.name,
        cases=each.cases,
        clients=len(each.clients),
        reasons=reasons,
    )
