"""Train the models that ship: `python -m classifiers.train --data ../shared/data --out classifiers/models [NAME ...]`."""

import argparse
import sys
from pathlib import Path

from classifiers import language, quality, toxicity
from classifiers.fasttext_model import Classifier, ModelFile, save, train
from classifiers.training_data import Row, language_rows, quality_rows, toxicity_rows

LANGUAGE_SETTINGS = {"dim": 16, "minn": 2, "maxn": 4, "bucket": 100_000, "lr": 0.5, "epoch": 25, "minCount": 3, "loss": "softmax"}


def language_model(rows: list[Row]) -> Classifier:
    """A language classifier trained on rows."""
    return train(((row.label, language.letters(row.text)) for row in rows), LANGUAGE_SETTINGS)


def train_language(data: Path, out: Path) -> ModelFile:
    """Train the language model on the labelled sets in `data` and write it to `out`."""
    return save(language_model(language_rows(data)), out / "language.ftz")


QUALITY_SETTINGS = {"dim": 16, "wordNgrams": 2, "bucket": 100_000, "lr": 0.2, "epoch": 25, "minCount": 3, "loss": "softmax"}


def quality_model(rows: list[Row]) -> Classifier:
    """A quality classifier trained on rows."""
    return train(((row.label, quality.words(row.text)) for row in rows), QUALITY_SETTINGS)


def train_quality(data: Path, out: Path) -> ModelFile:
    """Train the quality model on the labelled sets in `data` and write it to `out`."""
    return save(quality_model(quality_rows(data)), out / "quality.ftz")


TOXICITY_SETTINGS = {
    "dim": 16, "wordNgrams": 2, "minn": 3, "maxn": 5, "bucket": 100_000, "lr": 0.1, "epoch": 10, "minCount": 3, "loss": "softmax"
}


def toxicity_model(rows: list[Row]) -> Classifier:
    """A toxicity classifier trained on rows."""
    return train(((row.label, toxicity.words(row.text)) for row in rows), TOXICITY_SETTINGS)


def train_toxicity(data: Path, out: Path) -> ModelFile:
    """Train the toxicity model on the labelled sets in `data` and write it to `out`."""
    return save(toxicity_model(toxicity_rows(data)), out / "toxicity.ftz")


TRAINERS = {"language": train_language, "toxicity": train_toxicity, "quality": train_quality}


def main(arguments: list[str] | None = None) -> int:
    """Train the named models, or all."""
    parser = argparse.ArgumentParser(prog="python -m classifiers.train", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("classifiers/models"))
    parser.add_argument("names", nargs="*", help="which models; all when none is named")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(TRAINERS))
    if unknown:
        parser.error(f"no model is called {unknown[0]}; there are {', '.join(TRAINERS)}")
    for name in options.names or TRAINERS:
        model = TRAINERS[name](options.data, options.out)
        sys.stdout.write(f"{model.path} {model.sha256} {Path(model.path).stat().st_size}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
