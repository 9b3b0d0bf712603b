"""The formats trainers read: each has a module with `write(mixture, out, dtype)`, and a row in the table `FORMATS`.

What every format has in common is here: the type of a token is the smallest of the format's that holds the vocabulary,
and a vocabulary that none of them holds is refused before anything is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from curate.errors import UsageError
from curate.mixture.laid_out import Mixture

__all__ = ["FORMATS", "Format", "named", "note", "write"]

_UNSIGNED = {"uint16": 1 << 16, "uint32": 1 << 32}


@dataclass(frozen=True, slots=True)
class Format:
    """One format: the module that writes it, the types it has for tokens and the vocabulary each of them holds.

    `types` is empty for a format that holds text; its documents come without tokens, the others' without text. `order`
    says what its reader does to the order of documents, and `strict` whether an order that is meant survives that.
    """

    module: str
    order: str
    strict: bool = False
    types: Mapping[str, int] = field(default_factory=dict)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "jsonl": Format("jsonl", "lines are in their final order", strict=True),
        "huggingface": Format("huggingface", "datasets reads the files in the order of their names", strict=True),
        "nanochat": Format(
            "nanochat",
            "nanochat deals row groups to its ranks in turn and packs rows out of a buffer of 1,000 documents, "
            "so order is kept but for about that much",
            strict=True,
        ),
        "megatron": Format(
            "megatron",
            "Megatron shuffles the documents and the samples of every file",
            types={"uint16": 65_500, "int32": 1 << 31},
        ),
        "nanotron": Format(
            "nanotron", "nanotron shuffles the samples of a stage", types={"uint16": 65_535, "uint32": 1 << 32}
        ),
        "olmo": Format("olmo", "OLMo-core shuffles instances over the whole epoch", types={"uint8": 256, **_UNSIGNED}),
        "mds": Format(
            "mds", "streaming keeps the order of a stream unless it is told to shuffle", strict=True, types=_UNSIGNED
        ),
        "levanter": Format(
            "levanter",
            "Levanter keeps the order inside a component unless it is told to shuffle",
            strict=True,
            types={"int32": 1 << 31},
        ),
    }
)


def named(name: str) -> tuple[Format, str]:
    """The format of a name such as `olmo`, and the token type that `olmo:uint16` asks for, "" when it asks for none.

    Raises UsageError for a format or a type that there is not.
    """
    base, _, dtype = name.partition(":")
    if base not in FORMATS:
        raise UsageError(f"there is no format {base!r}; there are {', '.join(FORMATS)}")
    found = FORMATS[base]
    if dtype and dtype not in found.types:
        types = " and ".join(found.types) or "text, no tokens"
        raise UsageError(f"the format {base} has no token type {dtype!r}; it has {types}")
    return found, dtype


def token_type(name: str, vocabulary_size: int) -> str:
    """The type of a token in the format of that name: the smallest that holds the vocabulary, "" for a format of text.

    Raises UsageError when none holds it, or not the one that was asked for.

    >>> token_type("megatron", 50_257), token_type("megatron", 128_256)
    ('uint16', 'int32')
    """
    found, wanted = named(name)
    types = {wanted: found.types[wanted]} if wanted else found.types
    fitting = [dtype for dtype, holds in types.items() if vocabulary_size <= holds]
    if types and not fitting:
        largest = max(types.values())
        raise UsageError(f"{name} holds vocabularies up to {largest:,} tokens, the tokenizer has {vocabulary_size:,}")
    return fitting[0] if fitting else ""


def note(name: str, mixture: Mixture) -> str:
    """A sentence for the user when an order is meant that the format's reader does not keep; "" otherwise."""
    found, _ = named(name)
    strict = [phase.name for phase in mixture.phases if phase.strict]
    if found.strict or not strict:
        return ""
    return f"the order inside {' and '.join(strict)} will be lost: {found.order}"


def write(name: str, mixture: Mixture, out: Path) -> None:
    """Write a mixture into the folder `out` in the format of that name, every file complete or absent.

    Raises UsageError, before anything is written, when there is no such format or it cannot hold the mixture.
    """
    dtype = token_type(name, mixture.vocabulary.size)
    if not mixture.phases or not all(phase.documents for phase in mixture.phases):
        raise UsageError("a phase of the mixture has no documents")
    module = import_module(f"{__name__}.{named(name)[0].module}")
    module.write(mixture, out, dtype)
