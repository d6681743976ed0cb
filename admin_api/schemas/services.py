"""Services that can be added to a case, in JSON."""

from pydantic import Field

from admin_api.schemas.model import Given, Sent
from core.engine.spec_services import MOST_SERVICES
from core.engine.text import Words


class NewService(Sent):
    """One of the services that are offered for the case."""

    service: str = Field(min_length=1, max_length=60, examples=["mock_interview"])


class ServiceOut(Given):
    """A service that can be added now."""

    key: str
    name: Words
    role: str
    due: str | None = Field(description="Working time that it may take, such as 3d.")
    note: Words | None = Field(description="For whoever does it.")


class OfferedServices(Given):
    """What can be added to the case at this moment."""

    services: list[ServiceOut] = Field(max_length=2 * MOST_SERVICES)
