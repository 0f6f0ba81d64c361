#include "tests/bench/server/raw_query.h"

#include <libpq-fe.h>
#include <sqlite3.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace tsunagi::bench {
namespace {

[[noreturn]] void give_up_raw(const char* reason) {
  std::fprintf(stderr, "bench: %s\n", reason);
  std::exit(1);  // NOLINT(concurrency-mt-unsafe): nothing is to be saved
}

std::string in_quotes(const std::vector<std::string>& ids, const char* open, const char* close) {
  std::string list = open;
  for (const std::string& id : ids) {
    if (list.size() > 1) list += ',';
    list += '"' + id + '"';
  }
  return list + close;
}

class RawSqlite : public RawQuery {
 public:
  explicit RawSqlite(const std::string& file) {
    if (sqlite3_open(file.c_str(), &db_) != SQLITE_OK) give_up_raw(sqlite3_errmsg(db_));
    const char* sql =
        "SELECT product_id, store_id, on_hand, layaway FROM stock_level WHERE tenant = ? "
        "AND product_id IN (SELECT value FROM json_each(?))";
    if (sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &select_, nullptr) !=
        SQLITE_OK) {
      give_up_raw(sqlite3_errmsg(db_));
    }
  }
  ~RawSqlite() override {
    sqlite3_finalize(select_);
    sqlite3_close(db_);
  }

  size_t stock_rows(int64_t tenant, const std::vector<std::string>& products) override {
    const std::string list = in_quotes(products, "[", "]");
    sqlite3_bind_int64(select_, 1, tenant);
    sqlite3_bind_text(select_, 2, list.data(), static_cast<int>(list.size()), SQLITE_STATIC);
    size_t rows = 0;
    while (sqlite3_step(select_) == SQLITE_ROW) {
      const bool whole =
          sqlite3_column_text(select_, 0) != nullptr && sqlite3_column_text(select_, 1) != nullptr;
      const int64_t figures = sqlite3_column_int64(select_, 2) + sqlite3_column_int64(select_, 3);
      rows += whole && figures > 0 ? 1 : 0;
    }
    sqlite3_reset(select_);
    return rows;
  }

 private:
  sqlite3* db_ = nullptr;
  sqlite3_stmt* select_ = nullptr;
};

class RawPostgres : public RawQuery {
 public:
  explicit RawPostgres(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) give_up_raw(PQerrorMessage(connection_));
    const char* sql =
        "SELECT product_id, store_id, on_hand, layaway FROM stock_level "
        "WHERE tenant = $1::bigint AND product_id = ANY($2::text[])";
    PGresult* prepared = PQprepare(connection_, "stock", sql, 2, nullptr);
    if (PQresultStatus(prepared) != PGRES_COMMAND_OK) give_up_raw(PQerrorMessage(connection_));
    PQclear(prepared);
  }
  ~RawPostgres() override { PQfinish(connection_); }

  size_t stock_rows(int64_t tenant, const std::vector<std::string>& products) override {
    const std::string shop = std::to_string(tenant);
    const std::string list = in_quotes(products, "{", "}");
    const std::array<const char*, 2> values{shop.c_str(), list.c_str()};
    PGresult* found = PQexecPrepared(connection_, "stock", 2, values.data(), nullptr, nullptr, 0);
    size_t rows = 0;
    for (int i = 0; i < PQntuples(found); ++i) {
      const std::string_view product = PQgetvalue(found, i, 0);
      const std::string_view store = PQgetvalue(found, i, 1);
      const auto figures =
          std::atoll(PQgetvalue(found, i, 2)) + std::atoll(PQgetvalue(found, i, 3));
      rows += !product.empty() && !store.empty() && figures > 0 ? 1 : 0;
    }
    PQclear(found);
    return rows;
  }

 private:
  PGconn* connection_;
};

}  // namespace

std::unique_ptr<RawQuery> open_raw(const std::string& url) {
  const std::string_view sqlite = "sqlite://";
  if (url.starts_with(sqlite)) return std::make_unique<RawSqlite>(url.substr(sqlite.size()));
  return std::make_unique<RawPostgres>(url);
}

}  // namespace tsunagi::bench
