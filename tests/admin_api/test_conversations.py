"""Chats over the API: which there are, who answers in them, and what was said, as far as the reader's rights go."""

from typing import Any

from core.conversations.tables import conversation, handoff, message
from core.store.unit import UnitOfWork
from tests.admin_api.office import Office


def chat(office: Office, client: str | None, *said: str, case_id: str | None = None, mode: str = "bot") -> str:
    """A chat in which the client said this, one minute after the other; with `mode` a person was called."""

    def work(uow: UnitOfWork) -> int:
        client_id = None if client is None else office.clients[client]
        where = {"channel": "webchat", "account": "demo", "chat": f"{client}{case_id}", "language": "zh-CN"}
        about: dict[str, Any] = {"client_id": client_id, "case_id": None if case_id is None else int(case_id)}
        row = uow.add(conversation, key=f"webchat:demo:{client}{case_id}", **where, **about)
        for text in said:
            words = {"kind": "text", "body": {"text": text}, "direction": "in", "sender": "client"}
            uow.add(message, conversation_id=row["id"], case_id=about["case_id"], at=uow.now, **words)
        if mode != "bot":
            called = {"reason": "word", "called": [], "asked_at": uow.now, "active_at": uow.now, "state": mode}
            holder = office.staff["visa.service"] if mode == "held" else None
            uow.add(handoff, conversation_id=row["id"], client_id=client_id, holder_id=holder, **called)
        return int(row["id"])

    return str(office.parts.store.run(work))


def listed(office: Office, who: str, query: str = "") -> list[str]:
    """Those in which something was said: notices have opened others."""
    found = office.get(who, f"/conversations{query}")["conversations"]
    return [each["id"] for each in found if each["last_message_at"] is not None]


def test_chats_are_listed_by_who_answers_for_whom_they_concern(office: Office) -> None:
    case_id = office.case()
    mine = chat(office, "张三", "您好", case_id=case_id, mode="held")
    others = chat(office, "王五", "在吗", mode="waiting")
    stranger = chat(office, None, "有人吗")
    assert listed(office, "visa.admin") == [stranger, others, mine]
    assert listed(office, "visa.sales") == [mine]
    assert listed(office, "other.sales") == []
    assert listed(office, "visa.admin", "?state=waiting") == [others]
    assert listed(office, "visa.admin", "?state=bot") == [stranger]
    assert listed(office, "visa.admin", f"?holder_id={office.staff['visa.service']}") == [mine]
    assert listed(office, "visa.admin", "?channel=telegram") == []
    lines = office.get("visa.reviewer", "/conversations")["conversations"]
    [line] = [each for each in lines if each["id"] == mine]
    assert line == {
        "id": mine,
        "channel": "webchat",
        "account": "demo",
        "client_id": str(office.clients["张三"]),
        "client_name": "张*",
        "case_id": case_id,
        "state": "held",
        "holder_id": str(office.staff["visa.service"]),
        "last_message_at": "2026-03-02T02:00:00.000Z",
    }
    office.refused(403, "not_allowed", "visa.finance", "GET", "/conversations")


def test_what_was_said_is_read_page_by_page_and_by_nobody_else(office: Office) -> None:
    case_id = office.case()
    chat_id = chat(office, "张三", "一", "二", "三", case_id=case_id)
    path = f"/conversations/{chat_id}/messages"
    found: list[str] = []
    query = "?limit=2"
    while query:
        answer = office.get("visa.sales", f"{path}{query}")
        found += [each["text"] for each in answer["messages"]]
        query = "" if answer["next"] is None else f"?limit=2&cursor={answer['next']}"
    assert found == ["三", "二", "一"]
    office.refused(404, "not_found", "other.sales", "GET", path)
    office.refused(403, "not_allowed", "visa.finance", "GET", path)


def test_words_about_a_case_of_others_stay_out(small_office: Office) -> None:
    """A client whose two cases are with two departments: each reads what concerns his own."""
    first, second = small_office.case(), small_office.case(department="other", kind="employed")
    chat_id = chat(small_office, "张三", "第一件", case_id=first)
    about_the_other = {"kind": "text", "direction": "in", "sender": "client", "body": {"text": "第二件"}}
    small_office.parts.store.run(
        lambda uow: uow.add(message, conversation_id=int(chat_id), case_id=int(second), at=uow.now, **about_the_other)
    )

    def words(who: str) -> list[str]:
        found = small_office.get(who, f"/conversations/{chat_id}/messages")["messages"]
        return [each["text"] for each in found]

    assert words("visa.sales") == ["第一件"]
    assert words("other.sales") == ["第二件"]
    assert words("visa.admin") == ["第二件", "第一件"]
