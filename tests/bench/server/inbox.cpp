// How many webhooks a second reach the disk: by the storage, as a server's request threads ask it
// to, and by SQLite alone, which writes the same rows to the same table on one thread.
//
//   bench_inbox ours FILE THREADS SECONDS      each thread stores one event after the other
//   bench_inbox raw FILE BATCH SECONDS         BATCH events a commit
//
// Prints {"a_second":…, "batch":…}; batch is the mean of events a commit.

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "server/base/system_clock.h"
#include "server/storage/storage.h"

namespace tsunagi {
namespace {

constexpr TenantId kShop = 700;
constexpr Seconds kNow = 1'790'000'000;
constexpr size_t kBodyBytes = 1'400;  // of a customers/update

// NOLINTNEXTLINE(*-avoid-non-const-global-variables): of every connection of this process
std::atomic<int64_t> commits = 0;

// SQLite calls this with each connection that is opened, whoever opens it.
int count_commits(sqlite3* db, char** /*error*/, const sqlite3_api_routines* /*api*/) {
  const auto count = [](void* /*nothing*/) {
    ++commits;
    return 0;
  };
  sqlite3_commit_hook(db, count, nullptr);
  return SQLITE_OK;
}

[[noreturn]] void give_up(const std::string& reason) {
  std::fprintf(stderr, "bench_inbox: %s\n", reason.c_str());
  std::exit(1);  // NOLINT(concurrency-mt-unsafe): nothing is to be saved
}

std::string body_of(int64_t number) {
  std::string body = R"({"id":)" + std::to_string(number) + R"(,"note":")";
  body.resize(kBodyBytes - 2, 'x');
  return body + "\"}";
}
std::string event_id(int64_t number) {
  constexpr size_t kUuidLength = 36;
  std::string id = std::to_string(number) + "-";
  id.resize(kUuidLength, 'e');
  return id;
}

struct Figures {
  int64_t events = 0;
  double seconds = 0;
  int64_t committed = 0;
};

using Moment = std::chrono::steady_clock::time_point;
double since(Moment began_at) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_at).count();
}

Figures store(Storage& storage, int threads, int seconds) {
  std::atomic<int64_t> events = 0;
  const int64_t committed_before = commits;
  const auto began_at = std::chrono::steady_clock::now();
  const auto until = began_at + std::chrono::seconds(seconds);
  {
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < threads; ++worker) {
      workers.emplace_back([&] {
        while (std::chrono::steady_clock::now() < until) {
          const int64_t number = ++events;
          const auto stored = storage.put_inbox(kShop, {System::kShopify, "customers/update",
                                                        event_id(number), body_of(number), kNow});
          if (!stored.ok()) give_up(stored.error().message);
        }
      });
    }
  }
  return {.events = events, .seconds = since(began_at), .committed = commits - committed_before};
}

void must(sqlite3* db, int code, int wanted = SQLITE_OK) {
  if (code != wanted) give_up(sqlite3_errmsg(db));
}

Figures commit_raw(const std::string& file, int batch, int seconds) {
  sqlite3* db = nullptr;
  must(db, sqlite3_open(file.c_str(), &db));
  for (const char* pragma : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"}) {
    must(db, sqlite3_exec(db, pragma, nullptr, nullptr, nullptr));
  }
  sqlite3_stmt* insert = nullptr;
  must(db, sqlite3_prepare_v3(
               db,
               "INSERT INTO inbox (tenant, system, type, event_id, body, state, due_at, "
               "received_at) VALUES (?, 'shopify', 'customers/update', ?, ?, 'waiting', ?, ?)",
               -1, SQLITE_PREPARE_PERSISTENT, &insert, nullptr));
  int64_t events = 0;
  const int64_t committed_before = commits;
  const auto began_at = std::chrono::steady_clock::now();
  while (since(began_at) < seconds) {
    must(db, sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr));
    for (int i = 0; i < batch; ++i) {
      const std::string id = event_id(++events);
      const std::string body = body_of(events);
      int place = 0;
      sqlite3_bind_int64(insert, ++place, kShop);
      sqlite3_bind_text(insert, ++place, id.data(), static_cast<int>(id.size()), SQLITE_STATIC);
      sqlite3_bind_text(insert, ++place, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
      sqlite3_bind_int64(insert, ++place, kNow);
      sqlite3_bind_int64(insert, ++place, kNow);
      must(db, sqlite3_step(insert), SQLITE_DONE);
      must(db, sqlite3_reset(insert));
    }
    must(db, sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr));
  }
  const Figures figures{
      .events = events, .seconds = since(began_at), .committed = commits - committed_before};
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return figures;
}

int run(const std::string& who, const std::string& file, int width, int seconds) {
  SystemClock clock;
  const std::string url = "sqlite://" + file;
  if (const auto made = migrate(url); !made.ok()) give_up(made.error().message);
  // After the storage has chosen how SQLite runs, so that both run so.
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(&count_commits));
  Figures figures;
  {
    auto opened = open_storage({.url = url, .secret_key = std::string(32, 'k'), .clock = clock});
    if (!opened.ok()) give_up(opened.error().message);
    const auto installed =
        (*opened)->install({.id = kShop, .domain = "a.myshopify.com", .name = "a"});
    if (!installed.ok()) give_up(installed.error().message);
    if (who == "ours") figures = store(**opened, width, seconds);
  }
  if (who == "raw") figures = commit_raw(file, width, seconds);
  std::printf("{\"a_second\":%.0f,\"batch\":%.1f}\n",
              static_cast<double>(figures.events) / figures.seconds,
              static_cast<double>(figures.events) / static_cast<double>(figures.committed));
  return 0;
}

}  // namespace
}  // namespace tsunagi

int main(int argc, char** argv) {
  if (argc != 5 || (std::string(argv[1]) != "ours" && std::string(argv[1]) != "raw")) {
    std::fprintf(stderr, "usage: bench_inbox ours|raw FILE THREADS|BATCH SECONDS\n");
    return 2;
  }
  return tsunagi::run(argv[1], argv[2], std::atoi(argv[3]), std::atoi(argv[4]));
}
