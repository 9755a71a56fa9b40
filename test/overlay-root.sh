# Makes a root that has this machine's files, below a file system in memory that takes all that is written to it.
# $1: an empty folder  $2: the kata to run

make_root() {
  mount -t tmpfs -o mode=755 tmpfs "$1"
  mkdir "$1/upper" "$1/work" "$1/root"
  root=$1/root
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
  touch "$root/usr/local/bin/kata"
  mount --bind "$2" "$root/usr/local/bin/kata"
}

# Goes into a root, and leaves the one before.
enter_root() {
  cd "$1"
  mkdir -p old
  pivot_root . old
  cd /
  umount -l old
}
