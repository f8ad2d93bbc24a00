"""Sets the environment of a test run before Django reads it, and starts the embedded broker where none is named.

Loaded as a pytest plugin. Real services come from DATABASE_URL and REDIS_URL; without them the tests use SQLite
in a file and the embedded Valkey, one database of it for each pytest-xdist worker.
"""

import atexit
import os
import shutil
import tempfile

from tests.broker import start_embedded_broker

os.environ.setdefault("DEBUG", "0")
os.environ.setdefault("JOURNAL_DIR", tempfile.mkdtemp(prefix="dmr-journal"))
os.environ.setdefault("SECRET_KEY", "tests-only-tests-only-tests-only-tests-only-tests-only")
os.environ.setdefault("EMAIL_DIGEST_KEY", "tests-only-digest-key-tests-only-digest-key")
os.environ.setdefault("SITE_URL", "http://localhost:8000")
os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,testserver")
os.environ.setdefault("PLATFORM_NAME", "Test Platform")
os.environ.setdefault("REFERENCE_PREFIX", "TST")
os.environ.setdefault("SEND_HOLD_SECONDS", "0")
os.environ.setdefault("HASHED_STATIC", "0")
os.environ.setdefault("CHECK_DOMAINS", "0")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("LEASE_SECONDS", "2")

if "DATABASE_URL" not in os.environ:
    # A file and not memory: worker processes of the fault tests open the same database.
    _folder = tempfile.mkdtemp(prefix="dmr")
    os.environ["DATABASE_URL"] = f"sqlite:///{_folder}/tests.sqlite3"
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)

if "REDIS_URL" not in os.environ:
    os.environ["REDIS_URL"] = start_embedded_broker()

_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if _worker.startswith("gw"):
    number = int(_worker.removeprefix("gw")) + 1
    base = os.environ["REDIS_URL"]
    if base.startswith("unix://"):
        os.environ["REDIS_URL"] = f"{base.split('?')[0]}?virtual_host={number}"
    else:
        os.environ["REDIS_URL"] = f"{base.rsplit('/', 1)[0]}/{number}"
