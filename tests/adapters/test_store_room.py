"""What a client's files take in the store: each content once, never more than the quota, nobody else's business."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from core.files.tables import file
from core.kit.settings import MIB, Limits
from core.store.sealing import Row
from tests.adapters.webpage import Site, open_site
from tests.bot.chat import picture
from tests.files.pictures import noise
from tests.services.databases import Databases


@pytest.fixture(params=["sqlite", "postgres"])
def demo(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Site]:
    limits = Limits(client_bytes=2 * MIB)
    with databases.fresh(request.param) as url, open_site(url, tmp_path, demo=True, filled=True, limits=limits) as site:
        site.page("consultant").presses("定金").presses("生效")
        yield site


def kept(site: Site) -> list[Row]:
    with site.banli.reading.open() as reader:
        return reader.find(file)


def on_disk(site: Site) -> int:
    return sum(1 for each in site.banli.settings.files_dir.rglob("*") if each.is_file())


def test_the_same_content_twice_is_kept_once(demo: Site) -> None:
    client = demo.page("client")
    client.sends("a.jpg", picture(60), "退休证").sends("b.jpg", picture(60), "存款证明")
    first, second = kept(demo)
    assert (first["handle"], first["preview_handle"]) == (second["handle"], second["preview_handle"])
    assert [first["name"], second["name"]] == ["a.jpg", "b.jpg"]
    assert on_disk(demo) == 2  # one original, one preview
    assert demo.banli.files.read(second["handle"]) == picture(60)


def test_another_sender_gets_a_place_of_his_own(demo: Site) -> None:
    """So that nobody learns from the store whether somebody else has this file."""
    demo.page("client").sends("a.jpg", picture(61), "退休证")
    demo.page("reviewer").sends("a.jpg", picture(61), "退休证")
    rows = kept(demo)
    assert len({row["handle"] for row in rows}) == len(rows)
    assert len({row["digest"] for row in rows if row["digest"] is not None}) <= 1  # staff hand in for nobody known


def test_the_digest_says_nothing_to_who_has_the_database_but_not_the_key(demo: Site) -> None:
    demo.page("client").sends("a.jpg", picture(62), "退休证")
    [row] = kept(demo)
    assert row["digest"] not in (None, bytes.fromhex(row["sha256"]))
    vault = demo.banli.vault
    assert row["digest"] == vault.blind_index("file.digest", f"{row['client_id']}:{row['sha256']}")
    assert row["digest"] != vault.blind_index("file.digest", f"{row['client_id'] + 1}:{row['sha256']}")


def test_a_client_without_room_is_told_what_to_do_and_nothing_is_kept(demo: Site) -> None:
    client = demo.page("client")
    big = noise(700, 700)  # 1.4 MB that nothing packs
    client.sends("a.png", big, "退休证")
    there = on_disk(demo)
    client.sends("b.png", noise(690, 700), "存款证明")
    told = client.texts()[-1]
    assert "空间已满" in told
    assert "2 MB" in told
    assert "人工" in told
    assert on_disk(demo) == there
    assert [row["handle"] == "" for row in kept(demo)] == [False, True]
    client.sends("c.jpg", picture(63), "存款证明")  # what fits is still taken
    assert "已收到《存款证明》" in "\n".join(client.texts())


def test_every_file_has_its_class_of_retention(demo: Site) -> None:
    """What a client gives is an original; what shows what the agency did is a proof."""
    client, consultant = demo.page("client"), demo.page("consultant")
    number = client.http.get("/demo/api/case").json()["number"]
    client.sends("a.jpg", picture(64), "退休证")
    consultant.sends("b.jpg", picture(65), f"案 {number} 受理回执")
    with demo.banli.reading.open() as reader:
        found = reader.connection.execute(text("SELECT retention FROM file ORDER BY id")).scalars().all()
    assert found == ["original", "proof"]
