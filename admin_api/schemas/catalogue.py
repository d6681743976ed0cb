"""Flows and the checklist templates in them, as the API writes them."""

from pydantic import Field

from admin_api.paging import Next
from admin_api.schemas.ids import IdOut
from admin_api.schemas.model import Given, Moment
from core.engine.condition_words import condition_words
from core.engine.flow import Flow, Item
from core.engine.text import Words
from core.store.sealing import Row


class Format(Given):
    """In which form an item is taken."""

    accept: list[str] = Field(examples=[["pdf", "jpg"]])
    max_mb: int
    min_files: int
    max_files: int
    original: str = Field(description="copy, original, or original+copy")
    translate: bool


class TemplateItem(Given):
    """One document of a checklist, as an official requirement puts it."""

    key: str
    name: Words
    requirement: Words
    sample: Words | None
    format: Format
    per: str = Field(description="applicant: once for each; case: once")
    condition: Words | None = Field(description="Of whom it is asked; null: of everybody.")
    group: str | None = Field(description="Key of the group of alternatives that it belongs to.")
    checks: list[str] = Field(description="Kinds of the checks that run on what is sent.")
    proof: bool = Field(description="A receipt that staff hand in; never asked of the client.")
    submit_by: str


class TemplateGroup(Given):
    """Alternatives: so many of the items that name this group are enough."""

    key: str
    name: Words
    min: int
    condition: Words | None


class ApplicantType(Given):
    """A kind of applicant; it decides which items are asked."""

    key: str
    name: Words


class Template(Given):
    """The checklist of a flow's newest version."""

    flow: str
    version: int
    name: Words
    country: str | None
    visa: str | None
    applicant_types: list[ApplicantType]
    items: list[TemplateItem]
    groups: list[TemplateGroup]


class TemplateList(Given):
    """The templates that match, by key of their flow."""

    templates: list[Template]
    next: Next


class FlowVersion(Given):
    """A published version, which never changes."""

    id: IdOut
    flow: str
    version: int
    name: Words
    meta: dict[str, str]
    sha256: str
    published_at: Moment


class FlowList(Given):
    """Every published version, newest of each flow first."""

    flows: list[FlowVersion]
    next: Next


def template_of(flow: Flow) -> Template:
    return Template(
        flow=flow.key,
        version=flow.version,
        name=dict(flow.name),
        country=flow.meta.get("country"),
        visa=flow.meta.get("visa"),
        applicant_types=[ApplicantType(key=each.key, name=dict(each.name)) for each in flow.applicant_types],
        items=[_item(flow, each) for each in flow.items],
        groups=[
            TemplateGroup(
                key=each.key,
                name=dict(each.name),
                min=each.min,
                condition=condition_words(flow, each.required_when),
            )
            for each in flow.groups
        ],
    )


def flow_version_of(row: Row) -> FlowVersion:
    return FlowVersion(
        id=row["id"],
        flow=row["flow"],
        version=row["version"],
        name=row["name"],
        meta=row["meta"],
        sha256=row["sha256"],
        published_at=row["published_at"],
    )


def _item(flow: Flow, item: Item) -> TemplateItem:
    return TemplateItem(
        key=item.key,
        name=dict(item.name),
        requirement=dict(item.requirement),
        sample=None if item.sample is None else dict(item.sample),
        format=Format(
            accept=list(item.accept),
            max_mb=item.max_mb,
            min_files=item.min_files,
            max_files=item.max_files,
            original=item.original,
            translate=item.translate,
        ),
        per=item.per,
        condition=condition_words(flow, item.required_when),
        group=item.group,
        checks=[check.kind for check in item.checks],
        proof=item.proof,
        submit_by=item.submit_by,
    )
