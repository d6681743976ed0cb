"""The runner tells a story that does not come out from one that does, and where; a file that is no story is refused."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from bot.app import FLOWS
from bot.cli.story import CAME_OUT, DIFFERENT, NO_STORY, run_files
from bot.cli.story_house import play_one
from bot.story.reader import read_story
from bot.story.result import Failure
from core.kit.errors import Invalid

HEAD = f"""\
story: A test
flow: {FLOWS / "visa_jp_tourist" / "v1.yaml"}
clock: 2026-03-02 10:00
people:
  client: {{name: 张三}}
  adviser: {{name: 顾问甲, roles: [sales, consultant, service, finance]}}
  writer: {{name: 文案乙, roles: [copywriter]}}
  checker: {{name: 复核丙, roles: [reviewer, supervisor]}}
contract:
  state: active
  travellers: [{{name: 张三, kind: retired}}]
  fields: {{residence_province: shanghai, hukou_province: shanghai, has_old_passport: 否, refused_before: 否}}
steps:
"""
LINE = HEAD.count("\n")


def written(folder: Path, steps: str, head: str = HEAD) -> Path:
    path = folder / "story.yaml"
    path.write_text(head + steps, encoding="utf-8")
    return path


def failure_of(folder: Path, url: str, steps: str, channel: str = "loopback") -> Failure:
    result = play_one(read_story(written(folder, steps)), channel, url)
    assert result.failure is not None, "it came out"
    return result.failure


@pytest.mark.parametrize("channel", ["loopback", "webchat"])
def test_a_wrong_expectation_says_where_what_and_what_instead(tmp_path: Path, sqlite_url: str, channel: str) -> None:
    steps = "  - client says: 进度\n  - told: client\n  - client reads: 您的签证已被火星签发\n"
    failure = failure_of(tmp_path, sqlite_url, steps, channel)
    assert (failure.step, failure.line) == (3, LINE + 3)
    assert failure.title == "client reads: 您的签证已被火星签发"
    assert "您的签证已被火星签发" in failure.expected
    assert len(failure.said) == 1
    assert "▶ 材料收集" in failure.said[0]
    assert f"step 3 (line {LINE + 3})" in str(failure)


WRONG = {
    "equals is the whole message": ("client reads: {equals: 日本个人旅游签证}", "exactly"),
    "only": ("client reads only: [日本个人旅游签证, 还有一条]", "only"),
    "nothing": ("client reads: nothing", "no message"),
    "told": ("told: [client, writer]", "told"),
    "told nobody": ("told: nothing", "nobody"),
    "sees": ("client sees: 从未说过", "从未说过"),
    "sees not": ("client sees not: 材料收集", "nowhere"),
    "may press": ("writer may press: [飞向月球]", "飞向月球"),
    "may not press": ("writer may not press: [材料齐全]", "no button"),
    "presses": ("client presses: 飞向月球", "飞向月球"),
    "presses an old one": ("writer presses: {button: 材料齐全, old: true}", "shown once"),
    "stage": ("case: {stage: prepare}", "stage: prepare"),
    "due": ("case: {due: 2026-03-11 10:01}", "2026-03-11 10:01"),
    "substate": ("case: {substate: granted}", "granted"),
    "items": ("items: {passport: approved}", "passport: approved"),
    "no such item": ("items: {passport/李四: todo}", "passport/李四"),
    "checklist": ("checklist: {done: 1, total: 8}", "done: 1"),
    "tasks": ("tasks: {title: 跟进客户材料, due: 2026-03-03 11:00}", "跟进客户材料"),
    "no tasks": ("tasks: nothing", "no task"),
    "sms": ("sms: 您好", "sms"),
    "mail": ("mail: 您好", "mail"),
    "webhook": ("webhook: crm", "webhook"),
    "events": ("events: [StageEntered]", "StageEntered"),
    "refused": ("refused: not_allowed", "not_allowed"),
    "clock": ("clock: 2026-03-01 10:00", "a moment after"),
    "code": ("client says the code of: writer", "an invitation code"),
    "command": ("adviser does: {SetSubstate: {colour: red}}", "SetSubstate"),
}


@pytest.mark.parametrize("step,expected", WRONG.values(), ids=WRONG)
def test_every_kind_of_step_can_fail(tmp_path: Path, sqlite_url: str, step: str, expected: str) -> None:
    failure = failure_of(tmp_path, sqlite_url, f"  - client says: 进度\n  - {step}\n")
    assert failure.step == 2
    assert expected in failure.expected


def test_messages_are_read_in_their_order_and_once(tmp_path: Path, sqlite_url: str) -> None:
    steps = "  - client says: 进度\n  - client says: 材料\n  - client reads: [材料清单, 负责人]\n"
    failure = failure_of(tmp_path, sqlite_url, steps)
    assert (failure.step, failure.said) == (3, ())
    assert "负责人" in failure.expected


def test_a_command_that_is_refused_can_be_expected(tmp_path: Path, sqlite_url: str) -> None:
    steps = (
        "  - writer does: {AdvanceCase: {trigger: documents_complete}}\n  - refused: not_possible_now\n"
        "  - client does: {AdvanceCase: {trigger: documents_complete}}\n  - refused: not_allowed\n"
        "  - office does: {CreateTask: {role: copywriter, title: {zh-CN: 打电话, en: Call}, due_days: 1}}\n"
    )
    path = written(tmp_path, steps)
    failure = play_one(read_story(path), "loopback", sqlite_url).failure
    assert failure is not None
    assert failure.step == 5  # whose arguments do not fit


def test_time_passes_through_every_timer_on_the_way(tmp_path: Path, sqlite_url: str) -> None:
    steps = (
        "  - clock: 2026-04-01 10:00\n  - client reads only: [还有 3 天, 明天截止, 今天截止, 今天截止]\n"
        "  - checker reads: 已逾期\n"
        "  - tasks: {title: 处理逾期案件, due: 2026-03-11 15:30}\n"
    )
    assert play_one(read_story(written(tmp_path, steps)), "loopback", sqlite_url).came_out


def test_what_fails_inside_the_house_fails_the_story(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.cards.client_cards.bar", lambda percent: 1 / 0)
    failure = failure_of(tmp_path, sqlite_url, "  - client says: 进度\n")
    assert failure.step == 1
    assert any("not drawn" in line for line in failure.said)


def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    head = HEAD.replace("clock: 2026-03-02 10:00", "clock: tomorrow").replace("kind: retired", "kind: wizard")
    steps = (
        "  - client sings: 啦\n  - nobody says: 你好\n  - client sends: a_rainbow\n  - told: [ghost]\n"
        "  - items: {crown: todo}\n  - case: {stage: heaven}\n  - events: [Miracle]\n  - later: soon\n"
        "  - adviser does: {FlyAway: {}}\n  - {client says: a, told: client}\n  - tasks: {title: x, who: ghost}\n"
        "  - client presses: {label: x}\n  - office says: 你好\n"
    )
    with pytest.raises(Invalid) as caught:
        read_story(written(tmp_path, steps, head))
    found = {(problem.pointer, problem.code) for problem in caught.value.problems}
    assert found >= {
        ("/clock", "story.moment"),
        ("/contract/travellers/0/kind", "story.unknown"),
        ("/steps/0/client sings", "story.verb"),
        ("/steps/1", "story.person"),
        ("/steps/2", "story.unknown"),
        ("/steps/3", "story.person"),
        ("/steps/4", "story.unknown"),
        ("/steps/5", "story.unknown"),
        ("/steps/6", "story.unknown"),
        ("/steps/7/later", "story.span"),
        ("/steps/8", "story.unknown"),
        ("/steps/9", "story.step"),
        ("/steps/10", "story.unknown"),
        ("/steps/12", "story.person"),
    }
    assert any(pointer.startswith("/steps/11") for pointer, _ in found)
    for problem in caught.value.problems:
        assert set(problem.message) == {"zh-CN", "en"}


NO_FLOW = "story: x\nflow: nowhere.yaml\nclock: 2026-03-02 10:00\npeople: {a: {name: A}}\nsteps: [{told: nothing}]\n"


@pytest.mark.parametrize("content", ["", "steps: [", "story: x", "- a list", NO_FLOW])
def test_a_file_that_is_no_story_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Invalid):
        read_story(path)
    assert run_files([path], ["loopback"], out=Console(file=io.StringIO())) == NO_STORY


def test_a_broken_flow_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "v1.yaml").write_text("key: x\n", encoding="utf-8")
    head = HEAD.replace(str(FLOWS / "visa_jp_tourist" / "v1.yaml"), "v1.yaml")
    with pytest.raises(Invalid) as caught:
        read_story(written(tmp_path, "  - told: nothing\n", head))
    assert [problem.pointer for problem in caught.value.problems] == ["/flow"]


def test_exit_codes_and_what_is_printed(tmp_path: Path) -> None:
    out = io.StringIO()
    console = Console(file=out, width=200)
    good = written(tmp_path, "  - client says: 进度\n  - client reads: 材料收集\n")
    assert run_files([good], ["loopback"], out=console, transcript=True) == CAME_OUT
    assert "1 of 1 came out." in out.getvalue()
    assert "1. client says: 进度" in out.getvalue()
    bad = tmp_path / "bad.yaml"
    bad.write_text(HEAD + "  - client reads: 火星\n", encoding="utf-8")
    assert run_files([good, bad], ["loopback"], out=console) == DIFFERENT
    assert "1 of 2 came out." in out.getvalue()
    assert "expected: a message with “火星”" in out.getvalue()
    assert run_files([tmp_path / "absent.yaml"], ["loopback"], out=console) == NO_STORY


def test_an_unknown_channel_is_said(tmp_path: Path) -> None:
    script = read_story(written(tmp_path, "  - told: nothing\n"))
    with pytest.raises(ValueError, match="pigeon"):
        play_one(script, "pigeon")
