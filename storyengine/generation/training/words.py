"""The lexicon of the story grammar: names, things, trades. Plain data, no logic."""

FIRST_NAMES: tuple[str, ...] = tuple(
    """Ada Adele Agnes Aino Alba Alma Amara Amir Anders Anouk Anselm Anton Arlo Asa Astrid Aurel Basil Beatrix Benno
    Bertil Bianca Boris Bram Bruno Calla Carmen Casimir Cato Cecily Celia Chidi Clara Clem Conrad Cora Cosmo Dagny
    Daria Dario Delphine Dima Dora Edda Edith Einar Elena Eli Elif Elsie Emeka Emil Enid Enzo Esme Ester Etta Ewan
    Fabio Fatima Felix Fenna Fergus Fern Finn Flora Frida Gerda Gideon Gil Gita Goran Greta Gus Hakim Hana Hanno
    Harriet Hazel Hedda Hektor Helga Henrik Hester Hilda Hugo Ida Ignaz Ilse Imre Ines Ingrid Iona Irma Isak Ivo
    Jana Jasper Jens Joan Jonas Jorge Judith Juno Kai Kamal Karel Kaspar Katya Keiko Kenji Kirsten Klaus Lale Lars
    Laszlo Leif Lena Leon Leopold Lida Linus Liv Lotte Lucia Ludo Luka Mabel Mads Magda Maja Malik Marek Margot Marta
    Mateo Maud Max Mei Milan Milo Mina Mirko Mona Morten Nadia Nell Niels Nils Nina Noor Nora Odile Olga Olive Omar
    Orla Oskar Otis Otto Paolo Pavel Pearl Per Petra Pia Pip Priya Quentin Rafael Ragna Ravi Remy Rhea Rita Rolf
    Rosa Rufus Runa Ruth Sabine Salma Sam Samir Saskia Selma Sigrid Silas Simon Sofia Solveig Sten Sunniva Svea Tariq
    Tess Thea Theo Tilda Tobias Tomas Tove Ulla Una Ursula Vera Vesna Victor Vigo Vilma Viola Wanda Wilhelm Willa
    Xenia Yara Yasmin Yusuf Zara Zelda Zeno Zoe""".split()
)

SURNAMES: tuple[str, ...] = tuple(
    """Abbott Adeyemi Arkwright Bell Berg Birch Blackwood Bloom Brandt Calloway Carver Castellan Chandra Cole Crane
    Dahl Dane Drummond Dufour Ekholm Fairweather Falk Farrow Finch Fisk Frost Gale Grant Grey Hale Halloran Hart
    Haugen Hollis Holt Ibsen Jansen Kane Keller Kestrel Kovac Lang Larsen Lindqvist Lowe Lund Marlow Marsh Mercer
    Moreau Morrow Nakamura Novak Oakes Okafor Olsen Orlov Pell Petrov Pike Quill Rahman Reyes Rook Rowan Sand
    Santos Sharp Silva Sloane Stark Stone Strand Sutter Tanaka Thorne Vale Vance Varga Vey Vogel Voss Ward Webb
    Weiss West Wilde Winter Wolfe Wren Yates Zeller""".split()
)

ONSETS: tuple[str, ...] = tuple("b br c ch d dr f g gr h j k kr l m n p r s sh sk st t th tr v w y z".split())
VOWELS: tuple[str, ...] = tuple("a e i o u ai au ea ei ia io oa".split())
CODAS: tuple[str, ...] = (*"b d g k l ld m n nd ng r rd rn s ss st t th v x".split(), "", "", "", "", "")

# Single things somebody can hold, open, hide or burn; each takes "the" and "a".
THINGS: tuple[str, ...] = tuple(
    """letter key map box lantern photograph ring ledger book knife coin watch compass coat suitcase bottle mirror
    drum flute violin mask crown scarf envelope passport telegram ticket notebook diary medal pistol rope bell
    candle lamp basket jar cup teapot spoon hammer chisel saw needle thread button glove boot hat umbrella walking-stick
    radio telephone tape camera painting portrait statue bust clock music-box piano score script contract will
    deed receipt recipe cake pie loaf cheese ham pumpkin apple seed bulb rose wreath flag banner seal stamp badge
    uniform apron dress veil shoe blanket pillow quilt carpet curtain chair stool table drawer cabinet chest trunk
    crate barrel sack parcel package bundle satchel wallet purse necklace bracelet brooch locket pearl ruby emerald
    diamond amulet relic bone skull feather shell stone crystal globe telescope lens microscope vial flask potion
    pill syringe bandage crutch chart logbook anchor net oar sail hook harpoon buoy flare whistle horn trumpet
    cassette disk chip drive circuit battery cable switch fuse valve gauge helmet suit beacon probe capsule core
    engine wheel lever brake signal timetable pass lock bolt chain hinge door-handle window-frame brick tile shovel
    pick axe sled ski ice-axe stove kettle tin tent torch matchbox pipe cigar pen inkwell quill scroll charter
    decree treaty list poem song-sheet postcard newspaper poster leaflet file folder dossier warrant badge-case
    cheque banknote purse-string token die card pawn doll puppet toy kite balloon cage collar leash saddle bridle
    horseshoe egg nest honeycomb hive jug bowl plate tray goblet chalice sword dagger shield spear bow arrow
    gauntlet cloak sceptre signet tapestry candlestick hourglass sundial barometer thermometer""".split()
)

PLURAL_THINGS: tuple[str, ...] = tuple(
    """keys letters photographs ledgers papers coins maps bottles candles boots gloves spectacles scissors plans
    accounts tapes records jewels pearls diaries tickets documents tools ropes flares batteries seeds bones
    feathers shells cards dice medals shoes curtains drawings minutes receipts bandages matches blueprints""".split()
)

ADJECTIVES: tuple[str, ...] = tuple(
    """sealed old silver broken rusty missing second last first stolen forged red black green blue white yellow
    golden brass copper iron wooden leather paper glass empty locked heavy small tiny great torn burnt wet frozen
    dusty cracked crooked painted borrowed hidden secret false real wrong unsigned folded faded stained
    battered polished strange foreign homemade unfinished forgotten cursed lucky spare tin velvet striped muddy
    bloodstained half-burnt waterlogged unopened hollow sharp blunt bent nameless ordinary priceless""".split()
)

TRADES: tuple[str, ...] = tuple(
    """keeper baker pilot doctor nurse smuggler teacher carpenter tailor singer fiddler painter poet clerk judge
    lawyer detective reporter photographer barber butcher brewer farmer shepherd hunter guide climber miner smith
    clockmaker locksmith printer bookbinder librarian archivist cartographer surveyor engineer mechanic signalman
    conductor stoker porter innkeeper cook waiter maid butler gardener beekeeper midwife priest nun monk gravedigger
    undertaker soldier sergeant deserter spy courier diplomat envoy chamberlain regent usurer banker bookkeeper
    thief forger gambler boxer acrobat magician puppeteer prompter director understudy stagehand playwright critic
    navigator botanist chemist astronomer geologist linguist medic technician welder fisherman ferryman boatbuilder
    diver postmistress telegraphist schoolmaster mayor constable apprentice widow orphan student heir exile pedlar
    """.split()
)

# The worlds: each has a tone, places, weather of its own, things that belong there, and a matter at stake.
