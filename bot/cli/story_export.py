"""`banli story export`: a real case as a masked story that can be played."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.case_rules import found
from bot.cli.counter import counter
from bot.cli.problems import WrongInput
from bot.cli.story_making import made_of, past_of
from bot.cli.terminal import AsJson, err, out, tell_json
from core.bus.deed import SYSTEM
from core.kit import log
from core.kit.ids import new_id
from core.ledger import audit


def export(
    number: Annotated[str, typer.Argument(help="The number of the case, such as V-2026-0001.")],
    to: Annotated[Path, typer.Option("--output", "-o", help="The story's file (.yaml); must not be there yet.")],
    json: AsJson = False,
) -> None:
    """Write a case as a story, masked: stand-ins for everything that is personal, made-up files for real ones.

    The flow's version is written beside it, in tables/ and calendars/ what it needs of the office's own. That the case
    was exported stands in the audit; on SQLite no process may be running. Exit code 1 when there is no such case, its
    client is erased, or the story would still say something personal; then nothing is written.
    """
    if to.exists():
        raise WrongInput(f"{to} is there already: give another name, or take it away first.")
    if not to.parent.is_dir():
        raise WrongInput(f"There is no folder {to.parent}: make it first, or write the story elsewhere.")
    log.configure(format="json", level="error")
    with counter() as desk:
        with desk.banli.reading.open() as reader:
            row = found(reader, number)
            past = past_of(desk.banli, reader, row)
        about = {"correlation": new_id(), "subject": f"case:{row['id']}", "case_id": row["id"]}
        desk.banli.store.run(lambda uow: audit.note(uow, SYSTEM, "cli", "ExportStory", **about))
    made = made_of(past)
    for name, source in made.files.items():
        _keep(to.parent / name, source)
    to.write_text(made.story, encoding="utf-8")
    flow_file, steps, notes = to.parent / made.flow_file, len(made.recorded.steps), made.notes
    if json:
        tell_json({"story": str(to), "flow": str(flow_file), "steps": steps, "notes": notes})
        return
    out.print(f"{to}: {steps} steps; flow in {flow_file}", markup=False)
    for each in notes:
        err.print(f"  {each['en']}\n  {each['zh-CN']}", markup=False)


def _keep(path: Path, source: bytes) -> None:
    """Raises WrongInput where another file has this name."""
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(source)
    elif path.read_bytes() != source:
        raise WrongInput(f"{path} is not what the case has: write the story into another folder.")
