"""Sorts words of hate and the words around them into classes, so that a pattern learned of one word holds for others.

A class is not a judgement. "Kill", "monkey" and "disgusting" stand in recipes, zoos and reviews; what the model learns
is what a class means beside others ("groups are monkeys", "kill them"). All classes hold words of our own choosing.
Source: common knowledge of English; the public lists of the Hatebase and LDNOOBW kind were not copied.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from curate.classifiers.toxic_word_lists import WIDE_CLASSES
from curate.filters.hashing import word_table

# Names of groups of people, none of them an insult by itself. The model reads them all as one word, so it can neither
# learn that a name is an insult nor treat one group worse than another.
GROUP_NAMES = frozenset(
    """
    muslim muslims islamic islam moslem moslems islamist islamists jew jews jewish judaism zionist zionists christian
    christians catholic catholics protestant protestants hindu hindus buddhist buddhists sikh sikhs taoist taoists
    atheist atheists mormon mormons
    woman women womans man men girl girls boy boys male males female females lady ladies feminist feminists
    gay gays lesbian lesbians bisexual bisexuals trans transgender transgendered transsexual transsexuals queer queers
    nonbinary straight heterosexual heterosexuals homosexual homosexuals homosexuality lgbt lgbtq lgbtqia
    black blacks white whites nonwhite nonwhites asian asians african africans american americans european europeans
    canadian canadians caucasian caucasians negro negroes arab arabs latino latinos latina latinas latinx hispanic
    hispanics mexican mexicans indian indians pakistani pakistanis bangladeshi chinese japanese korean koreans
    vietnamese filipino filipinos eastern turk turks turkish pole poles polish russian russians roma romani gypsies
    gypsy romanian romanians albanian albanians nigerian nigerians ethiopian ethiopians haitian haitians cuban cubans
    puerto ricans rican afghan afghans iraqi iraqis egyptian egyptians moroccan moroccans algerian algerians kurd kurds
    indigenous aboriginal aborigines native natives syrian syrians somali somalis iranian iranians israeli israelis
    palestinian palestinians irish italian italians french german germans british english
    immigrant immigrants immigration migrant migrants refugee refugees foreigner foreigners foreign
    disabled deaf blind paralyzed paralysed autistic elderly old older young younger aged teenage teenager teenagers
    millennial millennials millenial millenials dwarf dwarfs dwarves obese
    race races racial minorities minority ethnic
    """.split()
)

CLASSES = {
    "group": " ".join(sorted(GROUP_NAMES)),
    "slur": """
        nigger niggers nigga niggas nigguh niglet niglets nigglet nigglets niggress negress coon coons jigaboo
        jigaboos sambo darkie darkies darky pickaninny spearchucker groid groids negroid negroids
        shitskin shitskins mudshark muds mongrel mongrels halfbreed chimpout dindu dindus
        kike kikes yid yids heeb heebs hymie sheeny jewess zog goyim shylock
        spic spics spick spicks wetback wetbacks beaner beaners
        chink chinks gook gooks slanteye zipperhead zipperheads jap japs ching chong
        paki pakis raghead ragheads towelhead towelheads sandnigger muzzie muzzies muzrat mudslime mudslimes
        cameljockey musloid hajji hajjis
        faggot faggots fag fags faggy fagot homo homos poof poofs poofter dyke dykes lesbo lesbos tranny trannies
        shemale shemales ladyboy sodomite sodomites queerboy
        honky honkies redneck rednecks gringo gringos whitey wigger wiggers
        gyppo gypo pikey pikeys dago dagos wop wops polack polacks kraut krauts abo abos boong injun injuns
        redskin redskins squaw savages
        retard retards retarded tard tards libtard libtards spastic spaz spacker mongoloid cripple cripples
        feminazi feminazis femoid femoids foid foids""",
    "whore": """
        bitch bitches bitchy biatch bish hoe hoes ho hos whore whores slut sluts slutty skank skanks tramp harlot
        cunt cunts twat twats cocksucker cocksuckers slag slags thot thots pussies""",
    "swear": """
        fuck fucks fucked fucking fuckin fking fcking fck fuk fukin fuckers fucker motherfucker motherfuckers
        motherfucking mofo mofos muthafucka mutha shit shits shitty shitting bullshit crap crappy damn damned dammit
        goddamn goddam hell ass asses arse arses piss pissed pissing bollocks bugger bloody wtf stfu gtfo lmfao af
        freaking frickin friggin effing dumbass badass shite dick dicks prick pricks""",
    "insult": """
        idiot idiots moron morons imbecile imbeciles asshole assholes arsehole arseholes ahole jackass jackasses bastard
        bastards scumbag scumbags douche douches douchebag douchebags dickhead dickheads shithead shitheads loser losers
        creep creeps pervert perverts perv degenerate degenerates fool fools dimwit dimwits halfwit nitwit dunce dolt
        dolts wanker wankers tosser tossers prat knob knobhead bellend coward cowards liar liars crook crooks
        psycho psychopath weirdo weirdos freak freaks lunatic lunatics nutjob nutcase shitbag scum scums
        clown clowns buffoon buffoons hypocrite hypocrites sissy pansy wimp crybaby crybabies snowflake snowflakes
        pedo pedos paedo pedophile pedophiles paedophile rapist rapists thug thugs terrorist terrorists
        simpleton troll trolls twit fatso fatty lardass pig pigs hag sheep sheeple traitor traitors fraud shitstain
        asshat asshats asswipe dipshit dipshits numbskull numskull cretin cretins lowlife lowlifes deadbeat""",
    "dehuman": """
        vermin animal animals beast beasts monkey monkeys ape apes gorilla gorillas chimp chimps baboon baboons
        rat rats cockroach cockroaches roach roaches parasite parasites leech leeches maggot maggots insect insects
        swine dog dogs snake snakes locusts plague disease diseases cancer virus infestation infest infested infesting
        subhuman subhumans untermensch filth trash garbage rubbish waste dirt savage barbarian barbarians brute brutes
        horde hordes inferior invaders invader invasion invading breed breeding breeds interbreed degeneracy
        abomination abominations evil demon demons demonic devils devil satanic mutant mutants primitive primitives
        uncivilized uncivilised criminals criminal gangs thieves thief welfare leeching aliens illegals""",
    "bad": """
        stupid dumb idiotic moronic disgusting filthy dirty nasty ugly hideous vile repulsive revolting pathetic
        worthless useless horrible awful terrible hateful lazy smelly stinking stinky greedy sick sickening twisted
        perverted depraved retardation braindead brainless clueless ignorant inbred gross obnoxious lousy rotten
        despicable disgraceful unnatural immoral sinful wicked corrupt crooked lying fake insane crazy deranged
        delusional fat uneducated illiterate backward backwards violent dangerous hysterical incompetent weak low
        iq shameless spineless arrogant scummy putrid foul wretched miserable deplorable""",
    "harm": """
        kill kills killing killed shoot shot shooting hang hanged hung hanging lynch lynched lynching burn burned burnt
        burning gas gassed gassing exterminate exterminated exterminating extermination eradicate eradicated eliminate
        eliminated annihilate annihilated slaughter slaughtered murder murdered murdering execute executed stab stabbed
        strangle strangled choke choked rape raped raping beat beaten beating punch punched slap slapped smash smashed
        kick kicked stomp stomped bash bashed behead beheaded decapitate decapitated drown drowned nuke nuked bomb
        bombed torture tortured castrate castrated sterilize sterilized sterilise sterilised deport deported deporting
        expel expelled cleanse cleansed cleansing purge purged enslave enslaved shove destroy destroyed wipe wiped
        hurt hurting slit crush crushed attack attacked ban banned remove removed rid euthanized euthanised drag
        throw thrown lock locked break cut gutted skin skinned bullet bullets noose rope ovens oven""",
    "die": "die dies died dying death deaths dead suicide grave graves coffin extinct extinction genocide holocaust",
    "hate": """
        hate hates hated hating despise despises despised detest detests loathe loathes loathed hatred disgust disgusts
        disgusted abhor resent sicken sickens""",
    "sex": """
        cock cocks penis penises pussy vagina vaginas clit clitoris tits titties boobs boobies nipples cum cumming cums
        cumshot cumshots creampie blowjob blowjobs handjob handjobs rimjob deepthroat anal anally orgasm orgasms
        porn porno pornography pornstar pornstars xxx nsfw hardcore milf milfs gangbang gangbangs threesome threesomes
        masturbate masturbates masturbating masturbation wank jizz sperm semen dildo dildos vibrator vibrators
        fisting bukkake hentai horny erotic erotica nude nudes naked topless sexy sexcam camgirl camgirls webcam escort
        escorts hooker hookers stripper strippers bdsm bondage fetish fetishes upskirt lesbians ejaculate ejaculated
        ejaculation erection boner sucking licking fingering moaning moaned thrusting bareback squirt squirting
        doggystyle busty twink twinks cuckold hotwife swinger swingers incest panties thong sex sexual sexually fap
        buttplug cameltoe slutwife pornhub tits throbbing foreskin labia""",
    "you": "you you're your yours yourself yourselves u ur youre ya yall y'all you've you'll thou",
    "they": """
        they they're them their theirs themselves these those theyre em 'em they've they'll people folks folk person
        persons kind lot bunch community culture cultures religion religions everyone everybody somebody someone""",
    "he": "he he's him his she she's her hers himself herself guy guys dude chick kid kids child children",
    "i": "i i'm me my mine im we our us i've i'd i'll we're",
    "all": "all every everyone any each most always nothing never only whole entire none anybody",
    "should": """
        should must ought deserve deserves deserved need needs gotta gonna going will would want wants wish hope let
        let's lets cannot can't shouldn't better""",
    "not": """
        not no don't doesn't didn't isn't aren't wasn't weren't won't wouldn't nobody without against stop wrong false
        neither nor disagree reject rejects condemn condemns condemned unacceptable stereotype stereotypes myth
        prejudice hateful""",
    "say": """
        say says said saying call calls called calling wrote write writes writing quote quoted quotes quoting told tells
        claim claims claimed report reports reported reporting according tweet tweeted posted comment commented
        word words term slur slurs phrase shouted yelled screamed chanted graffiti""",
    "law": """
        court police judge jury trial convicted sentenced arrested charged charges accused accusing guilty prosecutor
        prosecutors defendant victim victims witness testified investigation law crime offence offense officer
        officers lawyer attorney allegedly alleged suspect lawsuit hearing appeal""",
    "study": """
        history historian historians century war wars novel book books film movie museum study studies research
        researchers article education educational health medical doctor doctors clinic patients contraception condom
        condoms puberty consent racism racist racists sexism sexist homophobia homophobic antisemitism discrimination
        bigotry bigots bigot propaganda segregation slavery nazi nazis segregated""",
    "good": """
        good great nice kind wonderful amazing friendly lovely beautiful awesome love loves loved loving proud brave
        smart talented happy caring honest excellent fantastic delicious tasty best favorite favourite thanks thank
        respect welcome support help helped helps fun cool enjoy enjoyed sweet""",
    "out": """
        out back away off down leave left send sent home country countries nation nations border borders land town
        city street neighborhood neighbourhood west europe america world earth blood pure purity genes dna superior
        supremacy replace replaced replacement outnumber ruin ruined ruining destroying taking stealing steal
        cage zoo kitchen camps camp gutter""",
}
ALL_CLASSES = {**CLASSES, **WIDE_CLASSES}
NAMES = tuple(ALL_CLASSES)
NONE = 0  # a word of no class; classes count from 1


@cache
def classes() -> dict[str, int]:
    """The class of each listed word, from 1; of a word in two classes, that of the first."""
    found: dict[str, int] = {}
    for number, words in enumerate(ALL_CLASSES.values(), 1):
        for word in words.split():
            found.setdefault(word, number)
    return found


@cache
def class_table() -> NDArray[np.uint64]:
    """`classes` as `look_up` takes them."""
    return word_table(classes())


def class_of(name: str) -> int:
    """The number of a class by name."""
    return NAMES.index(name) + 1


# Coarse words hide in others: what a word of no class begins or ends with, and the class it then has.
PREFIXES = {
    "swear": "fuck shitt shits shitf shith shitl motherf",
    "whore": "bitch whore slut cunt",
    "slur": "nigger niggas faggo tranni raghead",
    "insult": "assho dumbass dickhe shithe dumbfu douche",
}
SUFFIXES = {
    "swear": "fuck fucks shit fucking fucker fuckers",
    "whore": "bitch bitches whore slut sluts cunts",
    "slur": "nigger niggers faggot faggots libtard libtards",
    "insult": "asshole assholes tarded fuckwad",
}
COARSE = ("slur", "whore", "swear", "insult", "sex", "slang", "wench", "oath")
LETTERS = {"@": "a", "4": "a", "$": "s", "5": "s", "1": "i", "!": "i", "|": "i", "3": "e", "0": "o", "7": "t", "+": "t"}
FRAMES = {"not": 1, "say": 2, "law": 4, "study": 4}  # what is told, denied or judged rather than said
CHARGED = ("group", "slur", "whore", "insult", "dehuman", "bad", "harm", "die", "hate", "you", "they", "he", "sex")


@cache
def stem_table() -> NDArray[np.uint64]:
    """Stems as `look_up` takes them: the class of a prefix in the low byte, that of a suffix above it."""
    found: dict[str, int] = {}
    for stems, shift in ((PREFIXES, 0), (SUFFIXES, 8)):
        for name, words in stems.items():
            for word in words.split():
                found[word] = found.get(word, 0) | class_of(name) << shift
    return word_table(found)


@cache
def letters() -> NDArray[np.uint8]:
    """The letter that an ASCII character stands for in a disguised word, 0 if none: uint8[128]."""
    table = np.zeros(128, np.uint8)
    for code in range(128):
        if chr(code).isalpha():
            table[code] = ord(chr(code).lower())
    for mark, letter in LETTERS.items():
        table[ord(mark)] = ord(letter)
    return table


@cache
def tables() -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint8], NDArray[np.uint8]]:
    """Return what a reading looks up: classes, stems, which classes are coarse, letters."""
    coarse = np.array([0, *(name in COARSE for name in NAMES)], np.uint8)
    return class_table(), stem_table(), coarse, letters()


@cache
def frames() -> NDArray[np.uint64]:
    """By class: flags of `FRAMES`, 8 for one of `CHARGED`, else 0; uint64[classes + 1]."""
    return np.array([0, *(FRAMES.get(name, 8 * (name in CHARGED)) for name in NAMES)], np.uint64)
