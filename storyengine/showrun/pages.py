"""A page as a browser understands it: its forms with what they would send, its links, its table rows."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

Pair = tuple[str, str]
Attributes = dict[str, str]


@dataclass(slots=True)
class Form:
    """`fields` in page order: the pairs that a browser sends, buttons apart."""

    attributes: Attributes
    fields: list[Pair] = field(default_factory=list)

    @property
    def action(self) -> str:
        return self.attributes.get("action", "")

    def filled(self, **values: str) -> list[Pair]:
        """The pairs with some values typed in; raises KeyError for a field that the page does not have."""
        missing = set(values) - {name for name, _ in self.fields}
        if missing:
            raise KeyError(f"the form has no field {', '.join(sorted(missing))}")
        return [(name, values.get(name, value)) for name, value in self.fields]


@dataclass(slots=True)
class Row:
    """One table row: its words, where it leads, and the states that its chips show."""

    words: str = ""
    links: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """Parse `html`; read `forms`, `links` and `rows`."""

    def __init__(self, html: str, *, url: str = "", status: int = 200) -> None:
        super().__init__(convert_charrefs=True)
        self.url, self.status = url, status
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.rows: list[Row] = []
        self._form: Form | None = None
        self._row: Row | None = None
        self._inert = 0  # inside <template>: nothing there is part of the page
        self._disabled = 0  # inside a disabled fieldset: nothing there is sent
        self._fieldsets: list[bool] = []
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._textarea: tuple[str, list[str]] | None = None
        self.feed(html)
        self.close()

    def form(self, *, mark: str = "", action: str = "") -> Form:
        """The form with this `data-` attribute, or whose action ends so; raises LookupError."""
        for form in self.forms:
            if mark in form.attributes or (action and form.action.endswith(action)):
                return form
        raise LookupError(f"{self.url} has no form {mark or action}")

    def form_with(self, name: str) -> Form:
        """The form that has a field of this name; raises LookupError."""
        for form in self.forms:
            if any(name == field_name for field_name, _ in form.fields):
                return form
        raise LookupError(f"{self.url} has no form with a field {name}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "template":
            self._inert += 1
        elif not self._inert:
            self._note(attributes)
            opened = getattr(self, f"_open_{tag}", None)
            if opened:
                opened(attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._inert = max(0, self._inert - 1)
        elif not self._inert:
            closed = getattr(self, f"_close_{tag}", None)
            if closed:
                closed()

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._textarea[1].append(data)
        if self._row is not None and not self._inert:
            self._row.words += data

    def _note(self, attributes: Attributes) -> None:
        if "formaction" in attributes:  # the button of a form that only asks: a link with fields
            self.links.append(attributes["formaction"])
        if self._row is not None and "data-state" in attributes:
            self._row.states.append(attributes["data-state"])

    def _open_a(self, attributes: Attributes) -> None:
        if "href" in attributes:
            self.links.append(attributes["href"])
            if self._row is not None:
                self._row.links.append(attributes["href"])

    def _open_tr(self, attributes: Attributes) -> None:
        self._row = Row()
        self.rows.append(self._row)

    def _close_tr(self) -> None:
        self._row = None

    def _open_form(self, attributes: Attributes) -> None:
        self._form = Form(attributes)
        self.forms.append(self._form)

    def _close_form(self) -> None:
        self._form = None

    def _open_fieldset(self, attributes: Attributes) -> None:
        self._fieldsets.append("disabled" in attributes)
        self._disabled += self._fieldsets[-1]

    def _close_fieldset(self) -> None:
        if self._fieldsets:
            self._disabled -= self._fieldsets.pop()

    def _open_input(self, attributes: Attributes) -> None:
        kind = attributes.get("type", "text").lower()
        if kind in {"submit", "button", "image", "reset", "file"}:
            return
        if kind in {"checkbox", "radio"} and "checked" not in attributes:
            return
        self._send(attributes, attributes.get("value", "on" if kind in {"checkbox", "radio"} else ""))

    def _open_textarea(self, attributes: Attributes) -> None:
        self._textarea = (self._sendable(attributes), [])

    def _close_textarea(self) -> None:
        if self._textarea is not None:
            name, parts = self._textarea
            self._textarea = None
            # A newline right after the tag is the page's, not the text's; a browser sends the others as CRLF.
            text = "".join(parts).replace("\r\n", "\n").removeprefix("\n").replace("\n", "\r\n")
            self._send({"name": name}, text)

    def _open_select(self, attributes: Attributes) -> None:
        self._select = (self._sendable(attributes), [])

    def _open_option(self, attributes: Attributes) -> None:
        if self._select is not None:
            self._select[1].append((attributes.get("value", ""), "selected" in attributes))

    def _close_select(self) -> None:
        if self._select is not None:
            name, options = self._select
            self._select = None
            chosen = [value for value, selected in options if selected] or [value for value, _ in options[:1]]
            for value in chosen[-1:]:
                self._send({"name": name}, value)

    def _sendable(self, attributes: Attributes) -> str:
        return "" if "disabled" in attributes else attributes.get("name", "")

    def _send(self, attributes: Attributes, value: str) -> None:
        name = self._sendable(attributes)
        if name and self._form is not None and not self._disabled:
            self._form.fields.append((name, value))
