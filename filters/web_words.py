"""Words that are addresses: whether a run of characters is a URL or an e-mail address as a whole; compiled.

The arguments are those of `filters.tokenizer`: `codes` and `flags` per character, `start` and `end` of the run.
"""

from typing import Any

import numpy as np

from curate.filters import characters as ch
from curate.filters.compiled import inner

ALL = np.uint32(0xFFFFFFFF)
DOT, HYPHEN, PLUS, COLON, SLASH, AT, UNDERSCORE = (ord(c) for c in ".-+:/@_")


@inner
def is_public(codes: Any, start: Any) -> Any:
    """Return whether an IP address given as four numbers is outside the private networks."""
    first, second, i = np.int64(0), np.int64(0), start
    while codes[i] != DOT:
        first, i = first * 10 + np.int64(codes[i]) - 48, i + 1
    i += 1
    while codes[i] != DOT:
        second, i = second * 10 + np.int64(codes[i]) - 48, i + 1
    if first == 172:
        return not 16 <= second <= 31
    local = (first == 169 and second == 254) or (first == 192 and second == 168)
    return 0 < first < 224 and first != 10 and first != 127 and not local


@inner
def is_host(codes: Any, flags: Any, start: Any, end: Any) -> Any:
    """Whether a span is host name labels and a lower-case top-level domain, or the four numbers of a public address."""
    label, labels, numbers, only = start, 0, 0, ALL
    for i in range(start, end + 1):
        if i < end and codes[i] != DOT:
            only &= flags[i]
            continue
        if i == label or i - label > 64 or codes[label] == HYPHEN or codes[label] == UNDERSCORE:
            return False
        if i == end:
            if numbers == 3 and only & ch.DIGIT:
                return is_public(codes, start)
            return labels > 0 and i - label > 1 and only & ch.LOWER != 0
        if codes[i - 1] == HYPHEN or codes[i - 1] == UNDERSCORE:
            return False
        numbers += 1 if only & ch.DIGIT else 0
        labels, label, only = labels + 1, i + 1, ALL
    return False


@inner
def is_address(codes: Any, flags: Any, start: Any, end: Any) -> Any:
    """Return whether a span is a host, a port if any, and a path if any, to its very end."""
    i = start
    while i < end and (codes[i] == DOT or flags[i] & ch.HOST):
        i += 1
    if not is_host(codes, flags, start, i):
        return False
    if i < end and codes[i] == COLON:
        port = i + 1
        i = port
        while i < end and flags[i] & ch.DIGIT:
            i += 1
        if i - port < 2 or i - port > 5:
            return False
    return i == end or codes[i] == SLASH or codes[i] == 35 or codes[i] == 63  # / # ?


@inner
def is_url(codes: Any, flags: Any, start: Any, end: Any) -> Any:
    """Return whether a span is a URL or an e-mail address as a whole; linear, since no host holds `@` or `:`."""
    if is_address(codes, flags, start, end):
        return True
    i = start
    while i < end and (flags[i] & ch.ALNUM or codes[i] in (PLUS, HYPHEN, DOT, UNDERSCORE)):
        i += 1
    schemed = i - start > 1 and i + 2 < end and codes[i] == COLON and codes[i + 1] == SLASH and codes[i + 2] == SLASH
    found = schemed and is_address(codes, flags, i + 3, end)
    for k in range(start + 1, end - 1):
        found = found or (codes[k] == AT and is_address(codes, flags, k + 1, end))
    return found
