"""The README of a mixture: what is seen how often, as tables, all from its ledger and manifest."""

from collections.abc import Mapping, Sequence
from typing import Any

TOP = 10


def readme(found: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """The text of README.md for a mixture."""
    tokenizer, inputs = manifest["tokenizer"], manifest["inputs"]
    lines = [
        f"# {found['plan']}, as {found['format']}",
        "",
        f"{manifest['tokens']:,} tokens were asked for. Token counts leave out the token between documents.",
        f"Tokenizer: {tokenizer['size']:,} tokens, sha256 {tokenizer['sha256']}; `{tokenizer['end']}` ends a document.",
        f"Seed {manifest['seed']}. `ledger/` has a row for every document, `ledger.json` the sums below.",
        "",
        *_table(("source", "digest of its output"), [(each["name"], each["digest"]) for each in inputs]),
        "## Phases",
        *_table(
            ("phase", "bucket", "planned", "laid out", "documents", "tokens", "epochs"),
            [_phase_row(phase, bucket) for phase in found["phases"] for bucket in phase["buckets"]],
        ),
        *(f"**{phase['phase']}**: {phase['note']}\n" for phase in found["phases"] if phase["note"]),
        "## How often documents are seen",
        *_table(
            ("times", "documents"),
            [(often, f"{count:,}") for often, count in found["exposure"]["documents_by_sightings"].items()],
        ),
    ]
    phases = [phase["phase"] for phase in found["phases"]]
    titles = {"source": ("source", ""), "licence": ("licence", "none known"), "opt_outs": ("opt-out", "none")}
    titles["site"] = ("site", "none known")
    for group, (title, none) in titles.items():
        lines += [f"## By {title}", *_exposure(found["exposure"][group], group, title, none, phases)]
    return "\n".join(lines) + "\n"


def _phase_row(phase: Mapping[str, Any], bucket: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        phase["phase"],
        bucket["bucket"],
        f"{bucket['planned']:.2%}",
        f"{bucket['weight']:.2%}",
        f"{bucket['documents']:,}",
        f"{bucket['tokens']:,}",
        f"{bucket['epochs']:.2f}",
    )


def _exposure(rows: Sequence[Mapping[str, Any]], group: str, title: str, none: str, phases: Sequence[str]) -> list[str]:
    head = (title, "documents", "tokens", *(f"seen in {phase}" for phase in phases), "seen in all")
    body = [
        (
            _cell(row[group]) or none,
            f"{row['documents']:,}",
            f"{row['tokens']:,}",
            *(f"{row['tokens_seen'][phase]:,}" for phase in (*phases, "sum")),
        )
        for row in rows[:TOP]
    ]
    rest = [f"and {len(rows) - TOP:,} more", ""] if len(rows) > TOP else []
    return [*_table(head, body), *rest]


def _cell(text: str) -> str:
    """A value from the web as a cell: nothing in it can end the cell or be markup."""
    return "".join(char if char.isalnum() or char in " .-_:/" else f"&#{ord(char)};" for char in text)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [*("| " + " | ".join(line) + " |" for line in lines), ""]
