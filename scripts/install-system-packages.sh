#!/usr/bin/env bash
# What some tests and a benchmark run beside the program, from Debian's and Ubuntu's packages.
# Without them these are skipped and say so.
set -euo pipefail

packages=(
    apache2-bin    # Apache's WebDAV, for storage providers
    chromium       # shows the HTML report, for what people see and hear of it
    curl           # the yardstick of the benchmark's row 11
    fish           # completes, as people type in it
    git            # serves and follows a repository
    oidc-agent-cli # the real agent, for logging in by its accounts
    openssh-client # signs commits
    tmux           # a real terminal, for what people see of a watch
    vim-tiny       # an editor that saves as editors do
    zsh            # completes, as people type in it
)

if ! command -v apt-get >/dev/null; then
    echo 'Only apt-get is known here. Install by hand:' "${packages[@]}" >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo 'This needs root: sudo scripts/install-system-packages.sh' >&2
    exit 1
fi

missing=()
for package in "${packages[@]}"; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

export DEBIAN_FRONTEND=noninteractive
apt-get install --yes --quiet --no-install-recommends "${missing[@]}" ||
    { apt-get update --quiet && apt-get install --yes --quiet --no-install-recommends "${missing[@]}"; }
