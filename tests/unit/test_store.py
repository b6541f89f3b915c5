"""The table of handovers: on disk at once, safe under threads, and not kept for ever."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from service.errors import Unavailable
from service.store import KEEP_S, Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "signalbox.db"


def rows(path: Path) -> list[tuple[str, float, float | None]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM handovers ORDER BY key").fetchall()


def test_a_message_keeps_the_time_at_which_it_was_first_seen(path: Path) -> None:
    before = time.time()
    with closing(Store(path)) as store:
        first, again = store.meet("a"), store.meet("a")
    assert before <= first.first_seen_at <= time.time()
    assert first.handed_on_at is None
    assert again == first


def test_what_was_noted_is_there_when_the_file_is_opened_again(path: Path) -> None:
    with closing(Store(path)) as store:
        seen = store.meet("a").first_seen_at
        store.settle("a")
    with closing(Store(path)) as store:
        found = store.meet("a")
    assert found.first_seen_at == seen
    assert found.handed_on_at is not None
    assert found.handed_on_at >= seen


def test_every_note_is_in_the_file_before_the_call_returns(path: Path) -> None:
    with closing(Store(path)) as store:
        store.meet("a")
        assert [key for key, _, _ in rows(path)] == ["a"]
        store.settle("a")
        assert rows(path)[0][2] is not None


def test_the_file_is_written_through_to_the_disk(path: Path) -> None:
    with closing(Store(path)) as store, store._transaction() as connection:  # noqa: SLF001
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2}  # 2 is FULL


def test_settling_one_message_leaves_the_others(path: Path) -> None:
    with closing(Store(path)) as store:
        store.meet("a")
        store.meet("b")
        store.settle("a")
        assert store.meet("b").handed_on_at is None


def test_a_message_over_its_age_is_forgotten(path: Path) -> None:
    with closing(Store(path)) as store:
        for key in ("old", "young", "new"):
            store.meet(key)
        with closing(sqlite3.connect(path)) as connection, connection:
            for key, age_s in (("old", KEEP_S + 60), ("young", KEEP_S - 60)):
                connection.execute(
                    "UPDATE handovers SET first_seen_at = ? WHERE key = ?",
                    (time.time() - age_s, key),
                )
        store.settle("new")
    assert [key for key, _, _ in rows(path)] == ["new", "young"]


def test_threads_that_meet_one_message_see_the_same(path: Path) -> None:
    with closing(Store(path)) as store, ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda n: store.meet(f"{n % 4}"), range(200)))
        list(threads.map(lambda n: store.settle(f"{n % 4}"), range(200)))
    assert len({handover.first_seen_at for handover in found}) == 4
    assert all(handed_on_at is not None for _, _, handed_on_at in rows(path))


def test_two_processes_may_share_the_file(path: Path) -> None:
    with closing(Store(path)) as one, closing(Store(path)) as other:
        seen = one.meet("a")
        assert other.meet("a") == seen
        other.settle("a")
        assert one.meet("a").handed_on_at is not None


def test_nothing_but_digests_and_times_is_kept(path: Path) -> None:
    with closing(Store(path)), closing(sqlite3.connect(path)) as connection:
        columns = connection.execute("PRAGMA table_info(handovers)").fetchall()
    assert [column[1] for column in columns] == ["key", "first_seen_at", "handed_on_at"]


def test_a_file_that_cannot_be_written_is_unavailable(path: Path, tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        Store(tmp_path / "no-such-folder" / "signalbox.db")
    with closing(Store(path)) as store:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DROP TABLE handovers")
        with pytest.raises(Unavailable):
            store.meet("a")
        with pytest.raises(Unavailable):
            store.settle("a")
