"""The names and types of every fact that a condition may ask for, beside the fields of the flow itself.

A name is ``<source>.<key>``; each source is loaded by the room that owns it, and an unknown or empty fact satisfies
no clause. Dates are local dates, instants are moments in UTC, money is whole minor units.
"""

from collections.abc import Mapping
from types import MappingProxyType

from core.engine.clauses import PATH_PREFIX as PATH_PREFIX  # known there too: `within` looks at such a fact
from core.engine.clauses import TAGS as TAGS  # likewise
from core.engine.conditions import FactType
from core.engine.text import Words

CASE_FACTS: Mapping[str, FactType] = MappingProxyType(
    {
        "case.stage": "text",
        "case.substate": "text",
        "case.outcome": "text",
        "case.applicants": "int",
        "contract.status": "text",
        "contract.effective": "bool",
        "contract.deposit_paid": "bool",
        "docs.required": "int",
        "docs.done": "int",
        "docs.missing": "int",
        "docs.complete": "bool",
        "actor.prepared": "bool",  # the acting person handed the work in to review
        "client.refused_before": "bool",
        TAGS: "list",  # what the client is tagged with, each word in one form
        "history.refused": "int",  # closed cases of this client that ended in a refusal
        "time.overdue": "bool",
        "tasks.open": "int",
        "parent.stage": "text",
        "parent.outcome": "text",
        "approval.for": "int",  # of the newest round of the case
        "approval.against": "int",
        "approval.seats": "int",
        "approval.mean": "decimal",
        "approval.round": "int",  # how many rounds there were in that stage, with this one
    }
)

APPLICANT_FACTS: Mapping[str, FactType] = MappingProxyType({"applicant.type": "text", "applicant.main": "bool"})
"""Known where a condition is asked for each applicant: items per applicant, and their groups."""

EVENT_FACTS: Mapping[str, FactType] = MappingProxyType(
    {
        "event.trigger": "text",  # StageEntered: the transition that was taken
        "event.item": "text",  # DocumentSubmitted, DocumentApproved, DocumentRejected, DocumentLapsed: its key
        "event.reason": "text",  # DocumentRejected: key of the reason; DocumentLapsed: kind of the check
        "event.fields": "list",  # FieldSet: keys of the fields that changed
        "event.score": "int",  # SurveyAnswered: 1 to 5, of scale nps 0 to 10; VoteCast: 0 to 100
        "event.child": "text",  # ChildOpened, ChildMoved, ChildClosed: key of the child ...
        "event.value": "text",  # ... and the value that it is for; ClientTagged, ClientUntagged: the tag as written
        "event.content": "text",  # ContentPublished: key of the content ...
        "event.topics": "list",  # ... and what it is about
        "event.stage": "text",  # ChildMoved: the child's; also events of the case itself that name a stage
        "event.substate": "text",
        "event.outcome": "text",  # ChildClosed, CaseClosed; ApprovalDecided: approved or declined
    }
)
"""Known in rules on an event, from the attribute of that name; an event without it leaves the fact empty."""

_SAID_AS: Mapping[str, str] = MappingProxyType({"tag": "value"})  # attribute of an event -> fact of another name


def event_facts(said: Mapping[str, object]) -> dict[str, object]:
    """The facts of an event from its attributes."""
    return {f"event.{_SAID_AS.get(name, name)}": value for name, value in said.items()}


PLACEHOLDERS = frozenset(
    (
        *("name", "agency", "service", "owner", "number", "stage", "next_stage", "bar", "eta", "result"),
        *("n", "due", "list", "done", "total", "item", "reason"),
        *("valid_to", "days", "exp"),
    )
)
"""What a message may ask for as ``{name}``; flows/README.md says what each is filled with."""

CHILD_FACTS: Mapping[str, FactType] = MappingProxyType(
    {"total": "int", "open": "int", "closed": "int", "outcomes": "list", "stages": "list"}
)
"""Of the children that a case has of one kind, as ``children.<key>.<name>``."""

PROOF_PREFIX = "docs.proof."  # + item key: an approved or submitted file of that proof item exists
FIELD_PREFIX = "case."  # + field key
CHILD_PREFIX = "children."  # + child key + one of CHILD_FACTS

FIELD_FACTS: Mapping[str, FactType] = MappingProxyType(
    {
        "text": "text",
        "int": "int",
        "money": "money",
        "decimal": "decimal",
        "date": "date",
        "enum": "text",
        "multi": "list",
        "bool": "bool",
        "phone": "text",
        "email": "text",
        "region": "text",
        "stays": "list",  # their places
    }
)
"""The fact type of each field type."""

RESERVED_FIELDS = frozenset(name.removeprefix(FIELD_PREFIX) for name in CASE_FACTS if name.startswith(FIELD_PREFIX))
"""Keys that no field may have, because ``case.<key>`` means something already."""

FACT_NAMES: Mapping[str, Words] = MappingProxyType(
    {
        "case.stage": {"zh-CN": "当前阶段", "en": "current stage"},
        "case.substate": {"zh-CN": "子状态", "en": "sub-status"},
        "case.outcome": {"zh-CN": "办理结果", "en": "outcome"},
        "case.applicants": {"zh-CN": "申请人数", "en": "number of applicants"},
        "contract.status": {"zh-CN": "合同状态", "en": "contract status"},
        "contract.effective": {"zh-CN": "合同已生效", "en": "contract is effective"},
        "contract.deposit_paid": {"zh-CN": "定金已付", "en": "deposit is paid"},
        "docs.required": {"zh-CN": "所需材料数", "en": "documents required"},
        "docs.done": {"zh-CN": "已通过材料数", "en": "documents approved"},
        "docs.missing": {"zh-CN": "未通过材料数", "en": "documents not approved yet"},
        "docs.complete": {"zh-CN": "所需材料全部通过", "en": "all required documents are approved"},
        "actor.prepared": {"zh-CN": "操作人为经办人", "en": "the acting person prepared the work"},
        "client.refused_before": {"zh-CN": "客户曾被拒签", "en": "client was refused before"},
        TAGS: {"zh-CN": "客户标签", "en": "tags of the client"},
        "history.refused": {"zh-CN": "本机构记录的拒签次数", "en": "refusals on record"},
        "time.overdue": {"zh-CN": "本阶段已逾期", "en": "the stage is overdue"},
        "tasks.open": {"zh-CN": "未完成任务数", "en": "open tasks"},
        "approval.for": {"zh-CN": "评审同意票数", "en": "votes for it"},
        "approval.against": {"zh-CN": "评审退回票数", "en": "votes against it"},
        "approval.seats": {"zh-CN": "评审席位数", "en": "seats of the approval"},
        "approval.mean": {"zh-CN": "评审平均分", "en": "mean score"},
        "approval.round": {"zh-CN": "评审轮次", "en": "round of the approval"},
        "applicant.type": {"zh-CN": "申请人类型", "en": "applicant type"},
        "applicant.main": {"zh-CN": "主申请人", "en": "main applicant"},
        "event.trigger": {"zh-CN": "所做的操作", "en": "the step that was taken"},
        "event.item": {"zh-CN": "相关材料", "en": "the document concerned"},
        "event.reason": {"zh-CN": "原因", "en": "reason"},
        "event.fields": {"zh-CN": "变更的字段", "en": "the fields that changed"},
        "event.score": {"zh-CN": "评分", "en": "score"},
        "event.child": {"zh-CN": "子案件", "en": "the child case"},
        "event.value": {"zh-CN": "事件所涉的取值", "en": "what the event is about"},
        "event.content": {"zh-CN": "发布的内容", "en": "the content that is published"},
        "event.topics": {"zh-CN": "内容的主题", "en": "the topics of the content"},
        "event.stage": {"zh-CN": "相关阶段", "en": "the stage concerned"},
        "event.substate": {"zh-CN": "子状态", "en": "the sub-status"},
        "event.outcome": {"zh-CN": "结果", "en": "the outcome"},
        "parent.stage": {"zh-CN": "主案件的阶段", "en": "stage of the main case"},
        "parent.outcome": {"zh-CN": "主案件的结果", "en": "outcome of the main case"},
    }
)
"""What readers call a fact, for the sentences that are made from clauses without a label."""

CHILD_FACT_NAMES: Mapping[str, Words] = MappingProxyType(
    {
        "total": {"zh-CN": "“{}”的数量", "en": "number of {}"},
        "open": {"zh-CN": "“{}”中未结的数量", "en": "open cases of {}"},
        "closed": {"zh-CN": "“{}”中已结的数量", "en": "closed cases of {}"},
        "outcomes": {"zh-CN": "“{}”的结果", "en": "outcomes of {}"},
        "stages": {"zh-CN": "“{}”所在的阶段", "en": "stages of {}"},
    }
)
"""The same of the children's facts; ``{}`` is what people call the child."""
