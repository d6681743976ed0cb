"""Settings that change while the house runs: what counts, and the agency's own word for it."""

from typing import Annotated

from fastapi import Path

from admin_api.desk import AtDesk, Desk, command_of
from admin_api.entity_tag import Tagged
from admin_api.need import does, may
from admin_api.route import section
from admin_api.schemas.asked import Words
from admin_api.schemas.settings import Setting, SettingList, SettingValue, shown
from core.catalog.settings import CHANGEABLE, LivingAgency, own, with_own
from core.catalog.tables import setting_override
from core.commands.office import ResetSetting, SetSetting
from core.kit.errors import NotFound
from core.kit.settings import known_keys
from core.store.reading import Lookup

SETTINGS = section("settings")
Name = Annotated[Words, Path(max_length=80)]


def _edition(lookup: Lookup, name: str) -> object:
    """One that was never said otherwise has an edition as well, so that the first change of it is guarded."""
    row = lookup.first(setting_override, name=name)
    return (name, None if row is None else row["version"])


SETTING = Tagged(setting_override.name, "setting_name", _edition)


@SETTINGS.operation("GET", "/settings", may("setting.write"))
def list_settings(desk: AtDesk) -> SettingList:
    """Every setting that may change while the house runs. The others are read when a process starts."""
    return SettingList(settings=_settings(desk))


@SETTINGS.operation("GET", "/settings/{setting_name}", may("setting.write"), tagged=SETTING)
def read_setting(desk: AtDesk, setting_name: Name) -> Setting:
    """One setting."""
    return _setting(desk, setting_name)


@SETTINGS.operation("PUT", "/settings/{setting_name}", does(SetSetting), tagged=SETTING, guarded=True)
def write_setting(desk: AtDesk, setting_name: Name, body: SettingValue) -> Setting:
    """Say a setting otherwise than the files and the environment do. It counts within seconds, in every process."""
    desk.do(command_of(SetSetting, {"name": setting_name, "value": body.value}))
    return _setting(desk, setting_name)


@SETTINGS.operation("DELETE", "/settings/{setting_name}", does(ResetSetting), tagged=SETTING, guarded=True)
def reset_setting(desk: AtDesk, setting_name: Name) -> Setting:
    """What the files and the environment say counts again."""
    desk.do(command_of(ResetSetting, {"name": setting_name}))
    return _setting(desk, setting_name)


def _setting(desk: Desk, name: str) -> Setting:
    for each in _settings(desk):
        if each.name == name:
            return each
    raise NotFound(thing="setting")


def _settings(desk: Desk) -> list[Setting]:
    living: LivingAgency = desk.parts.bus.wiring.tools["agency"]
    with desk.look() as reader:
        said = own(reader)
    current, secrets = with_own(living.written, said), known_keys()
    found = []
    for name in CHANGEABLE:
        branch, _, leaf = name.partition(".")
        secret = secrets[branch, leaf]
        value, written = (shown(getattr(each, leaf), secret=secret) for each in (current, living.written))
        found.append(Setting(name=name, value=value, written=written, own=name in said))
    return found
