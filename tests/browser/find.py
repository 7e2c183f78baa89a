"""Find a Chromium: one on the system, else Playwright's own download, else apt-get as root on Debian.

Run as a program it makes sure that there is one, or says in one line that there is none; in CI that fails.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The path of a Chromium, or None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    cache = Path.home() / ".cache" / "ms-playwright"
    return next((str(path) for path in sorted(cache.glob("chromium-*/chrome-linux*/chrome"))), None)


def webkit() -> str | None:
    """The path of WebKitGTK's driver, or None; it also needs xvfb-run."""
    return shutil.which("WebKitWebDriver") if shutil.which("xvfb-run") else None


def firefox() -> str | None:
    """The path of a Firefox, or None."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


def minibrowser() -> str:
    """The path of WebKitGTK's small browser, which the driver drives."""
    return str(next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser")))


def _try(*command: str) -> None:
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)


def _install() -> None:
    if not chromium():
        _try(sys.executable, "-m", "playwright", "install", "chromium")
    debian = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")
    if debian and _missing():
        _try("apt-get", "update")
        packages = ("chromium", "firefox-esr", "webkit2gtk-driver", "xvfb", "xauth")
        _try("apt-get", "install", "--yes", "--no-install-recommends", *packages)


def _missing() -> list[str]:
    found = {"Chromium": chromium(), "Firefox": firefox(), "WebKitGTK's driver": webkit()}
    return [name for name, path in found.items() if not path]


if __name__ == "__main__":
    if _missing():
        _install()
    if missing := _missing():
        print(f"No {' and no '.join(missing)} here, and none could be installed: those browser tests cannot run.")
        sys.exit(bool(os.environ.get("CI")))
