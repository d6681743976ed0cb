"""Lint: a service names a role and messages that are there, and its words are whole."""

from collections.abc import Collection, Iterator

from core.engine.flow import Flow
from core.engine.lint_names import role_problems
from core.engine.pointer import join
from core.engine.spec_keys import unknown
from core.kit.errors import Problem


def service_problems(flow: Flow, roles: Collection[str], texts: Collection[str]) -> Iterator[Problem]:
    """What is wrong with the service templates of a flow; their conditions and words are looked at with all others."""
    for index, service in enumerate(flow.services):
        at = join("/services", index)
        yield from role_problems(flow, service.role, roles, join(at, "role"))
        for name, key in (("added", service.tell_client.added), ("done", service.tell_client.done)):
            if key is not None and key not in flow.messages and key not in texts:
                yield unknown("message", key, join(at, "tell_client", name))


def service_call_problems(flow: Flow, key: object, pointer: str) -> Iterator[Problem]:
    """An ``add_service`` of a rule names a template of the flow."""
    known = [service.key for service in flow.services]
    if isinstance(key, str) and key not in known:
        hint = (f"可用：{'、'.join(known)}。", f"Known: {', '.join(known)}.") if known else ("", "")
        yield unknown("service", key, pointer, hint)
