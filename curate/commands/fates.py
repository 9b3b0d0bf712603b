"""Says in words what a stage decided about one page."""

from curate.stages import Failure
from curate.terminal import harmless


def said(fate: object) -> str:
    """The fate of a page as `explain` and `replay` print it."""
    if fate is None:
        return "(not decided by one page alone)"
    if isinstance(fate, Failure):
        return harmless(f"failed: {fate.kind} {fate.detail}")
    return "kept" if fate else f"dropped: {fate.rule} is {fate.value:g}, limit {fate.limit:g}"  # type: ignore[attr-defined]
