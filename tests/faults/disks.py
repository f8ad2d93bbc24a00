"""A file system so small that it can be filled without harm; root may mount one, and in CI one is root."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount one of `size` ("24m") at a folder, which is made; skips the test where that is not allowed."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, timeout=20).returncode:
        pytest.skip("This process may not mount a small file system, so no disk can be filled without harm.")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True, timeout=20)


def fill(folder: Path) -> Path:
    """Take all the room there is; gives the file that takes it."""
    path = folder / "filler"
    with contextlib.suppress(OSError), open(path, "wb", buffering=0) as filler:
        while True:
            filler.write(b"x" * 4096)
    return path
