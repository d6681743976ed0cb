"""The original from the review card: a link of ten minutes for whoever pressed, as an attachment that nothing runs."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from core.cases.tables import document_version
from core.files.links import Pass
from core.ledger.tables import audit
from core.staff.tables import staff, staff_identity
from tests.adapters.test_webchat_session import assert_problem
from tests.adapters.webpage import Page, Site, open_site
from tests.bot.chat import picture
from tests.services.databases import Databases


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def demo(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("demo")
    with databases.fresh(request.param) as url, open_site(url, folder, demo=True, filled=True) as site:
        site.page("consultant").presses("定金").presses("生效")
        yield site


def asked(site: Site, name: str = "退休证.jpg") -> tuple[Page, str]:
    """The reviewer presses the button of a card; his page and the path of the link that he gets."""
    client, reviewer = site.page("client"), site.page("reviewer")
    client.sends(name, picture(), "退休证")
    reviewer.presses("打开原件")
    card = reviewer.messages()[-1]["card"]
    assert card["link"]["label"] == "下载原件"
    assert "10 分钟" in card["text"]
    return reviewer, urlsplit(card["link"]["url"]).path


def audits(site: Site) -> list[Any]:
    with site.banli.reading.open() as reader:
        return [row for row in reader.find(audit) if row["command"] == "OpenOriginal"]


def test_whoever_pressed_gets_the_original_as_an_attachment(demo: Site) -> None:
    reviewer, path = asked(demo)
    answer = reviewer.http.get(path)
    assert (answer.status_code, answer.content) == (200, picture())
    headers = answer.headers
    assert headers["content-disposition"].startswith('attachment; filename="retire-v')
    assert unquote(headers["content-disposition"].split("UTF-8''")[1]) == "退休证.jpg"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"
    assert "no-store" in headers["cache-control"]
    pressed, opened = audits(demo)[-2:]
    assert (pressed["door"], opened["door"], opened["outcome"]) == ("chat", "api", "done")
    reviewer.presses("打开原件")  # the card keeps its button


def test_after_ten_minutes_it_is_over_and_says_what_to_do(demo: Site) -> None:
    reviewer, path = asked(demo)
    demo.clock.move_to(demo.clock.now() + timedelta(minutes=10))
    answer = reviewer.http.get(path, headers={"accept-language": "zh-CN"})
    assert_problem(answer, 409, "stale")
    assert "再按一次" in answer.json()["detail"]


def test_a_link_that_was_changed_is_none(demo: Site) -> None:
    reviewer, path = asked(demo)
    for wrong in (path[:-8] + "AAAAAAAA", path[:30] + "B" + path[31:], path + "x", "/originals/"):
        assert reviewer.http.get(wrong).status_code == 404


def test_the_right_is_asked_anew_when_the_link_is_followed(demo: Site) -> None:
    """Somebody without reach who has a genuine link, and somebody who has left since."""
    reviewer, path = asked(demo)
    with demo.banli.reading.open() as reader:
        version = reader.find(document_version)[-1]["id"]
        me = reader.first(staff_identity, external_id=demo.banli.webchat.seats["reviewer"])
    assert me is not None
    url = demo.banli.house.links.link(Pass(2**40, version), demo.clock.now())
    assert reviewer.http.get(urlsplit(url).path).status_code == 404
    stranger = demo.banli.store.run(
        lambda uow: uow.add(
            staff, name="陌生", roles=["copywriter"], department_id=None, language="zh-CN", created_at=uow.now
        )
    )
    url = demo.banli.house.links.link(Pass(stranger["id"], version), demo.clock.now())
    assert reviewer.http.get(urlsplit(url).path).status_code == 404
    assert audits(demo)[-1]["outcome"] == "refused"
    demo.banli.store.run(lambda uow: uow.change(staff, me["staff_id"], active=False))
    assert reviewer.http.get(path).status_code == 404
    demo.banli.store.run(lambda uow: uow.change(staff, me["staff_id"], active=True))
    assert reviewer.http.get(path).status_code == 200


def test_a_client_has_no_link_to_press(demo: Site) -> None:
    client = demo.page("client")
    client.sends("a.jpg", picture(), "退休证")
    assert not [shown for shown in client.messages() if shown["card"].get("link")]
    assert "打开原件" not in str([each["card"]["buttons"] for each in client.messages()])
