"""What is ours in a data folder, and what is left alone."""

import json
import multiprocessing
import shutil
import time
from pathlib import Path

import pytest

from scripts import data_folder, provision
from scripts.data_folder import DataFolder, held, read_json, write_private, write_private_text
from scripts.errors import CliError
from scripts.reset import reset
from scripts.supervisor import running


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    found = DataFolder(tmp_path / "data")
    found.prepare(None)
    return found


def tree(root: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else None for path in sorted(root.rglob("*"))
    }


def test_prepare__twice__changes_nothing(folder: DataFolder) -> None:
    before = tree(folder.root)
    folder.prepare(None)
    assert tree(folder.root) == before
    assert folder.root.stat().st_mode & 0o077 == 0


def test_prepare__another_database_than_at_first__is_refused(folder: DataFolder) -> None:
    with pytest.raises(CliError, match="made with another database"):
        folder.prepare("postgresql://host/other")


@pytest.mark.parametrize("content", ["not json", "[]", '{"format": 1, "database_url": null}', '{"format": 2}', ""])
def test_prepare__config_of_somebody_else__is_refused_and_nothing_is_made(content: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(CliError) as refused:
        DataFolder(tmp_path).prepare(None)
    assert refused.value.name == "DataFolderUnusable"
    assert tree(tmp_path) == {"config.json": content.encode()}


def test_prepare__folder_with_other_files__is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work")
    with pytest.raises(CliError, match=r"holds other files \(thesis\.odt\)"):
        DataFolder(tmp_path).prepare(None)
    assert tree(tmp_path) == {"thesis.odt": b"years of work"}


def test_prepare__config_lost_from_a_used_folder__is_said(folder: DataFolder) -> None:
    folder.config.unlink()
    folder.actors.write_text("[]")
    with pytest.raises(CliError, match=r"config\.json is missing from a folder that was used"):
        folder.prepare(None)


def test_prepare__killed_before_the_config__is_made_all_the_same(tmp_path: Path) -> None:
    for left in ("node", "secrets", "logs", ".probe-01234567"):
        (tmp_path / left).mkdir()
    (tmp_path / "config.json.89abcdef.new").write_text('{"fo')
    DataFolder(tmp_path).prepare(None)
    assert DataFolder(tmp_path).database_url() == f"sqlite:///{tmp_path}/scf.sqlite3"


@pytest.mark.parametrize("below", ["", "/below"])
def test_prepare__a_file_in_the_way__is_said(below: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CliError, match="is no folder"):
        DataFolder(Path(f"{tmp_path}/file{below}")).prepare(None)


def test_prepare__no_room__is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=data_folder.FREE_MIN_BYTES - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(CliError, match="only 99 MB are free") as full:
        DataFolder(tmp_path).prepare(None)
    assert full.value.name == "DiskFull"


def test_write_private__always__is_for_its_owner_and_whole(tmp_path: Path) -> None:
    write_private(tmp_path / "a.json", {"名": 1})
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o600
    assert read_json(tmp_path / "a.json") == {"名": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_write_private__cannot_be_put_in_place__leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "full").touch()
    with pytest.raises(OSError, match="directory"):
        write_private_text(tmp_path / "a", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_passphrase__made_once__is_the_same_and_private(folder: DataFolder) -> None:
    path = folder.secrets / "keystore.passphrase"
    first = provision.passphrase(path)
    assert len(first) > 40
    assert provision.passphrase(path) == first
    assert path.stat().st_mode & 0o777 == 0o600


def _hold(lock: str, ready: str, seconds: float) -> None:
    with held(Path(lock)) as mine:
        assert mine
        Path(ready).touch()
        time.sleep(seconds)


@pytest.mark.parametrize(("held_s", "wait_s", "wanted"), [(30.0, 0.2, False), (0.3, 5.0, True)])
def test_held__by_another_process__waits_for_one_that_only_looks(
    tmp_path: Path, held_s: float, wait_s: float, wanted: bool
) -> None:
    lock, ready = tmp_path / "up.lock", tmp_path / "ready"
    other = multiprocessing.get_context("spawn").Process(target=_hold, args=(str(lock), str(ready), held_s))
    other.start()
    try:
        while not ready.exists():
            time.sleep(0.01)
        with held(lock, wait_s) as mine:
            assert mine is wanted
    finally:
        other.kill()
        other.join()
        other.close()


def test_reset__a_folder_of_ours__deletes_ours_alone(folder: DataFolder) -> None:
    for made in ("scf.sqlite3", "scf.sqlite3-wal", "scf.sqlite3.worker", "actors.json", "actors.json.01234567.new"):
        (folder.root / made).touch()
    (folder.root / "mine.txt").write_text("mine")
    (folder.root / "scripts").mkdir()
    assert reset(folder)
    assert sorted(path.name for path in folder.root.iterdir()) == ["mine.txt", "scripts"]


def test_reset__nothing_else_there__the_folder_goes_too(folder: DataFolder) -> None:
    assert reset(folder)
    assert not folder.root.exists()
    assert not reset(folder)


def test_reset__a_link_in_the_folder__what_it_leads_to_stays(folder: DataFolder, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").touch()
    (folder.root / "keys").symlink_to(tmp_path / "precious")
    assert reset(folder)
    assert (tmp_path / "precious" / "file").exists()


@pytest.mark.parametrize("files", [{"config.json": "{}", "node/x": ""}, {"keys/x": "", "logs/y": ""}, {"a": ""}])
def test_reset__a_folder_of_somebody_else__is_refused(files: dict[str, str], tmp_path: Path) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    before = tree(tmp_path)
    with pytest.raises(CliError, match="holds no network of scf; nothing was deleted"):
        reset(DataFolder(tmp_path))
    assert tree(tmp_path) == before


def test_reset__config_damaged__is_still_known_as_ours(folder: DataFolder) -> None:
    folder.lock.touch()
    folder.config.write_text("garbage")
    assert reset(folder)
    assert not folder.root.exists()


def test_reset__while_the_network_runs__is_refused(folder: DataFolder) -> None:
    with held(folder.lock) as mine:
        assert mine
        with pytest.raises(CliError, match="stop it first"):
            reset(folder)
    assert folder.exists()


def test_running__lock_held_and_no_record_yet__says_that_it_is_starting(folder: DataFolder) -> None:
    with held(folder.lock), pytest.raises(CliError, match="is starting or stopping"):
        running(folder)


def test_running__record_left_by_one_that_was_killed__is_not_believed(folder: DataFolder) -> None:
    folder.run.write_text(json.dumps({"supervisor": 1}))
    with pytest.raises(CliError, match="no network runs"):
        running(folder)
