"""Lists that people join by themselves: public texts, topics, pauses, where readers came from and why they left."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0014_commitments"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("frequency", models.CharField(blank=True, max_length=120, verbose_name="how often")),
                ("summary", models.CharField(blank=True, max_length=300, verbose_name="what is in it")),
            ],
            options={
                "ordering": ["language"],
            },
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=60)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("is_open", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="TopicText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("description", models.CharField(blank=True, max_length=200, verbose_name="description")),
            ],
            options={
                "ordering": ["language"],
            },
        ),
        migrations.AddField(
            model_name="contactlist",
            name="counts_clicks",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="counts how often links are followed"
            ),
        ),
        migrations.AddField(
            model_name="contactlist",
            name="is_open",
            field=models.BooleanField(db_default=False, default=False, verbose_name="open to the public"),
        ),
        migrations.AddField(
            model_name="contactlist",
            name="slug",
            field=models.SlugField(blank=True, max_length=60, null=True, unique=True, verbose_name="address"),
        ),
        migrations.AddField(
            model_name="contactlist",
            name="soft_bounce_limit",
            field=models.PositiveSmallIntegerField(db_default=3, default=3, verbose_name="issues that may come back"),
        ),
        migrations.AddField(
            model_name="subscription",
            name="ended_by",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "It has not, or nobody noted why"),
                    ("left", "Left"),
                    ("colleague", "A colleague, as the person asked"),
                    ("complained", "Complained"),
                    ("bounced", "The mailbox is gone"),
                    ("silent", "Several issues in a row came back"),
                ],
                db_default="",
                default="",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="language",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
        migrations.AddField(
            model_name="subscription",
            name="paused_until",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subscription",
            name="source",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "Not noted"),
                    ("page", "Our page"),
                    ("embed", "A form on another site"),
                    ("api", "The API"),
                    ("import", "A spreadsheet with proof"),
                    ("colleague", "A colleague, with proof"),
                ],
                db_default="",
                default="",
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="contactlist",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_open", False), ("slug__isnull", False), _connector="OR"),
                name="open_list_has_a_public_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactlist",
            constraint=models.CheckConstraint(
                condition=models.Q(("soft_bounce_limit__gt", 0)), name="issues_may_come_back_once"
            ),
        ),
        migrations.AddField(
            model_name="listtext",
            name="contact_list",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="texts", to="contacts.contactlist"
            ),
        ),
        migrations.AddField(
            model_name="topic",
            name="contact_list",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="topics", to="contacts.contactlist"
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="topics",
            field=models.ManyToManyField(blank=True, related_name="subscriptions", to="contacts.topic"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_by", ""), ("status", "unsubscribed"), _connector="OR"),
                name="subscription_that_ended_is_unsubscribed",
            ),
        ),
        migrations.AddField(
            model_name="topictext",
            name="topic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="texts", to="contacts.topic"
            ),
        ),
        migrations.AddConstraint(
            model_name="listtext",
            constraint=models.UniqueConstraint(
                fields=("contact_list", "language"), name="list_has_one_text_per_language"
            ),
        ),
        migrations.AddConstraint(
            model_name="topic",
            constraint=models.UniqueConstraint(fields=("contact_list", "slug"), name="topic_slug_is_one_per_list"),
        ),
        migrations.AddConstraint(
            model_name="topictext",
            constraint=models.UniqueConstraint(fields=("topic", "language"), name="topic_has_one_text_per_language"),
        ),
    ]
