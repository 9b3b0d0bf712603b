"""Stages that cut out of texts what repeats over a site or a crawl: lines, passages, and whole pages within pages.

What is cut stands in `cut/`, with the place where it stood, so that each text can be made whole again
(`curate.dedup.windows.restored`). A page of which more than `max_repeated_share` would go is dropped instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from unicodedata import unidata_version

import numpy as np
import pyarrow as pa

from curate.dedup import windows
from curate.dedup.copies import site_hash
from curate.dedup.minhash import MinHash
from curate.documents import Documents
from curate.errors import UsageError
from curate.filters.verdict import Judgement, Rule
from curate.matches import Load, Matches

KEY_VERSION = 1
"""Changes whenever the windows of a text do: those of two versions are never compared."""

_KEY = pa.list_(pa.uint64())
_RULE = "max_repeated_share"
_ORDERS = ("original", "earliest", "latest", "longest")


def _table(limit: float, because: str) -> tuple[Rule, ...]:
    return (Rule("repeated_share", "max", limit, because, unit="share"),)


def _check(stage: str, **numbers: tuple[float, float, float]) -> None:
    for name, (value, low, high) in numbers.items():
        if not low <= value <= high:
            raise UsageError(f"{stage}: {name} must be from {low:g} to {high:g}, not {value:g}")


@dataclass(frozen=True, slots=True)
class SiteLines:
    """Cut lines out of texts that stand on many pages of one site: notices, bars, boxes, footers.

    A line goes where at least `min_documents` pages of the registered domain have the same words in it, from all of
    them; lines of fewer than `min_words` words stay. A page of which more than `max_repeated_share` of the characters
    would go is dropped. Raises UsageError for numbers that cannot be.
    """

    min_documents: int = 10
    min_words: int = 4
    max_repeated_share: float = 0.8
    name: ClassVar[str] = "dedup_lines"
    rule: ClassVar[str] = _RULE
    keep: ClassVar[str] = "earliest"
    cuts: ClassVar[bool] = True
    spares_first: ClassVar[bool] = False
    narrows: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be with UsageError."""
        documents = (self.min_documents, 2, 1e9)
        share = (self.max_repeated_share, 0, 1)
        _check(self.name, min_documents=documents, min_words=(self.min_words, 1, 1e9), max_repeated_share=share)

    @property
    def threshold(self) -> float:
        """The limit of its drops."""
        return self.max_repeated_share

    @property
    def table(self) -> tuple[Rule, ...]:
        """Return how much of a page may be such lines."""
        return _table(self.max_repeated_share, "its lines stand on many pages of its site")

    @property
    def judgement(self) -> Judgement:
        """The recipe's."""
        return Judgement(f"the recipe: a line on {self.min_documents} pages of a site", "headings of a series go too")

    @property
    def made_with(self) -> Mapping[str, Any]:
        """The version of the hashes, and which lines have one."""
        return {"version": KEY_VERSION, "unicode": unidata_version, "min_words": self.min_words}

    def keys(self, documents: Documents) -> pa.Array:
        """A hash of each line with its site."""
        urls = documents.batch["url"].to_pylist()
        found = [self._lines(text, url) for text, url in zip(documents.texts(), urls, strict=True)]
        return pa.array(found, _KEY)

    def _lines(self, text: str, url: str) -> windows.Hashes:
        hashes = np.unique(windows.lines(text, site_hash(url), self.min_words))
        return hashes[hashes != 0]

    def narrowed(self, text: str, seeds: np.ndarray) -> np.ndarray:
        """The lines themselves."""
        return seeds

    def spans(self, text: str, url: str, found: np.ndarray) -> np.ndarray:
        """Return where these lines stand."""
        return windows.line_spans(text, site_hash(url), self.min_words, found)


@dataclass(frozen=True, slots=True)
class Passages:
    """Cut passages of at least `min_words` words out of texts that another page has word for word.

    One page keeps the passage: by `keep` the most `original`, of whose text the least stands on other pages, so that an
    article keeps what lists of articles show of it; or the `earliest`, `latest` or `longest`. Of equal ones it is the
    earliest, then the lower id. With `whole_sentences` what goes of a passage are its whole sentences and lines, and
    code only in whole blocks, so that no half sentence is left; else it goes word for word. A page of which more than
    `max_repeated_share` of the characters would go is dropped. Raises UsageError for numbers that cannot be, and
    another policy.
    """

    min_words: int = 50
    max_repeated_share: float = 0.8
    keep: str = "original"
    min_documents: int = 2
    whole_sentences: bool = True
    name: ClassVar[str] = "dedup_passages"
    rule: ClassVar[str] = _RULE
    cuts: ClassVar[bool] = True
    spares_first: ClassVar[bool] = True
    narrows: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be, and another policy, with UsageError."""
        words, share = (self.min_words, windows.SEED_WORDS + 1, 10_000), (self.max_repeated_share, 0, 1)
        _check(self.name, min_words=words, max_repeated_share=share, min_documents=(self.min_documents, 2, 1e9))
        if self.keep not in _ORDERS:
            raise UsageError(f"{self.name}: no policy to keep {self.keep!r}; there are {', '.join(_ORDERS)}")

    @property
    def threshold(self) -> float:
        """The limit of its drops."""
        return self.max_repeated_share

    @property
    def table(self) -> tuple[Rule, ...]:
        """Return how much of a page may stand elsewhere."""
        return _table(self.max_repeated_share, "its passages stand on other pages word for word")

    @property
    def judgement(self) -> Judgement:
        """The recipe's."""
        return Judgement(f"the recipe: {self.min_words} words in a row", "who quotes at length loses the quotation")

    @property
    def made_with(self) -> Mapping[str, Any]:
        """The version of the hashes, and what they are hashes of."""
        return {"version": KEY_VERSION, "unicode": unidata_version, "min_words": self.min_words}

    def keys(self, documents: Documents) -> pa.Array:
        """The seeds of each text's passages."""
        return pa.array([windows.seeds(text, self.min_words) for text in documents.texts()], _KEY)

    def narrowed(self, text: str, seeds: np.ndarray) -> np.ndarray:
        """The passages that have one of these seeds."""
        return windows.passages(text, self.min_words, seeds)

    def spans(self, text: str, url: str, found: np.ndarray) -> np.ndarray:
        """Return where these passages stand."""
        return windows.passage_spans(text, self.min_words, found, whole_sentences=self.whole_sentences)


@dataclass(frozen=True, slots=True)
class Contained:
    """Cut another page out of a page that holds it almost whole, or drop the larger page.

    A page of at least `min_words` words is held by one that has `min_containment` of its word shingles. The runs of
    `min_run_words` words or more in common go from the larger page, as `Passages` cuts them. Where these are more than
    `max_repeated_share` of it the page goes: 0 drops every page that holds another, 1 only cuts. Raises UsageError for
    numbers that cannot be.
    """

    min_containment: float = 0.8
    max_repeated_share: float = 0.8
    min_run_words: int = 13
    min_words: int = 50
    whole_sentences: bool = True
    settings: MinHash = MinHash()
    name: ClassVar[str] = "dedup_contained"
    rule: ClassVar[str] = _RULE
    keep: ClassVar[str] = "shortest"
    cells: ClassVar[int] = 0
    reads_text: ClassVar[bool] = True
    cuts: ClassVar[bool] = True
    min_shared: ClassVar[float] = 0.4

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be with UsageError."""
        containment, share = (self.min_containment, 0.5, 1), (self.max_repeated_share, 0, 1)
        words = (self.min_run_words, self.settings.shingle_words, 1e9)
        _check(self.name, min_containment=containment, max_repeated_share=share, min_run_words=words)

    @property
    def threshold(self) -> float:
        """The limit of its drops."""
        return self.max_repeated_share

    @property
    def table(self) -> tuple[Rule, ...]:
        """Return how much of a page other pages may be."""
        return _table(self.max_repeated_share, "it is made of other pages")

    @property
    def judgement(self) -> Judgement:
        """The recipe's."""
        return Judgement("the recipe: the smaller page is the one to keep", "a page with its comments is held by none")

    @property
    def made_with(self) -> Mapping[str, Any]:
        """The version of the hashes, and the edition of Unicode that says what a word is."""
        return {"version": KEY_VERSION, "unicode": unidata_version}

    def keys(self, documents: Documents) -> pa.Array:
        """A sample of each text's windows."""
        return pa.array([windows.sample(text) for text in documents.texts()], _KEY)

    def resolve(self, keys: Any, ranks: np.ndarray, load: Load, first_new_rank: int) -> Matches:
        """From the smallest page to the largest."""
        from curate.dedup.containment import Limits, contained

        shingles = max(self.min_words - self.settings.shingle_words + 1, 1)
        limits = Limits(
            self.min_containment, self.max_repeated_share, self.min_run_words, shingles, self.min_shared,
            self.whole_sentences, self.settings,
        )  # fmt: skip
        return contained(keys, ranks, load, limits=limits, first_new_rank=first_new_rank)
