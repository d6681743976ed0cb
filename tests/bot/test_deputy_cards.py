"""Cards that a former deputy or reviewer still has: no buttons, no pictures, no names; somebody else has the work."""

from datetime import timedelta

from adapters.webchat.people import may_see
from adapters.webchat.verify import Visitor
from core.cases.tables import document_version
from core.commands.delegations import EndDelegation
from core.commands.desk import HandOver
from core.commands.documents import ReviewDocument
from core.commands.people import BindStaffIdentity
from core.commands.work import RenewCard
from core.kit.words import said
from core.ledger.buttons import offer
from core.ledger.tables import button
from tests.bot.chat import REVIEWER, bound, case_of, newest_card, open_case, picture
from tests.bot.test_delegation import give
from tests.house import Person, TestHouse
from tests.stories.journey import acting


def colleague(house: TestHouse, *roles: str) -> Person:
    return house.staff(f"同事{len(house.people)}", *roles, department=house.department("别处"))


def renew(house: TestHouse, client: Person) -> None:
    """As when one more file comes."""
    with house.looking() as reader:
        version_id = reader.find(document_version, case_id=case_of(house, client)["id"])[-1]["id"]
    approve = offer(ReviewDocument(version_id=version_id, decision="approved"), said("button.approve"), "primary")
    house.do(RenewCard(card=f"review:{version_id}", notice="review", buttons=(approve,)))


def test_what_a_deputy_was_sent_says_nothing_after_his_days(office: TestHouse) -> None:
    deputy, client, reviewer = colleague(office, "service"), open_case(office), office.people[REVIEWER]
    made, case_id = give(office, REVIEWER, deputy), case_of(office, client)["id"]
    client.sends("a.jpg", picture(51), "退休证")
    assert newest_card(deputy, "review").image is not None
    office.do(EndDelegation(delegation_id=made), acting(office, REVIEWER))
    for _ in range(2):
        card = newest_card(deputy, "review")
        assert (card.image, card.more_images, card.buttons, card.text) == (None, (), (), "")
        assert [value for _, value in card.facts] == [case_of(office, client)["number"]]
        assert card.footer == "审核已转交给其他同事。"
        with office.looking() as reader:
            assert not reader.find(button, for_id=deputy.id, state="open", case_id=case_id)
        assert newest_card(reviewer, "review").buttons
        renew(office, client)
    reviewer.presses("通过", card="退休证")
    assert REVIEWER in newest_card(deputy, "review").footer


def test_a_reviewer_who_handed_over_gets_no_new_buttons(office: TestHouse) -> None:
    other, client = colleague(office, "reviewer"), open_case(office)
    client.sends("a.jpg", picture(53), "退休证")
    command = HandOver(case_id=case_of(office, client)["id"], role="reviewer", staff_id=other.id)
    office.do(command, acting(office, REVIEWER))
    renew(office, client)
    former = newest_card(office.people[REVIEWER], "review")
    assert (former.buttons, former.footer) == ((), "审核已转交给其他同事。")
    other.presses("通过", card="退休证")
    assert bound(office, client) == [("retire", 1, "approved")]


def test_a_deputy_is_offered_what_he_may_do_and_sees_the_previews(office: TestHouse) -> None:
    deputy, client = colleague(office, "finance"), open_case(office)
    made, number = give(office, REVIEWER, deputy, role="reviewer"), case_of(office, client)["number"]
    client.sends("a.jpg", picture(55), "退休证")
    deputy.says(f"案 {number}")
    assert "转交" in [each.label for each in newest_card(deputy, "case").buttons]
    with office.looking() as reader:
        version = reader.find(document_version, case_id=case_of(office, client)["id"])[-1]
    account = Visitor(seat="seat", account="test", visitor=f"visitor-{deputy.id}")
    bind = BindStaffIdentity(staff_id=deputy.id, channel="webchat", account="test", external_id=account.visitor)
    office.do(bind)
    for now, seen in ((office.clock.now(), True), (office.clock.now() + timedelta(days=9), False)):
        with office.looking() as reader:
            assert may_see(reader, office.banli.bus, account, version["file_id"], now) is seen
    office.do(EndDelegation(delegation_id=made), acting(office, REVIEWER))
