"""One row a reader."""

from django.db import models


class Reader(models.Model):
    """Somebody who gets the newsletter; `sent_at` is set when it was handed over."""

    public_id = models.CharField(max_length=36)
    # Makes the link by which they leave the list.
    token = models.CharField(max_length=100)
    email = models.EmailField()
    name = models.CharField(max_length=200)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    salutation = models.CharField(max_length=200)
    closing = models.CharField(max_length=200)
    country = models.CharField(max_length=100)
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
