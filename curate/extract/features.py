"""What the model sees of each block: itself, its neighbours, the elements around it, its likes on the page."""

import numpy as np
from numpy.typing import NDArray

from curate.extract import measures as m
from curate.extract import page as p
from curate.extract.compiled import compiled
from curate.extract.hashing import BASIS, Hashes, Numbers, look_up, mix
from curate.extract.measures import Measures
from curate.extract.page import Page
from curate.extract.tags import NUMBER, TAGS

Rows = NDArray[np.float32]

# Columns of the running sums over blocks: float64[blocks + 1, 6].
(_WORDS, _LINKED, _PARAGRAPHS, _GOOD, _COMMAS, _CHARS) = range(6)
# A block of good text: long enough for a sentence, and not mostly links.
MIN_GOOD_WORDS = 8
MAX_GOOD_LINK_SHARE = 0.4

# Elements whose presence above a block is a feature of its own.
_LANDMARKS = (
    ("article", "main"), ("nav", "menu"), ("aside",), ("footer",), ("header", "hgroup"), ("form", "fieldset"),
    ("figure", "figcaption"), ("table",), ("ul", "ol", "dl"), ("blockquote",), ("a",), ("li",), ("noscript",),
)  # fmt: skip
_LANDMARK = np.full(len(TAGS), -1, np.int64)
for _i, _names in enumerate(_LANDMARKS):
    for _name in _names:
        _LANDMARK[NUMBER[_name]] = _i
_LANDMARK_COUNT = len(_LANDMARKS)
_PARAGRAPH_TAG, _H1 = NUMBER["p"], NUMBER["h1"]

LEVELS = 4
SHALLOW = 22
PLACED = 8
NEIGHBOURS = 14
PER_LEVEL = 6
LINEAGE = 8 + len(_LANDMARKS) + 2
KIN = 5
FEATURES = SHALLOW + PLACED + NEIGHBOURS + LEVELS * PER_LEVEL + LINEAGE + KIN

# Columns of the scores of elements: float32[elements, 4 + landmarks].
(_OWN, _DECAYED, _PATH_MIN, _PATH_MAX) = range(4)
DECAY = 0.7


@compiled
def _per_word(value: float, words: float) -> float:
    return value / max(words, 1.0)


@compiled
def running_sums(page: Page, measures: Measures) -> NDArray[np.float64]:
    """Sums over all blocks before each, so that any range of blocks is one subtraction."""
    n = len(measures)
    sums = np.zeros((n + 1, 6))
    for i in range(n):
        words, link_share = measures[i, m.WORDS], measures[i, m.LINK_SHARE]
        tag = page.elements[page.blocks[i, p.ELEMENT], p.TAG]
        sums[i + 1] = sums[i]
        sums[i + 1, _WORDS] += words
        sums[i + 1, _LINKED] += words * link_share
        sums[i + 1, _PARAGRAPHS] += tag == _PARAGRAPH_TAG
        sums[i + 1, _GOOD] += words if words >= MIN_GOOD_WORDS and link_share < MAX_GOOD_LINK_SHARE else 0
        sums[i + 1, _COMMAS] += measures[i, m.COMMAS]
        sums[i + 1, _CHARS] += measures[i, m.CHARS]
    return sums


@compiled
def _shallow(page: Page, i: int, measure: Measures, row: Rows) -> None:
    words, chars = measure[m.WORDS], max(measure[m.CHARS], 1.0)
    block = page.blocks[i]
    row[0], row[1] = np.log1p(chars), np.log1p(words)
    row[2] = chars / max(words, 1.0)
    row[3], row[4] = measure[m.LINK_SHARE], block[p.LINKS]
    row[5], row[6] = _per_word(measure[m.COMMAS], words), _per_word(measure[m.STOPS], words)
    row[7], row[8] = measure[m.ENDS], measure[m.STARTS]
    row[9], row[10], row[11] = measure[m.UPPER] / chars, measure[m.DIGITS] / chars, measure[m.SYMBOLS] / chars
    row[12] = page.elements[block[p.ELEMENT], p.TAG]
    row[13] = block[p.HEADING_LEVEL]
    row[14], row[15] = _per_word(measure[m.TITLE_WORDS], words), measure[m.TITLE_WORDS]
    row[16] = measure[m.REPEATS]
    row[17], row[18] = _per_word(measure[m.SCORE], words), measure[m.LOWEST]
    row[19], row[20] = block[p.IMAGES], block[p.INPUTS]
    row[21] = measure[m.LINES]


@compiled
def _range(sums: NDArray[np.float64], first: int, last: int) -> tuple[float, float]:
    """Mean words per block, and share of linked words, of blocks [first, last)."""
    words = sums[last, _WORDS] - sums[first, _WORDS]
    linked = sums[last, _LINKED] - sums[first, _LINKED]
    return words / max(last - first, 1), linked / max(words, 1.0)


@compiled
def _neighbours(page: Page, i: int, measures: Measures, sums: NDArray[np.float64], row: Rows) -> None:
    n, k = len(measures), 0
    for step in (-1, 1, -2, 2):
        j = i + step
        inside = 0 <= j < n
        row[k] = np.log1p(measures[j, m.WORDS]) if inside else -1.0
        row[k + 1] = measures[j, m.LINK_SHARE] if inside else -1.0
        k += 2
    for reach in (3, 10):
        words, linked = _range(sums, max(i - reach, 0), min(i + reach + 1, n))
        row[k], row[k + 1] = words, linked
        k += 2
    row[k] = page.elements[page.blocks[i - 1, p.ELEMENT], p.TAG] if i else -1.0
    row[k + 1] = page.elements[page.blocks[i + 1, p.ELEMENT], p.TAG] if i + 1 < n else -1.0


@compiled
def containers(page: Page, element: int, found: NDArray[np.int64]) -> None:
    """The innermost elements around a block whose ranges of blocks differ, widest repeated when there are fewer."""
    count, current, size = 0, element, -1
    while current >= 0 and count < len(found):
        extent = page.elements[current, p.LAST_BLOCK] - page.elements[current, p.FIRST_BLOCK]
        if extent > max(size, 1):
            found[count] = current
            count, size = count + 1, extent
        current = page.elements[current, p.PARENT]
    for i in range(count, len(found)):
        found[i] = found[count - 1] if count else 0


@compiled
def _levels(page: Page, found: NDArray[np.int64], sums: NDArray[np.float64], row: Rows) -> None:
    n, k = len(sums) - 1, 0
    for element in found:
        first, last = page.elements[element, p.FIRST_BLOCK], page.elements[element, p.LAST_BLOCK]
        part = sums[last] - sums[first]
        row[k], row[k + 1] = np.log1p(part[_WORDS]), part[_LINKED] / max(part[_WORDS], 1.0)
        row[k + 2] = np.log1p(last - first)
        row[k + 3] = part[_PARAGRAPHS] / max(last - first, 1)
        row[k + 4] = part[_WORDS] / max(sums[n, _WORDS], 1.0)
        row[k + 5] = part[_GOOD] / max(part[_WORDS], 1.0)
        k += PER_LEVEL


@compiled
def element_scores(page: Page, keys: Hashes, values: Numbers) -> Rows:
    """Class-token scores and landmarks of every element, its ancestors' included; parents come before children."""
    n = page.state[p.ELEMENTS]
    scores = np.zeros((n, 4 + _LANDMARK_COUNT), np.float32)
    for i in range(n):
        element = page.elements[i]
        total, known = 0.0, 0
        for j in range(element[p.FIRST_TOKEN], element[p.LAST_TOKEN]):
            value = look_up(keys, values, page.tokens[j] & np.uint64(0xFFFFFFFF))
            if value != -1:
                total, known = total + value, known + 1
        own = total / max(known, 1)
        row = scores[i]
        if i:
            row[:] = scores[element[p.PARENT]]
        row[_OWN] = own
        row[_DECAYED] = own + DECAY * row[_DECAYED]
        row[_PATH_MIN], row[_PATH_MAX] = min(own, row[_PATH_MIN]), max(own, row[_PATH_MAX])
        landmark = _LANDMARK[element[p.TAG]]
        if landmark >= 0:
            row[4 + landmark] += 1
    return scores


@compiled
def smallest_with(page: Page, sums: NDArray[np.float64], share: float) -> int:
    """The smallest element that holds a share of the page's good text."""
    n, best, best_size = len(sums) - 1, 0, len(sums)
    goal = share * sums[n, _GOOD]
    for i in range(page.state[p.ELEMENTS]):
        first, last = page.elements[i, p.FIRST_BLOCK], page.elements[i, p.LAST_BLOCK]
        if last - first <= best_size and sums[last, _GOOD] - sums[first, _GOOD] >= goal:
            best, best_size = i, last - first
    return best


@compiled
def _lineage(page: Page, i: int, scores: Rows, centres: NDArray[np.int64], row: Rows) -> None:
    element = page.blocks[i, p.ELEMENT]
    row[0] = page.elements[element, p.DEPTH]
    parent = max(page.elements[element, p.PARENT], 0)
    row[1] = page.elements[parent, p.TAG]
    row[2] = page.elements[element, p.IS_HIDDEN]
    for k in range(4):
        row[3 + k] = scores[element, k]
    row[7] = scores[parent, _OWN]
    for k in range(_LANDMARK_COUNT):
        row[8 + k] = scores[element, 4 + k]
    k = 8 + _LANDMARK_COUNT
    for centre in centres:
        row[k] = page.elements[centre, p.FIRST_BLOCK] <= i < page.elements[centre, p.LAST_BLOCK]
        k += 1


@compiled
def signatures(page: Page) -> Numbers:
    """Which blocks are built alike: a number per block, the same for the same tags and classes two levels up."""
    n = page.state[p.BLOCKS]
    hashes, groups = np.empty(n, np.uint64), np.zeros(n, np.int32)
    for i in range(n):
        element, value = page.blocks[i, p.ELEMENT], BASIS
        for _ in range(3):
            if element < 0:
                break
            value = mix(value, int(page.elements[element, p.TAG]))
            first = page.elements[element, p.FIRST_TOKEN]
            if first < page.elements[element, p.LAST_TOKEN]:
                value = mix(value, page.tokens[first] & np.uint64(0xFFFFFFFF))
            element = page.elements[element, p.PARENT]
        hashes[i] = value
    order = np.argsort(hashes)
    for k in range(1, n):
        groups[order[k]] = groups[order[k - 1]] + (hashes[order[k]] != hashes[order[k - 1]])
    return groups


@compiled
def _kin(groups: Numbers, measures: Measures, rows: Rows, column: int) -> None:
    """Of the blocks built alike: how many, how long, how linked, how much of the page, how many in a row."""
    n = len(groups)
    sums = np.zeros((n + 1, 3))
    for i in range(n):
        words = measures[i, m.WORDS]
        sums[groups[i], 0] += 1
        sums[groups[i], 1] += words
        sums[groups[i], 2] += words * measures[i, m.LINK_SHARE]
    total = max(sums[:, 1].sum(), 1.0)
    for i in range(n):
        count, words, linked = sums[groups[i]]
        row = rows[i]
        row[column], row[column + 1] = np.log1p(count), np.log1p(words / count)
        row[column + 2], row[column + 3] = linked / max(words, 1.0), words / total
        row[column + 4] = measures[i, m.WORDS] * count / max(words, 1.0)


@compiled
def _placed(page: Page, measures: Measures, sums: NDArray[np.float64], rows: Rows, column: int) -> None:
    """Where the block stands: in the page, after the last heading, around the first h1."""
    n, heading, top = len(measures), -1, -1
    for i in range(n):
        row = rows[i]
        level = page.blocks[i, p.HEADING_LEVEL]
        row[column], row[column + 1] = i / n, sums[i, _WORDS] / max(sums[n, _WORDS], 1.0)
        row[column + 2], row[column + 3] = np.log1p(n), np.log1p(sums[n, _WORDS])
        if level:
            heading = i
        if level == 1 and top < 0:
            top = i
        row[column + 4] = i - heading if heading >= 0 else -1.0
        row[column + 5] = np.log1p(sums[i, _WORDS] - sums[heading, _WORDS]) if heading >= 0 else -1.0
        row[column + 6] = i - top if top >= 0 else -1.0
        row[column + 7] = sums[n, _GOOD] / max(sums[n, _WORDS], 1.0)


@compiled
def features(page: Page, measures: Measures, scores: Rows, groups: Numbers) -> Rows:
    """The first stage's view of a page: float32[blocks, FEATURES]."""
    n = len(measures)
    rows, found = np.zeros((n, FEATURES), np.float32), np.zeros(LEVELS, np.int64)
    sums = running_sums(page, measures)
    centres = np.array([smallest_with(page, sums, 0.5), smallest_with(page, sums, 0.7)])
    for i in range(n):
        row, k = rows[i], 0
        _shallow(page, i, measures[i], row)
        k += SHALLOW + PLACED
        _neighbours(page, i, measures, sums, row[k:])
        k += NEIGHBOURS
        containers(page, page.blocks[i, p.ELEMENT], found)
        _levels(page, found, sums, row[k:])
        k += LEVELS * PER_LEVEL
        _lineage(page, i, scores, centres, row[k:])
    _placed(page, measures, sums, rows, SHALLOW)
    _kin(groups, measures, rows, FEATURES - KIN)
    return rows


REVISED = 18


@compiled
def _mean_in(weighted: NDArray[np.float64], first: int, last: int) -> float:
    mean: float = (weighted[last, 0] - weighted[first, 0]) / max(weighted[last, 1] - weighted[first, 1], 1e-6)
    return mean


@compiled
def _of_group(groups: Numbers, measures: Measures, odds: Rows) -> Rows:
    sums = np.zeros((len(groups) + 1, 2))
    for i in range(len(groups)):
        words = measures[i, m.WORDS] + 1.0
        sums[groups[i], 0] += words * odds[i]
        sums[groups[i], 1] += words
    return np.array([sums[g, 0] / max(sums[g, 1], 1e-6) for g in groups]).astype(np.float32)


@compiled
def revise(page: Page, measures: Measures, groups: Numbers, rows: Rows, odds: Rows) -> Rows:
    """The second stage's view: the first's, and what the first stage thinks of everything around the block."""
    n = len(measures)
    wide = np.empty((n, FEATURES + REVISED), np.float32)
    wide[:, :FEATURES] = rows
    weighted, found = np.zeros((n + 1, 2)), np.zeros(LEVELS, np.int64)
    highest, first_high, last_high = 1e-6, n, -1
    for i in range(n):
        words = measures[i, m.WORDS] + 1.0
        weighted[i + 1, 0], weighted[i + 1, 1] = weighted[i, 0] + words * odds[i], weighted[i, 1] + words
        highest = max(highest, odds[i])
        if odds[i] > 0.5 and measures[i, m.WORDS] >= MIN_GOOD_WORDS:
            first_high, last_high = min(first_high, i), i
    alike = _of_group(groups, measures, odds)
    for i in range(n):
        row, k = wide[i, FEATURES:], 0
        row[0], row[1], row[2] = odds[i], odds[i] / highest, alike[i]
        for step in (-1, 1, -2, 2):
            row[3 + k] = odds[i + step] if 0 <= i + step < n else -1.0
            k += 1
        for reach in (3, 10):
            row[3 + k] = _mean_in(weighted, max(i - reach, 0), min(i + reach + 1, n))
            k += 1
        containers(page, page.blocks[i, p.ELEMENT], found)
        for element in found:
            row[3 + k] = _mean_in(weighted, page.elements[element, p.FIRST_BLOCK], page.elements[element, p.LAST_BLOCK])
            k += 1
        row[3 + k] = weighted[n, 0] / max(weighted[n, 1], 1e-6)
        row[4 + k] = np.log1p(weighted[n, 0])
        row[5 + k] = weighted[i, 0] / max(weighted[n, 0], 1e-6)
        row[6 + k] = 0.0 if first_high <= i <= last_high else (first_high - i if i < first_high else last_high - i)
        row[7 + k] = odds[i] * measures[i, m.WORDS]
    return wide
