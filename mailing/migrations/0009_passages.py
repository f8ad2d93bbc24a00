"""Alternative passages of a letter, the asks it makes, and what its translations follow."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("advocacy", "0009_site"),
        ("contacts", "0013_fewer_indexes"),
        ("mailing", "0008_campaign"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MailingAsk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("added_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Passage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField()),
                ("position", models.PositiveSmallIntegerField()),
                ("criteria", models.JSONField(blank=True, null=True)),
                ("country", models.CharField(blank=True, max_length=2, verbose_name="country")),
                ("plan_digest", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "ordering": ["place", "position", "id"],
            },
        ),
        migrations.CreateModel(
            name="PassageText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10)),
                ("body", models.TextField(verbose_name="passage")),
                ("edition", models.PositiveIntegerField(default=1)),
                ("saved_from", models.CharField(blank=True, max_length=32)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ["language"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="skeleton",
            name="mailing_has_one_skeleton_per_language",
        ),
        migrations.AddField(
            model_name="mailingcontent",
            name="followed_body",
            field=models.TextField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="mailingcontent",
            name="followed_subject",
            field=models.CharField(blank=True, max_length=150, null=True),
        ),
        migrations.AddField(
            model_name="skeleton",
            name="shape",
            field=models.CharField(blank=True, default="", max_length=250),
        ),
        migrations.AddConstraint(
            model_name="skeleton",
            constraint=models.UniqueConstraint(
                fields=("mailing", "language", "shape"), name="mailing_has_one_skeleton_per_language_and_shape"
            ),
        ),
        migrations.AddField(
            model_name="mailingask",
            name="added_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="mailingask",
            name="ask",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="mailing_places", to="advocacy.ask"
            ),
        ),
        migrations.AddField(
            model_name="mailingask",
            name="mailing",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="ask_places", to="mailing.mailing"
            ),
        ),
        migrations.AddField(
            model_name="passage",
            name="mailing",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="passages", to="mailing.mailing"
            ),
        ),
        migrations.AddField(
            model_name="passage",
            name="plan",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="advocacy.actionplan",
            ),
        ),
        migrations.AddField(
            model_name="passage",
            name="segment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="contacts.segment",
            ),
        ),
        migrations.AddField(
            model_name="passagetext",
            name="changed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="passagetext",
            name="passage",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="texts", to="mailing.passage"
            ),
        ),
        migrations.AddConstraint(
            model_name="mailingask",
            constraint=models.UniqueConstraint(fields=("mailing", "ask"), name="mailing_makes_an_ask_once"),
        ),
        migrations.AddConstraint(
            model_name="passage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("criteria__isnull", True), ("segment__isnull", True)),
                    models.Q(("country", ""), ("segment__isnull", True)),
                    models.Q(("country", ""), ("criteria__isnull", True)),
                    _connector="OR",
                ),
                name="passage_has_at_most_one_condition",
            ),
        ),
        migrations.AddConstraint(
            model_name="passage",
            constraint=models.CheckConstraint(
                condition=models.Q(("plan__isnull", True), models.Q(("country", ""), _negated=True), _connector="OR"),
                name="passage_of_a_plan_is_for_a_country",
            ),
        ),
        migrations.AddConstraint(
            model_name="passage",
            constraint=models.CheckConstraint(
                condition=models.Q(("place__gte", 1), ("place__lte", 9)), name="passage_place_is_from_1_to_9"
            ),
        ),
        migrations.AddConstraint(
            model_name="passage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("country", ""), ("criteria__isnull", True), ("segment__isnull", True)),
                fields=("mailing", "place"),
                name="passage_for_everybody_else_is_one_a_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="passagetext",
            constraint=models.UniqueConstraint(
                fields=("passage", "language"), name="passage_has_one_text_per_language"
            ),
        ),
    ]
