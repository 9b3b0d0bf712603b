"""Simple text early, everything in the middle, the best last; the default plan of `curate mix`.

- Every document is in the first bucket it fits: what is a fifth or more code, formulas and tables; the best fifth of
  the tokens by the value model; of the rest the half that compresses better, which is plainer; and what is left.
- `warm`, a tenth of the tokens, is mostly plain: as a warm-up, easy text first gained where a whole run of it did not.
- `main`, seven tenths, takes every bucket as it is, and better documents somewhat more often.
- `anneal`, the last fifth, is for the time in which the learning rate falls: mostly the best, and code and formulas.
- No document is seen more than four times. What many sites had published counts for more, twice as much at most.
- Phases are shuffled inside, since most trainers would undo a strict order. Evidence and doubts: docs/curriculum.md.
"""

from curate.mixture.plan import Between, Bucket, Copies, Curve, Phase, Plan, Ranked

plan = Plan(
    name="curriculum",
    buckets=(
        Bucket("structured", Between("structure_char_fraction", low=0.2), may_be_empty=True),
        Bucket("best", Ranked("quality", low=0.8)),
        Bucket("plain", Ranked("compression_ratio", low=0.5)),
        Bucket("dense"),
    ),
    phases=(
        Phase("warm", share=0.1, weights={"plain": 0.7, "best": 0.2, "dense": 0.1}),
        Phase("main", share=0.7, curve=Curve("quality", growth=1.0)),
        Phase(
            "anneal",
            share=0.2,
            weights={"best": 0.6, "structured": 0.2, "dense": 0.2},
            curve=Curve("quality", growth=2.0),
            note="Let the learning rate fall only moderately here, or average the last checkpoints: what is read at "
            "nearly no learning rate teaches nearly nothing (2511.18903).",
        ),
    ),
    max_epochs=4,
    copies=Copies(power=0.25, max_weight=2.0),
)
