"""The site's own settings, with a data folder of its own for each test process."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = tempfile.mkdtemp(prefix="navigator-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["DATA_DIR"] = _folder
os.environ["TLS"] = "off"
os.environ.setdefault("SECRET_KEY", "a key for tests alone, long enough to be taken seriously")

from navigator.settings import *  # noqa: E402, F403

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Unhashed names here; the browser tests run the site as it is served, hashes and all.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EDITION_FILE = Path(_folder) / "edition.json"
STATIC_ROOT.mkdir()  # noqa: F405
