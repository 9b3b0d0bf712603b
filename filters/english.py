"""English words that are not cut where their marks would have them cut: contractions, abbreviations, emoticons.

The table is what spaCy's blank English tokenizer knows beyond its patterns, written as the rules that generate it.
An entry maps a word to the lengths of its tokens: `don't` is `do` and `n't`, so (2, 3); `Mr.` stays whole, so (3,).
"""

from collections.abc import Iterator
from functools import cache
from itertools import product

PRONOUNS = "i you he she it we they"
ASKING = "who what when where why how there that this these those"
# Dropping the apostrophe of these gives another word, so the bare spelling is left alone.
REAL_WORDS = frozenset("ill its hell shell shed were well whore".split())

# Stems, and the endings cut off them; every ending is tried with ', with ’ and bare, every stem in title case too.
CONTRACTIONS = (
    (PRONOUNS, "'ll 'd 'll+'ve 'd+'ve"),
    ("i", "'m 'm+a"),
    ("i you we they", "'ve"),
    ("you we they", "'re"),
    ("he she it", "'s"),
    (ASKING, "'ll 'd 'll+'ve 'd+'ve"),
    ("who what when where why how there that this those", "'s"),
    ("who what when where why how there these those", "'re 've"),
    ("ca could do does did had may might must need ought sha should wo would", "n't n't+'ve"),
    ("ai are is was were have has dare", "n't"),
    ("could might must should would not", "'ve"),
)
# Where the reference departs from its own pattern.
NOT_CUT = frozenset("thoses Thoses those's Those's those’s Those’s".split())

SHORTENED = "doin goin nothin nuthin ol somethin lovin havin"
LEADING = "em ll nuff"
LEADING_ONLY = "'S 's 're 'Cause 'cause 'cos 'Cos 'coz 'Coz 'cuz 'Cuz 'bout 'd ' ''"
INSIDE = "ma'am Ma'am o'clock O'clock"
ABBREVIATIONS = (
    "Mt. Ak. Ala. Apr. Ariz. Ark. Aug. Calif. Colo. Conn. Dec. Del. Feb. Fla. Ga. Ia. Id. Ill. Ind. Jan. Jul. Jun. "
    "Kan. Kans. Ky. La. Mar. Mass. Mich. Minn. Miss. N.C. N.D. N.H. N.J. N.M. N.Y. Neb. Nebr. Nev. Nov. Oct. Okla. "
    "Ore. Pa. S.C. Sep. Sept. Tenn. Va. Wash. Wis. a.m. Adm. Bros. co. Co. Corp. D.C. Dr. e.g. E.g. E.G. Gen. Gov. "
    "i.e. I.e. I.E. Inc. Jr. Ltd. Md. Messrs. Mo. Mont. Mr. Mrs. Ms. p.m. Ph.D. Prof. Rep. Rev. Sen. St. vs. v.s. "
    "and/or w/o C++ ä. ö. ü."
)
EMOTICONS = (
    ":) :-) :)) :-)) :))) :-))) (: (-: =) (= :] :-] [: [-: [= =] :o) (o: :} :-} 8) 8-) (-8 ;) ;-) (; (-; :( :-( :(( "
    ":-(( :((( :-((( ): )-: =( >:( :') :'-) :'( :'-( :/ :-/ =/ =| :| :-| ]= =[ :1 :P :-P :p :-p :O :-O :o :-o :0 :-0 "
    ":() >:o :* :-* :3 :-3 =3 :> :-> :X :-X :x :-x :D :-D ;D ;-D =D xD XD xDD XDD 8D 8-D ^_^ ^__^ ^___^ >.< >.> <.< "
    "._. ;_; -_- -__- v.v V.V v_v V_V o_o o_O O_o O_O 0_o o_0 0_0 o.O O.o O.O o.o 0.0 o.0 0.o @_@ <3 <33 <333 </3 "
    '(^_^) (-_-) (._.) (>_<) (*_*) (¬_¬) ಠ_ಠ ಠ︵ಠ (ಠ_ಠ) ¯\\(ツ)/¯ (╯°□°）╯︵┻━┻ ><(((*> \\") <space> \\t \\n —'
)
ODD_CUTS = (
    "y'+all y+all how+'d+'y How+'d+'y can+not Can+not gon+na Gon+na got+ta Got+ta let+'s Let+'s c'm+on C'm+on "
    "not+ve Not+ve"
)
# Units, which are cut off the number they follow.
UNITS = (
    "km km² km³ m m² m³ dm dm² dm³ cm cm² cm³ mm mm² mm³ ha µm nm yd in ft kg g mg µg t lb oz m/s km/h kmh mph hPa Pa "
    "mbar mb MB kb KB gb GB tb TB T G M K % км км² км³ м м² м³ дм дм² дм³ см см² см³ мм мм² мм³ нм кг г мг м/с км/ч "
    "кПа Па мбар Кб КБ кб Мб МБ мб Гб ГБ гб Тб ТБ كم² كم³ م م² م³ سم سم² سم³ مم مم² مم³ كم غرام جرام جم كغ ملغ كوب "
    "اكواب"
)


def _cased(words: str) -> list[str]:
    return [form for word in words.split() for form in (word, word.title())]


def _cuts() -> Iterator[tuple[str, ...]]:
    for stems, endings in CONTRACTIONS:
        for stem, ending in product(_cased(stems), endings.split()):
            yield (stem, *ending.split("+"))
            yield (stem, *ending.replace("'", "").split("+"))
    yield from (tuple(word.split("+")) for word in ODD_CUTS.split())
    yield from ((str(hour), half) for hour in range(1, 13) for half in ("a.m.", "am", "p.m.", "pm"))
    yield from (("°", letter, ".") for letter in "cfkCFK")


def _whole() -> Iterator[str]:
    yield from (f"{letter}." for letter in "abcdefghijklmnopqrstuvwxyz")
    yield from (form + mark for form in _cased(SHORTENED) for mark in ("", "'"))
    yield from (mark + form for form in LEADING.split() for mark in ("", "'"))
    yield from ("‘S", "‘s")
    for words in (LEADING_ONLY, INSIDE, ABBREVIATIONS, EMOTICONS):
        yield from words.split()


@cache
def special_words() -> dict[str, tuple[int, ...]]:
    """Every special word with the lengths of its tokens, in characters (one to three)."""
    cuts = [*_cuts(), *((word,) for word in _whole())]
    table = {"".join(parts): tuple(map(len, parts)) for parts in cuts}
    table |= {word.replace("'", "’"): lengths for word, lengths in table.items()}
    left_alone = NOT_CUT | REAL_WORDS | {word.title() for word in REAL_WORDS}
    return {word: lengths for word, lengths in table.items() if word not in left_alone}
