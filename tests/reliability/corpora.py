"""Every message below a folder: one file each, or many in an mbox."""

import re
from collections.abc import Iterator
from pathlib import Path

_SEPARATOR = re.compile(rb"^From [^\n]*\d\d:\d\d[^\n]*\n", re.MULTILINE)


def read_corpora(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of all messages, in the order of their paths."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        content = path.read_bytes()
        if not content.startswith(b"From "):
            yield name, content
            continue
        starts = [mark.start() for mark in _SEPARATOR.finditer(content)] or [0]
        for n, (start, end) in enumerate(zip(starts, [*starts[1:], None], strict=True)):
            yield f"{name}#{n}", content[start:end]
