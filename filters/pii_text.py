"""Recognisers for what is written in letters: e-mail addresses, keys, passwords and numbers of identity.

Each takes a text and its places and yields (start, end, score); work is linear in the text's length.
"""

import re
from collections.abc import Iterator

from curate.filters.address import has_public_suffix
from curate.filters.pii_kinds import API_KEY, AT, AT_IN_BRACKETS, AT_IN_WORDS, Places
from curate.filters.pii_numbers import Found, apart

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
_DOT = (
    r"(?:\.|[ \t]?(?:\[[ ]?(?:dot|\.)[ ]?\]|\([ ]?(?:dot|\.)[ ]?\)|\{[ ]?dot[ ]?\}|<[ ]?dot[ ]?>|_dot_"
    r"|-dot-)[ \t]?|[ \t](?:dot|DOT)[ \t])"
)
_SPELLED_HOST = re.compile(rf"[a-z0-9\-]{{1,63}}(?:{_DOT}[a-z0-9\-]{{1,63}}){{1,5}}(?![\w\-])", re.IGNORECASE)
_SPELLED_LOCAL = re.compile(
    r"(?<![\w.+\-])(?:\w{1,30}[ ]dot[ ]){0,2}[\w+](?:[\w.+\-]|[ ]?[\[(]dot[\])][ ]?){0,63}\Z", re.IGNORECASE
)
_BRACKETED_AT = re.compile(
    r"[ \t]?(?:\[[ ]?(?:at|@|a)[ ]?\]|\([ ]?(?:at|ät|@|a)[ ]?\)|\{[ ]?(?:at|@)[ ]?\}|<[ ]?at[ ]?>|_at_|-at-|&#64;"
    r"|&commat;|\uff20|(?<=[ \t])ät(?=[ \t]))[ \t]?",
    re.IGNORECASE,
)
_MAIL_WORD = re.compile(
    r"(?:e-?mail|mailto|mail|from|reply-to|contact|write|e-post|correo|courriel|почта)\b[^\n]{0,24}\Z", re.IGNORECASE
)
_LOCAL_WORDS = frozenset(
    """us me him her them it you here there now page site website web online found available look more up out in on
    store shop service team support office visit information info details everyone someone people order today only
    back work home arrive live hosted posted published seen starting free and or directly""".split()
)
_NOT_MAIL_BEFORE = re.compile(
    r"(?:message-id|in-reply-to|references|content-id)\s?:[^\n]{0,200}\Z|(?<![\w.])@\Z", re.IGNORECASE
)
_HOST_ONLY = re.compile(r"(?i:e-?mail)s?[ \t]?:[ \t]{0,3}([\w.+\-]{2,40}@[a-z][a-z\d\-]{1,20})(?![\w.@\-])")
# What is no person's: reserved names, services that are spoken to by address, handles of the fediverse, placeholders.
_NOBODYS_DOMAIN = re.compile(
    r"(?:example\.(?:com|net)|(?:your|my|their|some|the)-?(?:domain|company|site|email"
    r"|website|org|host|business)\.\w+"
    r"|domain\.(?:com|tld|ext|org|net)|email\.tld|company\.tld|test\.com|mastodon\.\w+|mstdn\.\w+"
    r"|fosstodon\.org|hachyderm\.io"
    r"|infosec\.exchange|mas\.to|pixelfed\.social|lemmy\.\w+|masto\.ai|techhub\.social|bsky\.social|mathstodon\.xyz)",
    re.IGNORECASE,
)
_PLACEHOLDER_LOCAL = re.compile(
    r"(?:your|my)?[._\-]?(?:e?-?mail|name|user|username|address|id)|you|yourname|your[._\-]\w+"
    r"|first(?:name)?[._\-]?last(?:name)?"
    r"|someone|somebody|abc|xxx+|foo|bar|test|john\.?doe|jane\.?doe",
    re.IGNORECASE,
)
_PLACEHOLDER_DOMAIN = re.compile(
    r"example\.\w+|(?:e-?mail|domain|company|mail|site|website|host|acme|foo|bar|abc|xyz|xxx+|test)\.\w+", re.IGNORECASE
)
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


_DOTS = re.compile(_DOT, re.IGNORECASE)
_WORD_DOT = re.compile(r"[ \t_\-\[({<]dot[ \t_\-\])}>]", re.IGNORECASE)
_LAST_LABEL = re.compile(rf"{_DOT}[a-z0-9\-]{{1,63}}\Z", re.IGNORECASE)


def _domain_end(text: str, place: int) -> int:
    """Return where the domain that starts here ends; 0 when there is none under a public suffix."""
    match = _DOMAIN.match(text, place, place + 255)
    if not match or has_public_suffix(match[0].lower()):
        return match.end() if match else 0
    end = match.end()
    if text[match.start() : end].rpartition(".")[2][:1].isupper():  # "example.org.Jo Roe is ..."
        end = text.rindex(".", place, end)
    else:
        run_on = _RUN_ON.match(text, place, end)
        end = run_on.end() if run_on else place
    return end if has_public_suffix(text[place:end].lower()) else 0


def _is_nobodys(local: str, domain: str) -> bool:
    """Return whether an address is reserved, a placeholder, a service's or a handle."""
    if local.lower() == "git" or OWN_PLACEHOLDER.fullmatch(f"{local}@{domain}") or _NOBODYS_DOMAIN.fullmatch(domain):
        return True
    return bool(_PLACEHOLDER_LOCAL.fullmatch(local) and _PLACEHOLDER_DOMAIN.fullmatch(domain))


def emails(text: str, seen: Places) -> Iterator[Found]:
    """E-mail addresses under a public suffix, also spelled out with (at) and [dot]; none that is a placeholder."""
    for place, _ in seen[AT]:
        end = _domain_end(text, place + 1)
        local = _LOCAL.search(text, max(0, place - 64), place) if end else None
        if local:
            start = place - len(local[0].rpartition("/")[2].lstrip(".'=*`|~#&?{-"))  # "(Jo Roe/jroe@...)"
            nobodys = _is_nobodys(text[start:place], text[place + 1 : end])
            if start < place and not nobodys and not _NOT_MAIL_BEFORE.search(text, max(0, start - 60), start):
                yield start, end, 1.0
    for left, right in seen[AT_IN_WORDS]:
        yield from _spelled(text, left, right, plain=True)
    done = 0
    for place, _ in seen[AT_IN_BRACKETS]:
        before = place > done and text[place - 1] in " \t"
        match = _BRACKETED_AT.match(text, place - before) if place >= done else None
        if match:
            done = match.end()
            yield from _spelled(text, *match.span(), plain=False)
    if seen[AT]:
        yield from ((*match.span(1), 0.6) for match in _HOST_ONLY.finditer(text))


def _spelled(text: str, left: int, right: int, *, plain: bool) -> Iterator[Found]:
    """The address around an `@` in words, from `left` to `right`: its domain has to exist; a plain "at" needs more."""
    match = _SPELLED_HOST.match(text, right, right + 200)
    local = _SPELLED_LOCAL.search(text, max(0, left - 64), left) if match else None
    if not match or not local:
        return
    end = match.end()
    end -= len(text[right:end]) - len(text[right:end].rstrip("0123456789-"))  # no suffix ends so
    host = _DOTS.sub(".", text[right:end])
    while "." in host and not has_public_suffix(host.lower()):  # "example [dot] com. Sign" went one word too far
        host = host.rpartition(".")[0]
        cut = _LAST_LABEL.search(text, right, end)
        end = cut.start() if cut else end
    if "." not in host or _is_nobodys(local[0], host):
        return
    if not plain or _is_mailbox(text, local.start(), local[0], text[right:end], end):
        yield local.start(), end, 0.8


def _is_mailbox(text: str, start: int, local: str, domain: str, end: int) -> bool:
    """Whether "name at host" is an address and no place: "phil at brook.example", not "look at brook.example"."""
    if local.lower() in _LOCAL_WORDS or local.endswith("."):
        return False
    if "." in local or "_" in local or _WORD_DOT.search(domain):
        return True
    line = text.rfind("\n", max(0, start - 8), start)
    alone = (line >= 0 or start < 8) and not text[line + 1 : start].strip(" >-*<") and text[end : end + 1] in "\n>"
    if alone and (local.islower() or "-" in local or not local.isalpha()):
        return True
    return local == local.lower() and bool(_MAIL_WORD.search(text, max(0, start - 40), start))


def private_keys(text: str, _seen: Places) -> Iterator[Found]:
    """Private-key blocks whole, from the first line to the last."""
    if "-----BEGIN" in text:
        yield from ((*match.span(), 1.0) for match in _PRIVATE_KEY.finditer(text))


def api_keys(text: str, seen: Places) -> Iterator[Found]:
    """Access keys of services that give theirs a prefix."""
    yield from ((*match.span(), 0.9) for match in apart(_API_KEY, text, seen[API_KEY]))
