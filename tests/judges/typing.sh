#!/usr/bin/env bash
# Types Vietnamese (Telex, Unikey) into the search field of the window with an input method, and prints what stands there then.
# Run by hand; the tests do not call it.
#
#   tests/judges/typing.sh METHOD WINDOW ARCHIVE FOLDER     under a session bus of its own: dbus-run-session -- …
#
# METHOD: ibus or fcitx (Xvfb, xdotool, xclip; ibus-unikey or fcitx5-unikey); wayland: fcitx5-unikey under sway without a
# screen (sway, wtype, wl-clipboard; sway refuses to run as root); or ibus-wayland: ibus-unikey under GNOME's shell without a
# screen (gnome-shell, python3-gi). FOLDER, an absolute path, takes what the programs write. Ends by itself.
# STALL=1 with ibus-wayland: the compositor stands still for a second in the middle of a word.
set -euo pipefail
method=$1 window=$2 archive=$3 folder=$4
words='ddawng kys khai sinh ' expected='đăng ký khai sinh '

mkdir -p "$folder/run" "$folder/home/.config/fcitx5" "$folder/home/.config/sway" "$folder/home/.config/glib-2.0/settings"
chmod 700 "$folder/run"
export XDG_RUNTIME_DIR="$folder/run" HOME="$folder/home" LANG=C.UTF-8 LIBGL_ALWAYS_SOFTWARE=1
unset WAYLAND_DISPLAY DISPLAY
printf '[Groups/0]\nName=Default\nDefault Layout=us\nDefaultIM=unikey\n[Groups/0/Items/0]\nName=unikey\n[GroupOrder]\n0=Default\n' \
    >"$HOME/.config/fcitx5/profile"

started=()
trap 'kill "${started[@]}" 2>/dev/null || true; wait 2>/dev/null || true' EXIT

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
    # The shell has IBus use its first input source.
    ibus-wayland) [ "$(ibus engine)" = Unikey ] ;;
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

# Presses keys through the shell and prints the clipboard, all with one keyboard: without it the seat has none.
# +NAME and -NAME hold and release a key, @N waits N seconds, !N has the compositor stand still so long, =FILE takes a
# picture, anything else is typed.
keys() {
    /usr/bin/python3 - "$@" <<'PY'
import os, signal, sys, time
from gi.repository import Gio, GLib
SHELL, MUTTER, BUS = "org.gnome.Shell", "org.gnome.Mutter.RemoteDesktop", "org.freedesktop.DBus"
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
def call(name, path, interface, method, kinds="()", *args):
    return bus.call_with_unix_fd_list_sync(name, path, interface, method, GLib.Variant(kinds, args), None, 0, 20000, None, None)
# Of windows and pictures the shell tells only a few names; the bus is ours.
for name in ("org.freedesktop.impl.portal.desktop.gnome", "org.gnome.Screenshot"):
    call(BUS, "/org/freedesktop/DBus", BUS, "RequestName", "(su)", name, 0)
# The shell begins with its overview, whose search field would take the keys instead of the window.
def has_focus():
    properties = ("/org/gnome/Shell", BUS + ".Properties")
    if call(SHELL, *properties, "Get", "(ss)", SHELL, "OverviewActive")[0].unpack()[0]:
        call(SHELL, *properties, "Set", "(ssv)", SHELL, "OverviewActive", GLib.Variant("b", False))
        return False
    windows = call(SHELL, "/org/gnome/Shell/Introspect", SHELL + ".Introspect", "GetWindows")[0].unpack()[0]
    return any(w.get("has-focus") and "ohoa" in w.get("title", "") for w in windows.values())
path = call(MUTTER, "/org/gnome/Mutter/RemoteDesktop", MUTTER, "CreateSession")[0].unpack()[0]
def session(method, *args):
    return call(MUTTER, path, MUTTER + ".Session", method, *args)
session("Start")
session("EnableClipboard", "(a{sv})", {})
until = time.monotonic() + 60
while not has_focus():
    if time.monotonic() > until:
        sys.exit("typing: the window did not get the focus")
    time.sleep(0.5)
CODE = {"ctrl": 29, " ": 57}
for row, first in (("1234567890", 2), ("qwertyuiop", 16), ("asdfghjkl", 30), ("zxcvbnm", 44)):
    CODE.update((letter, first + n) for n, letter in enumerate(row))
def key(name, down):
    session("NotifyKeyboardKeycode", "(ub)", CODE[name], down)
    time.sleep(0.06)
for word in sys.argv[1:]:
    sign, rest = word[0], word[1:]
    if sign in "+-":
        key(rest, sign == "+")
    elif sign == "@":
        time.sleep(float(rest))
    elif sign == "!":
        os.kill(int(os.environ["SHELL_PID"]), signal.SIGSTOP)
        time.sleep(float(rest))
        os.kill(int(os.environ["SHELL_PID"]), signal.SIGCONT)
    elif sign == "=":
        call(SHELL, "/org/gnome/Shell/Screenshot", SHELL + ".Screenshot", "Screenshot", "(bbs)", False, False, rest)
    else:
        for letter in word:
            key(letter, True)
            key(letter, False)
if not has_focus():
    sys.exit("typing: the window lost the focus")
_, files = session("SelectionRead", "(s)", "text/plain;charset=utf-8")
end = files.get(0)
os.set_blocking(end, True)
with os.fdopen(end, "rb") as selection:
    sys.stdout.buffer.write(selection.read())
PY
}

on_gnome() {
    # The shell wants a system bus: one of its own with nothing on it.
    printf '%s\n' '<busconfig><type>system</type><listen>unix:path='"$folder"'/run/system</listen><auth>EXTERNAL</auth>' \
        '<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>' \
        '</busconfig>' >"$folder/system.conf"
    begin dbus-daemon --config-file="$folder/system.conf" --nofork --nopidfile --nosyslog
    patiently test -S "$folder/run/system"
    export DBUS_SYSTEM_BUS_ADDRESS="unix:path=$folder/run/system" GSETTINGS_BACKEND=keyfile
    gsettings set org.gnome.desktop.input-sources sources "[('ibus', 'Unikey')]"
    gsettings set org.gnome.shell welcome-dialog-last-shown-version 999
    begin gnome-shell --headless --no-x11 --virtual-monitor 1440x900 --wayland-display sohoa-0
    export SHELL_PID=${started[-1]}
    patiently test -S "$XDG_RUNTIME_DIR/sohoa-0"
    export WAYLAND_DISPLAY=sohoa-0
    patiently telex
    begin "$window" --archive "$archive" --ui-lang vi
    sleep 8
    local said=("$words")
    # A word that is being composed outlives a compositor that is late.
    if [ -n "${STALL:-}" ]; then said=("ddawng ky" @1 !1.0 @1 "s khai sinh "); fi
    typed=$(keys +ctrl 8 -ctrl @3 "${said[@]}" @1 "=$folder/typed.png" +ctrl a -ctrl @0.5 +ctrl c -ctrl @1)
}

case $method in
ibus | fcitx) on_x11 ;;
ibus-wayland) on_gnome ;;
wayland) on_wayland ;;
*)
    printf 'typing: no such input method: %s (ibus, fcitx, wayland or ibus-wayland)\n' "$method" >&2
    exit 2
    ;;
esac
printf '%s\n' "$typed"
[ "$typed" = "$expected" ]
