"""Spreads calls of one function over workers, with bounded memory and retries; the one file that knows Ray."""

import os
import shutil
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from curate.errors import UsageError
from curate.files import TEMPORARY, DiskFullError, forget
from curate.liveness import refuse_silent, watched
from curate.memory import give_back, keep_what_is_loaded, set_up
from curate.places import Place, adopt, standing
from curate.preflight import WORKER_BYTES, available_memory, gigabytes
from curate.proofs import leave_proof, tidy_folders, unseen
from curate.terminal import native_messages

if TYPE_CHECKING:
    from _typeshed import SupportsLenAndGetItem

    Calls = SupportsLenAndGetItem[tuple[Any, ...]]

# Of a call whose worker or node died. A call that raised is not tried again, it would raise again. Counted here and
# not by Ray, which tries for ever what its memory monitor kills.
RETRIES = 3
LOOK_SECONDS = 10.0
NO_NODES_SECONDS = 600.0  # how long a cluster may be without any core before what is left is given up
# Ray by itself listens on every interface. With this at 0 its node is 127.0.0.1 and it listens there only, as it does
# on macOS and Windows, for which the switch was made.
ON_LOOPBACK = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
REFUSED = "InvalidAuthToken"
HOW_TO_SAY_IT = "set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN to what `ray get-auth-token` prints on its head"
OBJECT_STORE_BYTES = 200 << 20  # nothing but the function and small results goes through it


@dataclass(frozen=True, slots=True)
class Lost:
    """A call that gave no result: what was raised, or that its worker `died`; `stop` when none can succeed."""

    error: str
    stop: bool = False
    died: bool = False


@dataclass(frozen=True, slots=True)
class Workers:
    """How many processes work (0: one a core, as far as memory goes), and the address of a Ray cluster, if any."""

    count: int = 0
    address: str = ""

    def here(self) -> int:
        """Return how many processes work on this machine; 0 when a cluster does."""
        if self._cluster():
            return 0
        return self.count or max(1, min(os.cpu_count() or 1, available_memory() // WORKER_BYTES))

    def _cluster(self) -> str:
        return self.address or os.environ.get("RAY_ADDRESS", "")

    def map(
        self, function: Callable[..., Any], calls: "Calls", by_value: Sequence[str] = ()
    ) -> Iterator[tuple[int, Any]]:
        """Call `function` with each tuple of arguments; yields (index, result or Lost) as they finish.

        One worker or one call, and no cluster, means in this process, without Ray. `by_value` names modules that
        workers cannot import and are sent along. Raises DiskFullError as soon as a call does.
        """
        alone = not self._cluster() and min(self.here(), len(calls)) <= 1
        how = (self.here(), self._cluster(), by_value)
        for index, result in _map_here(function, calls) if alone else _map_ray(function, calls, *how):
            if isinstance(result, Lost) and result.stop:
                raise DiskFullError(result.error)
            yield index, result

    def check_shared(self, folder: Path) -> None:
        """Raise UsageError unless every node of the cluster, if there is one, sees what the others write to `folder`.

        Each node writes a proof, and then every one has to read those of all.
        """
        if not self._cluster():
            return
        blind, died = self._blind(folder)
        for _ in range(RETRIES if died else 0):
            time.sleep(LOOK_SECONDS)  # a node that is gone is soon known to be, and gets no work
            blind, died = self._blind(folder) if died else (blind, died)
        if blind:
            raise UsageError(
                f"{folder} is not one folder for all nodes: {'; '.join(blind)}; "
                "use one that all of them share, or --out s3://"
            )

    def _blind(self, folder: Path) -> tuple[list[str], bool]:
        """Which nodes do not see what this process and all of them have written, and whether any died meanwhile."""
        nodes = _nodes(self.here(), self._cluster())
        proofs, names = folder / f"{TEMPORARY}nodes-{token_hex(8)}", ["driver", *(node for node, _ in nodes)]
        try:
            leave_proof(proofs, "driver")
            left = _on_all(nodes, leave_proof, [(proofs, node) for node, _ in nodes])
            found = [unseen(proofs, names), *_on_all(nodes, unseen, [(proofs, names)] * len(nodes))]
        finally:
            _on_all(nodes, shutil.rmtree, [(proofs, True)] * len(nodes))
            forget(proofs)
        said = [
            f"{host} {result.error if isinstance(result, Lost) else f'does not see {len(result)} of {len(names)}'}"
            for host, result in zip(["this machine", *(host for _, host in nodes)], found, strict=True)
            if result
        ]
        return said, any(isinstance(each, Lost) and each.died for each in [*left, *found])

    def tidy(self) -> None:
        """Remove what nodes hold of folders that stand for folders elsewhere, except on the driver's own disk."""
        if self._cluster() and standing():
            nodes = _nodes(self.here(), self._cluster())
            _on_all(nodes, tidy_folders, [()] * len(nodes))


def _nodes(count: int, address: str) -> list[tuple[str, str]]:
    """The id and the name of each node that may get work."""
    import ray

    _start(count, address)
    found = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
    return [(node["NodeID"], node["NodeManagerHostname"]) for node in found]


def _on_all(
    nodes: Sequence[tuple[str, str]], function: Callable[..., Any], calls: Sequence[tuple[Any, ...]]
) -> list[Any]:
    """Call a function once on each node; results or Lost, in order."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    remote = ray.remote(num_cpus=0, max_retries=0)(_there)
    there = [remote.options(scheduling_strategy=NodeAffinitySchedulingStrategy(id_, soft=False)) for id_, _ in nodes]
    results = [each.remote((function, standing()), *call) for each, call in zip(there, calls, strict=True)]
    ended, _ = ray.wait(results, num_returns=len(results), timeout=NO_NODES_SECONDS) if results else ([], [])
    found = [_result(each) if each in ended else _Died("does not answer") for each in results]
    return [Lost(each.error, died=True) if isinstance(each, _Died) else each for each in found]


def _map_here(function: Callable[..., Any], calls: "Calls") -> Iterator[tuple[int, Any]]:
    for index in range(len(calls)):
        yield index, _guarded(function, *calls[index])


def _there(what: tuple[Callable[..., Any], tuple[Place, ...]], *arguments: object) -> object:
    """A call in a worker, where folders stand for folders elsewhere as they do in the driver."""
    function, places = what
    set_up()
    keep_what_is_loaded()
    lost = _guarded(_take, places)
    return lost if isinstance(lost, Lost) else _guarded(function, *arguments)


def _take(places: Sequence[Place]) -> None:
    adopt(places)
    for place in places:
        place.root.mkdir(mode=0o700, parents=True, exist_ok=True)


def _guarded(function: Callable[..., Any], *arguments: object) -> object:
    try:
        return function(*arguments)
    except DiskFullError as error:
        return Lost(str(error), stop=True)
    except Exception as error:  # noqa: BLE001  a lost split must not stop the others; it is reported and exit code 1
        last = traceback.extract_tb(error.__traceback__)[-1]
        return Lost(f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})")
    finally:
        give_back()


@dataclass(slots=True)
class _Calls:
    """Calls on their way through a cluster: those to do, those under way, and how often each has been tried."""

    submit: Callable[[int], Any]
    todo: deque[int]
    under_way: dict[Any, int] = field(default_factory=dict)
    tries: dict[int, int] = field(default_factory=dict)

    def fill(self, window: int) -> None:
        """Hand out calls up to `window`: a few ahead of the workers keep them busy, more would only hold memory."""
        while self.todo and len(self.under_way) < window:
            index = self.todo.popleft()
            self.tries[index] = self.tries.get(index, 0) + 1
            self.under_way[self.submit(index)] = index

    def settle(self, reference: Any) -> tuple[int, Any] | None:
        """The result of a call that has ended; None when its worker died and it will be tried again."""
        index = self.under_way.pop(reference)
        result = _result(reference)
        if isinstance(result, _Died):
            if self.tries[index] <= RETRIES:
                self.todo.appendleft(index)
                return None
            return index, Lost(f"{result.error} ({self.tries[index]} tries)")
        return index, result

    def give_up(self) -> Iterator[tuple[int, Lost]]:
        """Return what is left, as lost."""
        why = f"the cluster had no node with a core and {gigabytes(WORKER_BYTES)} for {NO_NODES_SECONDS:g} s"
        for index in sorted([*self.under_way.values(), *self.todo]):
            yield index, Lost(why)


def _map_ray(
    function: Callable[..., Any], calls: "Calls", count: int, address: str, by_value: Sequence[str]
) -> Iterator[tuple[int, Any]]:
    _start(count, address)
    import ray

    for name in by_value:
        ray.cloudpickle.register_pickle_by_value(sys.modules[name])
    remote = ray.remote(num_cpus=1, memory=WORKER_BYTES, max_retries=0)(_there)
    shared = ray.put((function, standing()))
    work = _Calls(lambda index: remote.remote(shared, *calls[index]), deque(range(len(calls))))
    seen = time.monotonic()
    with watched(ray.get_runtime_context().gcs_address, "the head of the Ray cluster") as check:
        while work.todo or work.under_way:
            check()
            there = ray.cluster_resources()
            cores = min(int(there.get("CPU", 0)), int(there.get("memory", 0) // WORKER_BYTES))
            seen = time.monotonic() if cores else seen
            work.fill(2 * max(1, cores))
            done, _ = ray.wait(list(work.under_way), num_returns=1, timeout=LOOK_SECONDS)
            for settled in map(work.settle, done):
                if settled is not None:
                    yield settled
            if time.monotonic() - seen > NO_NODES_SECONDS:
                yield from work.give_up()
                return


@dataclass(frozen=True, slots=True)
class _Died:
    """A worker or its node ended under a call."""

    error: str


def _result(reference: Any) -> object:
    import ray

    try:
        return ray.get(reference)
    except (ray.exceptions.RayTaskError, ray.exceptions.RaySystemError) as error:
        return Lost(_first_line(error))
    except ray.exceptions.RayError as error:
        return _Died(_first_line(error))


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


def _start(count: int, address: str) -> None:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if not address:
        os.environ.setdefault(ON_LOOPBACK, "0")  # read when Ray is imported
    import ray

    if ray.is_initialized():
        return
    if address.rpartition(":")[2].isdecimal():  # Ray itself would try for minutes, then end the process
        refuse_silent(address.removeprefix("ray://"), f"no Ray cluster answers at {address}")
    memory = WORKER_BYTES * (count or os.cpu_count() or 1)  # checked before, by what is really free
    local = {"include_dashboard": False, "object_store_memory": OBJECT_STORE_BYTES, "_memory": memory}
    heard: list[str] = []
    try:
        with native_messages(heard):
            ray.init(
                address=address or "local",
                num_cpus=count or None,
                log_to_driver=False,
                logging_level="ERROR",
                **({} if address else local),
            )
    except (ConnectionError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
        if REFUSED in f"{heard}{error}":
            raise UsageError(f"the Ray cluster at {address} wants a token: {HOW_TO_SAY_IT}") from error
        where = f"no Ray cluster answers at {address}" if address else "Ray does not start on this machine"
        raise UsageError(f"{where}: {_first_line(error)}") from error


def stop() -> None:
    """Leave the cluster, if one was used."""
    if "ray" in sys.modules:
        import ray

        ray.shutdown()
