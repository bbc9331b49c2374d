"""One module per format. To add one: write it, and name it here.

`FORMATS` are the ways out, `READERS` the ways in. A format's libraries are imported when it is first written, so that
no web process starts slower for a PDF that nobody asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from storyengine.plot.formats.report import Report
from storyengine.script.formats.refusals import unreadable
from storyengine.script.notes import annotated
from storyengine.script.screenplay import PLAIN, Options, Screenplay


@dataclass(frozen=True, slots=True)
class Format:
    """A way out. `is_page`: made for reading, so the writers' own marks are left out unless they are asked for."""

    extension: str
    label: str
    media_type: str
    module: str
    function: str
    is_page: bool = False

    def write(self, script: Screenplay, options: Options = PLAIN) -> bytes:
        """The script as a file; text is UTF-8."""
        writer: Callable[[Screenplay, Options], str | bytes] = _load(self.module, self.function)
        written = writer(annotated(script, options, is_page=self.is_page), options)
        return written.encode("utf-8", "ignore") if isinstance(written, str) else written


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEXT = "text/plain; charset=utf-8"
FORMATS = {
    form.extension: form
    for form in (
        Format("pdf", "PDF", "application/pdf", "pdf", "write_pdf", is_page=True),
        Format("fdx", "Final Draft", "application/xml", "fdx", "write_fdx"),
        Format("fountain", "Fountain", TEXT, "fountain", "write_fountain"),
        Format("docx", "Word", DOCX, "word", "write_docx", is_page=True),
        Format("html", "HTML", "text/html; charset=utf-8", "html", "write_html", is_page=True),
        Format("txt", "Text", TEXT, "plain", "write_plain", is_page=True),
        Format("json", "JSON", "application/json", "native", "write_json"),
    )
}
READERS = {
    "fountain": ("fountain_reader", "read_fountain"),
    "spmd": ("fountain_reader", "read_fountain"),
    "txt": ("fountain_reader", "read_fountain"),
    "fdx": ("fdx_reader", "read_fdx"),
    "json": ("native", "read_json"),
}


def read_script(source: bytes, extension: str, report: Report | None = None) -> Screenplay:
    """The screenplay in a file, by its name's extension; what of it is not kept is told in the report.

    Raises Refused("script.invalid") saying where it fails.
    """
    if extension not in READERS:
        raise unreadable("script.ending", ending=extension[:20], known=", ".join(READERS))
    reader: Callable[[bytes, Report | None], Screenplay] = _load(*READERS[extension])
    script = reader(source, report)
    if not script.scenes:
        raise unreadable("script.empty", line=1)
    return script


def _load(module: str, function: str) -> Any:
    return getattr(import_module(f"{__name__}.{module}"), function)
