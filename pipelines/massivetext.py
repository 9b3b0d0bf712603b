"""MassiveWeb's recipe (Rae et al. 2021, "Scaling Language Models", appendix A): quality, repetition, duplicates.

- Quality before repetition, as in the paper, in the reading of DCLM, which is the closest to its wording.
- Near-duplicates at a Jaccard similarity of 0.8, exact ones before.
- `massivetext:fast` has our own extractor in place of trafilatura: docs/speed.md says what that changes.
"""

from curate.filters import gopher
from curate.filters.url import UrlRules
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, Language, NearDuplicates, Prefilter, Read, Rules, Urls

recipe = Recipe(
    name="massivetext",
    stages=(
        Read(),
        Urls(UrlRules()),
        Prefilter(),
        Extract("trafilatura"),
        Language(keep=("en",), min_probability=0.65),
        Rules(gopher.quality.with_dialect("dclm")),
        Rules(gopher.repetition.with_dialect("dclm")),
        ExactDuplicates(),
        NearDuplicates(threshold=0.8),
    ),
)
fast = recipe.with_extractor("blocks", "massivetext:fast")
