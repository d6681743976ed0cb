"""Lint: approvals lead somewhere, nobody passes them by, and what they ask for can be reached."""

from collections.abc import Collection, Iterator

from core.engine.approvals import share_of
from core.engine.flow import Flow, Stage
from core.engine.lint_names import role_problems
from core.engine.pointer import join
from core.engine.spec_approvals import Approval
from core.engine.spec_keys import unknown
from core.kit.errors import Problem


def approval_problems(flow: Flow, roles: Collection[str]) -> Iterator[Problem]:
    """Names that nothing answers to, steps that others could take, and figures that do not fit the mode."""
    for index, stage in enumerate(flow.stages):
        if stage.approval is None:
            continue
        at = join("/stages", index, "approval")
        if stage.approval.by is not None:
            yield from role_problems(flow, stage.approval.by, roles, join(at, "by"))
        for place, role in enumerate(stage.approval.override):
            yield from role_problems(flow, role, roles, join(at, "override", place))
        if stage.final:
            zh, en = (
                "终点阶段不能设 approval：请去掉，或设在它之前的阶段。",
                ("A final stage has no approval: remove it, or give it to the stage before."),
            )
            yield _problem(at, "approval_final", zh, en)
            continue
        yield from _steps(flow, stage, stage.approval, at)
        yield from _figures(stage.approval, at)


def _steps(flow: Flow, stage: Stage, approval: Approval, at: str) -> Iterator[Problem]:
    if approval.approve == approval.decline:
        zh, en = "approve 和 decline 应是两个不同的操作。", "approve and decline must be two different transitions."
        yield _problem(join(at, "decline"), "approval_same", zh, en)
    for name in ("approve", "decline"):
        key, place = getattr(approval, name), join(at, name)
        found = next((each for each in flow.transitions if each.key == key), None)
        if found is None:
            yield unknown("transition", key, place)
            continue
        if stage.key not in found.from_stages or found.to == stage.key:
            zh = f"操作“{key}”不是从阶段“{stage.key}”通往别的阶段：请修改它的 from 或 to。"
            en = f'Transition "{key}" does not lead from "{stage.key}" to another stage: mend its "from" or "to".'
            yield _problem(place, "approval_step", zh, en)
        if found.by != ("system",):
            zh = f"操作“{key}”的 by 应只写 system，否则有人可以绕过评审。"
            en = f'The "by" of "{key}" must be system alone: anybody else could pass the approval by.'
            yield _problem(place, "approval_by", zh, en)


def _figures(approval: Approval, at: str) -> Iterator[Problem]:
    if approval.mode != "any" and approval.seats is None:
        zh, en = f"{approval.mode} 需要 seats：写明几个人参加。", f"Mode {approval.mode} needs seats: how many decide."
        yield _problem(at, "approval_seats", zh, en)
    if approval.share is not None and approval.mode != "vote":
        zh, en = "share 只用于 mode: vote。", "share goes with mode: vote only."
        yield _problem(join(at, "share"), "approval_share", zh, en)
    part, whole = share_of(approval)
    if part > whole:
        zh, en = (
            f"{approval.share} 超过全部席位，永远达不到。",
            (f"{approval.share} is more than all seats: it can never be reached."),
        )
        yield _problem(join(at, "share"), "approval_share", zh, en)
    if approval.mean is not None and approval.mode == "any":
        zh, en = (
            "mean 用于 all 或 vote；any 由一人决定，没有平均分。",
            ("mean goes with all or vote: with any one person decides, and there is no mean."),
        )
        yield _problem(join(at, "mean"), "approval_mean", zh, en)


def _problem(pointer: str, code: str, zh: str, en: str) -> Problem:
    return Problem(pointer, f"flow.{code}", {"zh-CN": zh, "en": en})
