"""The stand-ins' page sends what a browser would send."""

import pytest

from storyengine.showrun.pages import Page

PAGE = """
<form method="post" data-desk action="/desk/revisions/7/">
  <input type="hidden" name="version" value="3">
  <input name="heading" value="INT. PUB &amp; CELLAR">
  <select name="kind"><option value="action">action</option><option value="dialogue" selected>dialogue</option></select>
  <select name="preset"><option value="">first</option><option value="b">b</option></select>
  <textarea name="text">
Two
lines</textarea>
  <template><input name="ghost" value="x"><textarea name="ghost2">y</textarea></template>
  <fieldset disabled><input name="off" value="z"></fieldset>
  <input type="checkbox" name="unchecked"><input type="checkbox" name="checked" checked>
  <button name="approve" value="1">Approve</button>
</form>
<form action="/console/ABC/start/"><input name="csrf" value="t"></form>
<table><tr><th><a href="/desk/revisions/7/">Open it</a></th>
<td><span data-state="in_review">?</span></td><td>ABC234</td></tr></table>
"""


def test_page_sends_the_fields_of_a_form_in_order() -> None:
    assert Page(PAGE).form(mark="data-desk").fields == [
        ("version", "3"),
        ("heading", "INT. PUB & CELLAR"),
        ("kind", "dialogue"),
        ("preset", ""),
        ("text", "Two\r\nlines"),
        ("checked", "on"),
    ]


def test_page_finds_a_form_by_its_action_and_refuses_a_missing_one() -> None:
    page = Page(PAGE, url="http://here/")
    assert page.form(action="/start/").fields == [("csrf", "t")]
    with pytest.raises(LookupError, match="has no form /end/"):
        page.form(action="/end/")


def test_form_refuses_a_field_that_the_page_does_not_have() -> None:
    form = Page(PAGE).form(action="/start/")
    assert form.filled(csrf="other") == [("csrf", "other")]
    with pytest.raises(KeyError, match="password"):
        form.filled(password="x")


def test_page_reads_rows_with_links_and_states() -> None:
    (row,) = Page(PAGE).rows
    assert (row.links, row.states) == (["/desk/revisions/7/"], ["in_review"])
    assert "ABC234" in row.words
