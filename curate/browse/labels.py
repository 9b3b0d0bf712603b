"""Labels given while browsing, a line of JSON each, in a file that `curate audit score` reads."""

import json
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from curate.audit.labels import VALUES, read_labels
from curate.audit.sheet import FOLDER
from curate.errors import UsageError
from curate.files import whole_file

FILE = "browsed.jsonl"


class Labels:
    """The labels of one labeller for one run, written anew with each: the last one of a page counts."""

    def __init__(self, out: Path, labeller: str) -> None:
        self.path = out / FOLDER / FILE
        self._labeller, self._lock = labeller, Lock()
        self._values: dict[str, int] = {}
        self._others: list[tuple[str, str, int]] = []
        for reading in read_labels([self.path]) if self.path.is_file() else []:
            mine = reading.name in (labeller, self.path.name)
            if mine:
                self._values |= reading.values
            else:
                self._others += [(page, reading.name, value) for page, value in reading.values.items()]

    def of(self, page: str) -> int | None:
        """The value a page has, by its id; None where it has none."""
        return self._values.get(page)

    def by_key(self) -> dict[str, int]:
        """The values by the first 16 digits of the pages' ids."""
        return {page[:16]: value for page, value in self._values.items()}

    def __len__(self) -> int:
        return len(self._values)

    def give(self, page: str, value: int | None) -> None:
        """Give a page a value from 0 to 5, or take it away; UsageError for any other."""
        if value is not None and value not in VALUES:
            raise UsageError(f"the value {value!r} is none of 0 to 5")
        with self._lock:
            if value is None:
                self._values.pop(page, None)
            else:
                self._values[page] = value
            self._write()

    def _write(self) -> None:
        mine = [(page, self._labeller, value) for page, value in sorted(self._values.items())]
        rows: list[Mapping[str, object]] = [
            {"id": page, "value": value, **({"labeller": name} if name else {})}
            for page, name, value in [*sorted(self._others), *mine]
        ]
        if not rows:
            self.path.unlink(missing_ok=True)
            return
        self.path.parent.mkdir(exist_ok=True)
        with whole_file(self.path) as temporary:
            temporary.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="ascii")
