"""A flow's diagram as SVG: one well-formed document without scripts, styles or anything from elsewhere.

It is built as a tree, so that whatever a label holds is escaped by whoever writes the tree out.
"""

from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from core.engine.diagram import FINAL, OWNER, STARTS, Diagram, isolated, named
from core.engine.diagram_lanes import HEAD, LINE, WIDE, Lane, Layout, Placed, lay_out, shortened
from core.engine.text import pick

_FONT: Final = "system-ui, 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
_INK: Final = "#1f2933"
_SOFT: Final = "#52606d"
_INKS: Final = ("#1d4ed8", "#b45309", "#047857", "#7e22ce", "#be123c", "#0e7490")  # of lanes, each dark on white
_HALF: Final = 34  # columns that fit into half of a box
_PAD: Final = 14
_ARROW: Final = 7


def svg(diagram: Diagram) -> str:
    """The document. Its title and description say in words all that it shows."""
    layout = lay_out(diagram)
    width, height = f"{layout.width:g}", f"{layout.height:g}"
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "xml:lang": diagram.language,
            "width": width,
            "height": height,
            "viewBox": f"0 0 {width} {height}",
            "role": "img",
            "aria-labelledby": "title desc",
            "font-family": _FONT,
            "font-size": "13",
        },
    )
    SubElement(root, "title", {"id": "title"}).text = diagram.title
    SubElement(root, "desc", {"id": "desc"}).text = diagram.told()
    SubElement(root, "rect", {"width": width, "height": height, "fill": "#ffffff"})
    _text(root, diagram.title, layout.left, 34, size=18, weight="bold")
    _begin(root, layout)
    for lane in layout.lanes:
        final = diagram.boxes[lane.to].final
        _draw_lane(root, lane, layout, _SOFT if final else _INKS[lane.to % len(_INKS)])
    for placed in layout.boxes:
        _draw_box(root, placed, layout, diagram)
    return tostring(root, encoding="unicode") + "\n"


def _begin(root: Element, layout: Layout) -> None:
    """The point at which a case begins, above the first stage."""
    x, top = layout.left + WIDE / 2, layout.boxes[0].y
    SubElement(root, "circle", {"cx": f"{x:g}", "cy": f"{top - 30:g}", "r": "6", "fill": _INK})
    _line(root, [(x, top - 30), (x, top)], _INK)
    tip = f"{x:g},{top:g} {x - 4:g},{top - _ARROW:g} {x + 4:g},{top - _ARROW:g}"
    SubElement(root, "polygon", {"points": tip, "fill": _INK})


def _draw_box(root: Element, placed: Placed, layout: Layout, diagram: Diagram) -> None:
    box, left = placed.box, layout.left
    group = SubElement(root, "g", {"class": "final stage" if box.final else "stage"})
    shape = {"x": f"{left:g}", "y": f"{placed.y:g}", "width": f"{WIDE:g}", "height": f"{placed.height:g}", "rx": "6"}
    SubElement(group, "rect", {**shape, "fill": "#f8fafc", "stroke": _INK, "stroke-width": "3" if box.final else "1.2"})
    middle = placed.y + HEAD / 2 + 5
    mark = f" · {pick(FINAL, diagram.language)}" if box.final else ""
    name = isolated(shortened(box.name, _HALF - 8)) + mark
    _text(group, name, left + _PAD, middle, size=15, weight="bold", full=box.name)
    owner = named(OWNER, isolated(shortened(box.owner, _HALF - 10)), diagram.language)
    full = box.owner
    if box.starts:
        starts = named(STARTS, box.starts, diagram.language)
        owner, full = f"{owner} · {shortened(starts, _HALF - 14)}", f"{full} · {starts}"
    _text(group, owner, layout.right - _PAD, middle, ink=_SOFT, anchor="end", full=full)
    if placed.rows:
        under = placed.y + HEAD - 2
        _line(group, [(left, under), (layout.right, under)], "#cbd2d9")
    for row in placed.rows:
        target = diagram.boxes[row.to].name
        _text(group, shortened(row.label, _HALF), left + _PAD, row.y + 5, full=row.label)
        shown = "→ " + isolated(shortened(target, _HALF - 4))
        _text(group, shown, layout.right - _PAD, row.y + 5, anchor="end", full=target)
        for number, line in enumerate(row.by, start=1):
            _text(group, line, left + _PAD + 8, row.y + 3 + LINE * number, size=12, ink=_SOFT)


def _draw_lane(root: Element, lane: Lane, layout: Layout, ink: str) -> None:
    """A line from each row to the lane, where a point shows that they meet, and an arrow into the stage."""
    edge, inward = (layout.left, 1) if lane.side == "left" else (layout.right, -1)
    group = SubElement(root, "g", {"class": "lane"})
    ends = (min(*lane.sources, lane.entry), max(*lane.sources, lane.entry))
    _line(group, [(lane.x, ends[0]), (lane.x, ends[1])], ink)
    for y in lane.sources:
        _line(group, [(edge, y), (lane.x, y)], ink)
        SubElement(group, "circle", {"cx": f"{lane.x:g}", "cy": f"{y:g}", "r": "3", "fill": ink})
    _line(group, [(lane.x, lane.entry), (edge, lane.entry)], ink)
    back = edge - inward * _ARROW
    tip = f"{edge:g},{lane.entry:g} {back:g},{lane.entry - 4:g} {back:g},{lane.entry + 4:g}"
    SubElement(group, "polygon", {"points": tip, "fill": ink})


def _line(parent: Element, points: list[tuple[float, float]], ink: str) -> None:
    told = " ".join(f"{x:g},{y:g}" for x, y in points)
    SubElement(parent, "polyline", {"points": told, "fill": "none", "stroke": ink, "stroke-width": "1.5"})


def _text(
    parent: Element,
    text: str,
    x: float,
    y: float,
    *,
    size: int = 13,
    weight: str = "normal",
    ink: str = _INK,
    anchor: str = "start",
    full: str = "",
) -> None:
    """``full``: what is told on pointing at it, where it had to be shortened."""
    place = {"x": f"{x:g}", "y": f"{y:g}", "font-size": str(size), "font-weight": weight}
    element = SubElement(parent, "text", {**place, "fill": ink, "text-anchor": anchor})
    element.text = text
    if "…" in text and full:
        SubElement(element, "title").text = full
