"""Tiny transformers: the same steps over the same number of bytes for every arm, several draws, two learning rates.

PyTorch is imported here only; `pip install webcurate[prove]` brings it. A model has about a million parameters: two
layers of width 128, four heads, a context of 128 tokens, the embedding shared with the output. How often each token is
in its half is given to a model, so that it spends its few steps on what follows what. Each draw is a new half of the
corpus and a new initialisation, and arms share both. Models read the first 400 characters of held-out texts: many
beginnings tell more than a few whole texts, since it is sites that differ.
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curate.mixture.vocabulary import TokenizerFile
from curate.prove.layers import Encoded, HeldOut, Kept, Say, Table, Told, all_halves, held_out
from curate.prove.texts import Corpus, bytes_of

RATES = (1e-3, 3e-3)
WIDTH, LAYERS, HEADS, CONTEXT, BATCH = 128, 2, 4, 128, 4
CHECKPOINTS = (0.8, 0.9, 1.0)  # shares of the steps after which a model is scored; the mean counts
HELD_OUT_CHARS = 400  # of each held-out text
CURVE = 20  # points of a loss curve

Piece = NDArray[np.int64]


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


def beginnings(whole: Corpus) -> Corpus:
    """A held-out set as transformers read it."""
    texts = tuple(text[:HELD_OUT_CHARS] for text in whole.texts)
    return Corpus(whole.name, texts, whole.sites, bytes_of(texts))


def transformer_scores(
    arms: Sequence[Encoded],
    sets: Sequence[Corpus],
    tokenizer: TokenizerFile,
    *,
    size: int,
    effort: Effort,
    kept: Kept,
    say: Say,
) -> Table:
    """Scores of tiny transformers, one layer for each learning rate; the same on the same machine and thread count.

    Raises ImportError where PyTorch is not installed.
    """
    held = [held_out(beginnings(each), tokenizer) for each in sets]
    table = Table([name_of(rate) for rate in RATES], arms, effort.draws, size, held)
    learner = Learner(tokenizer.vocabulary.size, tokenizer.vocabulary.end_of_document, effort.steps)
    done, whole = 0, len(RATES) * len(arms) * 2 * effort.draws
    for half in all_halves(arms, effort.draws, size):
        seed = 2 * half.draw + half.side
        for rate in RATES:
            asked = f"{name_of(rate)} {effort.steps} {seed} {shape()}"
            told = kept.ask(half.documents, asked, lambda: {name_of(rate): learner.told(half.documents, held, rate, seed)})  # noqa: B023, E501  # fmt: skip
            table.add(half, told)
            done += 1
            say("transformers", done, whole, f"loss {told[name_of(rate)].curve[-1]:.2f} bits a token")
    return table


def shape() -> str:
    """Return what kind of model this is and where it is trained, for the name under which its figures are kept."""
    import torch

    size = f"{WIDTH} {LAYERS} {HEADS} {CONTEXT} {BATCH} given frequencies"
    return f"{size} {device()} {torch.get_num_threads()} {torch.__version__}"


def device() -> str:
    """Return where models are trained."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def seconds_per_step(vocabulary: int = 4000) -> float:
    """CPU seconds (on a GPU: wall seconds) of a training step on this machine, from three of them."""
    model, optimiser = _begun(np.zeros(vocabulary), RATES[0], 0)
    batch = np.zeros((BATCH, CONTEXT + 1), np.int64)
    _step(model, optimiser, batch)
    clock = time.process_time if device() == "cpu" else time.perf_counter
    began = clock()
    for _ in range(3):
        _step(model, optimiser, batch)
    return (clock() - began) / 3


@dataclass(frozen=True, slots=True)
class Learner:
    """Trains models of one vocabulary, whose documents end with `end`, by the same number of steps each."""

    vocabulary: int
    end: int
    steps: int

    def told(self, documents: Sequence[NDArray[np.uint32]], sets: Sequence[HeldOut], rate: float, seed: int) -> Told:
        """Train one model: the bits of each held-out set by site, means over the last checkpoints, and its loss."""
        ends = np.array([self.end], np.uint32)
        stream = np.concatenate([ends, *(part for each in documents for part in (each, ends))]).astype(np.int64)
        often = np.log(np.bincount(stream, minlength=self.vocabulary) + 1.0)
        model, optimiser = _begun(often, rate, seed)
        begins = np.random.default_rng(seed).integers(0, max(1, len(stream) - CONTEXT - 1), (self.steps, BATCH))
        marks = {max(1, round(share * self.steps)) for share in CHECKPOINTS}
        total, losses = [np.zeros(len(each.sites)) for each in sets], []
        for step, row in enumerate(begins, 1):
            for group in optimiser.param_groups:
                group["lr"] = rate * _schedule(step / self.steps)
            cuts = [np.take(stream, np.arange(at, at + CONTEXT + 1), mode="wrap") for at in row.tolist()]
            losses.append(_step(model, optimiser, np.stack(cuts)))
            if step in marks:
                total = [sum_ + each.by_site(self._bits(model, each)) for sum_, each in zip(total, sets, strict=True)]
        return Told([(each / len(marks)).tolist() for each in total], _curve(losses))

    def _bits(self, model: Any, held: HeldOut) -> NDArray[np.float64]:
        """The bits of each document, in windows that do not overlap."""
        import torch

        found = np.zeros(len(held.encoded.tokens))
        with torch.no_grad():
            for numbers, batch in self._batches(held):
                ids = torch.from_numpy(batch).to(device())
                logits = model(ids[:, :-1].clamp(min=0))
                loss = torch.nn.functional.cross_entropy(
                    logits.flatten(0, 1), ids[:, 1:].flatten(), ignore_index=-1, reduction="none"
                )
                np.add.at(found, numbers, loss.view(len(batch), -1).sum(1).double().cpu().numpy() / math.log(2))
        return found

    def _batches(self, held: HeldOut, size: int = 64) -> Iterator[tuple[list[int], Piece]]:
        """Windows of held-out documents, each between two ends, with -1 behind them, and whose each window is."""
        whole = [np.concatenate([[self.end], each, [self.end]]).astype(np.int64) for each in held.encoded.tokens]
        windows = [(number, document[at : at + CONTEXT + 1]) for number, document in enumerate(whole)
                   for at in range(0, len(document) - 1, CONTEXT)]  # fmt: skip
        windows.sort(key=lambda each: len(each[1]))  # so that a batch has little behind its windows
        for first in range(0, len(windows), size):
            some = windows[first : first + size]
            padded = np.full((len(some), max(len(window) for _, window in some)), -1, np.int64)
            for row, (_, window) in enumerate(some):
                padded[row, : len(window)] = window
            yield [number for number, _ in some], padded


def _begun(often: NDArray[np.float64], rate: float, seed: int) -> tuple[Any, Any]:
    """A new model that is given the logarithms of the frequencies of all tokens, and its optimiser."""
    import torch

    torch.manual_seed(seed)
    model = _model(often).to(device())
    return model, torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.1, betas=(0.9, 0.95))


def _step(model: Any, optimiser: Any, rows: Piece) -> float:
    """One training step; its loss in bits per token."""
    import torch

    batch = torch.from_numpy(rows).to(device())
    loss = torch.nn.functional.cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    return float(loss.detach()) / math.log(2)


def _schedule(share: float) -> float:
    """The learning rate behind a share of the steps: up over the first tenth, then a cosine down to a tenth."""
    return min(1.0, share / 0.1) * (0.1 + 0.9 * (1 + math.cos(math.pi * share)) / 2)


def _curve(losses: Sequence[float]) -> list[float]:
    """The loss as a curve of at most 20 points, each the mean of as many steps.

    >>> _curve([4.0, 2.0, 1.0])
    [4.0, 2.0, 1.0]
    """
    return [round(float(part.mean()), 4) for part in np.array_split(np.array(losses), min(CURVE, len(losses)))]


def _model(often: NDArray[np.float64]) -> Any:
    """A decoder-only transformer with rotary positions left out: learned ones do at this length."""
    import torch
    from torch import nn

    class Decoder(nn.Module):  # type: ignore[misc]
        """Token and position embeddings, pre-norm blocks, and the token embedding again as output."""

        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("often", torch.from_numpy(often).float())
            self.tokens = nn.Embedding(len(often), WIDTH)
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
            logits: torch.Tensor = hidden @ self.tokens.weight.T + self.often
            return logits

    return Decoder()
