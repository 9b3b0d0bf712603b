"""Limits read off labelled pages: the published rules that are worth what they cost, beside a model of value.

A language model read 3,348 pages of 176 sources against a written rubric. Most published limits drop many pages worth
having for each page of junk, and a value model finds the junk without them. What is left here drops next to nothing
worth having, and says why in words that a score cannot. docs/judgement.md has the count behind every limit.
"""

from collections.abc import Iterable
from dataclasses import replace

from curate.filters.rule_set import Dialect, Reading
from curate.filters.verdict import Rule

# A text of which nine tenths are code, tables or formulas has nothing for rules of prose to judge; the model of value
# judges it all the same.
LEAST_PROSE = 0.1
MEASURED = "measured on labelled pages, docs/judgement.md, table 2"


def measured(reading: Reading, rules: Iterable[Rule], **limits: float) -> Dialect[Reading]:
    """The named ones of a published table's rules, in its order, with limits measured here, for prose alone.

    A rule that is not named is left out, and so are the code, tables and formulas of a text. Raises KeyError for a
    name that the table does not have. A text that is hardly prose at all passes.

    >>> rules = [Rule("words", "min", 50), Rule("curly_bracket_lines", "max", 0)]
    >>> [(rule.name, rule.limit) for rule in measured(None, rules, min_words=40).rules]
    [('min_words', 40)]
    """
    table = {rule.name: rule for rule in rules}
    if unknown := sorted(set(limits) - set(table)):
        raise KeyError(unknown[0])
    chosen = (
        replace(rule, limit=limits[name], source=MEASURED, least_prose=LEAST_PROSE)
        for name, rule in table.items()
        if name in limits
    )
    return Dialect("measured", reading, tuple(chosen), MEASURED, prose_only=True)
