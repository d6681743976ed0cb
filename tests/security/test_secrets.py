"""What clients say and send is found nowhere in plain: log at DEBUG, database file, files folder (S21, S23)."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from adapters.backup.create import create
from core.channel.inbound import Address, Update
from core.channel.port import DeliveryFailed
from core.commands.identity import RecordPaperConsent
from core.commands.people import BindClientIdentity, RegisterClient
from core.commands.work import Notify
from core.kit.log import configure
from core.ledger import inbox
from core.ledger.tables import outbox
from tests.bot.chat import CONSULTANT, COPYWRITER, REVIEWER, approve, begin, case_of
from tests.files import papers, pictures
from tests.house import START, Person, TestHouse, open_house
from tests.services.databases import Databases

NAME, PHONE, MAIL = "玛珂名字", "13912345678", "c@example.com"
MARKS = (
    NAME, PHONE, MAIL, "MARKWORDS", "MARKCAPTION", "MARKFILE", "MARKREPLY", "MARKREASON", "MARKPDFTEXT", "MARKFIELD",
    "MARKFORGED", "MARKSUPPLEMENT", "玛珂话语",
)  # fmt: skip

FORGED = (
    ("loopback", b'{"type":"message","text":"MARKFORGED"'),
    ("webchat", b'{"type":"MARKFORGED","visitor":"MARKFORGED"}'),
    ("webchat", b'{"type":"file","visitor":"x","handle":{"MARKFORGED":1},"name":"x"}'),
    ("nowhere", b"MARKFORGED"),
)


@contextmanager
def logs_at_debug() -> Iterator[io.StringIO]:
    """The product's own logging, as loud as it gets, into a text that the test reads."""
    root, heard = logging.getLogger(), io.StringIO()
    handlers, level = list(root.handlers), root.level
    before = structlog.get_config()
    configure(format="json", level="debug", stream=heard)
    try:
        yield heard
    finally:
        root.handlers, root.level = handlers, level
        structlog.configure(**before)
        logging.captureWarnings(False)


@pytest.fixture(scope="module")
def traces(sqlite_file: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes, list[Path]]:
    """Everything that one whole case with marked words leaves behind: log, database file, files."""
    url, path = sqlite_file
    folder = tmp_path_factory.mktemp("house")
    with logs_at_debug() as heard:
        with open_house(url, folder) as house:
            live_through(house)
            house.move_to(START + timedelta(minutes=5))  # what failed is tried again
            undrawn(house)
            banli = house.banli
            create(banli.settings, banli.vault, banli.files, folder / "backups", house.clock.now(), lambda *of: of[0])
        stored = b"".join(each.read_bytes() for each in sorted(path.parent.glob(path.name + "*")))
    return heard.getvalue(), stored, [each for each in folder.rglob("*") if each.is_file()]


@pytest.fixture(scope="module")
def sqlite_file(databases: Databases) -> Iterator[tuple[str, Path]]:
    with databases.fresh("sqlite") as url:
        yield url, Path(url.removeprefix("sqlite:///"))


def live_through(house: TestHouse) -> None:
    """Words, papers good and bad, a reply, a rejection, a failing line, a forged update, a question of an adviser."""
    house.agency()
    client = begin(house, marked_client(house))
    consultant, reviewer = house.people[CONSULTANT], house.people[REVIEWER]
    number = case_of(house, client)["number"]
    client.says("MARKWORDS 玛珂话语").says("人工").says(f"{PHONE} MARKWORDS")
    client.sends("MARKFILE.pdf", papers.pdf(words="MARKPDFTEXT"), "MARKCAPTION 退休证")
    client.sends("MARKFILE.exe", b"MZ MARKPDFTEXT", "MARKCAPTION")
    client.sends("MARKFILE.jpg", pictures.with_gps(), "MARKCAPTION 户口簿整本")
    consultant.says(f"回复 {number} MARKREPLY")
    reviewer.says(f"退回 {number} 退休证 MARKREASON")
    approve(house)
    house.channel.failures = [DeliveryFailed("the line is down"), DeliveryFailed("gone", permanent=True)]
    client.says("进度").says("材料")
    forge(house, client)
    house.people[COPYWRITER].says(f"案 {number}")


def marked_client(house: TestHouse, number: int = 7) -> Person:
    """His chat is known to the platform by a number, as everywhere."""
    client_id = int(house.do(RegisterClient(name=NAME, phone=PHONE, email=MAIL)))
    house.do(BindClientIdentity(client_id=client_id, channel="loopback", account="test", external_id=f"chat-{number}"))
    house.do(RecordPaperConsent(client_id=client_id, signed_on=house.clock.now().date()))
    house.people[NAME] = house.people[str(number)] = Person(house, client_id, f"chat-{number}", "client")
    return house.people[NAME]


def forge(house: TestHouse, client: Person) -> None:
    """Updates that nobody can read, and one for a channel that is not there."""
    for number, (channel, raw) in enumerate(FORGED):
        update = Update(
            channel=channel,
            account="web" if channel == "webchat" else "test",
            platform_id=f"forged-{number}",
            conversation=Address(channel=channel, account="test", chat=f"f{number}").key,
            raw=raw,
        )
        deliver(house, update)
    house.rest()
    client.press_token("MARKFORGED")


def deliver(house: TestHouse, update: Update) -> None:
    house.banli.store.run(lambda uow: inbox.append(uow, update))


def undrawn(house: TestHouse) -> None:
    """A notice that nobody can draw is parked, and the log says which, not what."""
    params = {"key": "no.such.sentence", "params": {"text": "MARKFIELD"}}
    house.do(Notify(to="client", person_id=house.people[NAME].id, notice="say", params=params))
    with house.looking() as reader:
        assert "dead" in {row["state"] for row in reader.find(outbox)}


def test_the_log_tells_what_happened_and_to_nobody(traces: tuple[str, bytes, list[Path]]) -> None:
    log, _, _ = traces
    for event in ("send_failed", "update_unreadable", "notice_not_drawn", "gateway_loopback"):
        assert event in log
    found = [line[:300] for line in log.splitlines() for mark in MARKS if mark in line]
    assert found == []


def test_a_backup_holds_no_word_of_it(traces: tuple[str, bytes, list[Path]]) -> None:
    """SQLite's copy, the files, the manifest."""
    _, _, files = traces
    kept = [path for path in files if "backups" in path.parts]
    stored = b"".join(path.read_bytes() for path in kept)
    assert len(kept) >= 6
    assert b"V-2026-0001" in stored
    assert [mark for mark in MARKS for form in (mark.encode(), mark.encode("utf-16-le")) if form in stored] == []


def test_a_backup_of_postgres_holds_no_word_of_it(postgres_url: str, tmp_path: Path) -> None:
    """Its tables as the text of COPY: what a dump of the live database would show."""
    with open_house(postgres_url, tmp_path) as house:
        live_through(house)
        banli = house.banli
        made = create(banli.settings, banli.vault, banli.files, tmp_path, house.clock.now(), lambda *of: of[0])
    stored = b"".join(path.read_bytes() for path in made.folder.rglob("*") if path.is_file())
    assert b"V-2026-0001" in stored
    hexed = [mark.encode().hex().encode() for mark in MARKS]  # as COPY writes bytes
    assert [mark for mark in (*(each.encode() for each in MARKS), *hexed) if mark in stored] == []


def test_the_database_file_holds_no_word_of_it(traces: tuple[str, bytes, list[Path]]) -> None:
    _, stored, _ = traces
    assert b"V-2026-0001" in stored  # what is no secret is there, so that the search is one
    assert b"DocumentApproved" in stored
    found = [
        mark for mark in MARKS for form in (mark.encode(), mark.encode("utf-16-le"), escaped(mark)) if form in stored
    ]
    assert found == []


def escaped(text: str) -> bytes:
    r"""As JSON writes it when it is told to use ASCII: \u73db."""
    return text.encode("unicode_escape")


def test_the_files_folder_holds_no_word_of_it(traces: tuple[str, bytes, list[Path]]) -> None:
    _, _, files = traces
    assert len(files) >= 4  # two papers with their previews
    for path in files:
        assert not [mark for mark in MARKS if mark in path.name]
        data = path.read_bytes()
        assert not [mark for mark in MARKS if mark.encode() in data]
        assert not data.startswith((b"%PDF", b"\xff\xd8\xff", b"\x89PNG"))
        assert pictures.SECRET_PLACE.encode() not in data
