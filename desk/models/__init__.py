"""Models of the workspace's shell: signs of life, tokens and counters of the API, outgoing webhooks."""

from desk.models.api import ApiCount, ApiMade, ApiToken
from desk.models.pulse import Pulse
from desk.models.webhooks import Webhook, WebhookDelivery

__all__ = ["ApiCount", "ApiMade", "ApiToken", "Pulse", "Webhook", "WebhookDelivery"]
