"""Croissant metadata of a run, `croissant.json`: its files with digests, its columns, and how it was made.

Source: the Croissant format specification 1.0 and its vocabulary for responsible AI, MLCommons.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from curate.output.columns import meaning
from curate.output.markdown import one_line
from curate.output.origins import Origins

_TERMS = (
    "citeAs column equivalentProperty extract field fileObject fileProperty fileSet format includes isLiveDataset "
    "jsonPath key md5 parentField path recordSet references regex repeated replace samplingRate separator source "
    "subField transform"
)
CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/", "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/", "dct": "http://purl.org/dc/terms/", "conformsTo": "dct:conformsTo",
    **{name: f"cr:{name}" for name in _TERMS.split()},
    "data": {"@id": "cr:data", "@type": "@json"}, "examples": {"@id": "cr:examples", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
}  # fmt: skip
PARQUET = "application/x-parquet"
_PARTS = {
    "@type": "cr:FileSet",
    "@id": "parts",
    "name": "parts",
    "encodingFormat": PARQUET,
    "includes": "data/*.parquet",
}


def croissant(out: Path, manifest: Mapping[str, Any], report: Mapping[str, Any], found: Origins) -> str:
    """The metadata as JSON-LD; paths are relative to the file."""
    files = [item for item in manifest["outputs"] if item["file"].startswith("data/")]
    removing = [f"{stage['name']} removed {sum(stage['dropped'].values()):,} pages" for stage in report["stages"]]
    about = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": one_line(report["recipe"]) or "corpus",
        "description": f"{found.documents:,} documents curated from {report['totals']['records_in']:,} pages.",
        "version": manifest["versions"].get("curate", "0"),
        "rai:dataCollection": "Main text of captured web pages; the archives are named in manifest.json.",
        **({"rai:dataCollectionTimeframe": [found.first_date, found.last_date]} if found.first_date else {}),
        "rai:dataPreprocessingProtocol": removing,
        "distribution": [_PARTS, *map(_file, files)],
        "recordSet": [_records(pq.read_schema(out / files[0]["file"]))],
    }
    return json.dumps(about, indent=1, ensure_ascii=True) + "\n"


def _file(item: Mapping[str, Any]) -> dict[str, object]:
    return {
        "@type": "cr:FileObject", "@id": item["file"], "name": item["file"], "contentUrl": item["file"],
        "contentSize": f"{item['bytes']} B", "encodingFormat": PARQUET, "sha256": item["sha256"],
    }  # fmt: skip


def _records(schema: pa.Schema) -> dict[str, object]:
    fields = [
        {
            "@type": "cr:Field", "@id": f"documents/{field.name}", "name": field.name,
            "description": meaning(field.name),
            "dataType": _type(field.type), "source": {"fileSet": {"@id": "parts"}, "extract": {"column": field.name}},
        }
        for field in schema
    ]  # fmt: skip
    return {
        "@type": "cr:RecordSet",
        "@id": "documents",
        "name": "documents",
        "key": {"@id": "documents/id"},
        "field": fields,
    }


def _type(column: pa.DataType) -> str:
    if pa.types.is_boolean(column):
        return "sc:Boolean"
    if pa.types.is_integer(column):
        return "sc:Integer"
    return "sc:Float" if pa.types.is_floating(column) else "sc:Text"
