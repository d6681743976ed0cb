"""Service templates of the house: made over the API, added by a tap in chat, and a task that outlives its template."""

from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from bot.web import web
from core.commands.cases import OpenCase
from core.commands.contracts import Traveller
from core.commands.people import IssueApiKey
from core.ledger.tables import audit
from core.tasks.tables import task
from tests.bot.chat import COPYWRITER, case_of, new_client
from tests.house import Person, TestHouse

MOCK: dict[str, Any] = {
    "key": "mock_visa",
    "name": {"zh-CN": "签证模拟问答", "en": "Mock visa questions"},
    "role": "copywriter",
    "due": "2d",
    "note": {"zh-CN": "带上题库", "en": "Take the list of questions"},
    "tell_client": {
        "added": {"zh-CN": "{name}，已为您安排模拟问答", "en": "{name}, mock questions are arranged"},
        "done": {"zh-CN": "模拟问答已完成", "en": "The mock questions are done"},
    },
}
SAID = {name: value for name, value in MOCK.items() if name != "key"}


class Api:
    """The API as an admin of the house calls it."""

    def __init__(self, house: TestHouse, *roles: str) -> None:
        staff_id = house.staff(f"API {'-'.join(roles)} {house.clock.now()}", *roles).id
        secret = house.do(IssueApiKey(staff_id=staff_id, name="test"))
        self.http: httpx2.Client = TestClient(web(house.banli, loops=False))
        self.head = {"Authorization": f"Bearer {secret}"}

    def __call__(self, method: str, path: str, status: int = 200, match: str = "", **what: Any) -> Any:
        head = self.head | ({"If-Match": match} if match else {})
        answer = self.http.request(method, f"/api/v1{path}", headers=head, **what)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else answer.headers


def opened(house: TestHouse) -> Person:
    client = new_client(house)
    roles = {"sales": house.team["sales"], "copywriter": house.team["copywriter"]}
    travellers = (Traveller(name="学生", kind="student"),)
    house.do(OpenCase(client_id=client.id, flow="study_probe", travellers=travellers, team=roles))
    return client


@pytest.mark.row("PR19")
def test_a_template_is_made_over_the_api_and_added_with_one_tap(school: TestHouse) -> None:
    admin = Api(school, "admin")
    client, writer = opened(school), school.people[COPYWRITER]
    row = case_of(school, client)
    assert admin("POST", "/service-templates", 201, json=MOCK)["due"] == "2d"
    writer.says(f"添加服务 {row['number']}").presses("签证模拟问答")
    assert f"已为 {row['number']} 添加服务“签证模拟问答”" in writer.last
    assert "，已为您安排模拟问答" in client.words[-1]
    assert "{" not in client.words[-1]
    with school.looking() as reader:
        [work] = reader.find(task, case_id=row["id"], key="house_service:mock_visa")
    assert (work["role"], work["staff_id"], work["span"], work["note"]) == (
        "copywriter",
        writer.id,
        "2d",
        MOCK["note"],
    )
    admin("POST", f"/cases/{row['id']}/services", 409, json={"service": "mock_visa"})  # one is under way

    seen = admin("GET", "/service-templates/mock_visa")
    tag = admin.http.get("/api/v1/service-templates/mock_visa", headers=admin.head).headers["etag"]
    assert seen["tell_client"] == MOCK["tell_client"]
    other = SAID | {"tell_client": {"done": {"zh-CN": "别的话", "en": "Other words"}}, "kinds": ["visa"]}
    admin("PUT", "/service-templates/mock_visa", 428, json=other)
    assert admin("PUT", "/service-templates/mock_visa", match=tag, json=other)["kinds"] == ["visa"]
    admin("PUT", "/service-templates/mock_visa", 412, match=tag, json=SAID)
    admin("DELETE", "/service-templates/mock_visa", 204, match="*")
    assert admin("GET", "/service-templates")["templates"] == []
    admin("GET", "/service-templates/mock_visa", 404)
    writer.presses("完成", card="签证模拟问答")  # the task knows what it needs
    assert "模拟问答已完成" in client.words[-1]
    admin("POST", f"/cases/{row['id']}/services", 404, json={"service": "mock_visa"})
    with school.looking() as reader:
        done = [each["command"] for each in reader.find(audit)]
    assert (done.count("SetServiceTemplate"), done.count("WithdrawServiceTemplate")) == (2, 1)


def test_it_is_offered_for_the_cases_that_it_suits_and_where_its_role_is_listed(school: TestHouse) -> None:
    admin, case_id = Api(school, "admin"), case_of(school, opened(school))["id"]

    def offered() -> list[str]:
        return [each["key"] for each in admin("GET", f"/cases/{case_id}/services")["services"]]

    own = offered()
    for key, more in (
        ("everywhere", {}),
        ("here", {"flows": ["study_probe"], "kinds": ["study"]}),
        ("elsewhere", {"kinds": ["visa"]}),
        ("no_role", {"role": "admin"}),  # which the flow does not list
        ("mock_interview", {}),  # the flow has its own
    ):
        admin("POST", "/service-templates", 201, json=MOCK | {"key": key} | more)
    assert "mock_interview" in own
    assert offered() == [*own, "everywhere", "here"]
    admin("POST", f"/cases/{case_id}/services", 404, json={"service": "no_role"})
    wrong = {
        "role": "poet",
        "due": "-3d",
        "flows": ["nothing"],
        "tell_client": {"done": {"zh-CN": "{who}", "en": "x"}},
    }
    told = admin("POST", "/service-templates", 422, json=MOCK | {"key": "wrong"} | wrong)
    assert {(each["pointer"], each["code"]) for each in told["errors"]} == {
        ("/role", "flow.unknown_role"),
        ("/flows/0", "flow.unknown_flow"),
        ("/due", "service.due"),
        ("/tell_client/done/zh-CN", "text.placeholder"),
    }
    assert admin("POST", "/service-templates", 422, json=MOCK | {"key": "here"})["errors"][0]["pointer"] == "/key"
    Api(school, "sales")("POST", "/service-templates", 403, json=MOCK)
