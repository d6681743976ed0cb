"""Sharing out a role's work by a rule: among whom, whose turn it is, and in words why it was he.

1. Whoever does the work already keeps it, unless the rule wants another one. 2. The departments in which to look, one
after the other: the one that is asked for and no other; or the one that serves the case's region, else the one of the
case, then those above it, then the whole house. 3. In each, its members and those of the departments below: the first
in which somebody is there decides. Nobody is there who has put his work of this role into other hands for these days,
or who has as many cases as the rule allows. 4. He whose turn it is in that circle gets it. All that is shared out of
one role goes through one lock, so that two workers never give the same turn twice.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from core.bus.deed import Deed
from core.cases.stages import compiled_of
from core.cases.tables import case, role_turn
from core.cases.team import give_role, on_team
from core.commands.cases import ShareOut
from core.engine.fair_share import Candidate, next_one
from core.engine.text import LANGUAGES, Words
from core.events.sharing import RoleKept, RoleUnfilled
from core.kit.errors import NotPossibleNow
from core.staff.delegation import away
from core.staff.departments import below, chain, serving
from core.staff.tables import department, staff
from core.store.sealing import Row
from core.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class _Pool:
    """The people of a role in a department and below it (None: in all the house), and why some cannot take work."""

    department: Row | None
    there: tuple[Candidate, ...]
    absent: int
    full: int
    last: int | None  # who had the last turn in this circle

    @property
    def key(self) -> int:
        return 0 if self.department is None else int(self.department["id"])


def share_out(command: ShareOut, deed: Deed) -> None:
    """Gives the role to somebody, or says why not. Raises NotPossibleNow for a closed case, Invalid for a role that
    there is not."""
    row = deed.uow.get(case, command.case_id)
    holder = row["team"].get(command.role)
    if row["state"] != "open":
        raise NotPossibleNow(reason="closed")
    if holder is not None and not deed.uow.get(staff, holder)["active"]:
        holder = None
    if holder is not None and not command.again:
        deed.emit(_kept(row, command, holder, "rules.role_kept", deed))
        return
    deed.uow.need(f"share:{command.role}")
    looked_at = []
    for pool in _pools(row, holder, command, deed):
        looked_at.append(pool)
        if pool.there:
            chosen = next_one(command.by, pool.there, pool.last)
            _note_turn(command.role, pool, chosen, deed.uow)
            why = _why(command, looked_at, chosen, deed)
            give_role(row["id"], command.role, chosen.id, deed, way=command.by, why=why)
            return
    if holder is not None:
        deed.emit(_kept(row, command, holder, "rules.role_kept_alone", deed))
    else:
        deed.emit(RoleUnfilled(case_id=row["id"], role=command.role, why=_why_nobody(command, looked_at, deed)))


def _pools(row: Row, holder: int | None, command: ShareOut, deed: Deed) -> Iterator[_Pool]:
    """The nearest first."""
    uow = deed.uow
    members = [each for each in uow.find(staff, active=True) if command.role in each["roles"] and each["id"] != holder]
    absent = {each["id"] for each in members if away(uow, each["id"], command.role, deed.now)}
    counts = command.by == "least_loaded" or command.most_open is not None
    load = _load(uow, command.role, [each["id"] for each in members] if counts else [], row["id"])
    for place in _places(row, command, deed):
        within = None if place is None else {place["id"], *below(uow, place["id"])}
        people = [each["id"] for each in members if within is None or each["department_id"] in within]
        pool = 0 if place is None else place["id"]
        turns = {each["staff_id"]: each["turn"] for each in uow.find(role_turn, role=command.role, pool=pool)}
        here = [each for each in people if each not in absent]
        free = [each for each in here if command.most_open is None or load[each] < command.most_open]
        there = tuple(Candidate(each, turns.get(each, 0), load[each]) for each in free)
        last = max(turns, key=lambda each: turns[each]) if turns else None
        yield _Pool(place, there, len(people) - len(here), len(here) - len(free), last)


def _places(row: Row, command: ShareOut, deed: Deed) -> list[Row | None]:
    """Departments in the order in which they are asked; None: the whole house."""
    if command.department is not None:
        return [*deed.uow.find(department, name=command.department, ended_at=None)[:1]]
    nearest = None if command.region is None else serving(deed.uow, _names_of_region(row, command.region, deed))
    lowest = row["department_id"] if nearest is None else nearest["id"]
    places: list[Row | None] = [deed.uow.get(department, each) for each in chain(deed.uow, lowest)]
    return [*places, None]


def _names_of_region(row: Row, field: str, deed: Deed) -> list[str]:
    """What the case's region is called: as it is kept, and as the choice of the field is called; then the same of the
    regions that it lies in, where the field takes its choices from a table."""
    value = row["fields"].get(field)
    if not isinstance(value, str):
        return []
    spec = next((each for each in compiled_of(deed, row).flow.fields if each.key == field), None)
    if spec is not None and spec.choices_from is not None:
        table = deed.tool("tables").of(deed.uow, spec.choices_from)
        path = () if table is None else table.path(value)
        return [name for key in path for name in (key, *table.rows[key].name.values())] or [value]
    named = [] if spec is None else [each.name.values() for each in spec.choices if each.key == value]
    return [value, *(name for names in named for name in names)]


def _load(uow: UnitOfWork, role: str, people: Collection[int], but: int) -> Counter[int]:
    """Open cases, other than this one, in which each does the work of this role."""
    if not people:
        return Counter()
    question = select(case.c.team).where(on_team(people), case.c.state == "open", case.c.id != but)
    return Counter(each["team"].get(role) for each in uow.rows(question, case))


def _note_turn(role: str, pool: _Pool, chosen: Candidate, uow: UnitOfWork) -> None:
    rows = uow.find(role_turn, role=role, pool=pool.key)
    turn = max((each["turn"] for each in rows), default=0) + 1
    for each in rows:
        if each["staff_id"] == chosen.id:
            uow.change(role_turn, each["id"], turn=turn)
            return
    uow.add(role_turn, role=role, pool=pool.key, staff_id=chosen.id, turn=turn)


def _kept(row: Row, command: ShareOut, holder: int, key: str, deed: Deed) -> RoleKept:
    return RoleKept(case_id=row["id"], role=command.role, staff_id=holder, why=_say(deed, key))


def _why(command: ShareOut, looked_at: list[_Pool], chosen: Candidate, deed: Deed) -> Words:
    """In which circle, how many could have taken it, and who could not."""
    *before, pool = looked_at
    sentences = [_say(deed, f"rules.{command.by}", pool, there=len(pool.there), load=chosen.load)]
    if pool.absent or pool.full:
        sentences.append(_say(deed, "rules.not_there", absent=pool.absent, full=pool.full))
    sentences += [_say(deed, "rules.nobody_there", each) for each in before[-1:]]
    return {language: "".join(each[language] for each in sentences) for language in LANGUAGES}


def _why_nobody(command: ShareOut, looked_at: list[_Pool], deed: Deed) -> Words:
    if not looked_at:
        return _say(deed, "rules.no_department", name=command.department)
    pool = looked_at[-1]
    return _say(deed, "rules.nobody_free", pool, absent=pool.absent, full=pool.full)


def _say(deed: Deed, key: str, pool: _Pool | None = None, **params: object) -> Words:
    """`pool`: is called by its department's name."""
    sayings = deed.tool("sayings")
    said = {}
    for language in LANGUAGES:
        house = sayings.say(language, "rules.whole_house")
        name = house if pool is None or pool.department is None else pool.department["name"]
        said[language] = sayings.say(language, key, {"pool": name, **params})
    return said
