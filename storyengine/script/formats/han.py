"""A TrueType face with the Chinese, Japanese and Korean letters that one script uses.

The packaged Noto Serif SC and KR have cubic outlines, which the PDF library does not embed: the few hundred glyphs that
a script needs are drawn again as quadratic curves, to a thousandth of the letter's height.
"""

import hashlib
import io
import re
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

EM = 1000
ASCENT, DESCENT = 880, -120
NOTDEF = ".notdef"
HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")
SOURCES = (  # whose letters are looked for where
    (re.compile("", re.DOTALL), "pylopdf_fonts_zh_cn", "NotoSerifSC-Regular.otf"),
    (HANGUL, "pylopdf_fonts_ko", "NotoSerifKR-Regular.otf"),
)
MOST = 20_000  # glyphs of one script; a PDF font holds 65,535


@lru_cache(maxsize=2)
def _source(package: str, file: str) -> tuple[Any, dict[int, str]]:
    """An open font and which glyph each letter has: reading it takes a second, so a process does it once."""
    with as_file(files(package) / file) as path:
        font = TTFont(io.BytesIO(path.read_bytes()), lazy=True)
    return font.getGlyphSet(), font.getBestCmap()


def _outlines(letters: frozenset[str]) -> dict[int, Any]:
    """The outline of each letter that the faces have, the Korean one asked for Hangul alone."""
    found: dict[int, Any] = {}
    for wanted, package, file in SOURCES:
        asked = [ch for ch in sorted(letters) if ord(ch) not in found and wanted.match(ch)]
        if not asked:
            continue
        outlines, cmap = _source(package, file)
        found |= {ord(ch): outlines[cmap[ord(ch)]] for ch in asked if ord(ch) in cmap}
    return dict(list(found.items())[:MOST])


def han_font(letters: frozenset[str]) -> tuple[bytes, frozenset[str]]:
    """The face as a TrueType file, and those of the letters that it has. The same letters give the same bytes."""
    found = _outlines(letters)
    names = {code: f"u{code:04X}" for code in found}
    order = [NOTDEF, *names.values()]
    glyphs, widths = {NOTDEF: TTGlyphPen(None).glyph()}, {NOTDEF: EM}
    for code, outline in found.items():
        pen = TTGlyphPen(None)
        # A Hangul syllable is narrower than a Chinese letter, and stands in the middle of as much room.
        widths[names[code]] = EM if HANGUL.match(chr(code)) else outline.width
        shift = (widths[names[code]] - outline.width) / 2
        outline.draw(TransformPen(Cu2QuPen(pen, 1.0, reverse_direction=True), (1, 0, 0, 1, shift, 0)))
        glyphs[names[code]] = pen.glyph()
    builder = FontBuilder(EM, isTTF=True)
    builder.setupHead(unitsPerEm=EM, created=0, modified=0)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    builder.setupGlyf(glyphs)
    left = {name: getattr(glyph, "xMin", 0) for name, glyph in glyphs.items()}  # an opening bracket stands at the right
    builder.setupHorizontalMetrics({name: (widths[name], left[name]) for name in order})
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
