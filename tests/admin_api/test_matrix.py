"""Every operation, every actor, every foreign id: what is not his looks as if it did not exist, and nothing happens."""

import itertools
from collections.abc import Iterable

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from admin_api.app import check_declared, install
from admin_api.need import may
from admin_api.route import DeskRoute, section
from core.kit.ids import new_id
from core.ledger.tables import audit
from core.staff.policy import DEFAULT
from tests.admin_api.office import Office
from tests.admin_api.requests import REQUESTS, Ids
from tests.admin_api.world import (
    ACTORS,
    NOBODY,
    PROVES,
    Operation,
    Owned,
    build,
    described,
    reaches,
    shut_out,
    snapshot,
)


def missing_ids(owned: Owned) -> Ids:
    """Ids and keys of nothing; the member of staff that a body names is there, and the table to which a row belongs,
    so that only what the path is about is missing."""
    there = {name: owned.ids[name] for name in ("staff_id", "table_name")}
    keys = {name: f"k{new_id()}" for name in ("row_key", "service_key")}
    return {name: str(new_id()) for name in owned.ids} | there | keys


def is_about_staff(operation: Operation) -> bool:
    return "{staff_id}" in operation.path


def test_every_operation_is_in_the_matrix(small_office: Office) -> None:
    assert {operation.name for operation in described(small_office)} == set(REQUESTS)
    assert len(described(small_office)) == len(REQUESTS)


def cross(office: Office, actors: Iterable[str]) -> int:
    """Ask every operation as every actor for what is not his. Returns how many foreign ids were asked for."""
    world, foreign = build(office), 0
    operations = [each for each in described(office) if each.takes_id and not is_about_staff(each)]
    before = snapshot(office)
    for operation, who in itertools.product(operations, actors):
        missing = operation.ask(office, who, missing_ids(world[0]))
        for owned in world:
            reached = reaches(who, operation.permission, owned)
            if reached and operation.method != "GET":
                continue  # it would be done, and that is another test's
            answer, where = operation.ask(office, who, owned.ids), (operation.name, who, owned.department)
            if reached:
                assert answer.status_code == 200, (*where, answer.text)
                continue
            foreign += 1
            assert answer.status_code == (403 if reached is None else 404), (*where, answer.text)
            assert answer.content == missing.content, where
            assert not any(value in answer.text for value in owned.ids.values()), where
    assert snapshot(office) == before
    with office.parts.reading.open() as reader:
        refused = {row["command"] for row in reader.find(audit, audit.c.outcome == "refused")}
    assert len(refused) == len({each.name for each in operations if each.method != "GET"})
    return foreign


def test_a_foreign_id_is_answered_like_a_missing_one_and_changes_nothing(small_office: Office) -> None:
    assert cross(small_office, ACTORS) > 600


def test_the_same_on_postgres_with_one_role_of_every_reach(postgres_office: Office) -> None:
    assert cross(postgres_office, ("visa.sales", "visa.finance", "visa.supervisor", "other.reviewer")) > 150


def test_without_a_valid_key_nothing_is_answered(office: Office) -> None:
    world = build(office)
    shut_out(office)
    before = snapshot(office)
    for operation in described(office):
        if operation.permission == "anybody":
            continue
        answers = [operation.ask(office, who, owned.ids) for who in NOBODY for owned in world]
        answers += [operation.ask(office, who, missing_ids(world[0])) for who in NOBODY]
        assert {each.status_code for each in answers} == {401}, operation.name
        assert len({each.content for each in answers}) == 1, operation.name
    assert snapshot(office) == before


def test_what_concerns_nobody_in_particular_needs_its_right_as_well(small_office: Office) -> None:
    world = build(small_office)
    for operation, who in itertools.product(described(small_office), ACTORS):
        if operation.takes_id and not is_about_staff(operation) and operation.name != "draft_contract":
            continue
        answer = operation.ask(small_office, who, world[0].ids)
        granted = (
            operation.permission in ("member", "anybody") or operation.permission in DEFAULT.grants[who.split(".")[1]]
        )
        expected = PROVES.get(operation.name, (200, 201, 204)) if granted else (403,)
        assert answer.status_code in expected, (operation.name, who, answer.text)


def test_lists_hold_what_their_reader_reaches_and_nothing_else(office: Office) -> None:
    world = build(office)
    for who in ACTORS:
        may_read = {owned.ids["case_id"] for owned in world if reaches(who, "case.read", owned)}
        for query in ("", "?group_by=stage"):
            answer = office.call(who, "GET", f"/cases{query}")
            shown = {owned.ids["case_id"] for owned in world if owned.ids["case_id"] in answer.text}
            assert shown == may_read, (who, query)
        tasks = office.get(who, "/tasks")["tasks"]
        assert {each["case_id"] for each in tasks} == {each.ids["case_id"] for each in world if who == each.holder}


def test_a_reached_case_shows_nothing_of_the_others(small_office: Office) -> None:
    world = build(small_office)
    mine, others = world[0], world[1:]
    for path in (f"/cases/{mine.ids['case_id']}", f"/cases/{mine.ids['case_id']}/timeline?everything=true"):
        text = small_office.call("visa.sales", "GET", path).text
        for owned in others:
            assert not any(
                value in text for name, value in owned.ids.items() if name not in ("staff_id", "department_id")
            )


# -- what is not declared does not start -------------------------------------------------------------------------------


def nothing() -> None:
    """An operation that somebody forgot to declare."""


def test_an_operation_without_a_declared_permission_stops_the_start(small_office: Office) -> None:
    app = FastAPI()
    app.add_api_route("/api/v1/secret", nothing)
    with pytest.raises(RuntimeError, match="/api/v1/secret declares no permission"):
        install(app, small_office.parts)


def test_an_operation_that_nobody_is_granted_stops_the_start() -> None:
    odd = section("odd")
    odd.operation("GET", "/odd", may("odd.read"))(nothing)
    with pytest.raises(RuntimeError, match=r"/api/v1/odd: nobody is granted odd\.read"):
        check_declared(odd.routes, DEFAULT)


def test_every_route_of_the_api_has_declared_what_it_needs(small_office: Office) -> None:
    routes = [route for route in small_office.app.routes if isinstance(route, APIRoute)]
    assert len(routes) == len(REQUESTS)
    assert all(isinstance(route, DeskRoute) for route in routes)
