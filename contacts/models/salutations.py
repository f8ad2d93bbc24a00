"""How a letter opens and closes, by language and gender."""

from django.db import models

from contacts.models.people import Gender


class Salutation(models.Model):
    """Opening and closing of a letter. The rows come from contacts/reference/salutations.csv; a person checks them."""

    language = models.CharField(max_length=10)
    gender = models.CharField(max_length=1, choices=Gender)
    opening = models.CharField(max_length=200, help_text="May hold {given_name} and {family_name}.")
    closing = models.CharField(max_length=300)
    is_checked = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["language", "gender"]
        constraints = [
            models.UniqueConstraint(fields=["language", "gender"], name="salutation_is_one_per_language_and_gender"),
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.gender}"
