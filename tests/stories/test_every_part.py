"""Every key of the flow language stands in a flow that a story plays."""

from collections.abc import Iterator
from pathlib import Path

import yaml  # type: ignore[import-untyped]
from pydantic import BaseModel

from core.engine.flow import read_flow
from core.engine.spec_meanings import MEANINGS
from core.engine.spec_rules import ActionCall

ROOT = Path(__file__).resolve().parents[2]


def flows_with_stories() -> Iterator[Path]:
    """The flow files that stories name, those of further flows too."""
    for folder in ("flows", "tests"):
        for path in (ROOT / folder).rglob("*.yaml"):
            text = path.read_text("utf-8")
            if text.startswith("story:") or "\nstory:" in text:
                story = yaml.load(text, yaml.BaseLoader)
                yield from ((path.parent / each).resolve() for each in (story["flow"], *story.get("also", ())))


def used(piece: object) -> Iterator[tuple[str, str]]:
    """The part and the key of everything that was written in a flow."""
    if isinstance(piece, BaseModel):
        kind = type(piece)
        for name in piece.model_fields_set:
            yield kind.__name__, kind.model_fields[name].alias or name
            yield from used(getattr(piece, name))
        if isinstance(piece, ActionCall):
            yield from ((piece.action, key) for key in piece.args)
    elif isinstance(piece, dict):
        for each in piece.values():
            yield from used(each)
    elif isinstance(piece, tuple | list):
        for each in piece:
            yield from used(each)


def test_every_key_stands_in_a_flow_that_a_story_plays() -> None:
    found = {pair for path in sorted(set(flows_with_stories())) for pair in used(read_flow(path.read_bytes()))}
    wanted = {(part, key) for part, keys in MEANINGS.items() for key in keys}
    assert sorted(wanted - found) == []
