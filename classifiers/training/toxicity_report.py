"""The numbers of the toxicity model's card: sources left out, planted pages, identity templates by group."""

import random
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curate.classifiers import toxicity, toxicity_model
from curate.classifiers.fasttext_model import ModelFile
from curate.classifiers.toxicity_model import KINDS, ToxicityModel
from curate.classifiers.training import evaluate
from curate.classifiers.training import labelled_sets as training_data
from curate.classifiers.training import toxicity as toxicity_training
from curate.classifiers.training.corpora import read_jsonl
from curate.classifiers.training.webtext_report import table

SOURCES = ("davidson", "stormfront", "surge")
SHARES = {"nothing else": 1.0, "three for ten": 0.3, "one for ten": 0.1, "three for a hundred": 0.03}
FALSE_ALARMS = 500  # one in so many clean pages
PAGES = 300
_SENTENCES = re.compile(r"(?<=[.!?])\s+")


def settings() -> dict[str, float]:
    """Return what training was set to."""
    t = toxicity_training
    return {"epochs": t.EPOCHS, "rate": t.RATE, "pull": t.PULL, "hidden": t.HIDDEN, "hidden_rate": t.HIDDEN_RATE,
            "own_share": t.OWN_SHARE, "min_count": t.MIN_COUNT, "pattern_weight": t.PATTERN_WEIGHT,
            "phrase_weight": t.PHRASE_WEIGHT, "calm_post_weight": t.CALM_POST_WEIGHT,
            "page_weight": t.PAGE_WEIGHT}  # fmt: skip


def means(texts: list[str], model: ToxicityModel) -> NDArray[np.float64]:
    """Return what each text comes to, float64[n]: the score before it is put between 0 and 1."""
    return np.array([toxicity.page_mean(toxicity.judge(text, model)[0]) for text in texts])


def planted(clean: list[str], pool: list[str], share: float, chance: random.Random) -> str:
    """A clean page with sentences of a pool put in, so many for each of its own; 1.0 is twelve of them alone."""
    found = _SENTENCES.split(chance.choice(clean))[:120]
    if share == 1.0:
        return " ".join(chance.sample(pool, 12))
    for text in chance.sample(pool, max(1, round(share * len(found)))):
        found.insert(chance.randrange(len(found) + 1), text)
    return " ".join(found)


def numbers(data: Path, shipped: ModelFile) -> str:
    """The body of the card: trains a model for each source of posts and half of the pages' sources left out."""
    posts, clean = list(read_jsonl(data / training_data.TOXICITY)), training_data.clean_pages(data, min_chars=600)
    known, aucs, found, limits, odds = training_data.toxicity_sentences(data), [], [], [], []
    for source in SOURCES:
        own = [post for post in posts if post["source"] == source]
        rates = []
        for half in (0, 1):
            model = toxicity_training.train([each for each in known if _taught(each.source, source, half)])
            if half == 0:
                truth = [post["label"] != "neither" for post in own]
                aucs.append((source, len(own), evaluate.roc_auc(means([post["text"] for post in own], model), truth)))
            pages = [row.text for row in clean if training_data.half_of(row.group) == half]
            scores = means(pages, model)
            limits.append(float(np.sort(scores)[-max(1, len(scores) // FALSE_ALARMS)]))
            odds += [toxicity.judge(text, model)[0] for text in pages]
            rates.append(_found(pages, own, model, limits[-1]))
        found.append((source, *np.mean(rates, axis=0).tolist()))
    found.append(("mean", *np.mean([row[1:] for row in found], axis=0).tolist()))
    of_kinds = np.quantile(np.concatenate(odds), 0.999, axis=0)
    kinds = ", ".join(f"{kind} {limit:.2f}" for kind, limit in zip(KINDS, of_kinds.tolist(), strict=True))
    return (
        "## Numbers, each source of posts and the pages' sources left out\nROC-AUC of the score of a post:\n\n"
        + table(["source left out", "posts", "ROC-AUC"], aucs)
        + f"\n\nMean {np.mean([row[2] for row in aucs]):.3f}.\n\nPages found at one false alarm in {FALSE_ALARMS} "
        "clean ones, sentences of the source planted in clean pages, and calm sentences of it, one for ten:\n\n"
        + table(["source left out", *SHARES, "calm, one for ten"], found)
        + f"\n\nLimits on the mean were {min(limits):.3f} to {max(limits):.3f}, median {np.median(limits):.3f}; "
        f"`toxicity.PAGE_SCALE` is {toxicity.PAGE_SCALE}. One sentence in 1,000 of clean pages is over: {kinds}.\n\n"
        + _templates(data, toxicity_model.load(shipped))
        + "\n\n## Mind\nEnglish only: texts in other languages score near 0 whatever they say. Every name in "
        "`toxic_words.GROUP_NAMES` is read as one word, so groups in that list are treated alike by construction and "
        "others are not. Hatred without hateful words is often missed. Explicit sentences are known from our own "
        "patterns alone, and no set of such pages was at hand to say how many are found.\n"
    )


def _taught(source: str, without: str, half: int) -> bool:
    """Whether sentences of a source are learned when one source of posts and a half of the pages' are left out."""
    no_page = source in (*SOURCES, "cases", "contrast", "articles")
    return source != without and (no_page or training_data.half_of(source) != half)


def _found(
    pages: list[str], own: list[dict[str, str]], model: ToxicityModel, limit: float
) -> list[float]:  # a rate per kind of planted page
    bad = [post["text"] for post in own if post["label"] in ("hate", "toxic")]
    calm = [post["text"] for post in own if post["label"] == "neither"]
    chance = random.Random(4)  # noqa: S311 - which pages are planted in is no secret
    kinds = [(bad, share) for share in SHARES.values()] + [(calm, 0.1)]
    return [
        float((means([planted(pages, pool, share, chance) for _ in range(PAGES)], model) > limit).mean())
        for pool, share in kinds
    ]


def _templates(data: Path, model: ToxicityModel) -> str:
    """AUC on the identity templates, and which groups' calm sentences score over the limit most."""
    rows = list(read_jsonl(data / training_data.TEMPLATES))
    scores, toxic = (
        means([row["phrase"] for row in rows], model),
        np.array([row["toxicity"] == "toxic" for row in rows]),
    )
    over, by_group = scores > toxicity.PAGE_SCALE, defaultdict(list)
    for row, flagged, bad in zip(rows, over.tolist(), toxic.tolist(), strict=True):
        group = re.search(r"(\w+(?: aged| eastern| american)?)\W*$", row["phrase"].lower())
        if group and not bad:
            by_group[group[1]].append(flagged)
    rates = sorted(((float(np.mean(hits)), name) for name, hits in by_group.items() if len(hits) >= 40), reverse=True)
    worst = ", ".join(f"{name} {rate:.3f}" for rate, name in rates[:5])
    return (
        f"Identity templates, the shipped model: AUC {evaluate.roc_auc(scores, toxic):.3f}; over the limit "
        f"{over[toxic].mean():.3f} of the toxic and {over[~toxic].mean():.4f} of the calm (most: {worst}; {len(rates)} "
        "groups of 40 or more). None was trained on, but our own patterns share a form with them."
    )
