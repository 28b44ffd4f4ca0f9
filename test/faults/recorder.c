/*
 * Loaded before the C library (LD_PRELOAD) into a process whose disk is to be examined or to fail. For files below RECORDER_FOLDER it
 *   - appends every change and every sync to RECORDER_LOG, in the order in which they were made, so that a test can build the disk as
 *     a power cut at any moment would have left it;
 *   - answers EIO, once, to the sync number RECORDER_FAIL_AT of the file whose name ends in RECORDER_FAIL_SUFFIX.
 * Shared-memory files of SQLite (-shm) are left out: they are made anew after a cut.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { CREATED = 1, WRITTEN = 2, RESIZED = 3, SYNCED = 4, FOLDER_SYNCED = 5, REMOVED = 6, RENAMED = 7, LINKED = 8 };
enum { NOT_WATCHED = 0, FILE_WATCHED = 1, FOLDER_WATCHED = 2 };

/* One entry of the log, followed by `length` bytes: what was written, or the path relative to the folder. */
struct entry {
  uint32_t kind;
  uint32_t length;
  uint64_t file;
  uint64_t offset;
};

#define MOST_FILES 65536
static unsigned char watched[MOST_FILES];
static unsigned char fails[MOST_FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -1;
static char folder[PATH_MAX];
static size_t folder_length;
static const char *fail_suffix;
static long fail_at;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_link)(const char *, const char *);
static int (*real_unlink)(const char *);

static int ends_with(const char *text, const char *end) {
  size_t a = strlen(text), b = strlen(end);
  return a >= b && strcmp(text + a - b, end) == 0;
}

__attribute__((constructor)) static void start(void) {
  real_open = dlsym(RTLD_NEXT, "open64");
  real_openat = dlsym(RTLD_NEXT, "openat64");
  real_close = dlsym(RTLD_NEXT, "close");
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_writev = dlsym(RTLD_NEXT, "writev");
  real_pwritev = dlsym(RTLD_NEXT, "pwritev64");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_rename = dlsym(RTLD_NEXT, "rename");
  real_link = dlsym(RTLD_NEXT, "link");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  const char *where = getenv("RECORDER_FOLDER");
  if (where == NULL || realpath(where, folder) == NULL) return;
  folder_length = strlen(folder);
  const char *path = getenv("RECORDER_LOG");
  if (path != NULL) log_file = real_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  fail_suffix = getenv("RECORDER_FAIL_SUFFIX");
  const char *at = getenv("RECORDER_FAIL_AT");
  fail_at = at == NULL ? 0 : atol(at);
}

/* The part of an absolute path below the folder; "" for the folder itself, NULL for what is not ours. */
static const char *below(const char *path) {
  if (folder_length == 0 || path == NULL || strncmp(path, folder, folder_length) != 0) return NULL;
  if (path[folder_length] == '\0') return "";
  if (path[folder_length] != '/' || ends_with(path, "-shm")) return NULL;
  return path + folder_length + 1;
}

static void append(uint32_t kind, uint64_t file, uint64_t offset, const void *bytes, size_t length) {
  if (log_file < 0) return;
  struct entry entry = {kind, (uint32_t)length, file, offset};
  struct iovec parts[2] = {{&entry, sizeof entry}, {(void *)bytes, length}};
  if (real_writev(log_file, parts, 2) != (ssize_t)(sizeof entry + length)) abort();
}

static uint64_t inode(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

static int is_watched(int fd, int kind) { return fd >= 0 && fd < MOST_FILES && watched[fd] == kind; }

static int open_watched(const char *path, int flags, int mode) {
  const char *name = below(path);
  if (name == NULL) {
    int fd = real_open(path, flags, mode);
    if (fd >= 0 && fd < MOST_FILES) watched[fd] = NOT_WATCHED;
    return fd;
  }
  pthread_mutex_lock(&lock);
  int is_new = (flags & O_CREAT) != 0 && access(path, F_OK) != 0;
  int fd = real_open(path, flags, mode);
  int failure = errno;
  if (fd >= 0 && fd < MOST_FILES) {
    struct stat status;
    fstat(fd, &status);
    watched[fd] = S_ISDIR(status.st_mode) ? FOLDER_WATCHED : FILE_WATCHED;
    fails[fd] = fail_suffix != NULL && ends_with(path, fail_suffix);
    if (is_new) append(CREATED, status.st_ino, 0, name, strlen(name));
    else if ((flags & O_TRUNC) != 0) append(RESIZED, status.st_ino, 0, "", 0);
  }
  pthread_mutex_unlock(&lock);
  errno = failure;
  return fd;
}

#define MODE_OF(flags, mode)            \
  do {                                  \
    if (((flags) & O_CREAT) != 0) {     \
      va_list list;                     \
      va_start(list, flags);            \
      mode = va_arg(list, int);         \
      va_end(list);                     \
    }                                   \
  } while (0)

int open(const char *path, int flags, ...) {
  int mode = 0;
  MODE_OF(flags, mode);
  return open_watched(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  int mode = 0;
  MODE_OF(flags, mode);
  return open_watched(path, flags, mode);
}
static int open_at(int at, const char *path, int flags, int mode) {
  if (path[0] == '/') return open_watched(path, flags, mode);
  int fd = real_openat(at, path, flags, mode);
  if (fd >= 0 && fd < MOST_FILES) watched[fd] = NOT_WATCHED;
  return fd;
}
int openat(int at, const char *path, int flags, ...) {
  int mode = 0;
  MODE_OF(flags, mode);
  return open_at(at, path, flags, mode);
}
int openat64(int at, const char *path, int flags, ...) {
  int mode = 0;
  MODE_OF(flags, mode);
  return open_at(at, path, flags, mode);
}

int close(int fd) {
  if (fd >= 0 && fd < MOST_FILES) watched[fd] = NOT_WATCHED;
  return real_close(fd);
}

/* `offset` -1: where the file stands, or its end when it was opened to append. */
static ssize_t write_watched(int fd, const struct iovec *parts, int count, off_t offset) {
  pthread_mutex_lock(&lock);
  off_t at = offset;
  if (offset < 0) at = lseek(fd, 0, (fcntl(fd, F_GETFL) & O_APPEND) != 0 ? SEEK_END : SEEK_CUR);
  ssize_t done = offset < 0 ? real_writev(fd, parts, count) : real_pwritev(fd, parts, count, offset);
  int failure = errno;
  ssize_t left = done;
  for (int i = 0; i < count && left > 0; i++) {
    size_t length = (size_t)left < parts[i].iov_len ? (size_t)left : parts[i].iov_len;
    append(WRITTEN, inode(fd), (uint64_t)at, parts[i].iov_base, length);
    at += (off_t)length;
    left -= (ssize_t)length;
  }
  pthread_mutex_unlock(&lock);
  errno = failure;
  return done;
}

ssize_t write(int fd, const void *bytes, size_t length) {
  if (!is_watched(fd, FILE_WATCHED)) return real_write(fd, bytes, length);
  struct iovec part = {(void *)bytes, length};
  return write_watched(fd, &part, 1, -1);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) {
  if (!is_watched(fd, FILE_WATCHED)) return real_pwrite(fd, bytes, length, offset);
  struct iovec part = {(void *)bytes, length};
  return write_watched(fd, &part, 1, offset);
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }
ssize_t writev(int fd, const struct iovec *parts, int count) {
  return is_watched(fd, FILE_WATCHED) ? write_watched(fd, parts, count, -1) : real_writev(fd, parts, count);
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset) {
  if (!is_watched(fd, FILE_WATCHED)) return real_pwritev(fd, parts, count, offset);
  return write_watched(fd, parts, count, offset);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) { return pwritev64(fd, parts, count, offset); }

int ftruncate64(int fd, off_t length) {
  if (!is_watched(fd, FILE_WATCHED)) return real_ftruncate(fd, length);
  pthread_mutex_lock(&lock);
  int result = real_ftruncate(fd, length);
  int failure = errno;
  if (result == 0) append(RESIZED, inode(fd), (uint64_t)length, "", 0);
  pthread_mutex_unlock(&lock);
  errno = failure;
  return result;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int sync_watched(int fd, int (*real_sync)(int)) {
  int is_file = is_watched(fd, FILE_WATCHED);
  if (!is_file && !is_watched(fd, FOLDER_WATCHED)) return real_sync(fd);
  pthread_mutex_lock(&lock);
  int result;
  int failure = EIO;
  if (is_file && fails[fd] && fail_at > 0 && --fail_at == 0) {
    result = -1;
  } else {
    result = real_sync(fd);
    failure = errno;
    if (result == 0) append(is_file ? SYNCED : FOLDER_SYNCED, inode(fd), 0, "", 0);
  }
  pthread_mutex_unlock(&lock);
  errno = failure;
  return result;
}
int fsync(int fd) { return sync_watched(fd, real_fsync); }
int fdatasync(int fd) { return sync_watched(fd, real_fdatasync); }

int unlink(const char *path) {
  const char *name = below(path);
  if (name == NULL) return real_unlink(path);
  pthread_mutex_lock(&lock);
  int result = real_unlink(path);
  int failure = errno;
  if (result == 0) append(REMOVED, 0, 0, name, strlen(name));
  pthread_mutex_unlock(&lock);
  errno = failure;
  return result;
}

/* Gives a file another name, the old one staying (link) or going (rename). */
static int name_again(const char *from, const char *to, int (*real)(const char *, const char *), uint32_t kind) {
  const char *old_name = below(from), *new_name = below(to);
  if (old_name == NULL || new_name == NULL) return real(from, to);
  pthread_mutex_lock(&lock);
  int result = real(from, to);
  int failure = errno;
  if (result == 0) {
    char both[2 * PATH_MAX];
    int length = snprintf(both, sizeof both, "%s\n%s", old_name, new_name);
    append(kind, 0, 0, both, (size_t)length);
  }
  pthread_mutex_unlock(&lock);
  errno = failure;
  return result;
}
int rename(const char *from, const char *to) { return name_again(from, to, real_rename, RENAMED); }
int link(const char *from, const char *to) { return name_again(from, to, real_link, LINKED); }
