"""A headless Chromium that opens pages from the disk and tells what they did."""

import json
import pathlib
import tempfile
import time

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless=new",
    "--no-sandbox",  # for root, as whom containers run their tests
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
PATIENCE = 120  # seconds; only a hanging browser takes them


class Browser:
    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(prefix="ndbench_chromium_")
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for flag in (*FLAGS, f"--user-data-dir={self.profile.name}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(PATIENCE)
        self.driver.set_script_timeout(PATIENCE)

    def close(self):
        self.driver.quit()
        self.profile.cleanup()

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def width(self, pixels):
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=pixels, height=900, deviceScaleFactor=1, mobile=pixels < 500,
        )

    def open(self, page):
        """Forgets what other pages did."""
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(pathlib.Path(page).resolve().as_uri())

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait_for(self, script):
        """Until the script returns something true."""
        end = time.monotonic() + PATIENCE
        while not (result := self.run(script)):
            if time.monotonic() > end:
                raise AssertionError(f"never came true: {script}")
            time.sleep(0.1)
        return result

    def messages(self):
        """Of the console since the page was opened, whatever their level."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """The addresses that were asked for since, but the page's own and those with no server."""
        addresses = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                addresses.append(message["params"]["request"]["url"])
        pages = [address for address in addresses if address.startswith("file:")]
        others = [address for address in addresses if not address.startswith(("file:", "data:"))]
        return pages[1:] + others
