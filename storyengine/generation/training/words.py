"""The lexicon of the story grammar: names, things, trades, worlds. Plain data, no logic."""

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

TITLES: tuple[str, ...] = tuple(
    """Captain Old Aunt Uncle Sister Brother Doctor Mrs. Mr. Miss Father Mother Professor Nurse Judge Sergeant Inspector
    Little Big Young Dr. Boss Mayor Madame Colonel General Pastor Lady Lord Agent Officer Warden Cook Widow Baron Prince
    Princess Commander Pilot Grandpa Granny Cousin Saint Porter Deputy""".split()
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
    dusty cracked crooked painted borrowed hidden secret false real wrong other unsigned folded faded stained
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
WORLDS: dict[str, dict[str, tuple[str, ...]]] = {
    "sea": {
        "tones": ("salt-bitten and quiet", "stormy, intimate", "slow suspense by the water", "melancholy, brave"),
        "places": (
            "Boathouse",
            "Lantern Room",
            "Harbour Office",
            "The Slipway",
            "Net Loft",
            "Chandlery",
            "Fish Market",
            "The Breakwater",
            "Lighthouse Stairs",
            "Customs Shed",
            "Captain's Cabin",
            "The Mole",
            "Ferry Deck",
            "Engine Room",
            "Salt Chapel",
            "The Old Pier",
        ),
        "stakes": (
            "a ship that never came home",
            "the light that went out",
            "a drowned brother",
            "the smuggled cargo",
            "who owns the harbour",
            "a wreck nobody reported",
        ),
    },
    "noir": {
        "tones": ("hard-boiled, dry", "rain and neon", "cynical but tender", "nervous, clipped"),
        "places": (
            "Precinct Archive",
            "The Blue Parrot",
            "Rooftop",
            "Pawnshop",
            "Tram Depot",
            "Hotel Corridor",
            "Room 12",
            "Back Alley",
            "The Newsroom",
            "Boxing Gym",
            "Night Laundry",
            "City Morgue",
            "Parking Level",
            "Courthouse Steps",
            "All-Night Diner",
            "Switchboard",
        ),
        "stakes": (
            "a witness who changed the story",
            "the mayor's missing money",
            "a case closed too early",
            "a partner who sold out",
            "the fire on Ninth Street",
            "a name struck from the file",
        ),
    },
    "space": {
        "tones": ("cold and wondering", "claustrophobic, precise", "quiet dread", "dry humour far from home"),
        "places": (
            "Airlock Two",
            "Observation Deck",
            "Hydroponics",
            "The Bridge",
            "Cryo Bay",
            "Cargo Ring",
            "Med Bay",
            "Reactor Walk",
            "Comms Shack",
            "The Rover",
            "Ice Tunnel",
            "Crew Mess",
            "Docking Arm",
            "Sleep Pods",
            "The Greenhouse",
            "Service Shaft",
        ),
        "stakes": (
            "a signal that answers back",
            "the air that is running out",
            "the crew member nobody remembers",
            "an order from Earth",
            "what woke under the ice",
            "the door that opened by itself",
        ),
    },
    "village": {
        "tones": ("warm and sly", "gentle comedy", "gossipy, affectionate", "farcical with a heart"),
        "places": (
            "Bakery",
            "Village Hall",
            "The Green",
            "Post Office",
            "The Crooked Duck",
            "Vicarage Kitchen",
            "Allotments",
            "Duck Pond",
            "School Room",
            "Bell Tower",
            "Cricket Pavilion",
            "Mill House",
            "Tea Tent",
            "Barber's Shop",
            "Churchyard",
            "The Old Dairy",
        ),
        "stakes": (
            "the prize marrow",
            "the will of old Mrs. Tull",
            "the missing church roof money",
            "a wedding nobody wants",
            "the recipe that won the fair",
            "who moved the boundary stone",
        ),
    },
    "court": {
        "tones": ("silken and dangerous", "formal, with knives", "stately, ironic", "whispered, candlelit"),
        "places": (
            "Throne Room",
            "Rose Gallery",
            "The Chapel",
            "Council Chamber",
            "Royal Kitchens",
            "East Tower",
            "Map Room",
            "Stables",
            "Winter Garden",
            "Privy Stair",
            "The Treasury",
            "Falconry",
            "Banquet Hall",
            "Orangery",
            "Queen's Antechamber",
            "Guardroom",
        ),
        "stakes": (
            "the succession",
            "a marriage treaty",
            "a poisoned cup",
            "the regent's debt",
            "a forged decree",
            "the heir who was sent away",
        ),
    },
    "mountain": {
        "tones": ("spare and breathless", "icy, loyal", "slow and tense", "plain-spoken, high and cold"),
        "places": (
            "Base Camp",
            "Refuge Hut",
            "The North Ridge",
            "Cable Car Station",
            "Ice Cave",
            "Goat Barn",
            "The Pass",
            "Weather Station",
            "Inn Parlour",
            "Rope Bridge",
            "Mine Entrance",
            "The Glacier",
            "Rescue Post",
            "Chapel of the Snows",
            "Hay Loft",
            "Powder Store",
        ),
        "stakes": (
            "the climber left behind",
            "the closed mine",
            "the last safe crossing",
            "a rope that was cut",
            "the village under the slope",
            "the summit nobody proved",
        ),
    },
    "theatre": {
        "tones": ("backstage comedy, a little desperate", "velvet and panic", "witty, wounded", "bright, fast"),
        "places": (
            "Stage Left",
            "Dressing Room Three",
            "The Flies",
            "Box Office",
            "Green Room",
            "Prop Store",
            "Orchestra Pit",
            "Royal Box",
            "Stage Door",
            "Trap Room",
            "Wardrobe",
            "Rehearsal Room",
            "The Foyer",
            "Lighting Bridge",
            "Scene Dock",
            "Prompt Corner",
        ),
        "stakes": (
            "opening night",
            "the missing leading lady",
            "the playwright's real name",
            "the unpaid company",
            "a murder in the third act",
            "who burned the old theatre",
        ),
    },
    "railway": {
        "tones": ("elegant suspense", "rattling, suspicious", "nostalgic, sly", "polite menace on rails"),
        "places": (
            "Dining Car",
            "Compartment Six",
            "Luggage Van",
            "The Footplate",
            "Sleeping Car",
            "Border Halt",
            "Signal Box",
            "Waiting Room",
            "Platform Two",
            "Guard's Van",
            "Observation Car",
            "Station Buffet",
            "Water Tower",
            "Mail Coach",
            "The Long Tunnel",
            "Engine Shed",
        ),
        "stakes": (
            "the passenger who was not on the list",
            "the stopped train",
            "a diplomatic bag",
            "an inheritance at the next station",
            "the border at midnight",
            "the murder between two stops",
        ),
    },
    "house": {
        "tones": ("gothic, restrained", "family drama with secrets", "haunted, funny in the wrong places", "hushed"),
        "places": (
            "Library",
            "Cellar",
            "Nursery",
            "Attic",
            "The Long Gallery",
            "Scullery",
            "Music Room",
            "Glasshouse",
            "Front Hall",
            "Servants' Stair",
            "Study",
            "Locked Wing",
            "The Well Yard",
            "Breakfast Room",
            "Linen Room",
            "Gatehouse",
        ),
        "stakes": (
            "the sold estate",
            "a child who is never mentioned",
            "the second will",
            "the locked wing",
            "what grandmother promised",
            "the portrait that was changed",
        ),
    },
    "desert": {
        "tones": ("sunburnt and mythic", "dry, patient, violent at the edges", "a western with manners", "dusty, wry"),
        "places": (
            "Water Station",
            "The Saloon",
            "Radio Mast",
            "Telegraph Office",
            "Dry Well",
            "Caravan Yard",
            "Sheriff's Office",
            "Salt Flat",
            "Copper Mine",
            "The Last Pump",
            "Customs Post",
            "Painted Canyon",
            "Assay Office",
            "Motel Porch",
            "Chapel Ruin",
            "Depot",
        ),
        "stakes": (
            "the last water",
            "a stolen claim",
            "the convoy that vanished",
            "a debt from the war",
            "the sheriff's real name",
            "the road that was moved",
        ),
    },
}

TIMES: tuple[str, ...] = (
    *("NIGHT", "DAY", "DAWN", "DUSK", "EVENING", "MORNING", "LATER", "CONTINUOUS", "MIDNIGHT", "NOON", "AFTERNOON"),
    *("SUNSET", "SUNRISE", "TWILIGHT", "LATE NIGHT", "THE NEXT DAY", "MOMENTS LATER", "LATE AFTERNOON", "SAME TIME"),
)

OUTDOORS: frozenset[str] = frozenset(
    """The Slipway|The Breakwater|The Mole|Ferry Deck|The Old Pier|Rooftop|Back Alley|Courthouse Steps|The Green|
    Allotments|Duck Pond|Churchyard|Winter Garden|The North Ridge|The Pass|Rope Bridge|The Glacier|Platform Two|
    The Footplate|Water Tower|Border Halt|The Well Yard|Salt Flat|Dry Well|Caravan Yard|Painted Canyon|Motel Porch|
    The Last Pump|Base Camp|Mine Entrance|Ice Tunnel""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)

PLACE_NOUNS: tuple[str, ...] = tuple(
    """Yard Hall Kitchen Cellar Tower Gate Garden Chapel Bridge Shop Office Attic Stair Court Mill Barn Station Tunnel
    Gallery Vault Archive Workshop Market Landing Terrace Parlour Loft Studio Clinic Depot Quay Square""".split()
)
PLACE_MODS: tuple[str, ...] = tuple(
    """North South East West Upper Lower Old New Stone Glass Iron Salt Fog Copper Winter Summer Lower Back Front Green
    Red White Night Crow Heron Fox Owl Linden Rowan Thorn Marble Broken Long Narrow Hidden""".split()
)
