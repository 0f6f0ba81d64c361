// Any bytes as any of Shopify's replies: a value or an Error, never a throw, and no personal data
// in what is logged.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/shopify/reply.h"

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

bool is_log_line(std::string_view text) {
  return text.size() <= 300 && text.find('@') == std::string_view::npos &&
         text.find('\n') == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto tokens = shopify::parse_tokens(body);
  check(tokens);
  if (tokens) {
    demand(!tokens->access.empty() && tokens->access_lasts >= 0 && tokens->refresh_lasts >= 0);
  }
  check(shopify::parse_card(body, 7'001));
  const auto reply = shopify::parse_reply(body);
  check(reply);
  if (reply) demand(is_log_line(reply->problem) && reply->cost.restored_per_second >= 0);
  const auto shop = shopify::parse_shop(body);
  check(shop);
  if (shop) demand(shop->id > 0 && !shop->domain.empty());
  const auto customer = shopify::parse_customer(body, {});
  check(customer);
  if (customer && *customer) demand((*customer)->id > 0);
  const auto changed = shopify::parse_changed_customers(body);
  check(changed);
  if (changed) {
    for (const auto& one : changed->customers) demand(one.id > 0);
  }
  const auto tagged = shopify::parse_customer_tags(body);
  check(tagged);
  if (tagged && *tagged) demand((*tagged)->id > 0);
  for (const std::string_view mutation :
       {"tagsAdd", "metafieldsSet", "metafieldsDelete", "metafieldDefinitionCreate"}) {
    const auto errors = shopify::parse_user_errors(body, mutation);
    check(errors);
    if (!errors) continue;
    for (const shopify::UserError& error : *errors) {
      demand(is_log_line(error.code) && is_log_line(error.field) && is_log_line(error.message));
    }
  }
  if (const auto id = shopify::parse_gid(body, "Customer")) demand(*id > 0);
  return 0;
}
