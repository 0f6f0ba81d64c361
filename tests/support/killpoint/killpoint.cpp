// Kills the process it is preloaded into (SIGKILL) at a named point, so that a test can interrupt
// the production binary at the moments that matter without the binary knowing.
// LD_PRELOAD=libkillpoint.so KILLPOINT=name KILLPOINT_NTH=3 KILLPOINT_SMAREGI=port
// KILLPOINT_SHOPIFY=port KILLPOINT_SERVER=port KILLPOINT_MAIL=port KILLPOINT_POSTGRES=port.
//
//   before-wal-write     SQLite: the transaction exists only in memory
//   before-sync          SQLite: written to the log, not on disk
//   after-sync           SQLite: on disk, nobody has been told
//   before-commit        PostgreSQL: COMMIT is about to leave
//   during-commit        PostgreSQL: COMMIT is out, its reply is not read
//   after-commit         PostgreSQL: the reply to a COMMIT has just been read
//   before-answer        the reply to a request has been made but not sent
//   after-answer         the reply has been sent
//   before-smaregi       a request to Smaregi is about to leave
//   after-smaregi        a reply of Smaregi has just been read
//   before-shopify       a request to Shopify is about to leave
//   during-shopify       the request is out, its reply is not read
//   after-shopify        a reply of Shopify has just been read
//   before-mail          the end of a mail is about to leave
//   during-mail          the end of a mail is out, the reply is not read
//   after-mail           the reply to a whole mail has just been read
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

// NOLINTBEGIN(concurrency-mt-unsafe): nobody sets the environment
int number(const char* name, int otherwise) {
  const char* text = getenv(name);
  return text != nullptr ? atoi(text) : otherwise;
}

const char* wanted() {
  static const char* const name = getenv("KILLPOINT");
  return name != nullptr ? name : "";
}
// NOLINTEND(concurrency-mt-unsafe)

void reached(const char* point) {
  static std::atomic<int> left{number("KILLPOINT_NTH", 1)};
  if (strcmp(point, wanted()) == 0 && --left == 0) kill(getpid(), SIGKILL);
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

enum class Side { kNone, kServer, kSmaregi, kShopify, kMail, kPostgres };

int port_of(int fd, int (*name)(int, sockaddr*, socklen_t*)) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  if (name(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0 ||
      address.sin_family != AF_INET) {
    return 0;
  }
  return ntohs(address.sin_port);
}

Side side_of(int fd) {
  static const int smaregi = number("KILLPOINT_SMAREGI", -1);
  static const int shopify = number("KILLPOINT_SHOPIFY", -1);
  static const int mail = number("KILLPOINT_MAIL", -1);
  static const int postgres = number("KILLPOINT_POSTGRES", -1);
  static const int server = number("KILLPOINT_SERVER", -1);
  const int peer =
      port_of(fd, [](int f, sockaddr* a, socklen_t* l) { return getpeername(f, a, l); });
  if (peer == 0) return Side::kNone;
  if (peer == smaregi) return Side::kSmaregi;
  if (peer == shopify) return Side::kShopify;
  if (peer == mail) return Side::kMail;
  if (peer == postgres) return Side::kPostgres;
  const int own =
      port_of(fd, [](int f, sockaddr* a, socklen_t* l) { return getsockname(f, a, l); });
  return own == server ? Side::kServer : Side::kNone;
}

bool is_wal(int fd) {
  char link[64];
  char path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  return length > 4 && memcmp(path + length - 4, "-wal", 4) == 0;
}

bool ends_with(const void* data, size_t size, const char* end) {
  const size_t length = strlen(end);
  return size >= length && memcmp(static_cast<const char*>(data) + size - length, end, length) == 0;
}

// What this thread sent last and waits for the reply to: each connection is one thread's at a time.
thread_local bool mail_ended = false;
thread_local bool committing = false;

void before_send(int fd, const void* data, size_t size) {
  const Side side = side_of(fd);
  // The end of a mail (RFC 5321, 4.1.1.4); the mails here are base64, which has no dot.
  if (side == Side::kMail) mail_ended = ends_with(data, size, ".\r\n");
  if (side == Side::kPostgres) committing = memmem(data, size, "COMMIT", 6) != nullptr;
  switch (side) {
    case Side::kServer:
      reached("before-answer");
      break;
    case Side::kSmaregi:
      reached("before-smaregi");
      break;
    case Side::kShopify:
      reached("before-shopify");
      break;
    case Side::kMail:
      if (mail_ended) reached("before-mail");
      break;
    case Side::kPostgres:
      if (committing) reached("before-commit");
      break;
    case Side::kNone:
      break;
  }
}

void after_send(int fd) {
  switch (side_of(fd)) {
    case Side::kServer:
      reached("after-answer");
      break;
    case Side::kShopify:
      reached("during-shopify");
      break;
    case Side::kMail:
      if (mail_ended) reached("during-mail");
      break;
    case Side::kPostgres:
      if (committing) reached("during-commit");
      break;
    case Side::kSmaregi:
    case Side::kNone:
      break;
  }
}

void after_receive(int fd, ssize_t got) {
  if (got <= 0) return;
  switch (side_of(fd)) {
    case Side::kSmaregi:
      reached("after-smaregi");
      break;
    case Side::kShopify:
      reached("after-shopify");
      break;
    case Side::kMail:
      if (mail_ended) reached("after-mail");
      break;
    case Side::kPostgres:
      if (committing) reached("after-commit");
      break;
    case Side::kServer:
    case Side::kNone:
      break;
  }
}

}  // namespace

extern "C" {

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  if (is_wal(fd)) reached("before-wal-write");
  return real(fd, data, size, offset);
}

int fdatasync(int fd) {
  static const auto real = next<int (*)(int)>("fdatasync");
  const bool wal = is_wal(fd);
  if (wal) reached("before-sync");
  const int result = real(fd);
  if (wal) reached("after-sync");
  return result;
}

ssize_t send(int fd, const void* data, size_t size, int flags) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, int)>("send");
  before_send(fd, data, size);
  const ssize_t sent = real(fd, data, size, flags);
  after_send(fd);
  return sent;
}

ssize_t recv(int fd, void* data, size_t size, int flags) {
  static const auto real = next<ssize_t (*)(int, void*, size_t, int)>("recv");
  const ssize_t got = real(fd, data, size, flags);
  after_receive(fd, got);
  return got;
}

}  // extern "C"
