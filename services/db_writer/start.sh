#!/bin/sh
# Starts the database writer with the settings of db_writer.toml; further options may follow.
# Python: $DB_WRITER_PYTHON, else that of a .venv beside this file, else python3.
folder=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
python=${DB_WRITER_PYTHON:-}
if [ -z "$python" ] && [ -x "$folder/.venv/bin/python" ]; then
    python=$folder/.venv/bin/python
fi
exec "${python:-python3}" -m db_writer --config "$folder/db_writer.toml" "$@"
