"""Templates of services of the house's own: made, changed, withdrawn; cases offer them beside those of their flow."""

from typing import Annotated, Any

from fastapi import Path

from admin_api.desk import AtDesk, Desk, command_of
from admin_api.entity_tag import Tagged
from admin_api.need import does, may
from admin_api.paging import USUAL, Cursor, Limit, page_of
from admin_api.route import section
from admin_api.schemas.asked import Words
from admin_api.schemas.service_templates import (
    NewServiceTemplate,
    ServiceTemplate,
    ServiceTemplateList,
    ServiceTemplateSays,
    shown_template,
)
from core.catalog.service_templates import living_row
from core.catalog.tables import service_template
from core.commands.service_templates import SetServiceTemplate, WithdrawServiceTemplate
from core.kit.errors import NotFound
from core.store.reading import Lookup

TEMPLATES = section("catalogue")
Key = Annotated[Words, Path(max_length=48)]


def _edition(lookup: Lookup, key: str) -> object:
    row = living_row(lookup, key)
    return None if row is None else (key, row["version"])


TEMPLATE = Tagged(service_template.name, "service_key", _edition)


@TEMPLATES.operation("GET", "/service-templates", may("flow.read"))
def list_service_templates(desk: AtDesk, cursor: Cursor = None, limit: Limit = USUAL) -> ServiceTemplateList:
    """Every service of the house that can be added to cases."""
    with desk.look() as reader:
        rows = reader.find(service_template, withdrawn_at=None)
    rows, following = page_of(rows, lambda row: (row["key"],), cursor, limit)
    return ServiceTemplateList(templates=[shown_template(row) for row in rows], next=following)


@TEMPLATES.operation("GET", "/service-templates/{service_key}", may("flow.read"), tagged=TEMPLATE)
def read_service_template(desk: AtDesk, service_key: Key) -> ServiceTemplate:
    """One service of the house."""
    return _shown(desk, service_key)


@TEMPLATES.operation("POST", "/service-templates", does(SetServiceTemplate), status=201)
def add_service_template(desk: AtDesk, body: NewServiceTemplate) -> ServiceTemplate:
    """Add a service of the house.

    From now on 添加服务 and `/cases/{case_id}/services` offer it, wherever the flow lists its role and has no service
    of the same key.
    """
    desk.do(command_of(SetServiceTemplate, {**_said(body), "new": True}))
    return _shown(desk, body.key)


@TEMPLATES.operation("PUT", "/service-templates/{service_key}", does(SetServiceTemplate), tagged=TEMPLATE, guarded=True)
def write_service_template(desk: AtDesk, service_key: Key, body: ServiceTemplateSays) -> ServiceTemplate:
    """Write a service of the house anew. Tasks that were made from it stay as they are."""
    desk.do(command_of(SetServiceTemplate, {"key": service_key, **_said(body)}))
    return _shown(desk, service_key)


@TEMPLATES.operation(
    "DELETE",
    "/service-templates/{service_key}",
    does(WithdrawServiceTemplate),
    status=204,
    tagged=TEMPLATE,
    guarded=True,
)
def withdraw_service_template(desk: AtDesk, service_key: Key) -> None:
    """Offer it no more. Tasks that were made from it go on, and their client is told when they are done."""
    desk.do(command_of(WithdrawServiceTemplate, {"key": service_key}))


def _said(body: ServiceTemplateSays) -> dict[str, Any]:
    said = body.model_dump(by_alias=True)
    return {**said, "due": said["due"] or ""}


def _shown(desk: Desk, key: str) -> ServiceTemplate:
    with desk.look() as reader:
        row = living_row(reader, key)
    if row is None:
        raise NotFound(thing="service", id=key)
    return shown_template(row)
