"""What a flow may name of this house, in JSON."""

from pydantic import Field

from admin_api.schemas.model import Given


class TableNamed(Given):
    """A table of the office."""

    name: str
    columns: dict[str, str] = Field(description="Beside key, names and parent: what each column holds.")
    tree: bool = Field(description="It has a column parent, so `within` may be asked.")


class FlowNames(Given):
    """Everything outside a flow that it may name, by kind; each by its name."""

    roles: list[str]
    calendars: list[str]
    departments: list[str]
    webhooks: list[str] = Field(description="Names alone: addresses and secrets are the operator's.")
    tables: list[TableNamed]
    services: list[str] = Field(description="Keys of the house's service templates; a flow's own of that key counts.")
    flows: list[str] = Field(description="Keys of published flows, which child cases may have.")
