"""The examples of docs/cluster.md: parsed, and run against stand-ins for what is not here."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from curate.cli import _parser

yaml = pytest.importorskip("yaml", reason="PyYAML, which Ray brings, is not there")

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/cluster.md").read_text()
BASH = re.findall(r"^```bash\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
[SLURM] = [block for block in BASH if "#SBATCH" in block]
[KUBERAY] = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
STAND_IN = '#!/bin/bash\necho "$(basename "$0") $*" >> "$CALLED"\n'
STANDS_FOR = {
    "scontrol": STAND_IN + "printf 'n1\\nn2\\nn3\\n'\n",
    # Runs what comes after its own options, as one task.
    "srun": STAND_IN + 'while [[ "$1" == --* ]]; do shift; done\nexec "$@"\n',
    # The head is not up at the first two questions.
    "ray": STAND_IN + '[[ "$1" != status ]] || [[ $(grep -c "^ray status" "$CALLED") -gt 2 ]]\n',
    "curate": STAND_IN,
    "sleep": STAND_IN,
}


@pytest.mark.parametrize("script", BASH)
def test_scripts_are_bash(script: str) -> None:
    """Every script of the page has a syntax that bash takes."""
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0


def options_of(command: str) -> object:
    """The options of a `curate` command, as the program itself reads them."""
    words = shlex.split(command)
    return _parser(["run"]).parse_args(words[words.index("run") :])


def test_the_slurm_script_starts_head_nodes_and_run(tmp_path: Path) -> None:
    """On three nodes: the head on the first, workers on the others once it answers, then the run."""
    for name, text in STANDS_FOR.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CALLED": str(tmp_path / "called"),
                   "SCRATCH": "/scratch", "SLURM_JOB_NODELIST": "n[1-3]", "SLURM_JOB_NUM_NODES": "3",
                   "SLURM_CPUS_PER_TASK": "8"}  # fmt: skip
    done = subprocess.run(
        ["bash"], input=SLURM, text=True, env=environment, capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    calls = (tmp_path / "called").read_text().splitlines()
    head = next(call for call in calls if call.startswith("srun") and "--head" in call)
    workers = next(call for call in calls if call.startswith("srun") and "--exclude=n1" in call)
    [started] = [call for call in calls if call.startswith("curate run")]
    assert "--nodelist=n1 ray start --num-cpus 8 --block --head --port=6379" in head
    assert "--nodes=2 --ntasks=2 --exclude=n1 ray start --num-cpus 8 --block --address n1:6379" in workers
    assert sum(call.startswith("ray status --address n1:6379") for call in calls) == 3
    options = options_of(started)
    assert (options.out, options.ray_address) == ("/scratch/curated", "n1:6379")


def test_the_kuberay_job_is_one(tmp_path: Path) -> None:
    """The fields KubeRay needs are there, groups agree, and the entry point is a command this program takes."""
    [job] = yaml.safe_load_all(KUBERAY)
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    cluster = job["spec"]["rayClusterSpec"]
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    containers = [group["template"]["spec"]["containers"][0] for group in groups]
    assert {container["image"] for container in containers} == {"registry.example/webcurate:1"}
    for group, container in zip(groups, containers, strict=True):
        assert all(isinstance(value, str) for value in group["rayStartParams"].values())
        volumes = {volume["name"] for volume in group["template"]["spec"]["volumes"]}
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
        assert container["resources"]["limits"]["memory"]
    for group in cluster["workerGroupSpecs"]:
        assert group["minReplicas"] <= group["replicas"] <= group["maxReplicas"]
    options = options_of(job["spec"]["entrypoint"])
    assert options.out.startswith("s3://")
    assert options.ray_address == "auto"
    assert str(options.stage_dir).startswith(containers[0]["volumeMounts"][0]["mountPath"])
