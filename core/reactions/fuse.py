"""The fuse of the flow's rules: a chain that goes in a circle is cut, and a rule that storms is stopped for its case.

Two limits, and nothing else of the case is held up by either: the deed that set the rule off stands, and so does what
other rules do.

- A chain: rules set each other off (rule, action, event, rule). The rule that would be more than CHAIN consequences
  away from the deed does not act. The next deed begins a new chain.
- A storm: a rule that has acted MOST times for one case within WINDOW does not act for that case any more, until a
  person lets it (RearmRule): what acted so often wrote to somebody just as often, and would do so again every hour.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from core.bus.deed import Deed
from core.cases.stages import compiled_of
from core.cases.tables import case, rule_fuse
from core.commands.cases import RearmRule
from core.commands.command import Command
from core.engine.text import LANGUAGES, Words
from core.events.rules import FuseBlown, RuleRearmed
from core.kit.errors import NotPossibleNow
from core.reactions import admins

CHAIN: Final = 8  # consequences; two less than the bus carries, so that admins can be told of the cut
MOST: Final = 50  # times that one rule acts for one case ...
WINDOW: Final = timedelta(hours=1)  # ... within so long


def stops(case_id: int, rule: str, deed: Deed) -> str:
    """Why a rule whose condition holds may not act: ``loop`` or ``storm``; empty: it may, and this is counted.

    A run whose chain is cut counts as well: a circle with many branches blows the fuse.
    """
    row = deed.uow.first(rule_fuse, case_id=case_id, rule=rule)
    if row is None:
        row = deed.uow.add(rule_fuse, case_id=case_id, rule=rule, since=deed.now)
    if row["blown_at"] is not None:
        return "storm"
    fresh = deed.now - row["since"] >= WINDOW
    since, acts = (deed.now, 0) if fresh else (row["since"], row["acts"])
    if acts >= MOST:
        deed.uow.change(rule_fuse, row["id"], blown_at=deed.now)
        deed.emit(FuseBlown(case_id=case_id, rule=rule, stopped="storm"))
        return "storm"
    deed.uow.change(rule_fuse, row["id"], since=since, acts=acts + 1)
    if deed.cause.depth < CHAIN:
        return ""
    if row["looped_at"] is None or deed.now - row["looped_at"] >= WINDOW:
        deed.uow.change(rule_fuse, row["id"], looped_at=deed.now)
        deed.emit(FuseBlown(case_id=case_id, rule=rule, stopped="loop"))
    return "loop"


def sentence(stopped: str, deed: Deed) -> Words:
    """Why the rule did not act, for its log."""
    sayings, params = deed.tool("sayings"), {"chain": CHAIN, "most": MOST, "minutes": WINDOW // timedelta(minutes=1)}
    return {language: sayings.say(language, f"rules.stopped_{stopped}", params) for language in LANGUAGES}


def tell_admins(event: FuseBlown, deed: Deed) -> Iterator[Command]:
    """Once a day of the same rule, however many cases it has stopped in: it is the rule that has to be mended."""
    row = deed.uow.get(case, event.case_id or 0)
    name, flow = compiled_of(deed, row).flow.rule(event.rule).name, row["flow"]
    once = f"fuse:{event.stopped}:{flow}:{event.rule}:{admins.today(deed)}"
    yield from admins.tell(
        deed, f"rules.{event.stopped}", once, rule=name, code=event.rule, flow=flow, number=row["number"], most=MOST
    )


def rearm_rule(command: RearmRule, deed: Deed) -> None:
    """Raises NotPossibleNow when the rule's fuse is not blown in this case."""
    row = deed.uow.first(rule_fuse, case_id=command.case_id, rule=command.rule)
    if row is None or row["blown_at"] is None:
        raise NotPossibleNow(reason="fuse_whole")
    deed.uow.change(rule_fuse, row["id"], since=deed.now, acts=0, blown_at=None)
    deed.emit(RuleRearmed(case_id=command.case_id, rule=command.rule))
