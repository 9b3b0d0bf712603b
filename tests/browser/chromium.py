"""A page opened in headless Chromium over its debugging pipe: what it logs, asks for, shows, and tells to readers."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select

EXECUTABLE = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip


class Tab:
    """One tab; `events` are all protocol events so far, by name and parameters."""

    def __init__(self, read: int, write: int) -> None:
        self._read, self._write, self._number, self._rest, self._session = read, write, 0, b"", ""
        self.events: list[tuple[str, dict]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: object) -> dict:
        """Call a method of the protocol and return its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def _next(self, timeout: float = 120) -> dict:
        while b"\0" not in self._rest:
            assert select([self._read], [], [], timeout)[0], "Chromium does not answer"
            block = os.read(self._read, 1 << 20)
            assert block, "Chromium has gone"
            self._rest += block
        message, _, self._rest = self._rest.partition(b"\0")
        event = json.loads(message)
        if "method" in event:
            self.events.append((event["method"], event["params"]))
        return event

    def open(self, path: Path, width: int = 1280, height: int = 900) -> None:
        """Load a file and wait until it has been shown."""
        self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self.events.clear()
        self.ask("Page.navigate", url=path.as_uri())
        while not any(name == "Page.loadEventFired" for name, _ in self.events):
            self._next()

    def run(self, script: str) -> object:
        """The value of a JavaScript expression on the page."""
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key: str, code: int) -> None:
        """Press and let go of a key."""
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
                     **({"text": "\r"} if key == "Enter" and kind == "keyDown" else {}))  # fmt: skip

    def complaints(self) -> list[dict]:
        """What the console shows: errors, warnings, exceptions and whatever a script printed."""
        names = {
            "Log.entryAdded",
            "Runtime.consoleAPICalled",
            "Runtime.exceptionThrown",
            "Page.javascriptDialogOpening",
        }
        return [parameters for name, parameters in self.events if name in names]

    def requests(self) -> list[str]:
        """The addresses asked for, the page itself included."""
        return [event["request"]["url"] for name, event in self.events if name == "Network.requestWillBeSent"]

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        """Save what is shown as a PNG."""
        shot = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def tab(profile: Path) -> Iterator[Tab]:
    """A tab of a browser of its own, with a fresh profile."""
    commands, write = os.pipe()
    read, answers = os.pipe()
    # Chromium reads commands from descriptor 3 and writes answers to 4.
    script = f'exec "$0" "$@" 3<&{commands} 4>&{answers}'
    command = ["/bin/bash", "-c", script, EXECUTABLE, *FLAGS, f"--user-data-dir={profile}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    browser = subprocess.Popen(command, pass_fds=(commands, answers), **quiet)
    os.close(commands)
    os.close(answers)
    try:
        yield Tab(read, write)
    finally:
        os.close(write)
        browser.terminate()
        browser.wait(60)
        os.close(read)
