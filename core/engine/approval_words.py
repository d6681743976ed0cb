"""An approval in words, for the diagram and the diff."""

from collections.abc import Callable

from core.engine.spec_approvals import Approval
from core.engine.text import Words

_MODES: dict[str, Words] = {
    "any": {"zh-CN": "一人决定", "en": "one decides"},
    "all": {"zh-CN": "全部同意", "en": "all must agree"},
    "vote": {"zh-CN": "投票", "en": "vote"},
}


def approval_words(approval: Approval, owner: str, called: Callable[[str], str], language: str) -> str:
    """Who decides and how, such as "expert: vote, 3 seats, 2/3 for it, mean 71". ``owner``: of the stage."""
    zh = language == "zh-CN"
    parts = [_MODES[approval.mode][language]]
    if approval.seats is not None:
        parts.append(f"{approval.seats} 席" if zh else f"{approval.seats} seat{'s' if approval.seats > 1 else ''}")
    if approval.mode == "vote":
        share = approval.share
        parts.append(f"{share or '过半数'}同意" if zh else f"{share or 'more than half'} for it")
    if approval.mean is not None:
        parts.append(f"平均分 {approval.mean}" if zh else f"mean {approval.mean}")
    who = called(approval.by or owner)
    return f"{who}：{'，'.join(parts)}" if zh else f"{who}: {', '.join(parts)}"


def rest_words(approval: Approval, called: Callable[[str], str], step: Callable[[str], str], language: str) -> str:
    """What the diff says besides: where it leads, who may override, and whether the preparer may sit."""
    zh = language == "zh-CN"
    comma = "、" if zh else ", "
    parts = [
        f"通过后“{step(approval.approve)}”" if zh else f"approved: {step(approval.approve)}",
        f"退回则“{step(approval.decline)}”" if zh else f"declined: {step(approval.decline)}",
    ]
    if approval.override:
        roles = comma.join(called(each) for each in approval.override)
        parts.append(f"可直接决定：{roles}" if zh else f"may override: {roles}")
    if not approval.not_preparer:
        parts.append("经办人也可参加" if zh else "the preparer may sit")
    return ("；" if zh else "; ").join(parts)
