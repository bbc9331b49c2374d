"""Choices whose branch is not yet written, in a tool where every link names a passage.

A story with such choices gets one passage more, known by its tag: all of them link to it. Twine, Tweego and the
players show it as a page that says so, and check it as no broken link. Whoever reads the tag knows that it is no scene
and that a link to it leads nowhere yet; a link to a passage that is missing stays the dead link that it is.
"""

from collections.abc import Collection

from storyengine.plot.formats.shape import FileScene, FileStory
from storyengine.plot.formats.twine.passages import UNWRITTEN, Passage

NAME, TEXT = "Not yet written", "This branch is not yet written."


def place_for(story: FileStory, kept: list[Passage], taken: Collection[str]) -> Passage | None:
    """The passage to which open choices link: the one that the file had, else a new one; None where none is open."""
    if not any(choice.to is None and not choice.target for scene in story.scenes for choice in scene.choices):
        return None
    had = next((passage for passage in kept if UNWRITTEN in passage.tags), None)
    if had is not None:
        return had
    dead = (choice.target for scene in story.scenes for choice in scene.choices)
    used, name, number = {*taken, *dead, *(passage.name for passage in kept)}, NAME, 2
    while name in used:
        name, number = f"{NAME} {number}", number + 1
    return Passage(name, TEXT, [UNWRITTEN])


def open_again(scene: FileScene, places: Collection[str]) -> None:
    """Links to such a passage are open choices."""
    for choice in scene.choices:
        if choice.target in places:
            choice.target = ""
