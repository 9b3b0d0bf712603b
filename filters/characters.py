"""Character classes: one table of bit flags per code point, from which every kernel reads what a character is.

The classes come from Python's own Unicode database wherever a published filter uses Unicode properties, and from
ranges where it uses a list of its own. The table is built on first use (about 60 ms) and shared by the process.
"""

from functools import cache
from unicodedata import category

import numpy as np
from numpy.typing import NDArray

SPACE = 1 << 0  # str.isspace
LETTER = 1 << 1  # str.isalpha
ALPHA = 1 << 2  # a letter to the English tokenizer: cased scripts it lists, and whole blocks of uncased ones
LOWER = 1 << 3  # lower case, or of an uncased script
UPPER = 1 << 4  # upper case, or of an uncased script
DIGIT = 1 << 5  # 0-9
QUOTE = 1 << 6
AFFIX = 1 << 7  # split off at either end of a word: marks, quotes, symbols
CURRENCY = 1 << 8  # cut off when it leads a word, or follows a number
SYMBOL = 1 << 9  # category So: arrows, dingbats, emoji
MARK = 1 << 10  # category P*
NONWORD = 1 << 11  # a word made of these alone is no word (datatrove's PUNCTUATION_SET)
TERMINAL = 1 << 12  # ends a sentence in some script (FineWeb's line rule)
SENTENCE = 1 << 13  # ends a sentence for the sentence counter
HOST = 1 << 14  # may stand inside a host name: letters, digits, anything from U+00A1 to U+FFFF, and - _
DIGIT_ANY = 1 << 15  # str.isdigit
CAPITAL = 1 << 16  # str.isupper
ALNUM = 1 << 17  # str.isalnum
PREFIX = 1 << 18  # cut off the front of a word
DOT_AFTER = 1 << 19  # a dot that ends a word is cut off after this
LINE_BREAK = 1 << 20  # where str.splitlines breaks
EXTENDS = 1 << 21  # combining marks and format characters, which stay with what is before them
ALONE = 1 << 22  # letters of scripts without spaces, each a word of its own to the Unicode rules
SMALL = 1 << 23  # str.islower
PARENTHESIS = 1 << 24  # ( ) [ ] and the full-width ones
DECIMAL = 1 << 25  # str.isdecimal

# What a word is made of: a letter; not marks alone; marks alone; a lone sentence end; a letter or digit first.
WITH_LETTER, PROPER, MARKS, END_MARK, ALNUM_FIRST = 1, 2, 4, 8, 16
ANY_WORD = 32  # true of every word

LIMIT = 0x33000  # code points from here on have no class: they are unassigned, tags or private

CASED = (
    "41-5a 61-7a c0-d6 d8-f6 f8-1bf 1c4-2af 386 388-38a 38c 38e-38f 391-3a9 3ac-3af 3b1-3c9 3cc-3ce 400-401 403-40a "
    "40c-40d 410-451 453-45a 45c-45d 490-491 496-497 4a2-4a3 4ae-4af 4ba-4bb 4d8-4d9 4e8-4e9 1d00-1d25 1d6b-1d77 "
    "1d79-1d9a 1e00-1eff 2c60-2c7b 2c7e-2c7f a722-a76f a771-a787 a78b-a78e a790-a7b9 a7fa ab30-ab5a ab60-ab64 "
    "ff21-ff3a ff41-ff5a"
)
UNCASED = (
    "591-5f4 620-64a 66e-6d5 6e5-6ff 750-77f 8a0-8bd 900-9ff b80-cff d80-dff 1100-137f 2e80-2fdf 2ff0-30ff 31c0-31ef "
    "3200-4dbf 4e00-9fff ac00-d7af f900-faff fb1d-fbb1 fbd3-fd3d fd50-fdc7 fdf0-fdfb fe30-fe4f fe70-fefc 1ee00-1eebb "
    "1f200-1f2ff 20000-2a6df 2a700-2ebef 2f800-2fa1f"
)
QUOTES = "22 27 60 ab b4 bb 2018-201a 201c-201e 27e6-27e7 3008-3011 3014-3015 ff08-ff09 2329-232a 2c"
PUNCTUATION = (
    "21 23 26 28-2a 2c 3a-3c 3e-3f 5b 5d 5f 7b 7d a1 b7 bf 60c 61b 61f 66a 6d4 964 2026 3001-3002 ff01 ff0c ff1a-ff1b "
    "ff1f ff5e"
)
CURRENCIES = "24 a3 a5 e3f 20a0-20bf fdfc"
ENDS = (
    "21 2e 3f 589 61d-61f 6d4 700-702 7f9 837 839 83d-83e 964-965 104a-104b 1362 1367-1368 166e 1735-1736 17d4-17d6 "
    "17d9-17da 1803 1809 1944-1945 1aa8-1aab 1b5a-1b5b 1b5e-1b5f 1b7d-1b7e 1c3b-1c3c 1c7e-1c7f 203c-203d 2047-2049 "
    "2e2e 2e3c 2e53-2e54 3002 a4ff a60e-a60f a6f3 a6f7 a876-a877 a8ce-a8cf a92f a9c8-a9c9 aa5d-aa5f aaf0-aaf1 abeb "
    "fe52 fe56-fe57 ff01 ff0e ff1f ff61 10a56-10a57 10f55-10f59 10f86-10f89 11047-11048 110be-110c1 11141-11143 "
    "111c5-111c6 111cd 111de-111df 11238-11239 1123b-1123c 112a9 1144b-1144c 115c2-115c3 115c9-115d7 11641-11642 "
    "1173c-1173e 11944 11946 11a42-11a43 11a9b-11a9c 11c41-11c42 11ef7-11ef8 11f43-11f44 16a6e-16a6f 16af5 16b37-16b38 "
    "16b44 16e98 1bc9f 1da88"
)
# Younger sentence ends, which the sentence counter does not know.
ENDS_OF_LINES_ONLY = (
    "61d-61e 837 839 83d-83e 17d4-17d6 17d9-17da 1b7d-1b7e 2e53-2e54 10f55-10f59 10f86-10f89 11944 11946 11ef7-11ef8 "
    "11f43-11f44 16e98"
)
DOT_FOLLOWS = "25 28-29 2b 2d 3a 3f 7c b2"
# Symbols younger than the list of the English tokenizer (Unicode 12 and later), which does not cut at them.
YOUNG_SYMBOLS = (
    "166d 2b97 2bc9 2bff 2e50-2e51 32ff fd40-fd4f fdcf fdfe-fdff 1019c 11fd5-11ff1 1cf50-1cfc3 1d1e9-1d1ea 1e14f 1ed2e "
    "1f10d-1f10f 1f16c-1f16f 1f1ad 1f6d5-1f6df 1f6fa-1f6ff 1f774-1f77f 1f7d9-1f7ff 1f8b0-1f8ff 1f90c-1f90f 1f93f "
    "1f971-1f972 1f977-1f979 1f97b 1f9a3-1f9af 1f9ba-1f9bf 1f9c3-1f9cf 1fa00-1fa5f 1fa6e-1fbff"
)
NONWORD_MARKS = (
    "0-8 b-1f 22-2d 2f 3a-3e 40 5b-60 7b-9f ab b4 bb 2013-2014 2019 201c-201e 2026 2236 2501 25ba 3001 3008-300d "
    "3010-3011 ff05 ff08-ff09 ff0c ff11 ff1a-ff1b ff5e"
)


UNSPACED = "e00-eff 1000-109f 1780-17ff 3040-309f 3400-4dbf 4e00-9fff f900-faff 20000-2ebef"


def members(ranges: str) -> list[int]:
    """The code points of a text of hexadecimal ranges.

    >>> members("61-63 7a")
    [97, 98, 99, 122]
    """
    bounds = [part.split("-") for part in ranges.split()]
    return [code for low, *high in bounds for code in range(int(low, 16), int((high or [low])[0], 16) + 1)]


def _where(table: NDArray[np.uint32], flag: int, codes: list[int]) -> None:
    table[codes] |= np.uint32(flag)


@cache
def classes() -> NDArray[np.uint32]:
    """The flags of every code point below `LIMIT`, uint32[LIMIT]; read-only."""
    table = np.zeros(LIMIT, dtype=np.uint32)
    every = np.arange(LIMIT, dtype=np.uint32).view("<U1")
    small = np.strings.islower(every)
    for flag, found in ((SPACE, np.strings.isspace(every)), (LETTER, np.strings.isalpha(every)),
                        (DIGIT_ANY, np.strings.isdigit(every)), (ALNUM, np.strings.isalnum(every)),
                        (DECIMAL, np.strings.isdecimal(every)),
                        (CAPITAL, np.strings.isupper(every)), (SMALL, small)):  # fmt: skip
        table[found] |= np.uint32(flag)
    kinds = np.array([category(chr(code)) for code in range(LIMIT)])
    table[np.strings.startswith(kinds, "P")] |= np.uint32(MARK)
    table[np.isin(kinds, ("Mn", "Mc", "Me", "Cf"))] |= np.uint32(EXTENDS)
    table[kinds == "So"] |= np.uint32(SYMBOL | AFFIX)
    cased, uncased = members(CASED), members(UNCASED)
    table[members(YOUNG_SYMBOLS)] &= np.uint32(~(SYMBOL | AFFIX) & 0xFFFFFFFF)
    _where(table, ALPHA, cased + uncased)
    _where(table, LOWER, uncased + [code for code in cased if small[code]])
    _where(table, UPPER, uncased + [code for code in cased if table[code] & CAPITAL])
    for flag, ranges in ((DIGIT, "30-39"), (QUOTE | AFFIX, QUOTES), (AFFIX, PUNCTUATION), (AFFIX, "2013-2014"),
                         (CURRENCY, CURRENCIES), (TERMINAL | SENTENCE | NONWORD, ENDS), (NONWORD, NONWORD_MARKS),
                         (HOST, "2d 30-39 41-5a 5f 61-7a a1-ffff"),
                         (PREFIX, "25 3d a7"), (LINE_BREAK, "a-d 1c-1e 85 2028-2029"), (DOT_AFTER, DOT_FOLLOWS),
                         (ALONE, UNSPACED), (PARENTHESIS, "28-29 5b 5d ff08-ff09")):  # fmt: skip
        _where(table, flag, members(ranges))
    dashes = np.array(members("2013-2014"))
    table[(table & (AFFIX | CURRENCY)) > 0] |= np.uint32(PREFIX)
    table[(table & (DIGIT | LOWER | QUOTE | AFFIX)) > 0] |= np.uint32(DOT_AFTER)
    table[((table & SYMBOL) > 0) & ((table & LOWER) == 0)] &= np.uint32(~DOT_AFTER & 0xFFFFFFFF)
    table[dashes] &= np.uint32(~DOT_AFTER & 0xFFFFFFFF)
    table[members(ENDS_OF_LINES_ONLY)] &= np.uint32(~SENTENCE & 0xFFFFFFFF)
    table.setflags(write=False)
    return table
