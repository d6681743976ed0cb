"""A client seen from all sides, and lists of clients, in JSON."""

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.cases import CaseLine
from admin_api.schemas.contracts import Contract
from admin_api.schemas.model import Given, Moment
from admin_api.schemas.people import ClientFile


class Account(Given):
    """Where he is met."""

    channel: str
    account: str
    bound_at: Moment


class Client360(Given):
    """Everything about one client that the caller may see."""

    basic: ClientFile
    accounts: list[Account]
    contracts: list[Contract] = Field(description="Newest first; those that the caller reaches.")
    cases: list[CaseLine] = Field(description="Newest first; those that the caller reaches, open and closed.")


class ClientPage(Given):
    """Newest first. A page may hold fewer than were asked for and yet not be the last one."""

    clients: list[ClientFile]
    next: Next
