"""`banli`: the table of contents of the command line, one module per group of commands."""

import sys

import typer

from bot.cli import (
    audit,
    backup,
    case,
    clients,
    config,
    dead_letters,
    doctor,
    files,
    flow,
    init,
    key,
    keys,
    migrate,
    openapi,
    run,
    story,
    user,
    web,
    worker,
)
from bot.cli.problems import EXIT_CODES, Sentences

app = typer.Typer(
    cls=Sentences,
    name="banli",
    help="Banli （办理）: cases by chat. Settings come from BANLI_* variables, *_FILE secrets, banli.toml or .env.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(init.app)
app.add_typer(run.app)
app.add_typer(web.app)
app.add_typer(worker.app)
app.add_typer(migrate.app)
app.add_typer(doctor.app)
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(user.app, name="user")
app.add_typer(key.app, name="key")
app.add_typer(case.app, name="case")
app.add_typer(flow.app, name="flow")
app.add_typer(story.app, name="story")
app.add_typer(audit.app, name="audit")
app.add_typer(files.app, name="files")
app.add_typer(backup.app, name="backup")
app.add_typer(keys.app, name="keys")
app.add_typer(clients.app)
app.add_typer(config.app, name="config")
app.command("openapi")(openapi.openapi)


if __name__ == "__main__":
    sys.exit(app())
