"""Training only: leftovers that can be told without a label, to put right what a teacher took for content.

Two kinds: a line that stands on half the pages of a site, and a line of a form that is hardly ever part of a text.
Neither is asked when a page is extracted; the model learns from them where such lines stand and what they are in.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from curate.extract.byte_hashes import Hashes

MIN_PAGES, MIN_PAGE_SHARE = 3, 0.5
MAX_CHARS = 120

_MONTH = (
    r"(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|ene|abr|ago|dic|f[eé]v|avr|ao[uû]|d[eé]c|gen|mag"
    r"|giu|lug|set|ott)\w*\.?"
)
_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?"
_TIME = r"\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?|uhr)?(?:\s*(?:[a-z]{2,4}|gmt[+-]\d+))?"
_DATE = (
    rf"(?:{_DAY},?\s*)?(?:(?:{_MONTH}\s*\d{{1,2}}(?:st|nd|rd|th)?,?\s*(?:\d{{4}})?)"
    rf"|(?:\d{{1,2}}(?:st|nd|rd|th|\.)?\s*(?:de\s+)?{_MONTH},?\s*(?:de\s+)?(?:\d{{4}})?)"
    rf"|(?:{_MONTH}\s*\d{{4}})|(?:\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}))"
)
_AGO = r"\d+\s+(?:second|minute|hour|day|week|month|year)s?\s+ago"
_WHEN = rf"(?:{_DATE}(?:[\s,|@•·–-]*(?:at|um|à)?\s*{_TIME})?|{_TIME}(?:[\s,|–-]*{_DATE})?|{_AGO})"
_PUT = (
    r"(?:(?:posted|published|(?:last )?(?:updated|modified|edited)|created|added|date|written|on)\s*(?:on|at)?\s*:?\s*)"
)
_NAME = r"[\w.'’-]+(?:\s+[\w.'’-]+){0,3}"
_THEN = rf"(?:[\s,|•·–-]+(?:on\s+)?{_WHEN})"
_SAID = r"(?:comments?|repl(?:y|ies)|responses?|reviews?|answers?|kommentare?)"
_AFTER = r"(?:\s*(?:»|›|→|on .{0,60}|\(\d+\)))"
_PLACES = r"facebook|twitter|linkedin|pinterest|reddit|whatsapp|tumblr|google\+?|telegram|e-?mail"
_TO = r"this|it|on|to|via|with|article|post|page|story|friends?|a friend|:|,|\d+k?"
_READING = (
    r"(?:posts?|articles?|stories|news|content|topics|links|reading|videos?|products|items|questions|threads|comments"
    r"|(?:from|in|by) .{0,40})"
)

# Each is matched with a whole line in lower case.
_FORMS = (
    # Dates and who wrote it, alone on a line.
    rf"{_PUT}?{_WHEN}[\s.|•·]*",
    rf"(?:by|von|por|par|author|(?:posted|written|submitted|reviewed|story) by)\s*:?\s+{_NAME}{_THEN}?[\s.|•·]*",
    r"(?:posted|published|submitted|written)\s+(?:on|in|by|at|under)\b.{0,80}",
    rf"{_NAME}\s*[|•·–-]\s*{_WHEN}",
    # Where it is filed.
    r"(?:tag(?:s|ged(?: with| as)?)?|categor(?:y|ies)|labels?|topics?|keywords|schlagw[oö]rter)\s*:.{0,100}",
    r"(?:filed under|posted in|tagged(?: with| as)?)\b.{0,100}",
    # Comments and their forms.
    rf"\(?(?:\d+|no|one|view|add|show|all|hide|load more|more|(?:post|leave|write|make) a)\s+{_SAID}\)?{_AFTER}?",
    rf"(?:leave|post|add|write|cancel|submit)\s+(?:an?\s+|your\s+)?{_SAID}\b.{{0,60}}",
    r"comments?\s*(?:\(?\d*\)?|are closed\.?|off|feed|policy)",
    r"reply(?: to .{0,40})?|report(?: abuse| post)?|quote|permalink",
    r"your (?:e-?mail address|name|comment|website)\b.{0,80}|required fields are marked.{0,20}",
    r"(?:you must be|please) (?:logged in|log in|sign in|login)\b.{0,60}|log ?in (?:to|or) .{0,40}",
    # Sharing and following.
    rf"(?:share|tweet|pin|like|e-?mail|print|copy link|save|bookmark|{_PLACES})(?:\s*(?:{_TO}|{_PLACES}))*",
    r"(?:follow|like|find|join|connect with) us\b.{0,60}|follow @?\w+|stay connected.{0,40}",
    r"(?:subscribe|sign up|newsletter)\b.{0,60}|get the latest .{0,60}",
    # What else there is to read.
    r"(?:read|see|view|show|learn|load|find out)\s+(?:more|all|less|full (?:story|article))\b.{0,50}",
    r"continue reading.{0,60}",
    rf"(?:related|recent|popular|latest|featured|similar|recommended|trending|more|other|top)\s+{_READING}\s*:?",
    rf"most (?:popular|read|viewed)(?:\s+{_READING})?\s*:?",
    r"(?:you (?:may|might) also (?:like|enjoy|be interested in)|you may like|see also|also (?:read|see))\b.{0,60}",
    r"(?:read (?:also|next)|recommended(?: for you)?|up next|more like this|about the author)\b.{0,60}",
    # Ways around.
    r"[«‹←<\s]*(?:previous|prev|next|older|newer)(?:\s+(?:page|post|article|posts|entries|topic|thread|»|›))?[\s»›→>:]*",
    r"(?:back|home|top)(?:\s+to .{0,30}|[\s»›→>:]*)|(?:skip|jump|back) to .{0,30}",
    r"pages?\s*:?\s*\d+(?:\s*(?:of|/)\s*\d+)?.{0,20}",
    r"table of contents|on this page|in this article|contents|menu|search|sitemap|toggle .{0,20}",
    r"log ?in|sign in|register",
    r"(?:[\w&' -]{2,30}\s*[>›»/]\s*){2,}[\w&' -]{0,60}",
    # Notices.
    r"(?:advertisements?|sponsored|ads?|anzeige|publicidad|publicité|promoted)(?: (?:content|post|by .{0,30}))?",
    r".{0,60}\b(?:uses? cookies|cookie (?:policy|settings|preferences)|all rights reserved|privacy policy)\b.{0,60}",
    r".{0,60}\bterms (?:of (?:use|service)|and conditions)\b.{0,60}|(?:©|\(c\)|copyright).{0,80}",
    r"\d+\s*(?:views?|likes?|shares?|votes?|points?|min(?:ute)?s? read|min|followers?|reads?)",
)
FORMS = tuple(map(re.compile, _FORMS))
_OUTER = " \t\n•·|*»«-–—→←[]"


def has_form(line: str) -> bool:
    """Return whether a line is of a form that is hardly ever part of a text.

    >>> has_form("Posted on May 3, 2014 by admin"), has_form("3 Comments »"), has_form("Share this:")
    (True, True, True)
    >>> has_form("In May 2014 three comments were posted."), has_form("Contents may settle.")
    (False, False)
    """
    plain = line.strip(_OUTER).lower()
    return 0 < len(plain) <= MAX_CHARS and any(form.fullmatch(plain) for form in FORMS)


def have_forms(blocks: Sequence[str]) -> NDArray[np.bool_]:
    """Return which blocks of a page have such a form, bool[n]."""
    return np.array([has_form(block) for block in blocks], bool)


def repeated(sites: Sequence[str], keys: Sequence[Hashes]) -> list[NDArray[np.bool_]]:
    """Return which blocks of each page say what half of the pages of its site say, bool[n] each.

    `keys` are `lines.line_keys` of each page; a site needs `MIN_PAGES` pages to tell.
    """
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for site, found in zip(sites, keys, strict=True):
        counts[site].update(set(found[:, 0].tolist()) - {0})
    total = Counter(sites)
    needed = {site: max(MIN_PAGES, MIN_PAGE_SHARE * pages) for site, pages in total.items()}
    # Nothing is counted for the key 0, which is that of long blocks.
    return [
        np.array([counts[site][key] >= needed[site] for key in found[:, 0].tolist()], bool)
        for site, found in zip(sites, keys, strict=True)
    ]
