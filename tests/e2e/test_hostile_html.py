"""Hostile HTML in a real browser: nothing runs and no other host is asked, on every page that shows rich text."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from advocacy.citing import with_sources
from advocacy.models import Statement
from advocacy.richtext import RichTextField, sanitise
from tests.factories import PASSWORD, StatementFactory, StatementTextFactory, UserFactory
from tests.letters import letter_being_sent
from tests.payloads.hostile_html import FAMILIES, SNIPPETS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CANARY = """
    window.ran = 0;
    window.hit = () => { window.ran += 1; };
    for (const name of ["alert", "confirm", "prompt", "print", "open"]) window[name] = window.hit;
"""


class Watch:
    """Counts what ran and what was asked of another host, in every frame of a page."""

    def __init__(self, visitor):
        self.page = visitor.page
        self.base = visitor.base_url
        self.asked = []
        self.dialogs = []
        self.ran = 0
        self.page.add_init_script(CANARY)
        self.page.context.on("request", self._asked)
        self.page.on("dialog", self._dialog)

    def _asked(self, request):
        if not request.url.startswith((self.base, "data:", "blob:", "about:")):
            self.asked.append(request.url)

    def _dialog(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def look(self):
        """Wait a moment for what a text may have started, and count."""
        self.page.wait_for_timeout(30)
        for frame in self.page.frames:
            # A sandboxed frame runs nothing, ours neither.
            if "/preview/" not in frame.url:
                self.ran += frame.evaluate("window.ran || 0")

    def check(self):
        assert (self.ran, self.dialogs, self.asked) == (0, [], [])


@pytest.fixture
def published(officer):
    now = timezone.now()
    row = StatementFactory(
        slug="hostile", status="published", published_at=now, approved_at=now, approved_by=UserFactory(role="approver")
    )
    StatementTextFactory(statement=row, changed_by=officer, title="<script>hit()</script><img src=x onerror=hit()>")
    return row


def put(statement, body):
    """Into the database itself, past every form. PostgreSQL takes no NUL; the form takes it out."""
    statement.texts.update(body=body.replace("\0", ""))


def test_the_canary_sings_when_something_runs(visit):
    with visit() as somebody:
        watch = Watch(somebody)
        somebody.page.goto("about:blank")
        somebody.page.set_content("<img src=x onerror=hit()><script>hit()</script>")
        somebody.until("window.ran > 0")
        watch.look()
        assert watch.ran >= 1


def test_clean_html_stays_harmless_without_any_policy_and_when_it_is_parsed_again(visit):
    """Our pages have a policy that would stop a script anyway; this page has none, and parses everything twice."""
    with visit() as somebody:
        watch = Watch(somebody)
        somebody.page.goto("about:blank")
        clean = [sanitise(snippet) for snippet in SNIPPETS] + [with_sources(snippet, "en")[0] for snippet in SNIPPETS]
        counts = somebody.page.evaluate(
            """texts => texts.map(text => {
                const place = document.createElement("div");
                document.body.append(place);
                place.innerHTML = text;
                const first = place.innerHTML;
                place.innerHTML = first;
                for (const element of place.querySelectorAll("*")) element.dispatchEvent(new Event("mouseover"));
                const outer = document.createElement("template");
                outer.innerHTML = `<table><tr><td>${place.innerHTML}</td></tr></table>`;
                document.body.append(outer.content);
                return place.querySelectorAll("script, img, svg, math, style, iframe, form, [onclick], [style]").length;
            })""",
            clean,
        )
        somebody.page.wait_for_timeout(300)
        watch.look()
        watch.check()
    assert sum(counts) == 0


def test_the_public_page_shows_every_snippet_and_runs_none(visit, published):
    address = reverse("public:statement_detail", args=["en", published.slug])
    with visit() as reader:
        watch = Watch(reader)
        for snippet in SNIPPETS:
            put(published, f"<p>Before it.</p>{snippet}")
            reader.open(address)
            assert reader.page.get_by_text("Before it.").count() == 1
            watch.look()
        watch.check()
        reader.check_no_complaints()


def test_the_desk_page_and_the_history_run_none(visit, published, officer):
    Statement.objects.filter(pk=published.pk).update(status="draft", published_at=None)
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        watch = Watch(boris)
        for family in FAMILIES.values():
            put(published, "".join(f"<p>Part {number}.</p>{snippet}" for number, snippet in enumerate(family)))
            boris.open(reverse("advocacy:statement_detail", args=[published.reference]))
            boris.page.get_by_text("Part 0.").first.wait_for()
            watch.look()
            boris.open(reverse("advocacy:version_detail", args=[published.reference, "now"]))
            watch.look()
        watch.check()
        boris.check_no_complaints()


def test_the_editor_opens_raw_rows_and_takes_hostile_pastes_without_running_any(visit, published, officer):
    Statement.objects.filter(pk=published.pk).update(status="draft", published_at=None)
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        watch = Watch(boris)
        for family in FAMILIES.values():
            put(published, "".join(family))
            boris.open(reverse("advocacy:statement_edit", args=[published.reference]))
            boris.page.locator(".ck-editor__editable").first.wait_for()
            watch.look()
        put(published, "<p>Start.</p>")
        boris.open(reverse("advocacy:statement_edit", args=[published.reference]))
        box = boris.page.locator(".ck-editor__editable").first
        box.click()
        box.evaluate(
            """(box, snippets) => { for (const html of snippets) {
                const data = new DataTransfer();
                data.setData("text/html", html);
                data.setData("text/plain", "x");
                const options = { clipboardData: data, bubbles: true, cancelable: true };
                box.dispatchEvent(new ClipboardEvent("paste", options));
            } }""",
            SNIPPETS,
        )
        boris.page.locator("#save-state.saved").wait_for()
        watch.look()
        watch.check()
        # The editor parses in a document that is never shown. Chromium reports what it meets there to our policy though
        # nothing of it runs, so only what ran or was asked counts here.
    body = published.texts.get().body
    assert sanitise(body) == body


def test_the_preview_of_a_letter_runs_none(visit, officer):
    letter = letter_being_sent(1, status="paused")
    with visit() as boris:
        boris.sign_in(officer, PASSWORD)
        watch = Watch(boris)
        field = RichTextField(required=False)
        for name, family in FAMILIES.items():
            if name == "fields":
                # The merge language refuses these at save; tests of it say so.
                continue
            parts = []
            for snippet in family:
                try:
                    parts.append(field.clean(snippet))
                except ValidationError:
                    continue
            letter.contents.update(body="<p>Part 0.</p>" + "".join(parts).replace("{", ""))
            response = boris.page.goto(boris.base_url + reverse("mailing:letter_preview", args=[letter.reference, 1]))
            assert response.status == 200
            boris.page.wait_for_timeout(30)
        watch.check()
        boris.check_no_complaints()
