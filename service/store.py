"""The one table that outlives the process: which messages were handed on. SQL lives here alone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Float,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from service.errors import Unavailable

# Longer than the longest time a gateway keeps trying: Postfix's five days (maximal_queue_lifetime).
KEEP_S: Final = 10 * 24 * 3600.0
_BUSY_MS: Final = 5_000

_SCHEMA: Final = MetaData()
_HANDOVERS: Final = Table(
    "handovers",
    _SCHEMA,
    Column("key", String(64), primary_key=True),
    Column("first_seen_at", Float, nullable=False, index=True),
    Column("handed_on_at", Float),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True)
class Handover:
    """What is known of one message; times in seconds since 1970. It holds nothing of the mail."""

    first_seen_at: float
    handed_on_at: float | None


class Store:
    """Handovers in an SQLite file. Every write is on the disk before its call returns."""

    def __init__(self, path: Path) -> None:
        self._engine = create_engine(f"sqlite:///{path}")
        event.listen(self._engine, "connect", _be_durable)
        with self._transaction() as connection:
            _SCHEMA.create_all(connection)

    def meet(self, key: str) -> Handover:
        """What is known of a message, which is noted as seen now if it is new.

        Raises:
            Unavailable: the file cannot be written.
        """
        now = time.time()
        with self._transaction() as connection:
            connection.execute(
                insert(_HANDOVERS).values(key=key, first_seen_at=now).on_conflict_do_nothing()
            )
            row = connection.execute(
                select(_HANDOVERS.c.first_seen_at, _HANDOVERS.c.handed_on_at).where(
                    _HANDOVERS.c.key == key
                )
            ).one()
        return Handover(row.first_seen_at, row.handed_on_at)

    def settle(self, key: str) -> None:
        """Note that a message was handed on now; what is older than ``KEEP_S`` is forgotten.

        Raises:
            Unavailable: the file cannot be written.
        """
        now = time.time()
        with self._transaction() as connection:
            connection.execute(
                update(_HANDOVERS).where(_HANDOVERS.c.key == key).values(handed_on_at=now)
            )
            connection.execute(delete(_HANDOVERS).where(_HANDOVERS.c.first_seen_at < now - KEEP_S))

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise Unavailable("the store cannot be written") from error


def _be_durable(connection: object, _: ConnectionPoolEntry) -> None:
    """Survive a crash of the machine, and let readers and one writer work side by side."""
    cursor = connection.cursor()  # type: ignore[attr-defined]  # of the driver, untyped
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    cursor.close()
