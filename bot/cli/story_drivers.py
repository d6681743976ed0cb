"""The channels on which a story can be played: loopback in memory, webchat through its real HTTP routes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import httpx

from adapters.loopback.channel import LoopbackChannel
from adapters.webchat.channel import NAME as WEBCHAT
from adapters.webchat.channel import WebchatChannel
from adapters.webchat.config import WebchatConfig
from bot.app import Banli
from bot.story.driver import Driver, Shown, ShownButton
from bot.web import web
from core.channel.inbound import Address, ButtonPress, ContactEvent, FileRef, Inbound, InboundMessage, Update
from core.channel.outbound import Card
from core.kit.ids import new_id
from core.ledger import inbox

ACCOUNT: Final = "story"


@dataclass(slots=True)
class LoopbackDriver:
    """Updates go into the inbox as a platform would deliver them; what was sent lies in the channel's list."""

    banli: Banli
    platform: LoopbackChannel = field(default_factory=lambda: LoopbackChannel(account=ACCOUNT))
    channel: str = "loopback"
    account: str = ACCOUNT

    def __post_init__(self) -> None:
        self.banli.add(self.platform)

    def external_id(self, who: str) -> str:
        return f"story-{who}"

    async def enter(self, who: str) -> None:
        self._arrives(who, ContactEvent(address=self._at(who), sender=self.external_id(who), event="entered"))

    async def say(self, who: str, text: str) -> None:
        self._arrives(who, InboundMessage(address=self._at(who), sender=self.external_id(who), text=text))

    async def send_kind(self, who: str, kind: str) -> None:
        self._arrives(who, InboundMessage(address=self._at(who), sender=self.external_id(who), other=kind))

    async def upload(self, who: str, name: str, media_type: str, data: bytes, caption: str, album: str = "") -> None:
        handle = f"file-{new_id()}"
        self.platform.files[handle] = data
        ref = FileRef(handle=handle, name=name, media_type=media_type, size=len(data))
        said = InboundMessage(address=self._at(who), sender=self.external_id(who), text=caption, file=ref, album=album)
        self._arrives(who, said)

    async def press(self, who: str, token: str, message_id: str) -> None:
        at = self._at(who)
        self._arrives(who, ButtonPress(address=at, sender=self.external_id(who), token=token, message_id=message_id))

    async def chat(self, who: str) -> list[Shown]:
        mine = [each for each in self.platform.sent if each.to.chat == self.external_id(who)]
        return [_shown(each.external_id, each.message.card) for each in mine]

    async def close(self) -> None:
        """Nothing is open."""

    def _at(self, who: str) -> Address:
        return Address(channel=self.channel, account=self.account, chat=self.external_id(who))

    def _arrives(self, who: str, inbound: Inbound) -> None:
        update = Update(
            channel=self.channel,
            account=self.account,
            platform_id=f"{who}-{new_id()}",
            conversation=self._at(who).key,
            raw=inbound.model_dump_json().encode(),
        )
        self.banli.store.run(lambda uow: inbox.append(uow, update))


class WebchatDriver:
    """Every person has a seat at the page, with a browser of his own: session cookie, JSON, multipart.

    The page's own limit of size is set above the house's, so that what the house says of a large file is heard.
    """

    def __init__(self, banli: Banli, seats: Mapping[str, str]) -> None:
        self.channel, self.account = WEBCHAT, ACCOUNT
        self._seats = seats
        most = 2 * banli.settings.limits.upload_bytes
        config = WebchatConfig(account=ACCOUNT, seats=seats, open=False, max_file_bytes=most)
        banli.add(WebchatChannel(config, banli.store, banli.files, banli.hub))
        transport = httpx.ASGITransport(web(replace(banli, webchat=config), loops=False))
        self._browsers = {
            who: httpx.AsyncClient(transport=transport, base_url=f"http://localhost/chat/{who}/api/") for who in seats
        }
        self._feeds: dict[str, dict[str, Shown]] = {who: {} for who in seats}
        self._cursors = dict.fromkeys(seats, "0")

    def external_id(self, who: str) -> str:
        return self._seats[who]

    async def enter(self, who: str) -> None:
        await self._post(who, "session", {})

    async def say(self, who: str, text: str) -> None:
        await self._post(who, "messages", {"id": _id(), "text": text})

    async def send_kind(self, who: str, kind: str) -> None:
        await self._post(who, "messages", {"id": _id(), "text": "", "kind": kind})

    async def upload(self, who: str, name: str, media_type: str, data: bytes, caption: str, album: str = "") -> None:
        form = {"id": _id(), "caption": caption, "album": album}
        await self._ask(who, "POST", "files", data=form, files={"file": (name, data, media_type)})

    async def press(self, who: str, token: str, message_id: str) -> None:
        await self._post(who, "presses", {"id": _id(), "token": token, "message": message_id})

    async def chat(self, who: str) -> list[Shown]:
        """What the page would show: new messages at the end, redrawn ones in their place."""
        feed = self._feeds[who]
        while True:
            answer = await self._ask(who, "GET", "messages", params={"after": self._cursors[who]})
            page = answer.json()
            if not page["messages"]:
                return list(feed.values())
            self._cursors[who] = page["cursor"]
            for each in page["messages"]:
                if each["from"] != "me":
                    feed[each["id"]] = _shown(each["id"], Card.model_validate(_card(each["card"])))

    async def close(self) -> None:
        for browser in self._browsers.values():
            await browser.aclose()

    async def _post(self, who: str, path: str, said: dict[str, Any]) -> None:
        await self._ask(who, "POST", path, json=said)

    async def _ask(self, who: str, method: str, path: str, **what: Any) -> httpx.Response:
        """As the page does: whoever comes back after his session has ended begins a new one, once."""
        browser = self._browsers[who]
        answer = await browser.request(method, path, **what)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            (await browser.post("session", json={})).raise_for_status()
            answer = await browser.request(method, path, **what)
        return answer.raise_for_status()


DRIVERS: Final = ("loopback", "webchat")


def driver_of(channel: str, banli: Banli, people: list[str]) -> Driver:
    """Raises KeyError for a channel on which no story can be played."""
    if channel == "loopback":
        return LoopbackDriver(banli)
    if channel == "webchat":
        return WebchatDriver(banli, {who: f"story-{who}" for who in people})
    raise KeyError(channel)


def _shown(message_id: str, card: Card) -> Shown:
    facts = [f"{label}: {value}" for label, value in card.facts]
    words = "\n".join(part for part in (card.title, card.text, *facts, card.footer) if part)
    return Shown(message_id, words, tuple(ShownButton(each.label, each.token) for each in card.buttons))


def _card(card: dict[str, Any]) -> dict[str, Any]:
    """The page's card without its picture, which it shows by an address of its own."""
    return {**card, "image": None}


def _id() -> str:
    return f"story-{new_id()}"
