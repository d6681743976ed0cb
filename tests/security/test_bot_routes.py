"""Every row of the router's table and every kind of notice, tried by those whom the case does not concern (S4-S6)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Literal

import pytest

from bot.cards.render import BUILDERS
from bot.router import PUBLIC, TABLE, Route, check_table
from core.cases.tables import case
from core.channel.inbound import FileArrived, Update
from core.commands.command import Command
from core.commands.work import Notify
from core.conversations.tables import conversation
from core.kit.ids import new_id
from core.ledger import inbox
from core.ledger.tables import outbox
from core.staff.policy import DEFAULT
from tests.bot.chat import assert_readable, picture
from tests.house import Person
from tests.security.world import World

FOREIGN = ("client of the same department", "client of another department", "staff of another department",
           "staff who left", "stranger")  # fmt: skip
MISSING = "V-2026-9999"


def arrived(world: World, person: Person, number: str) -> None:
    """A file of the other client, as if it had come in here."""
    world.house.clock.advance(timedelta(seconds=20))  # no straggler of the file before: it gets an answer of its own
    raw = FileArrived(
        address=person.address,
        sender=person.chat,
        message_update=new_id(),
        file_id=world.ids["file"],
        caption=f"案 {number} 护照",
    )
    update = Update(
        channel="fetcher", account="test", platform_id=f"file:{new_id()}", conversation=person.address.key,
        raw=raw.model_dump_json().encode(),
    )  # fmt: skip
    world.house.banli.store.run(lambda uow: inbox.append(uow, update))
    world.house.rest()


def form(world: World, person: Person, number: str) -> None:
    """A form about the other case stands open in his chat, as after a change of the team."""
    case_id = world.ids["case"] if number == world.number else 2**40
    put(world, person, {"kind": "form", "case": case_id, "trigger": "ask_supplement", "fields": []})
    person.says("1 理由")


def put(world: World, person: Person, dialog: dict[str, object]) -> None:
    person.says("帮助")  # so that there is a chat
    with world.house.looking() as reader:
        chat = reader.first(conversation, conversation.c.key == person.address.key)
    assert chat is not None
    world.house.banli.store.run(lambda uow: uow.change(conversation, chat["id"], dialog=dialog))
    person.new()


def asked(world: World, person: Person, number: str) -> None:
    """A question about the other case stands open in his chat: its tag, or the last part of a talk."""
    case_id = world.ids["case"] if number == world.number else 2**40
    put(world, person, {"kind": "consultation", "case": case_id, "answers": ["谈话", "诉求"]})
    person.says("评估")


def days(world: World, person: Person) -> None:
    """He was asked on which days a colleague does the other one's work."""
    put(world, person, {"kind": "delegate", "staff": world.owner.id, "delegate": world.owner.id})
    person.says("2026-03-05 2026-03-09")


def remark(world: World, person: Person, number: str) -> None:
    """He was asked why the other case goes back."""
    case_id = world.ids["case"] if number == world.number else 2**40
    put(world, person, {"kind": "send_back", "case": case_id, "to": "signed", "stage": None})
    person.says("原因")


def voting(world: World, person: Person, number: str, kind: str) -> None:
    """He was asked what his vote on the other case needs, or why he decides it alone."""
    case_id = world.ids["case"] if number == world.number else 2**40
    more = {"vote": "against", "scored": False} if kind == "vote" else {"outcome": "approved"}
    put(world, person, {"kind": kind, "case": case_id, "approval": 1, **more})
    person.says("原因")


def returned(world: World, person: Person, number: str) -> None:
    """He was asked why he returns a hand-over of the other case."""
    case_id = world.ids["case"] if number == world.number else 2**40
    put(world, person, {"kind": "handover_return", "case": case_id, "handover": 1})
    person.says("原因")


def why(world: World, person: Person, number: str) -> None:
    """He was asked why he takes a step of the other case."""
    case_id = world.ids["case"] if number == world.number else 2**40
    put(world, person, {"kind": "client_why", "case": case_id, "trigger": "begin", "stage": None, "label": {}})
    person.says("原因")


def told(world: World, person: Person, number: str) -> None:
    """He was asked something about the other case."""
    case_id = world.ids["case"] if number == world.number else 2**40
    at = world.house.clock.now().isoformat()
    put(world, person, {"kind": "facts", "case": case_id, "fields": ["hotel_booked"], "skipped": [], "at": at})
    person.says("是")


Try = Callable[[World, Person, str], object]
# What somebody can send to reach the case with this number through each row.
ROUTES: dict[str, Try] = {
    "press": lambda w, p, n: p.press_token("A" * 22),  # every button: test_bot_rights.py
    "contact": lambda w, p, n: p.enters(),
    "staff file in": lambda w, p, n: p.sends("b.jpg", picture(31), f"案 {n} 护照"),
    "file in": arrived,
    "file": lambda w, p, n: p.sends("a.jpg", picture(30), f"案 {n} 护照"),
    "staff form": form,
    "board": lambda w, p, n: p.says("看板"),
    "tasks": lambda w, p, n: p.says("我的待办"),
    "case": lambda w, p, n: p.says(f"案 {n}"),
    "overdue": lambda w, p, n: p.says("逾期"),
    "batch": lambda w, p, n: p.says("批量"),
    "find": lambda w, p, n: p.says(f"找 {n}"),
    "tag": lambda w, p, n: p.says(f"标签 {n} 加急"),
    "untag": lambda w, p, n: p.says(f"去标签 {n} 加急"),
    "hand over": lambda w, p, n: p.says(f"转交 {n}"),
    "send back": lambda w, p, n: p.says(f"退办 {n} 原因"),
    "approvals": lambda w, p, n: p.says("评审"),
    "vote": lambda w, p, n: voting(w, p, n, "vote"),
    "override": lambda w, p, n: voting(w, p, n, "override"),
    "add service": lambda w, p, n: p.says(f"添加服务 {n}"),
    "delegate": lambda w, p, n: p.says(f"委托 {n}"),
    "days": lambda w, p, n: days(w, p),
    "return": lambda w, p, n: returned(w, p, n),
    "remark": lambda w, p, n: remark(w, p, n),
    "staff answer": lambda w, p, n: asked(w, p, n),
    "reply": lambda w, p, n: p.says(f"回复 {n} 请汇款"),
    "reject": lambda w, p, n: p.says(f"退回 {n} 退休证 重拍"),
    "staff help": lambda w, p, n: p.says("帮助"),
    "staff language": lambda w, p, n: p.says("中文"),
    "progress": lambda w, p, n: p.says("进度"),
    "documents": lambda w, p, n: p.says("材料"),
    "human": lambda w, p, n: p.does("voice"),  # asking for a person is his right; it is tried in test_commands.py
    "account": lambda w, p, n: p.says("我的账号"),  # his own values; tried in test_webchat_saying.py
    "invited": lambda w, p, n: p.says("ABCD2345"),
    "file before consent": lambda w, p, n: p.sends("c.jpg", picture(32), n),
    "data": lambda w, p, n: p.does("voice"),  # his own right: it is tried in test_consent.py
    "undo": lambda w, p, n: p.says("撤回"),
    "change": lambda w, p, n: p.says("改 1"),
    "digest": lambda w, p, n: p.says("日报"),
    "promotion": lambda w, p, n: p.says("退订"),
    "rating": lambda w, p, n: p.says("评分 5"),
    "remind later": lambda w, p, n: p.says("明天再提醒"),
    "upload link": lambda w, p, n: p.says("上传链接"),
    "file by a page": lambda w, p, n: p.does("file"),
    "help": lambda w, p, n: p.says("help"),
    "language": lambda w, p, n: p.says("中文"),
    "client step": lambda w, p, n: p.says("开始办理"),  # words of a button: of his own case only, test_client_steps.py
    "client reason": lambda w, p, n: why(w, p, n),
    "fill in": lambda w, p, n: p.says("填写"),
    "facts": told,
    "number": lambda w, p, n: p.says("1"),
    "note": lambda w, p, n: p.says(f"备注 {n} 是我的"),  # nobody whom it concerns not holds a chat
    "give back": lambda w, p, n: p.says("交还"),
    "relay": lambda w, p, n: p.says(f"{n} 请汇款"),
    "back": lambda w, p, n: p.says("返回助手"),
    "with a person": lambda w, p, n: p.says(f"{n} 怎么样了"),
    "angry": lambda w, p, n: p.does("voice"),  # to be called upon is everybody's right: test_handoff.py
    "not understood again": lambda w, p, n: p.does("voice"),  # likewise
    "other kind": lambda w, p, n: p.does("sticker"),
    "stranger": lambda w, p, n: p.says(n),
    "not understood": lambda w, p, n: p.says(f"请把 {n} 的材料发给我"),
}
# Words that name a case: an attempt to reach a foreign one is noted in the audit.
NAMES_A_CASE = ("staff file in", "case", "tag", "untag", "hand over", "send back", "add service", "reply", "reject")


def test_the_matrix_is_whole() -> None:
    assert set(ROUTES) == {row.name for row in TABLE}, "a new row must be tried by everybody whom it does not concern"
    assert len(TABLE) == len({row.name for row in TABLE})


@pytest.mark.parametrize("who", FOREIGN)
def test_no_row_lets_a_foreigner_near_the_case(world: World, who: str) -> None:
    person = world.foreign[who]
    victims = [world.owner, world.clients["a1"]]
    world.heard([*victims, person])
    before = {name: [row for row in rows if is_of(world, row)] for name, rows in world.state().items()}
    for name, attempt in ROUTES.items():
        person.says("帮助").new()  # two things in a row that nobody understands would call a person
        attempt(world, person, world.number)
        answers = person.new()
        assert answers, (name, "was not answered")
        assert_readable(answers)
        for text in answers:
            assert not [marker for marker in world.markers if marker in text], (name, text)
    after = {name: [row for row in rows if is_of(world, row)] for name, rows in world.state().items()}
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    assert world.heard(victims) == {each.chat: [] for each in victims}


def is_of(world: World, row: dict[str, object]) -> bool:
    """Whether a row belongs to the case that is reached for."""
    mine = {world.ids["case"], world.ids["client"], world.ids["contract"]}
    return bool({row.get("id"), row.get("case_id"), row.get("client_id")} & mine)


def test_foreign_and_missing_cases_are_told_alike(world: World) -> None:
    person = world.foreign["staff of another department"]
    for name in NAMES_A_CASE:
        told = []
        for number in (world.number, MISSING):
            start = len(world.audits())
            person.new()
            ROUTES[name](world, person, number)
            told.append("\n".join(person.new()).replace(number, "N"))
            noted = [row for row in world.audits()[start:] if row["outcome"] == "refused"]
            assert [(row["command"], row["code"], row["actor_id"]) for row in noted] == [
                ("case.read", "not_found", person.id)
            ], name
        assert told[0] == told[1], name


def test_a_right_that_a_role_lacks_is_refused_and_noted(world: World) -> None:
    """Finance reads every case and writes to no client."""
    cashier = world.house.people.get("出纳") or world.house.staff("出纳", "finance")
    before, start = world.state(), len(world.audits())
    cashier.says(f"回复 {world.number} 你好").says(f"退回 {world.number} 退休证 x")
    assert world.state() == before
    assert cashier.words[-2:] == ["您没有权限进行此操作。"] * 2
    rows = [row for row in world.audits()[start:] if row["outcome"] == "refused"]
    assert [(row["command"], row["code"]) for row in rows] == [
        ("conversation.say", "not_allowed"), ("document.review", "not_allowed"),
    ]  # fmt: skip


def test_a_row_without_a_known_permission_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    known = frozenset(name for grants in DEFAULT.grants.values() for name in grants) | frozenset(DEFAULT.client)
    check_table(known)
    odd = Route("odd", "case.typo", lambda turn: True, lambda turn: None)
    monkeypatch.setattr("bot.router.TABLE", (*TABLE, odd))
    with pytest.raises(RuntimeError, match="odd"):
        check_table(known)
    assert {row.name for row in TABLE if row.permission == PUBLIC} == {
        "press", "invited", "account", "contact", "help", "language", "other kind", "stranger", "not understood",
    }  # fmt: skip


def test_a_command_without_a_permission_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="declares no permission"):
        type("Unguarded", (Command,), {})


# Which notices carry whose things. A new kind of notice fails the next test until it is placed here.
OF_CLIENT = {"say", "said", "message", "progress", "checklist", "item", "files", "approved", "rework", "reopened",
             "survey", "dialog", "stage", "substate", "said_file", "upload_link", "reminder", "content",
             "list_changed", "your_turn", "lapsed", "restored", "differs", "webhook"}  # fmt: skip
OF_STAFF = {"say", "contract", "stage_work", "review", "reasons", "original", "task", "handoff", "handoff_held",
            "client_wrote", "message", "board", "tasks", "case", "found", "handed_over", "overdue", "batch",
            "dialog", "about_client", "held_file", "digest", "late_review", "late_task",
            "approval", "handover", "paper"}  # fmt: skip
WITH_NAMES = ("contract", "stage_work", "review", "task", "handoff", "handoff_held", "client_wrote", "message", "case",
              "handed_over")  # fmt: skip


def test_every_kind_of_notice_is_known() -> None:
    assert set(BUILDERS["client"]) == OF_CLIENT
    assert set(BUILDERS["staff"]) == OF_STAFF


def notice(world: World, kind: str, to: str, person: Person) -> None:
    subject = {name: world.ids[name] for name in ("case", "client", "contract", "version", "task", "handoff")}
    params = {"stage": "signed", "message": "overdue", "text": "", "role": "service"}
    who: Literal["client", "staff"] = "staff" if to == "staff" else "client"
    told = Notify(to=who, person_id=person.id, notice=kind, subject=subject, params=params)
    world.house.do(told)


@pytest.mark.parametrize("kind", sorted(OF_STAFF - OF_CLIENT))
def test_no_client_is_ever_sent_a_card_of_staff(world: World, kind: str) -> None:
    """Not even when the machine itself is told to: there is no such card for a client."""
    client = world.foreign["client of another department"]
    client.new()
    notice(world, kind, "client", client)
    assert client.new() == []
    with world.house.looking() as reader:
        row = reader.find(outbox, outbox.c.person_id == client.id)[-1]
    assert row["state"] == "dead"


@pytest.mark.parametrize("kind", WITH_NAMES)
def test_a_card_shows_a_name_to_whose_role_may_read_it_only(world: World, kind: str) -> None:
    """The mask is asked when a card is drawn: for the owner, for a reviewer, and for one who left meanwhile."""
    reviewer = world.house.people.get("只复核") or world.house.staff("只复核", "reviewer")
    with world.house.looking() as reader:
        assert reader.peek(case, world.ids["case"]) is not None
    gone = world.foreign["staff who left"]
    for person, sees in ((world.owner, True), (reviewer, False), (gone, False)):
        person.new()
        notice(world, kind, "staff", person)
        told = "\n".join(person.new())
        assert told, kind
        assert ("甲一玛珂" in told) is sees, (kind, person.chat, told)
