"""An invitation link of the web chat: opened, confirmed against a masked name, and only then anything is shown."""

from collections.abc import Iterator

import pytest

from core.bus.deed import SYSTEM, Cause
from core.clients.tables import client_identity
from core.commands.identity import InviteClient
from core.commands.people import RegisterClient
from core.kit.ids import new_id
from tests.adapters.webpage import Page, Site, open_site
from tests.services.databases import Databases


@pytest.fixture(scope="module")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with databases.fresh("sqlite") as url, open_site(url, tmp_path_factory.mktemp("site"), demo=False) as site:
        yield site


def invited(site: Site) -> tuple[int, str]:
    cause = Cause(SYSTEM, "api", new_id())
    bus, store = site.banli.bus, site.banli.store
    client_id = store.run(lambda uow: bus.execute(uow, RegisterClient(name="欧阳测试"), cause))
    return client_id, store.run(lambda uow: bus.execute(uow, InviteClient(client_id=client_id), cause))


def opened(site: Site, code: str) -> Page:
    """A browser that follows the link."""
    page = site.page(opened=False)
    assert page.http.post(page.path("session"), params={"code": code}).status_code == 200
    site.rest()
    return page


def test_the_link_binds_the_visitor_after_he_has_said_who_he_is(site: Site) -> None:
    client_id, code = invited(site)
    page = opened(site, code)
    asked = page.messages()[-1]["card"]
    assert asked["text"].startswith("您是欧")
    assert "欧阳测试" not in "".join(page.texts())
    page.presses("是我")
    assert any("欧阳测试" in text for text in page.texts())
    assert any("您同意吗" in text for text in page.texts())
    with site.banli.reading.open() as reader:
        [row] = reader.find(client_identity, client_id=client_id)
    assert (row["channel"], row["account"], row["invited"]) == ("webchat", "web", True)
    again = opened(site, code)
    assert "无效或已过期" in again.texts()[-1]


def test_a_visitor_who_was_here_before_may_follow_the_link_too(site: Site) -> None:
    client_id, code = invited(site)
    page = site.page()
    page.says("你好")
    assert page.http.post(page.path("session"), params={"code": code}).status_code == 200
    site.rest()
    page.presses("是我")
    with site.banli.reading.open() as reader:
        assert len(reader.find(client_identity, client_id=client_id)) == 1


@pytest.mark.parametrize("code", ["", "x" * 5000, "ABCD234", "<b>", "ABCD2345'--"])
def test_an_odd_code_in_the_address_is_an_ordinary_visit(site: Site, code: str) -> None:
    page = opened(site, code)
    assert "这里是" in page.texts()[-1]
