"""Files are whole or absent, and a marker is believed only with its files."""

import errno
import json
import os
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curate.engine.work_rows import GROUP_BYTES, GROUP_ROWS, WorkRows
from curate.errors import UsageError
from curate.files import (
    DiskFullError,
    RowFile,
    describe_file,
    read_marker,
    sha256_of,
    whole_file,
    write_json,
    write_marker,
)
from curate.locks import locked


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


def test_rows_of_a_task_wait_for_a_row_group(tmp_path):
    """A group for each batch of a few rows took as long as everything else that is written."""
    rows = WorkRows(tmp_path / "x.parquet")
    for number in range(2 * GROUP_ROWS):
        rows.write(pa.RecordBatch.from_pydict({"id": [number]}))
    rows.write(pa.RecordBatch.from_pydict({"id": [-1]}))
    described = rows.close()
    file = pq.ParquetFile(tmp_path / "x.parquet")
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [GROUP_ROWS, GROUP_ROWS, 1]
    assert file.read()["id"].to_pylist() == [*range(2 * GROUP_ROWS), -1]
    assert described is not None
    assert describe_file(tmp_path / "x.parquet", 2 * GROUP_ROWS + 1).items() <= described.items()
    assert described["content"] == 8 * (2 * GROUP_ROWS + 1)
    large = WorkRows(tmp_path / "large.parquet")
    for _ in range(3):
        large.write(pa.RecordBatch.from_pydict({"text": ["a" * (GROUP_BYTES // 2 + 1)]}))
    assert (large.close() or {})["content"] == 3 * (GROUP_BYTES // 2 + 1)
    assert pq.ParquetFile(tmp_path / "large.parquet").num_row_groups == 2


def test_work_that_fails_leaves_no_waiting_rows(tmp_path):
    """Neither a file nor a temporary one; and without rows there is no file at all."""
    rows = WorkRows(tmp_path / "x.parquet")
    rows.write(pa.RecordBatch.from_pydict({"id": ["a"]}))
    rows.abandon()
    assert WorkRows(tmp_path / "y.parquet").close() is None
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


@pytest.mark.parametrize("damage", ["flipped byte", "count changed", "other shape"])
def test_a_sealed_marker_notices_what_sizes_do_not_show(damage, tmp_path):
    """A flipped byte in a file shows when digests are asked for, a changed number in the marker always."""
    file, marker = tmp_path / "rows.parquet", tmp_path / "split.json"
    file.write_bytes(b"12345678")
    value = {"stages": {"read": {"docs_in": 150}}, "files": {"documents": describe_file(file, 1)}}
    write_marker(marker, value)
    assert read_marker(marker, digests=True) == read_marker(marker) == value
    if damage == "flipped byte":
        file.write_bytes(b"12345679")
        assert read_marker(marker) == value
    elif damage == "count changed":
        marker.write_text(marker.read_text().replace("150", "151"))
        assert read_marker(marker) is None
    else:
        marker.write_text('["files"]')
        assert read_marker(marker) is None
    assert read_marker(marker, digests=True) is None


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 64 kB; only root can make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("a small tmpfs needs root")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_one_error_and_leaves_nothing(small_disk):
    """Whether it shows in a row file, at its end, or in JSON; the lock's holder clears the rest away."""
    batch = pa.RecordBatch.from_pydict({"html": [os.urandom(40_000)]})

    def rows() -> None:
        file = RowFile(small_disk / "x.parquet")
        try:
            for _ in range(3):
                file.write(batch)
            file.close()
        finally:
            file.abandon()

    with pytest.raises(DiskFullError, match=r"cannot write to .*: no space left on device; .* run the same command"):
        rows()
    with pytest.raises(DiskFullError):
        write_json(small_disk / "x.json", os.urandom(50_000).hex())
    assert list(small_disk.iterdir()) == []

    def run() -> None:
        with locked(small_disk):
            (small_disk / ".tmp-data").mkdir()
            (small_disk / ".tmp-data/part").write_bytes(bytes(80_000))

    with pytest.raises(DiskFullError):
        run()
    assert [path.name for path in small_disk.iterdir()] == [".lock"]


def test_a_disk_that_became_read_only_is_the_same_error(small_disk):
    """Also where nothing can be cleared away any more: that is not what is told."""
    file = RowFile(small_disk / "x.parquet")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(DiskFullError, match=r"read-only file system; .*: make it writable"):
        write_json(small_disk / "x.json", {})
    with pytest.raises(DiskFullError, match="make it writable"):
        file.write(pa.RecordBatch.from_pydict({"html": ["x"]}))
    file.abandon()


def test_other_errors_of_the_system_keep_their_name(tmp_path):
    """Only what the user can mend by making room is turned into advice."""

    def fail() -> None:
        with whole_file(tmp_path / "x"):
            raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        fail()


def test_a_folder_that_cannot_be_made_is_the_users_mistake(tmp_path):
    """One line, before anything starts."""
    (tmp_path / "file").write_text("")

    def lock(folder: Path) -> None:
        with locked(folder):
            pass

    with pytest.raises(UsageError, match="cannot be written to"):
        lock(tmp_path / "file/out")
