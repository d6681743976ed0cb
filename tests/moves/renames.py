"""Pieces of a flow get other keys, and whatever names them follows."""

from typing import Any

from tests.moves.flows import Draft, Tree


def _rename(part: str, draft: Draft) -> bool:
    if (piece := draft.any(part)) is None:
        return False
    old, who = piece["key"], draft.version.who[part]
    draft.made += 1
    piece["key"] = new = f"{part[0]}{draft.made}"
    who[new] = who.pop(old)
    _follow(draft.tree, part, old, new)
    return True


def _follow(tree: Tree, part: str, old: str, new: str) -> None:
    """Whatever names a piece names it by its new key."""
    if part == "stages":
        for step in tree["transitions"]:
            step["from"] = [new if each == old else each for each in step["from"]]
            step["to"] = new if step["to"] == old else step["to"]
        _replace(tree, "value", old, new)
        _replace(tree, "lapses_before", old, new)
        _replace(tree, "in", old, new)
    if part == "fields":
        for each in ("field", "anchor", "sum", "days", "key", "each", "amount"):
            _replace(tree, each, f"case.{old}", f"case.{new}")
        for each in ("form", "at", "as"):
            _replace(tree, each, old, new)
        for spec in tree.get("children", ()):  # of the same flow
            spec["gives"] = {new if key == old else key: value for key, value in spec["gives"].items()}


def _replace(node: Any, key: str, old: str, new: str) -> None:
    """Wherever a key has this value, or a list with it. A stage's key is the value of nothing but conditions about the
    stage here."""
    if isinstance(node, dict) and node.get(key) == old:
        node[key] = new
    if isinstance(node, dict) and isinstance(node.get(key), list):
        node[key] = [new if each == old else each for each in node[key]]
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _replace(each, key, old, new)


def rename_stage(draft: Draft) -> bool:
    return _rename("stages", draft)


def rename_item(draft: Draft) -> bool:
    return _rename("items", draft)


def rename_field(draft: Draft) -> bool:
    return _rename("fields", draft)
