"""Random archives in every format with random damage: what is sound is read byte for byte, what is not is counted.

    python bench/damage.py [--tries 100] [--seed 1000] [--only "warc members"]

`--tries` is per format. The generator and what is asked of a reader are those of the test suite; see docs/faults.md.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.curate import damage
from tests.curate.test_damage import tried


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    wrong = 0
    print("| format | damaged files | wrong | CPU s |\n|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for kind, pack in damage.KINDS:
            name = f"{kind} {pack}".strip()
            if options.only not in name:
                continue
            started, here = time.process_time(), 0
            for seed in range(options.seed, options.seed + options.tries):
                try:
                    found = tried(kind, pack, seed, Path(folder))
                except Exception as error:
                    found = f"{type(error).__name__}: {error}"
                if found:
                    here += 1
                    print(f"WRONG {name} {seed}: {found}", file=sys.stderr, flush=True)
            wrong += here
            print(f"| {name} | {options.tries} | {here} | {time.process_time() - started:.1f} |", flush=True)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
