"""The demo's campaign and what belongs to it: an event, a figure, a joint statement that others sign, a call we joined.

Everybody and everything in it is invented; the organisations that sign are those of the invented address book.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import User
from advocacy import campaigning, drafting, evidence, inviting, joining, publishing
from advocacy.answering import Answer, take_answer
from advocacy.events import save_event
from advocacy.models import (
    ActionPlan,
    Campaign,
    CampaignText,
    Event,
    Evidence,
    JoinedCall,
    Position,
    Signatory,
    Signature,
    SignOn,
    Statement,
)
from advocacy.positions import Heard, set_position
from contacts.models import Body, Contact, Organisation

SLUG = "compensation-sample"
TITLE = "Compensation for everybody who was trafficked (sample)"
AIM = "Every person who was trafficked gets what they are owed, paid in advance by the state where it must be."
ABOUT = "An invented campaign, to show how statements, letters, answers and days come together.\n\nIt leads nowhere."
FRENCH = {
    "title": "Une indemnisation pour toutes les victimes de la traite (exemple)",
    "aim": "Chaque victime de la traite reçoit ce qui lui est dû, avancé par l’État s’il le faut.",
    "about": "Une campagne inventée, pour montrer comment déclarations, lettres, réponses et dates vont ensemble.",
}
FIGURE = "paid-in-advance-sample"
JOINT = "A joint call for a fund that pays in advance (sample)"
BODY = (
    "<p>We, organisations that exist in this demo only, call on governments to pay compensation in advance "
    f"[[source: {FIGURE}]].</p><h2>What we ask</h2><ol><li>A fund in every country.</li>"
    "<li>Payment within six months.</li><li>Nobody is asked for a residence permit.</li></ol>"
)
CALL = "Open letter on unpaid wages (sample)"


@dataclass(frozen=True)
class _Signer:
    """Somebody invented who answers for an organisation of the sample address book."""

    organisation: str
    name: str
    role: str
    email: str
    answer: str = ""
    comment: str = ""


_SIGNERS = [
    _Signer("Open Harbour (sample)", "Ruairí Mac Sceilge", "Director", "ruairi@openharbour.example", "signed"),
    _Signer(
        "Ponte Verde (sample)",
        "Giulietta Brunacorte",
        "Legal adviser",
        "g.brunacorte@ponteverde.example",
        "asks_change",
        "Please say “within three months”.",
    ),
    _Signer("Union Hall (sample)", "Saskia van der Lindeveld", "Policy adviser", "saskia@unionhall.example"),
]


def make_campaign(officer: User, approver: User) -> None:
    """Make what is missing of it; each part looks whether it is there."""
    campaign = Campaign.objects.filter(slug=SLUG).first() or _write(officer, approver)
    if not Evidence.objects.filter(slug=FIGURE).exists():
        _figure(officer)
    if not Event.objects.filter(slug=SLUG).exists():
        _event(campaign, approver)
    if not SignOn.objects.filter(statement__is_sample=True).exists():
        _sign_on(campaign, officer, approver)
    if not JoinedCall.objects.filter(title=CALL).exists():
        _call(officer, approver)


def _write(officer: User, approver: User) -> Campaign:
    today = timezone.localdate()
    campaign = Campaign(slug=SLUG, topic="Compensation", starts_on=today - dt.timedelta(days=60), is_sample=True)
    campaign.owner = campaign.lead = Organisation.objects.platform()
    bodies = Body.objects.filter(kind=Body.Kind.COMMITTEE, code__in=["LIBE", "FEMM"])
    partners = Organisation.objects.filter(name="Open Harbour (sample)")
    words = CampaignText(language="en", title=TITLE, aim=AIM, about=ABOUT)
    campaigning.save_campaign(campaign, words, partners=partners, bodies=bodies, actor=officer)
    campaigning.save_translation(campaign, CampaignText(language="fr", **FRENCH), actor=officer)
    for kind, row in (
        ("statement", Statement.objects.filter(is_sample=True).order_by("pk").first()),
        ("plan", ActionPlan.objects.filter(is_sample=True).first()),
    ):
        if row is not None:
            campaigning.put_in(campaign, kind, row.pk, actor=officer)
    campaigning.set_public(campaign, is_public=True, actor=approver)
    _positions(campaign, officer)
    return campaign


def _positions(campaign: Campaign, officer: User) -> None:
    seats = Contact.objects.filter(mandates__memberships__body__code="FEMM").distinct().order_by("sort_key")
    for person, stance in zip(seats[:2], (Position.Stance.SUPPORTIVE, Position.Stance.CHAMPION), strict=False):
        heard = Heard(stance=stance, source="Said so at an invented meeting", said_on=timezone.localdate())
        set_position(person, campaign, heard, actor=officer)


def _figure(officer: User) -> None:
    figure = Evidence(
        owner=Organisation.objects.platform(),
        slug=FIGURE,
        claim="of the awards in this demo were paid in advance",
        figure="12",
        unit="%",
        period="an invented year",
        source="Sample survey that nobody made",
        checked_on=timezone.localdate(),
        is_sample=True,
    )
    evidence.save_evidence(figure, actor=officer)


def _event(campaign: Campaign, approver: User) -> None:
    event = Event(
        owner=campaign.owner,
        slug=SLUG,
        campaign=campaign,
        title="Who pays when the offender has nothing? (sample)",
        summary="An invented breakfast with Members of the European Parliament.",
        starts_at=timezone.now() + dt.timedelta(days=20),
        place="European Parliament, Brussels",
        is_public=True,
        is_sample=True,
    )
    organisers = [Organisation.objects.platform()]
    save_event(event, organisers=organisers, links=[], actor=approver)


def _sign_on(campaign: Campaign, officer: User, approver: User) -> None:
    """A joint statement, approved and open for names: one has signed, one asks for a change, one has not answered."""
    statement = Statement.objects.filter(is_sample=True, kind=Statement.Kind.JOINT_STATEMENT).first()
    if statement is None:
        kind = Statement.Kind.JOINT_STATEMENT
        statement = drafting.create_statement(actor=officer, title=JOINT, kind=kind, is_sample=True)
        facts = {"occasion": "EU Anti-Trafficking Day, 18 October", "contact": "Press office, press@platform.example"}
        drafting.change_details(statement, actor=officer, details=facts)
        text = statement.texts.get()
        words = drafting.Words(JOINT, "Organisations ask for a fund that pays in advance.", BODY, is_reviewed=True)
        drafting.save_text(text, words, edition=text.edition, actor=officer)
        campaigning.put_in(campaign, "statement", statement.pk, actor=officer)
        statement.refresh_from_db()
        version = publishing.submit(statement, actor=officer, approver=approver)
        publishing.approve(statement, actor=approver, seen=version.digest)
    deadline = timezone.now() + dt.timedelta(days=14)
    terms = inviting.Terms(deadline=deadline, lead=Organisation.objects.platform())
    sign_on = inviting.set_sign_on(statement, terms, actor=officer)
    for signer in _SIGNERS:
        organisation = Organisation.objects.get(name=signer.organisation)
        person = inviting.Signer(signer.name, signer.role, signer.email)
        signatory = inviting.invite(sign_on, organisation, person, actor=officer)
        if signer.answer:
            _answer(signatory, signer)


def _answer(signatory: Signatory, signer: _Signer) -> None:
    is_signed = signer.answer == Signature.Answer.SIGNED
    given = Answer(
        answer=signer.answer,
        seen=signatory.statement.digest(),
        by_name=signer.name,
        by_role=signer.role,
        comment=signer.comment,
        printed_name=signer.organisation if is_signed else "",
        printed_country=signatory.organisation.country if is_signed else "",
    )
    take_answer(signatory, given)


def _call(officer: User, approver: User) -> None:
    asked = joining.Asked(
        title=CALL,
        lead=Organisation.objects.get(name="Union Hall (sample)"),
        received_on=timezone.localdate(),
        summary="An invented call to pay the wages that people were cheated of.",
        link="https://unionhall.example/open-letter",
    )
    call = joining.add_call(asked, actor=officer)
    seen = joining.digest_of_call(call)
    joining.decide(call, JoinedCall.Decision.JOINED, reason="It is what we ask.", seen=seen, actor=approver)
    joining.publish_call(call, actor=officer)
