"""Documents as rows of tokens in a file: each document's tokens, then the token that ends a document."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import numpy as np

from curate.mixture.laid_out import Document, Vocabulary


def stored(document: Document, vocabulary: Vocabulary, dtype: str) -> np.ndarray:
    """A document's tokens and the end of document, little-endian.

    Raises ValueError for a token outside the vocabulary, which a narrower type would turn into another token.
    """
    if len(document.tokens) and int(document.tokens.max()) >= vocabulary.size:
        raise ValueError(f"document {document.id} has a token outside a vocabulary of {vocabulary.size}")
    out = np.empty(len(document.tokens) + 1, np.dtype(dtype).newbyteorder("<"))
    out[:-1] = document.tokens
    out[-1] = vocabulary.end_of_document
    return out


def append(file: BinaryIO, documents: Iterable[Document], vocabulary: Vocabulary, dtype: str) -> Iterator[int]:
    """Write documents one behind another, and yield the tokens each has taken up once it is written."""
    for document in documents:
        tokens = stored(document, vocabulary, dtype)
        file.write(tokens.tobytes())
        yield len(tokens)
