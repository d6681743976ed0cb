"""Every code that lint can tell, read from its source, and those that no broken file by itself brings about."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import core.engine

_FOLDER: Final = Path(core.engine.__file__).parent
_WHOLE: Final = re.compile(r"(flow|formula|shape|text|service)\.[a-z_]*[a-z]")
_BEGINNING: Final = {
    "lint_approvals": "flow.",
    "lint_graph": "flow.",
    "lint_formulas": "formula.",
    "lint_moments": "flow.at_",
    "lint_tables": "flow.table_",
    "conditions": "condition.",
    "formula_kinds": "formula.",
    "stay_formulas": "formula.",
}
"""Modules that put the beginning of a code before what each problem is called."""
OF_HOUSE: Final = frozenset(
    {"flow.unknown_flow", "flow.child_computed", "flow.child_type", "flow.child_choices", "flow.unknown_department"}
    | {"flow.no_hook", "flow.no_content", "service.due"}
    | {"flow.table_missing", "flow.table_row", "formula.column"}
    | {"text.unknown", "text.empty", "text.not_by_flow"}
)
"""Asked where the house's own things are at hand: its flows, hooks, tables, contents, services, sentences."""
OF_SIZE: Final = frozenset({"flow.params_size"})
"""Told of a document that is very large."""


def codes() -> frozenset[str]:
    """Without those of reading a text (yaml.) and of CEL (condition.cel.), which have proofs of their own."""
    paths = [*_FOLDER.glob("lint*.py"), *_FOLDER.glob("spec_*.py"), _FOLDER / "text.py"]
    paths += [_FOLDER / f"{name}.py" for name in ("conditions", "formula_kinds", "stay_formulas")]
    return frozenset(code for path in paths for code in _of(path))


def _of(path: Path) -> Iterator[str]:
    before = _BEGINNING.get(path.stem)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Constant(value=str(text)) if _WHOLE.fullmatch(text):
                yield text
            case ast.Call(func=ast.Name(id="unknown"), args=[ast.Constant(value=str(noun)), *_]):
                yield f"flow.unknown_{noun}"
            case ast.Call(
                func=ast.Name(id="_problem") | ast.Attribute(attr="tell"), args=[_, ast.Constant(value=str(end)), *_]
            ) if before is not None:
                yield before + end
            case ast.Yield(value=ast.Tuple(elts=[_, ast.Constant(value=str(end)), _, _])) if before is not None:
                yield before + end
            case ast.Call(func=ast.Name(id="WrongClause"), args=[ast.Constant(value=str(part)), *_]):
                yield f"condition.{part}"
