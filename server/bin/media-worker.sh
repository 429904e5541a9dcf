#!/usr/bin/env bash
# Puts a mediasoup worker (the native media engine behind voice and video) where the mediasoup package looks for it.
#
#   bash server/bin/media-worker.sh          exit 0: the worker is there and runs on this machine
#                                            exit 1: it is not, with one line that says why; the hub runs on without calls
#
# Tried in this order, cheapest first: the one already installed, one that an earlier run kept in the user's cache, the binary that
# mediasoup publishes, a build of the package's own sources against the distribution's libraries (some 6 CPU-minutes, once).
# npm must not do this during the install (package.json, "allowScripts"): the package's own installer waits on a download and then
# tries a build that downloads more, and nobody should wait for calls before they can read a study.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
package=$root/node_modules/mediasoup
worker=$package/worker/out/Release/mediasoup-worker
debian_packages=(g++ meson ninja-build pkg-config libssl-dev libuv1-dev libsrtp2-dev libabsl-dev libflatbuffers-dev flatbuffers-compiler)

say() { printf 'media worker: %s\n' "$*"; }
give_up() { printf 'media worker: not available, calls stay off: %s\n' "$*" >&2; exit 1; }

# Started without mediasoup's environment the worker ends at once with status 41. Any other ending (missing library, wrong
# processor, older libc, half a file) means that it would not run here.
runs_here() {
  local status=0
  [ -x "$1" ] || return 1
  env -i "$1" >/dev/null 2>&1 || status=$?
  [ "$status" = 41 ]
}

# By rename, so that a hub that watches for the file never starts half of it.
put() {
  mkdir -p "$(dirname "$2")"
  cp "$1" "$2.new.$$" && chmod 755 "$2.new.$$" && mv -f "$2.new.$$" "$2"
}

bounded() { if command -v timeout >/dev/null; then timeout "$@"; else shift; "$@"; fi; }
digest() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -c1-16; }

runs_here "$worker" && { say "ready"; exit 0; }
[ -f "$package/package.json" ] || give_up "the mediasoup package is not installed (run npm ci)"

version=$(node -p 'require(process.argv[1]).version' "$package/package.json")
recipe=$(cat "${BASH_SOURCE[0]}" "$here/media-worker/srtp.h" "$here/media-worker/ankerl/unordered_dense.h" | digest)
cache=${XDG_CACHE_HOME:-${HOME:-$root/.cache}/.cache}/mediasoup-worker
cached=$cache/$version-$(uname -s)-$(uname -m)-$recipe
mkdir -p "$cache" 2>/dev/null || { cache=$root/.cache/mediasoup-worker; cached=$cache/$(basename "$cached"); mkdir -p "$cache"; }

# Several checkouts of one user may want the worker at once: one builds, the others wait and take it from the cache.
if command -v flock >/dev/null; then
  exec 9>"$cache/lock"
  flock -n 9 || { say "another build is under way, waiting for it"; flock 9; }
fi
take_cached() { runs_here "$cached" && put "$cached" "$worker" && say "ready (from $cached)"; }
take_cached && exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# --- mediasoup's own binary --------------------------------------------------------------------------------------------------
# A short question first: where only package registries can be reached, the installer itself takes 38 s to find that out.
release_host_answers() {
  node -e 'fetch(process.argv[1], { method: "HEAD", signal: AbortSignal.timeout(5000) }).then((r) => process.exit(r.status < 500 ? 0 : 1), () => process.exit(1))' \
    "https://github.com/versatica/mediasoup" 9>&-
}
# The installer writes below the working directory, so a scratch one keeps its half-done files out of node_modules.
# PYTHON=false makes its fall-back build fail at once instead of downloading a tool chain.
take_published() {
  mkdir -p "$work/published/worker"
  (cd "$work/published" && env -u MEDIASOUP_WORKER_BIN PYTHON=false bash -c '"$@"' _ node "$package/npm-scripts.mjs" postinstall) >"$work/published.log" 2>&1 9>&- || return 1
  runs_here "$work/published/worker/out/Release/mediasoup-worker"
}
if release_host_answers; then
  say "fetching mediasoup's published binary"
  export package work; export -f take_published runs_here
  if bounded 120 bash -c take_published; then
    put "$work/published/worker/out/Release/mediasoup-worker" "$cached"
    take_cached && exit 0
  fi
  say "the published binary is not to be had or does not run here"
fi

# --- a build from the package's sources ----------------------------------------------------------------------------------------
build_tools_there() {
  local tool
  for tool in g++ meson ninja pkg-config flatc; do command -v "$tool" >/dev/null || return 1; done
  pkg-config --exists 'openssl >= 3' libuv 'libsrtp2 >= 2.4' absl_strings absl_flat_hash_map
}
if ! build_tools_there; then
  command -v apt-get >/dev/null || give_up "no published binary for this machine, and a build needs g++, meson, ninja, pkg-config, openssl 3, libuv, libsrtp 2, abseil, flatbuffers"
  [ "$(id -u)" = 0 ] || give_up "a build needs: sudo apt-get install ${debian_packages[*]}"
  say "installing Debian packages for the build: ${debian_packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -q && apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "${debian_packages[@]}"; } >"$work/apt.log" 2>&1 9>&- ||
    { tail -n 5 "$work/apt.log" >&2; give_up "the build's Debian packages could not be installed"; }
fi

mkdir "$work/source" && cp -r "$package/worker/." "$work/source/"
cd "$work/source"
rm -rf out prebuild subprojects

# Debian 12 carries meson 1.0.1, and nothing in the build file needs more.
sed -i.orig "s/meson_version: '>= 1\.1\.0'/meson_version: '>= 1.0.0'/" meson.build

# The one defect mended: mediasoup's BIO callback answers 1 to every control except a plain BIO_CB_RETURN, whose value comes with
# other bits set. An OpenSSL built with kernel TLS (Debian's is) asks the write BIO whether the kernel sends (BIO_CTRL_GET_KTLS_SEND),
# hears yes, allocates no write buffer, and the worker dies of SIGSEGV on the first DTLS flight.
sed -i.orig 's/(operationType == BIO_CB_RETURN) ?/((operationType \& BIO_CB_RETURN) != 0) ?/' src/RTC/DtlsTransport.cpp
grep -q 'operationType & BIO_CB_RETURN) != 0) ?' src/RTC/DtlsTransport.cpp || give_up "mediasoup $version has changed where its BIO callback is mended"

# Upstream downloads its libraries as meson subprojects. Each of these takes a subproject's name and variables and resolves them to
# the system's library instead; the empty archive satisfies the places that link the subproject's own target.
subproject() { # name, definitions, options that the worker's build passes to it
  local dir=subprojects/$1 option
  mkdir -p "$dir/include"
  echo 'typedef int nothing_to_compile_t;' >"$dir/empty.c"
  printf "project('%s', 'c', 'cpp')\nempty = static_library('%s_empty', 'empty.c')\n%s\n" "$1" "$1" "$2" >"$dir/meson.build"
  for option in ${3:-}; do printf "option('%s', type: 'string')\n" "$option"; done >"$dir/meson_options.txt"
}
subproject libuv "libuv_dep = dependency('libuv')
libuv = empty" "build_tests build_benchmarks"
subproject openssl "openssl_dep = dependency('openssl', version: '>= 3')
libcrypto_lib = empty
libssl_lib = empty"
subproject flatbuffers "flatbuffers_dep = dependency('flatbuffers')
flatbuffers_lib = empty"
subproject abseil-cpp "absl_strings_dep = dependency('absl_strings')
absl_types_dep = dependency('absl_optional')
absl_container_dep = dependency('absl_flat_hash_map')
absl_container_lib = empty"
subproject libsrtp3 "libsrtp3_dep = declare_dependency(include_directories: 'include', dependencies: dependency('libsrtp2'))
libsrtp3 = empty" "crypto-library crypto-library-kdf tests"
cp "$here/media-worker/srtp.h" subprojects/libsrtp3/include/srtp.h
subproject unordered_dense "ankerl_unordered_dense_dep = declare_dependency(include_directories: 'include')"
printf '[wrap-file]\ndirectory = unordered_dense\n[provide]\nunordered_dense = ankerl_unordered_dense_dep\n' >subprojects/unordered-dense.wrap
cp -r "$here/media-worker/ankerl" subprojects/unordered_dense/include/

# One line per twentieth of the build; everything goes to the log, whose end is shown when it fails.
progress() {
  awk -v started="$(date +%s)" '
    match($0, /^\[[0-9]+\/[0-9]+\]/) {
      split(substr($0, 2, RLENGTH - 2), n, "/")
      step = int(20 * n[1] / n[2])
      if (step > shown) { shown = step; printf "media worker: building, %d of %d files\n", n[1], n[2]; fflush() }
    }'
}
say "building version $version from source, in the background of everything else"
started=$(date +%s)
{ nice -n 10 meson setup --wrap-mode=nodownload --buildtype release -Db_ndebug=true build &&
  nice -n 10 ninja -j"${JOBS:-$(getconf _NPROCESSORS_ONLN)}" -C build mediasoup-worker; } 2>&1 9>&- | tee "$work/build.log" | progress ||
  { tail -n 20 "$work/build.log" >&2; give_up "the build failed"; }
strip build/mediasoup-worker
runs_here build/mediasoup-worker || give_up "the built worker does not run here"
put build/mediasoup-worker "$cached"
put build/mediasoup-worker "$worker"
say "ready (built in $(($(date +%s) - started)) s)"
