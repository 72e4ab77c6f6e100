#!/bin/sh
# Installs the pinned peers into a virtual environment: install.sh [FOLDER]
# FOLDER defaults to .venv beside this script; PYTHON names the interpreter (default python3, 3.11 or
# later). Needs a C++17 compiler, because ChannelAttribution comes as source. A second run changes nothing.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
environment=${1:-$here/.venv}
python="$environment/bin/python"
stamp="$environment/installed-requirements.txt"

wanted=$(cat "$here/requirements-build.txt" "$here/requirements.txt")
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && "$python" -c 'import ChannelAttribution, duckdb_cli' >/dev/null 2>&1; then
    echo "already installed: $environment"
    exit 0
fi

[ -x "$python" ] || "${PYTHON:-python3}" -m venv "$environment"
pip() { "$python" -m pip --disable-pip-version-check --quiet "$@"; }
pip install --requirement "$here/requirements-build.txt"
pip install --no-build-isolation --requirement "$here/requirements.txt"
pip check
"$python" -c 'import ChannelAttribution, duckdb_cli' >/dev/null
printf '%s\n' "$wanted" >"$stamp"
echo "installed: $environment"
