"""Services of a case: which are offered, and adding one as a task."""

from admin_api.desk import AtDesk, command_of
from admin_api.need import does, reaches
from admin_api.route import section
from admin_api.routes.cases import CASE
from admin_api.schemas.ids import IdIn
from admin_api.schemas.model import Created
from admin_api.schemas.services import NewService, OfferedServices, ServiceOut
from core.bus.wiring import gathered
from core.cases.services import offered
from core.cases.tables import case
from core.commands.services import AddService, OfferServices
from core.kit.errors import NotFound
from core.store.reading import ReaderAt

SERVICES = section("cases")


@SERVICES.operation("GET", "/cases/{case_id}/services", reaches(OfferServices.permission, "case", "case_id"))
def list_services(desk: AtDesk, case_id: IdIn) -> OfferedServices:
    """The services that can be added to the case now: those of its flow, in its order, then those of the house."""
    with desk.look() as reader:
        row = reader.peek(case, case_id)
        if row is None:
            raise NotFound(thing="case", id=case_id)
        compiled = desk.parts.catalogue.compiled(reader, row["flow_version_id"])
        looking, sources = ReaderAt(reader, desk.parts.clock.now()), desk.parts.bus.wiring.facts
        found = offered(reader, compiled, row, lambda of, names: gathered(sources, looking, of, names, desk.actor))
    return OfferedServices(
        services=[
            ServiceOut(
                key=each.key,
                name=dict(each.name),
                role=each.role,
                due=None if each.due is None else str(each.due),
                note=None if each.note is None else dict(each.note),
            )
            for each in found
        ]
    )


@SERVICES.operation("POST", "/cases/{case_id}/services", does(AddService), status=201, errors=[409], tagged=CASE)
def add_service(desk: AtDesk, case_id: IdIn, body: NewService) -> Created:
    """Add a service: a task for whoever does its role's work; answers with the task's id.

    409 says what its condition still wants, or that the same service is under way.
    """
    return Created(id=desk.do(command_of(AddService, {"case_id": case_id, **body.model_dump()})))
