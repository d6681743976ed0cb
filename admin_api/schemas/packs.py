"""Packs in JSON: what one brings."""

from pydantic import Field

from admin_api.schemas.model import Given
from core.engine.pack import Pack


class PackFlow(Given):
    """A flow version of a pack."""

    key: str
    version: int
    stories: list[str]


class PackContent(Given):
    """What is in a pack."""

    flows: list[PackFlow]
    calendars: list[str]
    tables: list[str]
    texts: int = Field(description="How many own texts.")
    kept: bool = Field(description="False: it was only looked over.")


def content_of(pack: Pack, *, kept: bool) -> PackContent:
    return PackContent(
        flows=[PackFlow(key=each.key, version=each.version, stories=sorted(each.stories)) for each in pack.flows],
        calendars=sorted(pack.calendars),
        tables=sorted(pack.tables),
        texts=sum(len(each) for each in pack.texts.values()),
        kept=kept,
    )
