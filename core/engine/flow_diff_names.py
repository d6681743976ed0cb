"""What people call the parts of a flow, their attributes and the values that are words of the flow language."""

from collections.abc import Mapping
from typing import Final

from core.engine.text import Words


def _words(rows: Mapping[str, str]) -> dict[str, Words]:
    """From lines "zh-CN | en"."""
    pairs = {key: row.split(" | ") for key, row in rows.items()}
    return {key: {"zh-CN": zh, "en": en} for key, (zh, en) in pairs.items()}


PIECES: Final = frozenset(
    {"stages", "transitions", "fields", "items", "groups", "rules", "children", "services"}
    | {"applicant_types", "reasons"}
    | {"substates", "choices", "checks"}
)
"""Lists of pieces that have a key each (checks: a kind)."""

MAPPINGS: Final = frozenset({"meta", "params", "messages", "texts"})
"""What stands under a name of its author's choice."""

PARTS: Final = _words(
    {
        "stages": "阶段 | stage",
        "transitions": "操作 | step",
        "fields": "字段 | field",
        "items": "材料 | document",
        "groups": "材料组 | group",
        "rules": "规则 | rule",
        "children": "子案件 | child case",
        "services": "服务 | service",
        "applicant_types": "申请人类型 | applicant type",
        "reasons": "原因 | reason",
        "substates": "子状态 | sub-status",
        "choices": "选项 | choice",
        "checks": "检查 | check",
        "meta": "标记 | mark",
        "params": "参数 | parameter",
        "messages": "消息 | message",
        "texts": "机器人用语 | sentence of the bot",
    }
)

_COMMON: Final = _words(
    {
        "key": "代号 | key",
        "name": "名称 | name",
        "kind": "种类 | kind",
        "version": "版本 | version",
        "calendar": "工作日历 | calendar",
        "roles": "角色 | roles",
        "languages": "语言 | languages",
        "value": "取值 | value",
        "as_of": "核实日期 | date of the look-up",
        "source": "来源 | source",
        "client_text": "对客户的说明 | explanation to the client",
        "owner": "负责角色 | role in charge",
        "due": "时限 | limit",
        "remind": "提醒（截止前天数） | reminders (days before the limit)",
        "weight": "进度占比（%） | share of the progress (%)",
        "waiting_on": "等待对象 | waiting for",
        "pause": "时限暂停 | pause of the limit",
        "exit_form": "离开前填写的字段 | fields asked for before leaving",
        "gag": "不得联系客户 | nobody turns to the client",
        "gag_except": "仍须发送的消息 | messages that go out all the same",
        "handover": "部门交接 | hand-over",
        "part_of": "所属阶段 | part of stage",
        "approval": "评审 | approval",
        "final": "终点 | last stage",
        "from": "起始阶段 | from",
        "to": "目标阶段 | to",
        "label": "按钮文字 | words on the button",
        "by": "可操作角色 | roles that may take it",
        "when": "条件 | condition",
        "substate": "到达后的子状态 | sub-status on arrival",
        "outcome": "办理结果 | outcome",
        "form": "操作时填写的字段 | fields asked for",
        "button": "显示按钮 | shown as a button",
        "confirm": "再次确认 | asked once more",
        "ask_why": "询问客户原因 | client is asked why",
        "type": "类型 | type",
        "tables": "使用的表格 | tables",
        "choices_from": "选项取自表格 | choices from the table",
        "pii": "个人信息类别 | kind of personal data",
        "ask": "提问 | question",
        "compute": "算式 | formula",
        "required_when": "适用条件 | required when",
        "requirement": "要求 | requirement",
        "sample": "样例说明 | sample",
        "picture": "样例图片 | picture of a sample",
        "per": "份数归属 | asked",
        "group": "所属材料组 | group",
        "min_files": "最少文件数 | fewest files",
        "max_files": "最多文件数 | most files",
        "accept": "文件格式 | formats",
        "max_mb": "文件大小上限（MB） | largest file (MB)",
        "original": "原件要求 | original or copy",
        "translate": "需要翻译 | needs a translation",
        "reuse": "可沿用旧件 | may be taken from an earlier case",
        "lapses_before": "此阶段之前可失效 | lapses before stage",
        "warn_days": "失效前提醒天数 | days of warning before it lapses",
        "proof": "凭证（不向客户索取） | receipt, not asked of the client",
        "submit_by": "提交方 | handed in by",
        "min": "最少项数 | how many are enough",
        "on": "触发事件 | event",
        "at": "时间 | moment",
        "then": "动作 | actions",
        "role": "办理角色 | who does it",
        "note": "办理说明 | note for whoever does it",
        "tell_client": "告知客户 | what the client reads",
    }
)
_OF_CHILDREN: Final = _words(
    {
        "flow": "流程 | flow",
        "most": "数量上限 | at most",
        "each": "按字段逐个开 | one for each value of",
        "as": "标明取值的字段 | field that says which",
        "gives": "带入的字段 | fields that are copied",
        "kinds": "申请人类型对应 | applicant types there",
    }
)
_OF_CHECKS: Final = _words(
    {
        "field": "对照字段 | field",
        "months": "月数 | months",
        "years": "年数 | years",
        "days": "天数 | days",
        "at": "基准日期字段 | date field",
        "start": "开始日期字段 | first date field",
        "end": "结束日期字段 | last date field",
        "amount": "金额 | amount",
        "currency": "币种 | currency",
        "width_mm": "宽（毫米） | width (mm)",
        "height_mm": "高（毫米） | height (mm)",
        "background": "底色 | background",
        "max_age_days": "拍摄不超过天数 | taken at most so many days ago",
        "any": "关键词 | words",
        "warn": "提醒界限 | limit for a warning",
        "reject": "建议重传界限 | limit for sending it again",
        "n": "页数 | pages",
    }
)
ATTRIBUTES: Final[Mapping[tuple[str, str], Words]] = (
    {("", name): words for name, words in _COMMON.items()}
    | {("children", name): words for name, words in _OF_CHILDREN.items()}
    | {("checks", name): words for name, words in _OF_CHECKS.items()}
    | {(kind, ""): {"zh-CN": "", "en": ""} for kind in MAPPINGS}
)
"""By kind of thing and attribute; the kind is empty for what is called the same everywhere."""

LANGUAGE_NAMES: Final = _words({"zh-CN": "中文 | Chinese", "en": "英文 | English"})

CHECKS: Final = _words(
    {
        "mrz": "机读区 | machine-readable zone",
        "expiry_after": "有效期 | valid long enough",
        "issued_within": "签发年限 | issued within years",
        "fresh": "开具时间 | issued lately",
        "covers": "覆盖日期 | covers the dates",
        "amount_min": "最低金额 | least amount",
        "held_days": "存款天数 | balance kept for days",
        "photo": "证件照 | portrait",
        "keywords": "关键词 | words in the text",
        "name_match": "姓名一致 | name is the applicant's",
        "number_match": "号码一致 | number is the same",
        "sharp": "清晰度 | sharpness",
        "pages_min": "最少页数 | least pages",
        "encrypted": "无密码 | opens without a password",
        "seal": "有盖章 | seal",
        "signature": "有签字 | signature",
    }
)

VALUES: Final[Mapping[tuple[str, str], Words]] = {
    tuple(name.split(".")): words  # type: ignore[misc]  # attribute and value
    for name, words in _words(
        {
            "waiting_on.client": "客户 | the client",
            "waiting_on.staff": "员工 | staff",
            "waiting_on.authority": "受理机构 | the authority",
            "waiting_on.date": "约定日期 | a date",
            "per.applicant": "每位申请人一份 | of every applicant",
            "per.case": "每个办理一份 | once per case",
            "by.system": "系统 | rules",
            "by.client": "客户 | the client",
            "submit_by.client": "客户 | the client",
            "submit_by.staff": "员工 | staff",
            "source.client": "客户填写 | the client",
            "source.staff": "员工填写 | staff",
            "source.computed": "自动计算 | computed",
            "original.copy": "复印件 | a copy",
            "original.original": "原件 | the original",
            "original.original+copy": "原件和复印件 | the original and a copy",
            "pii.none": "无 | none",
            "pii.contact": "联系方式 | contact",
            "pii.identity": "身份信息 | identity",
            "pii.finance": "财务信息 | finance",
            "action.notify_client": "通知客户 | tell the client",
            "action.notify_staff": "通知员工 | tell staff",
            "action.send_sms": "发短信 | send a text message",
            "action.send_mail": "发邮件 | send a mail",
            "action.create_task": "建立任务 | make a task",
            "action.assign": "分派人员 | find a person",
            "action.add_service": "添加服务 | add a service",
            "action.advance_case": "推进办理 | move the case on",
            "action.open_items": "要求补交材料 | ask for documents",
            "action.call_webhook": "调用外部系统 | call a webhook",
            "action.send_content": "推送内容 | send a content",
            "action.ask_survey": "发出评价 | ask how it was",
            "action.start_child": "开子案件 | start a child case",
            "on.ChildOpened": "开出子案件 | a child case is opened",
            "on.ChildMoved": "子案件有进展 | a child case moves on",
            "on.ChildClosed": "子案件办结 | a child case is closed",
            "on.CaseOpened": "开始办理 | a case is opened",
            "on.ContractActivated": "合同生效 | the contract takes effect",
            "on.StageEntered": "进入阶段 | a stage is entered",
            "on.StageLeft": "离开阶段 | a stage is left",
            "on.SubstateSet": "子状态变更 | a sub-status is set",
            "on.FieldSet": "字段变更 | a field is set",
            "on.DocumentSubmitted": "提交材料 | a document is handed in",
            "on.DocumentApproved": "材料通过 | a document is approved",
            "on.DocumentRejected": "材料退回 | a document is rejected",
            "on.DocumentLapsed": "材料失效 | an approved document lapses",
            "on.DocumentRestored": "材料恢复有效 | a lapsed document counts again",
            "on.ChecklistCompleted": "材料齐全 | the checklist is complete",
            "on.ItemsReopened": "要求补料 | documents are asked for again",
            "on.TaskCreated": "建立任务 | a task is made",
            "on.TaskDone": "完成任务 | a task is done",
            "on.SurveyAnswered": "客户评价 | the client has answered a survey",
            "on.HumanAsked": "请求人工 | the client asks for a person",
            "on.ClientWrote": "客户来消息 | the client writes",
            "on.ClientContacted": "联系了客户 | somebody turns to the client",
            "on.ClientTagged": "添加标签 | a tag is put on",
            "on.ClientUntagged": "去掉标签 | a tag is taken off",
            "on.ClientOptedOut": "客户退订推广消息 | the client wants no more advertising",
            "on.ClientOptedIn": "客户恢复推广消息 | the client wants advertising again",
            "on.CaseClosed": "办理结束 | the case is closed",
            "on.ContentPublished": "发布内容 | a content is published",
            "on.ApprovalOpened": "评审开始 | an approval begins",
            "on.VoteCast": "评审投票 | a vote is cast",
            "on.ApprovalDecided": "评审有结果 | an approval is decided",
            "on.SeatsUnfilled": "评审席位未满 | seats of an approval are empty",
        }
    ).items()
}
"""Words of the flow language that stand as a value: attribute, value -> what people call it."""
