"""Programs of the systems, and words of their shells, that pages may use.

Their options are theirs; a word that is not here is most often a slip. Add what a page needs.
"""

from __future__ import annotations

import re

_OF_ALL = "cd echo exit git mkdir nox psql"
_SH = """
    . [ bash break cat chmod command cp curl date do docker done else export false fi for grep head
    id if install jq journalctl kill ln loginctl ls mktemp mv openssl pip printf pwd read rm rmdir
    sed set sh sleep sort source sqlite3 su sudo systemctl systemd-analyze systemd-run tail tar tee
    test then timeout touch true unset useradd wait wc while { }
"""
_BAT = """
    call copy del dir icacls if md move net netsh nssm rd ren rmdir sc schtasks set setlocal setx
    start taskkill timeout type where xcopy
"""
_POWERSHELL = "copy net netsh nssm sc.exe schtasks taskkill"
_PROGRAMS = {
    language: frozenset(f"{_OF_ALL} {words}".split())
    for language, words in (("sh", _SH), ("bat", _BAT), ("powershell", _POWERSHELL))
}
_CMDLET = re.compile(r"[A-Z][a-z]+-[A-Z]\w+")
_VARIABLE = re.compile(r"\$(?:env:)?\w+")
_ACTIVATION = re.compile(r".*[/\\](?:activate(?:\.bat)?|Activate\.ps1)")


def is_known(program: str, language: str) -> bool:
    """Say whether a command's first word is one that a page may use.

    Args:
        program: The word. A path is good: whether it exists is asked elsewhere.
        language: `sh`, `bat` or `powershell`.
    """
    if program in _PROGRAMS[language] or _ACTIVATION.fullmatch(program):
        return True
    if language == "powershell" and (_CMDLET.fullmatch(program) or _VARIABLE.fullmatch(program)):
        return True
    return "/" in program or "\\" in program
