"""Forms: whether values fit the fields of a flow. One validator for chat, API, contracts and import."""

from collections.abc import Mapping, Sequence
from datetime import date

from core.engine.flow import Field, Flow
from core.engine.formats import DECIMAL, EMAIL, PHONE, is_decimal, is_email, is_phone
from core.engine.stay_fields import stay_problems
from core.engine.text import Words
from core.kit.errors import Invalid, Problem

Value = str | int | bool | list[str] | list[dict[str, str]] | None
MAX_TEXT = 2000  # characters of one field
MOST_NAMED = 20  # choices that a sentence about a wrong one names
_FORMATS: Mapping[str, Words] = {"phone": PHONE, "email": EMAIL, "decimal": DECIMAL}


def check_kinds(flow: Flow, kinds: Sequence[str]) -> None:
    """Raises Invalid naming every applicant type that the flow does not know."""
    known = [choice.key for choice in flow.applicant_types]
    problems = [
        Problem(
            f"/travellers/{position}/kind",
            "case.applicant_type",
            {
                "zh-CN": f"未知申请人类型 {each}，可选：{'、'.join(known)}",
                "en": f"unknown applicant type {each}; known: {', '.join(known)}",
            },
        )
        for position, each in enumerate(kinds)
        if each not in known
    ]
    if problems:
        raise Invalid(problems=problems)


def check_fields(flow: Flow, values: Mapping[str, Value]) -> None:
    """One validator for chat, API and import. Raises Invalid with every wrong field at once."""
    problems = _problems(flow, values)
    if problems:
        raise Invalid(problems=[each for told in problems.values() for each in told])


def taken(flow: Flow, values: Mapping[str, Value]) -> dict[str, Value]:
    """Those of the values that check_fields would let pass: of what was written down for an older version."""
    problems = _problems(flow, values)
    return {key: value for key, value in values.items() if key not in problems}


def _problems(flow: Flow, values: Mapping[str, Value]) -> dict[str, list[Problem]]:
    """What is wrong, by field."""
    known = {field.key: field for field in flow.fields}
    problems: dict[str, list[Problem]] = {}
    for key, value in values.items():
        if key not in known:
            words = {"zh-CN": f"没有字段 {key}", "en": f"there is no field {key}"}
            problems[key] = [Problem(f"/fields/{key}", "field.unknown", words)]
        elif known[key].compute is not None:
            problems[key] = [_computed(known[key])]
        elif value is not None and known[key].type == "stays":
            if told := stay_problems(known[key], value):
                problems[key] = told
        elif value is not None and not fits(known[key], value):
            name = known[key].name
            words = {
                "zh-CN": f"“{name.get('zh-CN', key)}”的值不符合要求：{_wanted(known[key], 'zh-CN')}",
                "en": f"the value of “{name.get('en', key)}” does not fit: {_wanted(known[key], 'en')}",
            }
            problems[key] = [Problem(f"/fields/{key}", "field.value", words)]
    return problems


def _computed(field: Field) -> Problem:
    zh = f"“{field.name.get('zh-CN', field.key)}”由系统按公式计算，不能填写；请填写公式所用的字段"
    en = f"“{field.name.get('en', field.key)}” is computed and cannot be set: set the fields that its formula looks at"
    return Problem(f"/fields/{field.key}", "field.computed", {"zh-CN": zh, "en": en})


def fits(field: Field, value: Value) -> bool:
    """Whether a value is one that the field can hold."""
    choices = {choice.key for choice in field.choices}
    match field.type:
        case "bool":
            return isinstance(value, bool)
        case "int" | "money":
            return isinstance(value, int) and not isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _is_date(value)
        case "enum":
            return isinstance(value, str) and value in choices
        case "multi":
            return isinstance(value, list) and all(isinstance(each, str) and each in choices for each in value)
        case "stays":
            return not stay_problems(field, value)
        case "decimal":
            return isinstance(value, int | str) and not isinstance(value, bool) and is_decimal(str(value))
        case "phone":
            return isinstance(value, str) and (not value or is_phone(value))
        case "email":
            return isinstance(value, str) and (not value or is_email(value))
        case _:
            fits = isinstance(value, str) and len(value) <= MAX_TEXT
            chosen = bool(choices) or (field.choices_from is not None and field.source != "computed")
            return fits and (not chosen or value in choices)


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _wanted(field: Field, language: str) -> str:
    if field.type in _FORMATS:
        return _FORMATS[field.type][language]
    if field.choices:
        more = " …" if len(field.choices) > MOST_NAMED else ""
        return " / ".join(choice.key for choice in field.choices[:MOST_NAMED]) + more
    wanted = {
        "bool": ("true 或 false", "true or false"),
        "int": ("整数", "a whole number"),
        "money": ("以分为单位的整数", "a whole number of minor units"),
        "date": ("日期，如 2026-05-01", "a date such as 2026-05-01"),
    }.get(field.type, (f"最多 {MAX_TEXT} 个字符的文本", f"text of at most {MAX_TEXT} characters"))
    return wanted[0] if language == "zh-CN" else wanted[1]
