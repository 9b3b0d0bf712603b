"""Finds rows by where they ended, language, score, site, and what stands in their address or text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate.browse.rows import KEPT, Group, Rows, read_groups

PAGE = 50  # rows of a list
READ = 60_000  # rows whose texts are read for one answer; the next answer goes on behind them
SCATTERED = 150  # the same where they are not in the order of the files, so that each costs a row group
READ_URLS = 500_000
AT_ONCE = 16  # row groups read together
ORDERS = ("stored", "near", "low", "high")


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; a field that is empty asks nothing. `least` and `most` are of the signal `score`.

    `order` is `stored`, `near` (nearest to its limit first), `low` or `high` (by the score). `start` is the place in
    that order to begin at.
    """

    fate: str = ""
    stage: str = ""
    rule: str = ""
    language: str = ""
    score: str = ""
    least: float | None = None
    most: float | None = None
    site: str = ""
    url: str = ""
    text: str = ""
    order: str = "stored"
    start: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Rows that fit, and their addresses: `among` is how many fit but for words, `next` where to go on, or 0."""

    rows: tuple[int, ...]
    urls: tuple[str, ...]
    among: int
    next: int


def search(rows: Rows, query: Query) -> Found:
    """The next `PAGE` rows that fit a query; where texts are searched perhaps fewer, with `next` to go on from."""
    wanted = _ordered(rows, query, np.flatnonzero(_mask(rows, query)))
    words = bool(query.site or query.url or query.text)
    texts = READ if query.order == "stored" else SCATTERED
    most = (texts if query.text else READ_URLS) if words else PAGE
    chunk = wanted[query.start : query.start + most]
    found: list[tuple[int, int, str]] = []
    for place, row, url in _reading(rows, query, chunk):
        found.append((place, row, url))
        if len(found) == PAGE:
            break
    read = found[-1][0] + 1 if len(found) == PAGE else len(chunk)
    end = query.start + read
    return Found(
        tuple(row for _, row, _ in found), tuple(url for *_, url in found), len(wanted), end if end < len(wanted) else 0
    )


def _mask(rows: Rows, query: Query) -> np.ndarray:
    ends = [_ends_so(pair, query) for pair in rows.ends]
    mask = np.array(ends, bool)[rows.ended]
    if query.language:
        known = rows.languages.index(query.language) if query.language in rows.languages else -1
        mask &= rows.language == known
    score = rows.scores.get(query.score)
    if score is not None:
        for limit, fits in ((query.least, np.greater_equal), (query.most, np.less_equal)):
            mask &= True if limit is None else fits(score, limit)
        if query.order in ("low", "high"):
            mask &= ~np.isnan(score)
    return mask


def _ends_so(pair: tuple[str, str], query: Query) -> bool:
    kept = pair[0] == KEPT and not pair[1]
    fate = not query.fate or (query.fate == KEPT) == kept
    return fate and query.stage in ("", pair[0]) and query.rule in ("", pair[1])


def _ordered(rows: Rows, query: Query, wanted: np.ndarray) -> np.ndarray:
    score = rows.scores.get(query.score)
    if query.order == "near":
        return wanted[np.argsort(rows.gap[wanted], kind="stable")]
    if query.order in ("low", "high") and score is not None:
        return wanted[np.argsort(score[wanted] if query.order == "low" else -score[wanted], kind="stable")]
    return wanted


def _reading(rows: Rows, query: Query, chunk: np.ndarray) -> Iterator[tuple[int, int, str]]:
    """Place in the chunk, row and address of each row whose words fit, in the chunk's order.

    Rows are read in the order they are stored in. Where the chunk is in that order, no more is read than is asked for.
    """
    places = np.argsort(chunk, kind="stable")
    fits = (
        (int(places[i]), row, url)
        for begin, groups, here in _by_group(rows, chunk[places])
        for i, row, url in _matching(groups, begin, here, query)
    )
    yield from fits if query.order == "stored" else sorted(fits)


def _by_group(rows: Rows, ascending: np.ndarray) -> Iterator[tuple[int, Sequence[Group], np.ndarray]]:
    """Rows by the groups they stand in, some groups of one file at a time, with the place of the first of the rows."""
    firsts = np.array([group.first for group in rows.groups])
    groups = np.searchsorted(firsts, ascending, side="right") - 1
    numbers = np.unique(groups).tolist()
    batches = groupby(enumerate(numbers), key=lambda each: (id(rows.groups[each[1]].file), each[0] // AT_ONCE))
    for _, batch in batches:
        some = [number for _, number in batch]
        begin, end = np.searchsorted(groups, [some[0], some[-1] + 1]).tolist()
        yield begin, [rows.groups[number] for number in some], ascending[begin:end]


def _matching(groups: Sequence[Group], begin: int, here: np.ndarray, query: Query) -> Iterator[tuple[int, int, str]]:
    table = read_groups(groups, ("url", "text") if query.text else ("url",))
    before = np.cumsum([0, *(group.rows for group in groups)])[:-1]
    at = np.searchsorted([group.first for group in groups], here, side="right") - 1
    table = table.take(pa.array(here - np.array([group.first for group in groups])[at] + before[at]))
    fits = np.ones(len(here), bool)
    urls = pc.fill_null(table["url"], "")
    if query.site:
        site = r"^[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(?:[^/?#]*\.)?" + re.escape(query.site) + r"(?:[:/?#]|$)"
        fits &= _true(pc.match_substring_regex(urls, site, ignore_case=True))
    if query.url:
        fits &= _true(pc.match_substring(urls, query.url, ignore_case=True))
    if query.text:
        texts = table["text"] if "text" in table.column_names else pa.nulls(len(here), pa.large_string())
        fits &= _true(pc.match_substring(pc.fill_null(texts, ""), query.text, ignore_case=True))
    for i in np.flatnonzero(fits).tolist():
        yield begin + i, int(here[i]), urls[i].as_py()


def _true(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.to_numpy(zero_copy_only=False), bool)
