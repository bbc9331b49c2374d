"""Whether a text names a character. Pure; every script."""

import re

from storyengine.generation.words import RUN, STOP, is_unspaced, normalise

# What stands before a name and is none; the training's grammar draws from these, so their order is part of its seed.
TITLES: tuple[str, ...] = tuple(
    """Captain Old Aunt Uncle Sister Brother Doctor Mrs. Mr. Miss Father Mother Professor Nurse Judge Sergeant Inspector
    Little Big Young Dr. Boss Mayor Madame Colonel General Pastor Lady Lord Agent Officer Warden Cook Widow Baron Prince
    Princess Commander Pilot Grandpa Granny Cousin Saint Porter Deputy""".split()
)
# More that other stories put there, and words that stand in a name but name nobody by themselves.
OTHER_TITLES: tuple[str, ...] = tuple(
    """Abbot Abbess Admiral Archbishop Baroness Bishop Brigadier Chancellor Chief Constable Corporal Count Countess Dad
    Daddy Dame Detective Duchess Duke Elder Emperor Empress Friar Governor Grandfather Grandma Grandmother Guard Herr
    King Lieutenant Madam Maid Major Marquis Marshal Master Minister Mistress Monk Monsieur Ms. Mum Mummy Nanny Nun
    President Priest Private Queen Rabbi Reverend Rev. Secretary Senator Senor Senora Sheriff Sir Skipper Sultan Super
    Superintendent Vicar Viscount Great Good Poor Lost Last First Second Third Man Woman Boy Girl Child Kid Lad Lass
    Gentleman Person People Folk Von Van Der Den Del Della Des Las Los Bin Ibn Junior Senior Jr. Sr.""".split()
)
NO_NAMES = frozenset(normalise(word).rstrip(".") for word in (*TITLES, *OTHER_TITLES)) | STOP


def names_character(text: str, name: str) -> bool:
    """Whether the text names the character: the whole name, or a word of it that is no title, as a whole word.

    "The captain rules" names no CAPTAIN BRAM; somebody who is called THE CAPTAIN is named by both words.
    """
    heard = normalise(text)
    return any(
        word in heard if is_unspaced(word) else re.search(rf"(?<!\w){re.escape(word)}(?!\w)", heard)
        for word in (normalise(name), *_own_words(name))
    )


def _own_words(name: str) -> list[str]:
    words = RUN.findall(normalise(name))
    return [word for word in words if is_unspaced(word) or (len(word) > 2 and word not in NO_NAMES)]
