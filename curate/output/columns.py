"""The columns of an output folder as its readers find them: FineWeb's names beside ours, and null for what is absent.

Work files have what stages add. This is what `data/` has beside that, what each column holds, and what the footer of
every Parquet file of a run says about how it was made.
"""

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from curate import __version__
from curate.census import BYTES_PER_TOKEN
from curate.documents import text_bytes
from curate.folder import DATA
from curate.recipe import Recipe, fingerprint

Edit = Callable[[pa.Table], pa.Table]
BUCKET = "s3://commoncrawl/"
_CRAWL = r"(?:^|/)(?P<dump>CC-MAIN-\d{4}(?:-\d{2,4})?|CC-NEWS)/"
_KINDS = ("hate", "threat", "insult", "obscene", "explicit")
COUNTED = ("name", "bytes", "pages", "damaged_members", "bytes_skipped")
"""What the fingerprint of the inputs is over: the same for a file here and its copy elsewhere."""

MEANINGS: Mapping[str, str] = MappingProxyType({
    "id": "32 hex digits, the same for a record of an input in every run",
    "url": "the page's address",
    "date": "when the page was captured, as the archive says: ISO 8601, UTC",
    "text": "the main text",
    "language": "ISO 639-1 code of the text's language, 639-3 where there is no shorter one",
    "language_score": "how sure that is, 0 to 1, by the language model",
    "token_count": f"UTF-8 bytes of the text / {BYTES_PER_TOKEN}, rounded: an estimate, no count",
    "dump": "the crawl, such as CC-MAIN-2026-30; null when the input is not named by a crawl's path",
    "file_path": "the archive: under s3://commoncrawl/ when its name is a crawl's path, else its name",
    "warc_path": "the name of the input",
    "warc_offset": "where the record begins in the input, in stored bytes; the row's number in a table of texts",
    "warc_length": "bytes of the record in the input",
    "charset": "the encoding that the server named",
    "opt_outs": "what the publisher asked for, such as noai; null when nothing",
    "licence": "the licence that the page shows; null when none was found",
    "spans": "what the parts of the text are, packed; null when the text was changed since",
    "copies": "copies of it that were removed, in this run and, with --against, in earlier ones",
    "copies_sites": "sites that it and they are from",
    "copies_exact": "those of them with the very same text",
    "copies_near": "those with nearly the same text",
    "copies_first": "the first capture date of it and them; null when none is known",
    "copies_last": "the last one",
    "webtext": "score by the model of texts that readers linked to, 0 to 1; the default recipe drops the lowest scores",
    "quality": "score of the value model, 0 to 1: is the text worth having",
    "toxicity": "score of the whole text, 0 to 1",
    **{f"toxicity_{kind}": f"share of the sentences that are over the limit of {kind}" for kind in _KINDS},
    "pii_spans": "stretches of personal data that were replaced in the text",
})  # fmt: skip
_FIRST = ("id", "url", "date", "text", "language", "language_score", "token_count", "dump", "file_path")
_ENDINGS = (
    ("_percentile", "percentile among all texts of the run that were scored, 0 to 100"),
    ("_count", "sentences over the limit of this kind of harm"),
    ("_place", "the character at which the worst of them begins, -1 when there is none"),
)


def meaning(name: str) -> str:
    """What a column of `data/` holds; of one that only a recipe of the user's adds, that a stage did.

    >>> meaning("quality_percentile")
    'percentile among all texts of the run that were scored, 0 to 100'
    """
    return MEANINGS.get(name) or next((told for end, told in _ENDINGS if name.endswith(end)), "added by a stage")


def edits_for(folder: str) -> tuple[Edit, ...]:
    """What is done to the rows of an output folder for its readers."""
    return (with_known_names, without_blanks) if folder == DATA else (without_blanks,)


def with_known_names(table: pa.Table) -> pa.Table:
    """The table with FineWeb's columns `token_count` (int64), `dump` and `file_path` (strings)."""
    names = table["warc_path"]
    dump = pc.struct_field(pc.extract_regex(names, _CRAWL), "dump")
    path = pc.if_else(pc.starts_with(names, "crawl-data/"), pc.binary_join_element_wise(BUCKET, names, ""), names)
    sizes = np.concatenate([text_bytes(batch) for batch in table.to_batches()] or [np.zeros(0, np.int64)])
    tokens = np.rint(sizes / BYTES_PER_TOKEN).astype(np.int64)
    for name, values in (("token_count", pa.array(tokens)), ("dump", dump), ("file_path", path)):
        table = table.append_column(name, values)
    return table.select([*(name for name in _FIRST if name in table.column_names), *_others(table)])


def _others(table: pa.Table) -> list[str]:
    return [name for name in table.column_names if name not in _FIRST]


def without_blanks(table: pa.Table) -> pa.Table:
    """The table with null for every empty string but that of a text, which may be empty."""
    for field in table.schema:
        if pa.types.is_string(field.type):
            column = table[field.name]
            known = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
            table = table.set_column(table.schema.get_field_index(field.name), field, known)
    return table


def footer(recipe: Recipe, inputs: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What the footer of every Parquet file of a run says: what made it, and of what; there is no clock in it.

    `inputs` are the accounts of the inputs, in order.
    """
    digest = sha256()
    for each in inputs:
        digest.update(repr([each[name] for name in COUNTED]).encode())
    return {
        "webcurate.version": __version__,
        "webcurate.recipe": recipe.name,
        "webcurate.recipe_fingerprint": fingerprint(recipe),
        "webcurate.inputs_fingerprint": digest.hexdigest()[:16],
    }
