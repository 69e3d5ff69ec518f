"""What the README tells an operator to type, against a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from db_writer.service import main
from services.db_writer.tests.postgresql import PostgresqlServer

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
FOLDER = "/etc/db_writer"


def block(language: str) -> str:
    """Return the one block of code in a language, without the indentation of its list."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return "\n".join(line.strip() for line in found.strip().splitlines())


@pytest.fixture
def prepared(server: PostgresqlServer) -> Iterator[None]:
    """Make the role and the database of the README; drop them afterwards."""
    if server.is_the_users:
        pytest.skip("the server is the user's: it may have such a role and database")
    try:
        for statement in block("sql").splitlines():
            server.execute(statement)
        yield
    finally:
        server.execute("DROP DATABASE IF EXISTS measurements WITH (FORCE)")
        server.execute("DROP ROLE IF EXISTS tester")


@pytest.mark.usefixtures("prepared")
def test_steps_to_a_database_on_a_server(
    tmp_path: Path,
    server: PostgresqlServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Who follows the steps, on a server with or without TLS, has a database that can be opened."""
    assert 'sslmode = "prefer"' in block("toml"), "by a socket no server is asked for TLS"
    place = f"/measurements?host={server.url.query['host']}" if server.url.query else ""
    place = place or f"{server.url.host}:{server.url.port}/measurements"
    table = block("toml").replace("db.example:5432/measurements", place)
    (tmp_path / "db_writer.toml").write_text(table, "utf-8")
    (tmp_path / "line.password").write_text("choose one\n", "utf-8")
    (command,) = re.findall(rf"python -m db_writer (--config {FOLDER}/\S+ --check)", README)
    monkeypatch.setattr(main, "configure_logging", lambda **_: None)
    assert main.main(command.replace(FOLDER, str(tmp_path)).split()) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["line", "good"]
