#!/bin/sh
# Starts the JSON logger with the settings of json_logger.toml; further options may follow.
# Python: $JSON_LOGGER_PYTHON, else that of a .venv beside this file, else python3.
folder=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
python=${JSON_LOGGER_PYTHON:-}
if [ -z "$python" ] && [ -x "$folder/.venv/bin/python" ]; then
    python=$folder/.venv/bin/python
fi
exec "${python:-python3}" -m json_logger --config "$folder/json_logger.toml" "$@"
