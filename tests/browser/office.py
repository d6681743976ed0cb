"""Four people who take the demo's case through its stages and know nothing but what the hint tells them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, expect

from bot.app import FLOWS
from bot.demo.hints import SEATS
from bot.texts.catalogue import built_in
from core.engine.flow import Flow, read_flow
from tests.browser.phone import Phone

DEPOSIT = {"zh-CN": "定金已到账", "en": "Deposit received"}
EFFECTIVE = {"zh-CN": "合同生效，开始办理", "en": "Contract effective: go"}
APPROVE = {"zh-CN": "通过", "en": "Approve"}
REJECT = {"zh-CN": "退回", "en": "Reject"}
DATE = {"zh-CN": "填写", "en": "Give the "}
BEST = {"zh-CN": "5 非常满意", "en": "5 excellent"}
EXPIRES = "2031-05-01"


def demo_flow() -> Flow:
    return read_flow((FLOWS / "visa_jp_tourist" / "v1.yaml").read_bytes())


@dataclass
class Office:
    """`hint` reads the demo's sentence as it stands now, `pause` waits a moment."""

    language: str
    client: Phone
    consultant: Phone
    copywriter: Phone
    reviewer: Phone
    hint: Callable[[], str]
    pause: Callable[[], None]
    papers: dict[str, Path]
    flow: Flow = field(default_factory=demo_flow)
    steps: list[str] = field(default_factory=list)  # what was done, in order
    after_each: Callable[[str], None] = lambda what: None
    reject_first: bool = False  # the first passport is blurred and goes back

    def work(self, until: str, most: int = 60) -> None:
        """Do what the hint says until it says `until`, a key of the hints."""
        for _ in range(most):
            what, words = self.asked()
            if what == until:
                return
            before = self.hint()
            try:
                getattr(self, f"_{what}")(**words)
                self._await_another(before)
            except Exception as error:
                raise AssertionError(f"at {what} after {self.steps}: {error}\n{self._heard()}") from error
            self.steps.append(what)
            self.after_each(what)
        raise AssertionError(f"the hint never came to {until}: {self.steps}, now: {self.hint()}")

    def asked(self) -> tuple[str, dict[str, str]]:
        """Which hint it is, and what it names."""
        sentence, texts = self.hint(), built_in()
        names = ("item", "number", "button")
        for what in SEATS:
            pattern = re.escape(texts.say(self.language, f"demo.{what}", {name: f"<{name}>" for name in names}))
            found = re.fullmatch(re.sub("<([a-z]+)>", "(?P<\\1>.+)", pattern), sentence)
            if found is not None:
                return what, found.groupdict()
        raise AssertionError(f"no such hint: {sentence!r}")

    def _await_another(self, before: str) -> None:
        for _ in range(150):
            if self.hint() != before:
                return
            self.pause()
        raise AssertionError(f"the hint still says: {before}")

    def _heard(self) -> str:
        """The last that everybody has read, for the reader of a failed test."""
        people = (self.client, self.consultant, self.copywriter, self.reviewer)
        return "\n---\n".join("\n".join(each.words[-2:]) for each in people)

    # -- the steps, each named like its hint -----------------------------------------------------------------------

    def _deposit(self) -> None:
        self.consultant.presses(DEPOSIT[self.language])

    def _contract(self) -> None:
        self.consultant.presses(EFFECTIVE[self.language])

    def _begin(self, button: str) -> None:
        self.consultant.presses(button)

    def _send(self, item: str) -> None:
        """The first photo is named by the camera, so the bot asks what it is."""
        key, first = self.key_of(item), "send" not in self.steps
        self.client.sends(self.papers["blurred" if first and self.reject_first else key])
        if first:
            self.client.presses(item)

    def _review(self, item: str) -> None:
        """What a person must check first, then the decision; a decided card keeps no button."""
        card = self.reviewer.card("review", item)
        if self.reject_first and "review" not in self.steps:
            self.reject(card)
            return
        self.check(card)
        self.reviewer.presses(APPROVE[self.language], card)
        expect(card.get_by_test_id("card-button")).to_have_count(0)

    def reject(self, card: Locator) -> None:
        """For the first reason of the flow: the client reads it."""
        self.reviewer.presses(REJECT[self.language], card)
        reason = self.flow.reasons[0].name[self.language]
        self.reviewer.presses(reason, self.reviewer.card("reasons"))
        expect(card.get_by_test_id("card-button")).to_have_count(0)
        self.client.hears(reason)

    def check(self, card: Locator) -> None:
        """Press every tick of a review card and give the dates that it asks for."""
        stay = ("approve", "reject", "original", "second_look", "in_an_hour", "tomorrow")
        last = [built_in().say(self.language, f"button.{key}") for key in stay]
        while labels := [each for each in self.reviewer.buttons(card) if each not in last]:
            asks = labels[0].startswith(DATE[self.language])
            self.reviewer.presses(labels[0], card, gone=not asks)
            if asks:
                self.reviewer.hears(labels[0].removeprefix(DATE[self.language]))
                self.reviewer.says(EXPIRES)
                expect(self.reviewer.button(labels[0], card)).to_have_count(0)

    def _prepare(self, button: str) -> None:
        card = self.copywriter.card("stage_work", self.name("prepare"))
        for key in self.flow.stage("prepare").exit_form:
            self.copywriter.presses(self.flow.field(key).name[self.language], card, gone=True)
        self.copywriter.presses(button, card)

    def _internal(self, button: str) -> None:
        self.reviewer.presses(button)

    def _receipt(self, number: str, item: str) -> None:
        caption = {"zh-CN": f"案 {number} {item}", "en": f"case {number} {item}"}[self.language]
        self.consultant.sends(self.papers["receipt"], caption=caption)

    def _file(self, button: str) -> None:
        self.consultant.presses(button)

    def _tracking(self, button: str) -> None:
        """First the state, then the result, which asks for two things."""
        card = self.consultant.card("stage_work", self.name("tracking"))
        review = self.flow.stage("tracking").substates[1].name[self.language]
        self.consultant.presses(review, card, gone=True)
        self.consultant.presses(button, card)
        for answer, field_key in ((EXPIRES, "valid_to"), ("15", "days")):
            self.consultant.hears(self.flow.field(field_key).name[self.language])
            self.consultant.says(answer)

    def _granted(self, button: str) -> None:
        self.consultant.presses(button)

    def _survey(self) -> None:
        self.client.presses(BEST[self.language])

    def _finish(self, button: str) -> None:
        self.consultant.presses(button)

    # -- names -----------------------------------------------------------------------------------------------------

    def name(self, stage: str) -> str:
        return self.flow.stage(stage).name[self.language]

    def key_of(self, item: str) -> str:
        return next(each.key for each in self.flow.items if each.name[self.language] == item)
