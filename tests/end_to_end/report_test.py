"""A run ends with a page that needs nothing but itself, and runs nothing that a name brings."""

import base64
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest
import unicodedata
import xml.etree.ElementTree

from browser import Browser
from suite_run import SuiteTest, strict_json

NDBENCH = pathlib.Path(os.environ["NDBENCH_COMMAND"])
SEAL_LINES = pathlib.Path(os.environ["NDBENCH_TEST_SEAL_LINES"])
SOURCE = pathlib.Path(os.environ["NDBENCH_TEST_SOURCE"])

SECTIONS = (
    *("findings", "tradeoffs", "overheads", "replicas", "curves", "parts", "knobs", "history"),
    *("comparisons", "failures", "provenance", "terms"),
)

# What would show that something of a name came to life; NUMBER tells the payloads apart.
ATTACKS = (
    "<script>window.hacked=NUMBER</script>",
    "</script><script>window.hacked=NUMBER</script>",
    "</SCRIPT ><SCRIPT>alert(NUMBER)</SCRIPT>",
    "<!--<script>window.hacked=NUMBER//-->",
    "--><script>window.hacked=NUMBER</script><!--",
    "]]><script>window.hacked=NUMBER</script>",
    "</style><script>window.hacked=NUMBER</script>",
    "</title><script>window.hacked=NUMBER</script>",
    "</svg><script>window.hacked=NUMBER</script>",
    "</pre></details><img src=x onerror=window.hacked=NUMBER>",
    '" onload="window.hacked=NUMBER" x="',
    "' onmouseover='window.hacked=NUMBER' x='",
    '"><img src="http://evil.example/NUMBER" onerror="alert(1)">',
    "<img src=http://evil.example/NUMBER>",
    "<link rel=stylesheet href=//evil.example/NUMBER>",
    "<svg/onload=window.hacked=NUMBER>",
    "<svg><use href='//evil.example/NUMBER#x'/></svg>",
    "<iframe srcdoc='<script>parent.hacked=NUMBER</script>'></iframe>",
    "<object data=javascript:window.hacked=NUMBER>",
    "<a href=javascript:window.hacked=NUMBER>x</a>",
    "javascript:window.hacked=NUMBER",
    "<meta http-equiv=refresh content='0;url=http://evil.example/NUMBER'>",
    "<base href=http://evil.example/NUMBER/>",
    "<form action=http://evil.example/NUMBER><input autofocus onfocus=alert(1)>",
    "<style>@import '//evil.example/NUMBER';</style>",
    "<details open ontoggle=window.hacked=NUMBER>",
    "{{constructor.constructor('window.hacked=NUMBER')()}}",
    "${window.hacked=NUMBER}",
    "#{window.hacked=NUMBER} <%= window.hacked=NUMBER %>",
    '"}];window.hacked=NUMBER;//',
    '\\u003cscript\\u003ewindow.hacked=NUMBER\\u003c/script\\u003e',
    "&lt;script&gt;window.hacked=NUMBER&lt;/script&gt;",
    "&#60;script&#62;window.hacked=NUMBER&#60;/script&#62;",
    "&Tab;&NewLine;&NUMBER",
    "line\u2028window.hacked=NUMBER\u2029",
    "\u202e</script>NUMBER\u2066x\u2069",
    "\ufeff<scr\u200bipt>NUMBER",
    "nul\0<script>NUMBER",
    "\x1b]8;;http://evil.example/NUMBER\x1b\\x",
    "\x85\x9b\xadNUMBER",
    "+ADw-script+AD4-window.hacked=NUMBER",
    "__proto__ constructor toString NUMBER",
    "=cmd|' /C calc'!A0 NUMBER",
    "two\nlines\r\nNUMBER\t",
)
PAYLOADS = 1000
PART = {
    "examples": 10, "decisions": 10, "positives": 10, "false_negatives": 1, "negatives": 10,
    "false_positives": 1,
}
MEASURED = ("samples", "files", "state_hash", "prepare_seconds", "peak_memory_bytes")
LONG = "x" * 50_000 + "<script>window.hacked=1</script>" + "y" * 50_000


def payloads():
    for number in range(PAYLOADS - 1):
        attack = ATTACKS[number % len(ATTACKS)].replace("NUMBER", str(number + 1))
        yield f"{attack} {number + 1}"
    yield LONG


def shown(text):
    """As a page shows it: what hides or reorders is spelled out."""

    def spelled(character):
        if unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp"):
            return character
        code = ord(character)
        return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}"

    return "".join(map(spelled, text))


def sha256(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


class Report(SuiteTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_done = cls.run_suite(SOURCE / "suites/smoke.toml")
        cls.page = cls.run_done.folder / "report.html"
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def report(self, folder, *flags):
        done = subprocess.run(
            [NDBENCH, "report", f"--results={folder.parent}", str(folder), *flags],
            capture_output=True, stdin=subprocess.DEVNULL, timeout=self.timeout, check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def assert_quiet(self):
        """Nothing was fetched, and the console is empty."""
        self.assertEqual(self.browser.requests(), [])
        self.assertEqual(self.browser.messages(), [])

    def test_a_run_says_where_its_report_is(self):
        self.assert_exit(self.run_done, 0)
        self.assertIn(f"report: {self.page}\n", self.run_done.stderr)

    def test_the_command_writes_the_same_bytes(self):
        folder = self.page.parent
        self.assertEqual(self.report(folder), self.page.read_bytes())
        picture = (folder / "summary.svg").read_bytes()
        self.assertEqual(self.report(folder, "--format=svg"), picture)
        self.assertLess(self.page.stat().st_size, 1_000_000)
        self.assertLess(len(picture), 100_000)

    def test_a_dry_run_leaves_no_report(self):
        run = self.run_suite(SOURCE / "suites/smoke.toml", "--benchmark_dry_run")
        self.assert_exit(run, 0)
        self.assertEqual(run.folders, [])
        self.assertNotIn("report: ", run.stderr)

    def test_the_policy_lets_in_what_stands_there_and_nothing_else(self):
        text = self.page.read_text()
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
        scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
        (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
        directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        self.assertEqual(directives["default-src"], "'none'")
        self.assertEqual(directives["script-src"].split(), [sha256(script) for script in scripts])
        self.assertEqual(directives["style-src"], sha256(style))
        self.assertEqual(text.count("<script"), 3)  # with the numbers of the charts

    def test_it_opens_quietly_and_draws(self):
        browser = self.browser
        browser.width(1600)
        browser.open(self.page)
        browser.run("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        figures = browser.run("return document.querySelectorAll('figure[data-chart]').length")
        self.assertGreater(figures, 2)
        for number in range(figures):
            figure = f"document.querySelectorAll('figure[data-chart]')[{number}]"
            browser.run(f"{figure}.scrollIntoView()")
            # Not as it is before something is drawn.
            browser.wait_for(
                f"const canvas = {figure}.querySelector('canvas');"
                "const blank = document.createElement('canvas');"
                "[blank.width, blank.height] = [canvas.width, canvas.height];"
                "return canvas.width > 0 && canvas.toDataURL() !== blank.toDataURL();"
            )
        dots = browser.run("return document.querySelectorAll('svg circle').length")
        self.assertGreater(dots, 20)  # replicas and means of eight benchmarks
        for section in SECTIONS:
            heading = browser.run("return document.querySelector(arguments[0])", f"#{section} h2")
            self.assertIsNotNone(heading, section)
        self.assertEqual(browser.run("return document.documentElement.lang"), "en")
        self.assertIn("smoke", browser.driver.title)
        self.assert_quiet()

    def test_it_fits_narrow_and_wide(self):
        for pixels in (390, 1600):
            for is_open in (False, True):
                with self.subTest(pixels=pixels, is_open=is_open):
                    self.browser.width(pixels)
                    self.browser.open(self.page)
                    self.browser.run(
                        "document.querySelectorAll('details')"
                        ".forEach((fold) => { fold.open = arguments[0]; })", is_open)
                    widths = self.browser.run(
                        "return [document.documentElement.scrollWidth, document.body.scrollWidth]")
                    self.assertLessEqual(max(widths), pixels)
                    self.assert_quiet()

    def test_it_is_whole_without_javascript(self):
        self.browser.command("Emulation.setScriptExecutionDisabled", value=True)
        try:
            self.browser.open(self.page)
            tables = self.browser.run(
                "return [...document.querySelectorAll('table')].map((table) => table.rows.length)")
            self.assertGreater(len(tables), 6)
            self.assertGreater(min(tables), 1)
            charts = self.browser.run(
                "return [...document.querySelectorAll('figure[data-chart]')]"
                ".filter((figure) => figure.offsetParent).length")
            self.assertEqual(charts, 0)  # no empty places
            plots = self.browser.run("return document.querySelectorAll('.plot svg circle').length")
            self.assertGreater(plots, 20)
            self.assert_quiet()
        finally:
            self.browser.command("Emulation.setScriptExecutionDisabled", value=False)

    def test_the_picture_is_xml_without_script_or_link(self):
        picture = self.page.parent / "summary.svg"
        root = xml.etree.ElementTree.parse(picture).getroot()
        self.assertEqual(root.get("width"), "800")
        names = {element.tag.rpartition("}")[2] for element in root.iter()}
        self.assertLessEqual(
            names, {"svg", "title", "style", "rect", "text", "line", "circle", "g"})
        self.browser.open(picture)
        self.assert_quiet()

    def hostile_run(self):
        """The run with payloads wherever text can stand; those that can be of several lines too."""
        folder = self.folder / "hostile" / "run"
        shutil.copytree(self.page.parent, folder)
        lines = [strict_json(line) for line in (folder / "journal.jsonl").read_text().splitlines()]
        for line in lines:
            line.pop("checksum")
            line.pop("batch", None)
        rest = payloads()
        used = []
        printed = []

        def take(taken=used):
            taken.append(next(rest))
            return taken[-1]

        header = lines[0]
        origin = header["provenance"]
        for key in ("host_name", "cpu_model", "kernel", "commit", "governor", "compiler"):
            origin[key] = take()
        origin["environment"] = {take(): take() for _ in range(30)}
        header["command"] = take()
        header["suite"] |= {"name": take(), "file": take()}
        origin["suite_file"] = header["suite"]["file"]  # the other is quoted for a shell
        header["programs"] = {take(): take() for _ in range(10)}
        header["plugins"] = {take(): {"file": take(), "hash": take()} for _ in range(10)}
        parts = [take() for _ in range(200)]
        failures = []
        for record in [line for line in lines if line["type"] == "record"]:
            for kind in ("in_force", "libraries", "environment"):
                record[kind] |= {take(): take() for _ in range(4)}
            for epoch in record["samples"].get("epochs", []):
                epoch["evaluation"]["slices"] = [
                    PART | {"name": part, "correct": record["replica"]} for part in parts]
            if record["replica"] > 0:
                continue
            for replica in range(2, 10):
                outcome = {"status": "failed", "reason": take(), "exit_code": 12}
                failure = {key: record[key] for key in record if key not in MEASURED}
                failure |= {"replica": replica, "outcome": outcome | {"output": take(printed)}}
                failures.append(failure)
        parities = [
            {"type": "parity", "version": 5, "model": "m", "backend": "b", "status": "failed",
             "precision": "p", "perturbations": 1, "attempts": 1, "seconds": 1.0, "steps": [],
             "reason": reason}
            for reason in rest]
        used.extend(parity["reason"] for parity in parities)
        lines[-1:-1] = failures + parities  # before the end
        text = "".join(json.dumps(line) + "\n" for line in lines)
        sealed = subprocess.run(
            [SEAL_LINES], input=text, text=True, capture_output=True, check=True)
        (folder / "journal.jsonl").write_text(sealed.stdout)
        return folder, used, printed

    def test_a_thousand_payloads_come_out_as_text(self):
        folder, used, printed = self.hostile_run()
        self.assertEqual(len(used) + len(printed), PAYLOADS)
        page = self.folder / "hostile.html"
        page.write_bytes(self.report(folder))
        browser = self.browser
        browser.command(
            "Page.addScriptToEvaluateOnNewDocument",
            source="window.alert = () => { window.hacked = 'alert'; };"
                   "window.addEventListener('securitypolicyviolation',"
                   "  (event) => { window.hacked = event.blockedURI; });",
        )
        browser.width(1600)
        browser.open(page)
        browser.run("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        browser.run("document.querySelectorAll('figure[data-chart]')"
                    ".forEach((figure) => figure.scrollIntoView())")
        browser.wait_for("return document.querySelectorAll('canvas').length === 0 ||"
                         "  [...document.querySelectorAll('canvas')].some((one) => one.width)")
        self.assertIsNone(browser.run("return window.hacked"))
        text = browser.run("return document.body.textContent")
        missing = [one for one in used if shown(one) not in text]
        missing += [one for one in printed if "\n".join(map(shown, one.split("\n"))) not in text]
        self.assertEqual(missing, [])
        # No element and no attribute that a harmless report has not.
        every = ("return [...new Set([...document.querySelectorAll('*')].flatMap((element) =>"
                 "  [element.localName, ...element.getAttributeNames()]))]")
        names = set(browser.run(every))
        self.assertEqual(browser.run("return document.scripts.length"), 3)
        for pixels in (390, 1600):
            browser.width(pixels)
            # Charts follow the width of the window some frames later.
            browser.wait_for(f"return document.documentElement.scrollWidth <= {pixels}")
            self.assertLessEqual(browser.run("return document.documentElement.scrollWidth"), pixels)
        self.assert_quiet()
        browser.open(self.page)
        self.assertLessEqual(names - {"pre"}, set(browser.run(every)))

        picture = self.folder / "hostile.svg"
        picture.write_bytes(self.report(folder, "--format=svg"))
        xml.etree.ElementTree.parse(picture)
        browser.open(picture)
        self.assertIsNone(browser.run("return window.hacked"))
        self.assert_quiet()


if __name__ == "__main__":
    unittest.main()
