"""Lint: computed fields have a formula that makes sense, nobody is asked for them, and none is computed from itself."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

from core.engine.facts import FIELD_PREFIX
from core.engine.flow import Field, Flow
from core.engine.formula_kinds import KIND_OF_FIELD, KIND_WORDS, FormulaKind, Kinds
from core.engine.formulas import APPLICANTS, TODAY, computed, is_name, literal, looks_at
from core.engine.office_table import Tables
from core.engine.pointer import join
from core.engine.spec_conditions import fact_names_in
from core.engine.spec_formulas import Formula
from core.engine.stay_formulas import STAY_FORMS, place_problems
from core.kit.errors import Problem

_FIT: dict[str, frozenset[FormulaKind]] = {
    "int": frozenset({"figure", "int"}),
    "money": frozenset({"figure", "money"}),
    "decimal": frozenset({"figure", "int", "decimal"}),
    "date": frozenset({"date"}),
    "bool": frozenset({"bool"}),
    "text": frozenset({"text"}),
    "enum": frozenset({"text"}),
    "region": frozenset({"text"}),
}
"""What a formula may give for each type of field; the other types cannot be computed."""


def asking_problems(flow: Flow) -> Iterator[Problem]:
    """A computed field without formula, a formula of another field, and whoever would be asked for a computed one."""
    for index, field in enumerate(flow.fields):
        at = join("/fields", index)
        if field.source == "computed" and field.compute is None:
            zh = f"“{field.key}”是自动计算的字段，请写 compute。"
            yield _problem(at, "no_formula", zh, f'"{field.key}" is computed: write its formula in compute.')
        if field.compute is not None and field.source != "computed":
            zh = f"“{field.key}”有算式，请写 source: computed。"
            yield _problem(join(at, "compute"), "given", zh, f'"{field.key}" has a formula: say source: computed.')
        for name in ("ask", "required_when"):
            if field.source == "computed" and getattr(field, name) is not None:
                yield _asked(field.key, join(at, name))
    for pointer, keys in _forms(flow):
        for place, key in enumerate(keys):
            if any(field.key == key and field.source == "computed" for field in flow.fields):
                yield _asked(key, join(pointer, place))


def formula_problems(flow: Flow, tables: Tables = MappingProxyType({})) -> Iterator[Problem]:
    """Terms, types, rounds of fields that are computed from each other, and what would show personal data. Of tables
    at hand the columns are known as well."""
    found: list[Problem] = []
    types = {FIELD_PREFIX + field.key: field.type for field in flow.fields}
    kinds = Kinds({**types, APPLICANTS: "int", TODAY: "date"}, lambda *told: found.append(_problem(*told)), tables)
    for pointer, field in computed(flow):
        if field.compute is not None:
            kind = kinds.formula(field.compute, pointer)
            found += [] if kind is None else _fitting(field, kind, field.compute, pointer)
            told = () if kind is None else place_problems(flow, field, field.compute, pointer, tables)
            found += [_problem(*each) for each in told]
            found += _facts(flow, field.compute, pointer)
            found += _personal(flow, field, pointer)
    yield from found
    yield from _rounds(flow)


def _fitting(field: Field, kind: FormulaKind, formula: Formula, pointer: str) -> Iterator[Problem]:
    fits = _FIT.get(field.type)
    if fits is None:
        zh = f"{field.type} 字段不能自动计算；可用：{'、'.join(_FIT)}。"
        yield _problem(
            pointer, "field_type", zh, f"A {field.type} field cannot be computed; these can: {', '.join(_FIT)}."
        )
    elif kind != "any" and kind not in fits:
        gives, wants = KIND_WORDS[kind], KIND_WORDS[KIND_OF_FIELD[field.type]]
        zh = f"算式的结果是{gives['zh-CN']}，字段应为{wants['zh-CN']}。{_REMEDY.get((kind, field.type), ('', ''))[0]}"
        en = f"The formula gives {gives['en']}, the field holds {wants['en']}."
        yield _problem(pointer, "result", zh, f"{en}{_REMEDY.get((kind, field.type), ('', ''))[1]}")
    elif field.choices:
        known = {choice.key for choice in field.choices}
        for at, text in _said(formula, pointer):
            if text not in known:
                zh = f"“{text}”不是字段“{field.key}”的选项；可用：{'、'.join(sorted(known))}。"
                yield _problem(
                    at, "choice", zh, f'"{text}" is no choice of "{field.key}"; known: {", ".join(sorted(known))}.'
                )


_REMEDY = {
    ("decimal", "int"): ("请写 round。", " Say how to round it: round."),
    ("decimal", "money"): ("金额请写作 {money: ..}。", " Write the amount as {money: ..}."),
    ("int", "money"): ("金额请写作 {money: ..}。", " Write the amount as {money: ..}."),
}


def _said(formula: Formula, pointer: str) -> Iterator[tuple[str, str]]:
    """The texts that a formula may give as they stand."""
    for place, term in formula.terms:
        at = join(pointer, *place)
        if place == ("key",) or place[0] in STAY_FORMS:
            continue  # chooses the row, or the stays; what the formula gives stands elsewhere
        if isinstance(term, Formula):
            yield from _said(term, at)
        elif not is_name(term) and isinstance(text := literal(term), str):
            yield at, text


def _facts(flow: Flow, formula: Formula, pointer: str) -> Iterator[Problem]:
    """Conditions may ask for fields and the number of applicants only: nothing else makes a case compute anew."""
    known = {FIELD_PREFIX + field.key for field in flow.fields} | {APPLICANTS}
    others = flow.fact_types().keys() - known
    if formula.when is not None:
        for name in sorted(fact_names_in(formula.when) & others):
            zh = f"算式的条件不能用 {name}：可用 case.<字段> 和 {APPLICANTS}。"
            en = f"A condition of a formula cannot ask for {name}: it takes case.<field> and {APPLICANTS}."
            yield _problem(join(pointer, "when"), "fact", zh, en)
    for place, term in formula.terms:
        if isinstance(term, Formula):
            yield from _facts(flow, term, join(pointer, *place))


def _personal(flow: Flow, field: Field, pointer: str) -> Iterator[Problem]:
    """Whoever may not see what goes in must not read it from what comes out."""
    keys = looks_at(field.compute)
    personal = {each.pii: each.key for each in flow.fields if each.key in keys and each.pii != "none"}
    if personal and field.pii not in personal:
        kinds = " / ".join(sorted(personal))
        named = ", ".join(sorted(personal.values()))
        zh = f"由含个人信息的字段（{named}）算出：请写 pii: {kinds}。"
        yield _problem(pointer, "personal", zh, f"Computed from personal data ({named}): say pii: {kinds}.")


def _rounds(flow: Flow) -> Iterator[Problem]:
    """Fields that are computed from each other: told once for each round."""
    placed = {field.key: (at, looks_at(field.compute)) for at, field in computed(flow)}
    left = dict(placed)
    while True:
        try:
            TopologicalSorter({key: sorted(keys & left.keys()) for key, (_, keys) in left.items()}).prepare()
        except CycleError as error:
            members = sorted(set(error.args[1]))
            names = ", ".join(members)
            zh, en = f"这些字段互相计算，没有结果：{names}。", f"These fields are computed from each other: {names}."
            yield _problem(placed[members[0]][0], "cycle", zh, en)
            left = {key: value for key, value in left.items() if key not in members}
        else:
            return


def _forms(flow: Flow) -> Iterator[tuple[str, tuple[str, ...]]]:
    for index, stage in enumerate(flow.stages):
        yield join("/stages", index, "exit_form"), stage.exit_form
        if stage.handover is not None:
            yield join("/stages", index, "handover", "form"), stage.handover.form
    for index, each in enumerate(flow.transitions):
        yield join("/transitions", index, "form"), each.form


def _asked(key: str, pointer: str) -> Problem:
    zh = f"“{key}”由系统计算，不能询问任何人：请删除。"
    return _problem(pointer, "asked", zh, f'"{key}" is computed and nobody is asked for it: remove this.')


def _problem(pointer: str, code: str, zh: str, en: str) -> Problem:
    return Problem(pointer, f"formula.{code}", {"zh-CN": zh, "en": en})
