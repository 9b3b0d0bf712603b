"""Trains a value model on labels of one's own: texts, each with a value from 0 to 5 and its source."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from curate.classifiers import value_model
from curate.classifiers.fasttext_model import ModelFile
from curate.classifiers.training import value_report
from curate.classifiers.training.value import train
from curate.classifiers.training.value_examples import Example
from curate.errors import UsageError
from curate.files import sha256_of, whole_file
from curate.training.learned import SUFFIX, write_learned
from curate.training.texts import site_of

MODEL_NAME = "quality.npz"


def read_labels(path: Path) -> list[Example]:
    """The labelled texts of a JSON Lines or Parquet file with `text`, `value` and, for leaving out, `source` or `url`.

    `source` is the collection a text came from; without one it is the site of `url`, and without that the text stands
    for itself. `format` and `topic` are taken where there are any. Raises UsageError for a file that cannot be read, a
    row without a text, and a value that is no number from 0 to 5.
    """
    if not path.is_file():
        raise UsageError(f"{path} does not exist or is no file")
    try:
        return [_example(row, f"{path}, row {number}") for number, row in enumerate(_rows(path), 1)]
    except (OSError, EOFError, UnicodeDecodeError, pa.ArrowException) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None


def _rows(path: Path) -> Iterator[Mapping[str, object]]:
    if path.suffix == ".parquet":
        yield from pq.read_table(path).to_pylist()
        return
    with pa.input_stream(str(path)) as stream:
        for number, line in enumerate(stream.read().decode("utf-8-sig").split("\n"), 1):
            if line.strip():
                yield _row(line, f"{path}, line {number}")


def _row(line: str, place: str) -> Mapping[str, object]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise UsageError(f"{place} is no JSON object")
    return row


def _example(row: Mapping[str, object], place: str) -> Example:
    text, value = row.get("text"), row.get("value")
    if not isinstance(text, str) or not text:
        raise UsageError(f"{place} has no text: labels for training need `text` and `value`")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 5:
        raise UsageError(f"{place} has the value {value!r}, and it has to be a number from 0 to 5")
    url = str(row.get("url") or "")
    source = str(row.get("source") or site_of(url, text))
    return Example(text, float(value), source, url, str(row.get("format") or ""), str(row.get("topic") or ""))


def train_values(labels: list[Path], out: Path, *, say: Callable[[str], None]) -> ModelFile:
    """Train a value model on label files; writes `quality.npz` and its card `quality.md` to `out`.

    Raises UsageError when a file is wrong or there are too few sources. The same labels give the same bytes.
    """
    examples = [example for path in labels for example in read_labels(path)]
    counts = Counter(example.source for example in examples)
    say(f"training on {len(examples):,} texts of {len(counts):,} sources, and trying it on sources left out")
    try:
        model, _ = train(examples)
    except ValueError as error:
        raise UsageError(str(error)) from None
    out.mkdir(parents=True, exist_ok=True)
    written = value_model.save(model, out / MODEL_NAME)
    body = value_report.numbers(value_report.study(examples))
    files = "\n".join(f"- {path.name}, SHA-256 `{sha256_of(path)[:16]}`" for path in labels)
    with whole_file(out / "quality.md") as temporary:
        temporary.write_text(
            f"# Quality\n\n{MODEL_NAME}, SHA-256 `{written.sha256}`. Labels:\n\n{files}\n\n{body}", encoding="utf-8"
        )
    write_learned(out / f"quality{SUFFIX}", written.sha256, (site_of(each.key, each.text) for each in examples))
    return written
