"""Tables of the office for a story: from the files that it names, else from those that stand beside its flow."""

from collections.abc import Callable
from functools import partial
from pathlib import PurePath

from bot.story.driver import World
from bot.story.meaning import problem
from bot.story.spec import Story
from core.bus.deed import SYSTEM, Cause
from core.commands.tables import ImportTable
from core.engine.flow import Flow
from core.engine.office_table_csv import read_table
from core.engine.pointer import join
from core.kit.errors import Invalid, Problem
from core.kit.ids import new_id

SOURCE = "story"


def table_file(name: str) -> str:
    """Where a table stands, seen from its flow."""
    return f"tables/{name}.csv"


def tables_of(flow: Flow, story: Story, file_of: Callable[[str], bytes], problems: list[Problem]) -> dict[str, bytes]:
    """By name. What the story names must be there; of one that it does not name publishing tells if it is missing."""
    found = {}
    for name in dict.fromkeys((*flow.tables, *story.tables)):
        named, at = story.tables.get(name), join("/tables", name)
        try:
            content = file_of(named or str(PurePath(story.flow).parent / table_file(name)))
            read_table(content)
        except OSError as error:
            if named is not None:
                words = f"无法读取表格：{error.strerror}", f"the table cannot be read: {error.strerror}"
                problems.append(problem(at, "story.table", *words))
            continue
        except Invalid as invalid:
            for each in invalid.problems:
                problems.append(Problem(at, each.code, each.message))
            continue
        found[name] = content
    return found


def bring_tables(tables: dict[str, bytes], world: World) -> None:
    """Before the flow is published. Raises Refusal."""
    agency = world.agency
    day = world.clock.now().date()
    for name, content in tables.items():
        command = ImportTable.of(name, content, day, SOURCE)
        agency.store.run(partial(agency.bus.execute, command=command, cause=Cause(SYSTEM, "api", new_id())))
