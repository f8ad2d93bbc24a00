"""Real workers, a catcher and a broker to stop, for tests of what must hold when processes die."""

import os

import pytest

from tests.faults import postgres
from tests.faults.proxy import Proxy
from tests.faults.watching import Watch
from tests.faults.zygote import ForkedWorker, Zygote
from tests.processes import BeatProcess, Broker, Catcher, WorkerProcess, live_database_url, point_celery_at

# A worker that is to have no broker: nobody listens there.
NOWHERE = "unix:///nonexistent/broker.sock"


@pytest.fixture
def catcher():
    with Catcher() as found:
        yield found


@pytest.fixture
def broker(transactional_db):
    """A broker of the test's own; this process rings there too."""
    found = Broker()
    found.start()
    former = point_celery_at("redis+socket://" + found.url.removeprefix("unix://"))
    yield found
    point_celery_at(former)
    found.close()


@pytest.fixture
def journal_folder(settings, tmp_path):
    """Where workers keep their journals: this process sweeps as beat does, so it has to look there too."""
    settings.JOURNAL_DIR = str(tmp_path / "journal")
    return settings.JOURNAL_DIR


@pytest.fixture
def start_worker(broker, catcher, journal_folder):
    """Starts workers as `celery` commands; what still lives is killed before the tables are emptied."""
    started = []

    def start(kind=WorkerProcess, **options):
        options = {"LEASE_SECONDS": 2, "RETRY_FIRST_SECONDS": 1, "JOURNAL_DIR": journal_folder, **options}
        started.append(kind(broker=broker.url, smtp=catcher.url, **options))
        return started[-1]

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def start_beat(start_worker):
    return lambda: start_worker(BeatProcess)


@pytest.fixture(scope="session")
def zygote():
    """One process for the whole run that forks workers in some 50 ms."""
    found = Zygote()
    yield found
    found.close()


@pytest.fixture
def start_loop(transactional_db, zygote, catcher, journal_folder):
    """Starts workers that need no broker: `run_dispatch`, forked. Keywords in capitals are settings."""
    started = []

    def start(kind="loop", *, smtp="", database="", **options):
        small = {name: value for name, value in options.items() if not name.isupper()}
        settings = {
            "LEASE_SECONDS": 2,
            "RETRY_FIRST_SECONDS": 1,
            "JOURNAL_DIR": journal_folder,
            "SMTP_URL": smtp or catcher.url,
            **{name: value for name, value in options.items() if name.isupper()},
        }
        order = {"broker": NOWHERE, "seed": os.urandom(4).hex(), **small}
        found = ForkedWorker(zygote, kind, database=database or live_database_url(), settings=settings, **order)
        started.append(found)
        return found

    yield start
    for worker in started:
        worker.kill()


@pytest.fixture
def start_celery(start_loop, broker):
    """Starts Celery workers, forked from the same process. `pool` is solo or prefork (with so many children)."""
    numbers = iter(range(1, 100))

    def start(*, pool="prefork", children=1, **options):
        name = f"f{next(numbers)}@{os.getpid()}"
        options = {"broker": broker.url, **options}
        arguments = ["--pool", pool, "-c", str(children), "-Q", "dispatch,default", "-n", name, "--without-gossip"]
        worker = start_loop("worker", arguments=[*arguments, "--without-mingle", "--loglevel", "WARNING"], **options)
        worker.name = name
        return worker

    return start


@pytest.fixture
def start_solo(start_celery):
    """Starts Celery workers that send in their main process."""
    return lambda **options: start_celery(pool="solo", **options)


@pytest.fixture
def start_forked_beat(start_loop, broker, tmp_path):
    """Starts Celery's beat with the real schedule, forked from the same process."""
    numbers = iter(range(1, 100))

    def start():
        schedule = str(tmp_path / f"schedule{next(numbers)}")
        return start_loop("beat", broker=broker.url, arguments=["-s", schedule, "--loglevel", "WARNING"])

    return start


@pytest.fixture(params=["loop", "celery"])
def start_any(request):
    """Each test that starts its workers by this runs twice: with Celery, and with Celery replaced by a plain loop."""
    return request.getfixturevalue(f"start_{request.param}")


@pytest.fixture
def watch(catcher):
    return lambda mailing, *processes: Watch(mailing, catcher, processes)


@pytest.fixture(scope="session")
def postgres_server():
    """A PostgreSQL server that tests may crash and fill."""
    if not postgres.is_possible():
        pytest.skip("PostgreSQL's initdb is not on this machine, so no server can be made to be broken.")
    found = postgres.Postgres()
    yield found
    found.close()


@pytest.fixture
def own_postgres(transactional_db, postgres_server):
    """The test's tables on a server of its own, where this process and all workers look from now on."""
    name = f"own_{os.urandom(4).hex()}"
    postgres_server.copy_here(name)
    former = postgres.point_django_at(postgres_server.url(name))
    postgres_server.name = name
    yield postgres_server
    postgres.point_back(former)


@pytest.fixture
def database_proxy(transactional_db):
    """A proxy in front of the test's database; give a worker `database=database_proxy.url`."""
    settings = postgres.connection.settings_dict
    with Proxy(settings["HOST"] or "127.0.0.1", int(settings["PORT"] or 5432)) as found:
        parts = postgres.urlsplit(live_database_url())
        user = parts.netloc.rpartition("@")[0]
        found.url = parts._replace(netloc=f"{user}@127.0.0.1:{found.port}").geturl()
        yield found


@pytest.fixture
def mail_proxy(catcher):
    """A proxy in front of the catcher; give a worker `smtp=mail_proxy.url`."""
    with Proxy("127.0.0.1", catcher.port) as found:
        found.url = f"smtp://127.0.0.1:{found.port}"
        yield found
