"""Settings that change while the house runs, in JSON."""

from typing import Any

from pydantic import Field

from admin_api.schemas.model import Given, Sent


class SettingValue(Sent):
    """What the setting is to be."""

    value: str = Field(max_length=200, examples=["5,2,0"])


class Setting(Given):
    """One setting. A secret shows as "set" or "unset"."""

    name: str = Field(examples=["agency.remind_days"])
    value: Any = Field(description="What counts at present.", examples=["7,3,1,0"])
    written: Any = Field(description="What the files and the environment say, or the default.")
    own: bool = Field(description="Whether the agency has said it otherwise here.")


class SettingList(Given):
    """Every one that may change while the house runs."""

    settings: list[Setting]


def shown(value: object, *, secret: bool) -> object:
    """A secret never gets out."""
    if not secret:
        return value
    return "unset" if value is None else "set"
