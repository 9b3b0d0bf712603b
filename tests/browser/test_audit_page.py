"""The page to label on in a real browser: the keyboard labels, the browser remembers, hostile texts are only text."""

import importlib.util
import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from curate.audit.labels import read_labels
from curate.audit.sheet import page

HOSTILE = (
    "</script><script>document.title='owned'</script>",
    "<!--<script>document.title='owned'//",
    "<img src=https://evil.example/x onerror=\"document.title='owned'\">",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'><base href='https://evil.example/'>",
    "</main></div></body></html><h1>owned</h1><iframe src='javascript:alert(1)'></iframe>",
    "\u202egnp.exe\u202c \u2028 \u2029 \ufeff \x00 \x1b[31m \U0001f600 &lt;b&gt; {{ 7 * 7 }} ${7*7}",
    "Z\u0351\u0352\u0353\u0354a\u0351\u0352l\u0351g\u0353o " + "w" * 4000,
)


INTRUDER = """(() => {
  const script = document.createElement("script"), image = new Image();
  script.textContent = "document.title = 'owned'";
  image.src = "https://evil.example/x.png";
  document.body.append(script, image);
  document.body.insertAdjacentHTML("beforeend", `<b id="b" onclick="document.title = 'owned'">b</b>`);
  document.getElementById("b").click();
})()"""
NAMED = """(() => {
  const field = document.getElementById("labeller");
  field.value = "Ann B";
  field.dispatchEvent(new Event("input"));
})()"""


def load_chromium() -> ModuleType:
    """The helper beside this file."""
    spec = importlib.util.spec_from_file_location("chromium", Path(__file__).with_name("chromium.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


chromium = load_chromium()
pytestmark = pytest.mark.skipif(not chromium.EXECUTABLE, reason="there is no Chromium")
ROWS = [{"item": i, "id": f"{i:032x}", "chars": len(text), "text": text} for i, text in enumerate(HOSTILE, 1)]


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """A browser tab."""
    with chromium.tab(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The page of a sheet whose texts are all hostile; each test's labels are kept under another name."""
    file = tmp_path / "label.html"
    file.write_text(page(str(tmp_path), ROWS))
    return file


def key(tab, text: str) -> None:
    """Press a key that has a character."""
    tab.press(text, ord(text.upper()))


def shown(tab) -> tuple:
    return (
        int(tab.run("document.getElementById('item').textContent")),
        int(tab.run("document.getElementById('done').textContent")),
    )


@pytest.mark.parametrize("width", [1400, 400])
def test_hostile_texts_are_only_text(tab, path: Path, width: int) -> None:
    """Every text is shown as it is; none becomes an element, runs, asks for anything, or widens the page."""
    tab.open(path, width)
    for row in ROWS:
        assert tab.run("document.getElementById('text').textContent") == row["text"]
        assert tab.run("document.documentElement.scrollWidth") <= width
        key(tab, "n")
    assert tab.run("document.getElementById('text').children.length") == 0
    assert tab.run("document.querySelectorAll('script').length") == 2
    assert tab.run("document.querySelectorAll('img, iframe, link, base, object, embed').length") == 0
    assert tab.run("document.querySelectorAll('h1').length") == 1
    assert tab.run("document.title") == f"{len(ROWS)} pages to label"
    assert tab.complaints() == []
    assert tab.requests() == [path.as_uri()]


def test_only_its_own_script_can_run_and_nothing_be_asked_for(tab, path: Path) -> None:
    """What somebody still got into the page as an element would neither run nor load: the policy says so."""
    tab.open(path)
    tab.run(INTRUDER)
    for _ in range(100):  # a complaint comes a moment after what it is about
        time.sleep(0.2)
        assert tab.run("document.title") == f"{len(ROWS)} pages to label"
        said = json.dumps(tab.complaints())
        if said.count("Content Security Policy") >= 3:
            break
    assert said.count("Content Security Policy") >= 3
    failed = [event for name, event in tab.events if name == "Network.loadingFailed"]
    assert [event["blockedReason"] for event in failed] == ["csp"] * len(failed)
    assert not [event for name, event in tab.events if name == "Network.responseReceived" and "evil" in str(event)]


def test_the_keyboard_labels_and_the_browser_remembers(tab, path: Path, tmp_path: Path) -> None:
    """Digits give a value and move on, letters the rest; labels are there after a reload and in the downloaded file."""
    tab.open(path)
    assert shown(tab) == (1, 0)
    key(tab, "l")
    for digit in "4025":
        key(tab, digit)
    assert shown(tab) == (5, 4)
    tab.press("ArrowLeft", 37)
    key(tab, "3")
    key(tab, "t")
    key(tab, "6")
    tab.run("document.getElementById('labeller').focus()")
    key(tab, "1")
    tab.run(NAMED)
    assert shown(tab) == (5, 4)
    for _ in range(200):  # Chromium stores what a page says a moment after it is said
        tab.open(path)
        if shown(tab) == (5, 4):
            break
        time.sleep(0.1)
    assert shown(tab) == (5, 4)
    assert tab.run("document.getElementById('toxic').value") == "1"
    key(tab, "n")
    key(tab, "n")
    key(tab, "u")
    assert shown(tab) == (5, 4)
    tab.ask("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    key(tab, "d")
    file = tmp_path / "labels-Ann-B.jsonl"
    for _ in range(600):
        if file.is_file():
            break
        time.sleep(0.1)
    (reading,) = read_labels([file])
    assert reading.name == "Ann B"
    assert reading.values == {ROWS[0]["id"]: 4, ROWS[1]["id"]: 0, ROWS[2]["id"]: 2, ROWS[3]["id"]: 3}
    first = json.loads(file.read_text().splitlines()[0])
    assert (first["noise"], set(first)) == (1, {"id", "labeller", "value", "noise"})
    assert tab.complaints() == []


def test_it_can_be_used_by_touch_and_screen_reader(tab, path: Path) -> None:
    """On a narrow screen the values stay in view; buttons, fields and the text have names."""
    tab.open(path, 400, 800)
    tab.run("document.querySelector('[data-value=\"3\"]').click()")
    assert shown(tab) == (2, 1)
    place = tab.run("document.querySelector('[data-value=\"3\"]').getBoundingClientRect().bottom")
    assert place <= 800
    for node in tab.ask("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value")
        if role in ("button", "textbox", "combobox", "main", "progressbar") and not node.get("ignored"):
            assert node.get("name", {}).get("value"), node
