"""One HTML page that stands by itself: readable on a phone, printable as a script, no script and no outside file."""

from collections.abc import Iterator
from html import escape

from storyengine.plot.branch import BranchBeat, StyleName, Styles
from storyengine.script.front import CENTRED, label
from storyengine.script.markup import runs, unmark
from storyengine.script.screenplay import Options, Screenplay, ScriptScene, Speech, blocks, bracketed, section_of
from storyengine.script.wrapping import is_cjk

TAGS: dict[StyleName, str] = {"bold": "strong", "italic": "em", "underline": "u", "strikeout": "s"}
STYLE = """
:root { color-scheme: light dark; }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 60ch; font: 1rem/1.5 "Courier Prime", "Courier New",
  Courier, monospace; }
:lang(zh) body, body:lang(zh) { font-family: "Songti SC", "Noto Serif CJK SC", SimSun, serif; line-height: 1.8; }
p, h2 { margin: 0 0 1em; white-space: pre-line; overflow-wrap: anywhere; }
.front { min-height: 60vh; display: flex; flex-direction: column; justify-content: space-between; gap: 3rem; }
.front .middle { text-align: center; padding-top: 20vh; }
.front h1 { font: inherit; font-weight: bold; text-transform: uppercase; }
h2, .shot, .transition { font: inherit; text-transform: uppercase; }
h2 { display: flex; gap: 2ch; justify-content: space-between; margin-top: 2em; font-weight: bold; }
h2 > :nth-child(2) { flex: 1; }
.speech { margin: 0 0 1em; }
.speech p { margin-bottom: 0; }
.cue { margin-left: 36.6%; }
.parenthetical { margin-left: 25%; margin-right: 25%; text-indent: -1ch; }
.dialogue, .lyric { margin-left: 16.6%; margin-right: 16.6%; }
.lyric, .note { font-style: italic; }
.transition { text-align: right; }
.centred { text-align: center; }
.section { font-weight: bold; }
.dual { display: grid; grid-template-columns: 1fr 1fr; gap: 2ch; }
.dual .cue { margin-left: 25%; }
.dual .parenthetical { margin-inline: 10%; }
.dual .dialogue { margin-inline: 0; }
.page-break { border: 0; border-top: 1px solid; margin: 3em 0; }
@page { margin: 1in 1in 1in 1.5in; size: SHEET; }
@media print {
  body { max-width: none; padding: 0; font-size: 12pt; line-height: 1; }
  .front, .page-break { break-after: page; }
  .page-break { visibility: hidden; margin: 0; }
  h2, .cue, .parenthetical { break-after: avoid; }
  .transition { break-before: avoid; }
  p { orphans: 2; widows: 2; }
}
"""


def write_html(script: Screenplay, options: Options) -> str:
    """The page; all text is escaped."""
    cjk = is_cjk(script.language, "".join(beat.text for scene in script.scenes for beat in scene.beats))
    body = "\n".join([*_front(script), *(line for scene in script.scenes for line in _scene(scene, cjk))])
    style = STYLE.replace("SHEET", "A4" if options.paper == "a4" else "letter")
    language = escape(script.language or "und", quote=True)
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(script.title)}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _front(script: Screenplay) -> Iterator[str]:
    if not script.title_page:
        return
    yield '<header class="front"><div class="middle">'
    for key, value in script.title_page:
        if key.lower() in CENTRED:
            tag = "h1" if key.lower() == "title" else "p"
            yield f"<{tag}>{_markup(value)}</{tag}>"
    yield "</div><div>"
    for key, value in script.title_page:
        if key.lower() not in CENTRED:
            yield f"<p>{escape(label(key))}{_markup(value)}</p>"
    yield "</div></header>"


def _markup(value: str) -> str:
    return "<br>".join(_text(*unmark(line)) for line in value.split("\n"))


def _scene(scene: ScriptScene, cjk: bool) -> Iterator[str]:
    yield from _beats(scene.beats[: scene.before], cjk)
    if scene.heading:
        number = f"<span>{escape(scene.number)}</span>" if scene.number else ""
        again = number.replace("<span>", '<span aria-hidden="true">')
        yield f"<h2>{number}<span>{_text(scene.heading, scene.heading_styles)}</span>{again}</h2>"
    yield from _beats(scene.beats[scene.before :], cjk)


def _beats(beats: tuple[BranchBeat, ...], cjk: bool) -> Iterator[str]:
    found = list(blocks(beats))
    for number, block in enumerate(found):
        following = found[number + 1] if number + 1 < len(found) else None
        if not isinstance(block, Speech):
            yield from _element(block)
        elif block.is_dual:
            yield f"{_speech(block, cjk)}</div>" if _has_partner(found, number) else _speech(block, cjk)
        elif isinstance(following, Speech) and following.is_dual:
            yield f'<div class="dual">{_speech(block, cjk)}'
        else:
            yield _speech(block, cjk)


def _has_partner(found: list[BranchBeat | Speech], number: int) -> bool:
    before = found[number - 1] if number else None
    return isinstance(before, Speech) and not before.is_dual


def _element(beat: BranchBeat) -> Iterator[str]:
    if beat.kind == "page_break":
        yield '<hr class="page-break">'
    elif beat.text.strip():
        text = section_of(beat.text)[1] if beat.kind == "section" else beat.text
        words = escape(text) if beat.kind == "section" else _text(text, beat.styles)
        kind = "note" if beat.kind == "synopsis" else beat.kind
        yield f'<p class="{kind}">{f"[{words}]" if kind == "note" else words}</p>'


def _speech(speech: Speech, cjk: bool) -> str:
    lines = [f'<p class="cue">{_text(speech.cue, speech.styles)}</p>']
    for beat in speech.lines:
        text, styles = (
            bracketed(beat.text, beat.styles, wide=cjk)
            if beat.kind == "parenthetical"
            else (
                beat.text,
                beat.styles,
            )
        )
        if text:
            lines.append(f'<p class="{beat.kind}">{_text(text, styles)}</p>')
    return f'<div class="speech">{"".join(lines)}</div>'


def _text(text: str, styles: Styles) -> str:
    written = []
    for piece, names in runs(text, styles):
        tags = [TAGS[name] for name in TAGS if name in names]
        opening = "".join(f"<{tag}>" for tag in tags)
        written.append(opening + escape(piece) + "".join(f"</{tag}>" for tag in reversed(tags)))
    return "".join(written)
