"""Messages from a skeleton are, bit by bit, those that the slow way makes."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from contacts.models import ContactList
from mailing.dispatch.rendering import Renderer, RenderError, message_bytes
from mailing.merge import FIELDS
from mailing.models import Delivery, Skeleton
from tests.letters import letter_being_sent
from transport.delivery import refuse_unsafe_bytes

pytestmark = pytest.mark.django_db

# A name in each official language of the Union, in its own script, and some that break programs.
NAMES = [
    "Мария Георгиева", "Jiří Čapek", "Søren Ærø", "Jürgen Groß", "Ελένη Παπαδοπούλου", "Anne O’Brien", "José Muñoz",
    "Õnne Pärn", "Päivi Häkkinen", "Zoë Lefèvre-d’Œuvre", "Niamh Ní Bhriain", "Željko Šimić", "Gábor Őry",
    "Nicolò D'Annunzio", "Žydrūnė Šimkutė", "Ģirts Ķēniņš", "Ġanna Ħasan", "Joëlle van ’t Hof", "Łukasz Żółć",
    "João Conceição", "Ștefan Țăran", "Ľubica Ďuríková", "Črt Žagar", "Åsa Öberg", "O'Neil & Søn <Ltd>",
    "=?utf-8?q?x?=", "From Me", ".", "..", "a" * 200, "é" * 90, 'Say "hi"', "back\\slash", "{{ name }}", "q0000q",
    "x  y", " lead",
]  # fmt: skip
LANGUAGES = ["bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv", "mt", "nl",
             "pl", "pt", "ro", "sk", "sl", "sv"]  # fmt: skip
BODY = """<p>{{ salutation }}</p><h2>For {{ name }} &amp; others</h2><p>{{ given_name }} {{ family_name }} of
{{ country }}, {{ group | default: "no group" }}, sits in {{ committees | default: "no committee &amp; none" }}; this
paragraph is long enough that the text part has to break it, more than once, wherever a value ends, however long.</p>
<ol><li>First for {{ name }}</li><li>Second, which is again a long line that has to be broken for
{{ family_name | default: "somebody's sake" }} and everybody else</li></ol><blockquote><p>{{ name }}: said so, and
said it at such a length that the quotation must be broken</p></blockquote>
<p>{{ reference }}, {{ date }}: {{ sender_name }}, {{ sender_person }}, {{ sender_role }}, {{ organisation }}</p>
<p><a href="{{ statement_link }}">Read it</a></p><p>From the first line on.</p><p>.</p><p>{{ closing }}</p>""".replace(
    "\n", " "
)
LONG = "A subject for {{ name }} of {{ group }} that goes on " + "and on " * 12
SUBJECTS = ["Compensation", "For {{ name }} in {{ country }}", LONG, "Ärzte für {{ family_name }} – ü", "{{ name }}"]

words = st.one_of(
    st.sampled_from(NAMES), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
)
contexts = st.fixed_dictionaries(
    {
        "salutation": words,
        "closing": words,
        "given_name": words,
        "family_name": words,
        "name": words,
        "country": st.sampled_from(["", "AT", "GR", "MT", "XX"]),
        "group": st.sampled_from(["", "EPP", "SD", "none & <such>"]),
        "committees": st.lists(st.sampled_from(["LIBE", "FEMM", "EMPL", "<x>"]), max_size=3),
    }
)


@pytest.fixture(params=["letter", "newsletter", "newsletter with return addresses"])
def mailing(request):
    kind, *is_returned = request.param.split(" ", 1)
    found = letter_being_sent(1, languages=("en",), kind=kind)
    if is_returned:
        found.sender.bounce_domain = "bounces.example"
        found.sender.save()
    if kind == "newsletter":
        found.contact_list = ContactList.objects.create(name="Newsletter", owner=found.owner)
        found.save()
    return found


def both(mailing, subject, body, language, context) -> tuple[bytes | str, bytes | str]:
    """The message by skeleton and the slow way, or the words in which each refuses."""
    Skeleton.objects.all().delete()
    mailing.contents.update(language=language, subject=subject, body=body)
    delivery = Delivery.objects.get()
    delivery.language, delivery.context = language, context
    found = []
    for make in ("message", "message_without_skeleton"):
        try:
            found.append(getattr(Renderer(mailing), make)(delivery))
        except RenderError as error:
            found.append(str(error))
    return found[0], found[1]


def _first_difference(fast, slow) -> str:
    pairs = zip(fast, slow, strict=False)
    at = next((number for number, (a, b) in enumerate(pairs) if a != b), min(len(fast), len(slow)))
    return f"\n{fast[max(0, at - 80) : at + 80]!r}\n{slow[max(0, at - 80) : at + 80]!r}"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=st.sampled_from(SUBJECTS), language=st.sampled_from(LANGUAGES), context=contexts)
@example(subject=LONG, language="bg", context=dict.fromkeys(["salutation", "closing", "name"], "") | {"committees": []})
def test_both_ways_give_the_same_bytes(mailing, subject, language, context):
    fast, slow = both(mailing, subject, BODY, language, context)
    assert fast == slow, _first_difference(fast, slow)
    if isinstance(fast, bytes):
        refuse_unsafe_bytes(fast)


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_alone_and_with_a_default(mailing, name):
    link = FIELDS[name].is_link
    for text in [
        f"{{{{ {name} }}}}",
        f'{{{{{name}|default: "A &amp; <b>"}}}}',
        f'{{{{ {name} | default: "nobody" }}}}',
    ]:
        body = f"<p>before {text} after</p><p>{text}</p>" + (f'<a href="{{{{ {name} }}}}">x</a>' if link else "")
        plain = text.replace("&amp; <b>", "& so on")
        for value in ["", "Ana & <Co>"]:
            context = {"name": "Ana", name: [value] if name == "committees" and value else value}
            fast, slow = both(mailing, plain, body if "<b>" not in text else body.replace("<b>", ""), "fr", context)
            assert fast == slow
            assert isinstance(fast, bytes)


@pytest.mark.parametrize(("subject", "read"), [("Who\x02 pays?", "Who pays?"), ("A\u202ena\r\n{{ name }}", "Ana Iva")])
def test_marks_that_no_header_holds_stop_no_message(mailing, subject, read):
    fast, slow = both(mailing, subject, "<p>Words.</p>", "en", {"name": "Iva"})
    assert fast == slow
    assert f"\r\nSubject: {read}\r\n".encode() in fast


@pytest.mark.parametrize("name", NAMES)
def test_names_of_all_languages(mailing, name):
    fast, slow = both(mailing, "For {{ name }}", BODY, "en", {"name": name, "salutation": f"Dear {name},"})
    assert fast == slow, _first_difference(fast, slow)


def test_what_was_sent_can_be_shown_after_everything_was_edited(mailing):
    sent = Renderer(mailing).message(mailing.deliveries.get())
    mailing.contents.update(subject="Another", body="<p>Another</p>")
    sender = mailing.sender
    sender.name, sender.from_email, sender.reply_to = "Somebody else", "other@elsewhere.example", "re@elsewhere.example"
    sender.bounce_domain = "" if sender.bounce_domain else "returned.example"
    sender.save()
    assert message_bytes(Delivery.objects.get()) == sent


def test_before_the_first_message_the_texts_as_they_stand_are_shown(mailing):
    assert message_bytes(mailing.deliveries.get())
    assert not Skeleton.objects.exists()


def test_two_workers_use_the_one_skeleton_that_was_stored(mailing):
    first, second = Renderer(mailing), Renderer(mailing)
    delivery = mailing.deliveries.get()
    sent = first.message(delivery)
    mailing.contents.update(body="<p>Edited behind our back</p>")
    assert second.message(delivery) == sent
    assert Skeleton.objects.count() == 1


def test_a_skeleton_of_another_version_is_refused(mailing):
    Renderer(mailing).message(mailing.deliveries.get())
    Skeleton.objects.update(program={"version": 0})
    with pytest.raises(RenderError, match="another version"):
        Renderer(mailing).message(mailing.deliveries.get())
