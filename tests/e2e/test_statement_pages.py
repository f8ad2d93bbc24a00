"""The page of a draft with everything that can stand on it, in a real browser: at three widths, in both schemes."""

import pytest

from advocacy import commenting
from tests.factories import PASSWORD, StatementFactory, StatementTextFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STORY = (
    "<h2>What our members see</h2><p>In March a woman of 24 from a border village was found in a laundry. "
    "Call her on +44 7700 900 123.</p><p>We call on governments to act.</p>"
)


def test_a_draft_with_findings_comments_and_missing_facts(visit, officer, approver):
    row = StatementFactory(author=officer, kind="press_release", details={"release": "embargo"})
    StatementTextFactory(statement=row, changed_by=officer, summary="Short.", body=STORY)
    StatementTextFactory(statement=row, language="fr", changed_by=officer, title="Un droit", is_reviewed=False)
    comment = commenting.comment(row, actor=approver, words="Which right?", language="en", paragraph=4)
    commenting.answer(comment, actor=officer, words="Article 17.")
    with visit() as boris:
        page = boris.sign_in(officer, PASSWORD)
        boris.open(f"/desk/statements/{row.reference}/")
        for fold in page.locator("details").all():
            fold.evaluate("one => one.open = true")
        boris.check_everywhere("a draft with findings")
        page.get_by_label("The story is invented").check()
        page.get_by_role("button", name="It may stay").click()
        page.get_by_text("Boris Editor answered on").wait_for()
        with page.expect_navigation():
            page.get_by_role("link", name="Change the facts").click()
        boris.check_everywhere("the facts of a press release")
        boris.check_no_complaints()
