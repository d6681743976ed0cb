"""Changes to the newer words of the language, drawn at random: each is added, changed or taken out again."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from tests.moves.flows import Draft
from tests.moves.pieces import (
    TABLE,
    Tree,
    add_pause,
    child,
    field_of,
    service,
    some_course,
    step,
    within,
    worked_out,
)

CHECKS: Final = ({"kind": "fresh", "days": "5"}, {"kind": "fresh", "days": "30"})


def _running(draft: Draft) -> Any:
    return draft.random.choice([each for each in draft.tree["stages"] if each.get("final") != "true"])


def _by_system(draft: Draft, start: str) -> str | None:
    """A new step out of a stage to another one that nobody takes by hand."""
    others = [each["key"] for each in draft.tree["stages"] if each["key"] != start]
    draft.made += 1
    draft.tree["transitions"].append(step(f"t{draft.made}", start, draft.random.choice(others), "system"))
    return f"t{draft.made}"


def _cut_steps(draft: Draft, keys: Sequence[str | None]) -> None:
    tree = draft.tree
    tree["transitions"] = [each for each in tree["transitions"] if each["key"] not in keys]


def new_approval(draft: Draft) -> bool:
    """People decide on a stage from now on, or no more."""
    stage = _running(draft)
    if "approval" in stage:
        spec = stage.pop("approval")
        _cut_steps(draft, (spec["approve"], spec["decline"]))
        return True
    if "handover" in stage:
        return False
    mode = draft.random.choice(("any", "all", "vote"))
    approve, decline = (_by_system(draft, stage["key"]) for _ in range(2))
    stage["approval"] = {"by": "consultant", "mode": mode, "approve": approve, "decline": decline}
    stage["approval"] |= {} if mode == "any" else {"seats": draft.random.choice(("1", "2"))}
    stage["approval"]["not_preparer"] = draft.random.choice(("true", "false"))
    return True


def other_approval(draft: Draft) -> bool:
    """Others decide, or by another count."""
    stages = [each for each in draft.tree["stages"] if "approval" in each]
    if not stages:
        return False
    spec = draft.random.choice(stages)["approval"]
    spec["mode"] = draft.random.choice(("all", "vote"))
    spec |= {"by": draft.random.choice(("consultant", "copywriter")), "seats": draft.random.choice(("1", "2"))}
    return True


def new_handover(draft: Draft) -> bool:
    stage = _running(draft)
    if "handover" in stage:
        spec = stage.pop("handover")
        _cut_steps(draft, (spec["accept"], spec.get("return")))
        return True
    if "approval" in stage:
        return False
    receivers = {"consultant", "copywriter", "reviewer"} - {stage["owner"]}
    stage["handover"] = {"to": draft.random.choice(sorted(receivers)), "accept": _by_system(draft, stage["key"])}
    if draft.random.random() < 0.5:
        stage["handover"]["return"] = _by_system(draft, stage["key"])
    return True


def other_receiver(draft: Draft) -> bool:
    stages = [each for each in draft.tree["stages"] if "handover" in each]
    if not stages:
        return False
    stage = draft.random.choice(stages)
    stage["handover"]["to"] = draft.random.choice(sorted({"consultant", "copywriter", "reviewer"} - {stage["owner"]}))
    return True


def new_pause(draft: Draft) -> bool:
    stage = _running(draft)
    if "pause" in stage:
        del stage["pause"]
    else:
        there = [each["key"] for each in stage.get("substates", ())]
        add_pause(stage, there[0] if there else "stands", "runs")
    return True


def new_gag(draft: Draft) -> bool:
    stage = _running(draft)
    if stage.pop("gag", None) is None:
        stage["gag"] = "true"
    else:
        stage.pop("gag_except", None)
    return True


def client_step(draft: Draft) -> bool:
    """A step that the client takes himself from now on, or no more."""
    steps = [each for each in draft.tree["transitions"] if each["by"] != ["system"]]
    chosen = draft.random.choice(steps)
    chosen["by"] = [each for each in chosen["by"] if each != "client"] if "client" in chosen["by"] else ["client"]
    chosen["by"] = chosen["by"] or ["consultant"]
    return True


def new_child(draft: Draft) -> bool:
    there = draft.tree.setdefault("children", [])
    if there and draft.random.random() < 0.5:
        there.remove(draft.random.choice(there))
    else:
        draft.made += 1
        there.append(child(f"c{draft.made}"))
    return True


def new_service(draft: Draft) -> bool:
    there = draft.tree.setdefault("services", [])
    if there and draft.random.random() < 0.5:
        there.remove(draft.random.choice(there))
    else:
        draft.made += 1
        there.append(service(f"v{draft.made}"))
        if draft.random.random() < 0.5:
            there[-1]["when"] = {"all": [{"field": "case.stage", "op": "eq", "value": _running(draft)["key"]}]}
    return True


def add_course(draft: Draft) -> bool:
    days = [f"case.{each['key']}" for each in draft.tree["fields"] if each["type"] == "date"]
    stages = [each["key"] for each in draft.tree["stages"] if each.get("final") != "true"]
    draft.made += 1
    draft.tree["rules"].append(some_course(f"r{draft.made}", days, stages, draft.random))
    return True


def other_course(draft: Draft) -> bool:
    """The same rule has other moments, ends and stages, also while its course is under way."""
    rules = [each for each in draft.tree["rules"] if {"offsets", "every", "until"} & each.get("at", {}).keys()]
    if not rules:
        return False
    rule, position = draft.random.choice(rules), len(draft.tree["rules"])
    if not add_course(draft):
        return False
    rule["at"] = draft.tree["rules"].pop(position)["at"]
    return True


def new_lapse(draft: Draft) -> bool:
    """A paper may lapse from now on, or no more."""
    if (item := draft.any("items")) is None:
        return False
    if item.pop("lapses_before", None) is not None:
        item.pop("warn_days", None)
        return True
    days = [each["key"] for each in draft.tree["fields"] if each["type"] == "date"]
    check = dict(draft.random.choice(CHECKS)) | ({"at": draft.random.choice(days)} if days else {})
    item |= {"checks": [check], "lapses_before": draft.random.choice(draft.tree["stages"][1:])["key"]}
    return True


def other_age(draft: Draft) -> bool:
    items = [each for each in draft.tree["items"] if each.get("checks")]
    if not items:
        return False
    draft.random.choice(items)["checks"][0]["days"] = draft.random.choice(("5", "10", "30"))
    return True


def add_formula(draft: Draft) -> bool:
    """A look-up, a number of days, or whether a place lies within another."""
    tree, random = draft.tree, draft.random
    days = [f"case.{each['key']}" for each in tree["fields"] if each["type"] == "date"]
    homes = [each["key"] for each in tree["fields"] if each["type"] == "region"]
    ways: list[tuple[str, Tree]] = []
    if homes:
        home = random.choice(homes)
        ways += [("bool", within(home, random.choice(("east", "west", "hz"))))]
        ways += [("int", {"lookup": TABLE, "key": f"case.{home}", "column": "days"})]
    if len(days) > 1:
        ways.append(("int", {"days": random.sample(days, 2)}))
    if not ways:
        return False
    kind, formula = random.choice(ways)
    tree["fields"].append(worked_out(draft.fresh("fields"), kind, formula))
    return True


def add_place(draft: Draft) -> bool:
    """A field whose choices are the rows of the table."""
    kind = draft.random.choice(("region", "multi", "enum"))
    draft.tree["fields"].append(field_of(draft.fresh("fields"), kind) | {"choices_from": TABLE})
    return True


NEWER: Final[Sequence[Callable[[Draft], bool]]] = (
    *(new_approval, other_approval, new_handover, other_receiver, new_pause, new_gag, client_step, new_child),
    *(new_service, add_course, other_course, new_lapse, other_age, add_formula, add_place),
)
