"""Model files: what is refused, and what hostile text does to a prediction."""

import pickle
import random
import struct
from pathlib import Path
from typing import Any

import fasttext
import numpy as np
import pytest

from curate.classifiers import fasttext_arrays, fasttext_model
from curate.classifiers.fasttext_format import check_structure
from curate.classifiers.fasttext_model import ModelError, ModelFile

ROWS = [("warm", f"sun beach summer heat {n}") for n in range(40)] + [
    ("cold", f"snow ice winter frost {n}") for n in range(40)
]
SETTINGS = {"dim": 8, "lr": 0.5, "epoch": 20, "minCount": 1, "bucket": 1000, "wordNgrams": 2}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> ModelFile:
    return fasttext_model.save(fasttext_model.train(ROWS, SETTINGS), tmp_path_factory.mktemp("model") / "tiny.ftz")


def test_same_rows_give_the_same_bytes_in_any_order(tiny: ModelFile, tmp_path: Path) -> None:
    """Training is reproducible bit for bit and does not depend on the order of its rows."""
    again = fasttext_model.save(fasttext_model.train(reversed(ROWS), SETTINGS), tmp_path / "again.ftz")
    assert again.sha256 == tiny.sha256
    assert not list(tmp_path.glob("*.part"))


def test_a_trained_model_tells_its_labels_apart(tiny: ModelFile) -> None:
    """Best label and probability of a label agree with what was taught."""
    assert [label for label, _ in fasttext_model.best_labels(tiny, ["snow and frost", "summer sun"])] == [
        "cold",
        "warm",
    ]
    scores = fasttext_model.label_probability(tiny, ["snow and frost", "summer sun"], "cold")
    assert scores.dtype == np.float32
    assert scores[0] > 0.5 > scores[1]


@pytest.mark.parametrize("model", ["language.ftz", "webtext.ftz"])
def test_shipped_models_are_the_ones_their_digests_name(model: str) -> None:
    """Every shipped model has its digest in the table, a sound structure and a card that names the same digest."""
    file = fasttext_model.shipped(model)
    assert fasttext_model.digest(file.path) == file.sha256
    check_structure(file.path)
    assert file.sha256 in Path(file.path).with_suffix(".md").read_text(encoding="utf-8")


def test_all_shipped_models_fit_in_six_megabytes() -> None:
    """The models that come with the project stay small."""
    assert sum(path.stat().st_size for path in fasttext_model.MODELS.glob("*.ftz")) <= 6_000_000


def test_a_swapped_model_is_refused_by_name_and_digest(tiny: ModelFile) -> None:
    """A file with another digest than it should have is never loaded."""
    expected = "0" * 64
    with pytest.raises(ModelError) as caught:
        fasttext_model.load(ModelFile(tiny.path, expected))
    assert tiny.path in str(caught.value)
    assert tiny.sha256 in str(caught.value)
    assert expected in str(caught.value)


def test_a_file_swapped_after_loading_is_refused(tiny: ModelFile, tmp_path: Path) -> None:
    """The cache does not hide that the file has changed."""
    copy = ModelFile(str(tmp_path / "copy.ftz"), tiny.sha256)
    Path(copy.path).write_bytes(Path(tiny.path).read_bytes())
    fasttext_model.load(copy)
    Path(copy.path).write_bytes(Path(tiny.path).read_bytes() + b"x")
    with pytest.raises(ModelError):
        fasttext_model.load(copy)


def test_every_truncation_is_refused_without_a_digest(tiny: ModelFile, tmp_path: Path) -> None:
    """fastText itself hangs on a file that was cut; here every cut is an error that names the file."""
    whole = Path(tiny.path).read_bytes()
    cut = tmp_path / "cut.ftz"
    for length in [*range(0, 400, 7), *range(400, len(whole), max(1, len(whole) // 150)), len(whole) - 1]:
        cut.write_bytes(whole[:length])
        with pytest.raises(ModelError, match=r"cut\.ftz"):
            fasttext_model.load(ModelFile(str(cut)))


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    """An HTML error page, an empty file, a missing file, a folder and absurd sizes are errors, not crashes."""
    page = tmp_path / "page.bin"
    page.write_text("<html>404</html>" * 50)
    empty = tmp_path / "empty.bin"
    empty.touch()
    absurd = tmp_path / "absurd.bin"
    absurd.write_bytes(struct.pack("<2i", 793712314, 12) + b"\xff" * 400)
    for path in (page, empty, absurd, tmp_path / "missing.bin", tmp_path):
        with pytest.raises(ModelError):
            fasttext_model.load(ModelFile(str(path)))


@pytest.mark.parametrize("quantised", [False, True])
def test_structure_check_agrees_with_the_library(tmp_path: Path, quantised: bool) -> None:
    """Whole models that fastText writes pass, quantised or not; a model of word vectors is named as such."""
    source = tmp_path / "rows.txt"
    source.write_text("".join(f"__label__{number} word{number} text\n" for number in range(300)))
    model = fasttext.train_supervised(str(source), dim=10, minCount=1, bucket=2000, minn=2, maxn=3, thread=1, verbose=0)
    if quantised:
        model.quantize(str(source), qnorm=False, qout=True, cutoff=900, thread=1, verbose=0)
    model.save_model(str(tmp_path / "model.bin"))
    check_structure(tmp_path / "model.bin")


def test_word_vectors_are_refused(tmp_path: Path) -> None:
    """A fastText file without labels cannot classify."""
    source = tmp_path / "rows.txt"
    source.write_text("some words here\n" * 50)
    fasttext.train_unsupervised(str(source), dim=4, minCount=1, bucket=50, thread=1, verbose=0).save_model(
        str(tmp_path / "vectors.bin")
    )
    with pytest.raises(ModelError, match="word vectors"):
        fasttext_model.load(ModelFile(str(tmp_path / "vectors.bin")))


def test_an_unknown_label_is_an_error_that_lists_the_known(tiny: ModelFile) -> None:
    """Asking for a label the model does not have names those it has."""
    with pytest.raises(ModelError, match="cold, warm"):
        fasttext_model.label_probability(tiny, ["x"], "hot")


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "a\0b", "\ud800 lone \udfff", "</s>", "__label__cold", "x" * 2_000_000, "word " * 200_000]
)
def test_predictions_are_total(tiny: ModelFile, text: str) -> None:
    """No text raises, and every probability lies in [0, 1]."""
    ((_, probability),) = fasttext_model.best_labels(tiny, [text])
    (score,) = fasttext_model.label_probability(tiny, [text], "cold")
    assert 0.0 <= probability <= 1.0
    assert 0.0 <= score <= 1.0


def test_an_end_mark_in_the_text_hides_nothing(tiny: ModelFile) -> None:
    """fastText stops reading at the word </s>: a page must not be able to hide the rest of itself behind it."""
    plain, hidden = fasttext_model.label_probability(
        tiny, ["sun snow ice winter frost", "sun </s> snow ice winter frost"], "cold"
    )
    assert plain == pytest.approx(hidden, abs=1e-6)


def test_a_model_file_can_be_sent_to_a_worker(tiny: ModelFile) -> None:
    """What crosses process borders is the path and the digest, not the loaded model."""
    assert pickle.loads(pickle.dumps(tiny)) == tiny


KINDS = [
    {"wordNgrams": 1, "minn": 2, "maxn": 4},
    {"wordNgrams": 3, "minn": 0, "maxn": 0},
    {"wordNgrams": 2, "minn": 1, "maxn": 3, "dim": 5, "bucket": 3000},
    {"wordNgrams": 2, "loss": "hs"},
]


def _same_as_the_library(file: ModelFile, texts: list[str], *, arrays: bool) -> None:
    """The library gives the same probabilities, to the seventh digit, and the same best labels."""
    library, names = fasttext_model.load(file), fasttext_model.label_names(file)
    assert (fasttext_arrays.read(file.path) is not None) == arrays
    found = library.predict([fasttext_model.one_line(text) for text in texts], k=-1)
    wanted = [dict(zip(labels, values, strict=True)) for labels, values in zip(*found, strict=True)]
    for name in names:
        here = fasttext_model.label_probability(file, texts, name)
        assert here == pytest.approx([min(each.get(f"__label__{name}", 0.0), 1.0) for each in wanted], rel=1e-6)
    best = [max(each, key=each.get).removeprefix("__label__") if each else "" for each in wanted]
    assert [label for label, _ in fasttext_model.best_labels(file, texts)] == best


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("quantised", [True, False])
def test_arrays_give_the_librarys_numbers(kind: dict[str, Any], tmp_path: Path, *, quantised: bool) -> None:
    """Models of every kind say the same whether arrays or the library read them."""
    rows = tmp_path / "rows.txt"
    rows.write_text("".join(f"__label__{label} {text}\n" for label, text in ROWS), encoding="utf-8")
    settings = SETTINGS | kind
    model = fasttext.train_supervised(str(rows), thread=1, seed=1, verbose=0, **settings)
    if quantised:
        model.quantize(str(rows), qnorm=True, retrain=False, thread=1, verbose=0)
    file = fasttext_model.save(model, tmp_path / "model.bin")
    draw = random.Random(5)
    words = [
        "snow",
        "frost",
        "sun",
        "summer",
        "snö",
        "日本",
        "a",
        "ß\u200b",
        "</s>",
        "\t",
        "\n",
        "<",
        "\ud800",
        "snowfrost",
    ]
    texts = ["", " ", *(" ".join(draw.choices(words, k=draw.randrange(1, 9))) for _ in range(60))]
    uneven = quantised and "dim" in kind  # rows of five numbers, whose last code stands for one
    _same_as_the_library(file, texts, arrays="loss" not in kind and not uneven)


@pytest.mark.parametrize("model", ["language.ftz", "webtext.ftz"])
def test_the_shipped_models_are_read_as_arrays(model: str) -> None:
    """So are those that ship."""
    text = "Der Fluss entspringt in den Bergen; the river rises in the hills, 0 km away, l'eau coule. 川は山から流れる"
    words = text.split()
    texts = [text, *(" ".join(words[k:]) for k in range(len(words))), *words]
    _same_as_the_library(fasttext_model.shipped(model), texts, arrays=True)
