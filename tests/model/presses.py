"""The model's side of a press: whether it counts, by whose button it is and whether its card still asks."""

from typing import Any

from tests.model.follows import Case
from tests.model.look import Button, Lens
from tests.model.model import Model


class Presses:
    """`dead`: tokens that can never count again."""

    model: Model
    lens: Lens
    dead: set[str]

    def case(self, number: int) -> Case:
        return self.model.cases[number]

    def alive(self, button: Button) -> bool:
        """Whether the card that carries it still asks."""
        said = button.said
        if button.token in self.dead:
            return False
        if button.visit is not None:
            case = self.case(self.lens.cases[said["case_id"]])
            return case.open and len(case.visits) - 1 == button.visit
        if "version_id" in said and button.command != "WithdrawDocument":
            number, key, n = self.lens.versions[said["version_id"]]
            return self.case(number).items[key].versions[n] == "submitted"
        return True

    def _counts(self, button: Button, who: str) -> bool:
        """Whether the model lets this press count; then it has done what the button says."""
        said = button.said
        if who != button.owner or not self.alive(button):
            return False
        case = self.case(self.lens.cases[said["case_id"]]) if "case_id" in said else None
        if case is not None and said.get("stage") not in (None, case.stage):
            return False
        return self._does(button, case, who) if case is not None else self._settles(button, who)

    def _does(self, button: Button, case: Case, who: str) -> bool:
        """Something with a case."""
        said, model = button.said, self.model
        match button.command:
            case "AdvanceCase":
                step = case.spec.step(said["trigger"])
                asks = step is not None and "confirm" in step and not said["confirmed"]
                return not asks and model.advance(case, said["trigger"], who)
            case "SetFields":
                return model.fill(case, said["fields"], who)
            case "SetSubstate":
                return model.substate(case, said["substate"], who)
            case "AnswerSurvey":
                return model.rate(case, said["score"])
        raise KeyError(button.command)

    def _settles(self, button: Button, who: str) -> bool:
        """A version, a task or a contract."""
        said, model = button.said, self.model
        match button.command:
            case "ReviewDocument":
                number, key, n = self.lens.versions[said["version_id"]]
                say: dict[str, Any] = {"reason": said["reason"], "ticked": False}
                return model.review(self.case(number), key, n, said["decision"], who, **say)
            case "WithdrawDocument":
                number, key, n = self.lens.versions[said["version_id"]]
                return model.withdraw(self.case(number), key, n)
            case "CompleteTask":
                number, position = self.lens.tasks[said["task_id"]]
                return model.finish_task(self.case(number), position)
            case "RecordDeposit":
                return model.deposit(self.lens.contracts.index(said["contract_id"]), who)
            case "ActivateContract":
                return model.activate(self.lens.contracts.index(said["contract_id"]), who)
        return True  # OfferReasons only shows
