#!/usr/bin/env bash
# A real S3 server for the tests: Ceph's RADOS gateway on one monitor and one object store daemon, all on loopback, all
# data in one directory, nothing outside it. Started and stopped by the process ids that are kept in that directory.
#
#   rgw.sh install        installs what is needed (Debian packages)
#   rgw.sh start DIR [ID] starts it, and writes DIR/s3.env: endpoint, keys, region; stops it when process ID is gone
#   rgw.sh gateway DIR    starts the gateway alone again, after it was killed
#   rgw.sh stop DIR       stops it; DIR can be deleted then
set -euo pipefail

packages=(radosgw ceph-mon ceph-osd)

fail() {
  echo "rgw.sh: $*" >&2
  exit 1
}

install_packages() {
  local package missing=()
  for package in "${packages[@]}"; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  [ "${#missing[@]}" -eq 0 ] && return 0
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

write_config() { # monitor port, gateway port
  cat >"$dir/ceph.conf" <<CONF
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon host = [v2:127.0.0.1:$1/0]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr1 = false
keyring = $dir/keyring
run dir = $dir
admin socket = $dir/\$name.asok
pid file = $dir/\$name.pid
log file = $dir/\$name.log
crash dir = $dir/crash
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon max pg per osd = 1000
mon data = $dir/mon
mon data avail crit = 1
osd data = $dir/osd
osd objectstore = memstore
memstore device bytes = 2147483648
osd crush chooseleaf type = 0
osd class dir = $(dirname "$(find /usr/lib -name libcls_rgw.so | head -n 1)")
osd max object name len = 1024
debug ms = 0

[client.rgw]
rgw data = $dir/rgw
rgw frontends = beast tcp_nodelay=1 endpoint=127.0.0.1:$2
rgw enable usage log = false
rgw thread pool size = 64
CONF
}

start_cluster() {
  local mon_port rgw_port
  stop_cluster
  rm -rf "$dir"/{mon,osd,rgw,crash,keyring,monmap,ceph.conf,s3.env} # of an earlier start: nothing there is kept
  mon_port=$(free_port)
  rgw_port=$(free_port)
  mkdir -p "$dir"/{mon,osd,rgw,crash}
  write_config "$mon_port" "$rgw_port"
  ceph-authtool -C "$dir/keyring" --gen-key -n mon. --cap mon 'allow *' >/dev/null
  ceph-authtool "$dir/keyring" --gen-key -n client.admin \
    --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
  ceph-authtool "$dir/keyring" --gen-key -n client.rgw --cap mon 'allow rwx' --cap osd 'allow rwx' >/dev/null
  ceph-authtool "$dir/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' >/dev/null
  local fsid
  fsid=$(sed -n 's/^fsid = //p' "$dir/ceph.conf")
  monmaptool --create --clobber --fsid "$fsid" --addv a "[v2:127.0.0.1:$mon_port]" "$dir/monmap" >/dev/null
  ceph-mon -c "$dir/ceph.conf" -i a --mkfs --monmap "$dir/monmap" --keyring "$dir/keyring"
  run_daemon mon ceph-mon -c "$dir/ceph.conf" -i a
  local osd_uuid
  osd_uuid=$(cat /proc/sys/kernel/random/uuid)
  timeout 120 ceph -c "$dir/ceph.conf" osd new "$osd_uuid" 0 >/dev/null \
    || fail "the monitor does not answer: $(tail -n 5 "$dir/mon.out")"
  ceph-osd -c "$dir/ceph.conf" -i 0 --mkfs --osd-uuid "$osd_uuid" >"$dir/mkfs.out" 2>&1 \
    || fail "no object store: $(tail -n 5 "$dir/mkfs.out")"
  run_daemon osd ceph-osd -c "$dir/ceph.conf" -i 0
  start_gateway
  radosgw-admin -c "$dir/ceph.conf" -n client.rgw user create --uid=tests --display-name=tests \
    --access-key=ledgerstore --secret-key=only-for-tests >/dev/null 2>"$dir/user.out" \
    || fail "no user: $(tail -n 5 "$dir/user.out")"
  {
    echo "LEDGERSTORE_S3_ENDPOINT=http://127.0.0.1:$rgw_port"
    echo "AWS_ACCESS_KEY_ID=ledgerstore"
    echo "AWS_SECRET_ACCESS_KEY=only-for-tests"
    echo "AWS_REGION=us-east-1"
  } >"$dir/s3.env"
}

run_daemon() { # name, command...: in the foreground of a session of its own, its id kept
  local name=$1
  shift
  setsid "$@" -f >"$dir/$name.out" 2>&1 </dev/null &
  echo $! >"$dir/$name.id"
}

start_gateway() {
  local port i
  port=$(sed -n 's/^rgw frontends = .*:\([0-9]*\)$/\1/p' "$dir/ceph.conf")
  run_daemon rgw radosgw -c "$dir/ceph.conf" -n client.rgw
  for ((i = 0; i < 600; i++)); do
    if curl -s -o "$dir/up" --max-time 5 "http://127.0.0.1:$port/"; then
      return 0
    fi
    kill -0 "$(cat "$dir/rgw.id")" 2>/dev/null || fail "the gateway ended: $(tail -n 5 "$dir/rgw.out")"
    sleep 0.2
  done
  fail "the gateway does not answer: $(tail -n 5 "$dir/rgw.out")"
}

stop_cluster() { # each by the id that start kept, if that process still is what was started
  local name id
  for name in rgw osd mon; do
    [ -e "$dir/$name.id" ] || continue
    id=$(cat "$dir/$name.id")
    if grep -qsF "$dir/ceph.conf" "/proc/$id/cmdline"; then
      kill -KILL "$id" # all data is disposable, and an orderly end takes seconds
    fi
    rm -f "$dir/$name.id"
  done
}

watch_over() { # process id: a test that is killed leaves nothing behind
  (
    while kill -0 "$1" 2>/dev/null && [ -e "$dir/rgw.id" ]; do sleep 2; done
    stop_cluster
  ) >/dev/null 2>&1 </dev/null &
}

command=${1:-}
case "$command" in
  install) install_packages ;;
  start | gateway | stop)
    [ "$#" -ge 2 ] || fail "usage: rgw.sh $command DIR"
    mkdir -p "$2"
    dir=$(cd "$2" && pwd)
    case "$command" in
      start)
        start_cluster || { stop_cluster; exit 1; }
        [ -z "${3:-}" ] || watch_over "$3"
        ;;
      gateway) start_gateway ;;
      stop) stop_cluster ;;
    esac
    ;;
  *) fail "usage: rgw.sh install | start DIR [ID] | gateway DIR | stop DIR" ;;
esac
