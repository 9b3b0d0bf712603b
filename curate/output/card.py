"""The dataset card of a run, `README.md`: metadata that Hugging Face reads, and what a reader has to know."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from curate.filters.consent import rules_of
from curate.output.columns import meaning
from curate.output.inputs import how_many
from curate.output.markdown import code, plain, table
from curate.output.origins import Origins
from curate.yaml import dumped

SHOWN = 20
_LOAD = """```python
from datasets import load_dataset

corpus = load_dataset(FOLDER, split="train")  # the folder of this file
```
"""
SIZES = ((1e3, "n<1K"), (1e4, "1K<n<10K"), (1e5, "10K<n<100K"), (1e6, "100K<n<1M"), (1e7, "1M<n<10M"),
         (1e8, "10M<n<100M"), (1e9, "100M<n<1B"), (float("inf"), "n>1B"))  # fmt: skip


def card(out: Path, manifest: Mapping[str, Any], report: Mapping[str, Any], found: Origins) -> str:
    """The card as Markdown with its YAML head."""
    return f"---\n{dumped(_head(report, found))}---\n\n" + "\n".join(_body(out, manifest, report, found))


def _head(report: Mapping[str, Any], found: Origins) -> dict[str, object]:
    languages = [name for name, _ in top(found.counted.get("language", Counter())) if name.isascii() and name.isalpha()]
    return {
        "pretty_name": report["recipe"],
        **({"language": languages} if languages else {}),
        "license": "other",
        "task_categories": ["text-generation"],
        "size_categories": [next(name for limit, name in SIZES if found.documents < limit)],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": "data/*.parquet"}]}],
    }


def _body(out: Path, manifest: Mapping[str, Any], report: Mapping[str, Any], found: Origins) -> Iterator[str]:
    totals = report["totals"]
    yield f"# {plain(report['recipe'])}\n"
    yield (
        f"{found.documents:,} documents, {found.chars:,} characters, about {totals['tokens_out']:,} tokens: "
        f"{totals['survival_docs']:.2%} of {totals['records_in']:,} pages, curated with the recipe "
        f"{code(report['recipe'])} of webcurate {manifest['versions'].get('curate', '')}.\n"
    )
    yield _LOAD
    yield "## What it was made from\n"
    yield _inputs(report)
    yield _dates(found)
    yield f"\n## What was removed\n\n{_stages(report)}"
    yield "\n## Who decided, and what to mind\n"
    yield from _judgements(report)
    yield "\n## Licences and what publishers asked for\n"
    yield "The texts belong to their authors; no licence is given for them here. `license: other` says no more.\n"
    yield rights(report, found)
    yield "\n## Domains\n"
    rows = [(code(d.name), f"{d.documents:,}", f"{d.chars:,}") for d in found.domains[:SHOWN]]
    yield f"{table(('domain', 'documents:', 'characters:'), rows)}\n{_more(len(found.domains), SHOWN, 'domains')}"
    yield "\n## Columns\n"
    yield table(("column", "type", "what"), [(code(f.name), code(str(f.type)), meaning(f.name)) for f in _schema(out)])
    yield "\n## To make it again\n"
    yield _versions(manifest)


def _inputs(report: Mapping[str, Any]) -> str:
    rows = [
        (code(item["name"]), code(item["format"]), f"{item['bytes']:,}", f"{item.get('pages', 0):,}")
        for item in report["inputs"][:SHOWN]
    ]
    shown = table(("input", "format", "bytes:", "pages:"), rows)
    return f"{shown}\n{_more(how_many(report), SHOWN, 'inputs')}All of them, with digests, are in `manifest.json`.\n"


def _more(count: int, shown: int, what: str) -> str:
    return f"The first {shown} of {count:,} {what}.\n" if count > shown else ""


def _dates(found: Origins) -> str:
    dates = f"Captured from {code(found.first_date)} to {code(found.last_date)}. " if found.first_date else ""
    languages = found.counted.get("language", Counter())
    shown = ", ".join(f"{code(name or 'unknown')} {count:,}" for name, count in top(languages))
    return f"{dates}Languages by documents: {shown}.\n" if shown else f"{dates}\n"


def _stages(report: Mapping[str, Any]) -> str:
    because = {
        (told["name"], rule["rule"]): rule["because"] for told in report.get("about", []) for rule in told["limits"]
    }
    rows = []
    for stage in report["stages"]:
        gone = Counter(stage["dropped"]) + Counter(stage["errors"])
        reasons = [
            f"{code(rule)} {count:,}"
            + (f" ({plain(because[stage['name'], rule])})" if (stage["name"], rule) in because else "")
            for rule, count in top(gone)[:3]
        ]
        rows.append((code(stage["name"]), f"{stage['docs_in']:,}", f"{sum(gone.values()):,}", "; ".join(reasons)))
    return table(("stage", "pages in:", "removed:", "most often because"), rows)


def _judgements(report: Mapping[str, Any]) -> Iterator[str]:
    for told in report.get("about", []):
        judged = told["judgement"]
        if judged["who"]:
            mind = f" Mind: {plain(judged['mind'])}." if judged["mind"] else ""
            yield f"- {code(told['name'])}: {plain(judged['who'])}.{mind}"


def rights(report: Mapping[str, Any], found: Origins) -> str:
    """Licences that pages show, opt-outs that pages carry and what was done about them, as Markdown."""
    said: list[str] = []
    if "licence" in found.counted:
        rows = [(code(name) or "none found", f"{count:,}") for name, count in top(found.counted["licence"])[:SHOWN]]
        said.append(table(("licence that a page shows", "documents:"), rows))
    else:
        said.append("Nothing looked for licences.\n")
    if "opt_outs" in found.counted:
        kept = sum(count for asked, count in found.counted["opt_outs"].items() if asked)
        rows = [(code(asked), f"{count:,}") for asked, count in top(found.counted["opt_outs"])[:SHOWN] if asked]
        said.append(
            f"{kept:,} documents here carry an opt-out.\n"
            + (f"\n{table(('opt-out', 'documents:'), rows)}" if rows else "")
        )
    else:
        said.append("Nothing looked for opt-outs on the pages.\n")
    asked_for, honoured = opt_outs_honoured(report)
    if asked_for:
        rules = ", ".join(map(code, sorted(asked_for)))
        said.append(f"The recipe drops pages for {rules}: {sum(honoured.values()):,} pages{_listed(honoured)}.\n")
    else:
        said.append("The recipe drops no page for what its publisher asked.\n")
    taken = sum(sum(stage["dropped"].values()) for stage in report["stages"] if stage["name"] == "takedown")
    said.append(f"{taken:,} documents were taken down on request.\n" if taken else "")
    return "\n".join(each for each in said if each)


def opt_outs_honoured(report: Mapping[str, Any]) -> tuple[frozenset[str], Counter[str]]:
    """The rules of a run that honour what a publisher asked for, and the pages that each has dropped."""
    names = {rule.name for rule in rules_of("open_licence")}
    here = frozenset(r["rule"] for told in report.get("about", []) for r in told["limits"] if r["rule"] in names)
    found: Counter[str] = Counter()
    for stage in report["stages"]:
        found.update({rule: count for rule, count in stage["dropped"].items() if rule in here})
    return here, found


def _listed(found: Counter[str]) -> str:
    return f" ({', '.join(f'{code(name)} {count:,}' for name, count in top(found))})" if found else ""


def top(found: Counter[str]) -> list[tuple[str, int]]:
    """The commonest first, of equal ones the first by name."""
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def _schema(out: Path) -> Any:
    return pq.read_schema(min((out / "data").glob("part-*.parquet")))


def _versions(manifest: Mapping[str, Any]) -> str:
    made = manifest["recipe"]
    versions = ", ".join(f"{plain(name)} {code(str(version))}" for name, version in manifest["versions"].items())
    return (
        f"Recipe {code(made['name'])}, fingerprint {code(made['fingerprint'])}; digest of the output "
        f"{code(manifest['digest'])}; {versions}. The same input, recipe and versions give the same bytes; "
        "`curate verify` checks them. What the run cost is in `cost.md`, and `training_content.md` answers what the "
        "European template for the public summary of training content asks.\n"
    )
