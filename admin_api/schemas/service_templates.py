"""Templates of services of the house's own, in JSON."""

from typing import Literal

from pydantic import ConfigDict, Field

from admin_api.paging import Next
from admin_api.schemas.ids import ActorIdOut
from admin_api.schemas.model import Given, Moment, Sent
from core.catalog.service_templates import template_of
from core.commands.service_templates import KEY
from core.engine.text import Words
from core.store.sealing import Row

Kind = Literal["visa", "study", "project", "ticket", "care"]


class Said(Sent):
    """A sentence in both languages."""

    model_config = ConfigDict(populate_by_name=True)

    zh_cn: str = Field(alias="zh-CN", min_length=1, max_length=1000, examples=["签证模拟面试"])
    en: str = Field(min_length=1, max_length=1000, examples=["Mock interview"])


class ToldByService(Sent):
    """What the client reads; the placeholders of a flow's messages may stand in it, such as {name}."""

    added: Said | None = Field(default=None, description="When it is added.")
    done: Said | None = Field(default=None, description="When its task is done.")


class ServiceTemplateSays(Sent):
    """What a service of the house is."""

    name: Said
    role: str = Field(min_length=1, max_length=40, examples=["copywriter"], description="Who does it.")
    due: str | None = Field(default=None, max_length=10, examples=["3d"], description="Working time that it may take.")
    note: Said | None = Field(default=None, description="For whoever does it.")
    tell_client: ToldByService = ToldByService()
    flows: list[str] | None = Field(
        default=None, max_length=100, examples=[["visa_jp_tourist"]], description="Keys; absent: whatever the flow."
    )
    kinds: list[Kind] | None = Field(default=None, max_length=5, description="Of flows; absent: whatever the kind.")


class NewServiceTemplate(ServiceTemplateSays):
    """A service that can be added to cases of several flows."""

    key: str = Field(pattern=KEY, examples=["mock_interview"])


class ToldOut(Given):
    """What the client reads, by language."""

    added: Words | None
    done: Words | None


class ServiceTemplate(Given):
    """A template of the house."""

    key: str
    name: Words
    role: str
    due: str | None
    note: Words | None
    tell_client: ToldOut
    flows: list[str] | None
    kinds: list[str] | None
    changed_at: Moment
    changed_by: ActorIdOut


class ServiceTemplateList(Given):
    """By their keys; without those that are withdrawn."""

    templates: list[ServiceTemplate]
    next: Next


def shown_template(row: Row) -> ServiceTemplate:
    said = template_of(row).model_dump(mode="json")
    return ServiceTemplate(**said, changed_at=row["changed_at"], changed_by=row["changed_by"])
