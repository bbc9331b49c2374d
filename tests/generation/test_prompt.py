"""The prompt: exactly these words, from stable to volatile; a context survives its row."""

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from storyengine.generation.fit import fit, left_out
from storyengine.generation.prompt import (
    RULES,
    Context,
    Wish,
    context_from_json,
    context_to_json,
    messages,
    scene_text,
    segments,
)
from storyengine.plot.branch import BranchBeat, BranchScene

SMALL = Context(
    title="The Ferry",
    language="en",
    tone="dry",
    logline="Who pays?",
    rules=("The river is wide.",),
    characters=(("Oda", "The ferryman. Short sentences."),),
    places=(("The Landing", "Mud."),),
    so_far=("Oda waits.",),
    last_scene="EXT. The Landing - DAWN\nFog.",
    choice="Carry the thief",
    facts=(("Oda", "has one oar"),),
    threads=("Who pays?",),
    loved=(("Oda", 4),),
    wishes=(Wish("sea monster", 3, 2.5, (4, 5, 6)),),
    votes=(7, 10),
)

PROMPT = """\
# The Ferry
Language: English
Tone: dry
Logline: Who pays?
Rules:
- The river is wide.
Characters:
- Oda: The ferryman. Short sentences.
Places:
- The Landing: Mud.

# SO FAR
- Oda waits.

# TRUE NOW
- Oda: has one oar

# STILL OPEN
- Who pays?

# LAST SCENE
EXT. The Landing - DAWN
Fog.

# AUDIENCE
Votes: 7 of 10
Loved: Oda (4)
Wishes:
- sea monster (3)

# CHOICE
Carry the thief

# WRITE
Words: 120 to 220
Choices: 3
"""


def test_messages_say_exactly_this() -> None:
    assert messages(SMALL) == [{"role": "system", "content": RULES}, {"role": "user", "content": PROMPT}]


def test_segments_go_from_stable_to_volatile() -> None:
    names = ["rules", "bible", "memory", "facts", "threads", "scene", "audience", "choice", "request"]
    assert [part.name for part in segments(SMALL)] == names


def test_segments_leave_out_what_is_empty() -> None:
    bare = replace(SMALL, so_far=(), facts=(), threads=(), wishes=(), loved=(), votes=None)
    assert [part.name for part in segments(bare)] == ["rules", "bible", "scene", "choice", "request"]


LED = replace(SMALL, outline=("The bell is heard.", "Oda drowns."), lore=("the Bell: rings before a death",))


def test_outline_follows_the_bible_and_lore_the_last_scene() -> None:
    names = [
        "rules",
        "bible",
        "outline",
        "memory",
        "facts",
        "threads",
        "scene",
        "lore",
        "audience",
        "choice",
        "request",
    ]
    assert [part.name for part in segments(LED)] == names
    texts = {part.name: part.text for part in segments(LED)}
    assert texts.pop("outline") == "# OUTLINE\n- The bell is heard.\n- Oda drowns.\n\n"
    assert texts.pop("lore") == "# LORE\n- the Bell: rings before a death\n\n"
    assert list(texts.values()) == [part.text for part in segments(SMALL)]


def test_prompts_of_two_choices_share_all_before_the_choice() -> None:
    other = replace(SMALL, choice="Burn the ferry")
    shared = [part.name for part, twin in zip(segments(SMALL), segments(other), strict=True) if part == twin]
    assert shared == ["rules", "bible", "memory", "facts", "threads", "scene", "audience", "request"]


def test_request_carries_directive_earlier_draft_and_note() -> None:
    asked = replace(SMALL, directive="End it.", earlier_draft="EXT. RIVER\nFog.", note="Less fog.")
    assert segments(asked)[-1].text == (
        "# WRITE\nWords: 120 to 220\nChoices: 3\nDirective: End it.\n"
        "Earlier draft:\nEXT. RIVER\nFog.\nChange: Less fog.\n"
    )


def test_scene_text_puts_an_aside_before_its_speech() -> None:
    beats = (
        BranchBeat("action", "Fog."),
        BranchBeat("parenthetical", "(softly)", "ODA"),
        BranchBeat("dialogue", "No.", "ODA"),
        BranchBeat("dialogue", "Yes.", "BRAM"),
    )
    assert scene_text(BranchScene("EXT. RIVER", beats)) == "EXT. RIVER\nFog.\nODA: (softly) No.\nBRAM: Yes."


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple)
TEXTS = st.lists(TEXT, max_size=2).map(tuple)
WISHES = st.builds(
    Wish, TEXT, st.integers(), st.floats(allow_nan=False), st.lists(st.integers(), max_size=2).map(tuple)
)
CONTEXTS = st.builds(
    Context, title=TEXT, language=TEXT, tone=TEXT, logline=TEXT, rules=TEXTS, characters=PAIRS, places=PAIRS,
    so_far=TEXTS, last_scene=TEXT, choice=TEXT, wishes=st.lists(WISHES, max_size=2).map(tuple),
    votes=st.none() | st.tuples(st.integers(), st.integers()), directive=TEXT, earlier_draft=TEXT, note=TEXT,
    outline=TEXTS, lore=TEXTS, unwanted=st.lists(WISHES, max_size=2).map(tuple),
)  # fmt: skip


@given(CONTEXTS)
@settings(max_examples=60, deadline=None)
def test_context_survives_json(context: Context) -> None:
    assert context_from_json(json.loads(json.dumps(context_to_json(context)))) == context


def test_a_brief_that_was_stored_before_there_was_anything_unwanted_is_read() -> None:
    stored = context_to_json(SMALL)
    del stored["unwanted"]
    assert context_from_json(stored) == SMALL


def test_what_is_not_wanted_stands_on_one_line_and_only_where_there_is_any() -> None:
    against = replace(SMALL, hated=(("Bram", 2),), unwanted=(Wish("ghost", 5, 5.0), Wish("kill oda", 3, 3.0)))
    (audience,) = [part.text for part in segments(against) if part.name == "audience"]
    assert audience == (
        "# AUDIENCE\nVotes: 7 of 10\nLoved: Oda (4)\nHated: Bram (2)\nUnwanted: ghost (5), kill oda (3)\n"
        "Wishes:\n- sea monster (3)\n\n"
    )
    alone = replace(SMALL, loved=(), wishes=(), votes=None, unwanted=against.unwanted[:1])
    assert "# AUDIENCE\nUnwanted: ghost (5)\n\n" in [part.text for part in segments(alone)]


def words(context: Context) -> int:
    return sum(len(message["content"].split()) for message in messages(context))


RICH = replace(
    SMALL,
    so_far=("Oda waits.", "Bram comes.", "The rope breaks."),
    threads=("Who cut the rope?", "Where is the second oar?"),
    facts=(("Bram", "has a knife"), ("Oda", "has one oar")),
    characters=(*SMALL.characters, ("Bram", "The thief. Talks too much.")),
    last_scene="EXT. The Landing - DAWN\nFog.\nODA: Who is there?\nNobody answers.",
)


def test_fit_leaves_alone_what_fits() -> None:
    assert fit(RICH, 10_000, words) is RICH


def test_fit_cuts_in_the_stated_order() -> None:
    assert fit(RICH, words(RICH) - 1, words) == replace(RICH, threads=RICH.threads[1:])
    no_threads = replace(RICH, threads=())
    assert fit(RICH, words(no_threads), words) == no_threads
    no_facts = replace(no_threads, facts=RICH.facts[1:])
    assert fit(RICH, words(no_facts), words) == no_facts


def test_fit_cuts_lore_after_summaries_and_the_outline_but_for_its_end() -> None:
    led = replace(RICH, outline=LED.outline, lore=("the Oar: is new", *LED.lore))
    bare = replace(led, threads=(), facts=(), so_far=())
    assert fit(led, words(bare), words) == bare
    less = replace(bare, lore=led.lore[1:])
    assert fit(led, words(less), words) == less
    cut = fit(led, 1, words)
    assert (cut.lore, cut.outline) == ((), ("Oda drowns.",))
    assert fit(replace(led, outline=()), 1, words).outline == ()


def test_fit_keeps_the_heaviest_of_what_is_not_wanted() -> None:
    against = replace(RICH, unwanted=(Wish("ghost", 5, 5.0), Wish("kill oda", 3, 3.0)))
    assert fit(against, 1, words).unwanted == against.unwanted[:1]


def test_fit_keeps_the_choice_the_heading_and_the_end_of_the_last_scene() -> None:
    cut = fit(RICH, 1, words)
    assert cut.choice == RICH.choice
    assert cut.last_scene == "EXT. The Landing - DAWN\nNobody answers."
    assert (cut.threads, cut.facts, cut.so_far) == ((), (), ())
    assert cut.characters == (("Oda", "The ferryman. Short sentences."), ("Bram", ""))
    assert cut.wishes == RICH.wishes


def test_left_out_names_what_was_cut() -> None:
    assert left_out(RICH, fit(RICH, words(replace(RICH, threads=())), words)) == 'remark.cut {"parts":"threads"}'
    assert left_out(RICH, RICH) == ""
