"""Commands about contents of the office: reports, articles and invitations that rules send to clients."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from core.commands.command import Command

NAME = r"^[a-z][a-z0-9_]{0,47}$"
MOST_TITLE = 120  # characters, of each language
MOST_TEXT = 1500  # characters, of each language; the handler counts bytes
MOST_LINK = 500
MOST_TOPICS = 10
MOST_TOPIC = 20  # characters
Title = Annotated[str, StringConstraints(max_length=MOST_TITLE)]
Text = Annotated[str, StringConstraints(max_length=MOST_TEXT)]
Topic = Annotated[str, StringConstraints(max_length=MOST_TOPIC)]


class WriteContent(Command):
    """What a content says, as its newest version; it reaches nobody before it is published."""

    permission: ClassVar[str] = "content.write"

    key: str = Field(pattern=NAME)
    title: dict[str, Title]  # language -> words
    text: dict[str, Text]  # language -> words, with the placeholders of messages
    link: str = Field(default="", max_length=MOST_LINK)
    topics: tuple[Topic, ...] = Field(max_length=MOST_TOPICS)


class PublishContent(Command):
    """A version of a content goes out, in place of the one that was published; cases whose flows wait for it hear."""

    permission: ClassVar[str] = "content.write"

    key: str = Field(pattern=NAME)
    number: int = Field(ge=1)


class WithdrawContent(Command):
    """No version of this content goes out any more; whoever has it keeps it."""

    permission: ClassVar[str] = "content.write"

    key: str = Field(pattern=NAME)


class SpreadContent(Command):
    """A timer's command: the next part of the open cases whose flows wait for contents is handed on, each to a timer of
    its own."""

    permission: ClassVar[str] = "rule.run"

    key: str
    content_id: int  # of the version
    after: int = 0  # id of the last case that was looked at


class HearContent(Command):
    """A timer's command: a case hears that a content was published, and its rules are asked."""

    permission: ClassVar[str] = "rule.run"
    about: ClassVar[tuple[str, str] | None] = ("case", "case_id")

    case_id: int
    content_id: int


class SendContent(Command):
    """Send the client of a case a content, unless he has it or is to be left in peace: the version that an event told
    of (`content_id`), the published one of a content (`content`), or the newest about what a field names (`topics`)."""

    permission: ClassVar[str] = "content.send"
    about: ClassVar[tuple[str, str] | None] = ("case", "case_id")

    case_id: int
    rule: str  # key of the rule that asks for it
    content_id: int = 0
    content: str = ""
    topics: str = ""
