"""What `help` shows of a rule set: every limit with its reason and source, the dialects, and whose judgement it is."""

from collections.abc import Callable
from typing import Any


class Explained:
    """The docstring of a class, and of each of its instances what that one does: `help(gopher.quality)` shows it."""

    def __init__(self, doc: str | None, explain: Callable[[Any], str]) -> None:
        self.doc, self.explain = doc, explain

    def __get__(self, rules: Any, owner: type) -> str | None:
        """The text for an instance, or for the class."""
        return self.doc if rules is None else self.explain(rules)


def explained(rules: Any) -> str:
    """The limits of a rule set in the order they are tried, each with its reason and source, and its dialects.

    >>> from curate.filters import gopher
    >>> print(explained(gopher.quality).splitlines()[3])
      min_words 50: it is too short (Gopher (Rae et al. 2021), appendix A.1.1)
    """
    head = f"Judge a text by {rules.name} in the dialect {rules.dialect}: the first limit that it goes past drops it."
    lines = [head, "", "Limits, each a keyword; None takes one away:"]
    for rule in rules.rules:
        source = f" ({rule.source})" if rule.source else ""
        lines.append(f"  {rule.name} {rule.limit:g}: {rule.because or rule.signal}{source}")
    lines += ["", "Dialects, by the keyword `dialect`:"]
    lines += [f"  {each.name}: {each.source or 'as the paper says'}" for each in rules.dialects]
    judgement = rules.judgement
    lines += ["", f"Whose judgement this is: {judgement.who}.", f"What it may wrong: {judgement.mind}."]
    lines += ["", "Also `.kept(text)`, `.batch(texts)`, `.signals(text)`, `.with_limits(...)`, `.with_dialect(name)`."]
    return "\n".join(lines)
