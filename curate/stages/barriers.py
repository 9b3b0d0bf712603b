"""Removes duplicates: these stages must see all documents at once."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar
from unicodedata import unidata_version

import numpy as np
import pyarrow as pa

from curate.dedup.minhash import MinHash
from curate.dedup.near import (
    KEY_VERSION,
    check_threshold,
    content_hash,
    exact_duplicates,
    verified_duplicates,
)
from curate.dedup.ranking import check_keep
from curate.documents import Documents
from curate.errors import UsageError
from curate.filters.verdict import Judgement, Rule
from curate.matches import Load, Matches


def _repeating(stage: "ExactDuplicates | NearDuplicates") -> tuple[Rule, ...]:
    """The rule for a page whose copies are too many, if the stage has it."""
    because = f"it repeats too often, over at least {stage.min_sites} sites"
    return (Rule("copies", "max", stage.max_copies, because, unit="copies"),) if stage.drop_all else ()


def _check_repeating(stage: "ExactDuplicates | NearDuplicates") -> None:
    if stage.max_copies < 0 or stage.min_sites < 0:
        raise UsageError(f"duplicates: there are no {min(stage.max_copies, stage.min_sites)} copies or sites")


@dataclass(frozen=True, slots=True)
class ExactDuplicates:
    """Keep one of the documents whose normalised text is the same: `earliest`, `latest`, `first_url` or `best`.

    The best has the greatest score of the stage `best_by`, which has to stand before; of equal ones it is the earliest.
    With `drop_all` none is kept of a text that has more than `max_copies` copies, over at least `min_sites` sites.
    Raises UsageError for another policy, and for limits that cannot be.
    """

    keep: str = "earliest"
    best_by: str = "quality"
    drop_all: bool = False
    max_copies: int = 100
    min_sites: int = 1
    name: ClassVar[str] = "dedup_exact"
    rule: ClassVar[str] = "same_text"
    threshold: ClassVar[float] = 1.0
    edits: ClassVar[bool] = False
    exact: ClassVar[bool] = True
    key_bytes: ClassVar[int] = 16
    cells: ClassVar[int] = 1
    reads_text: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Refuse an unknown policy with UsageError."""
        check_keep(self.keep)
        _check_repeating(self)

    @property
    def table(self) -> tuple[Rule, ...]:
        """That there is no other of the same text."""
        because = "another page has the same text"
        same = Rule("jaccard", "max", self.threshold, because, unit="similarity", called=self.rule)
        return (same, *_repeating(self))

    @property
    def judgement(self) -> Judgement:
        """Nobody's."""
        return Judgement("no one: the same characters", f"{self.keep} decides which copy is kept, not the source")

    @property
    def made_with(self) -> Mapping[str, Any]:
        """The version of the hash."""
        return {"version": KEY_VERSION}

    def keys(self, documents: Documents) -> pa.Array:
        """A 128-bit hash of each normalised text."""
        return pa.array([content_hash(text) for text in documents.texts()], pa.binary(self.key_bytes))

    def resolve(self, keys: np.ndarray, ranks: np.ndarray, load: Load, first_new_rank: int) -> Matches:
        """Documents with one hash are one document."""
        return Matches(exact_duplicates(keys, ranks), np.ones(len(ranks)), {})


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """Drop a document whose shingle sets' Jaccard similarity with a kept one reaches the threshold.

    The bands of `settings` are those that suit the threshold unless they are given. Of like documents `keep` says which
    is kept: `earliest`, `latest`, `longest`, `first_url` or `best`; ties go by id. The best has the greatest score of
    the stage `best_by`, which has to stand before; of equal ones it is the earliest.
    With `drop_all` none is kept of a page that has more than `max_copies` copies, exact ones among them, over at least
    `min_sites` sites.
    Raises UsageError for a threshold that is not above 0 and at most 1, another policy, and limits that cannot be.
    """

    threshold: float = 0.8
    settings: MinHash | None = None
    keep: str = "earliest"
    best_by: str = "quality"
    drop_all: bool = False
    max_copies: int = 100
    min_sites: int = 1
    name: ClassVar[str] = "dedup_near"
    rule: ClassVar[str] = "max_jaccard"
    reads_text: ClassVar[bool] = True
    edits: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Refuse a threshold or a policy there cannot be with UsageError."""
        check_threshold(self.threshold)
        check_keep(self.keep)
        _check_repeating(self)

    @property
    def minhash(self) -> MinHash:
        """The settings given, or those whose bands suit the threshold."""
        return self.settings or MinHash.for_threshold(self.threshold)

    @property
    def table(self) -> tuple[Rule, ...]:
        """The similarity from which a document is a duplicate."""
        because = "it is nearly the same as another page"
        near = Rule("jaccard", "max", self.threshold, because, unit="similarity", called=self.rule)
        return (near, *_repeating(self))

    @property
    def judgement(self) -> Judgement:
        """The recipe's."""
        return Judgement(
            f"the threshold of the recipe, on word {self.minhash.shingle_words}-grams",
            "templates with a few changing facts go as copies",
        )

    @property
    def cells(self) -> int:
        """One per band."""
        return self.minhash.bands

    @property
    def key_bytes(self) -> int:
        """Eight per band."""
        return 8 * self.minhash.bands

    @property
    def made_with(self) -> Mapping[str, Any]:
        """The version of the hashes, the settings, and the edition of Unicode that says what a word is."""
        return {"version": KEY_VERSION, "unicode": unidata_version, **asdict(self.minhash)}

    def keys(self, documents: Documents) -> pa.Array:
        """The band keys of each text's MinHash signature, as bytes."""
        from curate.dedup.minhash import band_keys, signatures

        settings = self.minhash
        keys = band_keys(signatures(documents.texts(), settings), settings).astype("<u8", copy=False)
        return pa.FixedSizeBinaryArray.from_buffers(pa.binary(self.key_bytes), len(keys), [None, pa.py_buffer(keys)])

    def resolve(self, keys: np.ndarray, ranks: np.ndarray, load: Load, first_new_rank: int) -> Matches:
        """Candidates share a band; a duplicate is verified on the texts."""
        how = {"settings": self.minhash, "threshold": self.threshold, "first_new_rank": first_new_rank}
        return verified_duplicates(keys, ranks, load, **how)  # type: ignore[arg-type]
