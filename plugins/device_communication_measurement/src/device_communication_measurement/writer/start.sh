#!/bin/sh
# Starts the measurement plug-in; options may follow.
# Python: $DEVICE_COMMUNICATION_PYTHON, else that of a .venv beside this file, else that of the
# environment which the plug-in is installed in, else python3.
folder=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
python=${DEVICE_COMMUNICATION_PYTHON:-}
for found in "$folder/.venv/bin/python" "$folder/../../../../../bin/python"; do
    if [ -z "$python" ] && [ -x "$found" ]; then
        python=$found
    fi
done
exec "${python:-python3}" -m device_communication_measurement.writer "$@"
