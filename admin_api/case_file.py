"""Gathers one case from the core's views, as far as the reader may see it."""

from collections import Counter
from collections.abc import Mapping

from admin_api.case_times import handovers_of, times_of
from admin_api.desk import Desk
from admin_api.masked import file_name_under, name_under
from admin_api.names import Someone, names_of
from admin_api.schemas.cases import Case, Member, Step, Traveller, about_case, fields_under
from admin_api.schemas.documents import ChecklistItem, FileOut, Version, version_of
from core.cases.checklist import asked, items_of
from core.cases.pages import count_of
from core.cases.past import item_once
from core.cases.tables import applicant, document_file, document_version
from core.cases.tables import item as item_table
from core.engine.access import Mask, Pii
from core.engine.flow import Flow, Item
from core.files.tables import file
from core.kit.errors import NotFound
from core.store.reading import Reader
from core.store.sealing import Row
from core.views.case_view import CaseView, case_view
from core.views.unplaced import unplaced_files
from core.wiring.subjects import of_case

NAME = "applicant.name"  # no field of a flow is called so: a dot is no part of a key
_FORMS = {"phone": "phone", "email": "email"}  # type of a flow's field -> the pattern by which it is masked


def read_file(desk: Desk, reader: Reader, case_id: int) -> Case:
    """Raises NotFound."""
    view = case_view(reader, desk.parts.catalogue, case_id)
    masks, own = desk.masks("client"), _own_masks(desk, view.compiled.flow)
    people = reader.find(applicant, case_id=case_id, order=applicant.c.position)
    team = {("staff", staff_id) for staff_id in view.row["team"].values()}
    names = names_of(reader, team, masks)
    kinds = {field.key: field.type for field in view.compiled.flow.fields}
    return Case(
        **about_case(view, masks, desk.parts.clock.now()),
        steps=_steps(desk, view),
        team=[
            Member(role=role, id=staff_id, name=names.get(("staff", staff_id), ""))
            for role, staff_id in sorted(view.row["team"].items())
        ],
        travellers=[
            Traveller(id=each["id"], name=name_under(own, each["name"], NAME), kind=each["kind"]) for each in people
        ],
        fields=fields_under(view.row["fields"], own, {key: _FORMS.get(kind, "") for key, kind in kinds.items()}),
        computed=[field.key for _, field in view.compiled.formulas.fields if own[field.key] is not Mask.HIDDEN],
        items=checklist_of(desk, reader, view, masks),
        handovers=handovers_of(reader, case_id),
        times=times_of(reader, case_id),
        unplaced=_unplaced(desk, reader, view.row) if _reads_documents(desk, view.row) else [],
    )


def _unplaced(desk: Desk, reader: Reader, row: Row) -> list[FileOut]:
    return [
        FileOut(
            id=each["id"],
            name=_seen(desk, each)["name"],
            size=each["size"],
            media_type=each["media_type"],
            has_preview=bool(each["preview_handle"]),
            at=each["kept_at"],
        )
        for each in unplaced_files(reader, row["client_id"], desk.actor)
    ]


def _own_masks(desk: Desk, flow: Flow) -> Mapping[str, Mask]:
    """What the reader sees of the flow's own fields and of the travellers' names."""
    declared: dict[str, Pii] = {field.key: field.pii for field in flow.fields}
    return desk.masks("case", {**declared, NAME: "identity"})


def read_version(desk: Desk, reader: Reader, version_id: int) -> Version:
    """One document version. Raises NotFound."""
    row = reader.peek(document_version, version_id)
    kept = None if row is None else reader.peek(file, row["file_id"])
    if row is None or kept is None:
        raise NotFound(thing="version")
    people = names_of(reader, _people([row]), desk.masks("client"))
    return version_of(row, _seen(desk, kept), people, count_of(reader, row))


def checklist_of(desk: Desk, reader: Reader, view: CaseView, masks: Mapping[str, Mask]) -> list[ChecklistItem]:
    """Every row that is asked for or was touched, and the proofs that staff hand in; last the dropped ones of which
    something was sent."""
    flow = view.compiled.flow
    rows = [
        row
        for row in items_of(reader, view.row["id"])
        if asked(row) or row["status"] != "todo" or flow.item(row["key"]).proof
    ]
    versions = _versions(desk, reader, view.row, masks) if _reads_documents(desk, view.row) else None
    dropped = reader.find(item_table, case_id=view.row["id"], dropped=True, order=item_table.c.position)
    pieces = [(row, flow.item(row["key"])) for row in rows]
    pieces += [
        (row, item_once(reader, desk.parts.catalogue, view.row, row["key"])) for row in dropped if row["versions"]
    ]
    return [_item(row, item, None if versions is None else versions.get(row["id"], [])) for row, item in pieces]


def _item(row: Row, item: Item, versions: list[Version] | None) -> ChecklistItem:
    more = {} if versions is None else {"versions": versions}
    return ChecklistItem(
        id=row["id"],
        key=row["key"],
        name=dict(item.name),
        group=row["group_key"],
        traveller_id=row["applicant_id"],
        shared=item.per == "case",
        required=row["required"],
        asked=asked(row),
        proof=item.proof,
        dropped=row["dropped"],
        submit_by=item.submit_by,
        status=row["status"],
        status_at=row["status_at"],
        reason=row["reason"],
        words=row["words"],
        **more,
    )


def _versions(desk: Desk, reader: Reader, case: Row, masks: Mapping[str, Mask]) -> dict[int, list[Version]]:
    """Item id -> its versions, newest first."""
    rows = reader.find(document_version, case_id=case["id"], order=document_version.c.n.desc())
    kept = [row["file_id"] for row in rows]
    files = {row["id"]: _seen(desk, row) for row in reader.find(file, file.c.id.in_(kept))} if kept else {}
    more = Counter(row["version_id"] for row in reader.find(document_file, case_id=case["id"]))
    names = names_of(reader, _people(rows), masks)
    found: dict[int, list[Version]] = {}
    for row in rows:
        found.setdefault(row["item_id"], []).append(version_of(row, files[row["file_id"]], names, 1 + more[row["id"]]))
    return found


def _people(versions: list[Row]) -> set[Someone]:
    """Whoever sent or reviewed one of them, or was asked to."""
    people: set[Someone] = {(row["by_kind"], row["by_id"]) for row in versions}
    for name in ("reviewed_by", "asked_by", "second_id", "first_by"):
        people |= {("staff", row[name]) for row in versions if row[name] is not None}
    return people


def _seen(desk: Desk, kept: Row) -> Row:
    """A file as far as the caller may see it."""
    return {**kept, "name": file_name_under(desk.masks("file"), str(kept["name"]))}


def _reads_documents(desk: Desk, case: Row) -> bool:
    return desk.parts.policy.may(desk.actor, "document.read", of_case(case))


def _steps(desk: Desk, view: CaseView) -> list[Step]:
    if view.row["state"] != "open" or not desk.parts.policy.may(desk.actor, "case.advance", of_case(view.row)):
        return []
    return [
        Step(trigger=each.key, label=dict(each.label), to=each.to)
        for each in view.compiled.machine.triggers(view.stage.key)
        if desk.actor.roles & set(each.by)
    ]
