"""What may change from one version of a flow to the next, drawn at random."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import Any, Final

from tests.engine.flow_parts import words
from tests.moves.flows import Draft, Tree, Version, computed_from, timed
from tests.moves.newer_edits import NEWER
from tests.moves.pieces import field_of, stage_of
from tests.moves.renames import rename_field, rename_item, rename_stage

SPANS: Final = ("1d", "2d", "5d", "7d", "30d", "4h")
OFFSETS: Final = ("-1cd", "-2cd", "1cd", "-1d")
TAKEN_BACK: Final = 0.95  # of the changes after which the flow does not pass
TYPES: Final = ("bool", "int", "date", "text")


def next_version(last: Version, number: int, edits: int, random: Random, made: int) -> Draft:
    """So many changes to a version. One that breaks the flow is mostly taken back, so that most drafts pass."""
    draft = Draft(deepcopy(last), random, made)
    draft.tree["version"] = str(number)
    while len(draft.done) < edits:
        edit, before = random.choice(EDITS), deepcopy(draft.version)
        if not edit(draft) or (random.random() < TAKEN_BACK and not draft.version.passes):
            draft.version = before
        else:
            draft.done.append(edit.__name__)
    return draft


def add_stage(draft: Draft) -> bool:
    """Between any two: a way there from one, and a way on to the other."""
    before, after = draft.any("stages"), draft.any("stages")
    if before.get("final"):
        return False
    key = draft.fresh("stages")
    stage = stage_of(key, draft.random.choice(SPANS))
    stage["substates"] = [{"key": "half", "name": words("过半", "Half done")}]
    draft.tree["stages"].insert(1, stage)
    _way(draft, before["key"], key)
    _way(draft, key, after["key"])
    return True


def _way(draft: Draft, start: str, to: str) -> None:
    draft.made += 1
    draft.tree["transitions"].append(
        {
            "key": f"t{draft.made}",
            "from": [start],
            "to": to,
            "label": words(f"步骤{draft.made}", f"Step {draft.made}"),
            "by": ["consultant", "supervisor"],
        }
    )


def cut_stage(draft: Draft) -> bool:
    """With every way there and away; the others may become out of reach, and then the flow does not pass."""
    stage = draft.any("stages")
    key, tree = stage["key"], draft.tree
    if stage.get("final") or len(tree["stages"]) < 4:
        return False
    tree["stages"].remove(stage)
    for step in list(tree["transitions"]):
        step["from"] = [each for each in step["from"] if each != key]
        if step["to"] == key or not step["from"]:
            tree["transitions"].remove(step)
    del draft.version.who["stages"][key]
    _forget_steps(tree)
    for each in tree["items"]:
        if each.get("lapses_before") == key:
            del each["lapses_before"]
            each.pop("warn_days", None)
    return True


def _forget_steps(tree: Tree) -> None:
    """An approval or a hand-over that has lost one of its steps ends."""
    steps = {each["key"] for each in tree["transitions"]}
    for stage in tree["stages"]:
        for part, names in (("approval", ("approve", "decline")), ("handover", ("accept", "return"))):
            if part in stage and not {stage[part][name] for name in names if name in stage[part]} <= steps:
                del stage[part]


def add_step(draft: Draft) -> bool:
    start, to = draft.any("stages"), draft.any("stages")
    if start.get("final") or start is to:
        return False
    _way(draft, start["key"], to["key"])
    return True


def cut_step(draft: Draft) -> bool:
    draft.tree["transitions"].remove(draft.any("transitions"))
    _forget_steps(draft.tree)
    return True


def new_limit(draft: Draft) -> bool:
    stage = draft.any("stages")
    if stage.get("final"):
        return False
    if draft.random.random() < 0.3:
        stage.pop("due", None)
    else:
        stage["due"] = draft.random.choice(SPANS)
    return True


def new_substates(draft: Draft) -> bool:
    stage = draft.any("stages")
    there = stage.setdefault("substates", [])
    if there and draft.random.random() < 0.5:
        there.pop()
    else:
        draft.made += 1
        there.append({"key": f"sub{draft.made}", "name": words("状态", "State")})
    if not there:
        del stage["substates"]
    return not stage.get("final")


def add_item(draft: Draft) -> bool:
    key = draft.fresh("items")
    item = {"key": key, "name": words(f"材料{key}", f"Paper {key}"), "requirement": words("任意文件", "Any file")}
    item["per"] = draft.random.choice(("case", "applicant"))
    item["submit_by"] = draft.random.choice(("client", "client", "staff"))
    draft.tree["items"].insert(draft.random.randrange(len(draft.tree["items"]) + 1), item)
    return True


def cut_item(draft: Draft) -> bool:
    if (item := draft.any("items")) is None:
        return False
    draft.tree["items"].remove(item)
    del draft.version.who["items"][item["key"]]
    return True


def back_again(draft: Draft) -> bool:
    """An item under the name that the first version had it by: what was dropped may come back."""
    name = draft.random.choice(("paper", "ticket", "bank"))
    if draft.version.piece("items", name) is not None:
        return False
    item = {"key": name, "name": words(f"又要{name}", f"Again {name}"), "requirement": words("任意文件", "Any file")}
    item["per"] = "applicant" if name == "paper" else "case"
    draft.tree["items"].append(item)
    draft.made += 1
    draft.version.who["items"][name] = draft.made
    return True


def new_need(draft: Draft) -> bool:
    """An item is asked of others than before."""
    if (item := draft.any("items")) is None:
        return False
    yes = [each["key"] for each in draft.tree["fields"] if each["type"] == "bool"]
    needs: list[Any] = [None, {"all": [{"field": "applicant.type", "op": "eq", "value": "child"}]}]
    needs += [{"all": [{"field": f"case.{key}", "op": "is_true"}]} for key in yes]
    need = draft.random.choice(needs)
    if need is None:
        item.pop("required_when", None)
    else:
        item["required_when"] = deepcopy(need)
    return True


def other_group(draft: Draft) -> bool:
    if (item := draft.any("items")) is None:
        return False
    if "group" in item:
        del item["group"]
    else:
        item["group"] = "means"
    return True


def other_reach(draft: Draft) -> bool:
    """Once per case instead of once per applicant, or the other way round."""
    if (item := draft.any("items")) is None:
        return False
    item["per"] = "applicant" if item.get("per") == "case" else "case"
    return True


def add_field(draft: Draft) -> bool:
    key = draft.fresh("fields")
    draft.tree["fields"].append(field_of(key, draft.random.choice(TYPES)))
    return True


def add_computed(draft: Draft) -> bool:
    figures = [each["key"] for each in draft.tree["fields"] if each["type"] == "int"]
    if not figures:
        return False
    terms = [f"case.{draft.random.choice(figures)}", draft.random.choice(["1", "7", "case.applicants"])]
    key = draft.fresh("fields")
    field_ = field_of(key, "int") | computed_from(*terms)
    del field_["ask"]
    draft.tree["fields"].append(field_)
    return True


def switch_computed(draft: Draft) -> bool:
    """What staff gave is computed from now on, or the other way round."""
    field_ = draft.any("fields")
    if field_ is None or field_["type"] != "int":
        return False
    if "compute" in field_:
        del field_["compute"], field_["source"]
        field_["ask"] = words("请填写", "Please say")
    else:
        field_.pop("ask", None)
        field_ |= computed_from("case.applicants", draft.random.choice(["2", "3"]))
    return True


def cut_field(draft: Draft) -> bool:
    if (field_ := draft.any("fields")) is None:
        return False
    draft.tree["fields"].remove(field_)
    del draft.version.who["fields"][field_["key"]]
    return True


def other_type(draft: Draft) -> bool:
    field_ = draft.any("fields")
    if field_ is None or "compute" in field_:
        return False
    field_["type"] = draft.random.choice(TYPES)
    return True


def add_rule(draft: Draft) -> bool:
    days = [f"case.{each['key']}" for each in draft.tree["fields"] if each["type"] == "date"]
    draft.made += 1
    anchor = draft.random.choice(["stage.due", *days])
    draft.tree["rules"].append(timed(f"r{draft.made}", anchor, draft.random.choice(OFFSETS)))
    return True


def cut_rule(draft: Draft) -> bool:
    if (rule := draft.any("rules")) is None:
        return False
    draft.tree["rules"].remove(rule)
    return True


def other_moment(draft: Draft) -> bool:
    timed = [each for each in draft.tree["rules"] if "offset" in each.get("at", ())]
    if not timed:
        return False
    draft.random.choice(timed)["at"]["offset"] = draft.random.choice(OFFSETS)
    return True


EDITS: Final[Sequence[Callable[[Draft], bool]]] = (
    *(rename_stage, rename_item, rename_field, add_stage, add_stage, cut_stage, add_step, cut_step, new_limit),
    *(new_substates, add_item, cut_item, back_again, new_need, other_group, other_reach, add_field, add_computed),
    *(switch_computed, cut_field, other_type, add_rule, cut_rule, other_moment),
    *NEWER,
)
