"""Sentences of our own that name groups of people, calm and hateful: they teach a model that the name is not the insult.

The labelled sets name groups mostly to insult them, and a model trained on those alone calls "my Muslim neighbours" toxic.
Every group below goes through the same patterns on both sides, so that its name says nothing; what differs is what is
said about it. Patterns also come in pairs about things, because "I hate Mondays" is not hate.
"""

import hashlib
from collections.abc import Iterator

PLURALS = """
Muslims|Jews|Christians|Catholics|Protestants|Hindus|Buddhists|Sikhs|Taoists|atheists|women|men|girls|boys|gays|gay people|
gay men|lesbians|bisexuals|bisexual people|trans people|transgender people|trans women|trans men|queer people|non-binary people|
straight people|heterosexuals|homosexuals|homosexual people|LGBT people|LGBTQ people|black people|black women|black men|blacks|white people|whites|Asians|Asian people|
Africans|African Americans|Europeans|Americans|Canadians|Mexicans|Latinos|Latinas|Latinx people|Hispanics|Arabs|Indians|Pakistanis|
Chinese people|Japanese people|Koreans|Middle Eastern people|Turks|Poles|Russians|Roma|gypsies|Native Americans|Indigenous people|immigrants|migrants|refugees|
asylum seekers|foreigners|disabled people|deaf people|blind people|paralyzed people|autistic people|wheelchair users|
people with disabilities|elderly people|old people|young people|younger people|older people|middle-aged people|teenagers|millennials
"""
SINGULARS = """
Muslim|Jewish|Christian|Catholic|Protestant|Hindu|Buddhist|Sikh|Taoist|atheist|female|male|gay|lesbian|bisexual|trans|
transgender|queer|nonbinary|straight|heterosexual|homosexual|LGBT|LGBTQ|black|white|Asian|African|African American|European|American|Canadian|
Mexican|Latino|Latina|Latinx|Hispanic|Arab|Indian|Pakistani|Chinese|Japanese|Korean|Middle Eastern|Turkish|Polish|Russian|Roma|Native American|Indigenous|
immigrant|migrant|refugee|foreign|disabled|deaf|blind|paralyzed|autistic|elderly|old|young|younger|older|middle aged|teenage|millennial
"""
THINGS = """
Mondays|traffic jams|wet socks|cold coffee|mosquitoes|slow computers|long queues|tax forms|cucumbers|pop-up ads|early mornings|
dirty dishes|rainy weekends|weeds|rats|cockroaches|viruses|football matches|boring films|spoilers
"""
CALM_OF_MANY = """
Many {} live in this city.|{} have contributed to science, music and sport.|I work with {} every day and we get along well.|
The survey asked {} about housing and health care.|{} deserve the same rights as everyone else.|The festival celebrates {}.|
I love {}.|We welcome {} here.|It is wrong to hate {}.|Nobody should say that {} are inferior.|He was criticised for claiming that {} are dangerous.|
Discrimination against {} is illegal.|There is no excuse for violence against {}.|{} are not a threat to anybody.|{} are not criminals.|
Stop saying that {} are disgusting.|The law protects {} from hatred.|The article is about the history of {} in the region.|
Attacks on {} rose last year, the police report says.|{} are just people like you and me.|My doctor says some {} are more often affected by this disease.|
We do not hate {}.|I would never hurt {}.|Some {} voted for the party, others did not.|{} are amazing.|{} were killed in the attack on the village.|
The novel describes how {} were persecuted and murdered.|Whoever says that {} should be killed will be banned from this forum.|
I disagree with what some {} say, but I respect them.|Why are {} still paid less?|Not all {} think alike.|
The group offers advice to {} and their families.|{} and their friends met in the park.|The court ruled that {} had been denied their rights.|
{} do not deserve to be treated like animals.|{} should be proud of who they are.|It is not true that {} are stupid.|Calling {} vermin is unacceptable.
"""
CALM_OF_ONE = """
I am {}.|I am a {} person.|She is a {} writer from the north.|My best friend is {}.|He is a proud {} man.|They are a {} couple with two children.|
A {} student won the prize.|You are {} and that is fine.|Being {} is nothing to be ashamed of.|The {} community opened a new centre.|
Our {} neighbours invited us to dinner.|The first {} president of the society was elected.|He grew up in a {} family.|
Maria is a kind {}.|Omar is a wonderful {}.|Li is a friendly {}.|Anna is a happy {} nurse.|Kofi is a brave {} and a great colleague.|
You are a {} doctor.|What does it mean to be {} today?|A {} woman was attacked on her way home.|She said that as a {} woman she felt safe here.|
Peter is a nice {}.|Fatima is an incredible {}.|Ivan is a good {}.|Hannah is a caring {} teacher.|Being {} is great.|Being {} is wonderful.|I love {} culture.|
Thomas is a fine {}.|Aiko is a lovely {}.|He hugged a {} stranger.|hug {} people|respect {} people|You are a good {}.|You are an honest {} driver.
"""
HATEFUL_OF_MANY = """
I hate {}.|I really hate {}.|I despise {}.|I cannot stand {}, they make me sick.|{} are vermin.|{} are scum.|{} are disgusting.|{} are animals.|{} are parasites.|{} are filth.|{} are stupid.|
{} are all criminals.|All {} are stupid and lazy.|{} are inferior to us.|{} are a disease.|{} are subhuman.|{} are worthless.|{} are trash.|{} are idiots.|{} disgust me.|
{} do not deserve to live.|{} deserve to die.|{} should be killed.|All {} should be shot.|{} should be wiped out.|
Someone should get rid of {} for good.|Kick all {} out of our country.|We must drive {} out of here.|{} should be locked up.|
I hope all {} die.|I want to hurt {}.|We will kill {}.|Death to {}.|Burn all {}.|Let us hang {}.|{} do not belong here, get out.|
Nobody wants {} here.|{} are a threat to our race.|{} are ruining everything with their filthy habits.|{} should have no rights.|
{} should never be allowed to vote.|{} are nothing but liars and thieves.|{} belong in a cage.|{} are pigs.|{} are cockroaches.|The world would be better without {}.|
Fuck {}.|All {} are fucking idiots.|I am so sick of {}, they are garbage.|{} are a plague and must be exterminated.|{} are ugly and they stink.|{} make me want to vomit.
"""
HATEFUL_OF_ONE = """
You are a disgusting {}.|You stupid {} pig.|Go back to where you came from, you {} scum.|That {} idiot should be beaten.|{} trash like you should die.|
Being {} is disgusting.|Being {} is a disease.|Being {} is sick and wrong.|He is a worthless {} parasite.|Shut up, you {} moron.|I would never let a {} animal into my house.|
A {} freak like him should be put down.|She is a filthy {} pig.|{} vermin, get out of our country.|Peter is a stupid {}.|Fatima is a horrible {}.|Ivan is a nasty {}.|Anna is a dumb {}.|
Omar is an idiotic {}.|Li is a repulsive {}.|Maria is a shitty {}.|You are an awful {}.|kill {} people|I hope you get cancer, you {} piece of shit.|murder every {} person
"""
CALM_OF_THINGS = """
I hate {}.|{} are disgusting.|{} make me sick.|I cannot stand {}.|{} are the worst.|We should get rid of {}.|{} are stupid.|{} are ruining my day.|
I wish all {} would disappear.|Death to {}.|Fuck {}.|{} are a plague.|Nobody wants {} here.|{} are worthless.|Kill all {}.
"""


def _entries(table: str) -> list[str]:
    return [entry.strip() for entry in table.replace("\n", "").split("|") if entry.strip()]


def _filled(patterns: str, names: str, seed: str, share: int) -> Iterator[str]:
    """One in `share` of all pairs of pattern and name, chosen by hash so that every name meets about as many patterns."""
    for pattern in _entries(patterns):
        for name in _entries(names):
            sentence = pattern.format(name)
            if hashlib.sha256(f"{seed} {sentence}".encode()).digest()[0] % share == 0:
                yield sentence[0].upper() + sentence[1:]


def contrast_sentences(seed: str = "contrast", *, share: int = 3) -> Iterator[tuple[str, str]]:
    """(label, sentence) rows, label `calm` or `toxic`: every group in calm and in hateful patterns, things in calm ones."""
    for label, patterns, names in (
        ("calm", CALM_OF_MANY, PLURALS),
        ("calm", CALM_OF_ONE, SINGULARS),
        ("toxic", HATEFUL_OF_MANY, PLURALS),
        ("toxic", HATEFUL_OF_ONE, SINGULARS),
        ("calm", CALM_OF_THINGS, THINGS),
    ):
        for sentence in _filled(patterns, names, seed, share):
            yield label, sentence
