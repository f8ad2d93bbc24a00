"""The verdict of `bench faults` sees each kind of fault in its two files; else its zeros would mean nothing."""

import gzip

import pytest

from benchmarks.faulty.verdict import judge

ROW = "{campaign},letter,{to},{id},{status},{digest},{left}"
HEAD = "campaign,kind,recipient,message_id,status,digest,unsubscribed"
GOOD = {"campaign": 2, "to": "a@r.example", "id": "1@p.example", "status": "sent", "digest": "aa", "left": ""}
TAKEN = ["1.0", "1", "a@r.example", "1@p.example", "aa" + "0" * 62]


def verdict(folder, row, *lines, **more):
    log, ledger = folder / "sink.log.gz", folder / "ledger.csv"
    log.write_bytes(gzip.compress("".join("\t".join(line) + "\n" for line in lines).encode()))
    ledger.write_text(HEAD + "\n" + ROW.format(**{**GOOD, "digest": "aa" + "0" * 14, **row}) + "\n")
    return judge(log, ledger, **more)


@pytest.mark.parametrize("row", [{}, {"status": "uncertain"}])
def test_what_is_as_it_should_be_passes(row, tmp_path):
    assert verdict(tmp_path, row, TAKEN)["violations"] == []


@pytest.mark.parametrize(
    ("row", "lines", "count"),
    [
        ({}, [], "lost"),
        ({}, [TAKEN, TAKEN], "second_copies"),
        ({"status": "queued"}, [], "lost"),
        ({"status": "skipped", "left": "before"}, [TAKEN], "unsubscribed_mailed"),
        ({"status": "sent", "left": "before"}, [TAKEN], "unsubscribed_mailed"),
        ({"status": "failed"}, [TAKEN], ""),
        ({"status": "uncertain"}, [TAKEN, TAKEN], "second_copies"),
        ({"id": "2@p.example"}, [TAKEN], ""),
        ({"digest": "bb" + "0" * 14}, [TAKEN], ""),
        ({"to": "b@r.example", "status": "failed"}, [TAKEN], ""),
    ],
)
def test_each_fault_is_seen(row, lines, count, tmp_path):
    found = verdict(tmp_path, row, *lines)
    assert found["violations"]
    assert not count or found[count] == 1


def test_more_uncertain_rows_than_kills_are_a_violation(tmp_path):
    assert verdict(tmp_path, {"status": "uncertain"}, bound=0)["violations"]
    found = verdict(tmp_path, {"status": "uncertain"}, bound=1, calm={2})
    assert (found["violations"], found["uncertain_without_faults"]) == ([], 1)
