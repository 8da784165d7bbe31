#!/usr/bin/env bash
# Types Vietnamese (Telex, Unikey) into the search field of the window with an input method, and prints what stands there then.
# Run by hand; the tests do not call it.
#
#   tests/judges/typing.sh METHOD WINDOW ARCHIVE FOLDER     under a session bus of its own: dbus-run-session -- …
#
# METHOD: ibus or fcitx (Xvfb, xdotool, xclip; ibus-unikey or fcitx5-unikey), or wayland: fcitx5-unikey under sway without a
# screen (sway, wtype, wl-clipboard; sway refuses to run as root). FOLDER takes what the programs write. Ends by itself.
set -euo pipefail
method=$1 window=$2 archive=$3 folder=$4
words='ddawng kys khai sinh ' expected='đăng ký khai sinh '

mkdir -p "$folder/run" "$folder/home/.config/fcitx5" "$folder/home/.config/sway"
chmod 700 "$folder/run"
export XDG_RUNTIME_DIR="$folder/run" HOME="$folder/home" LANG=C.UTF-8 LIBGL_ALWAYS_SOFTWARE=1
unset WAYLAND_DISPLAY DISPLAY
printf '[Groups/0]\nName=Default\nDefault Layout=us\nDefaultIM=unikey\n[Groups/0/Items/0]\nName=unikey\n[GroupOrder]\n0=Default\n' \
    >"$HOME/.config/fcitx5/profile"

started=()
trap 'kill "${started[@]}" 2>/dev/null || true' EXIT

begin() {
    "$@" >>"$folder/programs.log" 2>&1 &
    started+=($!)
}

# Runs a command until it succeeds, for half a minute at most.
patiently() {
    for _ in $(seq 120); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.25
    done
    printf 'typing: not in time: %s\n' "$*" >&2
    return 1
}

# Has the input method use Unikey; what IBus says of keyboard layouts on a virtual screen does not matter.
telex() {
    case $method in
    ibus)
        ibus engine Unikey || true
        [ "$(ibus engine)" = Unikey ]
        ;;
    *) fcitx5-remote && fcitx5-remote -o ;;
    esac
}

on_x11() {
    Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp 3>"$folder/display" >/dev/null 2>&1 &
    started+=($!)
    patiently test -s "$folder/display"
    DISPLAY=":$(tr -d '[:space:]' <"$folder/display")"
    export DISPLAY XMODIFIERS="@im=$method"
    case $method in
    ibus) begin ibus-daemon --xim --replace --panel disable --config disable ;;
    fcitx) begin fcitx5 -D ;;
    esac
    patiently telex
    begin "$window" --archive "$archive" --ui-lang vi
    patiently xdotool search --onlyvisible --name Sohoa windowfocus
    sleep 2
    xdotool key ctrl+8
    for _ in 1 2 3 4 5 6; do
        sleep 1
        telex >/dev/null 2>&1 || true
        xdotool key ctrl+a key BackSpace
        xdotool type --delay 120 "$words"
        sleep 0.5
        xdotool key ctrl+a key ctrl+c
        sleep 0.5
        typed=$(timeout 5 xclip -selection clipboard -o 2>/dev/null || true)
        if [ "$typed" = "$expected" ]; then break; fi
    done
}

on_wayland() {
    export WLR_BACKENDS=headless WLR_LIBINPUT_NO_DEVICES=1 WLR_RENDERER=pixman
    printf 'output HEADLESS-1 resolution 1440x900\n' >"$HOME/.config/sway/config"
    begin sway
    patiently test -S "$XDG_RUNTIME_DIR/wayland-1"
    export WAYLAND_DISPLAY=wayland-1
    begin fcitx5 -D
    patiently telex
    begin "$window" --archive "$archive" --ui-lang vi
    sleep 8
    # One keyboard for all: this sway does not survive that one goes while an input method listens.
    wtype -s 500 -M ctrl -k 8 -m ctrl -s 1500 -d 120 "$words" -s 1000 -M ctrl -k a -m ctrl -s 300 -M ctrl -k c -m ctrl -s 500
    typed=$(timeout 5 wl-paste -n)
}

case $method in
ibus | fcitx) on_x11 ;;
wayland) on_wayland ;;
*)
    printf 'typing: no such input method: %s (ibus, fcitx or wayland)\n' "$method" >&2
    exit 2
    ;;
esac
printf '%s\n' "$typed"
[ "$typed" = "$expected" ]
