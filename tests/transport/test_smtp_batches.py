"""Several messages on one connection, with and without PIPELINING: what each became is known, whatever happened."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transport.scripted_smtp import DROP, DROP_ACCEPTED, ScriptedSMTP
from transport.delivery import Outgoing, Receipt
from transport.errors import OutcomeUnknown, PermanentError, TransientError
from transport.smtp import SMTPTransport

PEOPLE = ["ana", "boris", "chloe", "dario", "eva"]


class Diary:
    """A progress that writes down what it is told, and may stop the work at a question."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.lines: list[tuple[str, int]] = []
        self.outcomes: dict[int, object] = {}
        self.stop_at = stop_at
        self.questions = 0

    def may_continue(self) -> None:
        self.questions += 1
        if self.questions == self.stop_at:
            raise InterruptedError

    def started(self, number: int) -> None:
        self.lines.append(("started", number))

    def finished(self, number: int, outcome: object) -> None:
        self.lines.append(("finished", number))
        self.outcomes[number] = outcome


def batch_of(people=PEOPLE) -> list[Outgoing]:
    return [
        Outgoing("desk@platform.example", f"{name}@parliament.example", f"X-To: {name}\r\n\r\n.dot\r\n".encode())
        for name in people
    ]


def caught(server: ScriptedSMTP) -> list[str]:
    return [message.rcpt_to.partition("@")[0] for message in server.messages]


@pytest.fixture(params=[("PIPELINING",), ()], ids=["pipelined", "one by one"])
def server(request):
    with ScriptedSMTP(*request.param) as found:
        yield found


@pytest.fixture
def client(server):
    with SMTPTransport(server.url, data_timeout=5) as found:
        yield found


def test_all_arrive_in_order_on_one_connection(server, client):
    diary = Diary()
    client.deliver_all(batch_of(), diary)

    assert caught(server) == PEOPLE
    assert server.connections == 1
    assert [message.data for message in server.messages] == [one.message for one in batch_of()]
    assert diary.lines == [(what, number) for number in range(5) for what in ("started", "finished")]
    client.deliver_all(batch_of(["filip"]), Diary())
    assert (server.connections, caught(server)[-1]) == (1, "filip")


def test_the_message_after_the_next_is_made_while_the_server_thinks(client):
    diary = Diary()

    def made():
        for number, message in enumerate(batch_of()):
            diary.lines.append(("made", number))
            yield message

    client.deliver_all(made(), diary)

    steps = [f"{what} {number}" for what, number in diary.lines]
    assert steps[:7] == ["made 0", "made 1", "started 0", "made 2", "finished 0", "started 1", "made 3"]
    assert steps[-3:] == ["finished 3", "started 4", "finished 4"]


def test_the_next_envelope_travels_behind_the_dot_only_where_pipelining_is_offered():
    with ScriptedSMTP("PIPELINING") as server, SMTPTransport(server.url, data_timeout=5) as client:
        waits = []
        send = client._put
        client._put = lambda phase, data: (waits.append(data), send(phase, data))
        client.deliver_all(batch_of(), Diary())
        # One envelope was written by itself; the four others went with the dot before them.
        assert len([data for data in waits if data.startswith(b"MAIL")]) == 1
        assert len(server.messages) == 5


@pytest.mark.parametrize(
    ("phase", "reply", "kind"),
    [
        ("rcpt", "550 5.1.1 unknown", PermanentError),
        ("rcpt", "450 4.2.0 later", TransientError),
        ("data", "451 4.3.0 later", TransientError),
        ("dot", "554 5.7.1 no", PermanentError),
        ("dot", "452 4.3.1 full", TransientError),
        ("mail", "450 4.1.8 later", TransientError),
    ],
)
def test_a_refusal_in_the_middle_harms_nobody_else(server, client, phase, reply, kind):
    usual = {"rcpt": "250 Ok", "data": "354 go", "dot": "250 Ok", "mail": "250 Ok"}[phase]
    for answer in (usual, reply):
        server.say(phase, answer)
    diary = Diary()
    client.deliver_all(batch_of(), diary)

    assert caught(server) == ["ana", "chloe", "dario", "eva"]
    assert isinstance(diary.outcomes[1], kind)
    assert all(isinstance(diary.outcomes[number], Receipt) for number in (0, 2, 3, 4))
    assert server.connections == 1


def test_data_wanted_for_nobody_ends_the_connection():
    with ScriptedSMTP("PIPELINING") as server, SMTPTransport(server.url, data_timeout=5) as client:
        server.say("rcpt", "550 5.1.1 unknown")
        server.say("data", "354 go")
        diary = Diary()
        client.deliver_all(batch_of(), diary)
        assert isinstance(diary.outcomes[0], PermanentError)
        assert caught(server) == PEOPLE[1:]
        assert server.connections == 2


def test_a_server_that_takes_one_message_a_connection_gets_all(server, client):
    for answer in ("250 Ok", "421 4.7.0 enough", "250 Ok", DROP, "250 Ok", "250 Ok", "250 Ok"):
        server.say("mail", answer)
    diary = Diary()
    client.deliver_all(batch_of(), diary)
    assert caught(server) == PEOPLE
    assert server.connections == 3


@pytest.mark.parametrize(("drop", "copies"), [(DROP, 0), (DROP_ACCEPTED, 1)])
def test_a_lost_answer_to_the_dot_is_not_known_and_the_next_goes_on(server, client, drop, copies):
    for answer in ("250 Ok", drop):
        server.say("dot", answer)
    diary = Diary()
    client.deliver_all(batch_of(), diary)
    assert isinstance(diary.outcomes[1], OutcomeUnknown)
    assert caught(server).count("boris") == copies
    assert [name for name in caught(server) if name != "boris"] == ["ana", "chloe", "dario", "eva"]


@pytest.mark.parametrize("stop_at", range(1, 7))
def test_who_stops_it_knows_who_got_it(server, client, stop_at):
    diary = Diary(stop_at)
    with pytest.raises(InterruptedError):
        client.deliver_all(batch_of(), diary)
    finished = [PEOPLE[number] for number in diary.outcomes]
    assert caught(server) == finished
    client.deliver_all(batch_of(["filip"]), Diary())
    assert caught(server) == [*finished, "filip"]


def test_an_error_that_pauses_ends_the_batch(server, client):
    server.say("mail", "250 Ok")
    server.say("mail", "554 5.7.1 not you")
    diary = Diary()
    client.deliver_all(batch_of(), diary)
    assert diary.outcomes[1].pauses_mailing
    assert list(diary.outcomes) == [0, 1]
    assert caught(server) == ["ana"]
    assert ("started", 1) not in diary.lines


def test_an_address_that_mail_cannot_carry_is_refused_alone(server, client):
    batch = batch_of()
    batch[2] = Outgoing("desk@platform.example", "spa ce@parliament.example", batch[2].message)
    diary = Diary()
    client.deliver_all(batch, diary)
    assert diary.outcomes[2].code == "address"
    assert caught(server) == ["ana", "boris", "dario", "eva"]


ANSWERS = {
    "mail": ["250 Ok", "250 Ok", "450 later", "421 bye", DROP],
    "rcpt": ["250 Ok", "250 Ok", "550 5.1.1 no", "450 later", "421 bye", DROP, "252 Ok"],
    "data": ["354 go", "354 go", "451 later", "554 no", DROP],
    "body": ["", "", "", "421 bye", DROP],
    "dot": ["250 Ok", "250 Ok", "554 no", "451 later", "421 bye", DROP, DROP_ACCEPTED, "nonsense"],
    "rset": ["250 Ok", "250 Ok", "421 bye", DROP],
}


@given(
    script=st.lists(
        st.sampled_from([(phase, reply) for phase, replies in ANSWERS.items() for reply in replies]), max_size=24
    ),
    extensions=st.sampled_from([("PIPELINING",), ()]),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_the_server_says_the_outcomes_are_true(script, extensions):
    """A receipt: exactly one copy. A refusal: none. Not known: none or one. Never two."""
    with ScriptedSMTP(*extensions) as server, SMTPTransport(server.url, data_timeout=5) as client:
        for phase, reply in script:
            server.say(phase, reply)
        diary = Diary()
        client.deliver_all(batch_of(), diary)
    assert [line for line in diary.lines if line[0] == "finished"] == [
        ("finished", number) for number in diary.outcomes
    ]
    for number, outcome in diary.outcomes.items():
        copies = caught(server).count(PEOPLE[number])
        if isinstance(outcome, Receipt):
            assert copies == 1
        elif isinstance(outcome, OutcomeUnknown):
            assert copies <= 1
            assert ("started", number) in diary.lines
        else:
            assert copies == 0, outcome
    assert set(caught(server)) <= {PEOPLE[number] for number in diary.outcomes}
