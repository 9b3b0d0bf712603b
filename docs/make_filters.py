"""Write docs/filters.md from the rule tables and the test cases; with --check, only compare.

Everything in the page comes from `filters` and `tests/filters/cases`, so neither limits nor examples can go stale.
"""

import argparse
import json
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from curate.filters import c4, fineweb, gopher, refinedweb, signals  # noqa: E402
from curate.filters.rule_set import Dialect, RuleSet, TextEdit  # noqa: E402
from curate.filters.verdict import Rule  # noqa: E402

PAGE = ROOT / "docs" / "filters.md"
CASES = ROOT / "tests" / "filters" / "cases"
RULE_SETS = (
    gopher.quality,
    gopher.repetition,
    c4.quality,
    c4.paragraphs,
    fineweb.quality,
    refinedweb.quality,
    signals.statistics,
)
EDITS = (c4.clean_lines, refinedweb.clean_lines)
EXAMPLE_CHARS = 160
INTRO = """# Text filters

<!-- Written by docs/make_filters.py. Change filters/ or tests/filters/cases, not this page. -->

A rule set is called on a text and gives a verdict, which is true when the text is kept and otherwise names the limit
that dropped it. The first limit that is passed decides, in the order of the tables; a value equal to its limit passes.

```python
from curate.filters import c4, gopher

verdict = gopher.quality(text)                    # Verdict(rule='min_words', value=12.0, limit=50)
gopher.quality(text, min_words=30)                # another limit; None takes one away
gopher.quality(text, dialect="dolma")             # another port's reading of the same paper
gopher.quality.signals(text)                      # every number behind the verdict
gopher.quality.with_limits(min_words=30)          # a changed copy, for a recipe
gopher.quality.judge(stored_signals)              # decide again without the text
c4.clean_lines(text)                              # the edit that goes with c4.quality, which takes the raw text
```

Rule sets on one text share the work when they are given one `filters.text_view.TextView` of it.
Examples below are shortened; whole ones, and where each expectation comes from, are in `tests/filters/cases`.
"""


def sentence(docstring: str | None) -> str:
    """The first paragraph of a docstring on one line."""
    return " ".join((docstring or "").split("\n\n")[0].split())


def described(docstring: str | None) -> str:
    """A docstring without its indents, its first paragraph and the rest run together."""
    return " ".join((docstring or "").split())


def shortened(part: str | dict[str, Any]) -> str:
    """An example cut to a table cell."""
    text = part if isinstance(part, str) else part["text"] * part["repeat"]
    cut = text if len(text) <= EXAMPLE_CHARS else text[: EXAMPLE_CHARS // 2] + " […] " + text[-EXAMPLE_CHARS // 2 :]
    shown = cut.replace("\n", " ⏎ ").replace("|", "\\|").replace("<", "&lt;").replace("`", "'").strip()
    return shown or "(nothing)"


def load_cases(rules: RuleSet[Any]) -> list[dict[str, Any]]:
    """The cases of a rule set."""
    path = CASES / f"{rules.name.replace('.', '_')}.json"
    cases: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return cases


def limit_of(rule: Rule) -> str:
    """A rule's limit in words."""
    return f"at {'least' if rule.bound == 'min' else 'most'} {rule.limit:,}"


def rule_rows(rules: RuleSet[Any]) -> list[str]:
    """Table rows of a rule set: every rule of its own dialect, then those only other dialects have."""
    cases = {case["rule"]: case for case in reversed(load_cases(rules))}
    rows = ["| limit | value | dropped because | kept, for example | dropped, for example |", "|---|---|---|---|---|"]
    seen: set[str] = set()
    for dialect in (next(d for d in rules.dialects if d.name == rules.dialect), *rules.dialects):
        for rule in dialect.rules:
            if rule.name in seen:
                continue
            seen.add(rule.name)
            case, only = cases[rule.name], "" if dialect.name == rules.dialect else f" ({dialect.name} only)"
            examples = f"{shortened(case['kept'])} | {shortened(case['dropped'])}"
            rows.append(f"| `{rule.name}`{only} | {limit_of(rule)} | {rule.because} | {examples} |")
    return rows


def reading_of(dialect: Dialect[Any], default: Dialect[Any]) -> str:
    """What a dialect reads otherwise than the default one, by field."""
    names = [field.name for field in fields(dialect.reading)]
    changed = [
        f"`{name}={getattr(dialect.reading, name)!r}`"
        for name in names
        if dialect is default or getattr(dialect.reading, name) != getattr(default.reading, name)
    ]
    limits = {rule.name: rule.limit for rule in default.rules}
    changed += [f"`{r.name}={r.limit}`" for r in dialect.rules if r.name in limits and limits[r.name] != r.limit]
    changed += ["prose alone: code, tables and formulas are left out"] if dialect.prose_only else []
    return ", ".join(changed).replace("|", "\\|") or "the same"


def dialect_rows(thing: RuleSet[Any] | TextEdit[Any]) -> list[str]:
    """Table rows of the dialects of a rule set or an edit."""
    default = next(dialect for dialect in thing.dialects if dialect.name == thing.dialect)
    rows = ["| dialect | as read from | reading; for others, what differs |", "|---|---|---|"]
    for dialect in thing.dialects:
        name = f"`{dialect.name}`" + (" (default)" if dialect is default else "")
        rows.append(f"| {name} | {dialect.source} | {reading_of(dialect, default)} |")
    return rows


def section(rules: RuleSet[Any]) -> list[str]:
    """One rule set: its sources, its rules, its dialects, its signals."""
    sources = sorted({rule.source for dialect in rules.dialects for rule in dialect.rules})
    reading = next(dialect.reading for dialect in rules.dialects if dialect.name == rules.dialect)
    signals_line = ", ".join(f"`{name}`" for name in rules.signals(""))
    edit = next((edit.name for edit in EDITS if edit.name.split(".")[0] == rules.name.split(".")[0]), "")
    partner = [f"Judges what `{edit}` makes of the text.", ""] if edit and rules.name.endswith("quality") else []
    return [
        f"\n## {rules.name}\n",
        f"{sentence(rules.measure.__doc__)} Source: {'; '.join(sources)}.\n",
        *partner,
        *rule_rows(rules),
        "",
        f"Signals: {signals_line}.\n",
        f"{described(type(reading).__doc__)}\n",
        *dialect_rows(rules),
    ]


def disagreements() -> list[str]:
    """Where a rule set is known to differ from its source; each is a test that has to fail."""
    cases = json.loads((CASES / "known_disagreements.json").read_text(encoding="utf-8"))
    lines = ["\n## Known disagreements\n", "| rule set, dialect | on the text | why |", "|---|---|---|"]
    return lines + [f"| {c['rules']}, {c['dialect']} | {shortened(c['text'])} | {c['source']} |" for c in cases]


def page() -> str:
    """The whole page."""
    lines = [INTRO.rstrip()]
    for rules in RULE_SETS:
        lines += section(rules)
    lines += disagreements()
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page, or compare it with what would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is stale")
    if parser.parse_args().check:
        stale = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page()
        if stale:
            sys.stderr.write("docs/filters.md is stale: run python docs/make_filters.py\n")
        return int(stale)
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
