"""Logging: what a person wrote, who he is and every secret stay out, at every level."""

import io
import json
import logging
import sqlite3
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from core.kit.ids import new_id
from core.kit.log import configure, describe_error, get_log
from core.kit.redact import REDACTED, is_personal, redact, redact_text

MARK = "张三-marker-5f2c91"
TELEGRAM = "123456789:AAF-abcdefghijklmnopqrstuvwxyz0123456"

# fmt: off
PERSONAL_KEYS = [
    "name", "client_name", "phone", "passport", "text", "raw", "raw_body", "token", "accessToken", "secret",
    "body", "caption", "payload", "password", "email", "id_number", "api_key", "url", "Authorization",
]
# fmt: on


class Form(BaseModel):
    name: str
    age: int


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers, root.level, logging.raiseExceptions)
    stream = io.StringIO()
    configure(level="debug", stream=stream)
    yield stream
    root.handlers, root.level, logging.raiseExceptions = before
    logging.captureWarnings(False)
    structlog.reset_defaults()


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_event_is_one_json_line_with_time_level_logger_and_bound_ids(out: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        get_log("core.cases").info("case_opened", case_id=42, stage="collect", at=datetime(2026, 5, 1, tzinfo=UTC))
    (line,) = lines(out)
    assert line.pop("timestamp")
    assert line == {
        "event": "case_opened",
        "level": "info",
        "logger": "core.cases",
        "case_id": 42,
        "stage": "collect",
        "at": "2026-05-01T00:00:00+00:00",
        "request_id": "r1",
    }


@pytest.mark.parametrize(
    "key",
    PERSONAL_KEYS,
)
def test_a_personal_or_secret_key_never_shows_its_value(out: io.StringIO, key: str) -> None:
    get_log("bot.router").debug("seen", **{key: MARK}, nested={"inner": [{key: MARK}]})
    assert MARK not in out.getvalue()
    assert lines(out)[0][key] == REDACTED


@pytest.mark.parametrize("key", ["case_id", "stage", "file_id", "text_key", "count", "code", "event", "conversation"])
def test_what_helps_to_find_an_error_is_kept(key: str) -> None:
    assert not is_personal(key)


@pytest.mark.parametrize(
    "personal",
    [
        "13800138000",
        "+86 138-0013-8000",
        "8613800138000",
        "+44 20 7946 0958",
        "010-88886666",
        "E12345678",
        "e12345678",
        "EA1234567",
        "11010519491231002X",
        "demo.client@mail.example.cn",
        "6222021234567890128",
        "Bearer abc.def-123456",
        TELEGRAM,
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    ],
)
@pytest.mark.parametrize("around", ["{}", "电话{}。", "x={}, y", "号码:{};", "({})", "{}张三", "/a/{}?b"])
def test_personal_data_and_secrets_are_found_by_their_look(personal: str, around: str) -> None:
    assert personal not in redact_text(around.format(personal))


def test_secrets_in_urls_are_found() -> None:
    cleaned = redact_text(
        "GET https://api.example/cgi?corpid=ww1&corpsecret=MARKER1&access_token=MARKER2#x "
        "postgresql://u:MARKER3@db/banli"
    )
    assert "MARKER" not in cleaned
    assert "corpid=ww1" in cleaned
    assert "@db/banli" in cleaned


def test_row_ids_and_plain_numbers_pass() -> None:
    for plain in (str(new_id()), "384711223344556677", "2026-05-01", "8080", "12345678", "v1.2.3", "E1234"):
        assert redact_text(f"case {plain} moved") == f"case {plain} moved"
    assert redact(new_id.__name__) == "new_id"


def test_objects_bytes_and_secrets_are_named_not_shown() -> None:
    form = Form(name=MARK, age=3)
    assert redact({"form": form, "sealed": b"abc", "pin": SecretStr(MARK)}) == {
        "form": "<Form>",
        "sealed": "<3 bytes>",
        "pin": "<SecretStr>",
    }
    deep: object = MARK
    for _ in range(20):
        deep = [deep]
    assert MARK not in str(redact(deep))


def test_an_exception_shows_types_and_frames_but_not_what_it_quotes(out: io.StringIO) -> None:
    log = get_log("core.cases")
    try:
        Form.model_validate({"name": MARK, "age": MARK})
    except ValueError as wrong:
        try:
            raise KeyError(MARK) from wrong
        except KeyError:
            log.exception("crashed")
    text = out.getvalue()
    assert MARK not in text
    said = str(lines(out)[0]["exception"])
    assert "KeyError" in said
    assert "ValidationError: age int_parsing" in said
    assert "in test_an_exception_shows_types_and_frames" in said


def test_a_database_error_does_not_tell_its_statement() -> None:
    with sqlite3.connect(":memory:") as db, pytest.raises(sqlite3.OperationalError) as caught:
        db.execute(f"select '{MARK}' from nowhere")
    assert MARK not in describe_error(caught.value)
    wrapped = RuntimeError(f"failed\n[SQL: insert into clients values (?)]\n[parameters: ({MARK})]")
    assert describe_error(wrapped) == "RuntimeError: failed"


def test_an_error_about_our_own_code_keeps_its_names() -> None:
    assert describe_error(AttributeError("'Case' object has no attribute 'stag'")) == (
        "AttributeError: 'Case' object has no attribute 'stag'"
    )


def test_libraries_are_heard_from_warning_up_and_their_arguments_are_not(out: io.StringIO) -> None:
    library = logging.getLogger("telegram.ext.webhook")
    library.setLevel(logging.DEBUG)
    library.debug("Webhook received data: %s", MARK)
    library.info("token %s", MARK)
    library.warning("wrong token %s, %d tries, %r", MARK, 3, {"text": MARK})
    library.warning("dict %(who)s %(n)d", {"who": MARK, "n": 4})
    library.error(f"cannot parse '{MARK}' or {{'text': '{MARK}'}}")
    library.warning("too %s few %s", MARK)
    assert MARK not in out.getvalue()
    events = [line["event"] for line in lines(out)]
    assert events[0] == "wrong token <str>, 3 tries, <dict>"
    assert events[1] == "dict <str> 4"
    assert len(events) == 4


def test_httpx_does_not_log_the_urls_that_it_calls(out: io.StringIO) -> None:
    transport = httpx.MockTransport(lambda _request: httpx.Response(200))
    with httpx.Client(transport=transport) as client:
        client.get(f"https://api.telegram.example/bot{TELEGRAM}/getMe?name={MARK}")
    assert out.getvalue() == ""
    assert logging.getLogger("httpx").level == logging.WARNING


def test_a_warning_of_python_is_redacted_too(out: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"strange phone 13800138000 of '{MARK}'", UserWarning, stacklevel=1)
    assert "13800138000" not in out.getvalue()
    assert MARK not in out.getvalue()
    assert out.getvalue() != ""


def test_our_own_debug_lines_obey_the_level() -> None:
    root = logging.getLogger()
    before = (root.handlers, root.level, logging.raiseExceptions)
    stream = io.StringIO()
    configure(level="info", stream=stream)
    get_log("core.cases").debug("quiet")
    get_log("core.cases").info("loud")
    root.handlers, root.level, logging.raiseExceptions = before
    logging.captureWarnings(False)
    structlog.reset_defaults()
    assert [line["event"] for line in lines(stream)] == ["loud"]


def test_a_terminal_gets_lines_for_people() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    root = logging.getLogger()
    before = (root.handlers, root.level, logging.raiseExceptions)
    stream = Terminal()
    configure(level="info", stream=stream)
    get_log("core.cases").warning("case_stuck", case_id=7, name=MARK)
    root.handlers, root.level, logging.raiseExceptions = before
    logging.captureWarnings(False)
    structlog.reset_defaults()
    assert "case_stuck" in stream.getvalue()
    assert not stream.getvalue().startswith("{")
    assert MARK not in stream.getvalue()


@given(st.text(max_size=300))
def test_redaction_takes_any_text_and_is_stable(text: str) -> None:
    once = redact_text(text)
    assert redact_text(once) == once
