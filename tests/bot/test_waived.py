"""An item that is waived while its document waits for review: the review ends with it, and nothing was lost."""

import pytest

from core.cases.tables import item
from core.commands.cases import OpenItems
from core.commands.documents import ReviewDocument, WaiveItem
from core.kit import migrate
from core.kit.errors import Refusal
from tests.bot.chat import (
    REVIEWER,
    approve,
    assert_readable,
    bound,
    case_of,
    newest_card,
    open_case,
    picture,
    token_of,
)
from tests.bot.test_undo import status_of
from tests.house import Person, TestHouse
from tests.stories.journey import acting


def waive(office: TestHouse, client: Person, key: str) -> int:
    """The supervisor waives it; returns its newest version's id."""
    with office.looking() as reader:
        [row] = reader.find(item, case_id=case_of(office, client)["id"], key=key)
    office.do(WaiveItem(item_id=row["id"], reason="使馆不再要求"), acting(office, REVIEWER))
    return int(row["current_id"])


def test_the_review_of_a_waived_item_is_over(office: TestHouse) -> None:
    client, reviewer = open_case(office), office.people[REVIEWER]
    client.sends("a.jpg", picture(31), "退休证")
    late = token_of(reviewer, "通过")
    version_id = waive(office, client, "retire")
    assert bound(office, client) == [("retire", 1, "waived")]
    card = newest_card(reviewer, "review")
    assert not card.buttons
    assert "已免交" in card.footer
    before = len(reviewer.words)
    reviewer.press_token(late)
    assert bound(office, client) == [("retire", 1, "waived")]
    for command in (
        ReviewDocument(version_id=version_id, decision="approved"),
        ReviewDocument(version_id=version_id, decision="rejected", reason="unreadable"),
    ):
        with pytest.raises(Refusal) as refused:
            office.do(command, acting(office, REVIEWER))
        assert refused.value.params == {"reason": "waived"}
    client.says("撤回")
    assert "已审核通过或免交" in client.last  # it stays as evidence of what was sent
    assert_readable([*client.words, *reviewer.words[before:]])


def test_what_was_left_waiting_by_an_older_version_is_settled(office: TestHouse) -> None:
    client, url = open_case(office), office.banli.settings.database_url.get_secret_value()
    client.sends("a.jpg", picture(33), "退休证")
    client.sends("b.jpg", picture(34), "护照")
    waive(office, client, "retire")
    migrate.downgrade(url, "0025")
    with office.banli.store.engine.connect() as connection:
        left = connection.exec_driver_sql("SELECT DISTINCT status FROM document_version").scalars().all()
    assert "waived" not in left
    migrate.upgrade(url)
    assert sorted(bound(office, client)) == [("passport", 1, "submitted"), ("retire", 1, "waived")]


def test_a_waived_item_that_is_asked_for_again_begins_anew(office: TestHouse) -> None:
    """The very same file may be sent: nobody has looked at it yet."""
    client = open_case(office)
    client.sends("a.jpg", picture(32), "退休证")
    waive(office, client, "retire")
    office.do(OpenItems(case_id=case_of(office, client)["id"], items=("retire",), reason="使馆又要求了"))
    assert status_of(client, "退休证") == "待提交"
    client.sends("a.jpg", picture(32), "退休证")
    assert bound(office, client) == [("retire", 1, "waived"), ("retire", 2, "submitted")]
    client.says("撤回")
    assert bound(office, client) == [("retire", 1, "waived"), ("retire", 2, "withdrawn")]
    assert status_of(client, "退休证") == "待提交"
    client.sends("a.jpg", picture(32), "退休证")
    approve(office)
    assert bound(office, client)[-1] == ("retire", 3, "approved")
