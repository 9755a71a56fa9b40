# Boots the machine's own systemd as process 1 of new namespaces. It sees this machine's files below a file system in memory
# that takes all that it writes, and starts nothing of this machine's.
# $1: an empty folder  $2: a name for its control group  $3: the kata to run

mount -t tmpfs -o mode=755 tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root" "$1/groups"
root=$1/root
mount -t cgroup2 cgroup2 "$1/groups"
mkdir "$1/groups/$2"
echo $$ > "$1/groups/$2/cgroup.procs"

mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$root"
for folder in run tmp var/tmp var/log dev; do mount -t tmpfs -o mode=755 tmpfs "$root/$folder"; done
chmod 1777 "$root/tmp" "$root/var/tmp"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm" "$root/dev/pts" "$root/dev/mqueue" "$root/dev/hugepages"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/0 "$root/dev/stdin"

units=$root/etc/systemd/system
rm -rf "$units"/*.wants "$root"/{usr/,}lib/systemd/system/*.wants "$root"/{usr/,}lib/systemd/system-generators "$root/etc/systemd/system-generators"
ln -sf /dev/null "$units/systemd-udevd.service"
printf '[Unit]\nDefaultDependencies=no\n' > "$units/nothing.target"
touch "$root/usr/local/bin/kata"
mount --bind "$3" "$root/usr/local/bin/kata"

exec unshare --cgroup bash -euc '
  mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup"
  cd "$1"
  mkdir -p old
  pivot_root . old
  cd /
  umount -l old
  mount --make-rshared /
  ip link set lo up
  exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/lib/systemd/systemd --system --unit=nothing.target --show-status=no' bash "$root"
