"""`banli flow migrate`: a map that will not do is told whole, a preview writes nothing, a batch can be followed."""

from core.commands.cases import OpenCase
from core.commands.contracts import Traveller
from core.commands.people import RegisterClient
from tests.cli.agency import FLOW, Agency

KEY = "visa_kr_tourist"
TWO = FLOW.read_bytes().replace(b"version: 1", b"version: 2", 1).replace(b"    due: 5d\n", b"    due: 9d\n", 1)


def test_from_the_map_to_the_batch(agency: Agency) -> None:
    client = agency.do(RegisterClient(name="张三", phone="13800001234"))
    agency.do(OpenCase(client_id=client, flow=KEY, travellers=(Traveller(name="张三", kind="retired"),)))
    two, wrong = agency.folder / "two.yaml", agency.folder / "wrong.yaml"
    two.write_bytes(TWO)
    wrong.write_text("stages: {nowhere: nothing}\nitems: {passport: null}\nextra: 1\n", "utf-8")
    assert agency.banli("flow", "publish", str(two)).exit_code == 0

    told = agency.banli("flow", "migrate", KEY, "--to", "2", "--map", str(wrong), "--yes")
    assert (told.exit_code, "/extra" in told.stderr) == (1, True), told.output
    wrong.write_text("stages: {nowhere: nothing}\nitems: {passport: null}\n", "utf-8")
    told = agency.banli("flow", "migrate", KEY, "--to", "2", "--map", str(wrong), "--yes")
    assert told.exit_code == 1, told.output
    assert "/stages/nowhere [map.unknown_old]" in told.stderr
    assert "目标版本 2 没有阶段 nothing" in told.stderr

    [shown] = agency.asks("flow", "migrate", KEY, "--to", "2", "--preview")
    assert (shown["stage_before"], shown["stage_after"]) == ("signed", "signed")
    assert (shown["refused"], shown["client_told"]) == (None, False)
    batch = agency.asks("flow", "migrate", KEY, "--to", "2", "--yes")["batch"]
    assert agency.asks("flow", "migrate", "--status", batch)["done"] is False
    assert agency.banli("flow", "migrate", "--undo", batch).exit_code == 1  # it is under way
    assert agency.banli("flow", "migrate").exit_code == 2
