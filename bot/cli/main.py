"""`banli`: the table of contents of the command line, one module per group of commands."""

import sys

import typer

from bot.cli.contents import Contents, Entry
from bot.cli.problems import EXIT_CODES


class Commands(Contents):
    """Every command, in the order in which it is shown."""

    entries = (
        Entry(
            "init",
            "Set up an agency here: banli.toml and a key, tables, flows, the first admin. May be repeated.",
            "init",
        ),
        Entry(
            "run",
            "Run everything in one process: web page, admin API, and the loops that receive, send, fetch and tick.",
            "run",
        ),
        Entry(
            "web",
            "Only the doors: web page and admin API. PostgreSQL only; `banli worker` beside it does the work.",
            "web",
        ),
        Entry(
            "worker",
            "Only the loops that receive, send, fetch and tick. PostgreSQL only; any number, beside `banli web`.",
            "worker",
        ),
        Entry(
            "connect",
            "Only connections to messengers that want one kept. PostgreSQL only; a second one stands by.",
            "connect",
        ),
        Entry(
            "migrate",
            "Bring the database's tables up to date (or down with --down; what only newer tables hold is lost).",
            "migrate",
        ),
        Entry(
            "doctor",
            "Look at settings, keys, database, files, services, flows and queues. Exit code 1 when something is wrong.",
            "doctor",
        ),
        Entry(
            "dead-letters",
            "What kept failing in the queues: see, retry, drop with a reason.",
            "dead_letters",
            group=True,
        ),
        Entry("user", "Members of staff: the first admin, who is there, who may sign in.", "user", group=True),
        Entry("key", "Keys for the API.", "key", group=True),
        Entry("case", "Look at cases.", "case", group=True),
        Entry("flow", "Check, compare, try, draw and publish flows.", "flow", group=True),
        Entry(
            "calendar",
            "Working calendars: look at them, add a year's holidays or days of a file.",
            "calendar",
            group=True,
        ),
        Entry("table", "Tables of the office: import, show, export, restore.", "office_table", group=True),
        Entry("story", "Play stories: transcripts that must come out as written.", "story", group=True),
        Entry("audit", "The record of who did what.", "audit", group=True),
        Entry("files", "The store of files.", "files", group=True),
        Entry("backup", "Backups: the database and its files in one folder, without the keys.", "backup", group=True),
        Entry("keys", "The keys under which personal data and files are sealed.", "keys", group=True),
        Entry(
            "export-client",
            "Write all that is kept about a client, and his files, into one zip archive that only its owner reads.",
            "clients",
        ),
        Entry(
            "erase-client",
            "Erase what is personal about a client for good: his cases must be closed, and no legal hold in force.",
            "clients",
        ),
        Entry(
            "hold-client",
            "Forbid the erasure of a client's data (legal hold), or allow it again with --lift.",
            "clients",
        ),
        Entry("config", "The settings.", "config", group=True),
        Entry("openapi", "Print the description of the admin API (OpenAPI 3.1, JSON).", "openapi"),
    )


app = typer.Typer(
    cls=Commands,
    name="banli",
    help="Banli （办理）: cases by chat. Settings come from BANLI_* variables, *_FILE secrets, banli.toml or .env.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    """The commands are those of the table."""


if __name__ == "__main__":
    sys.exit(app())
