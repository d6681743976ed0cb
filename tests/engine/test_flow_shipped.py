"""The flows that ship say what the mission wants of them: stages, checklists, branches, rules, texts."""

from collections.abc import Mapping

import pytest

from core.engine.checklist import ApplicantFacts, completion, plan
from core.engine.machine import CompiledFlow
from core.engine.text import check_template, fill
from core.kit.errors import NotPossibleNow
from tests.engine.flow_parts import SHIPPED, shipped

SEVEN = ["客户签约", "材料收集", "文案处理", "递交申请", "进度追踪", "获签/补料", "后续服务"]
BASE = {"passport", "photo", "hukou", "form", "tickets_hotel"}
MEANS = {"means_card", "means_bank", "means_deposit", "means_property", "means_tax"}
FREE = {"embassy_review", "fingerprints", "phone_check"}
HOME = {"case.stage": "collect", "case.residence_province": "shanghai", "case.hukou_province": "shanghai"}


@pytest.fixture(scope="module", params=SHIPPED)
def any_flow(request: pytest.FixtureRequest) -> CompiledFlow:
    return shipped(request.param)


@pytest.fixture(scope="module")
def japan() -> CompiledFlow:
    return shipped("visa_jp_tourist")


@pytest.fixture(scope="module")
def korea() -> CompiledFlow:
    return shipped("visa_kr_tourist")


def required(compiled: CompiledFlow, kind: str, facts: Mapping[str, object]) -> set[str]:
    """The items that one applicant of a type is asked for."""
    rows = plan(compiled, [ApplicantFacts(1, {"applicant.type": kind})], facts)
    return {row.item for row in rows if row.required}


def go(
    compiled: CompiledFlow, stage: str, trigger: str, role: str, facts: Mapping[str, object]
) -> tuple[str, str | None]:
    move = compiled.machine.decide(stage, trigger, facts, {role})
    return move.to, move.substate


def test_the_client_sees_exactly_seven_stages(any_flow: CompiledFlow) -> None:
    assert [stage.name["zh-CN"] for stage in any_flow.flow.client_stages] == SEVEN
    assert any_flow.flow.shown("review").key == "prepare"
    assert any_flow.flow.shown("done").key == "after"


def test_every_stage_of_the_client_says_whose_list_prevails(any_flow: CompiledFlow) -> None:
    for stage in any_flow.flow.client_stages:
        assert stage.client_text is not None
        assert "以官方最新" in stage.client_text["zh-CN"]
        assert "The authority's current list prevails." in stage.client_text["en"]


def test_every_figure_of_an_authority_is_dated(any_flow: CompiledFlow) -> None:
    assert any_flow.flow.params
    for param in any_flow.flow.params.values():
        assert param.as_of.year >= 2026
        assert param.source


@pytest.mark.parametrize(
    "kind,own",
    [
        ("employed", {"id_card", "employment", "licence"} | MEANS),
        ("owner", {"id_card", "licence"} | MEANS),
        ("student", {"id_card", "enrol"} | MEANS),
        ("designated_student", {"id_card", "enrol"}),
        ("retired", {"id_card", "retire"} | MEANS),
        ("homemaker", {"id_card", "spouse"} | MEANS),
        ("minor", {"minor_docs"} | MEANS),
    ],
)
def test_the_japanese_checklist_follows_the_applicant_type(japan: CompiledFlow, kind: str, own: set[str]) -> None:
    assert kind in {choice.key for choice in japan.flow.applicant_types}
    assert required(japan, kind, HOME) == BASE | own


@pytest.mark.parametrize(
    "facts,more",
    [
        ({"case.hukou_province": "anhui"}, {"residence"}),
        ({"case.has_old_passport": True}, {"passport_old"}),
        ({"case.refused_before": True}, {"refusal_note"}),
        ({"client.refused_before": True}, {"refusal_note"}),
        ({"history.refused": 1}, {"refusal_note"}),
        ({"case.own_itinerary": True}, {"itinerary"}),
        ({"case.applicants": 2, "case.same_hukou": False}, {"kinship"}),
        ({"case.applicants": 2, "case.same_hukou": True}, set()),
        ({"case.applicants": 1, "case.same_hukou": False}, set()),
        ({"case.refused_before": False, "client.refused_before": False, "history.refused": 0}, set()),
        ({"case.return_report_needed": True}, set()),
        ({"case.return_report_needed": True, "case.stage": "after"}, {"return_report"}),
    ],
)
def test_conditional_items_of_japan(japan: CompiledFlow, facts: dict[str, object], more: set[str]) -> None:
    assert required(japan, "retired", HOME | facts) == BASE | MEANS | {"id_card", "retire"} | more


def test_one_proof_of_means_is_enough(japan: CompiledFlow) -> None:
    rows = plan(japan, [ApplicantFacts(1, {"applicant.type": "retired"})], HOME)
    statuses = {row.key: "approved" for row in rows if row.required and row.group is None}
    before = completion(japan, rows, statuses)  # type: ignore[arg-type]  # the values are of that type
    assert [unit.group for unit in before.missing] == ["means"]
    after = completion(japan, rows, {**statuses, ("means_tax", 1): "approved"})  # type: ignore[dict-item]
    assert after.complete
    assert after.total == len(BASE) + 2 + 1


def test_shared_items_are_asked_for_once(japan: CompiledFlow) -> None:
    two = [ApplicantFacts(1, {"applicant.type": "employed"}), ApplicantFacts(2, {"applicant.type": "minor"})]
    rows = [row for row in plan(japan, two, HOME | {"case.applicants": 2}) if row.required]
    assert [row.applicant for row in rows if row.item == "passport"] == [1, 2]
    assert [row.applicant for row in rows if row.item == "tickets_hotel"] == [None]


def test_the_two_checklists_differ(japan: CompiledFlow, korea: CompiledFlow) -> None:
    assert {item.key for item in japan.flow.items} != {item.key for item in korea.flow.items}
    assert (japan.flow.meta, korea.flow.meta) == (
        {"country": "JP", "visa": "tourist"},
        {"country": "KR", "visa": "tourist"},
    )


def test_a_recent_visit_spares_koreans_proof_of_means(korea: CompiledFlow) -> None:
    means = {"means_bank", "means_social", "means_property"}
    base = {"passport", "photo", "form", "id_hukou"}
    assert required(korea, "other", {}) == base | means
    assert required(korea, "other", {"case.oecd_visitor": False}) == base | means
    assert required(korea, "other", {"case.oecd_visitor": True}) == base | {"oecd_visa"}
    assert required(korea, "student", {}) == base | means | {"school"}


def test_a_case_begins_when_contract_deposit_and_district_allow(japan: CompiledFlow) -> None:
    facts = {"contract.effective": True, "contract.deposit_paid": True, "case.residence_province": "beijing"}
    assert go(japan, "signed", "begin", "system", facts) == ("collect", None)
    for name, value in (
        ("contract.effective", False),
        ("contract.deposit_paid", False),
        ("case.residence_province", "elsewhere"),
        ("case.residence_province", None),
    ):
        with pytest.raises(NotPossibleNow) as caught:
            go(japan, "signed", "begin", "system", facts | {name: value})
        assert len(caught.value.params["reasons"]) == 1  # type: ignore[arg-type]  # params are of any type


def test_every_province_but_elsewhere_has_its_consulate(japan: CompiledFlow) -> None:
    keys = {choice.key for choice in japan.flow.field("residence_province").choices}
    assert keys - {"elsewhere"} == set(japan.flow.params["district"].value)
    assert japan.flow.field("hukou_province").choices == japan.flow.field("residence_province").choices


def test_the_way_to_a_visa(any_flow: CompiledFlow) -> None:
    form = {f"case.{key}": True for key in any_flow.flow.stage("prepare").exit_form}
    visa = {"case.valid_to": "2026-12-01", "case.days": 15}
    assert go(any_flow, "collect", "documents_complete", "system", {"docs.complete": True}) == ("prepare", None)
    assert go(any_flow, "prepare", "hand_in", "copywriter", form) == ("review", None)
    assert go(any_flow, "review", "confirm_review", "reviewer", {"actor.prepared": False}) == ("filed", None)
    assert go(any_flow, "filed", "file", "consultant", {"docs.proof.receipt": True}) == ("tracking", "sent")
    assert go(any_flow, "tracking", "grant", "consultant", visa) == ("result", "granted")
    assert any_flow.machine.decide("tracking", "grant", visa, {"consultant"}).outcome == "granted"
    assert go(any_flow, "result", "start_after", "service", {"case.substate": "granted"}) == ("after", None)
    assert go(any_flow, "after", "finish", "system", {"docs.complete": True}) == ("done", None)


@pytest.mark.parametrize(
    "stage,trigger,role,facts,reason",
    [
        ("collect", "documents_complete", "copywriter", {"docs.complete": False}, "所需材料须全部审核通过"),
        ("prepare", "hand_in", "copywriter", {"case.form_filled": False}, "申请表须已填写"),
        ("review", "confirm_review", "reviewer", {"actor.prepared": True}, "复核人不能是经办人"),
        ("filed", "file", "consultant", {"docs.proof.receipt": False}, "须先上传受理回执"),
        ("tracking", "grant", "consultant", {}, "请先填写签证有效期"),
        ("result", "start_after", "service", {"case.substate": "refused"}, "须已获签"),
        ("result", "close_refused", "consultant", {"case.substate": "granted"}, "仅用于未获签"),
        ("result", "resubmit", "system", {"case.substate": "granted", "docs.complete": True}, "仅用于补料"),
    ],
)
def test_guards_say_what_is_missing(
    any_flow: CompiledFlow, stage: str, trigger: str, role: str, facts: dict[str, object], reason: str
) -> None:
    with pytest.raises(NotPossibleNow) as caught:
        go(any_flow, stage, trigger, role, facts)
    reasons: list[dict[str, str]] = caught.value.params["reasons"]  # type: ignore[assignment]  # of any type
    assert any(words["zh-CN"].startswith(reason) for words in reasons)


def test_a_supplement_goes_round_to_tracking(any_flow: CompiledFlow) -> None:
    assert go(any_flow, "tracking", "ask_supplement", "consultant", {}) == ("result", "supplement")
    facts = {"case.substate": "supplement", "docs.complete": True}
    assert go(any_flow, "result", "resubmit", "system", facts) == ("tracking", "sent")
    with pytest.raises(NotPossibleNow):
        go(any_flow, "result", "resubmit", "system", facts | {"docs.complete": False})


def test_a_refusal_ends_the_case(any_flow: CompiledFlow) -> None:
    assert any_flow.machine.decide("tracking", "refuse", {}, {"consultant"}).outcome == "refused"
    assert go(any_flow, "result", "close_refused", "consultant", {"case.substate": "refused"}) == ("done", None)


def test_advisers_set_what_happens_at_the_embassy(japan: CompiledFlow) -> None:
    names = {choice.name["zh-CN"] for choice in japan.flow.stage("tracking").substates}
    assert names == {"已送签", "使馆审核中", "已录指纹", "需电话核实"}
    assert {choice.key for choice in japan.flow.free_substates("tracking")} == FREE
    assert japan.flow.free_substates("result") == ()


def fires(compiled: CompiledFlow, event: str, facts: Mapping[str, object]) -> set[str]:
    """The rules on an event whose condition holds."""
    conditions = compiled.required
    return {
        rule.key
        for rule in compiled.flow.rules
        if rule.on == event and (("rule", rule.key) not in conditions or conditions["rule", rule.key].check(facts).ok)
    }


def actions_of(compiled: CompiledFlow, rule: str) -> list[str]:
    return [call.action for call in compiled.flow.rule(rule).then]


def test_the_rule_for_an_effective_contract(any_flow: CompiledFlow) -> None:
    assert fires(any_flow, "ContractActivated", {"case.stage": "signed"}) == {"welcome", "begin"}
    assert actions_of(any_flow, "welcome").count("send_sms") == 1
    task = any_flow.flow.rule("welcome").then[-1]
    assert (task.action, task.args["role"], task.args["due"]) == ("create_task", "copywriter", "1d")
    assert task.args["title"]["zh-CN"] == "跟进客户材料"


def test_the_rule_for_a_complete_checklist(any_flow: CompiledFlow) -> None:
    assert fires(any_flow, "ChecklistCompleted", {"case.stage": "collect"}) == {"documents_done"}
    assert actions_of(any_flow, "documents_done")[:3] == ["advance_case", "create_task", "notify_staff"]
    assert any_flow.flow.rule("documents_done").then[2].args["role"] == "copywriter"
    supplement = {"case.stage": "result", "case.substate": "supplement"}
    assert fires(any_flow, "ChecklistCompleted", supplement) == {"supplement_done"}


def test_the_rules_for_results(any_flow: CompiledFlow) -> None:
    result = {"case.stage": "result", "event.trigger": "x"}
    assert fires(any_flow, "StageEntered", result | {"case.substate": "granted"}) == {"granted"}
    assert actions_of(any_flow, "granted") == ["send_sms", "send_mail", "notify_client", "create_task"]
    task = any_flow.flow.rule("granted").then[-1].args
    assert (task["role"], task["title"]["zh-CN"]) == ("service", "安排后续服务")
    assert fires(any_flow, "StageEntered", result | {"case.substate": "refused"}) == {"refused"}
    assert "create_task" in actions_of(any_flow, "refused")


def test_asking_for_more_documents_makes_a_task(any_flow: CompiledFlow) -> None:
    facts = {"case.stage": "result", "case.substate": "supplement", "event.trigger": "ask_supplement"}
    found = fires(any_flow, "StageEntered", facts) | fires(any_flow, "ItemsReopened", facts)
    assert any("create_task" in actions_of(any_flow, rule) for rule in found)


def test_the_house_finds_the_fields_that_fill_its_placeholders(any_flow: CompiledFlow) -> None:
    """{valid_to}, {days} and {reason} stand for these fields, and staff are asked for them when they say so."""
    flow = any_flow.flow
    assert [field.key for field in any_flow.asks(flow.transition("grant"), "tracking")] == ["valid_to", "days"]
    assert [field.key for field in any_flow.asks(flow.transition("refuse"), "tracking")] == ["refusal_reason"]


def test_rules_do_not_repeat_what_the_house_tells_by_itself(any_flow: CompiledFlow) -> None:
    """A new stage, a new sub-status, a verdict and a reopened item reach the client once, without any rule."""
    repeated = {"SubstateSet", "DocumentApproved", "ItemsReopened"}
    for rule in any_flow.flow.rules:
        assert rule.on not in repeated or "notify_client" not in actions_of(any_flow, rule.key), rule.key
        assert not any(call.args.get("message") == "stage" for call in rule.then), rule.key


def test_an_earlier_refusal_is_looked_at_once(japan: CompiledFlow) -> None:
    entered = {"case.stage": "prepare", "case.refused_before": True}
    assert fires(japan, "StageEntered", entered | {"event.trigger": "documents_complete"}) == {"refused_before"}
    assert fires(japan, "StageEntered", entered | {"event.trigger": "send_back"}) == {"returned"}


def test_reminders_and_deadlines_are_planned(japan: CompiledFlow) -> None:
    planned = {rule.key: (rule.at.anchor, str(rule.at.offset)) for rule in japan.flow.rules if rule.at is not None}
    assert planned == {
        "overdue": ("stage.due", "0min"),
        "return_report": ("case.return_date", "1cd"),
        "finish": ("case.return_date", "7cd"),
    }
    waiting = [stage for stage in japan.flow.stages if stage.waiting_on == "client" and stage.due is not None]
    assert [(stage.key, stage.remind) for stage in waiting] == [("collect", None)]  # on the agency's days


def test_every_reason_of_the_house_is_there(japan: CompiledFlow) -> None:
    codes = ["blur", "cut", "glare", "expired", "stale", "wrong", "pages", "seal", "name", "trans", "other"]
    assert [reason.key for reason in japan.flow.reasons] == codes


def test_messages_can_be_filled(any_flow: CompiledFlow) -> None:
    allowed = {"name", "agency", "service", "owner", "number", "stage", "n", "due", "list", "done", "total"}
    allowed |= {"reason", "item", "bar", "eta", "valid_to", "days", "exp"}
    values = dict.fromkeys(allowed, "☆")
    for key, words in any_flow.flow.messages.items():
        for text in words.values():
            assert check_template(text, allowed, key) == []
            assert "{" not in fill(text, values, allowed)


def test_every_message_of_a_flow_that_ships_is_used_or_belongs_to_the_common_ones(any_flow: CompiledFlow) -> None:
    common = {"rework", "approved", "all_ok", "stage", "nps", "privacy"}
    used = {
        str(call.args.get("message", call.args.get("question"))) for rule in any_flow.flow.rules for call in rule.then
    }
    assert set(any_flow.flow.messages) - used <= common
