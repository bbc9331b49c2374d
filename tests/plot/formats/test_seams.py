"""Text under conditions, of which one is meant: it is all shown, and its branches do not run together."""

import pytest

from tests.plot.formats.stories import again, prose, read

SUGARCUBE = """:: StoryData
{"ifid": "D674C58C-DEFA-4F70-B7A2-27742230C0FC", "format": "SugarCube"}

"""


def said(head: str, text: str) -> list[str]:
    return [line for name, *_, line in prose(read(f"{head}:: A\n{text}\n\n:: B\nb\n")) if name == "A"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("A (if: $red)[red](else-if: $blue)[blue](else:)[grey] door.", ["A red / blue / grey door."]),
        ("A (if: $red)[''red'' ](else:)[ grey] door.", ["A red / grey door."]),
        ("(if: $a)[A rope.(if: $b)[It is long.](else:)[It is short.]](else:)[Nothing.]",
         ["A rope. It is long.", "It is short.", "Nothing."]),
        ("(unless: $q)[Q.](else:)[(if: $z)[Z.](else:)[Y.]]", ["Q.", "Z.", "Y."]),
        ("(if: $x)[One] (else:) [Two]", ["One / Two"]),
        ("(if: $x)[\n Long.\n](else:)[\n Short.\n]", ["Long.", "Short."]),
        ("(if: $a)[[[Pay->B]]](else:)[No coins. [[Beg->B]]] So.", ["No coins. Beg So."]),
        ("(if: $a)[(set: $b to 1)](else:)[Wait.]", ["Wait."]),
    ],
)  # fmt: skip
def test_branches_of_harlowe_stay_apart(text: str, lines: list[str]) -> None:
    assert said("", text) == lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("A <<if $red>>red<<elseif $b>>blue<<else>>grey<</if>> door.", ["A red / blue / grey door."]),
        ("<<if $a>>Rope.<<else>>Nothing.<</if>>", ["Rope.", "Nothing."]),
        ("It is <<switch $q>><<case 1>>one<<case 2>>two<<default>>more<</switch>>.", ["It is one / two / more."]),
    ],
)
def test_branches_of_sugarcube_stay_apart(text: str, lines: list[str]) -> None:
    assert said(SUGARCUBE, text) == lines


@pytest.mark.parametrize("form", ["twee", "ink"])
def test_they_are_the_same_words_in_every_tool(form: str) -> None:
    story = read(
        ":: A\nA (if: $red)[red](else:)[grey] door. (if: $a)[Rope.(if: $b)[Long.](else:)[Short.]]\n\n[[B]]\n\n:: B\nb\n"
    )
    assert prose(again(story, form)) == prose(story)
