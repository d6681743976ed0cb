"""A phone in somebody's hand: the chat page, alone in a window or in a frame of the demo page."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page, expect


class Phone:
    """Says, sends and presses what a person would; waits until the page shows what it should."""

    def __init__(self, view: Page | FrameLocator, take: Callable[[], None] = lambda: None) -> None:
        self.view = view
        self.take = take  # brings the phone to the front

    # -- what is seen ----------------------------------------------------------------------------------------------

    @property
    def messages(self) -> Locator:
        return self.view.get_by_test_id("message")

    @property
    def words(self) -> list[str]:
        """Every message as it is read, oldest first."""
        return self.messages.all_inner_texts()

    @property
    def heard(self) -> list[str]:
        """Every message of the other side."""
        return self.view.locator('[data-testid="message"]:not([data-from="me"])').all_inner_texts()

    def card(self, kind: str, title: str = "") -> Locator:
        """Take the phone and wait for a card of a kind with these words in its title; the newest one."""
        self.take()
        found = self.view.locator(f'[data-testid="card"][data-kind="{kind}"]')
        if title:
            found = found.filter(has=self.view.locator(".card-title", has_text=title))
        expect(found.last).to_be_visible()
        return found.last

    def hears(self, words: str) -> Locator:
        """Wait for a message of the other side with these words."""
        found = self.view.locator('[data-testid="message"]:not([data-from="me"])').filter(has_text=words).last
        expect(found).to_be_visible()
        return found

    def buttons(self, card: Locator) -> list[str]:
        return card.get_by_test_id("card-button").all_inner_texts()

    # -- what is done ----------------------------------------------------------------------------------------------

    def says(self, text: str) -> None:
        self.take()
        self.view.get_by_test_id("composer-input").fill(text)
        self.view.get_by_test_id("send-button").click()

    def sends(self, *files: Path, caption: str = "") -> None:
        self.take()
        self.view.get_by_test_id("file-input").set_input_files(list(files))
        if caption:
            self.view.get_by_test_id("composer-input").fill(caption)
        self.view.get_by_test_id("send-button").click()

    def button(self, label: str, within: Locator | None = None) -> Locator:
        """The newest button with exactly this label."""
        place = self.view.get_by_test_id("message-list") if within is None else within
        return place.get_by_test_id("card-button").filter(has_text=re.compile(f"^{re.escape(label)}$")).last

    def presses(self, label: str, within: Locator | None = None, gone: bool = False) -> None:
        """Press a button; with `gone`, wait until the card is drawn anew without it."""
        self.take()
        self.button(label, within).click()
        if gone:
            expect(self.button(label, within)).to_have_count(0)
