// Any bytes as any of Smaregi's replies: a value or an Error, never a throw, and no personal data
// in what is logged.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/base/iso_time.h"
#include "server/smaregi/japan_time.h"
#include "server/smaregi/reply.h"

using namespace tsunagi;

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

template <class T>
void check(const Result<T>& result) {
  if (!result) {
    demand(result.error().code == ErrorCode::kUnavailable && !result.error().message.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  check(smaregi::parse_token(body));
  check(smaregi::parse_contract(body));
  check(smaregi::parse_member(body));
  check(smaregi::parse_required(body));
  check(smaregi::parse_transaction(body));
  check(smaregi::parse_stores(body));
  check(smaregi::parse_products(body));
  const auto members = smaregi::parse_members(body);
  check(members);
  if (members) {
    for (const PosMember& member : *members) demand(!member.member_id.empty());
  }
  const auto points = smaregi::parse_points(body);
  check(points);
  if (points) {
    for (const PosPoints& row : *points) {
      demand(row.expire_on.empty() || row.expire_on.size() == 10);
    }
  }
  const auto sales = smaregi::parse_transactions(body);
  check(sales);
  const auto stock = smaregi::parse_stock(body);
  check(stock);
  if (stock) {
    for (const StockLevel& level : *stock) {
      demand(!level.product_id.empty() && !level.store_id.empty());
    }
  }
  const std::string problem = smaregi::parse_problem(body);
  demand(problem.size() <= 300 && problem.find('@') == std::string::npos &&
         problem.find('\n') == std::string::npos);
  // What is read as a time is written as the same time.
  if (const auto time = parse_iso_time(body)) {
    demand(parse_iso_time(smaregi::format_time(*time)) == time || *time < -62'135'596'800 + 32'400);
  }
  return 0;
}
