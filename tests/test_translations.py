"""The Simplified Chinese catalogue: complete, compiled, and in step with what pages and code say."""

import gettext
import os
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation
from django.utils.formats import date_format

ROOT = Path(__file__).resolve().parent.parent
ENGLISH = os.environ | {"LC_ALL": "C", "LANGUAGE": ""}
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES/django.po")
COMPLETE = re.compile(r"\d+ translated messages?\.")  # msgfmt adds how many are fuzzy or empty, where any is
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

Messages = dict[str | tuple[str, int], str]


def messages_in(compiled: Path) -> Messages:
    with compiled.open("rb") as file:
        return dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]


def msgfmt(catalogue: Path, compiled: Path) -> str:
    """Compile, and return the one line of statistics."""
    command = ["msgfmt", "--check-header", "--statistics", "-o", str(compiled), str(catalogue)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=ENGLISH)
    assert done.returncode == 0, done.stderr
    return done.stderr.strip()


def untranslated(catalogue: Path) -> str:
    """The entries that wait for a translator, as the catalogue writes them; after its header."""
    kinds = [["--untranslated"], ["--only-fuzzy"]]
    command = ["msgattrib", "--no-obsolete", "--no-wrap", str(catalogue)]
    return "".join(subprocess.run(command + kind, check=True, capture_output=True, text=True).stdout for kind in kinds)


@pytest.fixture
def compiled(tmp_path: Path) -> Messages:
    msgfmt(ROOT / CATALOGUE, tmp_path / "django.mo")
    return messages_in(tmp_path / "django.mo")


def test_the_compiled_catalogue_is_what_the_text_compiles_to(compiled: Messages) -> None:
    assert messages_in((ROOT / CATALOGUE).with_suffix(".mo")) == compiled


def test_every_entry_is_translated_and_none_is_fuzzy(tmp_path: Path) -> None:
    assert COMPLETE.fullmatch(msgfmt(ROOT / CATALOGUE, tmp_path / "django.mo")), untranslated(ROOT / CATALOGUE)


def test_a_translation_keeps_the_placeholders_of_its_message(compiled: Messages) -> None:
    texts = [(key if isinstance(key, str) else key[0], text) for key, text in compiled.items() if key != ""]
    assert len(texts) > 300
    differing = [pair for pair in texts if len({tuple(sorted(PLACEHOLDER.findall(text))) for text in pair}) > 1]
    assert differing == []


def test_everything_the_product_says_is_in_the_catalogue(tmp_path: Path, monkeypatch, settings) -> None:
    """Extract into a copy of the tree: what is new in code or templates would stand there untranslated."""
    unread = shutil.ignore_patterns("__pycache__", "migrations", "static", "training", "stories")
    for folder in ["audience", "storyengine", "templates", "locale"]:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=unread)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    monkeypatch.chdir(tmp_path)
    call_command("makemessages", locale=["zh_Hans"], no_location=True, no_wrap=True, verbosity=0)
    statistics = msgfmt(tmp_path / CATALOGUE, tmp_path / "django.mo")
    assert COMPLETE.fullmatch(statistics), untranslated(tmp_path / CATALOGUE)


def test_the_site_speaks_it() -> None:
    with translation.override("zh-hans"):
        assert translation.gettext("Join code") == "入场码"
        assert translation.ngettext("%(votes)s vote", "%(votes)s votes", 2) % {"votes": 2} == "2 票"


HAN = "[\u4e00-\u9fff“”]"
# A message's own pieces: what is filled in, code, what a file or an address holds.
NO_WORDS = re.compile(
    r'%\(\w+\)[sd]|%[sd]|\{\w*\}|`[^`]*`|https?://\S+|<[^>]*>|"\w+"(?:: (?:"[^"]*"|%\(\w+\)s))?|\[[^\]]*\]|:: |title: …'
)
ASCII_SIGN = re.compile(
    rf"{HAN}\s?[,.:;?!](?!\w)|[,.:;?!]\s?{HAN}|{HAN}\s?[()]|[()]\s?{HAN}|['\"]\s?{HAN}|{HAN}\s?['\"]"
)
FORMULA = "(1 + |情感|) × 2^(−已过时间 / 90 秒)"


def test_chinese_sentences_have_chinese_signs(compiled: Messages) -> None:
    bare = {
        text: NO_WORDS.sub("X", text.replace(FORMULA, "X").replace("(1 + 立场 / 2)", "X")) for text in compiled.values()
    }
    assert len([text for text in bare if re.search(HAN, text)]) > 1000
    assert [text for text, words in bare.items() if ASCII_SIGN.search(words)] == []


SAID = re.compile(r"\{% (blocktranslate|comment).*?\{% end\1 %\}|\{#.*?#\}", re.DOTALL)
JOINT = re.compile(r"(?:%\}|\}\}|</\w+>)(?:[:;,] | \()(?=[{<]|$)|\|join:\"[,;]")


def test_no_template_joins_two_texts_with_a_sign_that_only_english_has() -> None:
    """They are `{% translate ": " %}` there, so that a Chinese page has its own."""
    pages = {path: path.read_text() for path in (ROOT / "templates").rglob("*.html") if path.name != "base.html"}
    found = [
        (path.name, match[0]) for path, text in pages.items() for match in JOINT.finditer(SAID.sub("{{ said }}", text))
    ]
    assert (len(pages) > 50, found) == (True, [])


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ["3 Nov 2026, 21:05", "3 Nov 2026, 21:05:09", "21:05"]),
     ("zh-hans", ["2026年11月3日 21:05", "2026年11月3日 21:05:09", "21:05"])],
)  # fmt: skip
def test_times_are_written_alike_on_every_page(language: str, said: list[str]) -> None:
    at = datetime(2026, 11, 3, 21, 5, 9)
    with translation.override(language):
        assert [date_format(at, f"{name}_FORMAT") for name in ("SHORT_DATETIME", "DATETIME", "TIME")] == said
