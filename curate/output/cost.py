"""What a run has cost: CPU time as its stages measured it, and an estimate of the energy, with what it rests on."""

from collections.abc import Mapping
from typing import Any

from curate.output.markdown import code, table

CORE_WATTS = 12.0  # a server core under load
MEMORY_WATTS_PER_GB = 0.3725
PUE = 1.67  # energy of a data centre per energy of its machines
SOURCE = "Lannelongue, Grealey and Inouye 2021, Green Algorithms: average values where nothing else is known"


def cost(report: Mapping[str, Any]) -> str:
    """Markdown: CPU hours by stage and in sum, kilowatt hours, and the assumptions."""
    totals = report["totals"]
    seconds, memory_gb = totals["seconds"], totals.get("peak_worker_bytes", 0) / 1e9
    hours = seconds / 3600
    energy = kilowatt_hours(hours, memory_gb)
    rows = [(code(stage["name"]), f"{stage['docs_in']:,}", f"{stage['seconds']:,.1f}") for stage in report["stages"]]
    rows.append(("all", f"{totals['records_in']:,}", f"{seconds:,.1f}"))
    pages = totals["records_in"]
    per_million = f", {energy / pages * 1e6:,.3g} kWh a million pages" if pages else ""
    return (
        f"# What this run has cost\n\nAbout {hours:,.3g} CPU hours and {energy:,.3g} kWh{per_million}.\n\n"
        + table(("stage", "pages in:", "CPU s:"), rows)
        + "\nCPU time is what the stages measured of themselves, compiling included, over every run that left work "
        "here; starting, planning and writing the output are not in it. The energy is an estimate, not a measurement: "
        f"CPU hours x ({CORE_WATTS:g} W a core + {MEMORY_WATTS_PER_GB:g} W x {memory_gb:.2f} GB of memory a worker) x "
        f"{PUE:g} for the building. Source of the three constants: {SOURCE}. Put your own in their place when you know "
        "them. Crawling, storing and moving the archives is not in it.\n"
    )


def kilowatt_hours(cpu_hours: float, memory_gb: float) -> float:
    """Energy of CPU time with `memory_gb` GB of memory held a core.

    >>> round(kilowatt_hours(1000, 0.5), 2)
    20.35
    """
    return cpu_hours * (CORE_WATTS + MEMORY_WATTS_PER_GB * memory_gb) * PUE / 1000
