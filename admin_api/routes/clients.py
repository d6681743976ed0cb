"""Clients: one file each, and the accounts on which they are met."""

from typing import Annotated

from fastapi import Query

from admin_api.case_lines import case_lines
from admin_api.desk import AtDesk, Desk, command_of
from admin_api.entity_tag import Tagged
from admin_api.masked import shown
from admin_api.need import does, lists, reaches
from admin_api.paging import Cursor, Limit, before_id, id_before
from admin_api.route import section
from admin_api.schemas.asked import Words
from admin_api.schemas.client_file import Account, Client360, ClientPage
from admin_api.schemas.contracts import Contract
from admin_api.schemas.ids import IdIn, read_id
from admin_api.schemas.model import Created
from admin_api.schemas.people import (
    ClientChange,
    ClientFile,
    Invitation,
    NewClient,
    NewGuardian,
    NewIdentity,
    NewTag,
    NewZone,
    PaperConsent,
    PromotionWish,
    TagList,
)
from core.cases.tables import case
from core.clients.tables import client, client_identity
from core.clients.tags import tags_of
from core.commands.command import Command
from core.commands.desk import TagClient, UntagClient
from core.commands.identity import InviteClient, RecordPaperConsent, SetGuardian
from core.commands.people import BindClientIdentity, EditClient, RegisterClient
from core.commands.promotion import SetPromotion
from core.commands.reminders import SetClientZone
from core.contracts.tables import contract
from core.kit.errors import NotFound
from core.store.reading import Lookup
from core.views.clients import ClientList
from core.wiring.subjects import client_subject, contract_subject, of_case

CLIENTS = section("clients")
PAGE = 50


def _edition(lookup: Lookup, given: str) -> object:
    """What somebody has written into the file: reminders and the like leave it as it is."""
    client_id = read_id(given)
    row = None if client_id is None else lookup.peek(client, client_id)
    return None if row is None else (row["id"], row["edition"])


CLIENT = Tagged(client.name, "client_id", _edition)


@CLIENTS.operation("POST", "/clients", does(RegisterClient), status=201)
def register_client(desk: AtDesk, body: NewClient) -> Created:
    """Open a client's file."""
    return Created(id=desk.do(command_of(RegisterClient, body.model_dump())))


@CLIENTS.operation("GET", "/clients", lists("client.read"))
def list_clients(
    desk: AtDesk,
    q: Annotated[
        Words, Query(max_length=200, description="Part of a name, or a whole phone, e-mail, passport number or tag.")
    ] = "",
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> ClientPage:
    """Clients whom the caller reaches, newest first; found only by what he may see."""
    masks = desk.masks("client")
    with desk.look() as reader:
        people = ClientList(reader, desk.actor, desk.parts.policy, client_subject, reader.sealing.vault)
        page = people.page(q, id_before(cursor), limit)
        found = [ClientFile(**shown({**row, "tags": tags_of(reader, row["id"])}, masks)) for row in page.rows]
    return ClientPage(clients=found, next=before_id(page.next))


@CLIENTS.operation("GET", "/clients/{client_id}", reaches("client.read", "client", "client_id"), tagged=CLIENT)
def read_client(desk: AtDesk, client_id: IdIn) -> ClientFile:
    """A client's file, as far as the caller may see it."""
    return _file(desk, client_id)


@CLIENTS.operation("PATCH", "/clients/{client_id}", does(EditClient), tagged=CLIENT, guarded=True)
def edit_client(desk: AtDesk, client_id: IdIn, body: ClientChange) -> ClientFile:
    """Change what stands in a client's file; every wrong field is told at once."""
    desk.do(command_of(EditClient, {"client_id": client_id, **body.model_dump(exclude_unset=True)}))
    return _file(desk, client_id)


@CLIENTS.operation("GET", "/clients/{client_id}/360", reaches("client.read", "client", "client_id"))
def read_client_360(desk: AtDesk, client_id: IdIn) -> Client360:
    """A client from all sides: what stands in his file, where he is met, his contracts and cases."""
    may = desk.parts.policy.may
    with desk.look() as reader:
        contracts = [
            row
            for row in reader.find(contract, client_id=client_id, order=contract.c.id.desc())
            if may(desk.actor, "contract.read", contract_subject(reader, row["id"]))
        ]
        cases = [
            row
            for row in reader.find(case, client_id=client_id, order=case.c.id.desc())
            if may(desk.actor, "case.read", of_case(row))
        ]
        return Client360(
            basic=_file(desk, client_id),
            accounts=[
                Account(channel=row["channel"], account=row["account"], bound_at=row["bound_at"])
                for row in reader.find(client_identity, client_id=client_id)
            ],
            contracts=[Contract(**shown(row, desk.masks("contract"))) for row in contracts],
            cases=case_lines(desk, reader, cases),
        )


@CLIENTS.operation("POST", "/clients/{client_id}/identities", does(BindClientIdentity), status=204, errors=[409])
def bind_client_identity(desk: AtDesk, client_id: IdIn, body: NewIdentity) -> None:
    """Say that an account on a channel is this client's."""
    desk.do(command_of(BindClientIdentity, {"client_id": client_id, **body.model_dump()}))


@CLIENTS.operation("POST", "/clients/{client_id}/invitations", does(InviteClient), status=201)
def invite_client(desk: AtDesk, client_id: IdIn) -> Invitation:
    """A code by which the client opens his file in a chat: usable once, for 7 days; an older one ends.

    It is shown here and nowhere else.
    """
    return Invitation(code=desk.do(InviteClient(client_id=client_id)))


@CLIENTS.operation("POST", "/clients/{client_id}/paper-consent", does(RecordPaperConsent), status=204, errors=[409])
def record_paper_consent(desk: AtDesk, client_id: IdIn, body: PaperConsent) -> None:
    """Note that the client has signed on paper: he is not asked in the chat, and files that waited are taken."""
    desk.do(command_of(RecordPaperConsent, {"client_id": client_id, **body.model_dump()}))


@CLIENTS.operation("POST", "/clients/{client_id}/guardians", does(SetGuardian), status=204)
def set_guardian(desk: AtDesk, client_id: IdIn, body: NewGuardian) -> None:
    """Say that another client (a parent) follows this client's cases and hands in documents for them, or no more."""
    desk.do(command_of(SetGuardian, {"client_id": client_id, **body.model_dump()}))


@CLIENTS.operation("POST", "/clients/{client_id}/zone", does(SetClientZone), status=204)
def set_client_zone(desk: AtDesk, client_id: IdIn, body: NewZone) -> None:
    """Say in which time zone a client lives: nothing goes out to him by itself at night."""
    desk.do(SetClientZone(client_id=client_id, zone=body.zone))


@CLIENTS.operation("POST", "/clients/{client_id}/promotion", does(SetPromotion), status=204)
def set_promotion(desk: AtDesk, client_id: IdIn, body: PromotionWish) -> None:
    """Say on a client's behalf whether he wants messages that advertise; what concerns his cases goes out as ever."""
    desk.do(SetPromotion(client_id=client_id, wanted=body.wanted))


@CLIENTS.operation("GET", "/clients/{client_id}/tags", reaches("client.read", "client", "client_id"))
def list_tags(desk: AtDesk, client_id: IdIn) -> TagList:
    """The words by which a client is found."""
    return _tags(desk, client_id)


@CLIENTS.operation("POST", "/clients/{client_id}/tags", does(TagClient))
def tag_client(desk: AtDesk, client_id: IdIn, body: NewTag) -> TagList:
    """Put a tag on; the same word twice is one tag."""
    return _after(desk, client_id, TagClient(client_id=client_id, tag=body.tag))


@CLIENTS.operation("POST", "/clients/{client_id}/tags/remove", does(UntagClient))
def untag_client(desk: AtDesk, client_id: IdIn, body: NewTag) -> TagList:
    """Take a tag off."""
    return _after(desk, client_id, UntagClient(client_id=client_id, tag=body.tag))


def _file(desk: Desk, client_id: int) -> ClientFile:
    with desk.look() as reader:
        row, tags = reader.peek(client, client_id), tags_of(reader, client_id)
    if row is None:
        raise NotFound(thing="client")
    return ClientFile(**shown({**row, "tags": tags}, desk.masks("client")))


def _after(desk: Desk, client_id: int, command: Command) -> TagList:
    desk.do(command)
    return _tags(desk, client_id)


def _tags(desk: Desk, client_id: int) -> TagList:
    with desk.look() as reader:
        return TagList(tags=tags_of(reader, client_id))
