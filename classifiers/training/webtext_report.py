"""Writes the card of a WebText-style model in the run that trains it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from curate.classifiers import webtext
from curate.classifiers.fasttext_model import ModelFile, label_probability
from curate.classifiers.training import evaluate
from curate.classifiers.training.labelled_sets import Row
from curate.classifiers.training.webtext import Study

LIMITS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
MAX_STUDIED = 4000

# Changes that leave a text as good as it was; a score that moves under them judges typesetting.
CHANGES: dict[str, Callable[[str], str]] = {
    "line ends to spaces": lambda text: text.replace("\n", " "),
    "a blank line between lines": lambda text: text.replace("\n", "\n\n"),
    "upper case": str.upper,
    "typographic quotes": lambda text: text.replace("'", "’"),
    "a cookie notice in front": lambda text: "We use cookies to improve your visit. Accept all\n" + text,
    "a menu line behind": lambda text: text + "\nHome | About | Contact | Privacy policy",
    "the first half only": lambda text: text[: len(text) // 2],
}


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; floats are written with three decimals."""
    cells = [[f"{cell:.3f}" if isinstance(cell, float) else _cell(str(cell)) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(head), ["---"] * len(head), *cells])


def _cell(text: str) -> str:
    """A name out of somebody's data, harmless in Markdown."""
    shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:80])
    return shown.replace("|", "\\|").replace("<", "&lt;").replace("`", "'")


def telling_words(
    rows: list[Row], scored: Callable[[list[str]], np.ndarray], *, min_documents: int = 80, count: int = 40
) -> tuple[list[str], list[str]]:
    """The words that move undecided texts up and down most when 30 of them are added.

    Words of at least `min_documents` texts, and of at least one in fifty.
    """
    rows = sorted(rows, key=lambda row: row.text)[:: max(1, len(rows) // MAX_STUDIED)]
    seen = [webtext.words(row.text) for row in rows]
    counts = Counter(word for line in seen for word in set(line.split()))
    least = max(min_documents, len(rows) // 50) if len(rows) >= 50 * min_documents // 2 else max(2, len(rows) // 50)
    words = sorted(word for word, number in counts.items() if number >= least and word.isalpha())
    undecided = [seen[at] for at in np.argsort(np.abs(scored(seen) - 0.5), kind="stable")[:5]]
    moved = [scored([f"{text}{f' {word}' * 30}" for word in words]) for text in undecided]
    order = np.argsort(np.mean(moved, axis=0), kind="stable") if words else np.array([], int)
    return [words[at] for at in order[::-1][:count]], [words[at] for at in order[:count]]


def stability(rows: list[Row], score: webtext.Scorer) -> list[tuple[str, float, float, float]]:
    """Return how far a model's score moves: (change, mean, 95th percentile, highest)."""
    texts = [row.text for row in sorted(rows, key=lambda row: row.text)[:: max(1, len(rows) // MAX_STUDIED)]]
    before = score(texts)
    found = []
    for name, change in CHANGES.items():
        move = np.abs(score([change(text) for text in texts]) - before)
        found.append((name, float(move.mean()), float(np.quantile(move, 0.95)), float(move.max())))
    return found


def _kept_by_limit(found: Study) -> str:
    kinds = np.array([row.kind for row in found.rows])
    names = sorted(set(kinds.tolist()))
    limits = sorted({*LIMITS, round(found.threshold, 3)})
    curve = [(limit, *(float((found.scores[kinds == kind] >= limit).mean()) for kind in names)) for limit in limits]
    return table(["least score", *names], curve)


def _sites(rows: list[Row], label: str) -> str:
    counts = Counter(row.group for row in rows if row.label == label)
    total = counts.total()
    most = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:10]
    return f"{len(counts)} groups; most texts: " + ", ".join(f"{_cell(name)} {n / total:.1%}" for name, n in most)


def numbers(found: Study, model: ModelFile, aucs: Iterable[tuple[str, float]]) -> str:
    """Return what a study found, as Markdown: ROC-AUC, calibration, share kept by limit, stability, telling words."""
    score = webtext.Scorer(model, calibration=found.calibration)
    rows, judged = found.rows, found.judged
    studied = [row for row, part in zip(rows, judged, strict=True) if part]
    best, worst = telling_words(studied, lambda texts: label_probability(model, texts, webtext.LABEL))
    counts = sorted(Counter((row.kind, row.label) for row in rows).items())
    slope, offset = found.calibration
    calibration = evaluate.reliability(found.scores[judged], found.good[judged])
    return (
        f"## Numbers, on sites it never saw (five folds)\n{table(['ROC-AUC', ''], aucs)}\n\n"
        f"Calibration on the log-odds: slope {slope:.3f}, offset {offset:.3f}, with both sides weighing the same. Then:"
        f"\n\n{table(['mean score', 'share good', 'texts'], calibration)}"
        f"\n\nShare kept by least score; the limit is {found.threshold:.3f}:\n\n{_kept_by_limit(found)}\n\n"
        "How far the score of a text moves when it is changed and should not (the model trained on everything):\n\n"
        f"{table(['change', 'mean', '95 % move less than', 'furthest'], stability(studied, score))}\n\n"
        f"Texts: {', '.join(f'{_cell(kind)} ({label}) {n}' for (kind, label), n in counts)}.\n\n"
        f"## Words that speak for a text\n{', '.join(best)}\n\n## Words that speak against it\n{', '.join(worst)}\n\n"
    )


def aucs_by_kind(found: Study) -> list[tuple[str, float]]:
    """ROC-AUC of all, and of every kind against all of the other side."""
    kinds = sorted({(row.kind, row.label) for row in found.rows})
    by_kind = [
        (f"{kind} ({label})", found.auc(lambda row, kind=kind, label=label: row.kind == kind or row.label != label))  # type: ignore[misc]
        for kind, label in kinds
    ]
    return [("all", found.auc(lambda _: True)), *by_kind]


def card(
    found: Study,
    model: ModelFile,
    settings: Mapping[str, object],
    *,
    sources: Iterable[tuple[str, str, int, str]],
    counts: Mapping[str, Mapping[str, int]],
    notes: Sequence[str],
) -> str:
    """The card of a model somebody trained on corpora of their own, as Markdown.

    `sources` are (side, file, bytes, SHA-256), `counts` what became of the texts of each side, by reason; `notes` are
    sentences about how it was asked to be made.
    """
    became = [(side, reason, number) for side, each in counts.items() for reason, number in sorted(each.items())]
    return (
        f"# Quality\n\nSHA-256 `{model.sha256}`. A quantised fastText classifier, one thread, seed 1: the same data "
        f"give the same bytes on the same kind of machine. Settings: `{dict(settings)}`\n\n"
        f"{' '.join(notes)}\n\n"
        f"## Data\n{table(['side', 'file', 'bytes', 'SHA-256'], sources)}\n\n"
        f"{table(['side', 'what became of its texts', ''], became)}\n\n"
        "Only weights and single words are in the model, no text.\n\n"
        + numbers(found, model, aucs_by_kind(found))
        + "## Bias\nA text is good here if it reads like the good side, whatever its worth; so the model prefers the "
        "topics, the region, the age and the manner of those sites, and calls all that they do not write about poor. "
        f"Good: {_sites(found.rows, 'hq')}. Ordinary: {_sites(found.rows, 'cc')}. Good pages among the ordinary ones "
        "teach it the wrong thing and lower its ROC-AUC. The words above show what it took from the texts: names and "
        "topics among them are bias. What it drops should be read (`curate inspect OUT --stage quality`) before it is "
        "used.\n"
    )
