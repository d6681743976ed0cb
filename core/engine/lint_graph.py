"""Lint: the stages as a graph, and their weights."""

from collections.abc import Iterator, Mapping

from core.engine.flow import Flow
from core.engine.pointer import join
from core.kit.errors import Problem

Ways = Mapping[str, frozenset[str]]  # stage -> the stages that can be reached from it in one step


def graph_problems(flow: Flow) -> Iterator[Problem]:
    """Stages that cannot be reached or left, rounds without an end, and weights that do not make 100."""
    ways = _ways(flow)
    final = frozenset(stage.key for stage in flow.stages if stage.final)
    reached = _closure(ways, {flow.initial})
    for index, stage in enumerate(flow.stages):
        at = join("/stages", index)
        if stage.key not in reached:
            zh = f"从起始阶段“{flow.initial}”到不了阶段“{stage.key}”。"
            yield _problem(at, "unreachable", zh, f'Stage "{stage.key}" cannot be reached from "{flow.initial}".')
        if not stage.final and not ways[stage.key]:
            zh = f"阶段“{stage.key}”没有出口：请加一个操作，或设 final: true。"
            en = f'Stage "{stage.key}" has no way out: add a transition, or say final: true.'
            yield _problem(at, "no_way_out", zh, en)
        if stage.final and ways[stage.key] - {stage.key}:
            zh = f"终点阶段“{stage.key}”不应再有出口。"
            yield _problem(at, "final_way_out", zh, f'Stage "{stage.key}" is final and must not lead anywhere.')
    if not final:
        zh, en = "没有终点阶段：请设 final: true。", "There is no final stage: say final: true in one."
        yield _problem("/stages", "no_final", zh, en)
    yield from _rounds(flow, ways, final)
    yield from _weights(flow)
    yield from _parts(flow)


def _ways(flow: Flow) -> Ways:
    known = {stage.key for stage in flow.stages}
    return {
        key: frozenset(each.to for each in flow.transitions if key in each.from_stages and each.to in known)
        for key in known
    }


def _closure(ways: Ways, start: set[str]) -> set[str]:
    """Every stage that can be reached from ``start``, with ``start`` itself."""
    reached: set[str] = set()
    waiting = set(start)
    while waiting:
        stage = waiting.pop()
        reached.add(stage)
        waiting |= ways.get(stage, frozenset()) - reached
    return reached


def _rounds(flow: Flow, ways: Ways, final: frozenset[str]) -> Iterator[Problem]:
    """Stages that lead on, but only round and round: told once for each set that goes in circles."""
    if not final:
        return
    told: set[str] = set()
    for index, stage in enumerate(flow.stages):
        reached = _closure(ways, {stage.key})
        round_ = {other for other in reached if stage.key in _closure(ways, set(ways[other]))}
        if stage.key in told or reached & final or stage.key not in round_:
            continue
        told |= round_
        names = ", ".join(other.key for other in flow.stages if other.key in round_)
        zh = f"这些阶段只会互相循环，到不了终点：{names}。"
        yield _problem(join("/stages", index), "cycle", zh, f"These stages go round and never reach an end: {names}.")


def _weights(flow: Flow) -> Iterator[Problem]:
    total = sum(stage.weight for stage in flow.stages)
    if total != 100:
        zh = f"所有阶段（含内部阶段）的 weight 合计为 {total}，应为 100。"
        en = f"The weights of all stages (internal ones too) add up to {total}; they must make 100."
        yield _problem("/stages", "weights", zh, en)


def _parts(flow: Flow) -> Iterator[Problem]:
    parts = {stage.key: stage.part_of for stage in flow.stages}
    for index, stage in enumerate(flow.stages):
        at = join("/stages", index, "part_of")
        if stage.part_of is None:
            continue
        if stage.part_of not in parts:
            zh, en = f"没有名为“{stage.part_of}”的阶段。", f'There is no stage "{stage.part_of}".'
            yield _problem(at, "unknown_stage", zh, en)
        elif parts[stage.part_of] is not None:
            zh = f"“{stage.part_of}”本身是内部阶段，part_of 只能指向客户可见的阶段。"
            en = f'"{stage.part_of}" is internal itself; part_of must name a stage that the client sees.'
            yield _problem(at, "part_of", zh, en)


def _problem(pointer: str, code: str, zh: str, en: str) -> Problem:
    return Problem(pointer, f"flow.{code}", {"zh-CN": zh, "en": en})
