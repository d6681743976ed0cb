"""Puts the admin API into an application: its operations under /api/v1 and the problems of the whole application."""

from collections.abc import Collection, Iterable
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute

from admin_api.handlers import Problems
from admin_api.openapi import describe
from admin_api.originals import original_route
from admin_api.parts import Parts as Parts  # the root finds what it must give beside where it gives it
from admin_api.rates import Rates as Rates
from admin_api.route import DeskRoute, Section
from admin_api.routes import (
    accounts,
    acts,
    approvals,
    audit,
    calendars,
    cases,
    catalogue,
    children,
    clients,
    contents,
    contracts,
    conversations,
    data_rights,
    delegations,
    departments,
    documents,
    drafts,
    flow_names,
    handoffs,
    handovers,
    held_files,
    keys,
    lost_cards,
    members,
    migrations,
    packs,
    queues,
    reports,
    reviews,
    roles,
    rules,
    service_templates,
    services,
    settings,
    staff,
    stories,
    tables,
    tasks,
    texts,
)
from admin_api.sent import sent_route
from core.engine.access import Policy

API = "/api"
SECTIONS: tuple[Section, ...] = (
    catalogue.FLOWS,
    drafts.DRAFTS,
    migrations.MIGRATIONS,
    packs.PACKS,
    clients.CLIENTS,
    data_rights.DATA_RIGHTS,
    contracts.CONTRACTS,
    cases.CASES,
    acts.ACTS,
    children.CHILDREN,
    services.SERVICES,
    stories.STORIES,
    service_templates.TEMPLATES,
    handovers.HANDOVERS,
    rules.RULES,
    approvals.APPROVALS,
    documents.DOCUMENTS,
    reviews.REVIEWS,
    tables.TABLES,
    contents.CONTENTS,
    tasks.TASKS,
    texts.TEXTS,
    calendars.CALENDARS,
    settings.SETTINGS,
    reports.REPORTS,
    conversations.CONVERSATIONS,
    flow_names.FLOW_NAMES,
    handoffs.HANDOFFS,
    held_files.HELD_FILES,
    lost_cards.LOST_CARDS,
    accounts.ACCOUNTS,
    queues.QUEUES,
    audit.AUDIT,
    staff.STAFF,
    keys.KEYS,
    members.MEMBERS,
    departments.DEPARTMENTS,
    roles.ROLES,
    delegations.DELEGATIONS,
)


def install(app: FastAPI, parts: Parts) -> None:
    """Add the operations and the exception handlers.

    Raises RuntimeError for a route under /api that declares no permission or one that nobody is granted: default is
    no, and it is told at start-up.
    """
    app.state.admin_api = parts
    app.state.running = set[tuple[int, str]]()  # keyed requests that this process works at, see admin_api.once
    for section in SECTIONS:
        app.router.routes.extend(section.routes)
    app.router.routes.append(original_route(parts))
    app.router.routes.append(sent_route(parts))
    check_declared(app.routes, parts.policy, {app.openapi_url} - {None})
    Problems(parts).install(app)
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # the documented way to give one's own


def document() -> dict[str, Any]:
    """The description of the API (OpenAPI 3.1), without a database or any other part of a process."""
    app = FastAPI()
    for section in SECTIONS:
        app.router.routes.extend(section.routes)
    return describe(app)


def check_declared(routes: Iterable[BaseRoute], policy: Policy, public: Collection[str | None] = ()) -> None:
    """Raises RuntimeError naming every route under /api whose right is not declared or not known."""
    granted = {name for grants in policy.grants.values() for name in grants}
    problems = []
    for route in routes:
        path = getattr(route, "path", "")
        if not path.startswith(API) or path in public:
            continue
        if not isinstance(route, DeskRoute):
            problems.append(f"{path} declares no permission")
        elif route.need.permission is not None and route.need.permission not in granted:
            problems.append(f"{path}: nobody is granted {route.need.permission}")
    if problems:
        raise RuntimeError("; ".join(problems))
