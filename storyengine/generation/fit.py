"""A context is cut to what a writer takes in, by a stated order. Pure."""

from collections.abc import Callable
from dataclasses import fields, replace

from storyengine.generation.prompt import Context
from storyengine.sentences import say, stored


def fit(context: Context, budget: int, count: Callable[[Context], int]) -> Context:
    """The context cut until its prompt counts at most `budget`; unchanged where it fits.

    `count` gives the tokens of a context's prompt. What goes, in this order: open questions, the oldest first;
    facts, the least useful first; summaries, the oldest first; lore, the least useful first; what places look like;
    what is not wanted and wishes, the lightest first; who people are, for those who are not in the last scene; the
    outline from its beginning, which the story has passed, but for its last line; the earlier draft; the last
    scene, line by line from its beginning. The rules, the choice, the directive and an editor's note are never cut.
    What still does not fit is the writer's to refuse.
    """
    size = count(context)
    for cut in (
        _drop_thread,
        _drop_fact,
        _drop_summary,
        _drop_lore,
        _drop_places,
        _drop_unwanted,
        _drop_wish,
        _drop_absent,
        _drop_outline,
        _drop_draft,
        _drop_line,
    ):
        while size > budget and (smaller := cut(context)) != context:
            context, size = smaller, count(smaller)
    return context


def left_out(whole: Context, seen: Context) -> str:
    """What `fit` took away, as a remark is stored; empty where nothing went."""
    names = [one.name for one in fields(Context) if getattr(whole, one.name) != getattr(seen, one.name)]
    return stored(say("remark.cut", parts=", ".join(names))) if names else ""


def _drop_thread(context: Context) -> Context:
    return replace(context, threads=context.threads[1:])


def _drop_fact(context: Context) -> Context:
    return replace(context, facts=context.facts[1:])


def _drop_summary(context: Context) -> Context:
    return replace(context, so_far=context.so_far[1:])


def _drop_lore(context: Context) -> Context:
    return replace(context, lore=context.lore[1:])


def _drop_outline(context: Context) -> Context:
    return replace(context, outline=context.outline[1:] if len(context.outline) > 1 else context.outline)


def _drop_places(context: Context) -> Context:
    return replace(context, places=tuple((name, "") for name, _ in context.places))


def _drop_wish(context: Context) -> Context:
    return replace(context, wishes=context.wishes[:-1] if len(context.wishes) > 1 else context.wishes)


def _drop_unwanted(context: Context) -> Context:
    return replace(context, unwanted=context.unwanted[:-1] if len(context.unwanted) > 1 else context.unwanted)


def _drop_absent(context: Context) -> Context:
    present = context.last_scene.casefold()
    kept = tuple((name, text if name.casefold() in present else "") for name, text in context.characters)
    return replace(context, characters=kept)


def _drop_draft(context: Context) -> Context:
    return replace(context, earlier_draft="")


def _drop_line(context: Context) -> Context:
    """The heading stays, then the lines nearest to the choice: a scene is continued from its end."""
    heading, *lines = context.last_scene.split("\n")
    return replace(context, last_scene="\n".join([heading, *lines[1:]])) if len(lines) > 1 else context
