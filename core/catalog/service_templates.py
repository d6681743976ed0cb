"""Templates of services of the house's own: made, changed and withdrawn; a task has of them all that it needs."""

import re
from typing import Any

from pydantic import ValidationError

from core.bus.deed import Deed
from core.catalog.tables import service_template
from core.commands.service_templates import KEY, SetServiceTemplate, WithdrawServiceTemplate
from core.engine.lint_house_services import house_service_problems
from core.engine.spec_problems import problems_of
from core.engine.spec_services import MOST_SERVICES, HouseService
from core.kit.errors import Invalid, NotFound, Problem
from core.store.reading import Lookup
from core.store.sealing import Row


def house_services(lookup: Lookup) -> list[HouseService]:
    """Those that can be added, by their keys."""
    rows = lookup.find(service_template, withdrawn_at=None)
    return [template_of(row) for row in sorted(rows, key=lambda row: str(row["key"]))]


def template_of(row: Row) -> HouseService:
    return HouseService.model_validate(row["says"])


def living_row(lookup: Lookup, key: str) -> Row | None:
    return lookup.first(service_template, key=key, withdrawn_at=None)


def set_service_template(command: SetServiceTemplate, deed: Deed) -> None:
    """Raises Invalid with every mistake, or for a new one whose key is taken; NotFound for one that is not there."""
    said = _read(command, deed)
    deed.uow.need(service_template.name)
    row = deed.uow.first(service_template, key=command.key)
    there = row is not None and row["withdrawn_at"] is None
    if command.new and there:
        words = {"zh-CN": "已有这个 key 的服务模板", "en": "there is a service template with this key"}
        raise Invalid(problems=[Problem("/key", "service.exists", words)])
    if not command.new and not there:
        raise NotFound(thing="service", id=command.key)
    if not there and len(house_services(deed.uow)) >= MOST_SERVICES:
        words = {"zh-CN": f"最多 {MOST_SERVICES} 个服务模板", "en": f"there are at most {MOST_SERVICES} templates"}
        raise Invalid(problems=[Problem("/key", "service.many", words)])
    kept = {
        "says": said.model_dump(mode="json"),
        "withdrawn_at": None,
        "changed_at": deed.now,
        "changed_by": deed.actor.id,
    }
    if row is None:
        deed.uow.add(service_template, key=command.key, **kept)
    else:
        deed.uow.change(service_template, row["id"], **kept)


def withdraw_service_template(command: WithdrawServiceTemplate, deed: Deed) -> None:
    """Raises NotFound for one that is not there (any more)."""
    row = living_row(deed.uow, command.key)
    if row is None:
        raise NotFound(thing="service", id=command.key)
    deed.uow.change(service_template, row["id"], withdrawn_at=deed.now, changed_at=deed.now, changed_by=deed.actor.id)


def _read(command: SetServiceTemplate, deed: Deed) -> HouseService:
    if not re.fullmatch(KEY, command.key):
        words = {"zh-CN": "key 只能用小写字母、数字和 _，以字母开头", "en": "a key has a-z, 0-9 and _, a letter first"}
        raise Invalid(problems=[Problem("/key", "service.key", words)])
    said: dict[str, Any] = command.model_dump(mode="json", exclude={"new"})
    said["due"] = said["due"] or None
    try:
        found = HouseService.model_validate(said)
    except ValidationError as error:
        raise Invalid(problems=problems_of(error, said)) from error
    flows = deed.tool("catalogue").keys(deed.uow)
    if problems := list(house_service_problems(found, deed.wiring.policy.roles, flows)):
        raise Invalid(problems=problems)
    return found
