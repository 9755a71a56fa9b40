/*
 * Stands between a program and the files of a SQLite database (LD_PRELOAD): writes down what is written and synced, in
 * order, and lets syncs fail when it is told to.
 *
 * DISK_DB     the database; its -wal, its -journal and its folder belong to it
 * DISK_TRACE  the file that the records are appended to (see disk.ts)
 * DISK_FAIL   while this file is there, syncs fail with EIO: the first one of the database alone if it begins with d, else all
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CREATE = 1, WRITE, TRUNCATE, SYNC, FAILED_SYNC, UNLINK, UNKNOWN };
enum { NONE, DB, WAL, JOURNAL, FOLDER };
#define FDS 65536

struct record {
  uint8_t op, file;
  uint16_t unused;
  uint32_t length;
  uint64_t at;
};

static char db[4096], folder[4096];
static const char *fail;
static int trace = -1;
static uint8_t files[FDS];
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("DISK_DB"), *to = getenv("DISK_TRACE");
  if (!path || !to) return;
  snprintf(db, sizeof db, "%s", path);
  snprintf(folder, sizeof folder, "%s", path);
  dirname(folder);
  fail = getenv("DISK_FAIL");
  trace = REAL(open)(to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static int file_of(const char *path) {
  if (trace < 0 || !path) return NONE;
  if (strcmp(path, folder) == 0) return FOLDER;
  size_t length = strlen(db);
  if (strncmp(path, db, length) != 0) return NONE;
  if (path[length] == 0) return DB;
  if (strcmp(path + length, "-wal") == 0) return WAL;
  return strcmp(path + length, "-journal") == 0 ? JOURNAL : NONE;
}

static int file_at(int fd) { return fd >= 0 && fd < FDS ? files[fd] : NONE; }

/* One write: a record is whole, or not there. */
static void tell(int op, int file, uint64_t at, const void *data, size_t length) {
  char *whole = malloc(sizeof(struct record) + length);
  struct record record = {op, file, 0, length, at};
  memcpy(whole, &record, sizeof record);
  if (length) memcpy(whole + sizeof record, data, length);
  if (REAL(write)(trace, whole, sizeof record + length) != (ssize_t)(sizeof record + length)) abort();
  free(whole);
}

static int opened(int fd, int file, int is_new, int flags) {
  if (fd < 0 || fd >= FDS) return fd;
  files[fd] = file;
  if (file && is_new) tell(CREATE, file, 0, NULL, 0);
  if (file && !is_new && (flags & O_TRUNC)) tell(TRUNCATE, file, 0, NULL, 0);
  return fd;
}

#define OPEN(name, ...)                                              \
  int mode = 0;                                                      \
  if (flags & O_CREAT) {                                             \
    va_list more;                                                    \
    va_start(more, flags);                                           \
    mode = va_arg(more, int);                                        \
    va_end(more);                                                    \
  }                                                                  \
  int file = file_of(path);                                          \
  if (!file) return opened(REAL(name)(__VA_ARGS__, mode), 0, 0, 0);  \
  pthread_mutex_lock(&order);                                        \
  int is_new = (flags & O_CREAT) && access(path, F_OK) != 0;         \
  int fd = opened(REAL(name)(__VA_ARGS__, mode), file, is_new, flags); \
  pthread_mutex_unlock(&order);                                      \
  return fd;

int open(const char *path, int flags, ...) { OPEN(open, path, flags) }
int open64(const char *path, int flags, ...) { OPEN(open64, path, flags) }
int openat(int at, const char *path, int flags, ...) { OPEN(openat, at, path, flags) }
int openat64(int at, const char *path, int flags, ...) { OPEN(openat64, at, path, flags) }

int close(int fd) {
  if (fd >= 0 && fd < FDS) files[fd] = 0;
  return REAL(close)(fd);
}

#define RECORDED(type, call, ok, op, at, data, length)     \
  int file = file_at(fd);                                  \
  if (!file) return call;                                  \
  pthread_mutex_lock(&order);                              \
  type done = call;                                        \
  if (ok) tell(op, file, at, data, length);                \
  pthread_mutex_unlock(&order);                            \
  return done;

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
  RECORDED(ssize_t, REAL(pwrite)(fd, data, size, at), done > 0, WRITE, at, data, done)
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
  RECORDED(ssize_t, REAL(pwrite64)(fd, data, size, at), done > 0, WRITE, at, data, done)
}
ssize_t write(int fd, const void *data, size_t size) {
  RECORDED(ssize_t, REAL(write)(fd, data, size), done > 0, WRITE, lseek(fd, 0, SEEK_CUR) - done, data, done)
}
int ftruncate(int fd, off_t size) { RECORDED(int, REAL(ftruncate)(fd, size), done == 0, TRUNCATE, size, NULL, 0) }
int ftruncate64(int fd, off64_t size) { RECORDED(int, REAL(ftruncate64)(fd, size), done == 0, TRUNCATE, size, NULL, 0) }

static int is_failing(int file) {
  int fd = fail ? REAL(open)(fail, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return 0;
  char which = 0;
  if (read(fd, &which, 1) < 0) abort();
  REAL(close)(fd);
  static int failed;
  return which != 'd' || (file == DB && !failed++);
}

static int sync_of(int fd, int (*call)(int)) {
  int file = file_at(fd);
  if (!file) return call(fd);
  pthread_mutex_lock(&order);
  int failing = is_failing(file);
  int done = failing ? -1 : call(fd);
  tell(done == 0 ? SYNC : FAILED_SYNC, file, 0, NULL, 0);
  pthread_mutex_unlock(&order);
  if (failing) errno = EIO;
  return done;
}
int fsync(int fd) { return sync_of(fd, REAL(fsync)); }
int fdatasync(int fd) { return sync_of(fd, REAL(fdatasync)); }

int unlink(const char *path) {
  int file = file_of(path);
  if (!file) return REAL(unlink)(path);
  pthread_mutex_lock(&order);
  int done = REAL(unlink)(path);
  if (done == 0) tell(UNLINK, file, 0, NULL, 0);
  pthread_mutex_unlock(&order);
  return done;
}

/* What the model does not know of must not happen: it is written down, and whoever reads it fails. */
int rename(const char *from, const char *to) {
  if (file_of(from) || file_of(to)) tell(UNKNOWN, file_of(from) ? file_of(from) : file_of(to), 0, "rename", 6);
  return REAL(rename)(from, to);
}
int fallocate(int fd, int mode, off_t at, off_t length) {
  if (file_at(fd)) tell(UNKNOWN, file_at(fd), 0, "fallocate", 9);
  return REAL(fallocate)(fd, mode, at, length);
}
void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t at) {
  if (file_at(fd) && (protection & PROT_WRITE) && (flags & MAP_SHARED)) tell(UNKNOWN, file_at(fd), 0, "mmap", 4);
  return REAL(mmap)(address, length, protection, flags, fd, at);
}
