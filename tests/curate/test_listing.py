"""The list of a run's inputs: names and order as worked out here in another way, and memory that does not grow."""

import gc
import random
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from curate.errors import UsageError
from curate.inputs.input_file import Input
from curate.inputs.listing import ROWS, Inputs
from curate.inputs.sources import plan, resolve
from curate.inputs.tasks import grouped, planned

SPLIT_BYTES = 4000


def by_name(places: Sequence[tuple[str, str, bool]], _: int) -> Iterator[Input]:
    return (Input(name, place, "warc", len(place)) for name, place, _ in places)


def shortest_names(paths: Sequence[str]) -> dict[str, str]:
    """As few of the last parts of each path as no other path ends with, by comparing all with all."""
    names = {}
    for path in paths:
        parts = path.split("/")[1:]
        ends = ["/".join(parts[-count:]) for count in range(1, len(parts) + 1)]
        alike = (sum(f"/{other}".endswith(f"/{end}") for other in paths) for end in ends)
        names[path] = next((end for end, count in zip(ends, alike, strict=True) if count == 1), ends[-1])
    return names


@pytest.mark.parametrize("seed", range(5))
def test_names_are_the_shortest_that_differ_and_order_the_inputs(seed: int) -> None:
    """Random trees whose folders and files share few names; what is at one place twice counts once."""
    rng = random.Random(seed)
    paths = ["/" + "/".join(rng.choice("abü") for _ in range(rng.randrange(1, 6))) + "/x" for _ in range(60)]
    unlike = sorted(set(paths))
    inputs = Inputs(((path, path, False) for path in paths), by_name)
    assert {each.path: each.name for each in inputs} == shortest_names(unlike)
    assert [each.name for each in inputs] == sorted(shortest_names(unlike).values())


def test_an_input_by_number_and_what_becomes_known_of_it() -> None:
    """Over more rows than are read at a time: numbers from both ends, slices, and a digest that was put in."""
    count = 2 * ROWS + 7
    inputs = Inputs(((f"/{n:05}", f"/{n:05}", False) for n in range(count)), by_name)
    assert len(inputs) == count
    assert inputs[0].name == "00000"
    assert inputs[-1].name == f"{count - 1:05}"
    assert [each.name for each in inputs[ROWS - 1 : ROWS + 2]] == ["00999", "01000", "01001"]
    with pytest.raises(IndexError):
        _ = inputs[count]
    known = replace(inputs[ROWS], sha256="ab" * 32, stamp=(1, 2**62, 3, 4))
    inputs.put(ROWS, known)
    assert inputs[ROWS] == known
    assert inputs.bytes == 6 * count
    assert sum(1 for each in inputs if each.sha256) == 1


def test_no_room_for_the_list_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full temporary folder is the user's to mend."""
    monkeypatch.setattr("curate.inputs.listing._TABLES", "PRAGMA page_size = 512; PRAGMA max_page_count = 1; VACUUM")
    with pytest.raises(UsageError, match=r"temporary folder \(TMPDIR\)"):
        Inputs([("/a", "/a", False)], by_name)


def small_files(folder: Path, count: int) -> Path:
    """So many files of 0 to 9,000 bytes in folders of a hundred, and the list of them."""
    rng = random.Random(count)
    lines = []
    for number in range(count):
        path = folder / f"{number // 100}" / f"page-{rng.randrange(10**9):09}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b" " * rng.choice((0, 100, 400, 2000, 9000)))
        lines.append(f"{path}\n")
    listed = folder / "list.txt"
    listed.write_text("".join(lines))
    return listed


def test_tasks_by_their_places_are_the_tasks(tmp_path: Path) -> None:
    """Tasks that are held as places hold the splits that planning gives, each once and in order."""
    inputs = resolve([f"@{small_files(tmp_path, 700)}"])
    tasks = planned(inputs, SPLIT_BYTES)
    made = [tasks.task(stretch) for stretch in tasks.stretches]
    assert made == list(grouped(plan(inputs, SPLIT_BYTES), SPLIT_BYTES))
    assert tasks.splits == sum(len(task.splits) for task in made) > 700 > len(made)
    several = Counter(task.splits[0].input.name for task in made if len(task.splits) == 1)
    assert {inputs[number].name for number in tasks.shared()} == {name for name, n in several.items() if n > 1}


def test_memory_does_not_grow_with_the_inputs(tmp_path: Path) -> None:
    """What Python holds at most while twice as many inputs are planned: less than 20 bytes more for each."""
    peaks = []
    for count in (3000, 6000):
        listed = small_files(tmp_path / str(count), count)
        gc.collect()
        tracemalloc.start()
        tasks = planned(resolve([f"@{listed}"]), 80_000)
        assert sum(len(tasks.task(stretch).splits) for stretch in tasks.stretches) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 20 * 3000
