"""/outbox/ shows each caught message as its recipient would see it, in the demo and nowhere else."""

from datetime import UTC, datetime

import pytest

from desk.catcher import Catcher
from transport.message import build_message

HTML = "<p style='color:red'>Dear Ms Žitnik, <script>alert(1)</script><a href='https://x.example'>link</a></p>\n"


def keep(folder, number=1, **changes):
    parts = {
        "sender": ("Test Platform", "advocacy@platform.example"),
        "to": ("Ana Žitnik", f"mep{number}@parliament.example"),
        "reply_to": "officer@platform.example",
        "subject": f"Odškodnina <b>{number}</b>",
        "text": "Spoštovana gospa <Žitnik>,\n",
        "html": HTML,
        "message_id": f"id-{number}@platform.example",
        "headers": {"Content-Language": "sl"},
        "date": datetime(2026, 11, 24, 8, 0, tzinfo=UTC),
    }
    return Catcher(folder).keep(build_message(**(parts | changes))).stem


@pytest.fixture
def folder(settings, tmp_path):
    settings.DEMO, settings.DEMO_CATCHER_DIR = True, str(tmp_path / "outbox")
    return tmp_path / "outbox"


@pytest.fixture
def browser(client, viewer):
    client.force_login(viewer)
    return client


def test_the_list_names_who_what_and_in_which_language(browser, folder):
    keep(folder)
    page = browser.get("/outbox/").content.decode()
    assert "Ana Žitnik &lt;mep1@parliament.example&gt;" in page
    assert "Odškodnina &lt;b&gt;1&lt;/b&gt;" in page
    assert "<td>Slovenian</td>" in page
    assert "24 Nov. 2026, 09:00" in page
    assert "Nothing leaves this machine." in page


def test_the_newest_message_comes_first_and_fifty_fill_a_page(browser, folder):
    for number in range(1, 53):
        keep(folder, number)
    first, second = (browser.get(f"/outbox/?page={page}").content.decode() for page in (1, 2))
    assert first.count("/outbox/00") == 50
    assert first.index("0000052-id-52") < first.index("0000051-id-51")
    assert second.count("/outbox/00") == 2
    assert "52 messages" in first
    assert browser.get("/outbox/?page=nonsense").status_code == 200


def test_an_empty_outbox_says_what_to_do(browser, folder):
    page = browser.get("/outbox/").content.decode()
    assert "No message yet." in page
    assert "Approve the letter that waits" in page


def test_a_message_shows_its_head_and_frames_its_html(browser, folder):
    name = keep(folder)
    page = browser.get(f"/outbox/{name}/").content.decode()
    assert "Test Platform &lt;advocacy@platform.example&gt;" in page
    assert "officer@platform.example" in page
    assert f'src="/outbox/{name}/body/"' in page
    assert "sandbox></iframe>" in page
    assert "<script>alert(1)" not in page


def test_the_html_stands_under_its_own_address_where_nothing_runs(browser, folder):
    answer = browser.get(f"/outbox/{keep(folder)}/body/")
    policy = {part.split()[0]: part.split()[1:] for part in answer["Content-Security-Policy"].split("; ")}
    assert policy == {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "sandbox": [],
        "frame-ancestors": ["'self'"],
    }
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.content.decode().strip() == HTML.strip()


def test_a_message_without_html_is_framed_as_its_escaped_text(browser, folder):
    body = browser.get(f"/outbox/{keep(folder, html='')}/body/").content.decode()
    assert "&lt;Žitnik&gt;" in body


def test_text_and_source_are_shown_as_text(browser, folder):
    name = keep(folder)
    text = browser.get(f"/outbox/{name}/?tab=text").content.decode()
    source = browser.get(f"/outbox/{name}/?tab=source").content.decode()
    assert "Spoštovana gospa &lt;Žitnik&gt;," in text
    assert "Message-ID: &lt;id-1@platform.example&gt;" in source
    assert "Spo=C5=A1tovana" in source
    assert "<iframe" not in text + source
    assert "<iframe" in browser.get(f"/outbox/{name}/?tab=nonsense").content.decode()


@pytest.mark.parametrize("name", ["0000009-gone", "..%2F..%2Fetc%2Fpasswd", "secret", "0000001-id-1.eml"])
def test_a_name_that_is_no_message_is_not_found(browser, folder, name):
    keep(folder)
    (folder / "secret.eml").write_bytes(b"Subject: x\r\n\r\n")
    assert browser.get(f"/outbox/{name}/").status_code == 404
    assert browser.get(f"/outbox/{name}/body/").status_code == 404


@pytest.mark.parametrize(("demo", "has_folder"), [(False, True), (True, False)])
def test_outside_the_demo_there_is_no_outbox(browser, folder, settings, demo, has_folder):
    name = keep(folder)
    settings.DEMO = demo
    settings.DEMO_CATCHER_DIR = settings.DEMO_CATCHER_DIR if has_folder else ""
    for path in ("/outbox/", f"/outbox/{name}/", f"/outbox/{name}/body/"):
        assert browser.get(path).status_code == 404


def test_strangers_are_sent_to_the_sign_in_page(client, db, folder):
    name = keep(folder)
    for path in ("/outbox/", f"/outbox/{name}/", f"/outbox/{name}/body/"):
        assert client.get(path).status_code == 302


def test_nothing_can_be_changed_here(browser, folder):
    assert browser.post("/outbox/").status_code == 405


def test_the_pages_cost_the_same_few_queries_however_many_messages_there_are(
    browser, folder, django_assert_max_num_queries
):
    name = keep(folder)
    counts = []
    for more in (0, 20):
        for number in range(more):
            keep(folder, number + 2)
        with django_assert_max_num_queries(12) as counted:
            browser.get("/outbox/")
        counts.append(len(counted))
    assert counts[0] == counts[1]
    with django_assert_max_num_queries(12):
        browser.get(f"/outbox/{name}/")
