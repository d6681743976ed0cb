"""Computed fields of a case: worked out anew in the unit that changes what they look at, and kept beside the others."""

from collections.abc import Mapping

from core.bus.deed import Deed
from core.cases.stages import calendar_of, compiled_of
from core.cases.tables import applicant, case
from core.engine.forms import Value
from core.events.happened import FieldSet
from core.store.sealing import Row


def fill_fields(row: Row, given: Mapping[str, Value], deed: Deed) -> None:
    """Keep these fields, and every computed one as it follows from them now.

    The case says FieldSet of what was given and of what was computed to another value, after both are kept: rules see
    them together. What cannot be known any more is taken out.
    """
    fields = {**row["fields"], **given}
    computed = _worked_out(row, fields, deed)
    changed = tuple(key for key, value in computed.items() if fields.get(key) != value)
    fields |= {key: computed[key] for key in changed}
    if given or changed:
        kept = {key: value for key, value in fields.items() if value is not None or key not in computed}
        deed.uow.change(case, row["id"], fields=kept)
    if given:
        deed.emit(FieldSet(case_id=row["id"], fields=tuple(given)))
    if changed:
        deed.emit(FieldSet(case_id=row["id"], fields=changed, computed=True))


def compute_again(row: Row, deed: Deed) -> None:
    """What the formulas look at has changed beside the fields: the applicants, the working calendar, the flow's
    version."""
    fill_fields(row, {}, deed)


def _worked_out(row: Row, fields: Mapping[str, object], deed: Deed) -> Mapping[str, Value]:
    compiled = compiled_of(deed, row)
    if not compiled.formulas.fields:
        return {}
    applicants = len(deed.uow.find(applicant, case_id=row["id"]))
    tables = deed.tool("tables").of_flow(deed.uow, compiled.flow)
    return dict(compiled.formulas.work_out(fields, applicants, calendar_of(deed, compiled), tables))
