"""Logging for the whole process: structlog over stdlib, one line an event, redacted, JSON off a terminal.

``configure`` is called once by the root. What libraries say is kept from WARNING up only: some of them write
whole webhook bodies, tokens and statements with their parameters at lower levels. Run uvicorn with
``log_config=None``.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Literal, TextIO

import structlog
from pydantic import ValidationError
from structlog.typing import EventDict, Processor, WrappedLogger

from core.kit.redact import redact_keys, redact_text

OWN: Final = frozenset({"core", "bot", "adapters", "admin_api", "__main__"})
_CODE_ERRORS: Final = (
    AttributeError,
    NameError,
    ImportError,
    TypeError,
)  # what they quote are names in our code
_MAX_MESSAGE: Final = 300
_MAX_FRAMES: Final = 40
_QUOTED: Final = re.compile(r"""(['"`«“‘]).{0,2000}?['"`»”’]|\{.*\}|\[.*\]""")


def configure(
    *,
    format: Literal["auto", "json", "console"] = "auto",
    level: str = "info",
    stream: TextIO | None = None,
) -> None:
    """Send every log line to ``stream`` (standard error); ``level`` counts for our own modules."""
    out = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _foreign],
            processors=[_exception, _redacted, _renderer(format, out)],
            use_get_message=False,
            pass_foreign_args=True,
        )
    )
    handler.addFilter(_is_heard)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a broken record would be printed whole, with its arguments
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def get_log(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module: ``log = get_log(__name__)``, then ``log.info("case_opened", case_id=7)``."""
    log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return log


@contextmanager
def bound(**ids: int | None) -> Iterator[None]:
    """Every line that is logged inside carries these ids (request, update, conversation, case); None is left out."""
    known = {name: value for name, value in ids.items() if value is not None}
    if not known:
        yield
        return
    with structlog.contextvars.bound_contextvars(**known):
        yield


def describe_error(error: BaseException) -> str:
    """Type and message of an error, without what its message quotes or what looks like personal data."""
    return f"{type(error).__qualname__}: {_message(error)}".rstrip(": ")


class _Shown(str):
    """What stands for a library's log argument, whether it is formatted with %s or %r."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _is_heard(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] in OWN


def _foreign(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Fill a library's message with numbers and type names only: other arguments may be anybody's data."""
    template, args = str(event["event"]), event.pop("positional_args", None)
    if args:
        named = isinstance(args, Mapping)
        shown = {k: _argument(v) for k, v in args.items()} if named else tuple(_argument(each) for each in args)
        try:
            template %= shown
        except (TypeError, ValueError, KeyError):
            template = f"{template} (arguments do not fit)"
    event["event"] = _unquoted(template)
    return event


def _argument(value: object) -> object:
    return value if isinstance(value, int | float) else _Shown(f"<{type(value).__name__}>")


def _exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace ``exc_info`` by types, cleaned messages and frames; no local values, no statements."""
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = given if isinstance(given, BaseException) else None
    if isinstance(given, tuple):
        error = given[1]
    elif given and error is None:
        error = sys.exc_info()[1]
    if error is not None:
        event["error"] = type(error).__qualname__
        event["exception"] = "\n".join(_lines(error))
    return event


def _lines(error: BaseException) -> list[str]:
    lines: list[str] = []
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        frames = traceback.extract_tb(link.__traceback__)[-_MAX_FRAMES:]
        lines += [
            describe_error(link),
            *(f"  {each.filename}:{each.lineno} in {each.name}" for each in frames),
        ]
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return lines


def _message(error: BaseException) -> str:
    if isinstance(error, ValidationError):
        wrong = error.errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"{'.'.join(map(str, each['loc']))} {each['type']}" for each in wrong)[:_MAX_MESSAGE]
    said = str(error)[:_MAX_MESSAGE].partition("\n")[0]  # databases put statement and parameters on later lines
    return redact_text(said if isinstance(error, _CODE_ERRORS) else _unquoted(said))


def _unquoted(text: str) -> str:
    return _QUOTED.sub("'...'", text)


def _redacted(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    exception = event.pop("exception", None)  # cleaned above; file paths and line numbers must stay
    clean = redact_keys(event)
    if exception is not None:
        clean["exception"] = exception
    return clean


def _renderer(form: str, out: TextIO) -> Processor:
    if form == "json" or (form == "auto" and not out.isatty()):
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
