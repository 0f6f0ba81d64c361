#pragma once
// The state of one contract: what the platform stores for it.

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/sandbox/smaregi/model/fields.h"

namespace tsunagi::smaregi_sandbox {

struct Store {
  Record record;
  Record point_condition;
};

struct Member {
  Record record;
  Record points;  // customerId mile point pointExpireDate insDateTime updDateTime
};

struct Transaction {
  Record head;
  std::vector<Record> details = {};
  Record layaway = {};  // of a layaway
  Record pick_up = {};  // of the sale that picked one up
  bool is_layaway = false;
  // What the till has taken back of it so far: pieces by transactionDetailId, and the figures
  // booked for them.
  std::map<std::string, int64_t> returned = {};
  Record given_back = {};
};

using StockKey = std::pair<int64_t, int64_t>;  // product, store

struct StockEntry {
  Record row;
  std::vector<int64_t> history;  // ids, oldest first
};

// What a till in local mode knows: a copy that ages until somebody presses sync [HELP 202934208].
struct TillCopy {
  int64_t taken_at = 0;
  std::map<std::string, std::pair<Record, Record>> members;  // by code: customer, points
};

struct RateLimit {
  int64_t reads_per_second = 10;  // of the sandbox [MCPX, §2]
  int64_t writes_per_second = 4;
};

struct Contract {
  std::string id, name;
  std::string plan = "retail";                // standard premium premium_plus food retail
  std::string user_id, user_name, user_mail;  // the one head-office user who can sign in
  std::vector<std::string> required_columns;  // of customers
  std::vector<std::string> ranks;             // the general master; empty: any rank goes
  RateLimit rate_limit;

  std::map<int64_t, Store> stores;
  std::map<int64_t, Record> products;
  std::map<int64_t, Member> members;
  std::map<std::string, int64_t, std::less<>> member_by_code, product_by_code;
  std::map<StockKey, StockEntry> stock;
  std::map<int64_t, Record> stock_history;
  std::map<int64_t, Transaction> transactions;
  TillCopy till;

  int64_t last_store = 0, last_product = 0, last_member = 0, last_history = 0, last_transaction = 0,
          last_bulk = 0, last_receipt = 0;
  std::map<std::string, std::deque<int64_t>> recent_calls;  // per client and kind, times in ms
};

}  // namespace tsunagi::smaregi_sandbox
