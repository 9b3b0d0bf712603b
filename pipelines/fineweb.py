"""FineWeb's recipe (Penedo et al. 2024), in its order: heuristics first, near-duplicates last.

- URL rules, main text, English at 0.65, Gopher repetition and quality, C4 without its end-mark rule, FineWeb's rules.
- MinHash over word 5-grams in 14 bands of 8 rows, as in the paper; but here a candidate is verified on the texts, and a
  page goes only for its own similarity to a kept one, never through a chain.
- E-mail and IP addresses are redacted, nothing is dropped for them.
- `fineweb:fast` has our own extractor in place of trafilatura: docs/speed.md says what that changes.
"""

from curate.dedup.minhash import FINEWEB
from curate.filters import c4, fineweb, gopher
from curate.filters.url import UrlRules
from curate.recipe import Recipe
from curate.stages import Extract, Language, NearDuplicates, Prefilter, Read, Redact, Rules, Urls

recipe = Recipe(
    name="fineweb",
    stages=(
        Read(),
        Urls(UrlRules()),
        Prefilter(),
        Extract("trafilatura"),
        Language(keep=("en",), min_probability=0.65),
        Rules(gopher.repetition),
        Rules(gopher.quality),
        Rules(c4.quality.with_dialect("fineweb"), edit=c4.clean_lines.with_dialect("fineweb")),
        Rules(fineweb.quality),
        NearDuplicates(threshold=0.75, settings=FINEWEB),
        Redact(entities=frozenset({"EMAIL_ADDRESS", "IP_ADDRESS"}), max_pii_spans=None),
    ),
)
fast = recipe.with_extractor("blocks", "fineweb:fast")
