"""What a list calls itself to its readers, language by language, and the topics they can choose among."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contacts.models.lists import ContactList


class ListText(models.Model):
    """What the public reads of a list in one language."""

    contact_list = models.ForeignKey(ContactList, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    # As the letter is called in its own head: "Letter from the network".
    name = models.CharField(_("name"), max_length=120)
    # How often it comes: "Once a month".
    frequency = models.CharField(_("how often"), max_length=120, blank=True)
    # One sentence on what is in it, on the sign-up page.
    summary = models.CharField(_("what is in it"), max_length=300, blank=True)

    class Meta:
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["contact_list", "language"], name="list_has_one_text_per_language"),
        ]

    def __str__(self) -> str:
        return self.name


class Topic(models.Model):
    """Something more that readers of a list can choose: items of an issue that carry it are theirs alone."""

    contact_list = models.ForeignKey(ContactList, on_delete=models.CASCADE, related_name="topics")
    slug = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    # Whether readers are offered it; a closed one stays with those who chose it.
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["contact_list", "slug"], name="topic_slug_is_one_per_list"),
        ]

    def __str__(self) -> str:
        return self.slug


class TopicText(models.Model):
    """What a topic is called in one language, and one line on it."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=10)
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("description"), max_length=200, blank=True)

    class Meta:
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(fields=["topic", "language"], name="topic_has_one_text_per_language"),
        ]

    def __str__(self) -> str:
        return self.name
