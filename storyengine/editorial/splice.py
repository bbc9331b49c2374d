"""Put new words in the place of some beats, and nowhere else. Pure."""

from dataclasses import replace

from storyengine.plot.branch import MAX_BEATS, Branch, BranchBeat

Beats = tuple[BranchBeat, ...]


def splice(kept: Branch, span: tuple[int, int], written: Branch) -> Branch:
    """`kept` with the beats [first, last) of its first scene replaced by the writer's answer to that request.

    An answer that repeats what stands around the place loses the repetition. Heading, choices, summary, every
    other beat and every further scene stay equal to the byte; the text stays within what a branch may hold.
    """
    first, last = span
    scene, *further = kept.scenes
    before, after = scene.beats[:first], scene.beats[last:]
    new = _without_surroundings(written.scenes[0].beats, before, after)[: MAX_BEATS - len(before) - len(after)]
    result = Branch((replace(scene, beats=before + new + after), *further))
    assert _rest_is_equal(kept, result, span), "a request for some beats changed others"
    return result


def _without_surroundings(new: Beats, before: Beats, after: Beats) -> Beats:
    """The answer without the beats at its edges that say what the kept ones beside it say; never empty."""
    start = next((n for n in range(min(len(before), len(new)), 0, -1) if before[-n:] == new[:n]), 0)
    trimmed = new[start:]
    end = next((n for n in range(min(len(after), len(trimmed)), 0, -1) if after[:n] == trimmed[-n:]), 0)
    return trimmed[: len(trimmed) - end] or new


def _rest_is_equal(kept: Branch, result: Branch, span: tuple[int, int]) -> bool:
    old, new = kept.scenes[0], result.scenes[0]
    tail = len(old.beats) - span[1]
    return (
        old.beats[: span[0]] == new.beats[: span[0]]
        and old.beats[span[1] :] == new.beats[len(new.beats) - tail :]
        and replace(old, beats=()) == replace(new, beats=())
        and kept.scenes[1:] == result.scenes[1:]
    )
