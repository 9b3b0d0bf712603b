"""Browsing a run: what it finds is what the files hold, hostile pages are only text, and strangers get nothing."""

import http.client
import importlib.util
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from urllib.parse import urlencode, urlsplit

import pyarrow.parquet as pq
import pytest

from curate.audit.labels import read_labels
from curate.browse import search as searching
from curate.browse.labels import Labels
from curate.browse.original import archives
from curate.browse.pages import Browser, page_of, query_of
from curate.browse.rows import open_rows
from curate.browse.search import Query, search
from curate.browse.server import Server
from curate.cluster import Workers
from curate.engine.run import run
from curate.errors import UsageError
from curate.filters import gopher
from curate.recipe import Recipe
from curate.stages import ExactDuplicates, Extract, Language, Read, Rules

HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "</div></main><h1>owned</h1><meta http-equiv=refresh content='0;url=EVIL/refreshed'>",
    "<iframe src='EVIL/'></iframe><link rel=stylesheet href='EVIL/x.css'><img src='EVIL/i'><body background='EVIL/b'>",
    "\u202egnp.exe\u202c \x1b[31mred {{ 7 * 7 }}",
)
WORDS = "the people of the town have to be with that light and go to see water by the old stone house every winter. "
RECIPE = Recipe("browsed", (Read(), Extract("resiliparse"), Language(), ExactDuplicates(), Rules(gopher.quality)))


def load_chromium() -> ModuleType:
    """The helper beside this file."""
    spec = importlib.util.spec_from_file_location("chromium", Path(__file__).with_name("chromium.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


chromium = load_chromium()


@pytest.fixture(scope="module")
def evil() -> Iterator[tuple[str, list[str]]]:
    """The address of a server that hostile pages name, and what was asked of it."""
    asked: list[str] = []

    class Noting(BaseHTTPRequestHandler):
        """Notes what it is asked."""

        def do_GET(self) -> None:
            """Note an address."""
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Say nothing."""

    served = ThreadingHTTPServer(("127.0.0.1", 0), Noting)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{served.server_port}", asked
    served.shutdown()
    served.server_close()


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, record: Callable, write_warc: Callable, evil) -> Path:
    """A run over hostile pages, each kept once, copied once and too short once; their HTML is hostile too."""
    folder = tmp_path_factory.mktemp("browse")
    records = []
    for number, hostile in enumerate(HOSTILE):
        text = hostile.replace("EVIL", evil[0])
        escaped = text.replace("&", "&amp;").replace("<", "&lt;")
        for copy, body in enumerate((f"{escaped} {number} {WORDS * 9}", f"{escaped} {number} {WORDS * 9}", escaped)):
            url = f"https://www.site{number}.example/{copy}/{text}"
            records.append(record(url, f"<html><body>{text}<main><p>{body}</p></main></body></html>"))
    archive = write_warc(folder / "crawl.warc.gz", records)
    run(RECIPE, [str(archive)], folder / "out", workers=Workers(1))
    return folder / "out"


@pytest.fixture(scope="module")
def server(out: Path) -> Iterator[Server]:
    """A server of that run."""
    served = Server(Browser("<b>run</b>", open_rows(out), archives(out), Labels(out, "ann")))
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield served
    served.shutdown()
    served.server_close()


Answer = tuple[int, str, dict]


def ask(server: Server, path: str = "", *, method: str = "GET", body: object = None, **headers: str) -> Answer:
    """Status, body and headers of an answer; a path that begins with a slash is whole."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
    whole = path if path.startswith("/") else f"/{server.token}/{path}"
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, whole, None if body is None else json.dumps(body), sent)
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), dict(answer.getheaders())


def all_rows(out: Path) -> list[dict]:
    """The rows on disk in the order of the files, read in the plainest way."""
    found = []
    for kind in ("data", "dropped", "quarantine"):
        for path in sorted((out / kind).glob("*.parquet")):
            found += pq.read_table(path).to_pylist()
    return found


def test_what_is_found_is_what_the_files_hold(out: Path) -> None:
    """Every filter alone and together, against the rows read one by one."""
    rows, held = open_rows(out), all_rows(out)
    measured = [pq.read_table(path).to_pylist() for path in sorted((out / "signals").glob("*.parquet"))]
    signals = {row["id"]: row for part in measured for row in part}
    assert len(rows) == len(held)
    language = {row["id"]: signals.get(row["id"], {}).get("language") or "" for row in held}

    def plainly(**wanted: str) -> list[int]:
        fits = []
        for number, row in enumerate(held):
            site = (urlsplit(row["url"]).hostname or "").removeprefix("www.")
            fits += [number] * (
                wanted.get("stage", row.get("stage", "")) == row.get("stage", "")
                and wanted.get("rule", row.get("rule", "")) == row.get("rule", "")
                and wanted.get("fate", "") in ("", "gone" if "stage" in row else "kept")
                and wanted.get("language", language[row["id"]]) == language[row["id"]]
                and wanted.get("site", site) == site
                and wanted.get("url", "").lower() in row["url"].lower()
                and wanted.get("text", "").lower() in (row["text"] or "").lower()
            )
        return fits

    for wanted in (
        {}, {"fate": "kept"}, {"fate": "gone"}, {"stage": "gopher.quality"},
        {"stage": "dedup_exact", "rule": "same_text"},
        {"language": "en"}, {"site": "site3.example"}, {"url": "/1/<IMG"}, {"text": "TOWN have"},
        {"text": "no such words"},
        {"fate": "gone", "site": "site1.example", "text": "onerror"}, {"stage": "no such stage"},
    ):  # fmt: skip
        assert list(search(rows, Query(**wanted)).rows) == plainly(**wanted), wanted
    assert [len(plainly(**wanted)) for wanted in ({}, {"fate": "kept"}, {"text": "no such words"})] == [15, 5, 0]


def test_it_goes_on_where_it_stopped(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows at a time, looked through a few at a time, are all rows once, in each order."""
    rows = open_rows(out)
    whole = {order: search(rows, Query(order=order)).rows for order in ("stored", "near")}
    monkeypatch.setattr(searching, "PAGE", 2)
    monkeypatch.setattr(searching, "READ", 3)
    monkeypatch.setattr(searching, "SCATTERED", 3)
    for order, text in (("stored", ""), ("stored", "town"), ("near", ""), ("near", "town")):
        found: list[int] = []
        start = 0
        while True:
            part = search(rows, Query(order=order, text=text, start=start))
            found += part.rows
            assert len(part.rows) <= 2
            if not (start := part.next):
                break
        kept = {row for row, each in enumerate(all_rows(out)) if text in (each["text"] or "")}
        assert found == [row for row in whole[order] if row in kept or not text]
    gaps = rows.gap[list(whole["near"])].tolist()
    assert gaps == sorted(gaps)


def test_strangers_get_nothing(server: Server) -> None:
    """No token or a wrong one, another host's name, another site's page or form: refused, and not labelled."""
    assert ask(server)[0] == 200
    assert ask(server, "/")[0] == 403
    assert ask(server, f"/{server.token[:-1]}x/")[0] == 403
    assert ask(server, f"/{server.token}x/")[0] == 403
    for host in ("evil.example", "127.0.0.1", f"evil.example:{server.server_port}", ""):
        assert ask(server, Host=host)[0] == 421
    assert ask(server, Host=f"localhost:{server.server_port}")[0] == 200
    for site in ("cross-site", "same-site"):
        assert ask(server, Sec_Fetch_Site=site)[0] == 403
    own = {"Origin": f"http://127.0.0.1:{server.server_port}", "Content_Type": "application/json"}
    label = {"id": "0" * 32, "value": 3}
    strange = ("https://evil.example", "null", "")
    for wrong in (*({"Origin": origin} for origin in strange), {"Content_Type": "text/plain"}):
        assert ask(server, "label", method="POST", body=label, **(own | wrong))[0] in (403, 415)
    for body in ({"id": "x", "value": 6}, {"id": "x", "value": "3"}, {"value": 3}, [1], "x" * 9000):
        assert ask(server, "label", method="POST", body=body, **own)[0] == 400
    assert ask(server, "other", method="POST", body=label, **own)[0] == 400
    assert not server.browser.labels.path.exists()
    for path in ("nothing", "original?row=99", "original?row=../1", "../report.json", "browse.html"):
        assert ask(server, path)[0] == 404


def test_answers_forbid_what_they_do_not_need(server: Server) -> None:
    """The page may run its own script alone; what was captured may run none, load nothing, and send nothing."""
    for path, wanted in (("", ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")),
                         ("original?row=0", ("sandbox;", "default-src 'none'", "form-action 'none'"))):  # fmt: skip
        headers = ask(server, path)[2]
        assert all(part in headers["Content-Security-Policy"] for part in wanted)
        assert headers["Referrer-Policy"] == "no-referrer" and headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in headers
    assert "<script>document.title" in ask(server, "original?row=0")[1]
    assert "allow-" not in ask(server, "original?row=0")[2]["Content-Security-Policy"]


def test_what_is_asked_is_only_text(out: Path) -> None:
    """Fields of the address are shown escaped, wrong numbers are said, and anything else is answered."""
    browser = Browser("run", open_rows(out), {}, Labels(out, ""))
    page = page_of(browser, {"url": '"><script>alert(1)</script>', "least": "many", "row": "99999", "order": "no"})
    assert "<script>alert" not in page and "is no number" in page and "Choose a page" in page
    with pytest.raises(UsageError, match="no number"):
        query_of({"least": "nan"})


def test_labels_are_what_the_audit_reads(out: Path, tmp_path: Path) -> None:
    """The last label of a page counts, one that is taken away is gone, and another's stay."""
    (tmp_path / "audit").mkdir()
    (tmp_path / "audit" / "browsed.jsonl").write_text('{"id": "p", "value": 1, "labeller": "bob"}\n')
    labels = Labels(tmp_path, "ann")
    labels.give("p", 2)
    labels.give("p", 4)
    labels.give("q", 0)
    labels.give("q", None)
    with pytest.raises(UsageError):
        labels.give("p", 6)
    found = {reading.name: dict(reading.values) for reading in read_labels([labels.path])}
    assert found == {"ann": {"p": 4}, "bob": {"p": 1}}
    assert Labels(tmp_path, "ann").of("p") == 4
    labels.give("p", None)
    assert [reading.name for reading in read_labels([labels.path])] == ["bob"]


@pytest.mark.skipif(not chromium.EXECUTABLE, reason="there is no Chromium")
def test_hostile_pages_are_dead_in_the_browser(server: Server, evil, tmp_path: Path) -> None:
    """Every page is opened with its HTML beside it: no script, no request elsewhere; keys move on and label."""
    with chromium.tab(tmp_path) as tab:
        for row in range(15):
            visit(tab, server, f"?{urlencode({'row': row})}")
            assert tab.run("document.title") == "<b>run</b>"
            assert tab.run("document.querySelectorAll('h1').length") == 1
            assert tab.run("document.querySelectorAll('script').length") == 1
            assert all(url.startswith((server.address, "about:")) for url in tab.requests()), tab.requests()
            assert not set(str(tab.run("document.body.textContent"))) & set("\u202e\u202c\x1b")
            assert tab.run("document.querySelector('iframe').contentDocument === null")
            assert tab.run("document.documentElement.scrollWidth") <= 1280
        visit(tab, server, "")
        first = tab.run("document.getElementById('label').dataset.id")
        tab.press("3", 51)
        tab.run("new Promise(done => setTimeout(done, 300))")
        assert tab.ask("Runtime.evaluate", expression="new Promise(done => setTimeout(done, 500))", awaitPromise=True)
        assert server.browser.labels.of(str(first)) == 3
        assert tab.run("document.querySelector('[aria-pressed=true]').dataset.value") == "3"
        tab.events.clear()
        tab.press("j", 74)
        while not any(name == "Page.loadEventFired" for name, _ in tab.events):
            tab._next()
        assert tab.run("document.getElementById('label').dataset.id") != first
        server.browser.labels.give(str(first), None)
        assert evil[1] == []
        tab.ask("Page.navigate", url=evil[0])
        assert tab.ask("Runtime.evaluate", expression="new Promise(done => setTimeout(done, 300))", awaitPromise=True)
        assert "/" in evil[1]  # the server that hostile pages name does hear who asks


def visit(tab, server: Server, query: str) -> None:
    """Load a page of the browser and wait until it and its frame have been shown."""
    tab.ask("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
    tab.events.clear()
    tab.ask("Page.navigate", url=server.address + query)
    while not any(name == "Page.loadEventFired" for name, _ in tab.events):
        tab._next()
