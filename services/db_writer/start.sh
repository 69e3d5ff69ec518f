#!/bin/sh
# Starts the database writer with the settings of db_writer.toml; further options may follow.
# Python: $DB_WRITER_PYTHON, else that of a .venv beside this file, else python3.
folder=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
python=${DB_WRITER_PYTHON:-}
if [ -z "$python" ] && [ -x "$folder/.venv/bin/python" ]; then
    python=$folder/.venv/bin/python
fi
python=${python:-python3}
if ! "$python" -c 'import sys, importlib.util as i; sys.exit(not i.find_spec("db_writer"))'; then
    echo "db_writer: $python does not have it. Name a Python that has the package by" \
        "DB_WRITER_PYTHON, or install it into $folder/.venv" >&2
    exit 1
fi
exec "$python" -m db_writer --config "$folder/db_writer.toml" "$@"
