"""Writes the card of each model in the run that trains it: data with digests, numbers on unseen data, and bias."""

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from curate.classifiers import language, webtext
from curate.classifiers.fasttext_model import Classifier, ModelFile, digest, label_probability, save
from curate.classifiers.training import evaluate, multilingual, toxicity_report, value_report, webtext_report
from curate.classifiers.training import labelled_sets as training_data
from curate.classifiers.training import language as language_training
from curate.classifiers.training import webtext as webtext_training
from curate.classifiers.training.labelled_sets import Row
from curate.classifiers.training.value_examples import WORTH
from curate.classifiers.training.webtext_report import table

LICENCES = {
    training_data.SENTENCES: "Apache-2.0",
    training_data.TOXICITY: "Davidson et al. and Surge MIT, Stormfront CC-BY-SA-3.0",
    training_data.TEMPLATES: "Apache-2.0; evaluation only",
    training_data.WIKIPEDIA: "CC-BY-SA-3.0",
    training_data.ARTICLES[0]: "CC-BY-4.0",
    training_data.ARTICLES[1]: "texts belong to their publishers; weights only",
    training_data.PAGE_TABLE: "addresses and sources only",
    training_data.VALUES: "texts belong to their authors; weights only",
    multilingual.VALUES: "texts belong to their authors; weights only",
    training_data.PAGES: "texts belong to their authors; weights only",
}


def _is_in(fold: int, row: Row) -> bool:
    return row.fold == fold


def _is_of(source: str, row: Row) -> bool:
    return row.kind == source


def held_out(
    rows: list[Row], fit: Callable[[list[Row]], Classifier], without: Callable[[Row], bool], folder: str
) -> ModelFile:
    """A model trained on all rows but some, written to a folder."""
    model = fit([row for row in rows if not without(row)])
    return save(model, Path(tempfile.mkdtemp(dir=folder)) / "model.ftz")


READING = (
    "Every page was read once by a language model, against a written rubric, and given a value from 0 to 5. That is a "
    "fixed judgement that can be repeated, not the truth; a second, blind reading of 210 pages by a model of the same "
    "family agreed on .976 of them about what is worth having. "
)
FASTTEXT = "A quantised fastText classifier, one thread, seed 1"


def _card(
    model: ModelFile, data: Path, title: str, sources: Sequence[str], settings: object, body: str, kind: str = FASTTEXT
) -> str:
    size = Path(model.path).stat().st_size / 1e6
    used = table(["file", "SHA-256", "licence"], [(name, digest(data / name)[:16], LICENCES[name]) for name in sources])
    return (
        f"# {title}\n\n{Path(model.path).name}, {size:.2f} MB, SHA-256 `{model.sha256}`. "
        f"{kind}: the same data give the same bytes on the same kind of machine.\n\nSettings: "
        f"`{settings}`\n\n"
        f"## Data\n{used}\n\nOnly weights and single words are in the model, no text.\n\n{body}"
    )


def language_card(data: Path, model: ModelFile, folder: str) -> str:
    """The card of the language model; models of held-out folds are written to `folder`."""
    rows = training_data.language_rows(data)
    tried = held_out(rows, language_training.language_model, partial(_is_in, 0), folder)
    sentences = [row for row in rows if row.fold == 0 and row.kind == "sentence"]
    truth = [row.label for row in sentences]
    found = language.identify_many([row.text for row in sentences], model=tried)
    share = evaluate.accuracy_by_label([code for code, _ in found], truth)
    stated = training_data.page_languages(data)
    pages = [row for row in training_data.pages(data) if row.fold == 0]
    seen = language.identify_many([row.text for row in pages], model=tried)
    curve = []
    for least in (0.0, 0.5, 0.65, 0.8):
        on_sentences = [code if sure >= least else "" for code, sure in found]
        on_pages = [code if sure >= least else "" for code, sure in seen]
        sentence_figures = evaluate.precision_recall(on_sentences, truth, "en")
        page_figures = evaluate.precision_recall(on_pages, [stated[row.kind] for row in pages], "en")
        curve.append((least, *sentence_figures, *page_figures))
    worst = ", ".join(f"{label} {value:.2f}" for label, value in sorted(share.items(), key=lambda pair: pair[1])[:10])
    body = (
        f"## Numbers, on sentences and sites it never saw\nMean accuracy over {len(share)} languages on "
        f"{len(sentences)} sentences: {np.mean(list(share.values())):.3f}. Weakest: {worst}.\n\nEnglish, by least "
        f"probability; sentences, and {len(pages)} extracted pages against the shard's own language guess:\n\n"
        + table(["least", "precision", "recall", "precision, pages", "recall, pages"], curve)
        + f"\n\nResiliparse's `detect_fast` on the same: {_resiliparse(sentences, pages, stated)}\n\n"
        "Some of the wrong English is right: mailing-list footers among the Catalan sentences, English quotations "
        "among the Maori ones (`bench/language.py` lists them).\n\n"
        "## How\nEvery text is learned whole and in two pieces of three to eight words, so that short texts are not "
        "judged by a model of long ones. Sentences of other languages that are plainly English are not learned. "
        "English, which recipes ask for most, has 1,000 sentences more than the others.\n\n"
        "## Mind\nBosnian, Croatian and Serbian, Malay and Indonesian, Bokmål and Nynorsk are often taken for each "
        "other. Two words are often not enough, and the probability does not say so. Languages outside the 75 (Scots, "
        "Galician, Luxembourgish, Nepali) come out as a neighbour. A page of two languages gets the one with more "
        "letters; one of code gets English.\n"
    )
    return _card(
        model, data, "Language",
        [training_data.SENTENCES, training_data.WIKIPEDIA, training_data.TOXICITY, training_data.PAGES],
        language_training.SETTINGS, body,
    )  # fmt: skip


def _resiliparse(sentences: list[Row], pages: list[Row], stated: dict[str, str]) -> str:
    from resiliparse.parse.lang import detect_fast

    guessed = [{"no": "nb"}.get(code, code) for code in (detect_fast(row.text)[0] for row in sentences)]
    share = evaluate.accuracy_by_label(guessed, [row.label for row in sentences])
    on_sentences = evaluate.precision_recall(guessed, [row.label for row in sentences], "en")
    on_pages = evaluate.precision_recall(
        [detect_fast(row.text)[0] for row in pages], [stated[row.kind] for row in pages], "en"
    )
    return (
        f"mean accuracy {np.mean(list(share.values())):.3f} (it knows fewer languages), English precision "
        f"{on_sentences[0]:.3f} recall {on_sentences[1]:.3f} on sentences, {on_pages[0]:.3f} and {on_pages[1]:.3f} "
        f"on pages."
    )


def toxicity_card(data: Path, model: ModelFile, _folder: str) -> str:
    """The card of the toxicity model, on sources it never saw."""
    return _card(
        model, data, "Toxicity",
        [training_data.TOXICITY, training_data.VALUES, *training_data.ARTICLES, training_data.WIKIPEDIA,
         training_data.TEMPLATES],
        toxicity_report.settings(), toxicity_report.numbers(data, model),
        "Two linear learners of words, classes of words and their neighbours, in whole steps of a byte",
    )  # fmt: skip


def webtext_card(data: Path, model: ModelFile, _folder: str) -> str:
    """The card of the WebText-style model; judged, and calibrated, on English texts."""
    found = webtext_training.study(training_data.webtext_rows(data), judged=lambda row: row.kind != "crawl, other")
    aucs = [("all", found.auc(lambda _: True)), ("English only", found.auc(lambda row: row.kind != "crawl, other"))]
    body = (
        webtext_report.numbers(found, model, aucs)
        + _against_values(data, model)
        + "## Mind\nGood means: like 60 encyclopaedia articles; the dumps at hand link to no page of the crawl. So "
        "biographies, history and science score high, and recipes, forums, reviews, documentation and what is not in "
        "English score low, whatever they are worth. The default recipe therefore only notes the score and drops the "
        "very bottom. `curate train quality --reddit` trains a model on pages people linked to when you have newer "
        "dumps. Among the crawl's pages are good ones, so an AUC of 1 would be a fault.\n"
    )
    return _card(
        model, data, "WebText", [training_data.WIKIPEDIA, training_data.PAGES, training_data.PAGE_TABLE],
        webtext_training.settings_for(len(found.rows)), body,
    )  # fmt: skip


def _against_values(data: Path, model: ModelFile) -> str:
    """Return what the score says of value, on labelled pages of sources that are not in the crawl it was trained on."""
    trained = set(training_data.page_sources(data).values())
    pages = [page for page in training_data.value_examples(data) if page.source not in trained]
    scores = label_probability(model, [webtext.words(page.text) for page in pages], webtext.LABEL)
    worth = np.array([page.value >= WORTH for page in pages])
    shares = [(lost, float(np.quantile(scores[worth], lost))) for lost in (0.01, 0.02, 0.05, 0.1)]
    limits = [(lost, limit, float((scores[~worth] < limit).mean())) for lost, limit in shares]
    sources = len({page.source for page in pages})
    return (
        f"## Against the values of {len(pages):,} pages of {sources} sources it never saw\n"
        f"ROC-AUC for a value of {WORTH} or more: {evaluate.roc_auc(scores, worth):.3f}; the length of the text alone: "
        f"{evaluate.roc_auc([len(page.text) for page in pages], worth):.3f}.\n\n"
        + table(["worthy pages lost", "least score, uncalibrated", "other pages dropped"],
                [(f"{lost:.0%}", f"{limit:.6f}", dropped) for lost, limit, dropped in limits])
        + "\n\n"
    )  # fmt: skip


def quality_card(data: Path, model: ModelFile, found: value_report.Study) -> str:
    """The card of the value model, on sources it never saw."""
    return _card(
        model, data, "Quality", [training_data.VALUES], value_report.settings(), READING + value_report.numbers(found),
        "Ridge regression on wording and form, in whole steps of a byte",
    )  # fmt: skip


def multilingual_card(data: Path, model: ModelFile, _folder: str) -> str:
    """The card of the value model for any language, on sources it never saw."""
    known = multilingual.labelled(data)
    return _card(
        model, data, "Multilingual", [training_data.VALUES, multilingual.VALUES],
        {"landmarks": multilingual.LANDMARKS, "damping": multilingual.DAMPING, "width": round(multilingual.WIDTH, 1),
         "pieces": multilingual.PIECES_SHARE, "weight of other languages": multilingual.FOREIGN_WEIGHT},
        f"{READING.rstrip()}\n\n{multilingual.numbers(known, multilingual.train(known)[1])}",
        "Ridge regression on form, kinds of words, and words and their parts",
    )  # fmt: skip


_CARDS = {
    "multilingual": multilingual_card,
    "language": language_card, "toxicity": toxicity_card, "webtext": webtext_card,
}  # fmt: skip


def card(name: str, data: Path, model: ModelFile) -> str:
    """The card of a model by name, as Markdown; trains several models on the way, which takes a few minutes."""
    with tempfile.TemporaryDirectory() as folder:
        return _CARDS[name](data, model, folder)
