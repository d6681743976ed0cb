"""What a formula gives: its type is found from the types of its terms, and every mistake is told at its place.

A whole figure that an author writes fits money, whole numbers and decimals alike, where it is added or compared; where
it is multiplied it is a mere number. Money is only ever added to money and multiplied with numbers.
"""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal

from core.engine.formulas import APPLICANTS, TODAY, is_name, literal
from core.engine.office_table import Tables
from core.engine.pointer import join
from core.engine.spec_formulas import FORMS, Formula
from core.engine.stay_formulas import STAY_FORMS, wanted_at
from core.engine.text import Words

FormulaKind = Literal["figure", "int", "money", "decimal", "date", "bool", "text", "stays", "any"]
Tell = Callable[[str, str, str, str], None]  # pointer, code, zh-CN, en

MAX_DEPTH: Final = 8  # formulas within formulas
MAX_TERMS: Final = 50  # of one form

KIND_OF_FIELD: Final[Mapping[str, FormulaKind]] = {
    "int": "int",
    "money": "money",
    "decimal": "decimal",
    "date": "date",
    "bool": "bool",
    "text": "text",
    "enum": "text",
    "region": "text",
    "phone": "text",
    "email": "text",
    "stays": "stays",
}
"""Types of field that a formula can look at; a multi can only be asked for in a condition."""

KIND_WORDS: Final[Mapping[str, Words]] = {
    "figure": {"zh-CN": "数字", "en": "a figure"},
    "int": {"zh-CN": "整数", "en": "a whole number"},
    "money": {"zh-CN": "金额", "en": "money"},
    "decimal": {"zh-CN": "小数", "en": "a decimal"},
    "date": {"zh-CN": "日期", "en": "a date"},
    "bool": {"zh-CN": "是/否", "en": "yes or no"},
    "text": {"zh-CN": "文本", "en": "a text"},
    "stays": {"zh-CN": "停留记录", "en": "stays"},
    "any": {"zh-CN": "表中的值", "en": "a value of a table"},
}
_NUMBERS: Final = frozenset({"figure", "int", "decimal"})
_PAIRS: Final = ("difference", "ratio", "days", "months", "years")


class Kinds:
    """Finds the types of the formulas of one flow. ``types``: fact -> type of the field. ``tables``: those at hand;
    what is looked up in another may be anything."""

    def __init__(self, types: Mapping[str, str], tell: Tell, tables: Tables = MappingProxyType({})) -> None:
        self.types = types
        self.tell = tell
        self.tables = tables

    def formula(self, formula: Formula, pointer: str, depth: int = 1) -> FormulaKind | None:
        """The type, None if there is a mistake, which has been told."""
        if depth > MAX_DEPTH:
            self.tell(pointer, "depth", f"算式嵌套超过 {MAX_DEPTH} 层。", f"Nested deeper than {MAX_DEPTH} levels.")
            return None
        if len(formula.forms) != 1:
            named = ", ".join(FORMS)
            self.tell(pointer, "form", f"必须且只能写以下之一：{named}。", f"Write exactly one of {named}.")
            return None
        form = formula.forms[0]
        if not self._belongs(formula, form, pointer) or not self._count(formula, form, pointer):
            return None
        kinds = [
            (join(pointer, *place), self.term(term, join(pointer, *place), depth)) for place, term in formula.terms
        ]
        if any(kind is None for _, kind in kinds):
            return None
        known = [(at, kind) for at, kind in kinds if kind is not None]
        return self._rounded(formula, self._kind(formula, form, known, pointer), pointer)

    def term(self, term: str | Formula, pointer: str, depth: int) -> FormulaKind | None:
        if isinstance(term, Formula):
            return self.formula(term, pointer, depth + 1)
        if not is_name(term):
            return self._literal(term, pointer)
        kind = KIND_OF_FIELD.get(self.types.get(term.strip(), ""))
        if kind is None:
            zh = f"算式不能用“{term}”：可用 case.<字段>（多选字段除外）、{APPLICANTS} 和 {TODAY}。"
            en = f'A formula cannot use "{term}": it takes case.<field> (but no multi), {APPLICANTS} and {TODAY}.'
            self.tell(pointer, "fact", zh, en)
        return kind

    def _literal(self, term: str, pointer: str) -> FormulaKind | None:
        match literal(term):
            case bool():
                return "bool"
            case Fraction():
                return "decimal" if "." in term else "figure"
            case date():
                return "date"
            case str() as text if text:
                return "text"
        self.tell(pointer, "literal", f"“{term}”不是有效的值。", f'"{term}" is no value.')
        return None

    def _belongs(self, formula: Formula, form: str, pointer: str) -> bool:
        """Whether what goes with a form is there, and nothing that goes with another."""
        fine = True
        for name, value, owner in (
            ("plus", formula.plus, "date"),
            ("minus", formula.minus, "date"),
            ("then", formula.then, "when"),
            ("else", formula.otherwise, "when"),
            ("key", formula.key, "lookup"),
            ("column", formula.column, "lookup"),
        ):
            if value is not None and form != owner:
                zh, en = f"{name} 只能与 {owner} 一起写。", f"{name} goes with {owner} only."
                self.tell(join(pointer, name), "form", zh, en)
                fine = False
        if form == "date" and (formula.plus is None) == (formula.minus is None):
            self.tell(pointer, "form", "date 需要 plus 或 minus 之一。", "date needs exactly one of plus and minus.")
            fine = False
        if form == "when" and formula.then is None:
            self.tell(pointer, "form", "when 需要 then。", "when needs then.")
            fine = False
        if form == "lookup" and (formula.key is None or formula.column is None):
            self.tell(pointer, "form", "lookup 需要 key 和 column。", "lookup needs key and column.")
            fine = False
        return fine

    def _count(self, formula: Formula, form: str, pointer: str) -> bool:
        if form in ("money", "date", "when", "lookup"):
            return True
        count = len(formula.terms) if form in STAY_FORMS else len(getattr(formula, form))
        if form in _PAIRS and count != 2:
            self.tell(join(pointer, form), "terms", f"{form} 需要正好两项。", f"{form} takes exactly two terms.")
            return False
        if not 1 <= count <= MAX_TERMS:
            zh, en = f"{form} 需要 1 到 {MAX_TERMS} 项。", f"{form} takes 1 to {MAX_TERMS} terms."
            self.tell(join(pointer, form), "terms", zh, en)
            return False
        return True

    def _kind(
        self, formula: Formula, form: str, kinds: list[tuple[str, FormulaKind]], pointer: str
    ) -> FormulaKind | None:
        match form:
            case "money":
                return self._money(formula.money or "", join(pointer, "money"))
            case "lookup":
                fits = self._only(kinds, frozenset({"text"}), form)
                return self._column(formula, join(pointer, "column")) if fits else None
            case form if form in STAY_FORMS:
                return self._of_stays(formula, form, kinds)
            case "days" | "months" | "years":
                return "int" if self._only(kinds, frozenset({"date"}), form) else None
            case "date":
                return "date" if self._only(kinds, frozenset({"date"}), form) else None
            case "sum" | "difference":
                return self._same(kinds) if self._only(kinds, _NUMBERS | {"money"}, form) else None
            case "min" | "max":
                return self._same(kinds) if self._only(kinds, _NUMBERS | {"money", "date"}, form) else None
            case "product" | "ratio":
                return self._scaled(kinds, form) if self._only(kinds, _NUMBERS | {"money"}, form) else None
            case _:
                return self._same(kinds)

    def _of_stays(self, formula: Formula, form: str, kinds: list[tuple[str, FormulaKind]]) -> FormulaKind | None:
        fine = True
        for (at, kind), wanted in zip(kinds, wanted_at(formula).values(), strict=True):
            if kind not in (wanted, "any"):
                zh_given, zh_wants = KIND_WORDS[kind]["zh-CN"], KIND_WORDS[wanted]["zh-CN"]
                en_given, en_wants = KIND_WORDS[kind]["en"], KIND_WORDS[wanted]["en"]
                zh = f"{form} 在这里需要{zh_wants}，现为{zh_given}。"
                self.tell(at, "type", zh, f"{form} wants {en_wants} here, not {en_given}.")
                fine = False
        return None if not fine else "text" if form == "most_nights" else "int"

    def _money(self, text: str, pointer: str) -> FormulaKind | None:
        found = literal(text)
        if isinstance(found, Fraction) and "." not in text:
            return "money"
        zh, en = "money 应为以分为单位的整数。", "money is a whole number of minor units (fen, cents)."
        self.tell(pointer, "literal", zh, en)
        return None

    def _column(self, formula: Formula, pointer: str) -> FormulaKind | None:
        table = self.tables.get(formula.lookup or "")
        if table is None:
            return "any"
        kind = table.columns.get(formula.column or "")
        if kind is None:
            known = ", ".join(table.columns) or "-"
            zh = f"表 {formula.lookup} 没有列“{formula.column}”；可用：{known}。"
            self.tell(
                pointer, "column", zh, f'Table {formula.lookup} has no column "{formula.column}"; known: {known}.'
            )
            return None
        return KIND_OF_FIELD[kind]

    def _only(self, kinds: list[tuple[str, FormulaKind]], wanted: frozenset[str], form: str) -> bool:
        wrong = [(at, kind) for at, kind in kinds if kind != "any" and kind not in wanted]
        for at, kind in wrong:
            found = KIND_WORDS[kind]
            zh, en = f"{form} 不能用{found['zh-CN']}。", f"{form} does not work on {found['en']}."
            self.tell(at, "type", zh, en)
        return not wrong

    def _same(self, kinds: list[tuple[str, FormulaKind]]) -> FormulaKind | None:
        """The type of terms that are added, compared or chosen among."""
        if any(kind == "any" for _, kind in kinds):
            return "any"
        common = kinds[0][1]
        for at, kind in kinds[1:]:
            pair = {common, kind}
            if len(pair) == 1 or (kind == "figure" and common in (*_NUMBERS, "money")):
                continue
            if common == "figure" and kind in (*_NUMBERS, "money"):
                common = kind
            elif pair == {"int", "decimal"}:
                common = "decimal"
            else:
                one, other = KIND_WORDS[common], KIND_WORDS[kind]
                zh = f"{one['zh-CN']}与{other['zh-CN']}不能放在一起。"
                self.tell(at, "type", zh, f"{one['en'].capitalize()} and {other['en']} do not go together.")
                return None
        return common

    def _scaled(self, kinds: list[tuple[str, FormulaKind]], form: str) -> FormulaKind | None:
        """The type of terms that are multiplied or divided."""
        if any(kind == "any" for _, kind in kinds):
            return "any"
        money = [at for at, kind in kinds if kind == "money"]
        if form == "ratio":
            if len(money) == 1 and money[0] != kinds[0][0]:
                self.tell(money[0], "type", "数字不能除以金额。", "A number is not divided by money.")
                return None
            return "money" if len(money) == 1 else "decimal"
        if len(money) > 1:
            self.tell(money[1], "type", "金额不能与金额相乘。", "Money is not multiplied with money.")
            return None
        if money:
            return "money"
        return "decimal" if any(kind == "decimal" for _, kind in kinds) else self._same(kinds)

    def _rounded(self, formula: Formula, kind: FormulaKind | None, pointer: str) -> FormulaKind | None:
        """A decimal that is rounded to no places is a whole number."""
        if kind is None or (formula.round is None and formula.places is None):
            return kind
        if formula.round is None:
            zh, en = "places 须与 round 一起写。", "places goes with round only."
            self.tell(join(pointer, "places"), "rounding", zh, en)
        elif kind not in (*_NUMBERS, "money", "any"):
            zh, en = f"{KIND_WORDS[kind]['zh-CN']}不能取整。", f"{KIND_WORDS[kind]['en'].capitalize()} is not rounded."
            self.tell(join(pointer, "round"), "rounding", zh, en)
        elif formula.places and kind not in ("decimal", "any"):
            zh, en = "只有小数才有小数位：请删除 places。", "Only decimals have places: remove places."
            self.tell(join(pointer, "places"), "rounding", zh, en)
        else:
            return "int" if kind == "decimal" and not formula.places else kind
        return None
