"""Train the models that ship: `python -m curate.classifiers.training.main --data DATA --out MODELS [NAME ...]`.

Each model is trained on everything; the numbers in its card come from models trained the same way on four fifths of the
groups (sites, articles, sentences) and tried on the fifth they have not seen.
"""

import argparse
import sys
from pathlib import Path

from curate.classifiers import toxicity_model
from curate.classifiers.fasttext_model import SHIPPED_SHA256, ModelFile, save
from curate.classifiers.multilingual import save as save_form
from curate.classifiers.training import multilingual
from curate.classifiers.training import toxicity as toxicity_training
from curate.classifiers.training.labelled_sets import language_rows, toxicity_sentences, webtext_rows
from curate.classifiers.training.language import language_model
from curate.classifiers.training.webtext import webtext_model


def train_language(data: Path, out: Path) -> ModelFile:
    """Train the language model on the labelled sets under `data` and write it to `out`, 75 languages in 2 MB."""
    return save(language_model(language_rows(data)), out / "language.ftz")


def train_toxicity(data: Path, out: Path) -> ModelFile:
    """Train the toxicity model on the labelled sets under `data` and write it to `out`."""
    return toxicity_model.save(toxicity_training.train(toxicity_sentences(data)), out / "toxicity.npz")


def train_webtext(data: Path, out: Path) -> ModelFile:
    """Train the WebText-style model on the labelled sets under `data` and write it to `out`."""
    return save(webtext_model(webtext_rows(data)), out / "webtext.ftz")


def train_multilingual(data: Path, out: Path) -> ModelFile:
    """Train the value model for any language on the labelled pages under `data` and write it to `out`."""
    return save_form(multilingual.train(multilingual.labelled(data))[0], out / "multilingual.npz")


TRAINERS = {
    "multilingual": train_multilingual,
    "language": train_language,
    "toxicity": train_toxicity,
    "webtext": train_webtext,
}


def main(arguments: list[str] | None = None) -> int:
    """Train the named models, or all, and write the card of each; says so when a model is not the one that ships."""
    from curate.classifiers.training import cards as model_cards

    parser = argparse.ArgumentParser(
        prog="python -m curate.classifiers.training.main", description="Train the models that ship."
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the labelled sets")
    parser.add_argument("--out", type=Path, default=Path("classifiers/models"), help="where models and cards go")
    parser.add_argument("--no-card", action="store_true", help="train only; a card costs a few minutes of evaluation")
    parser.add_argument("names", nargs="*", help=f"which models: {', '.join(TRAINERS)}; all when none is named")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(TRAINERS))
    if unknown:
        parser.error(f"no model is called {unknown[0]}; there are {', '.join(TRAINERS)}")
    if not (options.data / "labelled").is_dir():
        parser.error(f"{options.data} has no folder 'labelled'")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or TRAINERS:
        model = TRAINERS[name](options.data, options.out)
        sys.stdout.write(f"{model.path} {Path(model.path).stat().st_size} bytes, SHA-256 {model.sha256}\n")
        if model.sha256 != SHIPPED_SHA256[Path(model.path).name]:
            sys.stdout.write("  not the model that ships: change SHIPPED_SHA256 in classifiers/fasttext_model.py\n")
        if not options.no_card:
            (options.out / f"{name}.md").write_text(model_cards.card(name, options.data, model), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
