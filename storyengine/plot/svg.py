"""The map as one SVG file: complete, standing alone, for paper and for other programs. Pure: shape in, text out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from storyengine.plot.states import state_names

INK, RULE, LAMP, FOCUS = "#14171f", "#7d838e", "#f0b429", "#0b63a8"
MARGIN, LEGEND = 60.0, 150.0


@dataclass(frozen=True, slots=True)
class Look:
    """How a node of one state is drawn: told apart by fill, dashes, weight and sign, so also without colour."""

    fill: str
    dash: str
    weight: float
    sign: str


LOOKS = {
    "authored": Look("#ffffff", "", 1.5, ""),
    "written": Look("#ffffff", "", 1.5, "pencil"),
    "played": Look("#f7d584", "", 2, "star"),
    "released": Look("#f7d584", "", 2.5, "star"),
    "approved": Look("#d5ecd8", "", 2.5, "tick"),
    "in_review": Look("#d8e7f5", "9 4", 2, "half"),
    "changes": Look("#fbeeb0", "9 4 2 4", 2, "back"),
    "writing": Look("#ffffff", "2 4", 2, "pencil"),
    "failed": Look("#f6cfd2", "4 4", 2, "alarm"),
    "missing": Look("#f6cfd2", "4 4", 2, "alarm"),
    "open": Look("#ffffff", "5 4", 1.5, "ring"),
    "folded": Look("#ffffff", "", 2, ""),
}
_RING = f'<circle cx="7" cy="7" r="5.9" fill="none" stroke="{INK}" stroke-width="2"/>'
# The chips' and the map's own signs, in a square of 14 by 14.
SIGNS = {
    "star": '<path d="M7 0 8.8 4.8 14 5 9.9 8.3 11.3 13.3 7 10.5 2.7 13.3 4.1 8.3 0 5 5.2 4.8Z"/>',
    "tick": '<path d="M1.7 6.3 0 8.1 5.3 13.3 14 2.8 12.2 1.1 5.2 9.7Z"/>',
    "half": f'{_RING}<path d="M7 1.1a5.9 5.9 0 0 0 0 11.8Z"/>',
    "back": '<path d="M14 4.9H7.7V.7L0 7l7.7 6.3V9.1H14Z"/>',
    "pencil": '<path d="M10.1 0 14 3.9 4.8 13.2 0 14 .8 9.2Z"/>',
    "ring": _RING,
    "alarm": '<path d="M7 .6 14 13.2H0Z"/>',
}


def draw_svg(
    shape: Mapping[str, Any],
    *,
    title: str,
    language: str,
    looks: Mapping[str, str] | None = None,
    path: Iterable[str] = (),
    drawn: Iterable[str] = (),
) -> str:
    """Draw what `map_json` says. `looks` gives nodes other states than their own, `path` the nodes to be lit.

    `drawn` are the nodes of a path that somebody drew by hand; names that are not there are passed over.
    """
    states = looks or {}
    nodes = {node["id"]: node for node in shape["nodes"]}
    for node in shape["nodes"]:
        nodes |= dict.fromkeys(node.get("scenes", ()), node)
    way = [nodes[name] for name in path if name in nodes]
    width, height = shape["node"]
    left, top, right, bottom = _bounds(nodes.values(), width, height)
    used = sorted({states.get(node["id"], node["state"]) for node in shape["nodes"]}, key=list(LOOKS).index)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:g} {top:g} {right - left:g} {bottom - top:g}"'
        f' width="{right - left:g}" height="{bottom - top:g}" role="img" xml:lang="{escape(language)}">',
        f"<title>{escape(title)}</title>",
        f'<rect x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}" fill="#ffffff"/>',
        f'<text x="{left + MARGIN:g}" y="{top + 64:g}" font-family="Georgia, serif" font-size="34" font-weight="600"'
        f' fill="{INK}">{escape(title)}</text>',
        f'<g fill="none" stroke="{RULE}" stroke-width="1.25" stroke-linejoin="round">',
        *(_line(link, nodes, shape["node"]) for link in shape["links"]),
        "</g>",
        *_lit(way, shape, nodes),
        *_drawn([nodes[name] for name in drawn if name in nodes], shape, nodes),
        *(_card(node, states.get(node["id"], node["state"]), shape["node"], node in way) for node in shape["nodes"]),
        _legend(used, left + MARGIN, bottom - 70, lit=bool(way)),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _bounds(nodes: Iterable[Mapping[str, Any]], width: float, height: float) -> tuple[float, float, float, float]:
    places = [(node["x"], node["y"]) for node in nodes] or [(0.0, 0.0)]
    left, right = min(x for x, _y in places) - width / 2, max(x for x, _y in places) + width / 2
    top, bottom = min(y for _x, y in places) - height / 2, max(y for _x, y in places) + height / 2
    return left - MARGIN, top - 120, max(right + MARGIN, left + 900), bottom + LEGEND


def _line(link: Mapping[str, Any], nodes: Mapping[str, Mapping[str, Any]], size: list[float]) -> str:
    source, target, route = nodes[link["from"]], nodes[link["to"]], link.get("route")
    dash = ' stroke-dasharray="3 5"' if link.get("back") else ""
    if link.get("far"):
        x, y = source["x"] + size[0] / 2, source["y"] + size[1] / 4
        return f'<path d="M{x:g} {y:g}h16m-6 -5l6 5l-6 5M{target["x"] - size[0] / 2 - 14:g} {target["y"]:g}h14"/>'
    way = f'<path d="{_way(source, target, route, size)}"{dash}/>{_head(source, target, route, size)}'
    if not link.get("conditional") or source is target:
        return way
    x, y = route[:2] if route else (source["x"] + size[0] / 2, source["y"])
    return f'{way}<path d="M{x + 5:g} {y:g}l6 -6l6 6l-6 6Z" fill="{RULE}" stroke="none"/>'


def _way(source: Mapping[str, Any], target: Mapping[str, Any], route: list[float] | None, size: list[float]) -> str:
    if route:
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in zip(route[::2], route[1::2], strict=True))
    ax, ay = source["x"] + size[0] / 2, source["y"]
    bx, by = target["x"] - size[0] / 2, target["y"]
    if source is target:
        top = ay - size[1] / 2
        return f"M{ax - 34:g} {top:g}c0 -30 64 -30 64 0v20h-30"
    if bx < ax - size[0] / 2:
        low = max(ay, by) + size[1] * 1.2
        out = f"M{ax:g} {ay:g}C{ax + 90:g} {ay:g} {ax + 90:g} {low:g} {ax - 20:g} {low:g}"
        return out + f"H{bx + 20:g}C{bx - 90:g} {low:g} {bx - 90:g} {by:g} {bx:g} {by:g}"
    reach = max(40.0, abs(bx - ax) / 2)
    return f"M{ax:g} {ay:g}C{ax + reach:g} {ay:g} {bx - reach:g} {by:g} {bx:g} {by:g}"


def _head(source: Mapping[str, Any], target: Mapping[str, Any], route: list[float] | None, size: list[float]) -> str:
    if source is target:
        return ""
    if route:
        (fx, fy), (x, y) = route[-4:-2], route[-2:]
    else:
        x, y = target["x"] - size[0] / 2, target["y"]
        fx, fy = x - 1, y
    length = max(1e-6, ((x - fx) ** 2 + (y - fy) ** 2) ** 0.5)
    dx, dy = (x - fx) / length, (y - fy) / length
    a, b = (x - 8 * dx - 4 * dy, y - 8 * dy + 4 * dx), (x - 8 * dx + 4 * dy, y - 8 * dy - 4 * dx)
    return f'<path d="M{x:g} {y:g}L{a[0]:g} {a[1]:g}L{b[0]:g} {b[1]:g}Z" fill="{RULE}" stroke="none"/>'


def _lit(way: list[Mapping[str, Any]], shape: Mapping[str, Any], nodes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    d = _along(way, shape, nodes)
    return [_stroke(d, ink, w) for ink, w in ((INK, 8), (LAMP, 5))] if d else []


def _drawn(way: list[Mapping[str, Any]], shape: Mapping[str, Any], nodes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    d = _along(way, shape, nodes)
    return [_stroke(d, FOCUS, 5, ' stroke-dasharray="12 5"')] if d else []


def _stroke(d: str, ink: str, weight: int, more: str = "") -> str:
    join = 'fill="none" stroke-linejoin="round" stroke-linecap="round"'
    return f'<path d="{d}" {join} stroke="{ink}" stroke-width="{weight}"{more}/>'


def _along(way: list[Mapping[str, Any]], shape: Mapping[str, Any], nodes: Mapping[str, Mapping[str, Any]]) -> str:
    routes = {(nodes[link["from"]]["id"], nodes[link["to"]]["id"]): link.get("route") for link in shape["links"]}
    pairs = [(a, b) for a, b in pairwise(way) if a is not b]
    return "".join(_way(a, b, routes.get((a["id"], b["id"])), shape["node"]) for a, b in pairs)


def _card(node: Mapping[str, Any], state: str, size: list[float], lit: bool) -> str:
    look, (width, height) = LOOKS[state], size
    left, top = node["x"] - width / 2, node["y"] - height / 2
    is_end = node["id"].startswith("e")
    box = f'width="{width:g}" height="{height:g}" rx="{height / 2 if is_end else 5:g}"'
    parts = [
        f'<rect x="{left + by:g}" y="{top + by:g}" {box} fill="#f1f2ef" stroke="{RULE}"/>'
        for by in (8, 4)
        if node.get("scenes")
    ]
    parts.append(f'<rect x="{left:g}" y="{top:g}" {box} {_border(look)}/>')
    if lit:
        parts.append(f'<rect x="{left + 2:g}" y="{top + 2:g}" width="6" height="{height - 4:g}" fill="{LAMP}"/>')
    if node.get("start"):
        parts.append(f'<path d="M{left - 16:g} {node["y"] - 11:g}l13 11l-13 11Z"/>')
    if node.get("ending"):
        right = left + width
        parts.append(f'<path d="M{right - 6:g} {top:g}h6v{height:g}h-6ZM{right - 10:g} {top:g}h1.5v{height:g}h-1.5Z"/>')
    parts += _marks(node, left, top, width, height)
    inset = 18 if is_end else 14
    if look.sign:
        at = f"{left + width - inset - 14:g} {top + (height / 2 - 7 if is_end else 8):g}"
        parts.append(f'<g transform="translate({at})">{SIGNS[look.sign]}</g>')
    parts.append(_words(node, state, left + inset, top, width - 2 * inset - (20 if look.sign else 0), height))
    return f'<g fill="{INK}">{"".join(parts)}</g>'


def _marks(node: Mapping[str, Any], left: float, top: float, width: float, height: float) -> list[str]:
    """How many of the random walks came by, along the foot; what the checks found, on the corner."""
    parts = []
    if "walks" in node:
        at, wide = f'x="{left + 10:g}" y="{top + height - 6:g}" height="3"', width - 22
        parts.append(f'<rect {at} width="{wide:g}" fill="#d5d8d3"/>')
        parts.append(f'<rect {at} width="{wide * node["walks"] / 100:g}" fill="{RULE}"/>')
    if "flag" in node:
        page, mark = (INK, "#ffffff") if node["flag"] == "error" else ("#ffffff", INK)
        parts.append(f'<circle cx="{left + 2:g}" cy="{top + 2:g}" r="8" fill="{page}" stroke="{INK}"/>')
        parts.append(f'<path d="M{left + 1:g} {top - 3:g}h2v6h-2ZM{left + 1:g} {top + 4.5:g}h2v2h-2Z" fill="{mark}"/>')
    return parts


def _border(look: Look) -> str:
    dash = f' stroke-dasharray="{look.dash}"' if look.dash else ""
    return f'fill="{look.fill}" stroke="{INK}" stroke-width="{look.weight:g}"{dash}'


def _words(node: Mapping[str, Any], state: str, left: float, top: float, width: float, height: float) -> str:
    note = node.get("note", node.get("heading", ""))
    if node["id"].startswith("e"):
        note = f"→ {note}" if note else "" if state == "open" else state_names()[state]
    if node.get("scenes"):
        note = _("scenes: %(scenes)d, open: %(open)d") % {"scenes": len(node["scenes"]), "open": node["open"]}
    lines = _broken(node["title"], width / 7.2, 2 if note else 3)
    first = top + (height - 16 * len(lines) - (14 if note else 0)) / 2 + 12
    text = "".join(
        f'<text x="{left:g}" y="{first + 16 * n:g}" font-family="system-ui, sans-serif" font-size="13"'
        f' font-weight="600">{escape(line)}</text>'
        for n, line in enumerate(lines)
    )
    if note:
        y = first + 16 * len(lines) - 1
        text += f'<text x="{left:g}" y="{y:g}" font-family="Courier New, monospace" font-size="10.5" fill="#414753">'
        text += f"{escape(_broken(note, width / 6.4, 1)[0])}</text>"
    return text


def _broken(text: str, most: float, lines: int) -> list[str]:
    """Lines of about `most` Latin letters; a CJK letter is twice as wide and may stand at a line's end."""
    result, room = [""], most
    for part in _parts(text):
        need = sum(1.9 if ord(letter) > 0x2E7F else 1 for letter in part)
        if need > room and result[-1]:
            if len(result) == lines:
                result[-1] = result[-1].rstrip()[: max(1, int(most) - 1)] + "…"
                break
            result.append("")
            room = most
        result[-1] += part
        room -= need
    return [line.strip() if len(line) <= most + 2 else line[: int(most)] + "…" for line in result]


def _parts(text: str) -> list[str]:
    parts: list[str] = []
    for word in text.split():
        parts += list(word) if any(ord(letter) > 0x2E7F for letter in word) else [f"{word} "]
    return parts


def _legend(states: list[str], left: float, y: float, *, lit: bool) -> str:
    """Only the states that the picture shows, each with its own border and sign."""
    names, parts, x = state_names(), [], left
    for state in states:
        look, rx = LOOKS[state], 12 if state in ("open", "missing") else 4
        parts.append(f'<rect x="{x:g}" y="{y:g}" width="34" height="24" rx="{rx}" {_border(look)}/>')
        parts.append(f'<g transform="translate({x + 10:g} {y + 5:g})">{SIGNS.get(look.sign, "")}</g>')
        parts.append(_label(names[state], x, y))
        x += 74 + sum(14 if ord(letter) > 0x2E7F else 7.4 for letter in names[state])
    if lit:
        line = f'<path d="M{x:g} {y + 12:g}h34" stroke'
        parts.append(f'{line}="{INK}" stroke-width="8"/>{line}="{LAMP}" stroke-width="5"/>')
        parts.append(_label(_("the chosen path"), x, y))
    return f'<g font-family="system-ui, sans-serif" font-size="13" fill="{INK}">{"".join(parts)}</g>'


def _label(text: str, x: float, y: float) -> str:
    return f'<text x="{x + 42:g}" y="{y + 17:g}">{escape(text)}</text>'
