"""Documents as rows of tokens in a file: each document's tokens, then the token that ends a document."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO

import numpy as np

from curate.mixture.laid_out import Document, Vocabulary

AT_ONCE = 512  # documents; one at a time would take four times the CPU time


def stored(document: Document, vocabulary: Vocabulary, dtype: str) -> np.ndarray:
    """A document's tokens and the end of document, little-endian.

    Raises ValueError for a token outside the vocabulary, which a narrower type would turn into another token.
    """
    return joined([document], vocabulary, dtype)


def joined(documents: Sequence[Document], vocabulary: Vocabulary, dtype: str) -> np.ndarray:
    """The tokens of documents one behind another, each with the end of document, as `stored`."""
    end = np.array([vocabulary.end_of_document], documents[0].tokens.dtype)
    tokens = np.concatenate([part for document in documents for part in (document.tokens, end)])
    if len(tokens) and int(tokens.max()) >= vocabulary.size:
        wrong = next(each.id for each in documents if len(each.tokens) and int(each.tokens.max()) >= vocabulary.size)
        raise ValueError(f"document {wrong} has a token outside a vocabulary of {vocabulary.size}")
    return tokens.astype(np.dtype(dtype).newbyteorder("<"), copy=False)


def append(file: BinaryIO, documents: Iterable[Document], vocabulary: Vocabulary, dtype: str) -> Iterator[int]:
    """Write documents one behind another, and yield the tokens each has taken up once it is written."""
    waiting = iter(documents)
    while batch := list(islice(waiting, AT_ONCE)):
        file.write(joined(batch, vocabulary, dtype).data)
        yield from [len(document.tokens) + 1 for document in batch]
