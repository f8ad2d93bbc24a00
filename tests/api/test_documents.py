"""docs/api.md says what is true: its calls are made by curl against a real server, its check of signatures is run."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.urls import reverse

from desk.models import Webhook
from desk.models.api import Scope
from desk.webhooks import sending, telling
from desk.webhooks.signing import secret_of
from tests.api.rows import key_of, open_list, published_statement

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def calls():
    return [call for block in blocks("sh") for call in re.split(r"\n(?=curl )", block.strip())]


@pytest.mark.django_db(transaction=True)
def test_each_call_of_the_page_works_as_it_is_written(live_server, administrator):
    if shutil.which("curl") is None:
        pytest.skip("There is no curl on this machine.")
    published_statement()
    open_list()
    environment = {"SITE": live_server.url, "KEY": key_of(administrator), "PATH": "/usr/bin:/bin", "no_proxy": "*"}
    assert len(calls()) >= 7
    for call in calls():
        done = subprocess.run(
            ["sh", "-c", call.replace("curl ", "curl -sS -o /dev/null -w '%{http_code}' ", 1)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stdout in {"200", "201", "202"}, (call, done.stdout, done.stderr)


@pytest.mark.django_db
def test_the_check_of_signatures_on_the_page_takes_ours_and_refuses_another(webhook, receiver):
    (source,) = blocks("python")
    names = {}
    exec(source, names)
    telling.ping(webhook)
    sending.send_due()
    _path, headers, body = receiver.calls[0]
    assert names["is_ours"](secret_of(webhook), headers, body)
    assert not names["is_ours"](secret_of(webhook), headers, body + b"x")
    assert not names["is_ours"](secret_of(webhook), headers | {"webhook-timestamp": "1"}, body)


def test_the_page_names_every_scope_and_event():
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in (*Scope.values, *Webhook.Event.values) if f"`{name}`" not in text] == []


def test_the_addresses_are_found_by_their_names_though_they_are_loaded_late():
    assert reverse("api:openapi") == "/api/v1/openapi.json"
    assert reverse("api:docs") == "/api/v1/docs"
