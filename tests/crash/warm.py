"""Brings the fork server into the state in which a process has worked for a while: compiled flows, warm caches."""

import logging
from pathlib import Path
from typing import Final

import structlog

import bot.app  # everything that a child needs is imported once
import bot.cli.serving  # noqa: F401
from bot.house import check_dialogs
from bot.texts.catalogue import sentences
from core.catalog.catalogue import _from_source
from core.kit.db import check_classified

FLOW: Final = Path(__file__).with_name("flow.yaml")


def source(version: int = 1) -> str:
    """The flow of the crash tests in one of its versions."""
    return FLOW.read_text("utf-8").replace("version: 1", f"version: {version}", 1)


def warm() -> None:
    """Without threads and without a database: both would be half there in a forked child."""
    check_classified()
    check_dialogs()
    sentences()
    for version in range(1, 4):
        _from_source(source(version).encode())


def quiet_log() -> None:
    """What the product logs about every message would drown what a run tells."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=str)],
    )
