"""A move to another version of the flow, for a hand-over that is offered and a client who may not be turned to."""

from core.cases.tables import case_handover
from core.commands.handovers import ProposeHandover
from core.commands.migrating import MigrateFlow
from core.commands.work import PublishFlow
from core.engine.flow import read_flow
from core.engine.machine import compile_flow
from core.views.simulated_case import Lens
from core.views.simulation import case_effects
from tests.bot.chat import CONSULTANT, COPYWRITER, case_of, newest
from tests.handover.conftest import FLOW
from tests.handover.test_client_steps import at_draft
from tests.handover.test_handovers import signed
from tests.house import TestHouse
from tests.stories.journey import acting


def test_a_stage_that_is_renamed_and_one_in_which_nobody_turns_to_the_client(school: TestHouse) -> None:
    """The giver hears that nobody can accept any more, and offers it again; the client's card is left alone."""
    seller, writer, silent = school.people[CONSULTANT], school.people[COPYWRITER], at_draft(school)
    client = signed(school, copywriter=writer.id)
    school.do(ProposeHandover(case_id=case_of(school, client)["id"]), acting(school, CONSULTANT))
    renamed = FLOW.replace("version: 1", "version: 2", 1).replace("key: signed\n", "key: contract\n", 1)
    renamed = renamed.replace("from: [signed]", "from: [contract]").replace("zh-CN: 确认初稿", "zh-CN: 同意定稿", 1)
    gagged = renamed.replace(
        "    owner: copywriter\n    due: 5d\n", "    owner: copywriter\n    due: 5d\n    gag: true\n"
    )
    assert gagged != renamed
    wiring, banli = school.banli.bus.wiring, school.banli
    draft = compile_flow(read_flow(gagged.encode()))
    lens = Lens(banli.catalogue, wiring.tools["calendars"], wiring.facts, draft, school.clock.now())
    with school.looking() as reader:
        told = case_effects(lens, reader, [case_of(school, each)["id"] for each in (client, silent)], lambda _: True)
    assert [each.effect.handover_ends for each in told].count(True) == 1
    school.do(PublishFlow(source=gagged))
    seller.new(), silent.new()
    shown = newest(silent, "stage")
    school.do(MigrateFlow(flow="study_probe", to=2, stages={"signed": "contract"}))
    school.rest()
    assert (silent.new(), newest(silent, "stage")) == ([], shown)
    assert "确认初稿" in shown
    said = [each for each in seller.new() if "您提交的交接随之失效" in each]
    assert len(said) == 1
    seller.presses("再次提交交接")
    with school.looking() as reader:
        found = reader.find(case_handover, case_id=case_of(school, client)["id"])
    assert [(each["stage"], each["state"]) for each in found] == [("signed", "lapsed"), ("contract", "offered")]
    writer.presses("接收")
    silent.presses("确认初稿")
    assert [case_of(school, each)["stage"] for each in (client, silent)] == ["draft", "offer"]
