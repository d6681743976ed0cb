"""A formula of a computed field as people read it: names instead of keys, signs instead of words."""

from core.engine.condition_words import condition_words
from core.engine.facts import FIELD_PREFIX
from core.engine.flow import Flow
from core.engine.formulas import TODAY
from core.engine.spec_formulas import Formula
from core.engine.stay_formulas import STAY_FORMS
from core.engine.text import pick

_SIGNS = {"sum": " + ", "product": " × ", "difference": " − ", "ratio": " ÷ "}
_OF_ALL = {
    "min": ("{terms}中最小者", "the least of {terms}"),
    "max": ("{terms}中最大者", "the largest of {terms}"),
    "first": ("{terms}中第一个已知的", "the first known of {terms}"),
    "days": ("{terms}之间的天数", "days between {terms}"),
    "months": ("{terms}之间的整月数", "full months between {terms}"),
    "years": ("{terms}之间的整年数", "full years between {terms}"),
}
_OF_STAYS = {
    "nights": ("{of}的总晚数", "nights of {of}"),
    "nights_in": ("{of}中在 {in} 的晚数", "nights of {of} in {in}"),
    "most_nights": ("{most_nights}中晚数最多的地点", "the place of {most_nights} with the most nights"),
    "days_within": ("截至{until}的 {days} 天内{of}的停留天数", "days of {of} in the {days} days that end with {until}"),
    "most_within": ("{of}在任意 {days} 天内的最多停留天数", "the most days of {of} in any {days} days"),
    "most_within_over": (
        "{over}期间每一天往前 {days} 天内{of}的最多停留天数",
        "the most days of {of} in {days} days, looked at on every day of {over}",
    ),
}
_ROUNDED = {
    "half_up": ("四舍五入", "rounded"),
    "up": ("向上取整", "rounded up"),
    "down": ("向下取整", "rounded down"),
}
_LISTED = {"zh-CN": "、", "en": ", "}


def formula_words(flow: Flow, formula: Formula, language: str) -> str:
    """The formula in one line."""
    return _formula(flow, formula, language, outside=True)


def _formula(flow: Flow, formula: Formula, language: str, *, outside: bool = False) -> str:
    said = _plain(flow, formula, language)
    if formula.round is not None:
        how = _one(_ROUNDED[formula.round], language)
        if formula.places:
            how += {"zh-CN": f"到 {formula.places} 位小数", "en": f" to {formula.places} places"}[language]
        return {"zh-CN": f"（{said}，{how}）", "en": f"({said}, {how})"}[language]
    return said if outside else f"({said})"


def _plain(flow: Flow, formula: Formula, language: str) -> str:
    form = formula.forms[0] if formula.forms else ""
    terms = [_term(flow, term, language) for _, term in formula.terms]
    match form:
        case "sum" | "product" | "difference" | "ratio":
            return _SIGNS[form].join(terms)
        case "money":
            return formula.money or ""
        case "date":
            shift = formula.plus or formula.minus
            span = "" if shift is None else shift.words()[language]
            early = formula.plus is None
            zh, en = ("前", "before") if early else ("后", "after")
            return f"{terms[0]}{zh} {span}" if language == "zh-CN" else f"{span} {en} {terms[0]}"
        case "when":
            return _choice(flow, formula, language)
        case "lookup":
            key, column, table = (terms or [""])[0], formula.column or "", formula.lookup
            zh, en = f"表 {table} 中“{key}”一行的 {column}", f"{column} of {key} in table {table}"
            return zh if language == "zh-CN" else en
        case form if form in STAY_FORMS:
            return _stays(flow, formula, form, language)
    return _one(_OF_ALL[form], language).replace("{terms}", _LISTED[language].join(terms)) if form else ""


def _choice(flow: Flow, formula: Formula, language: str) -> str:
    held = (condition_words(flow, formula.when) or {}).get(language, "")
    then, other = (_term(flow, term, language) for term in (formula.then, formula.otherwise))
    if language == "zh-CN":
        return f"若{held}则为{then}" + (f"，否则为{other}" if other else "")
    return f"{then} if {held}" + (f", else {other}" if other else "")


def _stays(flow: Flow, formula: Formula, form: str, language: str) -> str:
    """``{of}``: what is counted; the rest as the form has it."""
    said = {
        place[-1]: _LISTED[language].join(
            _term(flow, each, language) for each in (terms if isinstance(terms, tuple) else (terms,))
        )
        for place, _, terms in formula.stay_terms
    }
    window = formula.days_within or formula.most_within
    more = form + ("_in" if "in" in said else "_over" if "over" in said else "")
    words = _one(_OF_STAYS[more], language).replace("{days}", "" if window is None else str(window.days))
    for name in ("in", "until", "over", "of", "most_nights"):
        words = words.replace("{" + name + "}", said.get(name, ""))
    return words


def _term(flow: Flow, term: str | Formula | None, language: str) -> str:
    if isinstance(term, Formula):
        return _formula(flow, term, language)
    if term is not None and term.strip() == TODAY:
        return _one(("今天", "today"), language)
    if term is None or not term.startswith(FIELD_PREFIX):
        return term or ""
    return pick(flow.fact_names.get(term, {}), language) or term


def _one(pair: tuple[str, str], language: str) -> str:
    return pair[0] if language == "zh-CN" else pair[1]
