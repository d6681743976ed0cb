"""ETag and If-Match: whoever changes a thing says which state he has seen, and no change is lost."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from admin_api.desk import AtDesk
from admin_api.entity_tag import Tagged, of_row
from admin_api.need import does, lists
from admin_api.route import section
from admin_api.schemas.ids import IdIn
from admin_api.schemas.people import NewTag, TagList
from core.clients.tables import client
from core.clients.tags import tags_of
from core.commands.desk import TagClient
from core.contracts.tables import contract
from core.store.reading import Lookup
from tests.admin_api.office import Office

TAGS = Tagged("tags", "client_id", lambda lookup, given: (given, *tags_of(lookup, int(given))))
TRIED = section("tried")


@TRIED.operation("GET", "/tried/{client_id}", lists("client.read"), tagged=TAGS)
def read_tried(desk: AtDesk, client_id: IdIn) -> TagList:
    """The tags."""
    with desk.look() as reader:
        return TagList(tags=tags_of(reader, client_id))


def tag(desk: AtDesk, client_id: IdIn, body: NewTag) -> TagList:
    """One tag more."""
    desk.do(TagClient(client_id=client_id, tag=body.tag))
    return read_tried(desk, client_id)


for method in ("PUT", "PATCH", "DELETE"):
    TRIED.operation(method, "/tried/{client_id}", does(TagClient), tagged=TAGS, guarded=True)(tag)


@pytest.fixture
def tried(office: Office) -> tuple[Office, str]:
    office.app.router.routes.extend(TRIED.routes)
    return office, f"/tried/{office.clients['张三']}"


def etag(office: Office, path: str) -> str:
    return str(office.call("visa.admin", "GET", path).headers["etag"])


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_guarded_change_names_what_it_has_seen(tried: tuple[Office, str], method: str) -> None:
    office, path = tried
    seen = etag(office, path)
    assert seen == etag(office, path)
    assert seen.startswith('"')
    office.refused(428, "precondition_required", "visa.admin", method, path, json={"tag": "a"})
    changed = office.call("visa.admin", method, path, json={"tag": "a"}, headers={"If-Match": seen})
    assert (changed.status_code, changed.json()) == (200, {"tags": ["a"]})
    assert changed.headers["etag"] == etag(office, path) != seen
    office.refused(
        412, "precondition_failed", "visa.admin", method, path, json={"tag": "b"}, headers={"If-Match": seen}
    )
    assert office.get("visa.admin", path) == {"tags": ["a"]}
    for condition in (f'"other", {changed.headers["etag"]}', "*"):
        answer = office.call("visa.admin", method, path, json={"tag": "a"}, headers={"If-Match": condition})
        assert answer.status_code == 200


@pytest.mark.parametrize("condition", ['"other"', "", "W/{seen}", "unquoted", '"a", W/{seen}'])
def test_what_does_not_name_the_state_does_not_fit(tried: tuple[Office, str], condition: str) -> None:
    office, path = tried
    headers = {"If-Match": condition.format(seen=etag(office, path))}
    office.refused(412, "precondition_failed", "visa.admin", "PUT", path, json={"tag": "b"}, headers=headers)
    assert office.get("visa.admin", path) == {"tags": []}


def test_whoever_may_not_do_it_learns_nothing_of_the_state(tried: tuple[Office, str]) -> None:
    office, path = tried
    for condition in (etag(office, path), '"other"'):
        answer = office.call("visa.finance", "PUT", path, json={"tag": "b"}, headers={"If-Match": condition})
        assert answer.status_code == 403


def test_in_a_race_of_eight_one_wins_and_no_change_is_lost(tried: tuple[Office, str]) -> None:
    office, path = tried
    for number in range(5):
        seen, before = etag(office, path), office.get("visa.admin", path)["tags"]

        def change(racer: int, seen: str = seen, number: int = number) -> Any:
            body = {"tag": f"{number}-{racer}"}
            return office.call("visa.admin", "PATCH", path, json=body, headers={"If-Match": seen})

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(change, range(8)))
        assert sorted(each.status_code for each in answers) == [200] + [412] * 7
        assert len(office.get("visa.admin", path)["tags"]) == len(before) + 1


def test_the_condition_is_heeded_where_it_need_not_be_given(office: Office) -> None:
    case_id = office.case()
    old = etag(office, f"/cases/{case_id}")
    path, body = f"/cases/{case_id}/fields", {"fields": {"own_itinerary": True}}
    done = office.call("visa.consultant", "POST", path, json=body, headers={"If-Match": old})
    assert done.status_code == 200
    assert done.headers["etag"] == etag(office, f"/cases/{case_id}") != old
    office.refused(412, "precondition_failed", "visa.consultant", "POST", path, json=body, headers={"If-Match": old})
    assert office.call("visa.consultant", "POST", path, json=body).status_code == 200


def test_a_repeated_request_is_not_measured_against_its_own_change(office: Office) -> None:
    case_id = office.case()
    headers = {"If-Match": etag(office, f"/cases/{case_id}"), "Idempotency-Key": "k"}
    path, body = f"/cases/{case_id}/fields", {"fields": {"own_itinerary": True}}
    first = office.call("visa.consultant", "POST", path, json=body, headers=headers)
    again = office.call("visa.consultant", "POST", path, json=body, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]


def test_a_row_without_a_version_is_known_by_all_of_it(small_office: Office) -> None:
    client_id = str(small_office.clients["张三"])
    thing, other = of_row(client, "client_id"), of_row(contract, "contract_id")

    def tags() -> tuple[str | None, ...]:
        with small_office.parts.reading.open() as reader:
            lookup: Lookup = reader
            return thing.tag(lookup, client_id), other.tag(lookup, client_id), thing.tag(lookup, "x")

    before = tags()
    small_office.parts.store.run(lambda uow: uow.change(client, int(client_id), phone="13900001234"))
    after = tags()
    assert before[0] != after[0]
    assert before[1:] == after[1:] == (None, None)
