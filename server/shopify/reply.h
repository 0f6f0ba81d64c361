#pragma once
// Shopify's replies as the domain's values. Pure. What is not a reply of that kind is kUnavailable
// with the field's name. Nothing here throws.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/ports.h"
#include "wasm/core/result.h"

namespace tsunagi::shopify {

inline constexpr size_t kMaxTextBytes = 4'096;  // of one value that is kept

// Tokens of /admin/oauth/access_token. lasts 0: it does not end. refresh "": there is none.
struct TokenPair {
  std::string access;
  Seconds access_lasts = 0;
  std::string refresh;
  Seconds refresh_lasts = 0;
};
Result<TokenPair> parse_tokens(std::string_view body);

// extensions.cost: points of a leaky bucket.
struct Cost {
  double requested = 0;
  double available = 0;
  double maximum = 0;
  double restored_per_second = 0;  // 0: the reply said nothing
};

// How a GraphQL request went as a whole.
enum class Verdict : uint8_t {
  kData,
  kThrottled,   // nothing was done; come back with more points
  kDenied,      // a scope or an approval is missing
  kTryAgain,    // Shopify's own failure
  kBadRequest,  // our document or variables
};
struct Reply {
  Verdict verdict = Verdict::kData;
  std::string problem;  // for a log
  Cost cost;
};
Result<Reply> parse_reply(std::string_view body);

Result<ShopIdentity> parse_shop(std::string_view body);
Result<std::string> parse_shop_mail(std::string_view body);
Result<std::optional<ShopCustomer>> parse_customer(std::string_view body, const FieldKeys& keys);
// The value of this customer's metafield, however long; nullopt: no such metafield or customer.
Result<std::optional<std::string>> parse_card(std::string_view body, int64_t customer_id);

// The tags of a customer; none: there is no such customer.
struct CustomerTags {
  int64_t id = 0;
  std::vector<std::string> tags;
};
Result<std::optional<CustomerTags>> parse_customer_tags(std::string_view body);

// The first of the customers found who really has the tag, in letters of either case.
Result<std::optional<int64_t>> parse_customer_by_tag(std::string_view body, std::string_view tag);

// A page of customers(sortKey: UPDATED_AT).
struct ChangedCustomer {
  int64_t id = 0;
  Seconds changed_at = 0;
};
struct ChangedPage {
  std::vector<ChangedCustomer> customers;
  bool more = false;
  std::string end;  // cursor of the last; not "" when there are more
};
Result<ChangedPage> parse_changed_customers(std::string_view body);

// A page of customers(sortKey: ID): those who have the tag.
Result<Shop::TaggedPage> parse_tagged_customers(std::string_view body, const FieldKeys& keys,
                                                std::string_view tag);
// data.tagsAdd.node; none when it is no object.
Result<std::optional<ShopCustomer>> parse_tagged_node(std::string_view body, const FieldKeys& keys);
// data.customerSegmentMembers.totalCount
Result<int64_t> parse_customers_count(std::string_view body);

struct AppAccess {
  std::string installation;          // its gid
  std::vector<std::string> granted;  // handles of scopes
};
Result<AppAccess> parse_app_access(std::string_view body);
// Of "read_a,write_a" those that were not granted; write_a comes with read_a.
std::vector<std::string> missing_scopes(std::string_view needed,
                                        const std::vector<std::string>& granted);
// nodes(ids:): those of `asked`, in the order of the question, who do not exist.
Result<std::vector<int64_t>> parse_missing_customers(std::string_view body,
                                                     const std::vector<int64_t>& asked);

struct UserError {
  std::string code;     // "" where the mutation has none
  std::string field;    // "metafields.3.ownerId"
  std::string message;  // known words of it
};
// data.MUTATION.userErrors
Result<std::vector<UserError>> parse_user_errors(std::string_view body, std::string_view mutation);

// 7001 of "gid://shopify/Customer/7001".
std::optional<int64_t> parse_gid(std::string_view gid, std::string_view type);
std::string make_gid(std::string_view type, int64_t id);

}  // namespace tsunagi::shopify
