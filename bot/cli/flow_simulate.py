"""`banli flow simulate`: a flow tried on every open case and on the events of their last days; nothing is done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from admin_api.schemas.params import ChangedParam
from admin_api.schemas.simulation import DraftSimulation, simulation_of
from bot.app import Banli
from bot.cli.configured import settings_or_exit
from bot.cli.flow_files import examined, files_in, never_two, problems_json, tell_problems
from bot.cli.names import names_in
from bot.cli.problems import WRONG
from bot.cli.serving import beside
from bot.cli.terminal import AsJson, err, out, progress, tell_json
from core.catalog.tables import flow_draft
from core.engine.lint import Examined
from core.engine.machine import compile_flow
from core.engine.text import LANGUAGES, Words
from core.kit.errors import NotFound
from core.store.reading import Reader
from core.views.simulated_case import Lens
from core.views.simulation import CHUNK, MOST_CASES, MOST_DAYS, USUAL_DAYS, begun
from core.views.simulation import simulate as tried

DIFFERS: Final = 2  # exit code: something would be other

Sources = Annotated[
    list[str],
    typer.Argument(help="Flow files (YAML), folders (of each below them the newest file), or ids of drafts."),
]
Days = Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How many of the last days' events.")]
Most = Annotated[int, typer.Option("--cases", min=1, help="At most so many open cases of a flow, the oldest first.")]


@dataclass(frozen=True, slots=True)
class Tried:
    """A source as it was named; ``came``: None where something is wrong with it."""

    source: str
    found: Examined
    came: DraftSimulation | None


def simulate(sources: Sources, days: Days = USUAL_DAYS, most: Most = MOST_CASES, json: AsJson = False) -> None:
    """Tell what a flow would make of every open case of its kind, and what its rules would have done lately.

    Nothing is written and nothing is sent; it may run beside everything. Exit codes: 0 nothing would be other; 2
    something would; 1 a file has problems or cannot be read, or the database cannot.
    """
    with never_two(), beside(settings_or_exit()) as banli:
        with banli.reading.open() as reader:
            names = names_in(reader, banli.settings)
            read = [(named, source, examined(source, names)) for named, source in _read(sources, reader)]
        all_tried = [_tried(banli, each, days, most) for each in read]
    err.print(names.whose, markup=False)
    if json:
        tell_json([_as_json(each) for each in all_tried])
    else:
        for each in all_tried:
            _tell(each)
    if any(each.came is None for each in all_tried):
        raise typer.Exit(WRONG)
    if any(each.came is not None and each.came.differs for each in all_tried):
        raise typer.Exit(DIFFERS)


def _read(sources: Sequence[str], reader: Reader) -> Iterator[tuple[str, bytes]]:
    """Name and content of each. Raises NotFound for a draft that is not there, OSError for a file."""
    for source in sources:
        path = Path(source)
        if source.isdecimal() and not path.exists():
            yield f"draft {source}", draft_source(reader, source)
            continue
        for each in newest_in(path):
            yield str(each), each.read_bytes()


def draft_source(reader: Reader, draft_id: str) -> bytes:
    """The YAML of an open draft. Raises NotFound."""
    row = reader.peek(flow_draft, int(draft_id))
    if row is None or row["state"] != "open":
        raise NotFound(f"There is no open draft {draft_id}, and no file of that name.")
    return bytes(row["source"])


def newest_in(path: Path) -> list[Path]:
    """The file itself, or of each folder below this one the flow with the highest number. Raises WrongInput."""
    return list({each.parent: each for each in files_in([path])}.values())  # they come by rising number


def _tried(banli: Banli, read: tuple[str, bytes, Examined], days: int, most: int) -> Tried:
    named, source, found = read
    if found.flow is None:
        return Tried(named, found, None)
    wiring = banli.bus.wiring
    compiled, calendars = compile_flow(found.flow), wiring.tools["calendars"]
    lens = Lens(banli.catalogue, calendars, wiring.facts, compiled, banli.clock.now(), source=source)
    with banli.reading.open() as reader:
        result, ids = begun(lens, reader, days, most)
    parts = tried(lens, banli.reading.open, result, ids, lambda _: True)
    for _ in progress(parts, f"Cases of {found.flow.key}", -(-len(ids) // CHUNK)):
        pass
    return Tried(named, found, simulation_of(result))


def _as_json(each: Tried) -> dict[str, Any]:
    problems = {"source": each.source, "problems": problems_json(each.found)}
    came = None if each.came is None else each.came.model_dump(mode="json")
    return {**problems, "simulation": came}


def _tell(each: Tried) -> None:
    came = each.came
    if came is None:
        out.print(f"{each.source}: {len(each.found.problems)} problem(s), not simulated", markup=False)
        tell_problems(each.found)
        return
    out.print(f"{each.source}: {came.flow} version {came.version}", markup=False)
    _say(came.summary)
    for part in (*came.checklist, *came.steps):
        name = " / ".join(part.name.get(language, "") for language in LANGUAGES)
        out.print(f"  {part.cases} case(s): {part.change} {part.key} ({name})", markup=False)
    examples = {case.number: case for _, cases in came.examples for case in cases}
    for number, case in examples.items():
        out.print(f"  {number} (version {case.version}, {case.stage})", markup=False)
        for words in case.words:
            _say(words, "      ")
    for param in came.params:
        _tell_param(param)
    _tell_rules(came)
    for words in came.unknown:
        _say(words)


def _tell_param(param: ChangedParam) -> None:
    """What became of it, where it is used, and what that means for the cases that it concerns."""
    _say(param.words)
    for use in param.uses:
        _say({each: f"{use.pointer}  {words}" for each, words in use.words.items()}, "      ")
    _say(param.summary, "      ")
    for case in param.examples:
        for words in case.words:
            _say({each: f"{case.number}  {said}" for each, said in words.items()}, "        ")


def _tell_rules(came: DraftSimulation) -> None:
    out.print(f"  {came.events} event(s) and moments of the last {came.days} day(s) put to the rules", markup=False)
    if came.without_past:
        out.print(f"  of {came.without_past} case(s) the events were left out: too many in all", markup=False)
    for rule in came.rules:
        if rule.differs:
            _say(rule.words)
            if rule.cases:
                out.print(f"      {', '.join(rule.cases)}", markup=False)
    for action in came.actions:
        _say(action.words)


def _say(words: Words, before: str = "  ") -> None:
    for language in reversed(LANGUAGES):
        out.print(f"{before}{words[language]}", markup=False)
