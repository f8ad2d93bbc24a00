"""Sign-on: who is asked to sign a statement, what they answered, and calls that others lead."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from accounts.append_only import append_only


class Migration(migrations.Migration):
    """Signatures and the answers to them can only grow."""

    dependencies = [
        ("advocacy", "0005_texts"),
        ("contacts", "0012_covering_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SignOn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("deadline", models.DateTimeField(verbose_name="deadline")),
                ("note", models.TextField(blank=True, max_length=1000, verbose_name="note to those who are asked")),
                (
                    "order",
                    models.CharField(
                        choices=[
                            ("name", "Lead first, then by name"),
                            ("country", "Lead first, then by country and name"),
                        ],
                        default="name",
                        max_length=10,
                        verbose_name="order of names",
                    ),
                ),
                ("remind_days", models.PositiveSmallIntegerField(default=7, verbose_name="days between reminders")),
                ("opened_at", models.DateTimeField(auto_now_add=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "sign-on",
                "verbose_name_plural": "sign-ons",
            },
        ),
        migrations.CreateModel(
            name="Signatory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("signer", models.CharField(max_length=120, verbose_name="name of the signer")),
                ("role", models.CharField(blank=True, max_length=120, verbose_name="function")),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("language", models.CharField(default="en", max_length=10, verbose_name="language")),
                ("invited_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("asked_digest", models.CharField(blank=True, max_length=64)),
                ("link_serial", models.PositiveIntegerField(default=1)),
                ("link_expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("late_allowed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "signatory",
                "verbose_name_plural": "signatories",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                (
                    "version",
                    models.PositiveIntegerField(
                        default=0, help_text="Number of the StatementVersion that holds these words."
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("signed", "Signed"), ("declined", "Declined"), ("asks_change", "Asks for a change")],
                        max_length=20,
                    ),
                ),
                ("comment", models.TextField(blank=True, max_length=2000)),
                ("by_name", models.CharField(max_length=120)),
                ("by_role", models.CharField(blank=True, max_length=120)),
                ("printed_name", models.CharField(blank=True, max_length=200)),
                ("printed_country", models.CharField(blank=True, max_length=2)),
                ("printed_register_id", models.CharField(blank=True, max_length=20)),
                ("prints_signer", models.BooleanField(default=False)),
                ("is_late", models.BooleanField(default=False)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "signature",
                "verbose_name_plural": "signatures",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="SignatureReply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(max_length=2000)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "answer to a wish for a change",
                "verbose_name_plural": "answers to wishes for a change",
            },
        ),
        migrations.CreateModel(
            name="JoinedCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=40, unique=True, verbose_name="reference")),
                ("slug", models.SlugField(max_length=120, unique=True, verbose_name="address of the page")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("language", models.CharField(default="en", max_length=10, verbose_name="written in")),
                ("summary", models.CharField(blank=True, max_length=400, verbose_name="what it asks")),
                ("link", models.URLField(blank=True, max_length=500, verbose_name="link to the text")),
                ("file_name", models.CharField(blank=True, max_length=120)),
                ("file", models.BinaryField(blank=True, help_text="The text as a PDF.", null=True)),
                ("file_digest", models.CharField(blank=True, max_length=64)),
                ("received_on", models.DateField(verbose_name="received on")),
                ("deadline", models.DateTimeField(blank=True, null=True, verbose_name="deadline")),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                (
                    "decision",
                    models.CharField(
                        choices=[("open", "Not decided"), ("joined", "We joined"), ("declined", "We did not join")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("decided_digest", models.CharField(blank=True, max_length=64)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "call of another organisation",
                "verbose_name_plural": "calls of other organisations",
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="joinedcall",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="joinedcall",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="joinedcall",
            name="lead",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contacts.organisation",
                verbose_name="led by",
            ),
        ),
        migrations.AddField(
            model_name="joinedcall",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contacts.organisation"
            ),
        ),
        migrations.AddField(
            model_name="signatory",
            name="invited_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="signatory",
            name="late_allowed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="signatory",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="signatories", to="contacts.organisation"
            ),
        ),
        migrations.AddField(
            model_name="signatory",
            name="statement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="signatories", to="advocacy.statement"
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="signatory",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="advocacy.signatory"
            ),
        ),
        migrations.AddField(
            model_name="signaturereply",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="signaturereply",
            name="signature",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="reply", to="advocacy.signature"
            ),
        ),
        migrations.AddField(
            model_name="signon",
            name="closed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="signon",
            name="lead",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contacts.organisation",
                verbose_name="lead",
            ),
        ),
        migrations.AddField(
            model_name="signon",
            name="opened_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="signon",
            name="statement",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="sign_on", to="advocacy.statement"
            ),
        ),
        migrations.AddConstraint(
            model_name="joinedcall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("decision", "open")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("decision__in", ["joined", "declined"]),
                    ),
                    _connector="OR",
                ),
                name="joined_call_decision_says_who_and_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="joinedcall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="joined_call_is_decided_by_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="joinedcall",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision", "open"), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="joined_call_decision_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="joinedcall",
            constraint=models.CheckConstraint(
                condition=models.Q(("published_at__isnull", True), ("decision", "joined"), _connector="OR"),
                name="joined_call_is_public_once_joined",
            ),
        ),
        migrations.AddConstraint(
            model_name="joinedcall",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("link", ""), _negated=True), ("file__isnull", False), _connector="OR"),
                name="joined_call_has_its_text_as_link_or_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="signatory",
            constraint=models.UniqueConstraint(fields=("statement", "organisation"), name="signatory_is_a_unique_pair"),
        ),
        migrations.AddConstraint(
            model_name="signatory",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("late_allowed_at__isnull", True), ("late_allowed_by__isnull", True)),
                    models.Q(("late_allowed_at__isnull", False), ("late_allowed_by__isnull", False)),
                    _connector="OR",
                ),
                name="signatory_late_is_allowed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer__in", ["signed", "declined", "asks_change"])),
                name="signature_answer_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", "signed"), _negated=True),
                    models.Q(models.Q(("printed_name", ""), _negated=True), models.Q(("by_name", ""), _negated=True)),
                    _connector="OR",
                ),
                name="signature_says_who_signed_and_how_it_is_printed",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", "asks_change"), _negated=True),
                    models.Q(("comment", ""), _negated=True),
                    _connector="OR",
                ),
                name="signature_says_what_should_change",
            ),
        ),
        migrations.AddConstraint(
            model_name="signon",
            constraint=models.CheckConstraint(
                condition=models.Q(("order__in", ["name", "country"])), name="sign_on_order_is_known"
            ),
        ),
        append_only("advocacy_signature"),
        append_only("advocacy_signaturereply"),
    ]
