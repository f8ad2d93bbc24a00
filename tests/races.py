"""One deed stopped in its middle while another one is done: an order that chance shows once in a hundred runs."""

import threading

from django.db import connection

from tests.patience import join_all


def done_in_the_middle(deed, *, before, other, seconds=1.0):
    """Do `deed` as far as its first statement that holds the words `before`, then `other`, then the rest of `deed`.

    Each on a connection of its own. `other` gets so many seconds: it may have to wait for a row that `deed` holds.
    Gives what both gave or raised. Fails when `deed` never came to such a statement.
    """
    there, go, found = threading.Event(), threading.Event(), {}

    def stop(execute, sql, params, many, context):
        if before in sql and not there.is_set():
            there.set()
            assert go.wait(20), "nobody let it go on"
        return execute(sql, params, many, context)

    def do(name, work, wrapper=None):
        try:
            if wrapper is None:
                found[name] = work()
            else:
                with connection.execute_wrapper(wrapper):
                    found[name] = work()
        except Exception as error:
            found[name] = error
        finally:
            connection.close()

    first = threading.Thread(target=do, args=("deed", deed, stop), daemon=True)
    second = threading.Thread(target=do, args=("other", other), daemon=True)
    first.start()
    assert there.wait(20), f"it never came to a statement with {before}"
    second.start()
    second.join(seconds)
    go.set()
    join_all([first, second], 30, "the two deeds")
    return found["deed"], found["other"]
