"""Names of persons in a text, by a spaCy pipeline of the user's own; none ships, and only this needs spaCy."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from curate.classifiers.fasttext_model import ModelError
from curate.filters.pii import Span

if TYPE_CHECKING:
    from spacy.language import Language

ENTITY = "PERSON"
SCORE = 0.85  # what Presidio gives to what spaCy finds
LABELS = frozenset({"PERSON", "PER", "PRS", "persName"})  # English and most, multilingual, Swedish, Polish pipelines
MAX_CHARS = 5000

_NOT_NEEDED = ("tagger", "morphologizer", "parser", "senter", "lemmatizer", "trainable_lemmatizer", "textcat")
_PIECE = re.compile(rf"[^\n]{{1,{MAX_CHARS}}}(?:(?<=[.!?\s])|(?=\s|\Z))|[^\n]{{1,{MAX_CHARS}}}")


def _digest(folder: Path) -> str:
    """The SHA-256 over the names and contents of a folder's files."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        whole.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    return whole.hexdigest()


@lru_cache(maxsize=2)
def _load(path: str, sha256: str) -> "Language":
    if _digest(Path(path)) != sha256:
        raise ModelError(f"the spaCy pipeline {path} has changed since the recipe was read")
    try:
        import spacy
    except ImportError as error:
        raise ModelError("finding the names of persons needs spaCy: pip install spacy") from error
    try:
        pipeline = spacy.load(path, exclude=_NOT_NEEDED)
    except (OSError, ValueError, ImportError, KeyError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(f"cannot load the spaCy pipeline {path}: {reason}") from error
    if not LABELS.intersection(label for labels in pipeline.pipe_labels.values() for label in labels):
        raise ModelError(f"the spaCy pipeline {path} knows no persons; it needs one of {', '.join(sorted(LABELS))}")
    return pipeline


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Lines with a letter that is not lower case, where a name can be; long ones cut between words or sentences."""
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece != piece.lower() or not piece.isascii():
            yield match.start(), piece


@dataclass(frozen=True, slots=True, repr=False)
class PersonNames:
    """A recogniser for `pii.find`: the names of persons in a text, by the pipeline in a folder."""

    path: str
    sha256: str

    def __repr__(self) -> str:
        """Return what it is, without the path: a recipe is the same wherever its model lies."""
        return f"PersonNames({self.sha256})"

    def __call__(self, text: str) -> Iterable[Span]:
        """Spans with the entity `PERSON`; ModelError when the pipeline cannot be loaded or is another one."""
        pipeline = _load(self.path, self.sha256)
        pieces = ((piece.encode("utf-8", "replace").decode(), start) for start, piece in _pieces(text))
        for found, start in pipeline.pipe(pieces, as_tuples=True):
            for entity in found.ents:
                if entity.label_ in LABELS:
                    yield Span(start + entity.start_char, start + entity.end_char, ENTITY, SCORE)


def person_names(path: str | os.PathLike[str]) -> PersonNames:
    """The recogniser whose spaCy pipeline is in the folder `path`; ModelError when there is no pipeline."""
    if not (Path(path) / "config.cfg").is_file():
        raise ModelError(f"{os.fspath(path)} is no folder of a spaCy pipeline: it has no config.cfg")
    return PersonNames(os.fspath(path), _digest(Path(path)))
