"""Which calendar a flow means by its name."""

from collections.abc import Mapping
from types import MappingProxyType

from core.engine.calendar import WorkingCalendar
from core.engine.calendars.cn_office import CN_OFFICE

CALENDARS: Mapping[str, WorkingCalendar] = MappingProxyType({"cn-office": CN_OFFICE})
