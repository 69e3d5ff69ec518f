"""Where the passwords of databases are: in the environment or in files, not in configurations."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

KEPT_OUT = (
    "A configuration is no place for passwords: write password_env = 'VARIABLE' or "
    "password_file = 'FILE', which holds nothing else"
)

_SAVE_AS_UTF8 = "save it as UTF-8 (what Windows PowerShell writes by '>' is UTF-16)"


@dataclass(frozen=True)
class Password:
    """Where the password of a database is found.

    No error repeats what stands there: it may be the password itself, written in the wrong place.

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
            ValueError: It is not there, empty, or no text; says so, as the end of a sentence.
        """
        found = self._from_file() if self.key == "password_file" else self._from_environment()
        password = found.rstrip("\r\n")
        if not password:
            raise ValueError(f"{self._what} is empty")
        if "\0" in password:
            raise ValueError(f"{self._what} holds the character NUL; {_SAVE_AS_UTF8}")
        return password

    def is_open_to_all(self) -> bool:
        """Return whether it is in a file that every user of this machine may read.

        False where that cannot be told: on Windows, where rights are lists, or without the file.
        """
        if sys.platform == "win32" or self.key != "password_file":
            return False
        try:
            return bool((self.folder / self.where).stat().st_mode & stat.S_IROTH)
        except OSError:  # Reading it will tell.
            return False

    @property
    def _what(self) -> str:
        if self.key == "password_file":
            return f"the file that it names (a relative path starts at {self.folder})"
        return "the variable that it names"

    def _from_environment(self) -> str:
        password = os.environ.get(self.where)
        if password is None:
            raise ValueError(
                f"{self._what} is not set for the service. Write the name of a variable there, "
                "not the password, and set it where the service is started"
            )
        try:
            password.encode()
        except UnicodeEncodeError:  # Its text would show what it found.
            raise ValueError(f"{self._what} holds bytes that are no UTF-8") from None
        return password

    def _from_file(self) -> str:
        try:
            return (self.folder / self.where).read_text("utf-8-sig")  # Windows editors add a mark.
        except OSError as error:
            told = f"{self._what} cannot be read ({error.strerror})"
            raise ValueError(told) from None  # The error names the file.
        except UnicodeDecodeError:  # Its text would show what it found.
            raise ValueError(f"{self._what} is no UTF-8; {_SAVE_AS_UTF8}") from None
