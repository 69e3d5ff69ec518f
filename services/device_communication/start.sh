#!/bin/sh
# Starts device communication with the settings of device_communication.toml; further options may follow.
# Python: $DEVICE_COMMUNICATION_PYTHON, else that of a .venv beside this file, else python3.
folder=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
python=${DEVICE_COMMUNICATION_PYTHON:-}
if [ -z "$python" ] && [ -x "$folder/.venv/bin/python" ]; then
    python=$folder/.venv/bin/python
fi
exec "${python:-python3}" -m device_communication --config "$folder/device_communication.toml" "$@"
