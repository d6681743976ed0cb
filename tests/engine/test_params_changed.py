"""A changed parameter: where it is used, and what it means for a case that meets such a place and for one that does
not."""

from datetime import UTC, datetime

from core.engine.checklist import Unit
from core.engine.flow import read_flow
from core.engine.machine import CompiledFlow, compile_flow
from core.engine.param_changes import change_words, param_changes
from core.engine.param_effects import concerns
from core.engine.simulation import Seen, effect

OLD = """
key: demo
version: 1
kind: care
name: {zh-CN: 演示, en: Demo}
calendar: cn-office
params:
  days: {value: "5", as_of: 2026-01-01, source: office}
  gone: {value: "1", as_of: 2026-01-01, source: office}
fields:
  - {key: signed, name: {zh-CN: 签约日, en: Signed}, type: date, source: staff}
  - {key: ends, name: {zh-CN: 截止日, en: Ends}, type: date, source: computed,
     compute: {date: case.signed, plus: "${days}d"}}
stages:
  - key: work
    name: {zh-CN: 办理, en: Work}
    client_text: {zh-CN: "约 ${days} 天", en: "about ${days} days"}
    owner: service
    due: ${days}d
  - {key: end, name: {zh-CN: 结束, en: End}, owner: service, final: true}
transitions:
  - {key: finish, from: [work], to: end, label: {zh-CN: 完成, en: Finish}, by: [service]}
items:
  - key: photo
    name: {zh-CN: 照片, en: Photo}
    requirement: {zh-CN: "${gone}", en: "${gone}"}
    checks: [{kind: fresh, days: "${days}"}]
messages:
  hello: {zh-CN: "${days}", en: "${days}"}
"""
NEW = OLD.replace('days: {value: "5", as_of: 2026-01-01', 'days: {value: "9", as_of: 2026-02-01')
NEW = NEW.replace('  gone: {value: "1", as_of: 2026-01-01, source: office}\n', "").replace("${gone}", "1")
MOMENTS = [datetime(2026, 3, day, tzinfo=UTC) for day in (2, 6)]


def seen(compiled: CompiledFlow, limit: datetime | None, *units: Unit) -> Seen:
    ends = {} if limit is None else {"ends": limit.date().isoformat()}
    return Seen(compiled, {}, units, limit, ends)


def test_places_words_and_what_it_means_for_a_case() -> None:
    before, after = (read_flow(each.encode()) for each in (OLD, NEW))
    days, gone = param_changes(before, OLD.encode(), after, NEW.encode())
    assert [each.pointer for each in days.uses] == [
        "/fields/1/compute/plus",
        "/stages/0/client_text/zh-CN",
        "/stages/0/client_text/en",
        "/stages/0/due",
        "/items/0/checks/0/days",
        "/messages/hello/zh-CN",
        "/messages/hello/en",
    ]
    assert days.uses[3].words == {"zh-CN": "阶段“办理”：时限", "en": 'stage "Work": limit'}
    assert change_words(days)["zh-CN"] == "参数“days”由 5（2026-01-01，office） 变为 9（2026-02-01，office）"
    assert (gone.new, [each.pointer for each in gone.uses]) == (
        None,
        ["/items/0/requirement/zh-CN", "/items/0/requirement/en"],
    )

    photo = Unit(("photo",), None)
    old, new = seen(compile_flow(before), MOMENTS[0], photo), seen(compile_flow(after), MOMENTS[1], photo)
    met = concerns(days, "work", old, new, effect("work", None, (), old, new))
    assert {each.kind for each in met} == {"field", "text", "limit", "check"}
    assert "阶段时限由 2026-03-02T00:00:00+00:00 变为 2026-03-06T00:00:00+00:00" in [
        each.words["zh-CN"] for each in met
    ]
    assert "材料“照片”的检查“开具时间”：天数，文件按新的值检查" in [each.words["zh-CN"] for each in met]
    assert "字段“截止日”：算式，由 2026-03-02 变为 2026-03-06" in [each.words["zh-CN"] for each in met]
    bare = [seen(each.compiled, None) for each in (old, new)]
    elsewhere = concerns(days, "end", bare[0], bare[1], effect("end", None, (), bare[0], bare[1]))
    assert [each.kind for each in elsewhere] == ["text", "text"]  # messages alone: it may still be sent
