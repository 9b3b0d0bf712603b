"""Files are whole or absent, and a marker is believed only with its files."""

import json

import pyarrow as pa
import pytest

from curate.work import RowFile, read_marker, sha256_of, whole_file, write_json


def test_a_file_that_was_not_finished_leaves_nothing(tmp_path):
    """An exception while writing keeps what stood there before and removes the temporary file."""
    path = tmp_path / "report.json"
    path.write_text("old")

    def fail() -> None:
        with whole_file(path) as temporary:
            temporary.write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("report.json", "old")]


def test_a_row_file_appears_when_closed_and_describes_itself(tmp_path):
    """Rows, bytes and digest are those of the file on disk; no rows, no file."""
    path = tmp_path / "x.documents.parquet"
    rows = RowFile(path)
    rows.write(pa.RecordBatch.from_pydict({"id": ["a", "b"]}))
    assert not path.exists()
    rows.write(pa.RecordBatch.from_pydict({"id": ["c"]}))
    described = rows.close()
    assert described == {"file": path.name, "rows": 3, "bytes": path.stat().st_size, "sha256": sha256_of(path)}
    assert RowFile(path).close() is None
    assert not path.exists()


def test_an_abandoned_row_file_leaves_nothing(tmp_path):
    """A split that failed leaves no temporary file."""
    rows = RowFile(tmp_path / "x.parquet")
    rows.write(pa.RecordBatch.from_pydict({"id": ["a"]}))
    rows.abandon()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["missing", "shorter", "not json", "no marker"])
def test_a_marker_without_its_files_is_no_marker(damage, tmp_path):
    """What a marker promises has to be there, or the work is done again."""
    (tmp_path / "rows.parquet").write_bytes(b"12345678")
    marker = tmp_path / "split.json"
    write_json(marker, {"files": {"documents": {"file": "rows.parquet", "bytes": 8}}})
    assert read_marker(marker) == json.loads(marker.read_text())
    if damage == "missing":
        (tmp_path / "rows.parquet").unlink()
    elif damage == "shorter":
        (tmp_path / "rows.parquet").write_bytes(b"1234")
    elif damage == "not json":
        marker.write_text(marker.read_text()[:-5])
    else:
        marker.unlink()
    assert read_marker(marker) is None
