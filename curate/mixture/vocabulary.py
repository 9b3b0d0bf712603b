"""The tokenizer of a mixture: read from a local `tokenizer.json`, trained when there is none."""

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from struct import pack
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.errors import UsageError
from curate.files import whole_file
from curate.mixture.laid_out import Vocabulary

END = "<|endoftext|>"
ENDS = (END, "<|end_of_text|>", "</s>", "<eos>", "<|eos|>", "<|endofdoc|>", "<|end_of_document|>")
MIN_VOCABULARY = 257  # every byte, and the end of a document
MAX_FILE_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of some texts, one behind another: uint32[tokens], and where each text begins: int64[texts + 1]."""

    values: NDArray[np.uint32]
    offsets: NDArray[np.int64]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Tokens of each text."""
        return np.diff(self.offsets)


@dataclass(frozen=True, slots=True)
class TokenizerFile:
    """A tokenizer as workers get it: the file's JSON, in which the end of a document is a special token."""

    said: str
    vocabulary: Vocabulary
    end: str

    def encode(self, texts: Sequence[str]) -> Tokens:
        """The tokens of texts without any special ones: what looks like one in a text is text."""
        found = _loaded(self.said).encode_batch_fast(list(texts), add_special_tokens=False)
        numbers = [each.ids for each in found]
        offsets = np.zeros(len(texts) + 1, np.int64)
        np.cumsum(list(map(len, numbers)), out=offsets[1:])
        # Packing is the fastest way from a list of numbers to an array: a fifth of what NumPy takes.
        return Tokens(np.frombuffer(b"".join(map(_packed, numbers)), "<u4"), offsets)


def _packed(numbers: Sequence[int]) -> bytes:
    return pack(f"<{len(numbers)}I", *numbers)


@lru_cache(1)
def _loaded(said: str) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # workers are the parallelism, and their number is chosen
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(said)
    tokenizer.encode_special_tokens = True
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def read_tokenizer(path: Path, end: str = "") -> TokenizerFile:
    """The tokenizer in a `tokenizer.json`; `end` is the token that ends a document, else one of the usual names.

    Raises UsageError when the file is none, or has no such token.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UsageError(f"{path} is too large for a tokenizer.json")
        data = path.read_bytes()
        said = json.loads(data)
        tokenizer = _loaded(data.decode())
        tokens = tokenizer.get_vocab(with_added_tokens=True)
    except OSError as error:
        raise UsageError(f"no tokenizer {path}: {error.strerror or error}") from None
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001  the library raises bare Exceptions for files it cannot read
        raise UsageError(f"{path} is no tokenizer.json: {' '.join(str(error).split())[:200]}") from None
    found = next((name for name in ([end] if end else ENDS) if name in tokens), None)
    if found is None:
        wanted = f"no token {end!r}" if end else f"none of {', '.join(ENDS)}; name the token with --end-token"
        raise UsageError(f"{path}: documents need a token between them, and it has {wanted}")
    size = max(tokens.values(), default=-1) + 1
    vocabulary = Vocabulary(size, tokens[found], sha256(data).hexdigest())
    return TokenizerFile(_with_special(said, found, tokens[found]), vocabulary, found)


def _with_special(said: dict[str, Any], end: str, number: int) -> str:
    """The JSON with the end of a document as a special token, so that no text can hold it."""
    added = [dict(each) for each in said.get("added_tokens") or [] if each.get("content") != end]
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    added.append({"id": number, "content": end, **plain, "special": True})
    said = {**said, "added_tokens": sorted(added, key=lambda each: each["id"]), "truncation": None, "padding": None}
    return json.dumps(said, ensure_ascii=True)


def train(texts: Iterable[str], size: int, path: Path) -> Vocabulary:
    """Train a byte-level BPE of `size` tokens, fewer if there is no more to merge, and write it as tokenizer.json.

    The same texts in the same order give the same file. Raises UsageError for a size below 257 and for no text.
    """
    if size < MIN_VOCABULARY:
        raise UsageError(f"a vocabulary needs {MIN_VOCABULARY} tokens at least, not {size}: every byte, and an end")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=[END], initial_alphabet=alphabet, show_progress=False, max_token_length=32
    )
    with _one_thread():
        tokenizer.train_from_iterator(texts, trainer)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=True) + "\n")
    return read_tokenizer(path).vocabulary


@contextmanager
def _one_thread() -> Any:
    """Merges with equal counts must not be chosen by which thread counted first."""
    before = os.environ.get("TOKENIZERS_PARALLELISM")
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    try:
        yield
    finally:
        if before is None:
            del os.environ["TOKENIZERS_PARALLELISM"]
        else:
            os.environ["TOKENIZERS_PARALLELISM"] = before
