"""Clients: one file each, and the accounts on which they are met."""

from admin_api.desk import AtDesk, Desk, command_of
from admin_api.masked import shown
from admin_api.route import does, reaches, section
from admin_api.schemas.ids import IdIn
from admin_api.schemas.model import Created
from admin_api.schemas.people import (
    ClientFile,
    Invitation,
    NewClient,
    NewGuardian,
    NewIdentity,
    NewTag,
    NewZone,
    PaperConsent,
    TagList,
)
from core.clients.tables import client
from core.clients.tags import tags_of
from core.commands.command import Command
from core.commands.desk import TagClient, UntagClient
from core.commands.identity import InviteClient, RecordPaperConsent, SetGuardian
from core.commands.people import BindClientIdentity, RegisterClient
from core.commands.reminders import SetClientZone
from core.kit.errors import NotFound

CLIENTS = section("clients")


@CLIENTS.operation("POST", "/clients", does(RegisterClient), status=201)
def register_client(desk: AtDesk, body: NewClient) -> Created:
    """Open a client's file."""
    return Created(id=desk.do(command_of(RegisterClient, body.model_dump())))


@CLIENTS.operation("GET", "/clients/{client_id}", reaches("client.read", "client", "client_id"))
def read_client(desk: AtDesk, client_id: IdIn) -> ClientFile:
    """A client's file, as far as the caller may see it."""
    with desk.look() as reader:
        row, tags = reader.peek(client, client_id), tags_of(reader, client_id)
    if row is None:
        raise NotFound(thing="client")
    return ClientFile(**shown({**row, "tags": tags}, desk.masks("client")))


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


def _after(desk: Desk, client_id: int, command: Command) -> TagList:
    desk.do(command)
    return _tags(desk, client_id)


def _tags(desk: Desk, client_id: int) -> TagList:
    with desk.look() as reader:
        return TagList(tags=tags_of(reader, client_id))
