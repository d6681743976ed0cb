"""`banli story`: plays stories, each in a house of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.cli.flow_files import never_two
from bot.cli.story_compare import compare, stories_in
from bot.cli.story_export import export
from bot.cli.story_house import play_one
from bot.cli.terminal import AsJson, progress, tell_json
from bot.cli.terminal import out as terminal
from bot.story.reader import read_story
from bot.story.result import Result
from bot.story.spec import Script
from core.kit import log
from core.kit.errors import Invalid

CAME_OUT, DIFFERENT, NO_STORY = 0, 1, 2


app = typer.Typer(help="Play stories: transcripts that must come out as written.", no_args_is_help=True)


class StoryChannel(StrEnum):
    """Where a story can be played: the channels that need no platform."""

    LOOPBACK = "loopback"
    WEBCHAT = "webchat"


app.command()(export)


@app.command("run")
def run_command(
    files: Annotated[list[Path], typer.Argument(help="Story files (YAML), or folders of them.", exists=True)],
    channel: Annotated[list[StoryChannel] | None, typer.Option(help="Channels to play on; may be repeated.")] = None,
    flow: Annotated[
        str | None,
        typer.Option(help="A draft (flow file, folder, or id): tell what it would answer differently from the flow."),
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", "-v", help="Print the transcript of a story that came out too.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Play stories on a database of their own. Exit code 1 when one does not come out, 2 when a file is no story.

    With --flow every story is played twice, with the flow that it names and with the draft; then 0 says that all answer
    the same, 2 that something would be other, 1 that a file has problems or cannot be read.
    """
    if flow is not None:
        log.configure(format="json", level="error")
        compare(files, flow, (channel or [StoryChannel.LOOPBACK])[0], as_json=json)
        return
    with never_two():
        paths = stories_in(files)
    raise typer.Exit(run_files(paths, channel or [StoryChannel.LOOPBACK], transcript=show, as_json=json))


def run_files(
    paths: Sequence[Path],
    channels: Sequence[str] = ("loopback",),
    *,
    transcript: bool = False,
    as_json: bool = False,
    out: Console = terminal,
) -> int:
    """Play every story on every channel. Returns 0: all came out, 1: some did not, 2: a file is no story."""
    log.configure(format="json", level="error")
    scripts, wrong = _read(paths)
    if wrong:
        _tell_problems(wrong, out, as_json=as_json)
        return NO_STORY
    pairs = [(script, channel) for script in scripts for channel in channels]
    results = []
    for script, channel in progress(pairs, "Playing", len(pairs)):
        results.append(play_one(script, channel))
        if not as_json:
            _print(results[-1], out, transcript=transcript)
    came_out = sum(result.came_out for result in results)
    if as_json:
        tell_json([{"came_out": result.came_out, **asdict(result)} for result in results])
    else:
        out.print(f"{came_out} of {len(results)} came out.")
    return CAME_OUT if came_out == len(results) else DIFFERENT


def _read(paths: Sequence[Path]) -> tuple[list[Script], dict[Path, Invalid]]:
    """The stories of the files, and what is wrong with those that are none."""
    scripts, wrong = [], {}
    for path in paths:
        try:
            scripts.append(read_story(path))
        except Invalid as invalid:
            wrong[path] = invalid
    return scripts, wrong


def _tell_problems(wrong: Mapping[Path, Invalid], out: Console, *, as_json: bool) -> None:
    if as_json:
        listed = {
            str(path): [{"pointer": each.pointer, "code": each.code, **each.message} for each in invalid.problems]
            for path, invalid in wrong.items()
        }
        tell_json(listed)
        return
    for path, invalid in wrong.items():
        out.print(f"{path}: {len(invalid.problems)} problem(s)", markup=False)
        for each in invalid.problems:
            out.print(f"  {each.pointer or '/'} [{each.code}]", markup=False)
            out.print(f"      {each.message['en']}", markup=False)
            out.print(f"      {each.message['zh-CN']}", markup=False)


def _print(result: Result, out: Console, *, transcript: bool) -> None:
    mark = "came out" if result.came_out else "DIFFERENT"
    out.print(f"{mark}  {result.story} on {result.channel} ({result.steps} steps)", markup=False)
    if transcript or not result.came_out:
        for line in result.transcript if transcript else result.transcript[-12:]:
            out.print(f"    {line}", markup=False)
    if result.failure is not None:
        out.print(str(result.failure), markup=False)
