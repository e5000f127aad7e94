"""The shared database: queued writers, readers of one snapshot, and the migrations' machinery on both engines."""

import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from node_adapter.db import DatabaseUnsupported, make_engine, masked, migrate, once, read_only
from node_adapter.migrate import MigrationError, drift, main

BOTH = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgres)]

FIRST = """
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(10)))
    op.create_table(
        "child",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE"), nullable=False),
    )
"""
SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("parent") as batch:
        batch.alter_column("name", existing_type=sa.String(10), type_=sa.String(20), nullable=True)
"""
BROKEN = SECOND + '    op.execute("SELECT nothing FROM nowhere")\n'
INIT = """
import sqlalchemy as sa


def metadata() -> sa.MetaData:
    tables = sa.MetaData()
    sa.Table("parent", tables, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20)))
    sa.Table(
        "child", tables,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE"), nullable=False),
        EXTRA
    )
    return tables
"""


@pytest.fixture
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    kind = getattr(request, "param", "sqlite")
    url = f"sqlite:///{tmp_path}/db.sqlite3" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    engine = make_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A room of its own named `pantry` with one migration; returns its folder of versions."""
    versions = tmp_path / "rooms" / "pantry" / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions.parents[1] / "__init__.py").touch()
    (versions.parent / "__init__.py").write_text(INIT.replace("EXTRA", ""))
    (versions / "0001_first.py").write_text(FIRST)
    monkeypatch.syspath_prepend(str(tmp_path / "rooms"))
    for name in [name for name in sys.modules if name.split(".")[0] == "pantry"]:
        monkeypatch.delitem(sys.modules, name)
    return versions


def numbers(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE number (n INTEGER PRIMARY KEY)"))
        connection.execute(text("INSERT INTO number VALUES (1)"))


@pytest.mark.parametrize("engine", BOTH, indirect=True)
def test_read_only__a_write_meanwhile__sees_one_snapshot(engine: Engine) -> None:
    numbers(engine)
    with read_only(engine).connect() as reader:
        before = reader.execute(text("SELECT count(*) FROM number")).scalar_one()
        with engine.begin() as writer:
            writer.execute(text("INSERT INTO number VALUES (2)"))
        assert reader.execute(text("SELECT count(*) FROM number")).scalar_one() == before == 1
    with read_only(engine).connect() as reader:
        assert reader.execute(text("SELECT count(*) FROM number")).scalar_one() == 2


@pytest.mark.parametrize("engine", BOTH, indirect=True)
def test_read_only__a_write_through_it__is_refused_and_the_connection_writes_again_after(engine: Engine) -> None:
    numbers(engine)
    with read_only(engine).connect() as reader, pytest.raises(DBAPIError, match=r"read.?only"):
        reader.execute(text("INSERT INTO number VALUES (2)"))
    with engine.begin() as writer:
        writer.execute(text("INSERT INTO number VALUES (3)"))


@pytest.mark.parametrize("engine", BOTH, indirect=True)
def test_once__in_one_snapshot__is_asked_once_and_anew_in_the_next(engine: Engine) -> None:
    numbers(engine)
    answers = iter(range(9))
    with Session(read_only(engine)) as session:
        assert [once(session, "n", lambda: next(answers)) for _ in range(3)] == [0, 0, 0]
        assert once(session, "another", lambda: next(answers)) == 1
        session.rollback()
        assert once(session, "n", lambda: next(answers)) == 2
    with Session(engine) as session:
        assert [once(session, "n", lambda: next(answers)) for _ in range(2)] == [3, 4], "it may change what it asked"


@pytest.mark.parametrize("engine", BOTH, indirect=True)
def test_transaction__ddl_rolled_back__nothing_is_left(engine: Engine) -> None:
    connection = engine.connect()
    connection.execute(text("CREATE TABLE half (n INTEGER)"))
    connection.rollback()
    connection.close()
    assert inspect(engine).get_table_names() == []


def test_sqlite__eight_writers_that_read_then_write__none_is_lost_or_refused(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))
    failures: list[BaseException] = []

    def count() -> None:
        try:
            for _ in range(25):
                with engine.begin() as connection:
                    n = connection.execute(text("SELECT n FROM counter")).scalar_one()
                    connection.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with read_only(engine).connect() as connection:
        assert connection.execute(text("SELECT n FROM counter")).scalar_one() == 200


def test_sqlite__every_connection__keeps_what_we_promise(engine: Engine) -> None:
    with engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15_000}


def test_sqlite__a_new_file_that_another_program_is_writing__is_waited_for(engine: Engine) -> None:
    """The switch to WAL fails at once on a locked file, whatever the timeout says: two first starts meet so."""
    other = sqlite3.connect(str(engine.url.database), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.2, lambda: other.execute("COMMIT"))
    release.start()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    release.join()
    other.close()


@pytest.mark.parametrize("engine", BOTH, indirect=True)
def test_migrate__a_new_and_an_old_database__both_get_all_and_keep_their_rows(engine: Engine, room: Path) -> None:
    migrate(engine, "pantry")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO parent VALUES (1, 'p')"))
        connection.execute(text("INSERT INTO child VALUES (1, 1)"))
    (room / "0002_second.py").write_text(SECOND)
    migrate(engine, "pantry")
    migrate(engine, "pantry")
    with engine.begin() as connection:
        # The parent's table was made anew on SQLite: the child must not have gone with the old one.
        assert connection.execute(text("SELECT count(*) FROM child")).scalar_one() == 1
        assert connection.execute(text("SELECT version_num FROM alembic_version_pantry")).scalars().all() == ["0002"]
        with pytest.raises(IntegrityError):
            connection.execute(text("INSERT INTO child VALUES (2, 99)"))


@pytest.mark.parametrize("engine", BOTH, indirect=True)
def test_migrate__it_fails_half_way__nothing_has_changed(engine: Engine, room: Path) -> None:
    (room / "0002_broken.py").write_text(BROKEN)
    with pytest.raises(DBAPIError):
        migrate(engine, "pantry")
    assert inspect(engine).get_table_names() == []


def test_migrate__a_migration_breaks_a_reference__is_refused(engine: Engine, room: Path) -> None:
    orphan = SECOND + '    op.execute("INSERT INTO child VALUES (1, 99)")\n'
    (room / "0002_orphan.py").write_text(orphan)
    with pytest.raises(MigrationError, match="a row of child refers to none of parent"):
        migrate(engine, "pantry")


def test_migrate__no_such_room__is_named(engine: Engine) -> None:
    with pytest.raises(MigrationError, match="no room cellar"):
        migrate(engine, "cellar")


@pytest.mark.parametrize("engine", BOTH, indirect=True)
def test_drift__models_and_migrations_agree__is_empty(engine: Engine, room: Path) -> None:
    (room / "0002_second.py").write_text(SECOND)
    assert drift(engine, "pantry") == []


@pytest.mark.parametrize("engine", BOTH, indirect=True)
def test_drift__a_column_without_a_migration__is_found(engine: Engine, room: Path) -> None:
    (room / "0002_second.py").write_text(SECOND)
    (room.parent / "__init__.py").write_text(INIT.replace("EXTRA", 'sa.Column("forgotten", sa.Integer),'))
    (difference,) = drift(engine, "pantry")
    assert "forgotten" in difference


@pytest.mark.parametrize("engine", BOTH, indirect=True)
def test_drift__the_adapters_own_tables__is_empty(engine: Engine) -> None:
    assert drift(engine, "node_adapter") == []


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "postgresql://scf:hunter2@db:5432/scf?sslpassword=hunter2",
            "postgresql://scf:***@db:5432/scf?sslpassword=***",
        ),
        ("sqlite:////data/scf.sqlite3", "sqlite:////data/scf.sqlite3"),
        ("https://user:hunter2@node.example:8545/v3/hunter2?key=hunter2", "https://node.example:8545/…"),
        ("http://[::1]:8545", "http://[::1]:8545"),
        ("hunter2", "(not a URL)"),
    ],
)
def test_masked__urls_with_secrets__show_none(url: str, shown: str) -> None:
    assert masked(url) == shown


@pytest.mark.parametrize("url", ["mysql://scf:hunter2@db/scf", "hunter2", "postgresql+asyncpg://scf:hunter2@db/scf"])
def test_make_engine__another_kind_of_database__is_refused_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseUnsupported) as refusal:
        make_engine(url)
    assert "hunter2" not in str(refusal.value)


def test_reader__after_one_that_left_writing_on__cannot_write(tmp_path: Path) -> None:
    """`as_of` switches it on for a moment to make its views; whatever happens then, the next reader is one again."""
    engine = make_engine(f"sqlite:///{tmp_path}/scf.sqlite3")
    with read_only(engine).connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = 0")
    with read_only(engine).connect() as connection, pytest.raises(DBAPIError, match="readonly"):
        connection.exec_driver_sql("CREATE TABLE x (y int)")
    engine.dispose()


def test_revision__a_number_was_left_out__is_the_next_after_the_highest(room: Path) -> None:
    (room / "0003_third.py").write_text(SECOND.replace('"0002"', '"0003"'))
    assert main(["revision", "pantry", "more"]) == 0
    assert sorted(path.name for path in room.glob("*.py")) == ["0001_first.py", "0003_third.py", "0004_more.py"]
