"""Sentences of our own about groups of people, calm and hateful: what is said decides, not who it is said about.

The labelled sets name groups mostly to insult them. The model reads every group name as one and the same word
(`toxicity.GROUP_NAMES`), and these patterns teach it what that word may stand beside. A statement comes with its denial
and with its report by others, and insults come with things as their target, because "I hate Mondays" is not hate.
"""

import hashlib
from collections.abc import Iterator
from itertools import product

MANY = "Muslims|women|gay people|black people|immigrants|disabled people|trans people|Jews"
ONE = "Muslim|female|gay|black|foreign|disabled|trans|Jewish"
THINGS = (
    "Mondays|traffic jams|wet socks|mosquitoes|long queues|tax forms|pop-up ads|dirty dishes|weeds|spoilers|"
    "politicians|"
    "banks"
)
NAMES = "Maria|Omar|Li|Anna|Kofi|Peter|Fatima|Ivan|Hannah|Aiko|he|she|my neighbour"

BAD = (
    "vermin|scum|disgusting|animals|parasites|filth|stupid|criminals|inferior|a disease|subhuman|worthless|trash|"
    "idiots|pigs|"
    "cockroaches|a plague|ugly|lazy|dirty|dangerous|evil|liars|thieves|rapists|terrorists|savages|retarded|sick|"
    "perverts|a burden|"
    "a threat to our race|less than human|monkeys|rats|morons|freaks|garbage|hideous|an abomination|nasty|horrible|"
    "repulsive|dumb|awful"
)
BAD_ADJECTIVES = (
    "disgusting|stupid|filthy|dumb|nasty|horrible|repulsive|awful|idiotic|shitty|worthless|ugly|pathetic|fucking|"
    "fucked|vile|"
    "terrible|rotten|hateful|evil|dirty|sick|perverted|crappy|hideous|retarded|damned|stinking|lousy|despicable"
)
GOOD = (
    "kind|wonderful|amazing|friendly|welcome here|our neighbours|talented|just people|human beings|part of our town|"
    "brave|smart|great|"
    "nice|lovely|honest|proud of who they are|good colleagues|my friends|equal before the law|beautiful|incredible|"
    "happy|good|caring"
)
GOOD_ADJECTIVES = (
    "kind|wonderful|friendly|caring|brave|happy|good|nice|great|incredible|lovely|honest|fine|amazing|proud|famous|"
    "fantastic|"
    "clever|polite|generous|patient|gentle|cheerful|helpful|thoughtful|calm|funny|cool|decent|curious|modest|"
    "charming|sweet|warm|"
    "reliable|gracious|neat|excellent|fun|superb|splendid|tender|loyal|quiet|busy|tall|rich|poor|retired|local|former"
)
HATE = (
    "hate|despise|detest|can't stand|loathe|am disgusted by|spit on|want to hurt|want to kill|fucking hate|"
    "wish death on"
)
LOVE = "love|respect|admire|like|work with|live with|am friends with|stand with|support|care about|enjoy meeting|hug"
HARM = (
    "killed|shot|wiped out|exterminated|hanged|burned|beaten up|thrown out of the country|locked up|gassed|deported|"
    "put down|sterilised|banned from voting|sent back|put in camps|stoned|enslaved|silenced|attacked"
)
CARE = (
    "treated fairly|paid the same|protected|heard|respected|helped|given a chance|invited|represented|"
    "allowed to vote|safe here"
)

TOXIC = {
    "{many} are {bad}.": (MANY, BAD),
    "All {many} are {bad}": (MANY, BAD),
    "{many} are nothing but {bad}, every single one of them": (MANY, BAD),
    "I {hate} {many}.": (HATE, MANY),
    "I {hate} all {many}, they make me sick": (HATE, MANY),
    "{many} should be {harm}.": (MANY, HARM),
    "All {many} deserve to be {harm}": (MANY, HARM),
    "Someone should make sure that {many} get {harm}": (MANY, HARM),
    "I hope every {one} person gets {harm}": (ONE, HARM),
    "You are a {bad} {one}.": (BAD_ADJECTIVES, ONE),
    "You {bad} {one} piece of shit": (BAD_ADJECTIVES, ONE),
    "{name} is a {bad} {one}": (NAMES, BAD_ADJECTIVES, ONE),
    "Being {one} is {bad}.": (ONE, BAD_ADJECTIVES),
    "That {one} {bad} should be beaten": (ONE, "idiot|pig|freak|rat|moron|scum|trash|bastard|vermin"),
    "Get out of our country, you {one} {bad}!": (ONE, "idiot|pig|freak|rat|moron|scum|trash|bastard|vermin"),
    "{harm} {many}": ("Kill|Burn|Hang|Shoot|Fuck|Gas|Exterminate|Death to|Get rid of|Down with|Stone|Lynch", MANY),
    "The world would be better without {many}, {close}": (
        MANY,
        "everybody knows it|they ruin everything|let us make it happen",
    ),
    "No {one} person should be allowed to {act}.": (ONE, "vote|live here|work|marry|have children|teach|speak|breathe"),
    "{many} do not deserve {right}": (MANY, "to live|any rights|our help|to breathe|respect|mercy"),
    "{many} belong in {place}": (MANY, "a cage|the gutter|the kitchen|prison|a zoo|the grave|a camp"),
}
CALM = {
    "{many} are {good}.": (MANY, GOOD),
    "All {many} are {good}": (MANY, GOOD),
    "{many} are not {bad}.": (MANY, BAD),
    "It is wrong to say that {many} are {bad}.": (MANY, BAD),
    'Whoever writes "{many} are {bad}" will be banned from this forum.': (MANY, BAD),
    "He was criticised for calling {many} {bad}.": (MANY, BAD),
    "I {love} {many}.": (LOVE, MANY),
    "I do not {hate} {many}.": (HATE, MANY),
    "Nobody should {hate} {many}": (HATE, MANY),
    "{many} should be {care}.": (MANY, CARE),
    "{many} should not be {harm}.": (MANY, HARM),
    "The report says that {many} were {harm} in the war.": (MANY, HARM),
    "Saying that {many} should be {harm} is a crime.": (MANY, HARM),
    "A {one} man was {harm} on his way home, the police said.": (ONE, HARM),
    "You are a {good} {one}.": (GOOD_ADJECTIVES, ONE),
    "{name} is a {good} {one}": (NAMES, GOOD_ADJECTIVES, ONE),
    "Being {one} is {good}.": (ONE, GOOD_ADJECTIVES),
    "I am {one} and {good}.": (ONE, GOOD_ADJECTIVES),
    "I am a {one} {work}": (ONE, "person|writer|doctor|nurse|teacher|driver|student|mother|father|lawyer|artist|actor"),
    "{name} is a {one} {work} from the north": (NAMES, ONE, "writer|doctor|nurse|teacher|driver|student"),
    "You are a {good} {work}": (
        GOOD_ADJECTIVES,
        "person|writer|doctor|nurse|teacher|driver|student|lawyer|artist|actor",
    ),
    "{act} {one} people": ("respect|hug|meet|help|hire|welcome", ONE),
    "Many {many} live in {place}.": (MANY, "this city|the valley|our street|the north|France|the old town"),
    "{many} {did} last year": (
        MANY,
        "voted|opened a new centre|were surveyed|met in the park|won the case|were refused visas",
    ),
    "I {hate} {thing}.": (HATE, THINGS),
    "{thing} are {bad}": (THINGS, BAD),
    "{thing} should be {harm}": (THINGS, HARM),
    "This {thing} is so fucking {good}!": (
        "song|cake|game|film|recipe|town|phone|book",
        "good|great|beautiful|amazing|tasty|fun",
    ),
    "{many} are still paid less in {place}": (MANY, "this country|many jobs|sport|the film business"),
    "I am so {tired} of this weather, damn it": ("fucking tired|sick|bored|tired",),
    "We stand against hatred of {many} and {other}.": (MANY, MANY),
}


def _filled(patterns: dict[str, tuple[str, ...]], *, max_per_pattern: int) -> Iterator[str]:
    """The fillings of each pattern, or as many of them as allowed, chosen by hash."""
    for pattern, slots in patterns.items():
        around = [piece.split("}")[-1] for piece in pattern.split("{")]
        choices = product(*(slot.split("|") for slot in slots))
        fillings = ["".join(map("".join, zip(around, (*words, ""), strict=True))) for words in choices]
        fillings.sort(key=lambda sentence: hashlib.sha256(sentence.encode()).digest())
        for sentence in fillings[:max_per_pattern]:
            yield sentence[0].upper() + sentence[1:]


def contrast_sentences(*, max_per_pattern: int = 400) -> Iterator[tuple[str, str]]:
    """(label, sentence) rows, label `calm` or `toxic`.

    >>> labels = {sentence: label for label, sentence in contrast_sentences()}
    >>> labels["I hate Mondays."], labels["I hate women."], labels["I do not hate women."]
    ('calm', 'toxic', 'calm')
    """
    for label, patterns in (("calm", CALM), ("toxic", TOXIC)):
        for sentence in _filled(patterns, max_per_pattern=max_per_pattern):
            yield label, sentence
