"""Why a file is refused is said by a code, in words that stand in one place and are translated."""

import json
import re
from pathlib import Path

import pytest
from django.utils import translation

from storyengine.errors import Refused
from storyengine.plot.formats import FORMATS, read_files, write_story
from storyengine.plot.formats.intake import take
from storyengine.plot.formats.reasons import REASONS, because
from storyengine.plot.formats.report import Report
from storyengine.script.formats import read_script
from tests.plot.formats.stories import read

PLOT = Path(__file__).resolve().parents[3] / "storyengine"
NATIVE = {"format": "storyengine-story", "version": 1, "slug": "a", "title": "A", "language": "en", "start": "k",
          "scenes": [{"key": "k", "heading": "H", "beats": [], "choices": []}]}  # fmt: skip


def test_every_reason_has_words_and_all_words_are_said() -> None:
    paths = [*(PLOT / "plot").rglob("*.py"), *(PLOT / "script").rglob("*.py"), *(PLOT / "showrun").glob("*.py")]
    sources = "\n".join(path.read_text() for path in paths if path.name != "reasons.py")
    raised = r'\b(?:because|invalid|refuse|unreadable)\(\s*(?:[^"()]*(?:\([^()]*\))?[^"()]*,\s*)?"([a-z]+\.[a-z_]+)"'
    said = set(re.findall(raised, sources))
    assert said <= set(REASONS) | {"story.invalid", "script.invalid"}
    assert [code for code in REASONS if f'"{code}"' not in sources] == []


def native(**fields: object) -> bytes:
    return json.dumps(NATIVE | fields).encode()


@pytest.mark.parametrize(
    ("name", "data", "english", "chinese"),
    [
        ("a.twee", b"Words.", "by its name this is Twee 3, but nothing in it is",
         "从文件名看这是 Twee 3，但内容完全不像"),
        ("a.png", b"Words.", "it looks like no format that is known", "看上去不是任何已知的格式"),
        ("a.html", b"<tw-storydata></tw-storydata>",
         "line 1: there is no Twine 2 story in this page: no tw-storydata with a passage",
         "第 1 行：这个页面里没有 Twine 2 故事：没有含片段的 tw-storydata"),
        ("a.json", b'{"passages":\n [}', "line 2: this is not JSON from column 3 on", "第 2 行：从第 3 列起不是 JSON"),
        ("a.json", b'{"passages": ' + b"[" * 100_000, "line 1: nested too deep", "第 1 行：嵌套过深"),
        ("a.json", b'{"passages": ' + b"1" * 5_000 + b"}", "line 1: a number in it is too long",
         "第 1 行：其中一个数字过长"),
        ("a.twee", b":: A\n\x00", "line 2: this is not a text file", "第 2 行：这不是文本文件"),
        ("a.zip", b"PK\x03\x04 nonsense", "the archive cannot be read: File is not a zip file",
         "无法读取压缩包：File is not a zip file"),
        ("a.json", native(start="x"), "line 1: start: 'x' is no scene", "第 1 行：start: 'x' 不是场景"),
        ("a.json", native(scenes=[{"key": "k", "heading": "H", "beats": [{"kind": "song", "text": "x"}]}]),
         "line 1: scenes[0].beats[0].kind: 'song' is none of action, ",
         "第 1 行：scenes[0].beats[0].kind: 'song' 不在 action"),
        ("a.ink", b"=== a\n" + b"".join(b"* " * n + b"x\n" for n in range(1, 100)),
         "line 62: nested more than 60 deep", "第 62 行：嵌套超过 60 层"),
    ],
)  # fmt: skip
def test_a_refusal_speaks_the_language_of_its_reader(name: str, data: bytes, english: str, chinese: str) -> None:
    with pytest.raises(Refused) as refused:
        read_files(take(name, data, Report()), Report())
    assert str(refused.value.detail["reason"]).startswith(english)
    with translation.override("zh-hans"):
        assert str(refused.value.detail["reason"]).startswith(chinese)
        assert chinese in refused.value.as_message()["message"]


def test_a_format_that_is_only_read_says_so() -> None:
    with pytest.raises(Refused) as refused:
        write_story(read(":: A\na"), "yarn", Report())
    assert str(refused.value.detail["reason"]) == "Yarn Spinner is read, not written"
    with translation.override("zh-hans"):
        assert str(refused.value.detail["reason"]) == "Yarn Spinner 只能读入，不能写出"
    assert "yarn" in FORMATS


def test_a_code_without_words_is_a_mistake_and_long_words_are_cut() -> None:
    with pytest.raises(KeyError):
        because("file.nonsense")
    assert str(because("native.no_scene", key="x" * 500)) == "x" * 200 + "… is no scene"


@pytest.mark.parametrize(
    ("ending", "data", "english", "chinese"),
    [
        ("fountain", b"INT. BAR\n\n\x00", "line 3: this is not a text file", "第 3 行：这不是文本文件"),
        ("fountain", b"\n", "line 1: there is nothing in it", "第 1 行：里面什么也没有"),
        ("pdf", b"%PDF", ".pdf is none of fountain, ", ".pdf 不在 fountain"),
        ("fdx", b"<FinalDraft/>", "line 1: there is no <Content> in it", "第 1 行：其中没有 <Content>"),
        ("fdx", b"<html/>", "line 1: <FinalDraft> is needed, not <html>", "第 1 行：需要 <FinalDraft>，而不是 <html>"),
        ("fdx", b"<FinalDraft>\n<", "line 2: this is not XML (", "第 2 行：这不是 XML（"),
        ("json", b'{"format": "storyengine-screenplay", "version": 1,\n "scenes": [{"beats": [3]}]}',
         "line 2: scenes[0].beats[0]: an object is needed", "第 2 行：scenes[0].beats[0]: 需要一个对象"),
    ],
)  # fmt: skip
def test_a_screenplay_is_refused_in_the_language_of_its_reader(
    ending: str, data: bytes, english: str, chinese: str
) -> None:
    with pytest.raises(Refused) as refused:
        read_script(data, ending)
    assert refused.value.code == "script.invalid"
    assert str(refused.value.detail["reason"]).startswith(english)
    with translation.override("zh-hans"):
        assert str(refused.value.detail["reason"]).startswith(chinese)
