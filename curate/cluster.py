"""The one file that knows Ray: calls of one function spread over workers, with bounded memory and retries."""

import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RETRIES = 3  # of a call whose worker died; a call that raised is not tried again, it would raise again


@dataclass(frozen=True, slots=True)
class Lost:
    """A call that gave no result: what was raised, or that its worker kept dying."""

    error: str


@dataclass(frozen=True, slots=True)
class Workers:
    """How many processes work (0: every core), and the address of a running Ray cluster, if any."""

    count: int = 0
    address: str = ""

    def map(
        self, function: Callable[..., Any], calls: Sequence[tuple[Any, ...]], by_value: Sequence[str] = ()
    ) -> Iterator[tuple[int, Any]]:
        """Call `function` with each tuple of arguments; yields (index, result or Lost) as they finish.

        One worker or one call, and no cluster, means in this process, without Ray. `by_value` names modules that
        workers cannot import and are sent along.
        """
        address = self.address or os.environ.get("RAY_ADDRESS", "")
        if not address and min(self.count or os.cpu_count() or 1, len(calls)) <= 1:
            return _map_here(function, calls)
        return _map_ray(function, calls, self.count, address, by_value)


def _map_here(function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, Any]]:
    for index, arguments in enumerate(calls):
        yield index, _guarded(function, *arguments)


def _guarded(function: Callable[..., Any], *arguments: object) -> object:
    try:
        return function(*arguments)
    except Exception as error:  # noqa: BLE001  a lost split must not stop the others; it is reported and exit code 1
        last = traceback.extract_tb(error.__traceback__)[-1]
        return Lost(f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})")


def _map_ray(
    function: Callable[..., Any], calls: Sequence[tuple[Any, ...]], count: int, address: str, by_value: Sequence[str]
) -> Iterator[tuple[int, Any]]:
    import ray

    _start(count, address)
    for name in by_value:
        ray.cloudpickle.register_pickle_by_value(sys.modules[name])
    remote = ray.remote(num_cpus=1, max_retries=RETRIES)(_guarded)
    shared = ray.put(function)
    window = 2 * max(1, int(ray.cluster_resources().get("CPU", 1)))
    waiting: dict[Any, int] = {}
    queue = iter(enumerate(calls))
    while True:
        # A few calls ahead of the workers keep them busy; more would only hold memory.
        while len(waiting) < window and (call := next(queue, None)) is not None:
            waiting[remote.remote(shared, *call[1])] = call[0]
        if not waiting:
            return
        done, _ = ray.wait(list(waiting), num_returns=1)
        yield waiting.pop(done[0]), _result(done[0])


def _result(reference: Any) -> object:
    import ray

    try:
        return ray.get(reference)
    except ray.exceptions.RayError as error:
        return Lost(f"{type(error).__name__}: {str(error).splitlines()[0]}")


def _start(count: int, address: str) -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray

    if ray.is_initialized():
        return
    quiet = {"include_dashboard": False, "object_store_memory": 200 << 20} if not address else {}
    ray.init(
        address=address or "local",
        num_cpus=(count or None) if not address else None,
        log_to_driver=False,
        logging_level="ERROR",
        **quiet,
    )


def stop() -> None:
    """Leave the cluster, if one was used."""
    if "ray" in sys.modules:
        import ray

        ray.shutdown()
