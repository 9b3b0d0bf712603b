"""What a run does once, before its tasks: note where inputs are, read digests that tasks share, compile."""

import json
from collections.abc import Iterable
from pathlib import Path

from curate.cluster import Workers
from curate.engine.progress import Progress, Show
from curate.files import whole_file
from curate.folder import INPUT_PATHS
from curate.inputs.input_file import Input, identified
from curate.inputs.tasks import Tasks
from curate.output.privacy import make_private
from curate.pulse import pulsing
from curate.recipe import Recipe
from curate.stages import about


def note_inputs(work: Path, inputs: Iterable[Input]) -> None:
    """Write the paths of the inputs for later commands in this folder; a manifest must not name paths of a machine."""
    make_private(work)
    with whole_file(work / INPUT_PATHS) as temporary, temporary.open("w") as file:
        lines = (json.dumps(item.path) for item in inputs)
        file.write(f"[{next(lines)}")
        file.writelines(f",\n{line}" for line in lines)
        file.write("]\n")


def identify(tasks: Tasks, show: Show) -> None:
    """Read the digests of inputs that several tasks read; that of any other is taken by the task that reads it."""
    shared = tasks.shared()
    for index, number in enumerate(shared):
        show(Progress("checksums", index, len(shared)))
        tasks.inputs.put(number, identified(tasks.inputs[number]))


def warm(recipe: Recipe, workers: Workers, tasks: int, work: Path, show: Show) -> None:
    """Do once, before the workers start, what each of them would otherwise do, such as compiling the extractor."""
    if min(workers.here(), tasks) > 1:
        show(Progress("getting ready", 0, 0, work=work))
        with pulsing(work, "", 0):
            for stage in recipe.stages:
                about(stage).warm()
