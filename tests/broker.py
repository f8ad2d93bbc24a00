"""The embedded broker of a test run: started before Django reads its settings, stopped when pytest ends."""

import atexit

from desk.broker import EmbeddedBroker, broker_binary

__all__ = ["broker_binary", "start_embedded_broker"]


def start_embedded_broker() -> str:
    """Start a broker for this process and give its URL (unix://…)."""
    broker = EmbeddedBroker()
    atexit.register(broker.stop)
    return broker.start()
