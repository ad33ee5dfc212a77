#!/bin/sh
# Installs what the tests and the drill need and this machine lacks, from Debian packages: real servers, which are
# started by the lab on free ports, never as services of the system. Says nothing when nothing is missing.
#   scripts/install-deps.sh           installs
#   scripts/install-deps.sh --check   only says what is missing (exit 1)
#   scripts/install-deps.sh bench     also what the benchmarks compare with
set -eu

has() { PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1; }
# Debian keeps PostgreSQL's programs beside each other by version, off the PATH.
has_postgres() { has postgres || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; }

missing=
has redis-server || has valkey-server || missing="$missing redis-server"
has mariadbd && has mariadb-install-db || missing="$missing mariadb-server"
has_postgres || missing="$missing postgresql"
has pgbouncer || missing="$missing pgbouncer"
has nginx || missing="$missing nginx-light"
# For building: the ring crate has C and assembly in it.
has cc || missing="$missing gcc libc6-dev"
# The tests of docs/prevention/ use the system's own Python.
/usr/bin/python3 -c 'import redis' 2>/dev/null || missing="$missing python3-redis"
# What the protocol's page and our own lines by hand are typed with.
has curl || missing="$missing curl"
has jq || missing="$missing jq"
[ "${1-}" != bench ] || has wrk || missing="$missing wrk"
[ "${1-}" != bench ] || has pt-kill || missing="$missing percona-toolkit"
[ -n "$missing" ] || exit 0

packages=${missing# }
if [ "${1-}" = --check ]; then
    echo "missing: $packages" >&2
    exit 1
fi
if ! has apt-get; then
    echo "missing: $packages (Debian names); there is no apt-get here, please install them your way" >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "missing: $packages" >&2
    echo "please type: sudo $0" >&2
    exit 1
fi

# Packages of servers start them once installed, unless the policy says no (invoke-rc.d asks it; systemd is masked
# from what deb-systemd-invoke does in the same way). Ours is put away again whatever happens.
policy=/usr/sbin/policy-rc.d
put_back() {
    rm -f "$policy"
    [ ! -e "$policy.stampede" ] || mv "$policy.stampede" "$policy"
}
# Left by a run that was killed: the original is already aside.
[ -e "$policy.stampede" ] || [ ! -e "$policy" ] || mv "$policy" "$policy.stampede"
trap put_back EXIT
trap 'exit 130' INT TERM HUP
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

export DEBIAN_FRONTEND=noninteractive
get() { apt-get install -y -q --no-install-recommends "$@" </dev/null; }
install_them() {
    case " $packages " in
    *" postgresql "*)
        # It would make a database cluster that nobody asked for.
        get postgresql-common &&
            sed -i 's/^#* *create_main_cluster.*/create_main_cluster = false/' \
                /etc/postgresql-common/createcluster.conf || return
        ;;
    esac
    # shellcheck disable=SC2086 # one word a package
    get $packages
}
echo "installing: $packages" >&2
install_them || { apt-get update -q && install_them; }
