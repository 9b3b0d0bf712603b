"""Language identification: our model beside resiliparse's detector, py3langid and lingua, on sentences and on pages.

Usage: `python bench/language.py [SHARED_DATA] [--folds N]`, from the repository, with the measuring data in
../shared/data; py3langid and lingua-language-detector are compared where they are installed. Our figures are those of
models that saw nothing of the sentence or the page's site (N of 5 folds); the others are as they come. Pages are those
of the same folds, extracted, and judged by the language the shard's table states; all see the same 1,800 characters.
Speed, load time and size are those of the shipped model. Sentences that all of the others call English though they are
filed under another language are listed: so much of the labels is wrong.
"""

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from curate.classifiers import language
from curate.classifiers.fasttext_model import save
from curate.classifiers.training import evaluate
from curate.classifiers.training import labelled_sets as training_data
from curate.classifiers.training import language as language_training
from curate.classifiers.training.labelled_sets import FOLDS, Row

Guess = tuple[str, float]
Identify = Callable[[list[str]], list[Guess]]

LIMITS = (0.0, 0.5, 0.65, 0.8)
SHORT = {
    "en": "This is a test.|Hello world|Contact us|Read more|I love you|My name is John.|What time is it?|"
    "Good morning!|The cat sat on the mat.|Terms and conditions apply.|This is an English sentence about the sea.|"
    "Thank you very much!",
    "de": "Das ist ein Test.|Guten Morgen, wie geht es dir?|Ich liebe dich|Mehr lesen",
    "fr": "C'est un test.|Où est la gare ?|Lire la suite",
    "es": "Esto es una prueba.|Leer más",
    "it": "Questo è un test.",
    "nl": "Dit is een test.",
    "sv": "Det här är ett test.",
    "pl": "To jest test.",
    "pt": "Isto é um teste.",
    "la": "Gallia est omnis divisa in partes tres.",
}


def resiliparse() -> Identify:
    """Resiliparse's detector; it gives a rank instead of a probability."""
    from resiliparse.parse.lang import detect_fast

    return lambda texts: [({"no": "nb"}.get(code, code), 1.0) for code, _ in map(detect_fast, texts)]


def py3langid() -> Identify:
    """py3langid with its bundled model and normalised probabilities."""
    from py3langid import langid

    model = langid._load_identifier(norm_probs=True)  # the constructor with norm_probs has no other name
    return lambda texts: [({"no": "nb"}.get(code, code), float(sure)) for code, sure in map(model.classify, texts)]


def lingua() -> Identify:
    """Lingua with all its languages, in its accurate mode."""
    from lingua import LanguageDetectorBuilder

    detector = LanguageDetectorBuilder.from_all_languages().with_preloaded_language_models().build()

    def identify(texts: list[str]) -> list[Guess]:
        best = [detector.compute_language_confidence_values(text)[0] for text in texts]
        return [(value.language.iso_code_639_1.name.lower(), value.value) for value in best]

    return identify


OTHERS: dict[str, tuple[Callable[[], Identify], str]] = {
    "resiliparse": (resiliparse, "resiliparse"),
    "py3langid": (py3langid, "py3langid"),
    "lingua": (lingua, "lingua"),
}


def ours() -> Identify:
    """The shipped model."""
    return language.identify_many


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of a call."""
    started = time.process_time()
    work()
    return time.process_time() - started


def unseen(rows: list[Row], sentences: list[Row], pages: list[Row], folds: int) -> Iterator[list[Guess]]:
    """Guesses about sentences and about pages, fold by fold, by models that saw neither them nor their sites."""
    with tempfile.TemporaryDirectory() as folder:
        for fold in range(folds):
            model = save(language_training.language_model([row for row in rows if row.fold != fold]), f"{folder}/m.ftz")
            for kind in (sentences, pages):
                yield language.identify_many([row.text for row in kind if row.fold == fold], model=model)


def quality(name: str, sentences: list[Row], found: list[Guess], stated: list[str], pages: list[Guess]) -> None:
    """Print macro accuracy, English precision and recall, and agreement on pages."""
    truth = [row.label for row in sentences]
    share = evaluate.accuracy_by_label([code for code, _ in found], truth)
    known = [(code, wanted) for (code, _), wanted in zip(pages, stated, strict=True) if wanted in share]
    agreed = sum(code == wanted for code, wanted in known) / len(known)
    macro = sum(share.values()) / len(share)
    print(f"{name:12} macro accuracy {macro:.4f} of {len(share)}; agrees on {agreed:.4f} of {len(known)} pages")
    for least in LIMITS:
        on_sentences, on_pages = (
            evaluate.precision_recall([code if sure >= least else "" for code, sure in guesses], labels, "en")
            for guesses, labels in ((found, truth), (pages, stated))
        )
        figures = "   ".join(f"{precision:.4f} {recall:.4f}" for precision, recall in (on_sentences, on_pages))
        print(f"  English from {least:.2f}: precision and recall on sentences, on pages  {figures}")


def short_texts(name: str, identify: Identify) -> None:
    """Print how many of a few short texts are recognised, and which are not."""
    rows = [(text, code) for code, texts in SHORT.items() for text in texts.split("|")]
    found = identify([text for text, _ in rows])
    wrong = [f"{text} -> {code}" for (text, wanted), (code, _) in zip(rows, found, strict=True) if code != wanted]
    print(f"{name:12} {len(rows) - len(wrong)} of {len(rows)} short texts; {'; '.join(wrong)}")


LOAD = """
import sys, time
sys.path.insert(0, "bench")
import language as bench
memory = lambda: int(open("/proc/self/status").read().partition("VmRSS:")[2].split()[0])
before, started = memory(), time.process_time()
getattr(bench, "{0}")()(["A text to load the model with."])
print(time.process_time() - started, (memory() - before) / 1024)
"""


def size_of(package: str) -> float:
    """Megabytes of an installed package; of the model alone for ours."""
    if not package:
        return Path(language.MODEL.path).stat().st_size / 1e6
    root = Path(importlib.util.find_spec(package).submodule_search_locations[0])
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc") / 1e6


def speed(name: str, identify: Identify, package: str, sentences: list[str], pages: list[str]) -> None:
    """Print texts per second and core, and what loading costs."""
    rates = [len(texts) / cpu(lambda texts=texts: identify(texts)) for texts in (sentences, pages)]
    done = subprocess.run([sys.executable, "-c", LOAD.format(name)], capture_output=True, check=True, text=True)
    seconds, megabytes = map(float, done.stdout.split())
    print(
        f"{name:12} {rates[0]:8.0f} sentences/s {rates[1]:8.0f} pages/s, first call {seconds * 1e3:7.0f} ms CPU and "
        f"{megabytes:5.0f} MB of memory, {size_of(package):6.2f} MB on disk"
    )


def mislabelled(sentences: list[Row], guesses: list[list[Guess]]) -> list[bool]:
    """Which sentences filed under another language every other detector calls English; prints them."""
    codes = zip(*([code for code, _ in found] for found in guesses), strict=True)
    wrong = [row.label != "en" and set(every) == {"en"} for row, every in zip(sentences, codes, strict=True)]
    labels = Counter(row.label for row, bad in zip(sentences, wrong, strict=True) if bad)
    print(f"{sum(wrong)} sentences of other languages are English to all others: {labels}")
    for row, bad in zip(sentences, wrong, strict=True):
        if bad:
            print(f"  {row.label}  {row.text[:100]!r}")
    return wrong


def without(sentences: list[Row], found: list[Guess], wrong: list[bool]) -> None:
    """Print our English precision and recall with those sentences left out."""
    rows = [(row.label, *guess) for row, guess, bad in zip(sentences, found, wrong, strict=True) if not bad]
    for least in LIMITS:
        codes = [code if sure >= least else "" for _, code, sure in rows]
        precision, recall = evaluate.precision_recall(codes, [label for label, _, _ in rows], "en")
        print(f"  ours without them, English from {least:.2f}: precision and recall {precision:.4f} {recall:.4f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--folds", type=int, default=FOLDS, help="folds our model is tried on; fewer are quicker")
    arguments = parser.parse_args()
    rows = training_data.language_rows(arguments.data)
    sentences = [row for row in rows if row.kind == "sentence" and row.fold < arguments.folds]
    sentences.sort(key=lambda row: row.fold)
    pages = sorted(
        (row for row in training_data.pages(arguments.data) if row.fold < arguments.folds), key=lambda r: r.fold
    )
    table = training_data.page_languages(arguments.data)
    stated = [table[row.kind] for row in pages]
    halves = list(unseen(rows, sentences, pages, arguments.folds))
    own = [guess for half in halves[::2] for guess in half], [guess for half in halves[1::2] for guess in half]
    quality("ours", sentences, own[0], stated, own[1])
    apart = Counter((want, got) for (got, _), want in zip(own[1], stated, strict=True) if got != want)
    print("  stated and found, most often:", ", ".join(f"{a} {b} {n}" for (a, b), n in apart.most_common(12)))
    texts = [row.text for row in sentences], [language.line(row.text) for row in pages]
    quick = texts[0][::10], texts[1][::10]
    short_texts("ours", ours())
    speed("ours", ours(), "", *quick)
    guesses = []
    for name, (make, package) in OTHERS.items():
        if importlib.util.find_spec(package) is None:
            print(f"{name:12} is not installed")
            continue
        identify = make()
        guesses.append(identify(texts[0]))
        quality(name, sentences, guesses[-1], stated, identify(texts[1]))
        short_texts(name, identify)
        speed(name, identify, package, *quick)
    if guesses:
        without(sentences, own[0], mislabelled(sentences, guesses))


if __name__ == "__main__":
    main()
