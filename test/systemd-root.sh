# Boots the machine's own systemd as process 1 of new namespaces, in a root of its own (overlay-root.sh), and starts nothing of
# this machine's.
# $1: an empty folder  $2: a name for its control group  $3: the kata to run

make_root "$1" "$3"
mkdir "$1/groups"
mount -t cgroup2 cgroup2 "$1/groups"
mkdir "$1/groups/$2"
echo $$ > "$1/groups/$2/cgroup.procs"

units=$root/etc/systemd/system
rm -rf "$units"/*.wants "$root"/{usr/,}lib/systemd/system/*.wants "$root"/{usr/,}lib/systemd/system-generators "$root/etc/systemd/system-generators"
ln -sf /dev/null "$units/systemd-udevd.service"
printf '[Unit]\nDefaultDependencies=no\n' > "$units/nothing.target"

export -f enter_root
exec unshare --cgroup bash -euc '
  mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup"
  enter_root "$1"
  mount --make-rshared /
  ip link set lo up
  exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/lib/systemd/systemd --system --unit=nothing.target --show-status=no' bash "$root"
