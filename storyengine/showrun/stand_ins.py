"""Stand-ins for the people backstage: they use the product's own pages, as a browser would, and nothing else."""

import asyncio
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx

from storyengine.showrun.pages import Form, Page, Pair
from storyengine.showrun.twin import Person

PAGE_TIMEOUT_S = 30.0


class Backstage(Exception):
    """A page did not do what the stand-in needed; says which and what came instead."""


class Browser:
    """One person's browser: cookies, redirects, forms with their CSRF tokens."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.AsyncClient(
            base_url=url,
            timeout=PAGE_TIMEOUT_S,
            follow_redirects=True,
            headers={"Accept-Language": "en", "User-Agent": "storyengine-rehearsal"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def open(self, address: str, *, fragment: bool = False) -> Page:
        """A page, or the part of it that htmx would fetch."""
        return _page(await self._get(address, {"HX-Request": "true"} if fragment else {}))

    async def fetch(self, address: str) -> bytes:
        """A file; raises Backstage for anything but 200."""
        answer = await self._get(address, {})
        if answer.status_code != 200:
            raise Backstage(f"{answer.url} answered {answer.status_code}")
        return answer.content

    async def submit(self, page: Page, form: Form, *, button: Pair | None = None, **values: str) -> Page:
        """Send the form with some fields typed in and, if it has a name, the button that was pressed."""
        pairs = form.filled(**values) + ([button] if button else [])
        address = urljoin(page.url, form.action)
        data: dict[str, list[str]] = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value)
        headers = {"Origin": self._url, "Referer": page.url}
        try:
            return _page(await self._client.post(address, data=data, headers=headers))
        except httpx.HTTPError as error:
            raise Backstage(f"{address}: {type(error).__name__}") from error

    async def sign_in(self, person: Person, *, at: str) -> Page:
        """Go to a page that asks who is there, and answer; ends on that page."""
        page = await self.open(at)
        form = _form_with(page, "password")
        page = await self.submit(page, form, username=person.name, password=person.words)
        if not page.url.endswith(at):
            raise Backstage(f"signing in as {person.name} led to {page.url} ({page.status}) instead of {at}")
        return page

    async def _get(self, address: str, headers: dict[str, str]) -> httpx.Response:
        try:
            return await self._client.get(address, headers=headers)
        except httpx.HTTPError as error:
            raise Backstage(f"{address}: {type(error).__name__}") from error


class Editor:
    """Reads the desk and approves what waits there for one performance, in the desk's own order."""

    def __init__(self, browser: Browser, code: str, *, every_s: float = 0.5) -> None:
        self._browser, self._code, self._every_s = browser, code, every_s
        self.approved = 0

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            for address in await self._waiting():
                await self._approve(address)
            await asyncio.sleep(self._every_s)

    async def _waiting(self) -> list[str]:
        page = await self._browser.open("/desk/", fragment=True)
        if page.status != 200:
            raise Backstage(f"the desk answered {page.status}")
        ours = [row for row in page.rows if self._code in row.words and "in_review" in row.states]
        return [row.links[0] for row in ours if row.links]

    async def _approve(self, address: str) -> None:
        """Send the page's text back as it stands, with the Approve button."""
        page = await self._browser.open(address)
        form = _form(page, mark="data-desk")
        if not any(name == "heading" for name, _ in form.fields):
            return  # withdrawn since the desk was read: its fields are disabled
        answer = await self._browser.submit(page, form, button=("approve", "1"))
        if answer.status == 200:
            self.approved += 1
        elif answer.status != 409:  # 409: the story went elsewhere between reading and approving
            raise Backstage(f"approving {address} answered {answer.status}")


class Showrunner:
    """Presses the console's buttons of one performance."""

    def __init__(self, browser: Browser, code: str) -> None:
        self._browser, self._console = browser, f"/console/{code}/"

    async def start(self) -> None:
        await self._press("start")

    async def end(self) -> None:
        await self._press("end")

    async def export(self, extension: str = "fountain") -> bytes:
        """The script, by the console's own button."""
        page = await self._browser.open(self._console)
        link = next((link for link in page.links if link.endswith(f"script.{extension}")), None)
        if link is None:
            raise Backstage(f"{page.url} has no link to a {extension} script")
        return await self._browser.fetch(link)

    async def _press(self, verb: str) -> None:
        page = await self._browser.open(self._console)
        answer = await self._browser.submit(page, _form(page, action=f"/{verb}/"))
        if answer.status != 200:
            raise Backstage(f"the console's {verb} answered {answer.status}")


def _page(answer: httpx.Response) -> Page:
    return Page(answer.text, url=str(answer.url), status=answer.status_code)


def _form(page: Page, *, mark: str = "", action: str = "") -> Form:
    try:
        return page.form(mark=mark, action=action)
    except LookupError as error:
        raise Backstage(f"{error} (status {page.status})") from error


def _form_with(page: Page, name: str) -> Form:
    try:
        return page.form_with(name)
    except LookupError as error:
        raise Backstage(f"{error} (status {page.status})") from error
