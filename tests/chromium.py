"""Finds a Chromium for the browser tests, or installs one where it can: ``python -m tests.chromium``.

``--remind`` only says, in one line, what is left out without one; it says nothing where there is one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VERSION_TIMEOUT = 30.0
"""Seconds that a browser may take to say its version: the first start on a cold machine is slow."""

REMINDER = "The browser tests were SKIPPED: there is no Chromium here (python -m tests.chromium installs one)."


@cache
def find() -> str | None:
    """The path of a Chromium that runs: one on the PATH, else Playwright's own. None: there is none."""
    installed = (path for path in map(shutil.which, NAMES) if path)
    return next((path for path in (*installed, *_playwrights_own()) if _runs(path)), None)


def _playwrights_own() -> list[str]:
    """Where Playwright keeps the browser that it downloads, if it has; it is asked in a process of its own."""
    ask = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    path = answer.stdout.strip()
    return [path] if answer.returncode == 0 and Path(path).is_file() else []


def _runs(path: str) -> bool:
    """Whether it starts: on some systems the command is there and only says where to get the browser."""
    try:
        run = subprocess.run([path, "--version"], capture_output=True, timeout=VERSION_TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return run.returncode == 0


def _has_apt() -> bool:
    return shutil.which("apt-get") is not None and hasattr(os, "geteuid") and os.geteuid() == 0


def _run(*command: str) -> bool:
    print(f"Running: {' '.join(command)}", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode == 0


def _by_apt() -> bool:
    return _run("apt-get", "update", "-qq") and _run("apt-get", "install", "-y", "-qq", "chromium")


def _by_playwright() -> bool:
    return _run(sys.executable, "-m", "playwright", "install", *(["--with-deps"] if _has_apt() else []), "chromium")


def install() -> str | None:
    """Install a Chromium and return its path; None: it can't be done here."""
    for way in (_by_apt, _by_playwright) if _has_apt() else (_by_playwright,):
        done = way()
        find.cache_clear()
        if done and (path := find()):
            return path
    return None


def main(arguments: list[str]) -> int:
    """Say in plain words what is there and what was done. 1: the browser tests can't run."""
    if path := find():
        if "--remind" not in arguments:
            print(f"Browser tests: using {path}.")
        return 0
    if "--remind" in arguments:
        print(REMINDER)
        return 1
    print("Browser tests: no Chromium found, installing one (some 300 MB)…", flush=True)
    if path := install():
        print(f"Browser tests: installed {path}.")
        return 0
    print(
        "Browser tests: Chromium could not be installed, so they will be skipped. To run them, install the package "
        "chromium, or run: playwright install chromium",
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
