"""Tiny transformers: the same steps over the same number of bytes for every arm, several draws, two learning rates.

PyTorch is imported here only; `pip install webcurate[prove]` brings it. A model has about a million parameters: two
layers of width 128, four heads, a context of 128 tokens, the embedding shared with the output. Each draw is a new half
of the corpus and a new initialisation, and arms share both.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.mixture.vocabulary import TokenizerFile
from curate.prove.compare import Scores
from curate.prove.draws import halves
from curate.prove.layers import Encoded, Say, per_byte

RATES = (1e-3, 3e-3)
WIDTH, LAYERS, HEADS, CONTEXT, BATCH = 128, 2, 4, 128, 16
CHECKPOINTS = (0.8, 0.9, 1.0)  # shares of the steps after which a model is scored; the mean counts
MAX_HELD_OUT_TOKENS = 40_000  # of each held-out set


@dataclass(frozen=True, slots=True)
class Effort:
    """The size of the experiment: training steps of each model, and draws."""

    steps: int
    draws: int


def name_of(rate: float) -> str:
    """Return what a layer of transformers is called.

    >>> name_of(1e-3)
    'transformers at 0.001'
    """
    return f"transformers at {rate:g}"


def transformer_scores(
    arms: Sequence[Encoded],
    held_out: Sequence[Encoded],
    tokenizer: TokenizerFile,
    *,
    size: int,
    effort: Effort,
    say: Say,
) -> list[Scores]:
    """Scores of tiny transformers, one layer for each learning rate; the same on the same machine and thread count.

    Raises ImportError where PyTorch is not installed.
    """
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    end = tokenizer.vocabulary.end_of_document
    sets = [_pieces(each.tokens, end) for each in held_out]
    found = np.zeros((len(RATES), len(arms), effort.draws, 2, len(held_out)))
    done, whole = 0, found[..., 0].size
    for number, arm in enumerate(arms):
        for draw in range(effort.draws):
            for side, places in enumerate(halves(arm.corpus, draw, size)):
                stream = _stream(arm.at(places), end)
                for place, rate in enumerate(RATES):
                    scores = _trained(
                        stream, sets, tokenizer.vocabulary.size, effort.steps, rate, 2 * draw + side, device
                    )
                    for column, bits in enumerate(scores):
                        held = held_out[column].corpus
                        chosen = held.take(range(len(bits)))
                        found[place, number, draw, side, column] = per_byte(bits, chosen, draw)
                    done += 1
                    say("transformers", done, whole)
    return [Scores(name_of(rate), values) for rate, values in zip(RATES, found, strict=True)]


def _stream(documents: Sequence[NDArray[np.uint32]], end: int) -> NDArray[np.int64]:
    """Documents one behind another, each followed by the end of a document."""
    ends = np.array([end], np.uint32)
    parts = [part for document in documents for part in (document, ends)]
    return np.concatenate([ends, *parts]).astype(np.int64)


def _pieces(documents: Sequence[NDArray[np.uint32]], end: int) -> list[NDArray[np.int64]]:
    """Held-out documents, each with the end of a document at both ends, as many as fit the cap."""
    found: list[NDArray[np.int64]] = []
    total = 0
    for document in documents:
        total += len(document) + 1
        if found and total > MAX_HELD_OUT_TOKENS:
            break
        found.append(np.concatenate([[end], document, [end]]).astype(np.int64))
    return found


def _trained(
    stream: NDArray[np.int64],
    sets: Sequence[list[NDArray[np.int64]]],
    vocabulary: int,
    steps: int,
    rate: float,
    seed: int,
    device: str,
) -> list[NDArray[np.float64]]:
    """Train one model; the bits of each document of each held-out set, the mean over the last checkpoints."""
    import torch

    torch.manual_seed(seed)
    model = _model(vocabulary).to(device)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.1, betas=(0.9, 0.95))
    begins = np.random.default_rng(seed).integers(0, max(1, len(stream) - CONTEXT - 1), (steps, BATCH))
    marks = {max(1, round(share * steps)) for share in CHECKPOINTS}
    total: list[NDArray[np.float64]] = [np.zeros(len(each)) for each in sets]
    for step in range(1, steps + 1):
        for group in optimiser.param_groups:
            group["lr"] = (
                rate * min(1.0, step / (0.1 * steps + 1)) * (0.1 + 0.9 * (1 + math.cos(math.pi * step / steps)) / 2)
            )
        rows = np.stack([_cut(stream, int(begin)) for begin in begins[step - 1]])
        batch = torch.from_numpy(rows).to(device)
        loss = torch.nn.functional.cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        if step in marks:
            total = [sum_ + _bits(model, each, device) for sum_, each in zip(total, sets, strict=True)]
    return [each / len(marks) for each in total]


def _schedule(share: float) -> float:
    """The learning rate behind a share of the steps: up over the first tenth, then a cosine down to a tenth."""
    return min(1.0, share / 0.1) * (0.1 + 0.9 * (1 + math.cos(math.pi * share)) / 2)


def _cut(stream: NDArray[np.int64], begin: int) -> NDArray[np.int64]:
    """A window of the training stream, which goes round when it is shorter than one."""
    return np.take(stream, np.arange(begin, begin + CONTEXT + 1), mode="wrap")


def _bits(model: Any, documents: Sequence[NDArray[np.int64]], device: str) -> NDArray[np.float64]:
    """The bits of each document, in windows that do not overlap."""
    import torch

    found = np.zeros(len(documents))
    windows = [(i, document[at : at + CONTEXT + 1]) for i, document in enumerate(documents)
               for at in range(0, len(document) - 1, CONTEXT)]  # fmt: skip
    with torch.no_grad():
        for first in range(0, len(windows), 64):
            some = windows[first : first + 64]
            padded = np.full((len(some), CONTEXT + 1), -1, np.int64)
            for row, (_, window) in enumerate(some):
                padded[row, : len(window)] = window
            batch = torch.from_numpy(padded).to(device)
            logits = model(batch[:, :-1].clamp(min=0))
            loss = torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), batch[:, 1:].flatten(), ignore_index=-1, reduction="none"
            )
            sums = loss.view(len(some), CONTEXT).sum(1).double().cpu().numpy() / math.log(2)
            np.add.at(found, [i for i, _ in some], sums)
    return found


def _model(vocabulary: int) -> Any:
    """A decoder-only transformer with rotary positions left out: learned ones do at this length."""
    import torch
    from torch import nn

    class Decoder(nn.Module):  # type: ignore[misc]
        """Token and position embeddings, pre-norm blocks, and the token embedding again as output."""

        def __init__(self) -> None:
            super().__init__()
            self.tokens = nn.Embedding(vocabulary, WIDTH)
            self.places = nn.Embedding(CONTEXT, WIDTH)
            block = nn.TransformerEncoderLayer(
                WIDTH, HEADS, 4 * WIDTH, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
            )
            self.blocks = nn.TransformerEncoder(block, LAYERS, enable_nested_tensor=False)
            self.norm = nn.LayerNorm(WIDTH)
            nn.init.normal_(self.tokens.weight, std=0.02)
            nn.init.normal_(self.places.weight, std=0.02)

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            """Logits, [batch, length, vocabulary]."""
            length = ids.shape[1]
            mask = nn.Transformer.generate_square_subsequent_mask(length, device=ids.device)
            hidden = self.tokens(ids) + self.places.weight[:length]
            hidden = self.norm(self.blocks(hidden, mask=mask, is_causal=True))
            logits: torch.Tensor = hidden @ self.tokens.weight.T
            return logits

    return Decoder()
