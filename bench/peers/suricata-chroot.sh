#!/bin/sh
# Puts Debian sid's Suricata 8 into a folder of its own with debootstrap, so that the bench can run it beside the
# Suricata, or none, of this system: usage: suricata-chroot.sh FOLDER. Needs root, debootstrap and the network.
set -eu

folder=${1:?usage: suricata-chroot.sh FOLDER}
suite=${SUITE:-sid}
mirror=${MIRROR:-http://deb.debian.org/debian}

if [ -x "$folder/usr/bin/suricata" ]; then
  echo "$folder has Suricata already"
  exit 0
fi
command -v debootstrap >/dev/null || {
  echo 'debootstrap is missing (Debian: apt install debootstrap)' >&2
  exit 2
}
# A package that Suricata recommends may fail to configure outside of a booted system; Suricata itself must not.
debootstrap --variant=minbase --include=suricata "$suite" "$folder" "$mirror" >"$folder.log" 2>&1 || true
chroot "$folder" suricata -V || {
  echo "Suricata could not be installed; see $folder.log" >&2
  exit 2
}
