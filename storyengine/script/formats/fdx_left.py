"""What of an FDX file no screenplay holds, told line by line: nothing of a file is left out in silence."""

from collections import Counter
from collections.abc import Collection
from xml.etree.ElementTree import Element

from storyengine.plot.formats.report import Report
from storyengine.script.formats.fdx_words import words

PLAIN_RUN = {  # what a run of Final Draft's own text says of itself
    "Color": ("#000000000000", "#000000"),
    "Background": ("#FFFFFFFFFFFF", "#FFFFFF"),
    "Size": ("12",),
    "RevisionID": ("0", ""),
}
MOST_WORDS = 80


def tell_what_is_left(root: Element, report: Report, known: Collection[str]) -> None:
    """Warn of marks, looks and lists that are not kept; `known` are the types of paragraph that are."""
    content = root.find("Content")
    runs = list(content.iter("Text")) if content is not None else []
    counted = {
        "fdx.revisions": sum(_differs(run, "RevisionID") for run in runs),
        "fdx.tags": sum(run.get("TagNumber") is not None for run in runs),
        "fdx.looks": sum(_looks_different(run) for run in runs),
        "fdx.bookmarks": sum(bool(p.get(name)) for p in content or () for name in ("Bookmark", "Label")),
        "fdx.pages": len(root.findall("LockedPages/LockedPage")),
        "fdx.pictures": len(root.findall(".//Images/Image")),
    }
    for code, number in counted.items():
        if number:
            report.warn(0, code, number=number)
    for kind, number in _strange_types(content, known).items():
        report.warn(0, "fdx.type", name=kind, number=number)
    for code, path in (("fdx.header", "HeaderAndFooter"), ("fdx.board", "ListItems")):
        said = " ".join(" ".join(words(p)[0] for p in root.findall(f"{path}//Paragraph")).split())
        if said:
            report.warn(0, code, words=said[:MOST_WORDS])


def _differs(run: Element, name: str) -> bool:
    return run.get(name, PLAIN_RUN[name][0]) not in PLAIN_RUN[name]


def _looks_different(run: Element) -> bool:
    font = (run.get("Font") or "courier").lower()
    return "courier" not in font or any(_differs(run, name) for name in ("Color", "Background", "Size"))


def _strange_types(content: Element | None, known: Collection[str]) -> Counter[str]:
    """Types that Final Draft's templates or other programs invented, of paragraphs that say something."""
    return Counter(
        paragraph.get("Type") or ""
        for paragraph in content or ()
        if paragraph.get("Type") and paragraph.get("Type", "").lower() not in known and words(paragraph)[0].strip()
    )
