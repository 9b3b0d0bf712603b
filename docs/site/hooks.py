"""What the site has that is no file of docs/: a page for every public module, and links out of docs/ as plain words."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from mkdocs.structure.files import File, Files

MODULES = (
    "curate.filters.gopher", "curate.filters.c4", "curate.filters.fineweb", "curate.filters.refinedweb",
    "curate.filters.signals", "curate.filters.languages", "curate.filters.url", "curate.filters.html",
    "curate.filters.consent", "curate.filters.pii", "curate.filters.verdict", "curate.filters.rule_set",
    "curate.filters.text_view", "curate.classifiers.language", "curate.classifiers.quality",
    "curate.classifiers.toxicity", "curate.classifiers.webtext", "curate.classifiers.multilingual",
    "curate.classifiers.names", "curate.extract", "curate.warc", "curate.dedup", "curate.contamination",
    "curate.recipe", "curate.stages", "curate.protocol", "curate.engine.run", "curate.errors",
)  # fmt: skip
FENCE = "```pycon"
OUTSIDE = re.compile(r"\[([^\]]*)\]\((\.\./[^)]*)\)")


class Doctests(Preprocessor):
    """Put fences around the examples of docstrings, which Markdown takes for quotations."""

    def run(self, lines: list[str]) -> list[str]:
        """Fence each stretch from a prompt to the next empty line that is not in a fence already."""
        found: list[str] = []
        fenced = inside = False
        for line in lines:
            fenced ^= line.lstrip().startswith("```")
            begins, ends = not fenced and not inside and line.startswith(">>>"), inside and not line.strip()
            found += [FENCE] if begins else ["```"] if ends else []
            inside = (inside or begins) and not ends
            found.append(line)
        return [*found, "```"] if inside else found


class DoctestsExtension(Extension):
    """Has doctests fenced before anything else reads the text."""

    def extendMarkdown(self, md: Any) -> None:  # noqa: N802  Markdown's name
        """Come before fences are read."""
        md.preprocessors.register(Doctests(md), "doctests", 30)


def on_config(config: Any) -> Any:
    """Put a line for each module under its part of the library, and documents that have no place yet at the end."""
    sections: dict[str, list[dict[str, str]]] = {}
    for name in MODULES:
        sections.setdefault(".".join(name.split(".")[:2]), []).append({name: f"reference/{name}.md"})
    library = [
        "reference/index.md",
        *({part: pages} if len(pages) > 1 else pages[0] for part, pages in sections.items()),
    ]
    for part in config.nav:
        if "Reference" in part:
            part["Reference"][-1] = {"Library": library}
    documents = Path(config.docs_dir)
    named = set(re.findall(r"[\w/-]+\.md", repr(config.nav)))
    there = {path.relative_to(documents).as_posix() for path in documents.rglob("*.md")}
    config.nav[-1]["Explanation"] += sorted(name for name in there - named if not name.startswith("models/"))
    config.markdown_extensions.append(DoctestsExtension())
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add a page for each module, and one that lists them."""
    lines = ["# Library", "", "Every public module, from its docstrings.", "", "| module | what |", "|---|---|"]
    for name in MODULES:
        first = (import_module(name).__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
        lines.append(f"| [`{name}`]({name}.md) | {first} |")
        files.append(File.generated(config, f"reference/{name}.md", content=_page(name)))
    files.append(File.generated(config, "reference/index.md", content="\n".join(lines) + "\n"))
    return files


def _page(name: str) -> str:
    """The directive for a module, then what `help` shows of its rule sets, which no static reader can know."""
    module = import_module(name)
    shown = [f"# {name}\n\n::: {name}\n"]
    for each in dir(module) if hasattr(module, "__all__") else ():
        value = getattr(module, each)
        if hasattr(value, "with_limits") and not isinstance(value, type):
            shown.append(f"## {each}\n\n``` {{ .text .wrapped }}\n{value!r}\n\n{value.__doc__}\n```\n")
    return "\n".join(shown)


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Leave the words of links to files that are not in docs/, such as sources and model cards."""
    depth = Path(page.file.src_uri).parent

    def words(match: re.Match[str]) -> str:
        inside = (Path("docs") / depth / match[2].partition("#")[0]).as_posix()
        return match[0] if not _leaves(inside) else match[1]

    return OUTSIDE.sub(words, markdown)


def _leaves(path: str) -> bool:
    held: list[str] = []
    for part in path.split("/"):
        held = held[:-1] if part == ".." else [*held, part]
    return held[:1] != ["docs"]
