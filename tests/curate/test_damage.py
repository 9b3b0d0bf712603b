"""Whatever is done to an archive: nothing is raised, every page is accounted for, what is sound is read as it was."""

import random
from pathlib import Path

import pytest

from curate.errors import NotAnArchiveError, UsageError
from curate.inputs import sources
from curate.inputs.input_file import identified
from curate.warc.pages import Limits, Page, ReadCounts, Skip
from tests.curate import damage

TRIES = 10  # of each format; bench/damage.py does thousands


def read(path: Path, split_bytes: int) -> tuple[list[Page | Skip], ReadCounts, str]:
    """All that a run reads of a file, and why it is refused, if it is."""
    counts, items = ReadCounts(), []
    try:
        [item] = sources.resolve([str(path)])
        for split in sources.plan([identified(item)], split_bytes):
            items += sources.read(split, limits=Limits(), counts=counts)
    except (NotAnArchiveError, UsageError) as error:
        return items, counts, str(error)
    return items, counts, ""


def wrong(file: damage.Made, parts: damage.Data, items: list[Page | Skip], counts: ReadCounts, refused: str) -> str:
    """What is wrong with what was read of a damaged file; "" when nothing is."""
    found = [
        (item.url, (item.text or "").encode() if item.text else item.html) for item in items if isinstance(item, Page)
    ]
    intact = damage.sound(file, parts)
    if lost := [each.url for each in intact if (each.url, each.body) not in found]:
        return f"{len(lost)} sound pages are lost, the first is {lost[0]}; {refused or counts}"
    said = counts.damaged_members or refused or any(isinstance(item, Skip) for item in items)
    gone = [each.url for each in damage.touched(file, parts) if (each.url, each.body) not in found]
    known = {(each.url, each.body) for each in file.units}
    strange = [url for url, body in found if (url, body) not in known]
    if len(gone) > len(strange) and not said:  # what has no checksum may be read as something else
        return f"{len(gone)} pages are lost without a word, the first is {gone[0]}"
    if strange and file.checked and not said:
        return f"{strange[0]} is not what it was, and has a checksum"
    return ""


def tried(kind: str, pack: str, seed: int, folder: Path) -> str:
    """One random file with random damage, read in one go and in random splits; "" or what is wrong."""
    rng = random.Random(f"{kind} {pack} {seed}")
    file = damage.made(kind, pack, rng)
    data, parts = damage.damaged(file.data, rng)
    path = folder / f"in{file.suffix}"
    path.write_bytes(data)
    whole = read(path, 1 << 30)
    found = wrong(file, parts, *whole)
    if not found and kind != "parquet" and read(path, rng.randrange(1, 4000)) != whole:
        return "other splits read other pages"
    return found


@pytest.mark.parametrize(("kind", "pack"), damage.KINDS, ids=" ".join)
def test_damage_costs_what_it_touches_and_is_counted(kind: str, pack: str, tmp_path: Path) -> None:
    """Random damage to random files: no exception, no page lost without a count, no sound page touched."""
    results = {seed: tried(kind, pack, seed, tmp_path) for seed in range(TRIES)}
    assert {seed: result for seed, result in results.items() if result} == {}


@pytest.mark.parametrize(("kind", "pack"), damage.KINDS, ids=" ".join)
def test_without_damage_every_page_is_read_and_nothing_is_counted(kind: str, pack: str, tmp_path: Path) -> None:
    """The same files as they were made."""
    for seed in range(4):
        file = damage.made(kind, pack, random.Random(seed))
        path = tmp_path / f"in{file.suffix}"
        path.write_bytes(file.data)
        items, counts, refused = read(path, 3000)
        assert [(each.url, (each.text or "").encode() or each.html) for each in items] == [
            (each.url, each.body) for each in file.units
        ], refused
        assert (counts.damaged_members, counts.bytes_skipped, refused) == (0, 0, "")


@pytest.mark.parametrize(
    ("kind", "pack", "seed"),
    [
        ("wet", "members in a member", 78),  # the inner member behind a page broke before it gave a byte
        ("wet", "streams", 9004),  # the first stream gave noise, and the first record stood behind it
    ],
)
def test_what_bench_damage_found(kind: str, pack: str, seed: int, tmp_path: Path) -> None:
    """Cases in which a sound page was lost."""
    assert tried(kind, pack, seed, tmp_path) == ""
