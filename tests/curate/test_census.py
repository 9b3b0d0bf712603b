"""Percentiles and limits over a whole run: against plain sorting, and the same however the input was cut."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.census import Census, rounded
from curate.engine.run import run
from curate.errors import UsageError
from curate.finished.verify import verify
from curate.recipe import Recipe
from curate.stages import Keep, Read, Score


def _score(texts: Sequence[str]) -> np.ndarray:
    ends = (text.split()[-1] for text in texts)
    return np.array([int(end) / 100 if end.isdigit() else 0 for end in ends], np.float32)


def _write(path: Path, numbers: Sequence[int]) -> Path:
    table = pa.table(
        {"url": [f"http://a.example/{k}" for k in range(len(numbers))], "text": [f"text {n}" for n in numbers]}
    )
    pq.write_table(table, path)
    return path


def _recipe(score: Score, *more: object) -> Recipe:
    return Recipe("scored", (Read(), score, *more))  # type: ignore[arg-type]


def _kept(out: Path) -> dict[str, list]:
    return pa.concat_tables([pq.read_table(path) for path in sorted((out / "data").glob("*.parquet"))]).to_pydict()


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("scored")
    return [str(_write(folder / f"{k}.parquet", range(25 * k, 25 * k + 25))) for k in range(4)]


@given(st.lists(st.integers(0, 20), min_size=1, max_size=60))
def test_percentiles_are_the_share_below(steps: list[int]) -> None:
    """Texts of the same score count half, as a plain count has it."""
    scores, census = np.array(steps) / 20, Census()
    census.count(scores, np.ones(len(steps), np.int64))
    plain = [100 * ((scores < each).sum() + (scores == each).sum() / 2) / len(steps) for each in scores]
    assert census.percentiles(scores).tolist() == pytest.approx(plain, abs=0.006)


def test_an_endless_score_is_above_or_below_all_others() -> None:
    """A score of infinity is the best there is, and one of minus infinity the worst; neither warns."""
    scores, census = np.array([-np.inf, -1e30, 0.5, np.inf]), Census()
    census.count(scores, np.ones(4, np.int64))
    assert census.percentiles(scores).tolist() == [25, 25, 62.5, 87.5]
    assert (rounded(scores) >= census.limit(share=0.25)).tolist() == [False, False, False, True]
    assert (rounded(scores) >= census.limit(share=0.5)).tolist() == [False, False, True, True]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.floats(0.01, 1))
def test_a_share_is_never_passed_but_by_the_best_score(steps: list[int], share: float) -> None:
    """The limit keeps at most the share, and one score less would keep more, whatever ties there are."""
    scores, census = np.array(steps) / 10, Census()
    census.count(scores, np.ones(len(steps), np.int64))
    limit = census.limit(share=share)
    kept = (rounded(scores) >= limit).sum()
    assert kept <= share * len(steps) or kept == (scores == scores.max()).sum()
    below = scores[rounded(scores) < limit]
    assert len(below) == 0 or (scores >= below.max()).sum() > share * len(steps)


def test_a_share_of_the_run_is_kept(inputs: list[str], tmp_path: Path) -> None:
    """The best tenth of all splits together, and every page is accounted for under its own rule."""
    report = run(_recipe(Score("quality", _score, keep_share=0.1)), inputs, tmp_path / "out")
    kept = _kept(tmp_path / "out")
    assert sorted(kept["text"]) == [f"text {n}" for n in range(90, 100)]
    assert kept["quality_percentile"] == pytest.approx([n + 0.5 for n in range(90, 100)])
    stage = report["stages"][-1]
    assert (stage["docs_in"], stage["docs_out"], stage["dropped"]) == (100, 10, {"keep_share": 90})
    dropped = pq.read_table(tmp_path / "out/dropped").to_pydict()
    assert set(dropped["limit"]) == {0.9}
    assert sorted(dropped["value"]) == pytest.approx([n / 100 for n in range(90)])


def test_a_budget_of_tokens_is_kept(inputs: list[str], tmp_path: Path) -> None:
    """Seven bytes a text are 1.59 tokens: a budget of 40 of them is 25 texts."""
    run(_recipe(Score("quality", _score, keep_tokens=40)), inputs, tmp_path / "out")
    assert len(_kept(tmp_path / "out")["text"]) == 25


def test_stages_behind_see_what_is_left_and_percentiles_stay(inputs: list[str], tmp_path: Path) -> None:
    """A stage after the limit gets the best alone; percentiles are among all that were scored."""
    scored = Score("quality", _score, min_score=0.2, keep_share=0.5)
    report = run(_recipe(scored, Keep("even", _is_even)), inputs, tmp_path / "out")
    kept = _kept(tmp_path / "out")
    assert sorted(kept["text"]) == [f"text {n}" for n in range(50, 100, 2)]
    assert min(kept["quality_percentile"]) == pytest.approx(50.5)
    assert [stage["docs_in"] for stage in report["stages"]] == [100, 100, 50]
    assert report["stages"][1]["dropped"] == {"keep_share": 30, "min_score": 20}


def _is_even(text: str) -> bool:
    return not text.split()[-1].isdigit() or int(text.split()[-1]) % 2 == 0


def test_the_same_bytes_for_any_cut_and_after_a_restart(inputs: list[str], tmp_path: Path) -> None:
    """Splits of another size, and a run that starts from what another has left, write the same files."""
    recipe = _recipe(Score("quality", _score, keep_share=0.3))
    run(recipe, inputs, tmp_path / "a")
    run(replace(recipe, split_bytes=1000), inputs, tmp_path / "b")
    run(recipe, inputs, tmp_path / "a")
    assert [verify(tmp_path / name) for name in "ab"] == [[], []]
    for part in sorted((tmp_path / "a/data").glob("*.parquet")):
        assert part.read_bytes() == (tmp_path / "b/data" / part.name).read_bytes()


def test_a_new_input_moves_the_limit_of_old_ones(inputs: list[str], tmp_path: Path) -> None:
    """Work of an earlier run that rests on a limit over fewer splits is not reused."""
    recipe = _recipe(Score("quality", _score, keep_share=0.5))
    run(recipe, inputs[:2], tmp_path / "out")
    assert sorted(_kept(tmp_path / "out")["text"]) == [f"text {n}" for n in range(25, 50)]
    run(recipe, inputs, tmp_path / "out")
    assert sorted(_kept(tmp_path / "out")["text"]) == [f"text {n}" for n in range(50, 100)]


def test_the_report_says_what_less_would_be(inputs: list[str], tmp_path: Path) -> None:
    """For some shares: the limit, what is left, and how much worth having would go if the score is right."""
    report = run(_recipe(Score("quality", _score, percentile=True)), inputs, tmp_path / "out")
    half = report["stages"][1]["choices"][0]
    assert (half["share"], half["min_score"], half["docs"]) == (0.5, 0.5, 50)
    assert half["worthy_lost"] == pytest.approx(sum(range(50)) / 100, abs=0.1)


@pytest.mark.parametrize(
    "given",
    [{"keep_share": 0}, {"keep_share": 1.5}, {"keep_tokens": 0}, {"keep_share": 0.1, "keep_tokens": 9}],
)
def test_what_keeps_nothing_is_refused(given: dict) -> None:
    """A share or a budget of nothing, and both at once, are mistakes of the recipe."""
    with pytest.raises(UsageError, match="quality"):
        Score("quality", _score, **given)
