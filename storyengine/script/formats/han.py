"""A TrueType face with the Chinese letters that one script uses.

The packaged Noto Serif SC has cubic outlines, which the PDF library does not embed: the few hundred glyphs that a
script needs are drawn again as quadratic curves, to a thousandth of the letter's height.
"""

import hashlib
import io
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

EM = 1000
ASCENT, DESCENT = 880, -120
NOTDEF = ".notdef"
MOST = 20_000  # glyphs of one script; a PDF font holds 65,535


@lru_cache(maxsize=1)
def _source() -> tuple[Any, dict[int, str]]:
    """The open font: reading it takes a second, so a process does it once."""
    with as_file(files("pylopdf_fonts_zh_cn") / "NotoSerifSC-Regular.otf") as path:
        font = TTFont(io.BytesIO(path.read_bytes()), lazy=True)
    return font, font.getBestCmap()


def han_font(letters: frozenset[str]) -> tuple[bytes, frozenset[str]]:
    """The face as a TrueType file, and those of the letters that it has. The same letters give the same bytes."""
    font, cmap = _source()
    found = {ord(ch): cmap[ord(ch)] for ch in sorted(letters) if ord(ch) in cmap}
    found = dict(list(found.items())[:MOST])
    order = [NOTDEF, *dict.fromkeys(found.values())]
    glyphs, outlines = {}, font.getGlyphSet()
    for name in order:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
    builder = FontBuilder(EM, isTTF=True)
    builder.setupHead(unitsPerEm=EM, created=0, modified=0)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(found)
    builder.setupGlyf(glyphs)
    left = {name: getattr(glyph, "xMin", 0) for name, glyph in glyphs.items()}  # an opening bracket stands at the right
    builder.setupHorizontalMetrics({name: (outlines[name].width, left[name]) for name in order})
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    # The library takes faces of one name for one face.
    name = f"NotoSerifSC-{hashlib.sha256(''.join(map(chr, found)).encode()).hexdigest()[:8]}"
    builder.setupNameTable({"familyName": "Noto Serif SC", "styleName": "Regular", "psName": name})
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT, usWinAscent=ASCENT, usWinDescent=-DESCENT)
    builder.setupPost(keepGlyphNames=False)
    builder.font.recalcTimestamp = False
    target = io.BytesIO()
    builder.save(target)
    return target.getvalue(), frozenset(map(chr, found))
