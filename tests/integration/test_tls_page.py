"""The certificates that the page about TLS makes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from session_sharing.errors import CertificateFileError
from session_sharing.tls import read_pair
from tools.packages import ROOT
from tools.pages.blocks import blocks_of

PAGE = ROOT / "docs" / "howto" / "tls.md"


def test_certificates_of_the_trial_are_for_one_side_each(tmp_path: Path) -> None:
    """Nobody who tries it out gives each station a certificate that passes for every service."""
    shell = shutil.which("bash")
    if shell is None or shutil.which("openssl") is None:
        pytest.skip("no bash, or no openssl, here")
    (trial,) = (block for block in blocks_of(PAGE.read_text("utf-8")) if "req -x509" in block.text)
    command = [shell, "-e", "-c", trial.text]
    subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=True)
    service, station = (
        (tmp_path / f"{name}.pem", tmp_path / f"{name}.key") for name in ("logger", "station-7")
    )
    assert "localhost" in read_pair(*service, server=True).says.hosts
    assert read_pair(*station, server=False).says.hosts == ()
    for pair, server in ((service, False), (station, True)):
        with pytest.raises(CertificateFileError, match="cannot be that of"):
            read_pair(*pair, server=server)
