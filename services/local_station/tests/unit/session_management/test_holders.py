"""What connections and command lines tell."""

from __future__ import annotations

import pytest

from local_station.session_management.holders import address_of
from local_station.session_management.programs import program_of


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("ipv4:127.0.0.1:54321", ("127.0.0.1", 54321)),
        ("ipv6:%5B::1%5D:54321", ("::1", 54321)),
        ("ipv6:[::1]:54321", ("::1", 54321)),
        ("ipv6:%5B::ffff:127.0.0.1%5D:7", ("127.0.0.1", 7)),
        ("ipv4:192.0.2.1:54321", None),
        ("ipv6:%5Bfe80::1%25eth0%5D:54321", None),
        ("unix:/tmp/socket", None),
        ("", None),
    ],
)
def test_connection_of_this_machine_is_recognised(peer, address):
    """A connection is looked up only if its process is on this machine."""
    assert address_of(peer) == address


@pytest.mark.parametrize(
    ("command", "program"),
    [
        (["/usr/bin/python3", "-m", "output_voltage", "--token", "secret"], "output_voltage"),
        (["python", "-u", "-X", "dev", "-Wignore", "folder/script.py", "secret"], "script.py"),
        (["python", "--check-hash-based-pycs", "always", "script.py", "secret"], "script.py"),
        (["C:\\Python\\python.exe", "C:\\tests\\script.py"], "script.py"),
        (["python3.12", "-c", "secret = 1"], "python3.12 -c"),
        (["python", "-Ic", "secret = 1"], "python -c"),
        (["python", "-Im", "module", "secret"], "module"),
        (["python", "-mmodule", "secret"], "module"),
        (["python", "-m", "session_sharing", "run", "-m", "plugin", "secret"], "plugin"),
        (["python", "-m", "session_sharing", "run", "a/plugin.py"], "plugin.py"),
        (["python", "-m", "session_sharing", "watch"], "session_sharing watch"),
        (["python"], "python"),
        (["C:\\NI\\InstrumentStudio.exe", "secret"], "InstrumentStudio.exe"),
        ([], ""),
    ],
)
def test_program_is_named_without_its_arguments(command, program):
    """A text for others names the program; its arguments, which may hold secrets, stay out."""
    assert program_of(command) == program


@pytest.mark.parametrize(
    ("command", "executable", "program"),
    [
        (["mytool --password=secret", "-c", "secret"], "/usr/bin/mytool.bin", "mytool.bin"),
        (["mytool --password=secret"], "", "mytool"),
        (["worker: secret/"], "/usr/bin/python3.12", "python3.12"),
        (["/my programs/tool", "secret"], "/my programs/tool", "tool"),
        (["/my env/bin/python", "script.py", "secret"], "/usr/bin/python3.12", "script.py"),
        (["C:\\My env\\Python.exe", "script.py"], "C:\\Python\\python.exe", "script.py"),
        (["mytool"], "/usr/bin/python3.12", "mytool"),
        ([], "/usr/bin/tool", "tool"),
        ([" "], "/usr/bin/tool", "tool"),
    ],
)
def test_title_that_a_program_has_set_is_not_told(command, executable, program):
    """It may have the arguments in it; a path with blanks in it is none."""
    assert program_of(command, executable) == program
