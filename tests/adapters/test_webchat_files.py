"""Files in the web chat: who may see which picture, and that clients and staff both hand papers in."""

from collections.abc import Iterator

import pytest

from adapters.loopback.channel import LoopbackChannel
from adapters.webchat.tables import web_session
from bot.demo.people import SEATS
from core.bus.deed import SYSTEM, Cause
from core.cases.tables import document_version, item
from core.channel.inbound import Address, FileRef, InboundMessage, Update
from core.clients.tables import client as client_table
from core.clients.tables import client_identity
from core.commands.command import Command
from core.commands.contracts import ActivateContract, RecordDeposit
from core.commands.people import BindClientIdentity, IssueApiKey
from core.contracts.tables import contract
from core.files.tables import file
from core.ledger import inbox
from core.staff.tables import staff_identity
from core.store.sealing import Row
from tests.adapters.test_webchat_session import assert_problem
from tests.adapters.webpage import Page, Site, open_site
from tests.bot.chat import paper, picture
from tests.files.pictures import jpg
from tests.services.databases import Databases


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def demo(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("demo")
    with databases.fresh(request.param) as url, open_site(url, folder, demo=True, filled=True) as site:
        consultant = site.page("consultant")
        consultant.presses("定金").presses("生效")
        yield site


def versions(site: Site) -> list[Row]:
    with site.banli.reading.open() as reader:
        return reader.find(document_version)


def last_image(page: Page) -> str:
    return next(str(each["card"]["image"]["url"]) for each in reversed(page.messages()) if each["card"]["image"])


def do(site: Site, command: Command) -> object:
    cause = Cause(SYSTEM, "cli", 1)
    done: object = site.banli.store.run(lambda uow: site.banli.bus.execute(uow, command, cause))
    return done


@pytest.mark.row("DM4")
def test_client_and_staff_hand_papers_in_and_both_are_on_record(demo: Site) -> None:
    """A picture and a PDF from the client on each channel, and from the adviser by chat and API: who sent them, how."""
    client, consultant = demo.page("client"), demo.page("consultant")
    number = client.http.get("/demo/api/case").json()["number"]
    client.sends("IMG.jpg", picture(40), "退休证").sends("doc.pdf", paper("Register"), "户口簿整本")
    by_loopback(demo, "IMG.jpg", picture(46), "身份证正反面")
    by_loopback(demo, "doc.pdf", paper("Form"), "签证申请表和个人信息处理同意书")
    consultant.sends("scan.jpg", picture(41), f"案 {number} 护照首页和签字页")
    by_api(demo, "scan.pdf", paper("Booking"), "tickets_hotel")
    by_api(demo, "scan.jpg", picture(47), "photo")
    found = versions(demo)[-7:]
    assert [(row["by_kind"], row["channel"]) for row in found[:5]] == [
        ("client", "webchat"),
        ("client", "webchat"),
        ("client", "loopback"),
        ("client", "loopback"),
        ("staff", "webchat"),
    ]
    assert [row["by_kind"] for row in found[5:]] == ["staff", "staff"]
    with demo.banli.reading.open() as reader:
        kinds = [reader.find(file, file.c.id == row["file_id"])[0]["media_type"] for row in found]
        adviser = reader.first(staff_identity, staff_identity.c.external_id == SEATS["consultant"])
        sender = reader.first(client_identity, client_identity.c.external_id == SEATS["client"])
    assert kinds == ["image/jpeg", "application/pdf"] * 2 + ["image/jpeg", "application/pdf", "image/jpeg"]
    assert adviser is not None
    assert sender is not None
    assert [row["by_id"] for row in found] == [sender["client_id"]] * 4 + [adviser["staff_id"]] * 3
    assert "已收到《退休证》" in "\n".join(client.texts())
    assert "已代客户提交《护照首页和签字页》（第 1 版）" in "\n".join(consultant.texts())


def by_loopback(site: Site, name: str, data: bytes, caption: str) -> None:
    """The same client on a second channel."""
    channel = LoopbackChannel(files={name: data})
    site.banli.add(channel)
    with site.banli.reading.open() as reader:
        if reader.first(client_identity, client_identity.c.channel == "loopback") is None:
            client_id = reader.find(client_table)[0]["id"]
            do(site, BindClientIdentity(client_id=client_id, channel="loopback", account="test", external_id="phone"))
    address = Address(channel="loopback", account="test", chat="phone")
    said = InboundMessage(address=address, sender="phone", text=caption, file=FileRef(handle=name, name=name))
    update = Update(
        channel="loopback",
        account="test",
        platform_id=name,
        conversation=address.key,
        raw=said.model_dump_json().encode(),
    )
    site.banli.store.run(lambda uow: inbox.append(uow, update))
    site.rest()


def by_api(site: Site, name: str, data: bytes, key: str) -> None:
    with site.banli.reading.open() as reader:
        adviser = reader.first(staff_identity, staff_identity.c.external_id == SEATS["consultant"])
        wanted = reader.first(item, item.c.key == key)
    assert adviser is not None
    assert wanted is not None
    secret = do(site, IssueApiKey(staff_id=adviser["staff_id"], name="scanner"))
    answer = site.page("consultant").http.post(
        f"/api/v1/items/{wanted['id']}/documents",
        files={"file": (name, data)},
        headers={"authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 201, answer.text
    site.rest()


@pytest.mark.row("DM3")
def test_an_item_that_is_tapped_tells_its_requirement_its_format_and_shows_its_sample(demo: Site) -> None:
    """Every item of the list has its button; the sample is a picture that the client's page can load."""
    client = demo.page("client")
    client.says("材料")
    listed = next(each for each in reversed(client.messages()) if each["card"]["kind"] == "checklist")
    labels = [button["label"] for button in listed["card"]["buttons"] if ". " in button["label"]]
    assert len(labels) >= 5  # what is still waited for in this house
    for label in labels:
        client.presses(label)
        card = client.messages()[-1]["card"]
        facts = dict(card["facts"])
        assert label.split(". ", 1)[1] in card["title"]
        assert len(facts["要求"]) > 5
        assert "20 MB" in facts["格式"]
        sample = client.http.get(card["image"]["url"])
        assert sample.status_code == 200
        assert sample.content.startswith(b"\x89PNG")


@pytest.mark.row("DM3")
def test_an_item_named_by_its_number_tells_the_same(demo: Site) -> None:
    """For whoever types: the number on the list."""
    client = demo.page("client")
    client.says("材料")
    listed = next(each for each in reversed(client.messages()) if each["card"]["kind"] == "checklist")
    numbers = [line.split(".")[0].strip() for line in listed["card"]["text"].splitlines() if "." in line]
    assert len(numbers) == 12
    for number in numbers:
        client.says(number)
        card = client.messages()[-1]["card"]
        facts = dict(card["facts"])
        assert card["kind"] == "item"
        assert len(facts["要求"]) > 5
        assert "20 MB" in facts["格式"]
        sample = client.http.get(card["image"]["url"])
        assert sample.status_code == 200
        assert sample.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "name", ["..%2Fv1.yaml", "v1.yaml", "..%2F..%2Fvisa_kr_tourist%2Fsamples%2Fphoto.png", "nothing.png"]
)
def test_a_sample_is_a_picture_of_a_flow_and_no_other_file(demo: Site, name: str) -> None:
    client = demo.page("client")
    for flow in ("visa_jp_tourist", "..", "%2e%2e%2fflows"):
        assert client.http.get(client.path(f"samples/{flow}/{name}")).status_code == 404


def test_a_preview_is_for_whoever_may_read_the_document(demo: Site) -> None:
    client, reviewer = demo.page("client"), demo.page("reviewer")
    client.sends("IMG.jpg", picture(42), "身份证正反面")
    url = last_image(reviewer)
    answer = reviewer.http.get(url)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert answer.content != picture(42)  # drawn anew: nothing that hides in the file gets to the page
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "private" in answer.headers["cache-control"]
    file_id = url.rsplit("/", 1)[1]
    assert client.http.get(client.path(f"files/{file_id}")).status_code == 200  # his own paper


def test_a_foreign_preview_looks_like_a_missing_one(demo: Site) -> None:
    client, reviewer = demo.page("client"), demo.page("reviewer")
    client.sends("IMG.jpg", picture(43), "存款证明")
    real = int(last_image(reviewer).rsplit("/", 1)[1])
    with demo.banli.reading.open() as reader:
        original = reader.peek(file, real)
    assert original is not None
    stranger = demo.page("copywriter")
    assert stranger.http.get(stranger.path(f"files/{real}")).status_code == 200  # of the same team
    told = []
    for page, file_id in ((client, real + 1), (client, 2**63), (client, 10**60), (client, 0), (client, -1)):
        answer = page.http.get(page.path(f"files/{file_id}"))
        assert_problem(answer, 404, "not_found")
        told.append(answer.content)
    assert len(set(told)) == 1


def test_a_stranger_sees_no_preview(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, sqlite_url: str
) -> None:
    """Another visitor of the same open page, who has a session and knows the id."""
    with open_site(sqlite_url, tmp_path_factory.mktemp("open"), demo=False, filled=True) as site:
        page, other = site.page(), site.page()
        with site.banli.reading.open() as reader:
            visitor = reader.find(web_session)[0]["visitor"]
            client_id, contract_id = reader.find(client_table)[0]["id"], reader.find(contract)[0]["id"]
        bind = BindClientIdentity(client_id=client_id, channel="webchat", account="web", external_id=visitor)
        for command in (bind, RecordDeposit(contract_id=contract_id), ActivateContract(contract_id=contract_id)):
            do(site, command)
        site.rest()
        page.sends("IMG.jpg", picture(44), "退休证")
        with site.banli.reading.open() as reader:
            kept = reader.find(file)[-1]["id"]
        assert page.http.get(page.path(f"files/{kept}")).status_code == 200
        foreign, missing = other.http.get(other.path(f"files/{kept}")), other.http.get(other.path(f"files/{kept + 1}"))
        assert_problem(foreign, 404, "not_found")
        assert foreign.content == missing.content
        assert foreign.headers.get("cache-control") == missing.headers.get("cache-control")


def test_the_upload_itself_does_not_stay_beside_the_kept_file(demo: Site) -> None:
    """The page's copy is let go when the file is in the store; what lies there is encrypted."""
    client = demo.page("client")
    folder = demo.banli.settings.files_dir
    before = {each for each in folder.rglob("*") if each.is_file()}
    fresh = jpg(500, 640)  # nothing like it was sent before
    client.sends("IMG.jpg", fresh, "完税证明")
    new = {each for each in folder.rglob("*") if each.is_file()} - before
    assert len(new) == 2  # the original and its preview
    assert all(fresh[:200] not in each.read_bytes() for each in new)
