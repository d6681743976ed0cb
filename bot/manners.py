"""What the agency has settled in its settings about quiet hours, reminders and overdue work, as the core takes it."""

from datetime import time

from core.engine.ladder import Ladder
from core.engine.manners import Manners, QuietHours
from core.kit.settings import Settings


def manners_of(settings: Settings) -> Manners:
    said, late = settings.agency, settings.overdue
    days = tuple(int(each) for each in said.remind_days.split(",") if each)
    begins, ends, hour = (time.fromisoformat(each) for each in (said.quiet_from, said.quiet_until, said.remind_hour))
    ladder = Ladder(late.review_hours, late.person_hours, late.lead_hours, late.admin_hours)
    return Manners(QuietHours(begins, ends), days, hour, ladder)
