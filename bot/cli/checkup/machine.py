"""What the doctor sees of the machine: who can read the secrets and the files, free disk space, the address."""

import os
import shutil
import stat
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from bot.app import database_file
from bot.cli.checkup.finding import Finding, advice, ok, wrong
from core.kit.settings import Agency, Settings, is_loopback
from core.kit.settings_sources import CONFIG

GIB = 1024**3
LITTLE = GIB  # below this an upload or a checkpoint may fail soon
SOME = 5 * GIB


def agency(settings: Settings) -> Iterator[Finding]:
    """Demo mode, and whether clients would read the name of the made-up agency."""
    if settings.demo:
        yield advice("agency", "Demo mode is on: its doors are open.", "unset BANLI_DEMO for real clients")
    elif settings.agency.name == Agency().name:
        said = f"Clients read the made-up name “{settings.agency.name_en}”."
        yield advice("agency", said, "banli init, or BANLI_AGENCY__NAME_ZH and BANLI_AGENCY__NAME_EN")
    else:
        yield ok("agency", f"{settings.agency.name_zh} / {settings.agency.name_en}")


def secrets(environ: Mapping[str, str], folder: Path) -> Iterator[Finding]:
    """The files that hold secrets must not be for everybody to read."""
    named = folder / (environ.get(CONFIG) or "banli.toml")
    config = named if named.is_file() else folder / ".env"
    files = [Path(value) for name, value in environ.items() if name.startswith("BANLI_") and name.endswith("_FILE")]
    if config.is_file():
        files = [config, *files, *_named_in(config)]
    for path in files:
        place = folder / path
        if place.is_file() and place.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            yield wrong("secrets", f"{place} can be read by others on this machine.", f"chmod 600 {place}")
        elif place.is_file():
            yield ok("secrets", f"{place} is for its owner only.")


def _named_in(config: Path) -> list[Path]:
    """The secret files that a configuration file names at its top level."""
    if config.suffix != ".toml":
        return []
    tree = tomllib.loads(config.read_text("utf-8"))
    return [Path(value) for name, value in tree.items() if name.endswith("_file") and isinstance(value, str)]


def folder(settings: Settings) -> Iterator[Finding]:
    """The files folder is there, can be written to, and is closed to others."""
    place = settings.files_dir
    if not place.is_dir():
        yield wrong("files", f"The folder {place} is not there.", "banli init, or banli run makes it")
        return
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as no:
        remedy = f"give it to the user that runs Banli (uid {os.getuid()}): chown -R {os.getuid()} {place}"
        yield wrong("files", f"The folder {place} cannot be written to: {no.strerror}.", remedy)
        return
    if place.stat().st_mode & stat.S_IRWXO:
        yield wrong("files", f"The folder {place} is open to everybody on this machine.", f"chmod 700 {place}")
    else:
        yield ok("files", f"{place} can be written to and is closed to others.")


def disk(settings: Settings) -> Iterator[Finding]:
    """Free space where the files and a SQLite database lie."""
    file = database_file(settings)
    places = {_existing(settings.files_dir), *(() if file is None else (_existing(file.parent),))}
    for place in sorted(places):
        free = shutil.disk_usage(place).free
        said = f"{free / GIB:.1f} GiB are free at {place}."
        if free < LITTLE:
            yield wrong("disk", said, "make room before clients' files are refused")
        elif free < SOME:
            yield advice("disk", said, "plan for more room")
        else:
            yield ok("disk", said)


def _existing(path: Path) -> Path:
    """The folder itself or the nearest one above it that is there."""
    place = path.absolute()
    while not place.exists():
        place = place.parent
    return place


def address(settings: Settings) -> Iterator[Finding]:
    """How people reach the house from outside."""
    url = settings.public_url
    if url is None:
        said = f"Links lead to {settings.base_url}, which other machines cannot follow."
        yield advice("public_url", said, "BANLI_PUBLIC_URL=https://... (banli init asks for it)")
    elif url.startswith("https://") or is_loopback(urlsplit(url).hostname or ""):
        yield ok("public_url", url)
    else:
        said = f"{url} is not encrypted: papers and cookies can be read on the way."
        yield wrong("public_url", said, "put a proxy with TLS in front and say https://")
