"""Recognisers for what is written in letters: e-mail addresses, keys and secrets, street addresses.

Each takes a text and yields (start, end, score); work is linear in the text's length.
"""

import re
from collections.abc import Iterator

from filters.address import has_public_suffix
from filters.pii_numbers import Found

# Scripts written without spaces (from U+2E80) run into an address on either side and are no part of it.
_LOCAL = re.compile(r"(?:(?![\u2e80-\U0010ffff])[\w!#$%&'*+/=?^`{|}~\-]|\.(?!\.)){1,64}\Z")
_LETTER = r"(?![\u2e80-\U0010ffff])[^\W_]"
_DOMAIN = re.compile(
    rf"(?:{_LETTER}(?:(?:(?![\u2e80-\U0010ffff])[\w\-]){{0,61}}{_LETTER})?\.){{1,8}}"
    rf"(?:xn--[a-z0-9\-]{{2,59}}|(?:(?!\d){_LETTER}){{2,24}})(?![\w\-]*@)",
    re.IGNORECASE,
)
_RUN_ON = re.compile(r".*\.[a-z]{2,24}(?=[A-Z])")  # "example.comPhone", where extraction lost a line break
_SPELLED_AT = re.compile(
    r"(?<![\w.+\-])[\w.+\-]{1,64}\s?(?:\[\s?at\s?\]|\(\s?at\s?\)|\{\s?at\s?\})\s?"
    r"(?:[a-z0-9\-]{1,63}\s?(?:\.|\[\s?dot\s?\]|\(\s?dot\s?\))\s?){1,5}[a-z]{2,24}(?![\w\-])",
    re.IGNORECASE,
)
_AT_SIGNS = ("[at", "(at", "[ at", "( at", "{at", "[AT", "(AT")
# A block to its last line; where that is missing, the lines that can only be a key's. Headers inside have hyphens too.
_PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?:[^-]|-(?!----)){0,20000}+-----END [A-Z0-9 ]{1,60}-----"
    r"|(?:\s{1,4}[A-Z][\w\-]{1,30}: [^\n]{0,120}){0,5}"
    r"(?:\s{1,4}[A-Za-z0-9+/=]{24,128}(?![A-Za-z0-9+/=])){0,400}(?:\s{1,4}[A-Za-z0-9+/]{1,128}={1,2})?)"
)
_API_KEY = re.compile(
    r"(?<![A-Za-z0-9_\-])(?:AKIA[0-9A-Z]{16}|ASIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_\w{22,255}|"
    r"glpat-[\w\-]{20,64}|xox[abprs]-[A-Za-z0-9\-]{10,250}|AIza[\w\-]{35}|[rs]k_live_[A-Za-z0-9]{16,128}|"
    r"sk-(?=[a-z\-]{0,200}[A-Z0-9])(?:proj-|ant-)?[\w\-]{0,80}[A-Za-z0-9]{16}[\w\-]{0,200}|hf_[A-Za-z0-9]{30,64}|"
    r"npm_[A-Za-z0-9]{36}|SG\.[\w\-]{16,32}\.[\w\-]{30,64}|eyJ[\w\-]{10,2000}\.eyJ[\w\-]{10,4000}\.[\w\-]{20,2000})"
    r"(?![A-Za-z0-9_\-])",
    re.ASCII,
)
_KEY_STARTS = ("AKIA", "ASIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "AIza", "_live_",
               "sk-", "hf_", "npm_", "SG.", "eyJ")  # fmt: skip


def _domain_end(text: str, place: int) -> int:
    """Where the domain that starts here ends; 0 when there is none under a public suffix."""
    match = _DOMAIN.match(text, place, place + 255)
    if match and not has_public_suffix(match[0].lower()):
        match = _RUN_ON.match(text, place, match.end())
        match = match if match and has_public_suffix(match[0].lower()) else None
    return match.end() if match else 0


def emails(text: str) -> Iterator[Found]:
    """E-mail addresses under a public suffix, also spelled with (at) and [dot]."""
    place = text.find("@")
    while place >= 0:
        end = _domain_end(text, place + 1)
        local = _LOCAL.search(text, max(0, place - 64), place) if end else None
        if local:
            start = place - len(local[0].lstrip(".'/=*`|~#&?{-"))
            if start < place:
                yield start, end, 1.0
        place = text.find("@", place + 1)
    if any(sign in text for sign in _AT_SIGNS):
        yield from ((*match.span(), 0.8) for match in _SPELLED_AT.finditer(text))


def private_keys(text: str) -> Iterator[Found]:
    """Private-key blocks whole, from the first line to the last."""
    if "-----BEGIN" in text:
        yield from ((*match.span(), 1.0) for match in _PRIVATE_KEY.finditer(text))


def api_keys(text: str) -> Iterator[Found]:
    """Access keys of services that give theirs a prefix."""
    if any(start in text for start in _KEY_STARTS):
        yield from ((*match.span(), 0.9) for match in _API_KEY.finditer(text))
