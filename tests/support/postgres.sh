#!/bin/sh
# A throw-away PostgreSQL server on loopback, for tests.
#
#   tests/support/postgres.sh start          starts one and prints its address
#   tests/support/postgres.sh stop ADDRESS   stops it and removes its files
#   tests/support/postgres.sh restart ADDRESS
#   tests/support/postgres.sh run COMMAND…   runs COMMAND with the address in TSUNAGI_TEST_POSTGRES, then stops it
#
# The address ends with the server's folder, so that stop needs nothing else. Root may not run PostgreSQL: then the user
# "postgres" does.
set -eu

start_seconds=30

bin() {
  for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) /usr/local/bin; do
    if [ -x "$folder/initdb" ]; then
      echo "$folder"
      return
    fi
  done
  echo "postgres.sh: no initdb found: install the package postgresql" >&2
  exit 1
}

# Runs a command as a user who may run the server.
unprivileged() {
  if [ "$(id -u)" = 0 ]; then
    runuser -u postgres -- "$@"
  else
    "$@"
  fi
}

folder_of() {
  name=${1##*application_name=}
  case $name in
    */* | *..*) name= ;;
  esac
  case $name in
    tsunagi-postgres.*) echo "/tmp/$name" ;;
    *)
      echo "postgres.sh: not an address of mine" >&2
      exit 1
      ;;
  esac
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

launch() { # FOLDER PORT
  unprivileged "$(bin)/pg_ctl" --pgdata "$1/data" --log "$1/log" --timeout $start_seconds --wait --silent \
    --options "-c listen_addresses=127.0.0.1 -c port=$2 -c unix_socket_directories=" start >/dev/null
}

start() {
  folder=$(mktemp -d /tmp/tsunagi-postgres.XXXXXXXX)
  if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
  (
    cd "$folder"
    unprivileged "$(bin)/initdb" --pgdata "$folder/data" --username postgres --auth trust --encoding UTF8 \
      --locale C.UTF-8 --no-sync >/dev/null
    # Another program may take the port between the question and the start: ask again.
    for attempt in 1 2 3; do
      port=$(free_port)
      if launch "$folder" "$port"; then
        echo "$port" >"$folder/port"
        break
      fi
      if [ "$attempt" = 3 ]; then
        cat "$folder/log" >&2
        exit 1
      fi
    done
  )
  echo "postgresql://postgres@127.0.0.1:$(cat "$folder/port")/postgres?application_name=${folder#/tmp/}"
}

stop() {
  folder=$(folder_of "$1")
  (cd "$folder" && unprivileged "$(bin)/pg_ctl" --pgdata "$folder/data" --mode immediate --wait --silent stop >/dev/null)
  rm -rf "$folder"
}

restart() {
  folder=$(folder_of "$1")
  cd "$folder"
  unprivileged "$(bin)/pg_ctl" --pgdata "$folder/data" --mode fast --wait --silent stop >/dev/null
  launch "$folder" "$(cat "$folder/port")"
}

case ${1:-} in
  start) start ;;
  stop) stop "${2:?the address that start printed}" ;;
  restart) restart "${2:?the address that start printed}" ;;
  run)
    shift
    address=$(start)
    trap 'stop "$address"' EXIT
    trap 'exit 130' INT TERM
    TSUNAGI_TEST_POSTGRES=$address "$@"
    ;;
  *)
    sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
