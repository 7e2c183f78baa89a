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


def minibrowser() -> str:
    """The path of WebKitGTK's small browser, which the driver drives."""
    return str(next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser")))


def _try(*command: str) -> None:
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600)


def _install() -> None:
    if not chromium():
        _try(sys.executable, "-m", "playwright", "install", "chromium")
    debian = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")
    if debian and not (chromium() and webkit()):
        _try("apt-get", "update")
        _try("apt-get", "install", "--yes", "--no-install-recommends", "chromium", "webkit2gtk-driver", "xvfb", "xauth")


if __name__ == "__main__":
    if not (chromium() and webkit()):
        _install()
    missing = [name for name, found in (("Chromium", chromium()), ("WebKitGTK's driver", webkit())) if not found]
    if missing:
        print(f"No {' and no '.join(missing)} here, and none could be installed: those browser tests cannot run.")
        sys.exit(bool(os.environ.get("CI")))
