"""The attack on the API by its own description in short (`make fuzz-api` is the whole), and that it finds faults."""

import copy
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel

from admin_api.openapi import describe, operations
from tests.admin_api.fuzz import ROLES, Effort, Told, as_one, attack
from tests.admin_api.known import known
from tests.admin_api.office import Office
from tests.admin_api.world import build

SEED = 1
WHOLE = Effort(examples=1, chains=2, coverage=False)
SHARE = Effort(examples=1, coverage=False)


def names(document: dict[str, Any]) -> list[str]:
    return [each["operationId"] for each in operations(document)]


def test_the_api_keeps_what_its_description_says(small_office: Office) -> None:
    """The admin tries all of it, the others a sixth each; the admin last, as he changes what the others may."""
    document = known(describe(small_office.app), [owned.ids for owned in build(small_office)[:1]])
    everything, told = names(document), Told()
    for number, who in enumerate(reversed(ROLES)):
        effort, only = (WHOLE, None) if who == "visa.admin" else (SHARE, everything[number::6])
        told.add(who or "no key", as_one(small_office, who, document, SEED, effort, only))
    assert told.failures == {}
    assert told.cases > 600, told
    assert told.phases["stateful"] > 60, told
    assert told.links > 10, told
    assert told.reached > 0.6, told


def test_a_status_that_the_description_does_not_name_is_found(small_office: Office) -> None:
    document = copy.deepcopy(known(describe(small_office.app), [owned.ids for owned in build(small_office)[:1]]))
    [operation] = [each for each in operations(document) if each["operationId"] == "read_client"]
    del operation["responses"]["200"]
    told = as_one(small_office, "visa.admin", document, SEED, Effort(examples=1), ["read_client"])
    assert {name.split(": ")[1] for name in told.failures} == {"status_code_conformance"}


class Thing(BaseModel):
    """What the operations below are about."""

    size: int


@pytest.fixture
def broken() -> FastAPI:
    """A small API with a fault in each operation."""
    app, things = FastAPI(), dict[str, Thing]()
    link = {"operationId": "read", "parameters": {"thing_id": "$response.body#/id"}}
    dropped = {"operationId": "drop", "parameters": {"thing_id": "$response.body#/id"}}
    made: dict[int | str, dict[str, Any]] = {201: {"description": "", "links": {"read": link, "drop": dropped}}}

    @app.post("/api/v1/things", status_code=201, responses=made, operation_id="make")
    def make(body: Thing) -> dict[str, str]:
        if body.size < 0:
            raise HTTPException(500)
        things[str(len(things))] = body
        return {"id": str(len(things) - 1)}

    @app.get("/api/v1/things/{thing_id}", operation_id="read")
    def read(thing_id: str, response: Response) -> Thing:
        if thing_id not in things:
            response.status_code = 418
        return things.get(thing_id, Thing(size=1))

    @app.delete("/api/v1/things/{thing_id}", operation_id="drop", status_code=204)
    def drop(thing_id: str) -> None:
        """It only says so."""

    return app


def test_faults_are_found_also_those_that_only_a_chain_shows(broken: FastAPI) -> None:
    told = attack(broken, broken.openapi(), SEED, Effort(examples=5, chains=3))
    found = {name.partition(": ")[2].partition(":")[0] for name in told.failures}
    assert {"not_a_server_error", "negative_data_rejection", "status_code_conformance", "use_after_free"} <= found
    assert told.links > 5
