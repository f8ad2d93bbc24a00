"""Issues are put together from blocks."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("advocacy", "0009_site"),
        ("contacts", "0015_newsletters"),
        ("mailing", "0015_follow_up"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="mailingcontent",
            name="preheader",
            field=models.CharField(blank=True, db_default="", default="", max_length=140, verbose_name="preheader"),
        ),
        migrations.CreateModel(
            name="Block",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("lead", "Lead"),
                            ("item", "Statement or plan"),
                            ("text", "Text"),
                            ("button", "Button"),
                            ("figures", "Figures as bars"),
                            ("dates", "Dates"),
                            ("members", "News from members"),
                        ],
                        max_length=10,
                    ),
                ),
                ("source_digest", models.CharField(blank=True, default="", max_length=64)),
                (
                    "mailing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="blocks", to="mailing.mailing"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="advocacy.actionplan",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="advocacy.statement",
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contacts.topic",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="BlockText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10)),
                ("heading", models.CharField(blank=True, max_length=200, verbose_name="heading")),
                ("body", models.TextField(blank=True, verbose_name="text")),
                ("label", models.CharField(blank=True, max_length=100, verbose_name="words of the link")),
                ("url", models.CharField(blank=True, max_length=500, verbose_name="address")),
                ("rows", models.JSONField(blank=True, default=list)),
                ("edition", models.PositiveIntegerField(default=1)),
                ("saved_from", models.CharField(blank=True, max_length=32)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "block",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="texts", to="mailing.block"
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["language"],
            },
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "item"), _negated=True),
                    models.Q(("plan__isnull", True), ("statement__isnull", False)),
                    models.Q(("plan__isnull", False), ("statement__isnull", True)),
                    _connector="OR",
                ),
                name="item_of_an_issue_has_one_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.CheckConstraint(
                condition=models.Q(("statement__isnull", True), ("kind", "item"), _connector="OR"),
                name="only_an_item_leads_to_a_statement",
            ),
        ),
        migrations.AddConstraint(
            model_name="block",
            constraint=models.CheckConstraint(
                condition=models.Q(("plan__isnull", True), ("kind__in", ["item", "figures"]), _connector="OR"),
                name="only_items_and_figures_come_from_a_plan",
            ),
        ),
        migrations.AddConstraint(
            model_name="blocktext",
            constraint=models.UniqueConstraint(fields=("block", "language"), name="block_has_one_text_per_language"),
        ),
    ]
