"""One run: every act is done to the product and to the reference model, and both are compared."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from core.channel.inbound import Address, ButtonPress, FileRef, InboundMessage
from core.commands.cases import AdvanceCase, AskSupplement, OpenItems, SetFields, SetSubstate
from core.commands.command import Command
from core.commands.contracts import ActivateContract, DraftContract, RecordDeposit, Traveller
from core.commands.documents import KeepFile, ReviewDocument, SubmitDocument, WaiveItem
from core.commands.work import PublishFlow
from core.files.inspection import Inspection
from tests.model.host import LOOP, Host
from tests.model.look import Button, Lens, differences, expected, moment
from tests.model.model import Model
from tests.model.presses import Presses
from tests.model.terms import Spec

APART = timedelta(seconds=20)  # between two files, so that the second one is no straggler of the first
TEAM: Final = {
    "sales": "甲",
    "consultant": "甲",
    "service": "甲",
    "copywriter": "乙",
    "reviewer": "丙",
    "supervisor": "丙",
}
ClaimedBy = dict[str, tuple[str, int]]


class Diverged(AssertionError):
    """The product is not as the model has it."""


class Play(Presses):
    """`people`: name -> kind and id; whoever is called X sits in the chat `chat-X`."""

    def __init__(self, host: Host, model: Model, lens: Lens, people: ClaimedBy, spent: int = 0, sent: int = 0) -> None:
        self.host, self.model, self.lens, self.people = host, model, lens, people
        self.spent, self.serial = spent, sent  # presses that counted; updates that were ever delivered
        self.waits: list[Callable[[], Any]] = []  # what the model does when the inbox is worked off
        self.files: list[Callable[[], Any]] = []  # and afterwards, as a file comes in two updates
        self.dead = set[str]()  # tokens that can never count again
        self.delivered: list[tuple[str, str, dict[str, Any]]] = []
        self.saw = Counter[str]()
        self.steps = 0

    # -- what is sent to the product -------------------------------------------------------------------------------

    def deliver(self, who: str, platform_id: str = "", **said: Any) -> None:
        """A message or, with a token, a press; with a platform_id one that came before."""
        address = Address(channel="loopback", account="test", chat=f"chat-{who}")
        kind = ButtonPress if "token" in said else InboundMessage
        inbound = kind(address=address, sender=address.chat, **said)
        if not platform_id:
            self.serial += 1
            platform_id = f"u{self.serial}"
            self.delivered.append((platform_id, who, said))
        self.died("deliver", self.host.deliver(platform_id, inbound))

    def again(self, index: int) -> None:
        """The platform delivers once more what it delivered before: it changes nothing."""
        platform_id, who, said = self.delivered[index % len(self.delivered)]
        self.deliver(who, platform_id, **said)

    def act(self, name: str, who: str, command: Any, allowed: Callable[[], bool]) -> Any:
        """An act by the API: refused exactly when the model refuses it. Returns its result."""
        done, result, died = self.host.act(command, self.people[who][1] if who else 0)
        self.died(name, died)
        wanted = allowed()
        self.saw[f"{name} {'done' if wanted else 'refused'}"] += 1
        if done is not None and done != wanted:
            raise Diverged(f"{name} by {who or 'the system'} was {'done' if done else 'refused'}: {command}")
        return result

    def died(self, during: str, points: list[str]) -> None:
        for point in points:
            self.saw[f"died at {point} during {during}"] += 1

    # -- acts ------------------------------------------------------------------------------------------------------

    def publish(self, source: str) -> None:
        self.act("publish", "", PublishFlow(source=source), lambda: self.model.publish(Spec.read(source)))

    def draft(self, client: str, flow: str, kind: str, fields: dict[str, Any]) -> None:
        number = len(self.model.drafts)
        command = DraftContract(
            client_id=self.people[client][1],
            flow=flow,
            number=f"HT-{number}",
            package="标准",
            amount=1,
            signed_on=self.host.clock.now().date(),
            travellers=(Traveller(name=client, kind=kind),),
            team={role: self.people[each][1] for role, each in TEAM.items()},
            fields=fields,
        )
        what = {"client": client, "flow": flow, "kind": kind, "team": TEAM, "fields": dict(fields)}
        self.act("draft", "", command, lambda: self.model.draft(number, **what))

    def deposit(self, number: int, who: str) -> None:
        command = RecordDeposit(contract_id=self.lens.contracts[number])
        self.act("deposit", who, command, lambda: self.model.deposit(number, who))

    def activate(self, number: int, who: str) -> None:
        command = ActivateContract(contract_id=self.lens.contracts[number])
        self.act("activate", who, command, lambda: self.model.activate(number, who))

    def advance(self, number: int, trigger: str, who: str) -> None:
        command = AdvanceCase(case_id=self.lens.ids[number], trigger=trigger)
        self.act("advance", who, command, lambda: self.model.advance(self.case(number), trigger, who))

    def supplement(self, number: int, key: str, who: str) -> None:
        command = AskSupplement(case_id=self.lens.ids[number], items=(key,), reason="补料")
        self.act("supplement", who, command, lambda: self.model.supplement(self.case(number), key, who))

    def open_item(self, number: int, key: str, who: str) -> None:
        command = OpenItems(case_id=self.lens.ids[number], items=(key,), reason="过期")
        self.act("open item", who, command, lambda: self.model.open_item(self.case(number), key, who))

    def substate(self, number: int, sub: str, who: str) -> None:
        command = SetSubstate(case_id=self.lens.ids[number], substate=sub)
        self.act("substate", who, command, lambda: self.model.substate(self.case(number), sub, who))

    def fill(self, number: int, values: dict[str, Any], who: str) -> None:
        command = SetFields(case_id=self.lens.ids[number], fields=values)
        self.act("fill", who, command, lambda: self.model.fill(self.case(number), values, who))

    def review(self, number: int, key: str, n: int, verdict: Any, who: str, reason: str = "blur") -> None:
        """Over the API everything that must be seen by eye is confirmed with the decision."""
        version_id = self.lens.version_ids[number, key, n]
        rejected = reason if verdict == "rejected" else ""
        ticks = ("signature", "seal")
        command = ReviewDocument(version_id=version_id, decision=verdict, reason=rejected, ticks=ticks)
        say: dict[str, Any] = {"reason": rejected, "ticked": True}
        self.act("review", who, command, lambda: self.model.review(self.case(number), key, n, verdict, who, **say))

    def waive(self, number: int, key: str, who: str) -> None:
        command = WaiveItem(item_id=self.lens.item_ids[number, key], reason="不需要")
        self.act("waive", who, command, lambda: self.model.waive(self.case(number), key, who))

    def upload(self, number: int, key: str, who: str) -> None:
        """A member of staff hands in a file."""
        self.serial += 1
        data = f"file {self.serial}".encode()
        stored = None
        while stored is None:  # whoever dies over it is given the file once more
            stored, point = self.host.survive(lambda: self.host.banli.files.put([data], 1 << 20))
            self.died("upload", [point] if point else [])
        seen = Inspection(size=len(data), seen="jpg", kind="jpg", pages=1).to_json()
        keep = KeepFile(
            name="a.jpg",
            media_type="image/jpeg",
            size=stored.size,
            sha256=stored.sha256,
            handle=stored.handle,
            inspection=seen,
        )
        item_id = self.lens.item_ids[number, key]

        def both(do: Callable[[Command], Any]) -> Any:
            return do(SubmitDocument(item_id=item_id, file_id=do(keep)))

        self.act("upload", who, both, lambda: self.model.submit(self.case(number), key, who))

    def send(self, number: int, key: str, who: str) -> None:
        """A client's file for one item, by the page that was opened for it."""
        self.pass_time(APART)
        self.serial += 1
        handle = f"f{self.serial}"
        self.host.channel.files[handle] = f"file {self.serial}".encode()
        ids: dict[str, Any] = {"case_id": self.lens.ids[number], "item_id": self.lens.item_ids[number, key]}
        self.deliver(who, file=FileRef(handle=handle, name="a.jpg"), **ids)

        def model() -> None:
            done = self.model.submit(self.case(number), key, who)
            self.saw[f"send {'done' if done else 'refused'}"] += 1

        self.files.append(model)

    def say(self, who: str, text: str) -> None:
        self.deliver(who, text=text)
        self.saw["say"] += 1

    def press(self, button: Button, who: str) -> None:
        self.deliver(who, token=button.token)

        def model() -> None:
            counted = self._counts(button, who)
            if counted and not button.keeps:
                self.spent += 1
                self.dead.update(each.token for each in self.lens.buttons if each.card == button.card)
            self.saw[f"press {button.command} {'done' if counted else 'refused'}"] += 1

        self.waits.append(model)

    def pass_time(self, span: timedelta) -> None:
        """Nothing may be on its way when the clock moves."""
        self.settle(send=False)
        self.host.clock.advance(span)
        before = sum(self.model.fired.values())
        self.model.tick(self.host.clock.now())
        self.saw["timer fired"] += sum(self.model.fired.values()) - before
        if sum(self.model.fired.values()) > before:
            self.settle(send=False)

    # -- comparing -------------------------------------------------------------------------------------------------

    def settle(self, *, send: bool = True) -> None:
        """Everything that was sent is worked off, in the model too, and both are compared. Notices may stay for later:
        by then some are overtaken."""
        for each in (*self.waits, *self.files):
            each()
        self.waits.clear()
        self.files.clear()
        self.died("work", self.host.rest(send))
        self.compare()

    def compare(self) -> None:
        """Raises Diverged."""
        with self.host.looking() as reader:
            seen = self.lens.state(reader)
            for case_id, due in reader.connection.exec_driver_sql("SELECT id, due FROM client_case"):
                self._observe(self.lens.cases[case_id], due)
            wanted = expected(self.model) | {"spent buttons": self.spent, "updates": self.serial_updates}
            wrong = differences(seen, wanted)
            if wrong:
                raise Diverged("\n".join(wrong))
            self.lens.news(reader)
        for each in self.lens.buttons:
            if each.card.startswith("review:") and not self.alive(each):
                self.dead.add(each.token)

    def seal(self) -> None:
        """The audit is linked."""
        while True:
            sealed, point = self.host.survive(lambda: LOOP.drive(self.host.banli.sealer.work_once()))
            self.died("seal", [point] if point else [])
            if not point and not sealed:
                return

    @property
    def serial_updates(self) -> int:
        return len(self.delivered)

    def _observe(self, number: int, due: Any) -> None:
        case = self.model.cases.get(number)
        if case is not None and case.open and case.due is None and due is not None:
            self.model.observed(case, moment(due))
