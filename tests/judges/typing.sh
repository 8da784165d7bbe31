#!/usr/bin/env bash
# Types Vietnamese with IBus and Unikey (Telex) into the search field of the window, and prints what stands there then.
# Run by hand; the tests do not call it.
#
#   tests/judges/typing.sh WINDOW ARCHIVE FOLDER     under a session bus of its own: dbus-run-session -- …
#
# FOLDER takes what the programs write. Needs Xvfb, ibus, ibus-unikey, xdotool and xclip. Ends by itself.
set -euo pipefail
window=$1 archive=$2 folder=$3

mkdir -p "$folder/run" "$folder/home"
chmod 700 "$folder/run"
export XDG_RUNTIME_DIR="$folder/run" HOME="$folder/home" LANG=C.UTF-8 LIBGL_ALWAYS_SOFTWARE=1
export XMODIFIERS=@im=ibus GTK_IM_MODULE=ibus
unset WAYLAND_DISPLAY

started=()
trap 'kill "${started[@]}" 2>/dev/null || true' EXIT

# Runs a command until it succeeds, for half a minute at most.
patiently() {
    for _ in $(seq 120); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.25
    done
    printf 'typing: not in time: %s\n' "$*" >&2
    return 1
}

# Has IBus use Unikey; what it says of keyboard layouts on a virtual screen does not matter.
telex() {
    ibus engine Unikey || true
    [ "$(ibus engine)" = Unikey ]
}

Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp 3>"$folder/display" >/dev/null 2>&1 &
started+=($!)
patiently test -s "$folder/display"
DISPLAY=":$(tr -d '[:space:]' <"$folder/display")"
export DISPLAY
ibus-daemon --xim --replace --panel disable --config disable >/dev/null 2>&1 &
started+=($!)
patiently telex
"$window" --archive "$archive" --ui-lang vi >/dev/null 2>&1 &
started+=($!)
patiently xdotool search --onlyvisible --name Sohoa windowfocus
sleep 2
xdotool key ctrl+8
for _ in 1 2 3 4 5 6; do
    sleep 1
    telex >/dev/null 2>&1 || true
    xdotool key ctrl+a key BackSpace
    xdotool type --delay 120 'ddawng kys khai sinh '
    sleep 0.5
    xdotool key ctrl+a key ctrl+c
    sleep 0.5
    typed=$(timeout 5 xclip -selection clipboard -o 2>/dev/null || true)
    if [ "$typed" = 'đăng ký khai sinh ' ]; then break; fi
done
printf '%s\n' "$typed"
