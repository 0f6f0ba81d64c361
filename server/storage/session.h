#pragma once
// One database connection with its prepared statements. Used by one thread at a time. Every
// function throws what SOCI throws; the engine catches. Include only in .cpp files of this folder:
// SOCI is heavy.

#include <soci/soci.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

#include "server/storage/address.h"
#include "server/storage/text.h"

namespace tsunagi::storage {

// A statement: a named constant whose text lives as long as the program. Parameters are :a, :b …
// each written once, in order: SQLite counts a name that appears twice as one parameter, SOCI's
// PostgreSQL counts two. What the dialects write differently is a word in braces, see session.cpp.
struct Sql {
  const char* text;
};

enum class SessionUse : uint8_t { kRead, kWrite };

class Session {
 public:
  // Opens the connection and makes it what the design asks (WAL, synchronous, time-outs).
  Session(const Address& address, SessionUse use);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] Dialect dialect() const { return dialect_; }

  // Runs a statement that answers no rows; answers how many rows it changed. Binds it once: what is
  // given later goes where the first was.
  template <class... In>
  int64_t run(const Sql& sql, const In&... in) {
    Prepared& prepared = this->prepared(sql);
    try {
      const bool first = !prepared.bound;
      if (first) prepared.given = {given(in)...};
      size_t place = 0;
      (give(prepared.given[place++], in), ...);
      if (first) bind(prepared);
      prepared.statement.execute(true);
      return prepared.statement.get_affected_rows();
    } catch (...) {
      statements_.erase(sql.text);  // its state is unknown
      throw;
    }
  }

  // Reads into out (std::tie) and calls each() for every row. The statement is always read to its
  // end: an SQLite statement stopped half-way keeps the whole session in its old snapshot.
  template <class... Out, class Each, class... In>
  void each(const Sql& sql, std::tuple<Out&...> out, Each&& each, const In&... in) {
    bind_and(sql, out, std::make_tuple(bound(in)...), [&](soci::statement& statement) {
      for (bool more = statement.execute(true); more; more = statement.fetch()) each();
    });
  }

  // Whether there is a row; out holds it.
  template <class... Out, class... In>
  bool one(const Sql& sql, std::tuple<Out&...> out, const In&... in) {
    std::tuple<Out...> first;
    bool found = false;
    each(
        sql, out,
        [&] {
          if (!found) first = out;
          found = true;
        },
        in...);
    if (found) out = std::move(first);
    return found;
  }

  // The shop whose row this transaction holds, so that a crowd of writes looks it up once. To be
  // let go when a transaction begins, when part of one is undone, and when the shop is erased.
  [[nodiscard]] bool holds(int64_t tenant) const { return held_tenant_ == tenant; }
  void hold(int64_t tenant) { held_tenant_ = tenant; }
  void let_go() { held_tenant_ = kNoTenant; }

  // Runs text as it is, with the words in braces replaced: transactions and migrations.
  void execute(std::string_view text);

 private:
  using Given = std::variant<int64_t, std::string>;
  struct Prepared {
    soci::statement statement;
    std::vector<Given> given;  // by run(), and bound to it
    bool bound = false;
  };

  static Given given(int64_t /*value*/) { return int64_t{0}; }
  static Given given(std::string_view /*text*/) { return std::string(); }
  static void give(Given& given, int64_t value) { std::get<int64_t>(given) = value; }
  static void give(Given& given, std::string_view text) {
    put_storable(std::get<std::string>(given), text);
  }
  static int64_t bound(int64_t value) { return value; }
  static std::string bound(std::string_view value) { return storable(value); }

  static void bind(Prepared& prepared);

  template <class Out, class In, class Use>
  void bind_and(const Sql& sql, Out out, In in, Use&& use) {
    soci::statement& statement = prepared(sql).statement;
    try {
      std::apply([&](auto&... value) { (statement.exchange(soci::into(value)), ...); }, out);
      std::apply([&](auto&... value) { (statement.exchange(soci::use(value)), ...); }, in);
      statement.define_and_bind();
      use(statement);
      statement.bind_clean_up();
    } catch (...) {
      statements_.erase(sql.text);  // its state is unknown
      throw;
    }
  }

  // A statement answers rows or none: it is always run() or always read.
  Prepared& prepared(const Sql& sql);
  [[nodiscard]] std::string in_dialect(std::string_view text) const;
  void connect(const Address& address);
  void prepare_sqlite(SessionUse use);
  void prepare_postgres();

  static constexpr int64_t kNoTenant = -1;
  int64_t held_tenant_ = kNoTenant;
  const Dialect dialect_;
  soci::session session_;
  std::unordered_map<const char*, Prepared> statements_;  // by the constant's address
};

}  // namespace tsunagi::storage
