"""Five hundred hostile archives at full size through the default recipe: what becomes of each, and what it costs.

    python bench/hostile.py [--scale 1.0] [--recipe webtext]

Each archive is read and walked through every stage in this process (extraction in its sandbox), with its CPU time; then
all of them together are one run, which has to add up.
"""

import argparse
import io
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def cpu() -> float:
    from curate.extract.child_process import SandboxLimits
    from curate.stages.pages import _sandbox

    return time.process_time() + _sandbox(SandboxLimits()).cpu_seconds


def fate(recipe, data: bytes) -> str:
    """What the archive came to: of its last page, the stage that decided, or why there was none."""
    from curate.engine.flow import Failure
    from curate.errors import NotAnArchiveError
    from curate.walk import explain
    from curate.warc.formats import sniff
    from curate.warc.pages import Limits, Page, ReadCounts
    from curate.warc.reading import read_split

    counts, said = ReadCounts(), "no page"
    try:
        file = io.BytesIO(data)
        kind = sniff(file)
        for item in read_split(file, 0, len(data), limits=Limits(), counts=counts, format=kind):
            if not isinstance(item, Page):
                said = f"read: {item.rule}"
                continue
            said = "kept"
            for step in explain(recipe, item):
                if isinstance(step.fate, Failure):
                    said = f"{step.stage}: failed, {step.fate.kind}"
                elif step.fate is not None and not step.fate and said == "kept":
                    said = f"{step.stage}: {step.fate.rule}"
    except NotAnArchiveError:
        return "no archive"
    return said + (" (damage counted)" if counts.damaged_members else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--recipe", default="webtext")
    options = parser.parse_args()
    from curate.recipe import load_recipe
    from tests.curate.hostile_cases import cases

    recipe = load_recipe(options.recipe)
    fate(recipe, b"")
    rows: list[tuple[str, str, float, int]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, (case, data) in enumerate(cases(options.scale)):
            started = cpu()
            said = fate(recipe, data)
            rows.append((case, said, cpu() - started, len(data)))
            suffix = ".warc.gz" if data[:2] == b"\x1f\x8b" else ".warc"
            (folder / f"{number:03d}-{case.replace('/', '-')}{suffix}").write_bytes(data)
        show(rows)
        out = folder / "out"
        command = [sys.executable, "-m", "curate.cli"]
        run = subprocess.run([*command, "run", str(folder), "--out", str(out), "--workers", "1", "--recipe",
                              options.recipe], capture_output=True, text=True, check=False)  # fmt: skip
        verified = subprocess.run([*command, "verify", str(out)], capture_output=True, text=True, check=False)
        totals = json.loads((out / "report.json").read_text())
        print(f"\nas one run of {len(rows)} inputs: exit {run.returncode} ({run.stderr.strip() or 'nothing said'})")
        print(f"records {totals['totals']['records_in']}, damaged {totals['totals']['damaged_members']}, "
              f"no archives {len(totals['unreadable_inputs'])}, lost splits {len(totals['missing'])}; "
              f"verify: {verified.stdout.strip()}")  # fmt: skip


def show(rows: list[tuple[str, str, float, int]]) -> None:
    print("| family | cases | outcomes | slowest, CPU s |\n|---|---|---|---|")
    for family in dict.fromkeys(case.split("/")[0] for case, *_ in rows):
        mine = [row for row in rows if row[0].startswith(f"{family}/")]
        outcomes = ", ".join(f"{said} {n}" for said, n in Counter(row[1] for row in mine).most_common())
        slow = ", ".join(f"{row[0].split('/')[1]} {row[2]:.1f}" for row in sorted(mine, key=lambda row: -row[2])[:3])
        print(f"| {family} | {len(mine)} | {outcomes} | {slow} |")
    usage = max(getrusage(RUSAGE_SELF).ru_maxrss, getrusage(RUSAGE_CHILDREN).ru_maxrss) / 1024
    print(f"\n{len(rows)} cases, {sum(row[2] for row in rows):.0f} CPU s, peak {usage:.0f} MB")


if __name__ == "__main__":
    main()
