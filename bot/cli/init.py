"""`banli init`: the first set-up, asked or from a file of answers. It may be repeated: nothing is done twice."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli.configured import settings_or_exit
from bot.cli.problems import WRONG
from bot.cli.setup.answers import Tree, answers, from_file, from_settings, over
from bot.cli.setup.asking import asked, password_of
from bot.cli.setup.config_file import KEY_FILE, config_path, write
from bot.cli.setup.opening import Opened, opened
from bot.cli.terminal import AsJson, out, tell_json
from core.kit.settings import Settings

app = typer.Typer()

File = Annotated[
    Path | None, typer.Option("--answers", help="Answers (YAML); nothing is asked.", dir_okay=False, exists=True)
]
UrlFile = Annotated[
    Path | None,
    typer.Option(help="A file with the database's address (it holds a password).", dir_okay=False, exists=True),
]
PasswordFile = Annotated[
    Path | None, typer.Option(help="Its first line is the first admin's password.", dir_okay=False, exists=True)
]


@app.command()
def init(
    answers_file: File = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: take the options and the defaults.")] = False,
    name_zh: Annotated[str | None, typer.Option(help="Name of the agency in Chinese.")] = None,
    name_en: Annotated[str | None, typer.Option(help="Name of the agency in English.")] = None,
    language: Annotated[str | None, typer.Option(help="zh-CN or en.")] = None,
    database_url_file: UrlFile = None,
    public_url: Annotated[str | None, typer.Option(help="https://... at which people reach it.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=0, max=65535)] = None,
    admin: Annotated[str | None, typer.Option(help="Name of the first admin.")] = None,
    login: Annotated[str | None, typer.Option(help="Name under which he signs in; else he has a key alone.")] = None,
    password_file: PasswordFile = None,
    flow: Annotated[list[str] | None, typer.Option(help="A flow to begin with: its key or a file; repeatable.")] = None,
    json: AsJson = False,
) -> None:
    """Set up an agency here: banli.toml and a key, tables, flows, the first admin. May be repeated."""
    url = None if database_url_file is None else database_url_file.read_text("utf-8").strip()
    options: Tree = {
        "agency": {"name_zh": name_zh, "name_en": name_en, "language": language},
        "database_url": url,
        "public_url": public_url,
        "port": port,
        "admin": {"name": admin, "login": login, "password_file": password_file},
        "flows": flow,
    }
    before = settings_or_exit()
    config = config_path(os.environ)
    tree = over(from_settings(before), {} if answers_file is None else from_file(answers_file))
    tree = over(tree, options)
    silent = answers_file is not None or yes
    given = answers(tree if silent else asked(tree))
    hashed = password_of(given.admin, silent=silent)
    written = write(config, _unless_in_environment(given.settings(), before), with_key=before.keys is None)
    settings = settings_or_exit()
    done = opened(settings, given, hashed)
    _tell(config if written else None, settings, done, as_json=json)
    if any(done.flows.values()):
        raise typer.Exit(WRONG)


def _unless_in_environment(tree: Tree, settings: Settings) -> Tree:
    """Without what variables say: they are stronger, and a secret among them must not be copied into a file."""
    fixed = {each.key for each in settings.describe() if each.source.startswith("environment")}

    def kept(inner: Tree, above: str) -> Tree:
        return {
            name: kept(value, f"{above}{name}.") if isinstance(value, dict) else value
            for name, value in inner.items()
            if f"{above}{name}" not in fixed
        }

    return kept(tree, "")


def _tell(config: Path | None, settings: Settings, done: Opened, *, as_json: bool) -> None:
    steps = _next(settings, done)
    if as_json:
        told: dict[str, Any] = {"config": config, **asdict(done), "next": steps}
        tell_json(told)
        return
    out.print(f"{config} is written." if config else "The settings are as they were.", markup=False)
    out.print(f"The tables are at {done.revision}.")
    for name, no in done.flows.items():
        out.print(f"Flow {name}: {f'refused: {no}' if no else 'published'}", markup=False)
    if done.api_key:
        signs = f", who signs in as {done.login}" if done.login else ""
        out.print(f"{done.admin} is the first admin{signs}. API key, shown this once: {done.api_key}", markup=False)
    else:
        out.print("There is an admin already; nobody was added.")
    out.print("\nWhat comes next:")
    for number, step in enumerate(steps, start=1):
        out.print(f"{number}. {step}", markup=False)


def _next(settings: Settings, done: Opened) -> list[str]:
    steps = []
    if KEY_FILE.exists():
        steps.append(f"Copy {KEY_FILE} to a place of its own: without it nothing that is stored can be read again.")
    steps += [
        "banli doctor: is everything well?",
        f"banli run: then clients write at {settings.base_url}/chat/me/, and staff use {settings.base_url}/api/v1.",
    ]
    if done.api_key and not done.flows:
        steps.append("banli flow publish flows/<key>/v1.yaml: no case can begin without a flow.")
    if done.api_key:
        steps.append("Add staff with the key: docs/first-ten-minutes.md shows the calls.")
    return steps
