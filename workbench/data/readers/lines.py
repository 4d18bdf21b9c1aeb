"""Reading of text files line by line, with a limit on the length of a line."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from workbench.core.base.errors import UserError
from workbench.core.base.message import Message
from workbench.core.base.quantities import size

LONGEST = 1 << 24  # bytes of a line
MOST = 1 << 32  # bytes of a file of text that is read as a whole
AGAIN = Message("Save it as text in UTF-8, one sample per line.")


def lines(path: str) -> Iterator[str]:
    """Yield the lines of a file in UTF-8, with or without a byte order mark. Raises UserError naming the file."""
    number = 0
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise UserError("{path} is not a file.", AGAIN, path=path)
        if (large := os.path.getsize(path)) > MOST:
            raise UserError(
                "{path} has {size} of text, more than is supported.",
                "Save the samples as .npy or .npz: such files are read batch by batch.",
                path=path,
                size=size(large),
            )
        with Path(path).open("rb") as file:
            while line := file.readline(LONGEST + 1):
                number += 1
                if len(line) > LONGEST:
                    raise UserError(
                        "{path}: line {number} is longer than {longest}.",
                        AGAIN,
                        path=path,
                        number=number,
                        longest=size(LONGEST),
                    )
                yield line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise UserError("{path}: line {number} is not text in UTF-8.", AGAIN, path=path, number=number) from error
    except OSError as error:
        raise UserError("{path} cannot be read.", "Check the file and its permissions.", path=path) from error
