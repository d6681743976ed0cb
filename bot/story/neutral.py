"""Words of people as a story may have them: a known command stays, all else becomes neutral words of its role."""

import re
from dataclasses import dataclass

from bot.dialogs import (
    approving,
    batch,
    case_desk,
    commands,
    consent,
    delegating,
    desk,
    digests,
    form,
    hand_over,
    handoff,
    pauses,
    promotion,
    reminders,
    send_back,
    services,
    survey,
    task_desk,
    undo,
    uploads,
)
from bot.story.standins import Standins, is_chinese
from core.clients.tags import written
from core.engine.flow import Flow

_COMMANDS = frozenset().union(
    *commands.WORDS.values(), consent.RIGHTS, undo.WORDS, uploads.WORDS, handoff.BACK, promotion.OFF, promotion.ON
)
_DESK = frozenset().union(approving.MINE, desk.BOARD, desk.TASKS, task_desk.OVERDUE, batch.BATCH, handoff.END)
_NUMBER = re.compile(r"\d{1,3}")
_SHORTEST = 2  # characters of a piece of an item's name
_CLIENT = {"zh-CN": "（客户的话，已隐去）", "en": "(words of the client, masked)"}
_TAG = {"zh-CN": "已隐去", "en": "masked"}  # no longer than a tag may be
_ANGRY = {"zh-CN": "我要投诉（原话已隐去）", "en": "I complain (words masked)"}
_STAFF = {"zh-CN": "（同事的话，已隐去）", "en": "(words of a colleague, masked)"}


@dataclass(frozen=True, slots=True)
class Speech:
    """What words are measured by. ``number``: the one that the case has in its story; ``language``: of words that say
    nothing of theirs."""

    flow: Flow
    flow_words: str
    names: Standins
    travellers: tuple[str, ...]
    number: str

    def client(self, text: str) -> str:
        """What a client wrote."""
        said = text.strip()
        if not said or said.lower() in _COMMANDS or _NUMBER.fullmatch(said) or self._of_flow(said):
            return said or text
        if (
            reminders.LATER.fullmatch(said)
            or survey.RATING.fullmatch(said)
            or undo.CHANGE.fullmatch(said)
            or pauses.is_thanks(said, pauses.shipped())
        ):
            return said
        return (_ANGRY if handoff.ANGRY.search(said) else _CLIENT)[_language(said)]

    def caption(self, text: str) -> str:
        """Of a client's file: the item and the traveller that it names; else none."""
        who = next((self.names.name(each) for each in self.travellers if each.lower() in text.lower()), "")
        if self._of_flow(text.strip()):
            return text.strip()
        named = self._item_in(text)
        return f"{who} {named}".strip() if named or (who and len(self.travellers) > 1) else ""

    def file_name(self, name: str) -> str:
        """Empty where the name says nothing that decides."""
        stem, _, end = name.rpartition(".")
        named = self._item_in(stem or name)
        return f"{named}.{end.lower()}" if named and end.isalnum() and len(end) <= 4 else ""

    def is_command(self, text: str, *, staff: bool) -> bool:
        """Whether it is a word that the bot takes at any time, whatever it has asked."""
        return text.strip().lower() in (_COMMANDS | _DESK if staff else _COMMANDS)

    def tag(self, tag: str) -> str:
        """It stays where the flow says the word."""
        return tag if tag in self.flow_words else _TAG[_language(tag)]

    def staff(self, text: str, *, dates: bool = False) -> str:
        """What a colleague wrote. ``dates``: it gave a document's date."""
        said = text.strip()
        if dates and (day := form._DATE.fullmatch(said)):
            return f"{day[1]}-{int(day[2]):02d}-01"  # which day it was nobody needs to know
        if said.lower() in _COMMANDS | _DESK or digests.WORDS.fullmatch(said) or _NUMBER.fullmatch(said):
            return said
        return self._order(said) or _STAFF[_language(said)]

    def score(self, score: int, text: str) -> str:
        """What a colleague wrote as his vote: the figure decides and stays, his words do not."""
        rest = text.strip().removeprefix(str(score)).strip("分 \t\n,，:：;；")
        return f"{score} {_STAFF[_language(rest)]}" if rest else str(score)

    def _order(self, said: str) -> str:
        """A command with a case's number in front and free words behind."""
        number, words = self.number, _STAFF[_language(said)]
        for pattern in (desk.CASE, hand_over.HAND_OVER, services.SERVICES):
            if match := pattern.fullmatch(said):
                return said[: match.start("number")] + number
        for pattern, rest in ((desk.REPLY, "words"), (desk.REJECT, "rest"), (desk.UPLOAD, "item")):
            if match := pattern.fullmatch(said):
                named = self._item_in(match[rest]) if rest != "words" else ""
                return f"{said[: match.start('number')]}{number} " + " ".join(
                    part for part in (named, words if rest != "item" or not named else "") if part
                )
        for pattern in (case_desk.TAG, case_desk.UNTAG):
            if match := pattern.fullmatch(said):
                return f"{said[: match.start('number')]}{number} {self.tag(written(match['tag']))}"
        if match := send_back.SEND_BACK.fullmatch(said):
            return f"{said[: match.start('number')]}{number}" + (f" {words}" if match["remark"] else "")
        if match := handoff.NOTE.fullmatch(said):
            return said[: match.start("words")] + words
        if match := case_desk.FIND.fullmatch(said):
            return said[: match.start("words")] + self.names.name(match["words"].strip())
        if match := delegating.DELEGATE.fullmatch(said):
            return said.split()[0]
        if match := form._ITEMS.fullmatch(said):
            return f"{match[1]} {words}"
        return ""

    def _of_flow(self, said: str) -> bool:
        """An item's or a choice's name, or the piece of an item's name by which people call it."""
        bare = _bare(said)
        if len(bare) < _SHORTEST or self._personal(said):
            return False
        named = [_bare(name) for each in self.flow.items for name in (each.key, *each.name.values())]
        chosen = [_bare(name) for each in self.flow.fields for one in each.choices for name in one.name.values()]
        return bare in chosen or any(name == bare or name.startswith(bare) or name.endswith(bare) for name in named)

    def _personal(self, said: str) -> bool:
        return any(each.lower() in said.lower() for each in self.travellers)

    def _item_in(self, text: str) -> str:
        """The longest name of an item, or what stands before its bracket, that the words hold."""
        bare, best = _bare(text), ""
        for each in self.flow.items:
            for name in each.name.values():
                for form_ in (name, re.split(r"[(（+,，/]", name)[0].strip()):
                    if len(form_) > max(1, len(best)) and _bare(form_) in bare:
                        best = form_
        return best


def _language(text: str) -> str:
    return "zh-CN" if is_chinese(text) else "en"


def _bare(words: str) -> str:
    return re.sub(r"[\s_\-.]+", "", words).lower()
