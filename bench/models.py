"""The three models: texts per second and core, load time, size; and how good they are on what they never saw.

Usage: `python bench/models.py [SHARED_DATA]`, from the repository; needs zstandard. Speed is that of the shipped
models on the extracted pages of the development shard, beside resiliparse's language detector in the same run.
The second table trains each model once more without a fifth of the sites and sentences (a minute) and tries it there;
toxicity stands beside a word list (LDNOOBW), the share of a text's words that are on it,
with each source left out. The cards have more.
"""

import argparse
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import zstandard
from resiliparse.parse.lang import detect_fast

from curate.classifiers import language, quality, toxicity
from curate.classifiers.fasttext_model import Classifier, ModelFile, label_probability, save
from curate.classifiers.training import evaluate, toxicity_report
from curate.classifiers.training import labelled_sets as training_data
from curate.classifiers.training import main as train
from curate.classifiers.training import toxicity as toxicity_training
from curate.classifiers.training.labelled_sets import Row

LOAD = (
    "import time; from curate.classifiers import fasttext_model as f; import fasttext; m = f.shipped('{}'); "
    "t = time.process_time(); f.load(m); print(time.process_time() - t)"
)
HOSTILE = {
    "10 MB of one letter": "x" * 10_000_000,
    "10 MB of ampersands": "&" * 10_000_000,
    "10 MB of short sentences": "No. " * 2_500_000,
    "10 MB of line ends": "\n" * 10_000_000,
}


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of a call."""
    started = time.process_time()
    work()
    return time.process_time() - started


def speed(texts: list[str]) -> None:
    """Throughput, load time and size of each shipped model."""
    chars = sum(map(len, texts)) / len(texts)
    print(f"{len(texts)} extracted pages, {chars:.0f} characters on average; CPU time on one core")
    print(f"{'':28}{'us/text':>9}{'texts/s':>9}{'load ms':>9}{'MB':>6}")
    for name, call in (
        ("language", lambda: language.identify_many(texts)),
        ("toxicity", lambda: toxicity.score(texts)),
        ("quality", lambda: quality.score(texts)),
    ):
        call()
        each = min(cpu(call) for _ in range(3)) / len(texts)
        load = subprocess.run([sys.executable, "-c", LOAD.format(f"{name}.ftz")], capture_output=True, check=True)
        size = Path(getattr(sys.modules[f"classifiers.{name}"], "MODEL").path).stat().st_size / 1e6  # noqa: B009
        print(f"{name:28}{each * 1e6:9.0f}{1 / each:9.0f}{float(load.stdout) * 1e3:9.1f}{size:6.2f}")
    each = min(cpu(lambda: [detect_fast(text) for text in texts]) for _ in range(3)) / len(texts)
    print(f"{'resiliparse detect_fast':28}{each * 1e6:9.0f}{1 / each:9.0f}{'':9}{'':6}")
    for name, text in HOSTILE.items():
        spent = [cpu(partial(call, [text])) for call in (language.identify_many, toxicity.score, quality.score)]
        print(f"{name:28}{' '.join(f'{each * 1e3:.1f} ms' for each in spent)}")


def unseen(rows: list[Row], fit: Callable[[list[Row]], Classifier], folder: str) -> tuple[ModelFile, list[Row]]:
    """A model trained without the first fold, and the rows of that fold."""
    model = save(fit([row for row in rows if row.fold]), Path(folder) / f"{fit.__name__}.ftz")
    return model, [row for row in rows if not row.fold]


def language_figures(data: Path, folder: str) -> None:
    """Macro accuracy and English precision and recall, ours and resiliparse's."""
    model, rows = unseen(training_data.language_rows(data), train.language_model, folder)
    rows = [row for row in rows if row.kind == "sentence"]
    truth, texts = [row.label for row in rows], [row.text for row in rows]
    ours = [code for code, _ in language.identify_many(texts, model=model)]
    theirs = [{"no": "nb"}.get(code, code) for code in (detect_fast(text)[0] for text in texts)]
    stated = training_data.page_languages(data)
    pages = [row for row in training_data.pages(data) if not row.fold]
    page_truth = [stated[row.kind] for row in pages]
    our_pages = [code for code, _ in language.identify_many([row.text for row in pages], model=model)]
    their_pages = [detect_fast(row.text)[0] for row in pages]
    for name, found, on_pages in (("ours", ours, our_pages), ("resiliparse", theirs, their_pages)):
        share = evaluate.accuracy_by_label(found, truth)
        precision, recall = evaluate.precision_recall(found, truth, "en")
        page_precision, page_recall = evaluate.precision_recall(on_pages, page_truth, "en")
        print(
            f"language, {name:12} macro accuracy {sum(share.values()) / len(share):.3f} of {len(share)} languages; "
            f"English precision/recall {precision:.3f}/{recall:.3f} on sentences, "
            f"{page_precision:.3f}/{page_recall:.3f} on pages"
        )


def word_list(data: Path) -> frozenset[str]:
    """The English list of LDNOOBW, its single words."""
    with (data / "labelled/ldnoobw.tar.zst").open("rb") as file:
        stream = zstandard.ZstdDecompressor().stream_reader(file)
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                if member.name.rpartition("/")[2] == "en":
                    return frozenset(archive.extractfile(member).read().decode().lower().split("\n"))
    raise SystemExit("no English list in ldnoobw.tar.zst")


def toxicity_figures(data: Path) -> None:
    """ROC-AUC per source left out, ours, the word list's and the length's."""
    known, listed = training_data.toxicity_sentences(data), word_list(data)
    posts = list(training_data.read_jsonl(data / training_data.TOXICITY))
    for source in toxicity_report.SOURCES:
        own = [post for post in posts if post["source"] == source]
        truth, texts = [post["label"] != "neither" for post in own], [post["text"] for post in own]
        model = toxicity_training.train([each for each in known if each.source != source])
        split = [text.lower().split() for text in texts]
        listing = [sum(w in listed for w in words) / max(len(words), 1) for words in split]
        found = (toxicity_report.means(texts, model), listing, [len(text) for text in texts])
        ours, baseline, length = (evaluate.roc_auc(scores, truth) for scores in found)
        print(f"toxicity without {source:12} ROC-AUC {ours:.3f}, word list {baseline:.3f}, length {length:.3f}")


def quality_figures(data: Path, folder: str) -> None:
    """ROC-AUC on unseen sites, against all pages and against the English ones."""
    model, rows = unseen(training_data.quality_rows(data), train.quality_model, folder)
    for name, wanted in (("all pages", rows), ("English pages", [row for row in rows if row.kind != "crawl, other"])):
        scores = label_probability(model, [quality.words(row.text) for row in wanted], quality.LABEL)
        print(
            f"quality, against {name:14} ROC-AUC {evaluate.roc_auc(scores, [row.label == 'hq' for row in wanted]):.3f}"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", nargs="?", type=Path, default=Path("../shared/data"))
    shared = parser.parse_args().shared
    speed([row.text for row in training_data.pages(shared)])
    with tempfile.TemporaryDirectory() as folder:
        language_figures(shared, folder)
        toxicity_figures(shared)
        quality_figures(shared, folder)


if __name__ == "__main__":
    main()
