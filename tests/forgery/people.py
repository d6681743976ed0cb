"""Two clients who sit at the page, each with a case, a chat and a link: what one proves is not the other's."""

import asyncio
import json
from dataclasses import dataclass
from typing import Final

from adapters.webchat.tables import web_session
from adapters.webchat.verify import COOKIE, digest_of
from bot.demo.seed import new_case
from core.cases.tables import case
from core.clients.service import identity_of
from core.commands.contracts import ActivateContract, RecordDeposit
from core.commands.identity import RecordPaperConsent
from core.commands.people import BindClientIdentity, RegisterClient, SetClientLanguage
from core.contracts.tables import contract
from core.conversations.tables import conversation
from core.ledger.buttons import Offer, mint, offer
from core.staff.tables import staff
from tests.forgery.sent import Sent, deliver
from tests.forgery.site import ForgeSite

HOST: Final = (b"host", b"testserver")
ORIGIN: Final = (b"origin", b"http://testserver")
JSON: Final = (b"content-type", b"application/json")


@dataclass(frozen=True, slots=True)
class Sitter:
    """Somebody at the page: what his browser holds, and who he is to the product."""

    secret: str
    visitor: str
    client_id: int
    conversation_id: int
    case_id: int

    @property
    def cookie(self) -> bytes:
        return f"{COOKIE}={self.secret}".encode()

    @property
    def chat(self) -> str:
        return f"webchat:web:{self.visitor}"


def sit_down(site: ForgeSite, seat: str = "me") -> tuple[str, str]:
    """Open the page as somebody new. Returns his secret and his visitor id."""
    answer = asyncio.run(deliver(site.app, Sent("POST", f"/chat/{seat}/api/session".encode(), headers=(HOST, ORIGIN))))
    assert answer.status == 200, answer
    if seat == "widget":
        secret = str(json.loads(answer.body)["visitor"])
    else:
        [cookie] = [value for name, value in answer.headers if name == b"set-cookie"]
        secret = cookie.split(b";")[0].split(b"=", 1)[1].decode()
    with site.banli.reading.open() as reader:
        row = reader.first(web_session, digest=digest_of(secret))
    assert row is not None
    return secret, str(row["visitor"])


def end_session(site: ForgeSite, secret: str) -> None:
    """Its time is over."""
    with site.banli.reading.open() as reader:
        row = reader.first(web_session, digest=digest_of(secret))
    assert row is not None
    site.run(lambda uow: uow.change(web_session, row["id"], expires_at=site.clock.now()))


def become(site: ForgeSite, client_id: int, number: str) -> Sitter:
    """A client at the page, in a chat of his own, with an open case."""
    secret, visitor = sit_down(site)
    site.rest()
    site.do(BindClientIdentity(client_id=client_id, channel="webchat", account="web", external_id=visitor))
    with site.banli.reading.open() as reader:
        found = reader.find(contract, client_id=client_id)
        team = {role: row["id"] for row in reader.find(staff) for role in row["roles"]}
    contract_id = found[0]["id"] if found else site.run(
        lambda uow: new_case(uow, site.banli.bus, client_id, team, number)
    )  # fmt: skip
    for command in (RecordDeposit(contract_id=contract_id), ActivateContract(contract_id=contract_id)):
        site.do(command)
    site.rest()
    with site.banli.reading.open() as reader:
        [chat] = reader.find(conversation, key=f"webchat:web:{visitor}")
        [opened] = reader.find(case, client_id=client_id)
    return Sitter(secret, visitor, client_id, int(chat["id"]), int(opened["id"]))


def minted(site: ForgeSite, channel: str, account: str, chat: str, number: int) -> str:
    """The token of a button that sets the language of whoever sits there; made a client first if he is none."""
    with site.banli.reading.open() as reader:
        known = identity_of(reader, channel, account, chat)
        client_id = int(known["client_id"] if known else reader.find(contract)[0]["client_id"])
    if known is None:
        site.do(BindClientIdentity(client_id=client_id, channel=channel, account=account, external_id=chat))
    command = SetClientLanguage(client_id=client_id, language="en" if number % 2 else "zh-CN")
    offered = [Offer.model_validate(offer(command, {"zh-CN": "换", "en": "Change"}))]
    card = f"forged {channel} {number}"
    tokens: list[str] = site.run(
        lambda uow: mint(uow, offered, card=card, for_kind="client", for_id=client_id, case_id=None)
    )
    return tokens[0]


def two_clients(site: ForgeSite) -> tuple[Sitter, Sitter]:
    """The one whose requests are captured, and the other."""
    with site.banli.reading.open() as reader:
        first = reader.find(contract)[0]["client_id"]
        assert reader.find(staff)
    other = site.do(RegisterClient(name="李四", phone="13900000000", email="other@example.com", source="website"))
    with_paper = RecordPaperConsent(client_id=other, signed_on=site.clock.now().date())
    site.do(with_paper)
    return become(site, first, "HT-1"), become(site, other, "HT-2")
