#!/usr/bin/env python3
"""Opens pages that tt-run makes in a headless Chromium, as a user would, and says what is wrong with them.

  page_test.py DIRECTORY-OF-TT-RUN [DIRECTORY-FOR-SCREENSHOTS]

Speaks WebDriver to Debian's chromedriver. Without one, or without a Chromium, it returns 77: skipped.
"""
import base64
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"right": "\ue014", "down": "\ue015", "escape": "\ue00c", "tab": "\ue004"}
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"]
failures = []


def check(is_right, what):
    if not is_right:
        failures.append(what)
        print("FAILED: " + what)


class Browser:
    """One session of a chromedriver of our own."""

    def __init__(self, driver, chromium, directory):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        self.log = open(directory / "chromedriver.log", "w")
        self.process = subprocess.Popen([driver, f"--port={port}"], stdout=self.log, stderr=self.log)
        self.wait_until_ready()
        options = {"binary": chromium, "args": FLAGS + [f"--user-data-dir={directory}/profile", "--window-size=1360,860"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
        self.base += "/session/" + session

    def wait_until_ready(self):
        for _ in range(300):
            try:
                if self.call("GET", "/status")["ready"]:
                    return
            except OSError:
                time.sleep(0.1)
        sys.exit("chromedriver does not answer")

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=50) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as refused:
            sys.exit(f"{method} {path}: {refused.read().decode()[:600]}")

    def open(self, page):
        self.call("POST", "/url", {"url": page.as_uri()})

    def find(self, css):
        return self.call("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]

    def ask(self, script):
        return self.call("POST", "/execute/sync", {"script": "return " + script, "args": []})

    def hover(self, css):
        move = {"type": "pointerMove", "duration": 0, "x": 0, "y": 0, "origin": {ELEMENT: self.find(css)}}
        self.call("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": [move]}]})

    def press(self, *keys):
        strokes = [{"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": strokes}]})

    def choose(self, css, text):
        self.call("POST", f"/element/{self.find(css)}/value", {"text": text})

    def click(self, css):
        self.call("POST", f"/element/{self.find(css)}/click", {})

    def complaints(self):
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})]

    def screenshot(self, path):
        path.write_bytes(base64.b64decode(self.call("GET", "/screenshot")))

    def close(self):
        self.call("DELETE", "")
        self.process.terminate()
        self.process.wait()
        self.log.close()


def details(browser):
    return browser.ask("document.querySelector('#details').innerText")


def shown_chips(browser):
    return browser.ask("document.querySelectorAll('.view:not([hidden]) .c:not(.dim)').length")


def check_page(browser, name, page, chips):
    """What every page of chips must do."""
    browser.open(page)
    check(browser.ask("performance.getEntriesByType('resource').length") == 0, f"{name}: it loads something")
    count = browser.ask("document.querySelectorAll('.view:not([hidden]) .c').length")
    check(count == chips, f"{name}: {count} chips, not {chips}")
    first = browser.ask("JSON.parse(document.querySelector('#data').textContent)[0].cells[0].name")

    browser.hover(".view:not([hidden]) [data-c='0'] rect")
    check(details(browser).startswith(first), f"{name}: hovering shows {details(browser)[:60]!r}, not {first}")
    check(browser.ask("document.querySelectorAll('.c.near').length") >= 2, f"{name}: no neighbours are marked")
    check("link" in details(browser), f"{name}: hovering names no links")

    browser.call("POST", f"/element/{browser.find('#search')}/value", {"text": first})
    check(0 < shown_chips(browser) < chips, f"{name}: searching leaves {shown_chips(browser)} chips")
    check(f"of {chips} chips" in browser.ask("document.querySelector('#count').textContent"), f"{name}: no count")
    browser.press("escape")
    check(shown_chips(browser) == chips, f"{name}: Escape brings back {shown_chips(browser)} chips")

    browser.ask("document.querySelector('.view:not([hidden]) .c[tabindex=\"0\"]').focus()")
    browser.press("right")
    second = browser.ask("document.activeElement.dataset.c")
    check(second == "1", f"{name}: the right arrow leads to chip {second}")
    browser.press("down", "down")
    check(browser.ask("document.activeElement.dataset.c") not in ("0", "1", None), f"{name}: arrows do not lead down")
    browser.press("escape")

    was_dark = browser.ask("document.documentElement.classList.contains('dark')")
    browser.press("t")
    check(browser.ask("document.documentElement.classList.contains('dark')") != was_dark, f"{name}: t changes nothing")
    browser.press("t")
    before = browser.ask("document.querySelector('#size').textContent")
    browser.press("+")
    check(browser.ask("document.querySelector('#size').textContent") != before, f"{name}: + does not zoom")
    browser.press("0")


def check_filters(browser, name, chips):
    """Filters of a page with several hosts and meshes."""
    browser.choose("#host", browser.ask("document.querySelector('#host').options[2].text"))
    of_host = shown_chips(browser)
    check(0 < of_host < chips, f"{name}: one host has {of_host} chips")
    browser.press("escape")
    if browser.ask("document.querySelector('#mesh').options.length") > 2:
        browser.choose("#mesh", browser.ask("document.querySelector('#mesh').options[1].text"))
        check(0 < shown_chips(browser) < chips, f"{name}: one mesh has {shown_chips(browser)} chips")
        browser.press("escape")
    check(shown_chips(browser) == chips, f"{name}: Escape brings back {shown_chips(browser)} chips")


def check_failure(browser, page):
    """A page of a run that failed says who was first, and with which words."""
    browser.open(page)
    words = browser.ask("document.querySelector('#view-0').innerText")
    for part in ("exit code 3", "rank 1 failed first", "no <b>weights</b> found"):
        check(part in words, f"failure: the page does not say {part!r}")


def check_report(browser, page):
    """A page of a run: the timeline, and overlays over the meshes."""
    name = "report"
    browser.open(page)
    check("exit code" in browser.ask("document.querySelector('#view-0').innerText"), f"{name}: no outcome")
    phases = browser.ask("[...document.querySelectorAll('#view-0 svg .phase title')].map((one) => one.textContent).join(' ')")
    for phase in ("launch", "MPI", "open", "sockets", "run", "close"):
        for rank in (0, 1):
            check(f"rank {rank} {phase}: " in phases, f"{name}: the timeline has no {phase} of rank {rank}")
    words = browser.ask("document.querySelector('#view-3').textContent")
    check("TT_MESH_ID" in words and "placed by" in words, f"{name}: no plan")
    browser.click("#tab-1")
    titles = browser.ask("[...document.querySelector('#overlay').options].map((one) => one.text)")
    check(titles == ["none", "traffic", "waits", "modelled time"], f"{name}: overlays {titles}")
    browser.choose("#overlay", "traffic")
    check(browser.ask("document.querySelectorAll('.l.t5, .b.t5').length") >= 1, f"{name}: no link is the busiest")
    browser.choose("#rank", "1")
    check(0 < shown_chips(browser) < browser.ask("document.querySelectorAll('.c').length"), f"{name}: rank filter")
    browser.press("escape")


def make_pages(binaries, directory):
    """The pages by name: file, chips, whether it has filters, size of the window."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TT_")}
    wanted = {
        "page-8": (["configs/t3k/mgd.textproto", "t3k"], 8),
        "page-160": (["configs/5-galaxy/rank_bindings.yaml", "wh-galaxy*5@all-to-all:4"], 160),
        "page-1152": (["bh-galaxy*36@torus6x6"], 1152),
        "page-degraded": (["wh-galaxy-link:0/1/5~0/2/5-link:0/3/2/4"], 32),
    }
    pages = {}
    for name, (words, chips) in wanted.items():
        page = directory / f"{name}.html"
        subprocess.run([pathlib.Path(binaries) / "tt-run", "show", *words, "--format", "html", "-o", page],
                       cwd=TOP, env=environment, check=True, stderr=subprocess.DEVNULL)
        pages[name] = (page, chips)
    return pages, {name: run_job(binaries, directory / name, environment, *how) for name, how in RUNS.items()}


# Real runs, each with the exit code that it is to have.
RUNS = {
    "pipeline": (0, ["--emulate=wh-galaxy", "docs_examples/two_stage_pipeline"]),
    "failure": (3, ["--cluster=wh-galaxy", "sh", "-c",
                    "[ $TT_RUN_RANK = 0 ] && exec sleep 600; echo 'no <b>weights</b> found' >&2; exit 3"]),
}


def run_job(binaries, directory, environment, exit_code, words):
    """The page of a run of two ranks on half a Galaxy each."""
    done = subprocess.run([f"{binaries}/tt-run", "--rank-binding", TOP / "configs/split-galaxy-4x4/rank_bindings.yaml",
                           "--report", directory, *words], cwd=binaries, env=environment, capture_output=True, text=True, check=False)
    check(done.returncode == exit_code, f"the run of {words} returned {done.returncode}:\n{done.stderr}")
    return directory / "report.html"


def main():
    driver = shutil.which("chromedriver")
    chromium = shutil.which("chromium")
    if not driver or not chromium:
        print("SKIPPED: no chromium and chromedriver here; scripts/setup installs them")
        return 77
    pictures = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        pages, reports = make_pages(sys.argv[1], directory)
        browser = Browser(driver, chromium, directory)
        try:
            for page, (file, chips) in pages.items():
                check_page(browser, page, file, chips)
                if chips > 32:
                    check_filters(browser, page, chips)
                if pictures:
                    browser.hover(".view:not([hidden]) [data-c='5'] rect")
                    browser.screenshot(pictures / f"{page}.png")
            check_failure(browser, reports["failure"])
            check_report(browser, reports["pipeline"])
            if pictures:
                browser.screenshot(pictures / "report-traffic.png")
                browser.click("#tab-0")
                browser.screenshot(pictures / "report-run.png")
            complaints = browser.complaints()
            check(not complaints, f"the console says: {complaints[:5]}")
        finally:
            browser.close()
    print(f"{len(pages) + len(reports)} pages, {len(failures)} failures")
    return 1 if failures else 0


sys.exit(main())
