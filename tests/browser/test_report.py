"""The report page in a real browser: quiet, offline, readable, and hostile pages in it are only text."""

import importlib.util
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from curate.cluster import Workers
from curate.engine.run import run
from curate.filters import c4, gopher
from curate.output.checksums import load_manifest, load_report
from curate.recipe import Recipe
from curate.report.groups import wilson
from curate.report.webpage import write_html
from curate.stages import ExactDuplicates, Extract, Read, Rules
from curate.whatif.answer import whatif
from curate.whatif.finished import Finished
from curate.whatif.settings import parse_setting, with_settings

HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "</q></li></ol></details></main><h1>owned</h1>",
    "<svg onload=alert(1)><style>*{display:none}</style>",
    "<a href='javascript:alert(1)'>javascript:alert(1)</a>",
    "<iframe src='https://evil.example/'></iframe><link rel=stylesheet href='https://evil.example/x.css'>",
    "\u202egnp.exe\u202c \u2066isolated\u2069 \u200bzero\u200b \ufeffmark",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J bell\x07 nul\x00 \x7f",
    "{{ 7 * 7 }} {% raw %} ${7*7} &lt;b&gt; &#x3C;script&#x3E; ]]> -->",
    "Z\u0351\u0352\u0353\u0354a\u0351\u0352\u0353l\u0351\u0352g\u0353\u0354o " + "w" * 400,
)
WORDS = "the people of the town have to be with that light and go to see water by the old stone house every winter. "
RECIPE = Recipe(
    name="hostile<script>alert(1)</script>",
    stages=(Read(), Extract("resiliparse"), ExactDuplicates(), Rules(gopher.quality), Rules(c4.quality)),
)


def load_chromium() -> ModuleType:
    """The helper beside this file."""
    spec = importlib.util.spec_from_file_location("chromium", Path(__file__).with_name("chromium.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


chromium = load_chromium()
pytestmark = pytest.mark.skipif(not chromium.EXECUTABLE, reason="there is no Chromium")


def escaped(text: str) -> str:
    """Text as the source of a page that shows it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, record: Callable, write_warc: Callable) -> Path:
    """A run over pages whose texts and addresses are hostile, some kept, some dropped by each of a few rules."""
    folder = tmp_path_factory.mktemp("hostile")
    records: list[bytes] = []
    for number, text in enumerate(HOSTILE):
        bodies = (text, f"{text} {WORDS * 8}", f"{text} {WORDS * 8}", f"{text} {number} {WORDS * 8} {{ function() }}")
        for copy, body in enumerate(bodies):
            # A line end would end the header; all else goes into the address as it is.
            url = f"https://evil{number}.example/{copy}/{text}".replace("\r", "").replace("\n", "")
            page = f"<html><body><main><p>{escaped(body)}</p></main></body></html>"
            records.append(record(url, page.encode("utf-8", "surrogatepass")))
    archive = write_warc(folder / "<b onclick=alert(1)>.warc.gz", records)
    report = run(RECIPE, [str(archive)], folder / "out", workers=Workers(1))
    write_html(folder / "out" / "report.html", report, recipe=RECIPE)
    return folder / "out"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """A browser tab."""
    with chromium.tab(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.mark.parametrize("width", [1280, 400])
def test_it_is_quiet_offline_and_fits(tab, out: Path, width: int) -> None:
    """No console message, no request but the file itself, and no sideways scrolling of the page."""
    tab.open(out / "report.html", width)
    assert tab.complaints() == []
    assert tab.requests() == [(out / "report.html").as_uri()]
    assert tab.run("document.documentElement.scrollWidth") <= width
    assert tab.run("document.documentElement.scrollWidth") == tab.run("document.documentElement.clientWidth")


def test_hostile_pages_are_only_text(tab, out: Path) -> None:
    """Nothing of a page becomes an element, an attribute, a style or a title; its characters are shown."""
    tab.open(out / "report.html")
    assert "owned" not in str(tab.run("document.title"))
    # The recipe's name is shown too, as text.
    assert "hostile<script>" in str(tab.run("document.title"))
    assert tab.run("document.querySelectorAll('img, iframe, link, object, embed, base, form').length") == 0
    assert tab.run("[...document.scripts].map(script => script.type).join()") == "application/json,"
    assert tab.run("document.querySelectorAll('h1').length") == 1
    assert tab.run("document.querySelectorAll('style').length") == 1
    handlers = "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes]).filter(a => /^on/i.test(a.name))"
    assert tab.run(f"{handlers}.length") == 0
    links = tab.run("[...document.links].map(a => a.getAttribute('href'))")
    assert isinstance(links, Sequence)
    assert links and all(str(link).startswith("#") for link in links)
    shown = str(tab.run("document.body.textContent"))
    for piece in ("<script>document.title", "onerror=", "javascript:alert(1)", "{{ 7 * 7 }}", "</details></main>"):
        assert piece in shown
    assert "49" not in str(tab.run("[...document.querySelectorAll('q')].map(q => q.textContent).join(' ')"))
    hidden = set(shown) & set("\u202e\u202c\u2066\u2069\u200b\ufeff\x1b\x07\x9b\x00\x7f")
    assert not hidden
    assert "<U+202E>" in shown and "<U+001B>" in shown
    tab.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert tab.run("document.documentElement.scrollWidth") <= 1280
    assert tab.complaints() == []


MOVE = """(moves) => {
  for (const place of document.querySelectorAll(".slider")) {
    const slider = given.sliders[+place.dataset.slider], range = place.querySelector("input");
    range.value = slider.name in moves ? moves[slider.name] : slider.now;
    range.dispatchEvent(new Event("input"));
  }
  const panel = document.getElementById("whatif-panel");
  return panel.hidden ? "" : panel.querySelector("b").textContent + "|" + panel.querySelector("code").textContent;
}"""


def test_sliders_say_what_whatif_says(tab, out: Path) -> None:
    """One limit or several, looser and tighter, at the ends too: pages that come back and go, and the command."""
    tab.open(out / "report.html")
    sliders = tab.run("given.sliders")
    assert isinstance(sliders, list)
    at = {slider["name"]: slider for slider in sliders}
    finished = Finished(out, RECIPE, (), load_report(out), load_manifest(out))
    tried = (
        {"gopher.quality.min_words": 0}, {"c4.quality.min_sentences": 0}, {"c4.quality.max_curly_bracket_lines": -1},
        {"gopher.quality.min_words": 0, "c4.quality.min_sentences": 0, "c4.quality.max_curly_bracket_lines": -1},
        {"gopher.quality.min_words": -1}, {"gopher.quality.min_words": 0, "gopher.quality.max_mean_word_length": 3},
        *({name: number} for name in at for number in (0, len(at[name]["values"]) // 2)),
    )  # fmt: skip
    seen = set()
    for moves in tried:
        chosen = {name: range(len(at[name]["values"]))[stop] for name, stop in moves.items()}
        if any(stop == at[name]["now"] for name, stop in chosen.items()):
            continue
        counts, command = str(tab.run(f"({MOVE})({json.dumps(chosen)})")).split("|")
        settings = [word for word in command.split() if "=" in word]
        assert settings == [f"{name}={at[name]['values'][chosen[name]]}" for name in at if name in chosen]
        result = whatif(finished, with_settings(RECIPE, [parse_setting(text, RECIPE) for text in settings]))
        kept = len(RECIPE.stages)
        back = sum(flip.docs for flip in result.flips if flip.new.place == kept)
        gone = sum(flip.docs for flip in result.flips if flip.old.place == kept)
        assert counts == f"{back} pages come back, {gone} go", command
        seen.add(counts)
    assert len(seen) > 4
    assert tab.run(f"({MOVE})({{}})") == ""
    assert tab.complaints() == [] and len(tab.requests()) == 1


def test_a_sampled_page_says_how_sure_it_is(tab, out: Path) -> None:
    """A share of pages looked at is scaled to all pages with Wilson's interval; errors of two kinds add as squares."""
    tab.open(out / "report.html")
    low, high = wilson(10, 100)
    found = tab.run("scaled({taken: 100, pages: 5000}, 10)")
    assert found == pytest.approx({"value": 500, "low": 5000 * low, "high": 5000 * high})
    both = tab.run("summed([{value: 5, low: 2, high: 9}, {value: 7, low: 3, high: 10}])")
    assert both == {"value": 12, "low": 7, "high": 17}
    assert tab.run("said(scaled({taken: 7, pages: 7}, 3))") == "3"


def test_without_scripts_it_reads_the_same(tab, out: Path) -> None:
    """The text says which command to use; nothing is left of sliders, and no rule is hidden from print."""
    tab.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open(out / "report.html")
        assert "curate whatif OUT" in str(tab.run("document.querySelector('noscript').textContent"))
        assert tab.run("document.querySelectorAll('input, button').length") == 0
        assert tab.run("document.querySelector('.scripted').hidden && document.getElementById('whatif-panel').hidden")
        tab.ask("Emulation.setEmulatedMedia", media="print")
        shown = "[...document.querySelectorAll('details > div')].every(part => part.getBoundingClientRect().height > 0)"
        assert tab.run(shown)
    finally:
        tab.ask("Emulation.setEmulatedMedia", media="")
        tab.ask("Emulation.setScriptExecutionDisabled", value=False)


def test_it_can_be_read_by_keyboard_and_screen_reader(tab, out: Path) -> None:
    """Headings in order, tables with heads, pictures with words, regions that take the focus, rules that open."""
    tab.open(out / "report.html")
    assert tab.run("document.documentElement.lang") == "en"
    levels = tab.run("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    assert isinstance(levels, list)
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert tab.run("[...document.querySelectorAll('table')].every(t => t.querySelector('thead th[scope=col]'))")
    assert tab.run("[...document.querySelectorAll('tbody tr')].every(r => r.querySelector('th[scope=row]'))")
    assert tab.run("[...document.querySelectorAll('.wide')].every(w => w.tabIndex === 0 && w.ariaLabel)")
    targets = "[...document.links].every(a => document.getElementById(a.getAttribute('href').slice(1)))"
    assert tab.run(targets)
    named = {"image": [], "region": [], "heading": [], "link": []}
    for node in tab.ask("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value")
        if role in named and not node.get("ignored"):
            named[role].append(node.get("name", {}).get("value", ""))
    assert all(all(names) for names in named.values()), named
    assert named["heading"] and named["region"] and named["link"]
    tab.press("Tab", 9)
    assert tab.run("document.activeElement.className") == "skip"
    tab.run("document.querySelector('summary').focus()")
    tab.press("Enter", 13)
    assert tab.run("document.activeElement.parentElement.open")


def test_pictures_have_words(tab, out: Path) -> None:
    """Every histogram says in words what it shows."""
    tab.open(out / "report.html")
    tab.run("document.querySelectorAll('details').forEach(d => d.open = true)")
    tree = tab.ask("Accessibility.getFullAXTree")["nodes"]
    pictures = [node for node in tree if node.get("role", {}).get("value") == "image" and not node.get("ignored")]
    assert pictures
    assert all("pages, limit" in node["name"]["value"] for node in pictures)


def test_hostile_pages_are_harmless_in_the_terminal(out: Path, curate: Callable) -> None:
    """The commands that show pages let no control or bidi character of theirs out."""
    for arguments in (("report", out), ("inspect", out, "-n", "40"), ("report", out, out)):
        done = curate(*arguments)
        assert done.returncode == 0, done.stderr
        assert not set(done.stdout) & set("\u202e\u202c\u2066\u2069\u200b\ufeff\x1b\x07\x9b\x00\x7f")
    assert json.loads((out / "report.json").read_text())["recipe"] == RECIPE.name
