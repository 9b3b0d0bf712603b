"""Trains a WebText-style model on corpora that a user names: read, sampled, held out by domain, with a card."""

import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from curate.classifiers import webtext
from curate.classifiers.fasttext_model import ModelFile
from curate.classifiers.training import corpora, webtext_report
from curate.classifiers.training import webtext as webtext_training
from curate.classifiers.training.labelled_sets import Row
from curate.classifiers.training.webtext import GOOD, ORDINARY, Sample, Study, Target
from curate.errors import UsageError
from curate.extract import DEFAULT_EXTRACTOR, check_extractor
from curate.files import sha256_of, whole_file, write_json
from curate.folder import SIGNALS, parts
from curate.training.texts import Corpus, Text, find_corpora

MIN_CHARS = 200
MAX_TEXTS = 20_000
MODEL_NAME = "quality.ftz"


@dataclass(frozen=True, slots=True)
class LinkRules:
    """Which posts of a Reddit dump count as recommendations; names of subreddits and domains without `r/` or scheme."""

    min_score: int = 3
    without_subreddits: tuple[str, ...] = ()
    without_domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """A training request: the corpora and the settings.

    Pages of `negatives` whose address is recommended by `reddit` (dumps) or on `links` (lists) count as good. Of each
    side at most `max_texts` are taken, texts under `min_chars` characters never, and with a `language` only its texts.
    """

    positives: tuple[str, ...]
    negatives: tuple[str, ...]
    reddit: tuple[Path, ...] = ()
    links: tuple[Path, ...] = ()
    rules: LinkRules = LinkRules()
    language: str = ""
    extractor: str = DEFAULT_EXTRACTOR
    max_texts: int = MAX_TEXTS
    min_chars: int = MIN_CHARS
    target: Target = Target()

    def __post_init__(self) -> None:
        """Refuse what cannot be asked for with UsageError."""
        check_extractor(self.extractor)
        for name, value in (("--target-keep", self.target.keep), ("--min-precision", self.target.precision)):
            if value is not None and not 0 < value < 1:
                raise UsageError(f"{name} must be between 0 and 1, not {value:g}")
        if self.max_texts < 1:
            raise UsageError(f"--max-texts must be positive, not {self.max_texts}")
        if not (self.positives or self.reddit or self.links):
            raise UsageError("nothing is good: give --positives, or --reddit or --links with pages they recommend")


def recommended(dumps: Sequence[Path], rules: LinkRules = LinkRules()) -> list[str]:
    """The pages that posts of submission dumps recommend: canonical URLs, sorted; UsageError for a missing dump."""
    _check_files(dumps)
    return corpora.linked_urls(
        (post for path in dumps for post in corpora.reddit_submissions(path)),
        min_score=rules.min_score,
        blocked_domains=corpora.NOT_PAGES.union(name.lower() for name in rules.without_domains),
        blocked_subreddits=frozenset(name.lower().removeprefix("r/") for name in rules.without_subreddits),
    )


def train_quality(request: Request, out: Path, *, say: Callable[[str], None]) -> Study:
    """Train a model and try it on unseen sites; writes `quality.ftz`, `quality.md` and, last, `quality.json` to `out`.

    Raises UsageError when an input is missing or too few texts are left. The same inputs give the same bytes.
    """
    files = {GOOD: find_corpora(request.positives, extractor=request.extractor),
             ORDINARY: find_corpora(request.negatives, extractor=request.extractor)}  # fmt: skip
    _check_files(request.links)
    links = frozenset(recommended(request.reddit, request.rules))
    links = links.union(*(corpora.listed_urls(path) for path in request.links))
    sides = {GOOD: Sample(request.max_texts), ORDINARY: Sample(request.max_texts)}
    for label, found in files.items():
        for corpus in found:
            say(f"reading {corpus.name}")
            _take(corpus, label, sides, links, request)
    rows, split = webtext_training.spread([*sides[GOOD].rows(), *sides[ORDINARY].rows(without=sides[GOOD])])
    missing = webtext_training.too_few(rows)
    if missing:
        raise UsageError(f"{missing} ({_became(sides)})")
    say(f"training on {len(rows):,} texts, once for each fifth held out and once on all")
    try:
        study = webtext_training.study(rows, target=request.target)
    except ValueError as error:
        raise UsageError(str(error)) from None
    out.mkdir(parents=True, exist_ok=True)
    model, settings = webtext_training.train_webtext(rows, out / MODEL_NAME, study)
    _write(study, model, settings, _sources(files, request), sides, _notes(request, split, len(links)))
    return study


def _check_files(paths: Iterable[Path]) -> None:
    for path in paths:
        if not path.is_file():
            raise UsageError(f"{path} does not exist or is no file")


def _take(corpus: Corpus, label: str, sides: dict[str, Sample], links: frozenset[str], request: Request) -> None:
    """Offer a corpus' texts to the side they belong to; what is left out is counted there."""
    counts = sides[label].counts
    batch: list[Text] = []
    for text in corpus.read(counts):
        counts["read"] += 1
        if len(text.text) < request.min_chars:
            counts["too short"] += 1
            continue
        batch.append(text)
        if len(batch) == 256:
            _sort_in(batch, corpus.name, label, sides, links, request.language)
            batch = []
    _sort_in(batch, corpus.name, label, sides, links, request.language)


def _sort_in(
    batch: list[Text], name: str, label: str, sides: dict[str, Sample], links: frozenset[str], language: str
) -> None:
    spoken = _languages(batch) if language else [language] * len(batch)
    for text, code in zip(batch, spoken, strict=True):
        if code != language:
            sides[label].counts["other language"] += 1
        elif label == ORDINARY and links and corpora.canonical_url(text.url) in links:
            sides[label].counts["recommended, so good"] += 1
            sides[GOOD].add(Row(GOOD, text.group, f"{name}, recommended", text.text))
        else:
            sides[label].add(Row(label, text.group, name, text.text))


def _languages(batch: list[Text]) -> list[str]:
    from curate.classifiers import language

    return [code for code, _ in language.identify_many([text.text for text in batch])]


def _became(sides: dict[str, Sample]) -> str:
    said = []
    for name, label in (("good", GOOD), ("ordinary", ORDINARY)):
        counts = ", ".join(f"{reason} {number}" for reason, number in sorted(sides[label].counts.items()))
        said.append(f"{name}: {counts or 'nothing read'}")
    return "; ".join(said)


def _sources(files: dict[str, list[Corpus]], request: Request) -> list[tuple[str, Path]]:
    named = [("good" if label == GOOD else "ordinary", each.path) for label, found in files.items() for each in found]
    return [*named, *(("links", path) for path in sorted({*request.reddit, *request.links}))]


def _notes(request: Request, split: list[str], links: int) -> list[str]:
    notes = [f"Trained with Python {platform.python_version()}, extractor {request.extractor}."]
    if request.language:
        notes.append(f"Only texts in `{request.language}`.")
    if request.reddit or request.links:
        notes.append(f"Addresses recommended: {links:,}, so pages of the crawl with one of them are good ones.")
    if request.reddit:
        rules = request.rules
        notes.append(
            f"Posts count with a score of at least {rules.min_score}, an address nowhere marked over 18 and no text of "
            f"their own; not in subreddits {', '.join(rules.without_subreddits) or '(none)'}, nor with links to "
            f"{', '.join(rules.without_domains) or '(none)'} and sites of pictures, films and discussions."
        )
    if split:
        notes.append(f"Over a fifth of a side, so held out by page and not by domain: {', '.join(split[:10])}.")
    return notes


def _write(
    study: Study, model: ModelFile, settings: webtext.Settings, named: list[tuple[str, Path]], sides: dict[str, Sample],
    notes: list[str],
) -> None:  # fmt: skip
    sources = [(side, path.name, path.stat().st_size, sha256_of(path)) for side, path in named]
    card = webtext_report.card(
        study, model, webtext_training.settings_for(len(study.rows)), sources=sources,
        counts={"good": sides[GOOD].counts, "ordinary": sides[ORDINARY].counts}, notes=notes,
    )  # fmt: skip
    with whole_file(Path(model.path).with_suffix(".md")) as temporary:
        temporary.write_text(card, encoding="utf-8")
    write_json(webtext.settings_file(model.path), asdict(settings))


def scores_of_run(out: Path, signal: str = "quality.score") -> NDArray[np.float64]:
    """One signal of all texts of a run that reached its stage, float64 of shape [n].

    Raises UsageError when the folder is no run's or no text has such a signal.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = parts(out / SIGNALS)
    if not files:
        raise UsageError(f"{out} holds no signals/: it is not the output of a run")
    known = pq.read_schema(files[0]).names
    if signal not in known:
        raise UsageError(f"{out} has no signal {signal!r}; it has {', '.join(known[:20])}")
    column = pa.concat_tables([pq.read_table(part, columns=[signal]) for part in files]).column(signal)
    return column.drop_null().to_numpy().astype(np.float64)
