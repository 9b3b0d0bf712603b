"""Recognisers for what is written in letters: e-mail addresses, keys, passwords and numbers of identity.

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
# "jo (at) example dot org", "jo at example dot org", "jo.roe at example.org": the last only where nothing else fits.
_AT = r"(?:[ \t]?(?:\[[ ]?(?:at|@)[ ]?\]|\([ ]?(?:at|@)[ ]?\)|\{[ ]?(?:at|@)[ ]?\}|<[ ]?at[ ]?>|_at_|-at-)[ \t]?|[ \t](?:at|AT|@)[ \t])"
_DOT = r"(?:\.|[ \t]?(?:\[[ ]?(?:dot|\.)[ ]?\]|\([ ]?(?:dot|\.)[ ]?\)|\{[ ]?dot[ ]?\}|_dot_|-dot-)[ \t]?|[ \t](?:dot|DOT)[ \t])"
_SPELLED_AT = re.compile(
    rf"(?<![\w.+\-])([\w+](?:[\w.+\-]|[ ]?\[dot\][ ]?){{0,63}})({_AT})([a-z0-9\-]{{1,63}}(?:{_DOT}[a-z0-9\-]{{1,63}}){{1,5}})(?![\w\-])",
    re.IGNORECASE,
)
_SIGN = re.compile(r"(?i:[\[({<_\- \t](?:at|@)[\])}>_\- \t])")
_MAIL_WORD = re.compile(r"(?:e-?mail|mailto|mail|from|reply-to|contact|write|e-post|correo|courriel|почта)\b[^\n]{0,24}\Z", re.IGNORECASE)
_LOCAL_WORDS = frozenset(
    """us me him her them it you here there now page site website web online found available look more up out in on
    store shop service team support office visit information info details everyone someone people order today only
    back work home arrive live hosted posted published seen starting free and or directly""".split()
)
_NOT_MAIL_BEFORE = re.compile(r"(?:message-id|in-reply-to|references|content-id)\s?:[^\n]{0,200}\Z|@\Z", re.IGNORECASE)
_HOST_ONLY = re.compile(r"(?i:e-?mail)s?[ \t]?:[ \t]{0,3}([\w.+\-]{2,40}@[a-z][a-z\d\-]{1,20})(?![\w.@\-])")
# What is no person's: reserved names, services that are spoken to by address, handles of the fediverse, placeholders.
_NOBODYS_DOMAIN = re.compile(
    r"(?:.*[.@])?(?:example\.(?:com|net)|(?:your|my|their|some|the)-?(?:domain|company|site|email|website|org|host|business)\.\w+"
    r"|domain\.(?:com|tld|ext|org|net)|email\.tld|company\.tld|test\.com|mastodon\.\w+|mstdn\.\w+|fosstodon\.org|hachyderm\.io"
    r"|infosec\.exchange|mas\.to|pixelfed\.social|lemmy\.\w+|masto\.ai|techhub\.social|bsky\.social|mathstodon\.xyz)",
    re.IGNORECASE,
)
_PLACEHOLDER_LOCAL = re.compile(
    r"(?:your|my)?[._\-]?(?:e?-?mail|name|user|username|address|id)|you|yourname|your[._\-]\w+|first(?:name)?[._\-]?last(?:name)?"
    r"|someone|somebody|abc|xxx+|foo|bar|test|john\.?doe|jane\.?doe",
    re.IGNORECASE,
)
_PLACEHOLDER_DOMAIN = re.compile(r"example\.\w+|(?:e-?mail|domain|company|mail|site|website|host|acme|foo|bar|abc|xyz|xxx+|test)\.\w+", re.IGNORECASE)
OWN_PLACEHOLDER = re.compile(r"(?:alex|chris|jamie|kim|lee|pat|robin|sam)\d{3}@example\.org", re.IGNORECASE)
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


_DOTS = re.compile(_DOT, re.IGNORECASE)
_WORD_DOT = re.compile(r"[ \t_\-\[({]dot[ \t_\-\])}]", re.IGNORECASE)
_LAST_LABEL = re.compile(rf"{_DOT}[a-z0-9\-]{{1,63}}\Z", re.IGNORECASE)


def _domain_end(text: str, place: int) -> int:
    """Where the domain that starts here ends; 0 when there is none under a public suffix."""
    match = _DOMAIN.match(text, place, place + 255)
    if match and not has_public_suffix(match[0].lower()):
        match = _RUN_ON.match(text, place, match.end())
        match = match if match and has_public_suffix(match[0].lower()) else None
    return match.end() if match else 0


def _is_nobodys(local: str, domain: str) -> bool:
    """Whether an address is reserved, a placeholder, a service's or a handle."""
    if local.lower() == "git" or OWN_PLACEHOLDER.fullmatch(f"{local}@{domain}") or _NOBODYS_DOMAIN.fullmatch(domain):
        return True
    return bool(_PLACEHOLDER_LOCAL.fullmatch(local) and _PLACEHOLDER_DOMAIN.fullmatch(domain))


def emails(text: str) -> Iterator[Found]:
    """E-mail addresses under a public suffix, also spelled out with (at) and [dot]; none that is a placeholder."""
    place = text.find("@")
    while place >= 0:
        end = _domain_end(text, place + 1)
        local = _LOCAL.search(text, max(0, place - 64), place) if end else None
        if local:
            start = place - len(local[0].lstrip(".'/=*`|~#&?{-"))
            nobodys = _is_nobodys(text[start:place], text[place + 1 : end])
            if start < place and not nobodys and not _NOT_MAIL_BEFORE.search(text, max(0, start - 60), start):
                yield start, end, 1.0
        place = text.find("@", place + 1)
    if _SIGN.search(text):
        yield from _spelled(text)
    if "@" in text:
        yield from ((*match.span(1), 0.6) for match in _HOST_ONLY.finditer(text))


def _spelled(text: str) -> Iterator[Found]:
    """Addresses whose `@` or dots are words: only a domain that exists, and a plain "at" only behind a mailbox."""
    place = 0
    while sign := _SIGN.search(text, place):
        place = sign.end() - 1
        for match in _SPELLED_AT.finditer(text, max(0, sign.start() - 64), min(len(text), place + 160)):
            local, at, domain = match.groups()
            if match.end(1) > place or match.end(2) < place:
                continue
            host = _DOTS.sub(".", domain)
            while "." in host and not has_public_suffix(host.lower()):
                host, domain = host.rpartition(".")[0], _LAST_LABEL.sub("", domain)
            plain = at.strip(" \t").lower() in ("at", "@")
            if "." in host and not _is_nobodys(local, host) and (not plain or _is_mailbox(text, match, domain)):
                yield match.start(), match.start(3) + len(domain), 0.8
                place = match.start(3) + len(domain)
                break


def _is_mailbox(text: str, match: re.Match[str], domain: str) -> bool:
    """Whether "name at host" is an address and no place: "phil at brook.example", not "look at brook.example"."""
    local = match[1]
    if "." in local.strip(".") or "_" in local or _WORD_DOT.search(domain):
        return local.lower() not in _LOCAL_WORDS and not local.endswith(".")
    start = text.rfind("\n", 0, match.start()) + 1 if match.start() - text.rfind("\n", 0, match.start()) < 8 else -1
    alone = start >= 0 and not text[start : match.start()].strip(" >-*<") and text[match.end() : match.end() + 1] in "\n>"
    if alone and (any(map(str.isdigit, local)) or "-" in local or local.islower()):
        return True
    named = _MAIL_WORD.search(text, max(0, match.start() - 40), match.start())
    return bool(named) and local == local.lower() and local not in _LOCAL_WORDS


def private_keys(text: str) -> Iterator[Found]:
    """Private-key blocks whole, from the first line to the last."""
    if "-----BEGIN" in text:
        yield from ((*match.span(), 1.0) for match in _PRIVATE_KEY.finditer(text))


def api_keys(text: str) -> Iterator[Found]:
    """Access keys of services that give theirs a prefix."""
    if any(start in text for start in _KEY_STARTS):
        yield from ((*match.span(), 0.9) for match in _API_KEY.finditer(text))
