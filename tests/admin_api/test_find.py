"""Finding and approving in one go over the API: the same functions as in a chat, the same limits."""

from core.commands.desk import TagClient
from core.commands.people import RegisterClient
from core.store.unit import UnitOfWork
from tests.admin_api.office import Office
from tests.files.papers import pdf
from tests.statements import statements


def numbers(office: Office, who: str, query: str) -> list[str]:
    return [each["number"] for each in office.get(who, f"/find?{query}")["cases"]]


def test_cases_are_found_page_by_page_by_whoever_reaches_them(office: Office) -> None:
    made = [office.case() for _ in range(3)]
    office.do(TagClient(client_id=office.clients["张三"], tag="加急办理"))
    found = office.get("visa.consultant", "/find?q=tag:加急办理&limit=2")
    assert [each["id"] for each in found["cases"]] == made[:0:-1]
    assert made[1] not in found["next"]  # nobody but us reads it
    rest = office.get("visa.consultant", f"/find?q=tag:加急办理&limit=2&cursor={found['next']}")
    assert ([each["id"] for each in rest["cases"]], rest["next"]) == (made[:1], None)
    for query in ("q=张三", "q=13800001234", "q=加急办理", "q=V-2026"):
        assert len(numbers(office, "visa.consultant", query)) == 3, query
        assert numbers(office, "other.consultant", query) == []
    masked = office.get("visa.reviewer", "/find?q=张三")
    assert (masked["cases"], masked["unseen"]) == ([], ["name", "phone"])
    office.refused(422, "invalid", "visa.consultant", "GET", "/find?q=")


def test_clients_without_a_case_are_found_too(office: Office) -> None:
    assert office.get("visa.sales", "/find?q=李四")["clients"] == []
    office.contract("李四")
    [line] = office.get("visa.sales", "/find?q=李四")["clients"]
    assert line == {"id": str(office.clients["李四"]), "name": "李四"}
    assert office.get("other.sales", "/find?q=李四")["clients"] == []
    office.case("李四")
    assert office.get("visa.sales", "/find?q=李四")["clients"] == []


def test_exactly_what_was_listed_is_approved(office: Office) -> None:
    cases = [office.case(), office.case("李四")]
    items = [office.item(each, "retire")["id"] for each in cases]
    old = [office.upload(each, pdf(words=f"退休证{n}")).json()["id"] for n, each in enumerate(items)]
    listed = office.get("visa.reviewer", "/reviews/clear")["versions"]
    assert [each["version_id"] for each in listed] == old
    assert {each["item"] for each in listed} == {"retire"}
    assert office.get("other.reviewer", "/reviews/clear") == {"versions": []}
    newer = office.upload(items[0], pdf(words="newer")).json()["id"]
    done = office.post("visa.reviewer", "/reviews/approve", {"version_ids": old})
    assert done == {"approved": [old[1]], "left": [old[0]]}
    assert [office.item(each, "retire")["status"] for each in cases] == ["submitted", "approved"]
    again = office.post("visa.reviewer", "/reviews/approve", {"version_ids": [old[1], newer]})
    assert again == {"approved": [newer], "left": [old[1]]}
    office.refused(404, "not_found", "other.reviewer", "POST", "/reviews/approve", json={"version_ids": old})


def test_what_two_people_decide_on_is_left_out(office: Office) -> None:
    version_id = office.upload(office.item(office.case(), "retire")["id"], pdf(words="退休证")).json()["id"]
    second = str(office.staff["visa.supervisor"])
    office.post("visa.reviewer", f"/versions/{version_id}/second-look", {"staff_id": second})
    assert office.get("visa.reviewer", "/reviews/clear") == {"versions": []}
    body = {"version_ids": [version_id]}
    assert office.post("visa.reviewer", "/reviews/approve", body) == {"approved": [], "left": [version_id]}
    office.post("visa.supervisor", f"/versions/{version_id}/review", {"decision": "approved"})
    assert office.post("visa.reviewer", "/reviews/approve", body) == {"approved": [version_id], "left": []}


def test_many_of_one_name_are_looked_through_with_few_statements(office: Office) -> None:
    """Whether the reader reaches all of them or none, and whether they are told by name or by tag."""

    def many(uow: UnitOfWork) -> None:
        for n in range(120):
            person = office.make(uow, RegisterClient(name=f"测试{n}", phone="13900001111", email="test@example.com"))
            office.make(uow, TagClient(client_id=person, tag="加急办理"))

    office.parts.store.run(many, timeout=60)
    for who in ("visa.consultant", "visa.admin"):
        for words in ("测试", "tag:加急办理", "13900001111"):
            with statements() as asked:
                found = office.get(who, f"/find?q={words}")
            assert len(asked) < 30, (who, words, asked)
            assert found["cases"] == []
    assert len(office.get("visa.admin", "/find?q=测试")["clients"]) == 10
