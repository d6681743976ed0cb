"""Settings that an agency changes while the house runs: its own words over what the files and the environment say."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final, Self

from pydantic import ValidationError

from core.bus.deed import Deed
from core.catalog.tables import setting_override
from core.commands.office import ResetSetting, SetSetting
from core.engine.ladder import Ladder
from core.engine.manners import Manners, QuietHours
from core.engine.spec_problems import problems_of
from core.kit.errors import Invalid, NotFound, Problem
from core.kit.settings import Agency, Settings
from core.store.reading import Lookup

BELL: Final = "settings"  # rung after a change: this process takes it at once
STALE: Final = timedelta(seconds=5)  # how long another process may go by the old ones
CHANGEABLE: Final = tuple(
    f"agency.{name}"
    for name in ("name_zh", "name_en", "language", "quiet_from", "quiet_until", "remind_days", "remind_hour")
)
"""The rest (where the database is, keys, limits of the file check) is read once, when a process starts."""


class LivingAgency:
    """`catch_up` is called wherever a setting is about to count; most calls only look at a clock."""

    def __init__(self, written: Agency, ladder: Ladder | None = None) -> None:
        self.written = written
        self._ladder = ladder or Ladder()
        self.current = written
        self._read: datetime | None = None
        self._changes = 0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the operator has settled it; nobody has changed anything yet."""
        late = settings.overdue
        return cls(settings.agency, Ladder(late.review_hours, late.person_hours, late.lead_hours, late.admin_hours))

    def catch_up(self, lookup: Lookup, now: datetime) -> None:
        """Read the agency's own settings if they may have changed since."""
        if self._read is not None and abs(now - self._read) < STALE:
            return
        changes = self._changes
        self.current = with_own(self.written, own(lookup))
        self._read = now if changes == self._changes else None  # somebody changed one while this was read

    def forget(self) -> None:
        """Something was changed: the next to look reads it. May be called from any thread."""
        self._changes += 1
        self._read = None

    @property
    def manners(self) -> Manners:
        """What is settled about quiet hours, reminders and overdue work."""
        said = self.current
        days = tuple(int(each) for each in said.remind_days.split(",") if each)
        quiet = QuietHours(time.fromisoformat(said.quiet_from), time.fromisoformat(said.quiet_until))
        return Manners(quiet, days, time.fromisoformat(said.remind_hour), self._ladder)


def manners_of(deed: Deed) -> Manners:
    """What the agency has settled, as it is at this moment."""
    agency: LivingAgency = deed.tool("agency")
    agency.catch_up(deed.uow, deed.now)
    return agency.manners


def own(lookup: Lookup) -> dict[str, Any]:
    """The agency's own values by the name of the setting."""
    return {row["name"]: row["value"] for row in lookup.find(setting_override) if row["value"] is not None}


def with_own(written: Agency, values: Mapping[str, Any]) -> Agency:
    """One that no longer fits, as after an upgrade, is left out: what is written counts."""
    kept = written
    for name, value in values.items():
        try:
            kept = _changed(kept, name, value)
        except ValidationError:
            continue
    return kept


def set_setting(command: SetSetting, deed: Deed) -> None:
    """Raises NotFound for a setting that cannot change while the house runs, Invalid for a value that does not fit."""
    _known(command.name)
    living: LivingAgency = deed.tool("agency")
    try:
        _changed(living.written, command.name, command.value)
    except ValidationError as error:
        found = problems_of(error, {command.name.partition(".")[2]: command.value})
        problems = [Problem("/value", each.code, each.message) for each in found]
        raise Invalid(problems=problems) from error
    _keep(deed, command.name, command.value)


def reset_setting(command: ResetSetting, deed: Deed) -> None:
    """Nothing to take back is no mistake. Raises NotFound."""
    _known(command.name)
    _keep(deed, command.name, None)


def _known(name: str) -> None:
    if name not in CHANGEABLE:
        raise NotFound(thing="setting", id=name)


def _changed(agency: Agency, name: str, value: Any) -> Agency:
    return Agency.model_validate({**agency.model_dump(), name.partition(".")[2]: value}, strict=True)


def _keep(deed: Deed, name: str, value: Any) -> None:
    deed.uow.need(f"{setting_override.name}:{name}")
    kept = {"value": value, "changed_at": deed.now, "changed_by": deed.actor.id}
    row = deed.uow.first(setting_override, name=name)
    if row is None:
        deed.uow.add(setting_override, name=name, **kept)
    else:
        deed.uow.change(setting_override, row["id"], **kept)
    deed.uow.rings.add(BELL)
