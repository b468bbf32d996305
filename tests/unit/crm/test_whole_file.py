"""A file is there complete, or as it was before."""

import os
import stat
from pathlib import Path

import pytest

from ecrm_core.crm.whole_file import whole_file
from ecrm_core.errors import InputError


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    with whole_file(path) as draft:
        draft.stream.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])
def test_a_fault_leaves_no_half_file(tmp_path: Path, fault: type[BaseException]) -> None:
    path = tmp_path / "a.csv"

    def write() -> None:
        with whole_file(path) as draft:
            draft.stream.write(b"half")
            raise fault

    with pytest.raises(fault):
        write()
    assert list(tmp_path.iterdir()) == []


def test_rights_and_links_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "a.csv", tmp_path / "link.csv"
    path.write_bytes(b"old")
    path.chmod(0o600)
    link.symlink_to(path)
    with whole_file(link) as draft:
        draft.stream.write(b"new")
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_device_is_written_to_directly() -> None:
    device = Path(os.devnull)
    with whole_file(device) as draft:
        draft.stream.write(b"x")
    assert device.exists()
    assert not device.is_file()


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "missing" / "a.csv", tmp_path):
        with pytest.raises(InputError, match="cannot be written"), whole_file(path):
            pass
