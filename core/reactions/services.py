"""Services that are added to a case as tasks: adding one, and what its client is told.

A task of a service carries its key, so that at most one of each is under way, and so that its end finds the template.
Templates of the house may change meanwhile: what a task needs of one, it has.
"""

from collections.abc import Iterator
from typing import Final

from core.bus.deed import Deed
from core.cases.services import Template, offered, templates, unmet
from core.cases.stages import compiled_of
from core.cases.tables import case
from core.catalog.service_templates import living_row, template_of
from core.commands.command import Command
from core.commands.services import AddService, OfferServices
from core.commands.work import CreateTask, Notify
from core.engine.spec_services import HouseService, Service
from core.engine.text import Words
from core.events.happened import TaskDone
from core.events.services import ServiceAdded
from core.kit.errors import NotFound, NotPossibleNow
from core.reactions.saying import said_now
from core.store.sealing import Row
from core.tasks.service import create_task
from core.tasks.tables import task

FLOW: Final = "service:"
HOUSE: Final = "house_service:"
"""How the key of a task begins that was made from a template, the flow's or the house's."""


def offer_services(command: OfferServices, deed: Deed) -> list[Template]:
    """Returns the services; the chat in which it was tapped shows them."""
    row = deed.uow.get(case, command.case_id)
    return offered(deed.uow, compiled_of(deed, row), row, deed.facts)


def add_service(command: AddService, deed: Deed) -> int:
    """Returns the task's id. Raises NotFound for a template that there is not, NotPossibleNow with the reasons while
    its condition does not hold, or while the same service is under way."""
    row = deed.uow.get(case, command.case_id)
    if row["state"] != "open":
        raise NotPossibleNow(reason="closed")
    compiled = compiled_of(deed, row)
    service = next((each for each in templates(deed.uow, compiled) if each.key == command.service), None)
    if service is None:
        raise NotFound(thing="service", id=command.service)
    if reasons := unmet(compiled, service, row, deed.facts):
        raise NotPossibleNow("; ".join(each["en"] for each in reasons), reasons=reasons)
    house = isinstance(service, HouseService)
    key = f"{HOUSE if house else FLOW}{service.key}"
    if deed.uow.first(task, case_id=row["id"], key=key, state="open") is not None:
        raise NotPossibleNow(reason="service_there")
    due = "" if service.due is None else str(service.due)
    made = CreateTask(case_id=row["id"], role=service.role, title=dict(service.name), due=due, key=key)
    task_id = create_task(made, deed)
    note = service.note or {}
    kept = {"note": dict(note) if house else said_now(note, row["id"], deed)} if note else {}
    if isinstance(service, HouseService) and service.tell_client.done is not None:
        kept["done_words"] = dict(service.tell_client.done)
    if kept:
        deed.uow.change(task, task_id, **kept)
    added = ServiceAdded(case_id=row["id"], service=service.key, task_id=task_id, title=dict(service.name), house=house)
    deed.emit(added)
    return task_id


def tell_added(event: ServiceAdded, deed: Deed) -> Iterator[Command]:
    row = deed.uow.get(case, event.case_id or 0)
    if event.house:
        found = living_row(deed.uow, event.service)
        words = None if found is None else template_of(found).tell_client.added
        if words is not None:
            yield _told(row, words=words)
        return
    service = _template(row, event.service, deed)
    if service is not None and service.tell_client.added is not None:
        yield _told(row, service.tell_client.added)


def tell_done(event: TaskDone, deed: Deed) -> Iterator[Command]:
    done = deed.uow.get(task, event.task_id)
    key = done["key"] or ""
    if event.case_id is None or not key.startswith((FLOW, HOUSE)):
        return
    row = deed.uow.get(case, event.case_id)
    if key.startswith(HOUSE):
        if done["done_words"] is not None:
            yield _told(row, words=done["done_words"])
        return
    service = _template(row, key.removeprefix(FLOW), deed)
    if service is not None and service.tell_client.done is not None:
        yield _told(row, service.tell_client.done)


def _told(row: Row, message: str = "", words: Words | None = None) -> Notify:
    """A message of the flow, or these words."""
    return Notify(
        to="client",
        person_id=row["client_id"],
        notice="message",
        subject={"case": row["id"]},
        params={"message": message} if words is None else {"message": message, "words": dict(words)},
    )


def _template(row: Row, key: str, deed: Deed) -> Service | None:
    """None where the case is on another version meanwhile, without this service."""
    return next((each for each in compiled_of(deed, row).flow.services if each.key == key), None)
