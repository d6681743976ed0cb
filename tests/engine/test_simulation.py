"""Two versions of a flow over one case: which steps and sub-statuses are other, and how often rules would act."""

from core.engine.conditions import Verdict
from core.engine.flow import read_flow
from core.engine.machine import CompiledFlow, compile_flow
from core.engine.simulated_rules import Occurrence, Tallies, place_of, verdicts
from core.engine.simulation import Seen, effect
from core.engine.simulation_words import case_words, rule_words

OLD = """
key: demo
version: 1
kind: care
name: {zh-CN: 演示, en: Demo}
calendar: cn-office
stages:
  - key: work
    name: {zh-CN: 办理, en: Work}
    owner: service
    substates: [{key: half, name: {zh-CN: 过半, en: Half}}, {key: all, name: {zh-CN: 全部, en: All}}]
  - {key: end, name: {zh-CN: 结束, en: End}, owner: service, final: true}
transitions:
  - {key: finish, from: [work], to: end, label: {zh-CN: 完成, en: Finish}, by: [service]}
  - {key: drop, from: [work], to: end, label: {zh-CN: 放弃, en: Drop}, by: [service]}
rules:
  - key: thank
    name: {zh-CN: 致谢, en: Thank}
    on: SurveyAnswered
    when: {all: [{field: event.score, op: ge, value: 3}]}
    then: [{action: notify_client, args: {message: thanks}}, {action: notify_client, args: {message: again}}]
"""
GUARD = """    when: {all: [{field: docs.complete, op: is_true, label: {zh-CN: 材料须齐全, en: Complete}}]}
"""
NEW = (
    OLD.replace("{key: half, name: {zh-CN: 过半, en: Half}}, ", "")
    .replace("  - {key: drop,", "  - {key: leave,")
    .replace(
        "  - {key: finish, from: [work], to: end, label: {zh-CN: 完成, en: Finish}, by: [service]}\n",
        "  - key: finish\n    from: [work]\n    to: end\n    label: {zh-CN: 完成, en: Finish}\n    by: [service]\n"
        + GUARD,
    )
    .replace("value: 3", "value: 5")
)


def compiled(source: str) -> CompiledFlow:
    return compile_flow(read_flow(source.encode()))


def test_steps_and_sub_statuses_are_told_with_why_and_in_words() -> None:
    old, new = (Seen(compiled(each), {"docs.complete": False}, (), None, {}) for each in (OLD, NEW))
    found = effect("work", "half", (), old, new)
    assert {each.key: (each.before, each.after) for each in found.steps} == {
        "finish": ("open", "blocked"),
        "leave": ("absent", "open"),
        "drop": ("open", "absent"),
    }
    assert (found.stranded, found.substate_gone, found.unchanged) == (False, True, False)
    assert [each["en"] for each in case_words({"en": "Work", "zh-CN": "办理"}, found)] == [
        "its present sub-status is not there",
        'step "Finish": open, then blocked: Complete',
        'step "Drop": not there, then open',
        'step "Drop": open, then not there',
    ]
    assert effect("work", "half", (), old, old).unchanged


def test_a_hand_over_that_the_draft_ends_and_messages_that_its_gag_holds() -> None:
    form = "    handover: {to: sales, form: [note], accept: finish}\n  - {key: end,"
    fields = "fields: [{key: note, name: {zh-CN: 备注, en: Note}, type: text}]\nstages:"
    handing = OLD.replace("  - {key: end,", form).replace("stages:", fields)
    gagged = OLD.replace("    owner: service\n", "    owner: service\n    gag: true\n    gag_except: [again]\n", 1)
    old, new = (Seen(compiled(each), {}, (), None, {}) for each in (handing, gagged))
    assert not effect("work", None, (), old, new).handover_ends  # none is offered
    assert not effect("work", None, (), old, old, "sales").handover_ends
    ended = effect("work", None, (), old, new, "sales")
    assert (ended.handover_ends, ended.unchanged) == (True, False)
    assert "its offered hand-over would end: nobody could accept it" in [
        each["en"] for each in case_words({"en": "Work", "zh-CN": "办理"}, ended)
    ]
    assert effect(
        "work", None, (), old, Seen(compiled(handing.replace("to: sales", "to: lead")), {}, (), None, {}), "sales"
    ).handover_ends

    tallies = Tallies(new.compiled.flow, [old.compiled.flow])
    happened = Occurrence("A-1", "SurveyAnswered", {"score": 5})
    said = verdicts(old.compiled, happened, {}), verdicts(new.compiled, happened, {})
    for stage in ("work", "end", None):
        tallies.add("A-1", *said, (place_of(old.compiled, stage), place_of(new.compiled, stage)))
    thank = tallies.rules["thank"]
    assert (thank.before.held, thank.after.held, thank.after.acted, thank.differs) == (0, 1, 3, True)
    assert "Messages that a gag holds: 0 as published, 1 with the draft" in rule_words(thank)["en"]


def test_a_gag_holds_whatever_turns_to_the_client() -> None:
    """Surveys and contents as well as messages; no message of a survey is let out."""
    actions = "[{action: ask_survey, args: {question: thanks}}, {action: send_content, args: {content: report}}]"
    source = OLD[: OLD.index("    then:")] + f"    then: {actions}\n"
    flow = compiled(source.replace("    owner: service\n", "    owner: service\n    gag: true\n", 1))
    tallies = Tallies(flow.flow, [flow.flow])
    said = verdicts(flow, Occurrence("A-1", "SurveyAnswered", {"score": 5}), {})
    tallies.add("A-1", said, said, (place_of(flow, "work"), place_of(flow, "end")))
    assert (tallies.rules["thank"].before.held, tallies.rules["thank"].after.held) == (2, 0)


def test_rules_are_counted_by_version_and_nothing_but_counted() -> None:
    old, new = compiled(OLD), compiled(NEW)
    tallies = Tallies(new.flow, [old.flow])
    for case, score in (("A-1", 5), ("A-2", 4), ("", 1)):
        happened = Occurrence(case, "SurveyAnswered", {"score": score})
        tallies.add(case, verdicts(old, happened, {}), verdicts(new, happened, {}))
    thank = tallies.rules["thank"]
    assert (thank.before.acted, thank.before.refrained, thank.after.acted, thank.after.refrained) == (2, 1, 1, 2)
    assert (tallies.actions_before["notify_client"], tallies.actions_after["notify_client"]) == (4, 2)
    assert (thank.newly, thank.cases, thank.reasons()[0][1]) == (0, [], 2)
    assert "acts 2 times and 1 times not as published; with the draft 1 times and 2 not" in rule_words(thank)["en"]

    back = Tallies(old.flow, [new.flow])
    for case in ("A-2", "A-2", ""):
        happened = Occurrence(case, "SurveyAnswered", {"score": 4})
        back.add(case, verdicts(new, happened, {}), verdicts(old, happened, {}))
    assert (back.rules["thank"].newly, back.rules["thank"].cases) == (3, ["A-2"])
    back.add("A-9", {"late": (old.flow.rule("thank"), Verdict(True))}, {})  # of a version that came meanwhile
    assert back.rules["late"].gone
