"""The lines that any scene can use: conflict, silences, turns, endings. Plain data; gaps as in `deeds`."""

PRESS: tuple[tuple[str, str], ...] = (
    ("You are not telling me everything.", "Nobody in this place tells everything."),
    ("How long have you known?", "Since the beginning. I hoped it would pass."),
    ("You promised me.", "I promised a great many people."),
    ("Give me one reason to stay.", "Because if you go, {c} wins."),
    ("What are you so afraid of?", "Of being right."),
    ("It was your idea, all of it.", "And you were glad to let me have it."),
    ("Does {c} know?", "{c} knows what {c} wants to know."),
    ("I could go to {c} with this.", "Go. See who is believed."),
    ("Whose side are you on?", "On the side of whoever gets out of here."),
    ("Tell me that it is not true.", "I can tell you that. It would be a lie."),
    ("We had an agreement.", "We had a misunderstanding."),
    ("What did {c} offer you?", "Something you never could: an end to it."),
    ("I waited for you. All night I waited.", "I know. I saw the light."),
    ("You could have stopped it.", "So could you. You were closer to the door."),
    ("Why did you come back?", "I left something here. Or somebody did."),
    ("You do not trust me.", "I trust you to do what suits you."),
    ("And if somebody gets hurt?", "Somebody always does. I want it not to be you."),
    ("Who gave you the right?", "Nobody. I got tired of waiting for it."),
    ("You have changed.", "No. You have only just looked."),
    ("Let me do it. Let me be the one.", "You have done quite enough."),
    ("I need the truth, just once.", "Then stop asking me and start looking."),
    ("That is blackmail.", "That is arithmetic."),
    ("We can still walk away from this.", "You can. I live here."),
    ("I did what anyone would have done.", "Anyone did not do it. You did."),
    ("How much do you want?", "You think it is about money. That is what is so sad."),
    ("Was any of it true?", "The part that hurt was true."),
)

# These name what the whole story is about; they are used once in a scene at most.
STAKE: tuple[tuple[str, str], ...] = (
    ("This is about {stake}, is it not?", "It was always about {stake}."),
    ("Nobody has said a word about {stake}.", "Because everybody has something to lose by it."),
    ("What does this have to do with {stake}?", "Everything. That is what frightens me."),
    ("You want to settle {stake} tonight?", "Tonight or never. I cannot carry it another day."),
    ("Tell me what you know about {stake}.", "Less than {c}. More than you."),
    ("So that is the truth about {stake}.", "One half of it. {c} has the other."),
)

OBJECT_TALK: tuple[tuple[str, str], ...] = (
    ("Where did the {o} come from?", "Ask {c}. I only found {them}."),
    ("All this for the {o}.", "Wars have been fought for less."),
    ("Do you know what the {o} {is} worth?", "To you, a fortune. To me, a night's sleep."),
    ("Leave the {o} out of this.", "The {o} {is} all that is left of it."),
    ("Who had the {o} before?", "Somebody who is not here to say so."),
    ("I never want to see the {o} again.", "You will see the {o} every time you close your eyes."),
)

TENSE: tuple[tuple[str, str], ...] = (
    ("Lock the door.", "It is locked. I am not sure from which side."),
    ("We have no time left.", "Then stop talking and choose."),
    ("Do not move.", "I was not going to. I cannot."),
    ("Somebody is out there.", "I know. I have been counting the steps."),
    ("One of us will not leave this room.", "Then let us be quick about which."),
    ("If you take one more step, I will call {c}.", "Call. I want to see who comes."),
)

FUNNY: tuple[tuple[str, str], ...] = (
    ("Is this the plan? Is this really the plan?", "It is the first half. I hoped you had the second."),
    ("On a scale of one to ten, how bad is it?", "What comes after ten?"),
    ("I left you alone for five minutes.", "It was a very eventful five minutes."),
    ("Act naturally.", "I have never once in my life acted naturally."),
    ("Nobody must know of this.", "I have told only {c}. And {c} has told only everyone."),
    ("You said you could do it.", "I said I had seen it done. From a distance."),
)

SILENCE: tuple[str, ...] = (
    "{b} does not answer at once.",
    "{a} and {b} look at each other, and neither looks away.",
    "Nobody moves.",
    "{b} walks to the far wall and back.",
    "{a} waits.",
    "{b} sits down, very carefully.",
    "A long pause. {c} studies the floor.",
    "{c} pretends not to have heard.",
    "{b} laughs, once, without joy.",
    "{a} turns the {o} over and over.",
    "{c} comes closer, drawn by the voices.",
    "{b} touches the {o} and draws back.",
    "{a} shuts the door with one foot.",
    "{b} counts something on the fingers of one hand.",
    "{c} looks from {a} to {b} and back.",
    "The {o} lie{s} where everyone can see {them}.",
    "{a} starts to speak and stops.",
    "{b} takes a breath, as if before cold water.",
    "{c} clears a throat. Nobody turns.",
    "{b} moves between {a} and the door.",
    "{a} picks up the {o} and puts {them} down again.",
    "{b} closes both eyes for a moment.",
    "{c} gets up so fast that a chair falls.",
    "In the {place}, every small sound is large.",
    "{b} wipes both hands on a sleeve.",
)

# A third person breaks in: action, then that person's line.
ENTRANCE: tuple[tuple[str, str], ...] = (
    ("The door opens. {c} stands there with {an}.", "Is this what you have been looking for?"),
    ("{c} comes in without knocking, holding {an}.", "I found this. One of you owes me an explanation."),
    ("{c} steps out of the shadow. Nobody knows how long {c} has been there.", "Go on. I have heard the rest."),
    ("{c} puts {an} down between them.", "Before you say another word, look at this."),
    ("{c}, silent until now, takes out {an}.", "You are both wrong. I can prove it."),
    ("Running steps. {c} arrives out of breath, with {an}.", "They know. Somebody has talked."),
    ("{c} bars the way with {an}.", "Nobody leaves until I hear the truth."),
    ("{c} holds {an} up to the light.", "Then explain this to me."),
)

# The turn lies in a thing found here: action, then the one who finds it speaks.
FIND: tuple[tuple[str, str], ...] = (
    ("Under the {o}, half hidden, there is {an}.", "That was not here yesterday."),
    ("{b} drops {an}. Nobody was supposed to see that.", "So you had it. All this time, you had it."),
    ("Behind it {a} finds {an}, wrapped in a cloth.", "Who would hide a thing like that here?"),
    ("On the floor lies {an}, and on it, in ink, {b}'s name.", "Why does it have your name on it, {b}?"),
    ("{a} stops. Someone has left {an} in plain sight.", "It was put here for us to find."),
    ("From {b}'s pocket slides {an}.", "Pick it up, {b}. Slowly."),
)

# The turn is a confession: the other speaks, then an action shows what it does.
CONFESS: tuple[tuple[str, str], ...] = (
    ("It was I who brought the {n} here. {c} only covered for me.", "{a} sits down as if the floor had moved."),
    ("I sold the {n}. I needed the money, and nobody asked.", "{a} looks at {b} the way one looks at a stranger."),
    ("There is {an} in the {place}. I put it there myself.", "{a} is already halfway to the door, and stops."),
    ("{c} paid me to keep quiet about the {n}.", "Everyone looks at {c}. {c} looks at nobody."),
    ("I have had the {n} since the night it happened.", "{a} lets go of the table, one finger at a time."),
    ("The {n}. Everything you want to know is in the {n}.", "{a} and {c} turn to the same corner at the same time."),
)

LAST_BEAT: tuple[str, ...] = (
    "{a} looks at the {n}. Now somebody has to decide.",
    "Nobody reaches for the {n}. Everybody wants to.",
    "{b} waits at the door. {a} has not moved.",
    "Three people, one {n}, and no good way out.",
    "{a} takes a breath. The next word will be the one that counts.",
    "For a moment {a} and {b} want the same thing.",
    "The {n} lie{ns} between them like a question.",
    "{c} smiles. That is worse than anything {c} could say.",
    "And {b} is still waiting for an answer.",
    "{a} closes one hand around the {n} and says nothing more.",
    "Whatever happens now, it will not be undone.",
    "Somewhere a door falls shut. They are alone with the {n}.",
)

CLIFF: tuple[str, ...] = (
    "The light goes out.",
    "Three knocks at the door. Then a fourth.",
    "{c} is no longer in the room.",
    "A scream, quite near, and then nothing.",
    "The {n} begin{ns} to move.",
    "Behind them the key turns in the lock.",
)

ENDING: tuple[tuple[str, str, str], ...] = (
    (
        "It is over. Let it be over.",
        "Then come home, {a}.",
        "They go out together and leave the {n} behind. The door stays open.",
    ),
    (
        "I thought I would feel lighter.",
        "You will. Not today.",
        "{a} sets the {n} down for the last time. Outside it is getting light.",
    ),
    (
        "Will anyone believe us?",
        "We were there. That is enough.",
        "{b} takes {a}'s arm. Behind them {c} puts out the lamp.",
    ),
    ("What do we do now?", "We live here. We go on.", "One by one they leave. Only the {n} remain{ns}, and the quiet."),
    (
        "You could still change your mind.",
        "I have. This is me with my mind changed.",
        "{a} walks away from the {place} and does not turn round. {b} watches until there is nothing to see.",
    ),
    (
        "Forgive me.",
        "I did, some time ago. I forgot to say so.",
        "{c} laughs first, then all of them. It is the last sound for a long while.",
    ),
)

ASIDES: tuple[str, ...] = (
    "quietly",
    "not looking up",
    "after a pause",
    "sharply",
    "almost kindly",
    "under the breath",
    "too fast",
    "to {b}",
    "smiling",
    "very calm",
    "barely audible",
    "with effort",
    "turning away",
    "cold",
    "half laughing",
    "in a whisper",
)

OPENINGS: tuple[str, ...] = (
    "{a} is alone with the {o}. Then {b} comes in.",
    "{a} and {b} have not spoken for an hour. Between them: the {o}.",
    "{b} is waiting. {a} arrives late, with the {o}.",
    "{a} puts the {o} where everyone can see {them}.",
    "Everyone is here who should not be: {a}, {b}, {c}. And the {o}.",
    "{a} finds {b} bent over the {o}.",
    "{b} has brought the {o}, and nobody asked why.",
    "{c} leaves the {o} on the table and steps back.",
    "{a} stops in the doorway. {b} is holding the {o}.",
    "The {o} should not be here. {a} knows it. So does {b}.",
)

OPEN_TALK: tuple[tuple[str, str], ...] = (
    ("You should not have brought the {o} here.", "Where else could I go with {them}?"),
    ("Is that what I think it is?", "It is exactly what you think it is."),
    ("Nobody was meant to see the {o}.", "Then somebody was careless."),
    ("How long has the {o} been here?", "Longer than you have, {a}."),
    ("We have to decide, tonight.", "We decided years ago. You were not listening."),
    ("I thought you were gone for good.", "I was. Then I heard about the {o}."),
    ("Does anybody know that you are here?", "Only {c}. And {c} will not say."),
    ("Put it down, {b}.", "When you tell me what the {o} {is} for."),
)

TURN_REPLY: tuple[str, ...] = (
    "I can explain that.",
    "Where did you get that?",
    "That changes everything.",
    "No. Not that. Not here.",
    "Then we were wrong from the start.",
    "Put it down and step away.",
    "I wondered when somebody would notice.",
    "Do you understand what this means?",
    "I hoped I would never see that again.",
    "So it was true.",
    "Who else knows about it?",
    "And now? What do we do now?",
    "It cannot be. I saw it destroyed.",
    "I was told it was lost.",
    "Give me one minute to think.",
    "You have no idea what you have done.",
)

# What a directive asks for, and the beat that does it: the directive, kind of beat, text.
DIRECTIVES: tuple[tuple[str, str, str], ...] = (
    ("Bring in {c}.", "action", "{c} comes in and closes the door with care."),
    ("Bring {c} back.", "action", "{c} is back, and stands there as if nothing had happened."),
    ("{c} should speak.", "dialogue", "I have kept quiet long enough. Now you will all hear me."),
    ("Keep the {o} in sight.", "action", "The {o} stay{s} where everyone can see {them}."),
    ("Somebody must lie.", "dialogue", "I was never there. You can ask anybody."),
    ("Slow down.", "action", "For a long time nobody says anything at all."),
    ("End on a cliffhanger.", "cliff", ""),
    ("End with a shock.", "cliff", ""),
    ("Make it tense.", "tense", ""),
    ("Make it funny.", "funny", ""),
)

NOTES: dict[str, tuple[str, ...]] = {
    "short": ("make it shorter", "Shorter, please.", "too long", "cut it down", "half the length"),
    "tense": ("more tension", "raise the stakes", "Needs more tension.", "make it scarier", "more danger between them"),
    "talk": ("more dialogue", "let them talk", "too much action"),
    "act": ("less dialogue", "more action, less talk", "They talk too much.", "less talking"),
    "funny": ("funnier", "make it funny", "lighter, please", "more humour"),
    "same": (
        "try again",
        "another version",
        "stay closer to the choice",
        "do it differently",
        "keep the characters' voices",
    ),
}
