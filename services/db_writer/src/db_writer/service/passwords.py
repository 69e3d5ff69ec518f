"""Where the passwords of databases are: in the environment or in files, not in configurations."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

KEPT_OUT = (
    "A configuration is no place for passwords: write password_env = 'VARIABLE' or "
    "password_file = 'FILE', which holds nothing else"
)


@dataclass(frozen=True)
class Password:
    """Where the password of a database is found.

    Attributes:
        key: The key of the configuration: `password_env` or `password_file`.
        where: The variable of the environment, or the file.
        folder: Where a relative path of the file starts.
    """

    key: str
    where: str
    folder: Path

    def read(self) -> str:
        """Return the password as it is now, without the line end that editors append.

        Raises:
            ValueError: It is not there, or empty; says so, as the end of a sentence.
        """
        found = self._from_file() if self.key == "password_file" else os.environ.get(self.where, "")
        password = found.rstrip("\r\n")
        if not password:
            raise ValueError(f"there is no password in {self.where!r}")
        return password

    def _from_file(self) -> str:
        path = self.folder / self.where
        try:
            return path.read_text("utf-8-sig")  # Windows editors add a mark.
        except OSError as error:
            raise ValueError(f"the file {path} cannot be read ({error.strerror})") from error
        except UnicodeDecodeError:  # Its text would show what it found.
            raise ValueError(f"the file {path} is no UTF-8") from None
