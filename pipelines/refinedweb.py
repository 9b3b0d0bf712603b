"""RefinedWeb's recipe (Penedo et al. 2023), in the details of DCLM's reproduction of it.

- Addresses, main text, English at 0.65, Gopher quality and repetition, then line corrections; a page goes when they
  take more than a twentieth of its words.
- Exact and near-duplicates after the filters. The paper also cuts repeated spans of 50 tokens; that is not done here.
- `refinedweb:fast` has our own extractor in place of trafilatura: docs/speed.md says what that changes.
"""

from curate.filters import gopher, refinedweb
from curate.filters.url import UrlRules
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, Language, NearDuplicates, Prefilter, Read, Rules, Urls

recipe = Recipe(
    name="refinedweb",
    stages=(
        Read(),
        Urls(UrlRules()),
        Prefilter(),
        Extract("trafilatura"),
        Language(keep=("en",), min_probability=0.65),
        Rules(gopher.quality.with_dialect("dclm")),
        Rules(gopher.repetition.with_dialect("dclm")),
        Rules(refinedweb.quality, edit=refinedweb.clean_lines),
        ExactDuplicates(),
        NearDuplicates(threshold=0.8),
    ),
)
fast = recipe.with_extractor("blocks", "refinedweb:fast")
