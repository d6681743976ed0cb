"""What the story of a case needs of its family: the flows of its child cases, and what it does not tell of them."""

from collections.abc import Iterator

from core.cases.family import link_of, links_of
from core.catalog.catalogue import newest_of
from core.contracts.tables import contract
from core.engine.flow import Flow, read_flow
from core.store.reading import Reader
from core.store.sealing import Row


def flows_beside(reader: Reader, flow: Flow) -> dict[str, bytes]:
    """File name -> source of every further flow without which this one is not published, as they are now."""
    found: dict[str, bytes] = {}
    seen, waiting = {flow.key}, [flow]
    while waiting:
        for child in waiting.pop().children:
            row = None if child.flow in seen else newest_of(reader, child.flow)
            seen.add(child.flow)
            if row is not None:
                source = bytes(row["source"])
                waiting.append(read_flow(source))
                found[f"{row['flow']}-v{row['version']}.yaml"] = source
    return found


def own_contract(reader: Reader, row: Row) -> Row | None:
    """The contract of a child case is its parent's."""
    return None if link_of(reader, row["id"]) is not None else reader.peek(contract, row["contract_id"] or 0)


def family_notes(reader: Reader, row: Row) -> Iterator[tuple[str, str]]:
    """In zh-CN and en."""
    if link_of(reader, row["id"]) is not None:
        yield (
            "该案件是另一案件的子案件；剧本让它单独开始",
            "The case was started by another one; in the story it begins by itself",
        )
    if links_of(reader, row["id"]):
        yield (
            "子案件中发生的事未导出；主案件因此的推进可能与剧本不同",
            "What happened in child cases was left out: where they moved this one on, the story may go otherwise",
        )
