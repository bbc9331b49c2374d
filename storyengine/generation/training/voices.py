"""How people in a made-up bible talk: what their description says, and what their lines open with. Plain data."""

VOICES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "plain": (
        ("speaks plainly and means it", "says what everybody thinks", "has a level voice and tired eyes",
         "talks straight, even when it hurts", "keeps promises and lists", "never raises a voice"),
        ("Listen.", "Look.", "All right.", "Then hear this.", "No."),
    ),
    "curt": (
        ("speaks in short sentences", "says little, and late", "wastes no words", "talks like a telegram",
         "answers in one word where one will do", "is blunt and always in a hurry"),
        ("No.", "Enough.", "Stop.", "Fine.", "Wrong.", "Later.", "Good."),
    ),
    "asking": (
        ("answers every question with a question", "asks what nobody wants asked", "is curious to the point of rudeness",
         "doubts everything, aloud", "interrogates even the weather"),
        ("Really?", "And why now?", "Is that so?", "Says who?", "What does that change?"),
    ),
    "formal": (
        ("is painfully polite", "talks as if a judge were listening", "has perfect manners and no mercy",
         "speaks in whole paragraphs, always courteous", "is formal even with the dog"),
        ("With respect.", "Forgive me.", "I beg your pardon.", "If I may.", "Permit me to be exact."),
    ),
    "joking": (
        ("jokes when frightened", "laughs first and thinks after", "hides behind wit", "cannot leave a silence alone",
         "turns every disaster into an anecdote"),
        ("Charming.", "Well, that is cheerful.", "Ha.", "I have had worse Tuesdays.", "Lovely."),
    ),
    "warm": (
        ("calls everybody dear", "mothers the whole company", "has a soft voice and a hard memory",
         "forgives too fast", "talks gently, as to a nervous horse"),
        ("My dear.", "Oh, sweetheart.", "Come here.", "Easy now.", "Bless you."),
    ),
    "grand": (
        ("talks as if there were a balcony", "is theatrical and easily wounded", "makes speeches at breakfast",
         "loves an entrance and loves an exit more"),
        ("Behold.", "Let it be remembered.", "Ladies, gentlemen.", "I shall say this once.", "How perfect."),
    ),
    "anxious": (
        ("worries out loud", "starts sentences and abandons them", "counts exits", "stammers under pressure",
         "apologises to furniture"),
        ("Wait, wait.", "Sorry.", "Oh no.", "I knew it.", "Please."),
    ),
}  # fmt: skip

AGES: tuple[str, ...] = ("nineteen", "twenty-four", "thirty", "thirty-six", "forty-one", "fifty", "fifty-eight", "sixty",
                         "sixty-seven", "seventy", "eighty", "12", "27", "33", "45", "52", "61", "74")  # fmt: skip

WANTS: tuple[str, ...] = (
    "wants to leave before it is too late", "wants {stake} settled at last", "is hiding a debt", "owes {other} a life",
    "has loved {other} for years and said nothing", "does not trust {other}", "knows more about {stake} than anyone",
    "came back after ten years away", "would do anything for a quiet life", "keeps a spare key to everything",
    "lost a brother and never speaks of it", "is afraid of the dark and of being found out",
    "believes in rules because nothing else held", "was here when it happened", "wants to be forgiven by {other}",
    "collects other people's secrets", "has nothing left to lose and is almost glad of it",
    "means well and does harm", "has been lying since spring", "sleeps badly and hears everything",
    "once worked for {other}", "wants the truth, whatever it costs", "would rather be useful than liked",
    "carries an old injury and an older grudge", "is the only one who read the contract",
)  # fmt: skip

HABITS: tuple[str, ...] = (
    "Always cold.", "Smells of oil.", "Wears someone else's coat.", "Never sits down.", "Counts everything.",
    "Hums when lying.", "Limps in wet weather.", "Carries sweets.", "Left-handed.", "Keeps the door in sight.",
    "Writes everything down.", "Cannot swim.", "Used to be famous.", "New here.", "Born here.", "Trusts animals.",
)  # fmt: skip

RULES: tuple[str, ...] = (
    "No one leaves before dawn.", "Magic is never explained.", "Nobody dies on screen.", "Every lie costs the liar something.",
    "The dead do not come back.", "No guns.", "Everyone wants something in every scene.", "Keep it funny, never cruel.",
    "{other} never lies.", "{other} cannot leave the place.", "Nobody has a telephone.", "It is always winter here.",
    "Present tense, short paragraphs.", "Promises are kept, even bad ones.", "The past is shown, not told.",
    "Violence has consequences.", "No narrator.", "Whoever holds the {thing} decides.", "The {thing} may not be destroyed.",
    "Only two people know about {stake}.", "Animals are never harmed.", "Nobody swears.", "There is no outside help.",
    "Money is always short.", "The audience may be wrong.", "Technology stops in 1958.", "No romance without a price.",
    "Secrets come out one at a time.", "The clock is real: one night, one place.", "Children are clever here.",
    "Nobody is only a villain.", "Time passes between scenes, never inside them.", "The supernatural stays doubtful.",
)  # fmt: skip

LOGLINES: tuple[str, ...] = (
    "A {trade} and a {trade2} must settle {stake} before morning.",
    "When {name} finds {athing}, {stake} comes back to haunt everyone.",
    "One night, {people} people, and {stake}: somebody is lying.",
    "{name} has until dawn to find out the truth about {stake}.",
    "A {trade} returns home and is asked to answer for {stake}.",
    "After years of silence {name} and {other} meet again, and between them stands {stake}.",
    "Nobody talks about {stake}. Then {athing} turns up and everybody must.",
    "A stubborn {trade} refuses to sign, a patient {trade2} refuses to go; the quarrel is over {stake}.",
    "{stakecap}: what would you give to know who is to blame?",
    "In a place where everyone knows everyone, {stake} divides friend from friend.",
    "{name} only wanted a quiet week. Instead there is {stake}, and {athing} that should not exist.",
    "Trapped together, {name}, {other} and the rest learn what {stake} was really about.",
)

TITLES: tuple[str, ...] = (
    "The {Adj} {Thing}", "{Place}", "The Last {Thing}", "{name} Waits", "Before the {Thing}", "A {Thing} for {name}",
    "No {Thing} Tonight", "The {Trade}'s {Thing}", "What {name} Knew", "{Adj} Hours", "The Night of the {Thing}",
    "Nobody at {Place}", "The {Trade} and the {Thing}", "{Thing} and Salt", "Until Morning", "The Other {Trade}",
)  # fmt: skip

PLACE_NOTES: tuple[str, ...] = (
    "too small for everyone in it", "cold even in June", "where the {thing} is kept", "locked at night", "smells of smoke",
    "nobody goes there alone", "the only warm room", "one window, one door", "full of things nobody claims",
    "where it all began", "the best place to listen", "everyone passes through, nobody stays", "{other}'s own place",
    "the floor creaks in three places", "open to the weather", "the light never works", "a good place to hide {athing}",
    "looks empty and never is", "built for twice as many people", "quiet, with a view of the road", "half under repair",
)  # fmt: skip
