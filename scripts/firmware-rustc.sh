#!/bin/sh
# cargo calls this in the place of rustc (RUSTC_WRAPPER). For a crate outside of its workspace, as firmware/core is for firmware/esp, cargo hashes the
# absolute path into `-C metadata`; symbol names and with them the order of functions would depend on where the repository lies. Our crates get their
# name and version instead; all others go through unchanged.
rustc="$1"
shift
case "$CARGO_MANIFEST_DIR" in
"$LEITSTAND_FIRMWARE"/*)
  for word in "$@"; do
    shift
    case "$word" in metadata=*) word="metadata=$CARGO_PKG_NAME-$CARGO_PKG_VERSION-$CARGO_CRATE_NAME" ;; esac
    set -- "$@" "$word"
  done
  ;;
esac
exec "$rustc" "$@"
