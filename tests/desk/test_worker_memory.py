"""What a worker loads: what it sends with, and none of the libraries that only pages and the API need."""

import json
import os
import subprocess
import sys
from pathlib import Path

from django.urls import reverse

ROOT = Path(__file__).resolve().parents[2]
# Of the API, of spreadsheets, of the typesetter's and the browser's side.
NEVER = ["ninja", "pydantic", "openpyxl", "desk.api.v1", "playwright", "pytest"]
AS_A_WORKER = """
import json, sys
from config.celery import app
app.loader.import_default_modules()
from mailing import unsubscribe
from mailing.dispatch import sending
link = unsubscribe.example_address()
print(json.dumps({"link": link, "modules": sorted(sys.modules)}))
"""


def test_a_worker_loads_nothing_that_only_pages_need():
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()" + AS_A_WORKER],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    # It has made a link, for which all addresses are read.
    assert found["link"].endswith("/u/example/")
    assert "mailing.dispatch.sending" in found["modules"]
    assert "config.urls" in found["modules"]
    assert set(NEVER) & set(found["modules"]) == set()


def test_addresses_of_the_api_are_found_by_their_names_all_the_same():
    assert reverse("api:openapi") == "/api/v1/openapi.json"
    assert reverse("api:docs") == "/api/v1/docs"
