"""Signs of life of the processes, for /healthz and the notices of the workspace."""

from django.db import models


class Pulse(models.Model):
    """When a kind of process (beat, worker) was last alive."""

    name = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
