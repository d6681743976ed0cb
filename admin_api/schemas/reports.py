"""Figures about the agency's own work."""

from pydantic import Field

from admin_api.schemas.model import Given, Moment
from core.views.response import Waits


class Wait(Given):
    """Waits of one kind, in seconds."""

    ended: int = Field(description="How many came to their end.")
    waiting: int = Field(description="How many go on.")
    p50: float | None = Field(description="Half of them were not longer.")
    p95: float | None
    longest: float | None
    bar: float = Field(description="What is promised.", examples=[5])
    within_bar: float | None = Field(description="Share of those that ended within the bar.", examples=[0.998])


class ResponseTimes(Given):
    """How long clients waited after they had sent something."""

    since: Moment
    until: Moment
    acknowledged: Wait = Field(description="From the arrival of a file until the chat was given a sign of it.")
    decided: Wait = Field(description="From a document's submission until a person approved it or sent it back.")


def wait_of(waits: Waits, bar: float) -> Wait:
    return Wait(
        ended=len(waits.ended),
        waiting=waits.waiting,
        p50=waits.percentile(0.5),
        p95=waits.percentile(0.95),
        longest=waits.ended[-1] if waits.ended else None,
        bar=bar,
        within_bar=waits.within(bar),
    )
