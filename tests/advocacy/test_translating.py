"""A translation says which of its paragraphs are behind the source, until a person changes or accepts them."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from advocacy.drafting import Words, save_text
from advocacy.models import StatementText
from advocacy.translating import AcceptError, accept, rows_of, sentences, stale_parts
from tests.factories import StatementTextFactory

EN = (
    "<p>In 2025 members met 90 people.</p><p>Most never complained.</p>"
    "<h2>What we ask</h2><p>Let workers claim wages.</p>"
)
LONGER = EN.replace("<p>Most never complained.</p>", "") + "<p>Entirely new at the end, with 7 words.</p>"
FR = (
    "<p>En 2025, nos membres ont rencontré 90 personnes.</p><p>La plupart ne se sont jamais plaintes.</p>"
    "<h2>Nos demandes</h2><p>Que les travailleurs réclament leur salaire.</p>"
)


def save(statement, body, actor, language="en", title=None):
    text = StatementText.objects.get(statement=statement, language=language)
    text.statement = statement
    return save_text(text, Words(title or text.title, "", body), edition=text.edition, actor=actor)


def french(statement):
    text = StatementText.objects.get(statement=statement, language="fr")
    text.statement = statement
    return text


def page(client, statement, name="translation_detail", **data):
    address = reverse(f"advocacy:{name}", args=[statement.reference, "fr"])
    return client.post(address, data, follow=True) if data else client.get(address)


@pytest.fixture
def translated(statement, officer):
    """A statement with a whole French version, saved as people save it."""
    save(statement, EN, officer)
    StatementTextFactory(statement=statement, language="fr", title="L’indemnisation est un droit", body="")
    save(statement, FR, officer, "fr")
    return statement


def test_a_whole_translation_is_not_behind(translated):
    assert stale_parts(french(translated)) == []
    assert sentences(translated) == []


def test_an_edit_of_the_source_says_which_paragraph_is_behind_with_old_and_new_words(translated, officer):
    save(translated, EN.replace("90", "112"), officer)

    (part,) = stale_parts(french(translated))
    assert (part.state, part.was) == ("changed", "In 2025 members met 90 people.")
    assert part.source.text == "In 2025 members met 112 people."
    assert part.own.text.startswith("En 2025")
    assert [(piece.change, piece.text) for piece in part.pieces if piece.change != "same"] == [
        ("del", "90"),
        ("ins", "112"),
    ]
    assert sentences(translated) == ["French: 1 paragraph is behind the source."]


def test_a_new_title_of_the_source_is_noticed_too(translated, officer):
    save(translated, EN, officer, title="Compensation is everybody's right")
    assert [row.own.kind for row in stale_parts(french(translated))] == ["title"]


def test_a_paragraph_put_in_is_missing_and_one_taken_out_is_gone(translated, officer):
    save(
        translated,
        EN.replace("<p>Most never complained.</p>", "") + "<p>Entirely new at the end, with 7 words.</p>",
        officer,
    )

    assert sorted(row.state for row in stale_parts(french(translated))) == ["gone", "missing"]
    assert sentences(translated) == ["French: 1 paragraph is behind the source, 1 paragraph is not translated."]


def test_a_move_is_told_and_makes_nothing_stale(translated, officer):
    save(translated, "<p>Most never complained.</p>" + EN.replace("<p>Most never complained.</p>", ""), officer)

    rows = rows_of(french(translated))
    assert [row.state for row in rows] == ["same"] * 5
    assert sum(row.is_moved for row in rows) == 1


def test_bringing_the_source_back_makes_the_translation_right_again(translated, officer):
    save(translated, EN.replace("90", "112"), officer)
    save(translated, EN, officer)
    assert stale_parts(french(translated)) == []


def test_one_paragraph_is_accepted_and_the_others_stay_behind(translated, officer):
    save(translated, EN.replace("90", "112").replace("wages", "unpaid wages"), officer)
    first, second = stale_parts(french(translated))

    assert accept(french(translated), actor=officer, keys=[first.key]) == 1
    assert [row.key for row in stale_parts(french(translated))] == [second.key]
    assert AuditEvent.objects.latest("id").sentence == (
        f"accepted 1 paragraph of the fr version of {translated.reference} as still right"
    )


def test_all_are_accepted_missing_and_gone_ones_too_and_stay_accepted(translated, officer):
    save(
        translated,
        EN.replace("<p>Most never complained.</p>", "") + "<p>Entirely new at the end, with 7 words.</p>",
        officer,
    )

    assert accept(french(translated), actor=officer) == 2
    assert stale_parts(french(translated)) == []
    save(translated, FR.replace("90", "nonante"), officer, "fr")
    assert stale_parts(french(translated)) == []
    states = [row.state for row in rows_of(french(translated))]
    assert states.count("own") == states.count("unneeded") == 1


def test_what_changed_since_the_page_was_opened_is_not_accepted(translated, officer):
    save(translated, EN.replace("90", "112"), officer)
    (part,) = stale_parts(french(translated))
    save(translated, EN.replace("90", "130"), officer)

    with pytest.raises(AcceptError, match="has changed since"):
        accept(french(translated), actor=officer, keys=[part.key])
    assert len(stale_parts(french(translated))) == 1


def test_a_translation_without_links_is_linked_before_its_source_changes(statement, officer):
    save(statement, EN, officer)
    StatementTextFactory(statement=statement, language="fr", title="Un droit", body=FR)
    save(statement, EN.replace("90", "112"), officer)

    assert [row.state for row in stale_parts(french(statement))] == ["changed"]


def test_the_two_columns_show_both_wordings_and_take_an_answer(
    sign_in, officer, translated, django_assert_max_num_queries
):
    save(translated, EN.replace("90", "112"), officer)
    client = sign_in(officer)
    with django_assert_max_num_queries(12):
        shown = page(client, translated).content.decode()
    assert '<del><span class="vh">taken out: </span>90<span' in shown
    assert "Source changed" in shown
    (part,) = stale_parts(french(translated))

    stale = page(client, translated, "translation_accept", part="0.abc.def")
    assert stale.status_code == 409
    assert "has changed since you opened this page" in stale.content.decode()
    done = page(client, translated, "translation_accept", part=part.key).content.decode()
    assert "1 paragraph is accepted." in done
    assert "none is behind" in done


def test_the_editor_of_a_translation_tells_what_is_behind(sign_in, officer, translated, django_assert_max_num_queries):
    save(translated, EN.replace("90", "112"), officer)
    address = reverse("advocacy:statement_edit", args=[translated.reference])
    client = sign_in(officer)
    with django_assert_max_num_queries(14):
        shown = client.get(f"{address}?lang=fr").content.decode()
    assert "Behind the source" in shown
    assert "Behind the source" not in client.get(address).content.decode()


def test_the_source_itself_and_a_language_nobody_wrote_have_no_two_columns(sign_in, officer, translated):
    client = sign_in(officer)
    for language in ("en", "mt"):
        address = reverse("advocacy:translation_detail", args=[translated.reference, language])
        assert client.get(address).status_code == 404


def test_a_new_version_of_a_published_text_keeps_the_links(translated, officer, approver):
    from advocacy import publishing
    from advocacy.drafting import new_version

    publishing.submit(translated, actor=officer)
    publishing.approve(translated, actor=approver)
    publishing.publish(translated, actor=officer)
    with pytest.raises(AcceptError):
        accept(french(translated), actor=officer)
    copy = new_version(translated, actor=officer)
    save(copy, EN.replace("90", "112"), officer)
    assert [row.state for row in stale_parts(french(copy))] == ["changed"]
