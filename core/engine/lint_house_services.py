"""What is wrong with a service template of the house: its role, its limit and its words."""

from collections.abc import Collection, Iterator

from core.engine.facts import PLACEHOLDERS
from core.engine.lint_texts import whole
from core.engine.pointer import join
from core.engine.spec_keys import unknown
from core.engine.spec_services import HouseService
from core.engine.text import check_template, too_wide
from core.kit.errors import Problem


def house_service_problems(service: HouseService, roles: Collection[str], flows: Collection[str]) -> Iterator[Problem]:
    """`roles`: those of the agency; `flows`: keys of those that are published."""
    if service.role not in roles:
        yield _unknown("role", service.role, "/role", roles)
    for index, key in enumerate(service.flows or ()):
        if key not in flows:
            yield _unknown("flow", key, join("/flows", index), flows)
    if service.due is not None and service.due.amount <= 0:
        words = {"zh-CN": "时限必须大于零，如 3d。", "en": "A limit must be more than nothing, such as 3d."}
        yield Problem("/due", "service.due", words)
    yield from whole(service.name, "/name")
    for language, text in service.name.items():
        yield from too_wide(text, join("/name", language))
    if service.note is not None:
        yield from whole(service.note, "/note")
    for when, told in (("added", service.tell_client.added), ("done", service.tell_client.done)):
        if told is not None:
            yield from whole(told, join("/tell_client", when))
            for language, text in told.items():
                yield from check_template(text, PLACEHOLDERS, join("/tell_client", when, language))


def _unknown(thing: str, name: str, pointer: str, known: Collection[str]) -> Problem:
    names = sorted(known)
    return unknown(thing, name, pointer, (f"可用：{'、'.join(names)}。", f"Known: {', '.join(names)}."))
