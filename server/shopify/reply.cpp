#include "server/shopify/reply.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "server/base/iso_time.h"
#include "server/base/outbound_retry.h"
#include "server/domain/ascii.h"
#include "server/shopify/json_fields.h"
#include "server/shopify/member_tag.h"

namespace tsunagi::shopify {
namespace {

using nlohmann::json;

constexpr Seconds kLongestLife = 366 * 86'400;
constexpr size_t kMaxUserErrors = 100;
// What user errors without a code say, and why a query was refused.
constexpr std::string_view kWords[] = {
    "already been taken", "is invalid",    "is too long",  "can't be blank", "must have an email",
    "does not exist",     "doesn't exist", "At most",      "not authorized", "Access denied",
    "access scope",       "exceeded",      "invalid value"};

double number_at(const json& object, std::string_view name) {
  const json* value = field(object, name);
  return value != nullptr && value->is_number() ? value->get<double>() : 0;
}

Seconds seconds_at(const json& object, std::string_view name) {
  const double seconds = number_at(object, name);
  return static_cast<Seconds>(std::clamp(seconds, 0.0, static_cast<double>(kLongestLife)));
}

Cost cost_of(const json& document) {
  Cost cost;
  const json* extensions = object_at(document, "extensions");
  const json* said = extensions == nullptr ? nullptr : object_at(*extensions, "cost");
  if (said == nullptr) return cost;
  cost.requested = number_at(*said, "requestedQueryCost");
  if (const json* status = object_at(*said, "throttleStatus")) {
    cost.available = number_at(*status, "currentlyAvailable");
    cost.maximum = number_at(*status, "maximumAvailable");
    cost.restored_per_second = std::max(0.0, number_at(*status, "restoreRate"));
  }
  return cost;
}

Verdict verdict_of(std::string_view code) {
  if (code == "THROTTLED") return Verdict::kThrottled;
  if (code == "ACCESS_DENIED" || code == "SHOP_INACTIVE") return Verdict::kDenied;
  if (code == "INTERNAL_SERVER_ERROR" || code == "TIMEOUT") return Verdict::kTryAgain;
  return Verdict::kBadRequest;
}

std::string path_of(const json& error) {
  std::string path;
  const json* parts = field(error, "field");
  if (parts == nullptr || !parts->is_array()) return path;
  for (const json& part : *parts) {
    if (!part.is_string()) continue;
    if (!path.empty()) path += '.';
    path += part.get_ref<const std::string&>();
  }
  return plain_name(path);
}

void read_metafields(const json& found, const FieldKeys& keys, ShopCustomer& customer) {
  const json* metafields = object_at(found, "metafields");
  const json* nodes = metafields == nullptr ? nullptr : field(*metafields, "nodes");
  if (nodes == nullptr || !nodes->is_array()) return;
  for (const json& node : *nodes) {
    const std::string key = text_at(node, "namespace") + "." + text_at(node, "key");
    // One metafield may serve two fields.
    const auto take = [&](const std::string& wanted, std::string& into) {
      if (key == wanted) into = text_at(node, "value");
    };
    take(keys.last_kana, customer.last_kana);
    take(keys.first_kana, customer.first_kana);
    take(keys.birth_date, customer.birth_date);
    take(keys.sex, customer.sex);
  }
}

Result<std::vector<std::string>> tags_of(const json& customer) {
  const json* tags = field(customer, "tags");
  if (tags == nullptr || !tags->is_array()) return nonsense("customer.tags is not a list");
  std::vector<std::string> read;
  read.reserve(tags->size());
  for (const json& tag : *tags) {
    if (!tag.is_string()) return nonsense("customer.tags holds something that is no text");
    read.push_back(tag.get<std::string>());
  }
  return read;
}

// A customer as Customer and CustomersTagged ask for it.
Result<ShopCustomer> read_customer(const json& found, const FieldKeys& keys) {
  const auto id = parse_gid(text_at(found, "id"), "Customer");
  if (!id) return nonsense("customer.id is not a customer's id");
  ShopCustomer customer;
  customer.id = *id;
  const auto changed_at = parse_iso_time(text_at(found, "updatedAt"));
  if (!changed_at) return nonsense("customer.updatedAt is not a time");
  customer.changed_at = *changed_at;
  customer.last_name = text_at(found, "lastName");
  customer.first_name = text_at(found, "firstName");
  customer.locale = text_at(found, "locale");
  if (const json* mail = object_at(found, "defaultEmailAddress")) {
    customer.mail = text_at(*mail, "emailAddress");
    customer.mail_consent = text_at(*mail, "marketingState") == "SUBSCRIBED";
  }
  if (const json* phone = object_at(found, "defaultPhoneNumber")) {
    customer.phone = text_at(*phone, "phoneNumber");
  }
  if (const json* address = object_at(found, "defaultAddress")) {
    customer.address = {.line1 = text_at(*address, "address1"),
                        .line2 = text_at(*address, "address2"),
                        .city = text_at(*address, "city"),
                        .post_code = text_at(*address, "zip"),
                        .phone = text_at(*address, "phone"),
                        .province_code = text_at(*address, "provinceCode"),
                        .country = text_at(*address, "countryCodeV2")};
  }
  read_metafields(found, keys, customer);
  return customer;
}

}  // namespace

Result<TokenPair> parse_tokens(std::string_view body) {
  const json document = json::parse(body, nullptr, false);
  if (document.is_discarded()) return nonsense("not JSON");
  TokenPair tokens{.access = text_at(document, "access_token"),
                   .access_lasts = seconds_at(document, "expires_in"),
                   .refresh = text_at(document, "refresh_token"),
                   .refresh_lasts = seconds_at(document, "refresh_token_expires_in")};
  if (tokens.access.empty()) return nonsense("access_token is missing");
  if (tokens.access_lasts > 0 && tokens.refresh.empty()) {
    return nonsense("refresh_token is missing");
  }
  return tokens;
}

Result<Reply> parse_reply(std::string_view body) {
  const json document = json::parse(body, nullptr, false);
  if (document.is_discarded()) return nonsense("not JSON");
  Reply reply;
  reply.cost = cost_of(document);
  const json* errors = field(document, "errors");
  if (errors == nullptr || (errors->is_array() && errors->empty())) {
    if (object_at(document, "data") == nullptr) return nonsense("neither data nor errors");
    return reply;
  }
  // Outside GraphQL proper, errors may be a text: {"errors":"[API] Invalid API key…"}.
  if (errors->is_string()) {
    reply.verdict = Verdict::kDenied;
    reply.problem = known_words(errors->get_ref<const std::string&>(), kWords);
    return reply;
  }
  if (!errors->is_array()) return nonsense("errors is not a list");
  const json& first = errors->front();
  const json* extensions = object_at(first, "extensions");
  const std::string code = extensions == nullptr ? "" : text_at(*extensions, "code");
  reply.verdict = verdict_of(code);
  reply.problem = plain_name(code) + " " + known_words(text_at(first, "message"), kWords);
  return reply;
}

Result<ShopIdentity> parse_shop(std::string_view body) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const json* shop = object_at(*data, "shop");
  if (shop == nullptr) return nonsense("shop is missing");
  const auto id = parse_gid(text_at(*shop, "id"), "Shop");
  if (!id) return nonsense("shop.id is not a shop's id");
  ShopIdentity identity{
      .id = *id, .domain = text_at(*shop, "myshopifyDomain"), .name = text_at(*shop, "name")};
  if (identity.domain.empty()) return nonsense("shop.myshopifyDomain is missing");
  return identity;
}

Result<std::string> parse_shop_mail(std::string_view body) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const json* shop = object_at(*data, "shop");
  if (shop == nullptr) return nonsense("shop is missing");
  return text_at(*shop, "email");
}

Result<std::optional<std::string>> parse_card(std::string_view body, int64_t customer_id) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const json* customer = field(*data, "customer");
  if (customer == nullptr) return nonsense("customer is missing");
  if (customer->is_null()) return std::optional<std::string>();
  if (parse_gid(text_at(*customer, "id"), "Customer") != customer_id) {
    return nonsense("it is about another customer");
  }
  const json* metafield = field(*customer, "metafield");
  if (metafield == nullptr) return nonsense("metafield is missing");
  const json* value = field(*metafield, "value");
  if (value == nullptr || !value->is_string()) return std::optional<std::string>();
  return std::optional(value->get<std::string>());
}

Result<std::optional<ShopCustomer>> parse_customer(std::string_view body, const FieldKeys& keys) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const json* found = field(*data, "customer");
  if (found == nullptr) return nonsense("customer is missing");
  if (found->is_null()) return std::optional<ShopCustomer>();
  if (!found->is_object()) return nonsense("customer is not an object");
  auto customer = read_customer(*found, keys);
  if (!customer) return customer.error();
  return std::optional<ShopCustomer>(std::move(customer).value());
}

namespace {

Result<const json*> customer_nodes(const json& data) {  // of customers(…)
  const json* found = object_at(data, "customers");
  if (found == nullptr) return nonsense("customers is missing");
  const json* nodes = field(*found, "nodes");
  if (nodes == nullptr || !nodes->is_array()) return nonsense("customers.nodes is not a list");
  return nodes;
}

Result<CustomerTags> customer_tags(const json& found) {
  const auto id = parse_gid(text_at(found, "id"), "Customer");
  if (!id) return nonsense("customer.id is not a customer's id");
  auto tags = tags_of(found);
  if (!tags) return tags.error();
  return CustomerTags{.id = *id, .tags = std::move(tags).value()};
}

bool any_is(const std::vector<std::string>& tags, std::string_view tag) {
  return std::ranges::any_of(tags, [wanted = ascii_lower(tag)](const std::string& its) {
    return ascii_lower(its) == wanted;
  });
}

}  // namespace

Result<std::optional<CustomerTags>> parse_customer_tags(std::string_view body) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const json* found = field(*data, "customer");
  if (found == nullptr) return nonsense("customer is missing");
  if (found->is_null()) return std::optional<CustomerTags>();
  auto customer = customer_tags(*found);
  if (!customer) return customer.error();
  return std::optional<CustomerTags>(std::move(customer).value());
}

Result<std::optional<int64_t>> parse_customer_by_tag(std::string_view body, std::string_view tag) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const auto nodes = customer_nodes(*data);
  if (!nodes) return nodes.error();
  for (const json& node : **nodes) {
    const auto customer = customer_tags(node);
    if (!customer) return customer.error();
    if (any_is(customer->tags, tag)) return std::optional(customer->id);
  }
  return std::optional<int64_t>();
}

Result<AppAccess> parse_app_access(std::string_view body) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const json* found = object_at(*data, "currentAppInstallation");
  if (found == nullptr) return nonsense("currentAppInstallation is missing");
  AppAccess access{.installation = text_at(*found, "id"), .granted = {}};
  if (access.installation.empty()) return nonsense("currentAppInstallation.id is missing");
  const json* scopes = field(*found, "accessScopes");
  if (scopes == nullptr || !scopes->is_array()) return nonsense("accessScopes is not a list");
  access.granted.reserve(scopes->size());
  for (const json& scope : *scopes) access.granted.push_back(text_at(scope, "handle"));
  return access;
}

std::vector<std::string> missing_scopes(std::string_view needed,
                                        const std::vector<std::string>& granted) {
  constexpr std::string_view kRead = "read_";
  std::vector<std::string> missing;
  while (!needed.empty()) {
    const size_t end = std::min(needed.find(','), needed.size());
    const std::string_view scope = needed.substr(0, end);
    needed.remove_prefix(std::min(end + 1, needed.size()));
    const bool has = std::ranges::any_of(granted, [&](const std::string& one) {
      const bool writes =
          scope.starts_with(kRead) && one.starts_with("write_") &&
          std::string_view(one).substr(kRead.size() + 1) == scope.substr(kRead.size());
      return one == scope || writes;
    });
    if (!has) missing.emplace_back(scope);
  }
  return missing;
}

Result<std::vector<int64_t>> parse_missing_customers(std::string_view body,
                                                     const std::vector<int64_t>& asked) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const json* nodes = field(*data, "nodes");
  if (nodes == nullptr || !nodes->is_array()) return nonsense("nodes is not a list");
  if (nodes->size() != asked.size()) return nonsense("nodes is not as long as the question");
  std::vector<int64_t> missing;
  for (size_t i = 0; i < asked.size(); ++i) {
    const json& node = (*nodes)[i];
    if (node.is_null()) {
      missing.push_back(asked[i]);
    } else if (parse_gid(text_at(node, "id"), "Customer") != asked[i]) {
      return nonsense("nodes are not those of the question");
    }
  }
  return missing;
}

Result<ChangedPage> parse_changed_customers(std::string_view body) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const auto nodes = customer_nodes(*data);
  if (!nodes) return nodes.error();
  ChangedPage page;
  page.customers.reserve((*nodes)->size());
  for (const json& node : **nodes) {
    const auto id = parse_gid(text_at(node, "id"), "Customer");
    if (!id) return nonsense("customers.id is not a customer's id");
    const auto changed_at = parse_iso_time(text_at(node, "updatedAt"));
    if (!changed_at) return nonsense("customers.updatedAt is not a time");
    page.customers.push_back({.id = *id, .changed_at = *changed_at});
  }
  const json* info = object_at(data->at("customers"), "pageInfo");
  const json* more = info == nullptr ? nullptr : field(*info, "hasNextPage");
  if (more == nullptr || !more->is_boolean()) return nonsense("pageInfo.hasNextPage is missing");
  page.more = more->get<bool>();
  page.end = text_at(*info, "endCursor");
  if (page.more && (page.end.empty() || page.customers.empty())) {
    return nonsense("pageInfo.endCursor is missing");
  }
  return page;
}

Result<Shop::TaggedPage> parse_tagged_customers(std::string_view body, const FieldKeys& keys,
                                                std::string_view tag) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const auto nodes = customer_nodes(*data);
  if (!nodes) return nodes.error();
  Shop::TaggedPage page;
  for (const json& node : **nodes) {
    auto customer = read_customer(node, keys);
    if (!customer) return customer.error();
    if (customer->id <= page.last_id) {
      return nonsense("customers are not in the order of their ids");
    }
    page.last_id = customer->id;
    const auto tags = tags_of(node);
    if (!tags) return tags.error();
    if (!any_is(*tags, tag)) continue;
    const bool ours = std::ranges::any_of(
        *tags, [](const std::string& its) { return ascii_lower(its).starts_with(kTagPrefix); });
    page.customers.push_back({.customer = std::move(customer).value(), .carries_ours = ours});
  }
  const json* info = object_at(data->at("customers"), "pageInfo");
  const json* more = info == nullptr ? nullptr : field(*info, "hasNextPage");
  if (more == nullptr || !more->is_boolean()) return nonsense("pageInfo.hasNextPage is missing");
  page.more = more->get<bool>();
  if (page.more && page.last_id == 0) return nonsense("a page of nobody, and more behind it");
  return page;
}

Result<std::optional<ShopCustomer>> parse_tagged_node(std::string_view body,
                                                      const FieldKeys& keys) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const json* payload = object_at(*data, "tagsAdd");
  const json* node = payload == nullptr ? nullptr : object_at(*payload, "node");
  if (node == nullptr) return std::optional<ShopCustomer>();
  auto customer = read_customer(*node, keys);
  if (!customer) return customer.error();
  return std::optional<ShopCustomer>(std::move(customer).value());
}

Result<int64_t> parse_customers_count(std::string_view body) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const json* found = object_at(*data, "customerSegmentMembers");
  const json* count = found == nullptr ? nullptr : field(*found, "totalCount");
  if (count == nullptr || !count->is_number_integer()) return nonsense("totalCount is missing");
  return count->get<int64_t>();
}

Result<std::vector<UserError>> parse_user_errors(std::string_view body, std::string_view mutation) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const json* payload = object_at(*data, mutation);
  if (payload == nullptr) return nonsense(std::string(mutation) + " is missing");
  const json* errors = field(*payload, "userErrors");
  if (errors == nullptr || !errors->is_array()) return nonsense("userErrors is not a list");
  std::vector<UserError> found;
  for (const json& error : *errors) {
    if (found.size() == kMaxUserErrors) break;
    found.push_back({.code = plain_name(text_at(error, "code")),
                     .field = path_of(error),
                     .message = known_words(text_at(error, "message"), kWords)});
  }
  return found;
}

std::optional<int64_t> parse_gid(std::string_view gid, std::string_view type) {
  const std::string prefix = "gid://shopify/" + std::string(type) + "/";
  if (!gid.starts_with(prefix)) return std::nullopt;
  gid.remove_prefix(prefix.size());
  int64_t id = 0;
  const auto [stop, problem] = std::from_chars(gid.data(), gid.data() + gid.size(), id);
  if (problem != std::errc() || stop != gid.data() + gid.size() || id <= 0) return std::nullopt;
  return id;
}

std::string make_gid(std::string_view type, int64_t id) {
  return "gid://shopify/" + std::string(type) + "/" + std::to_string(id);
}

}  // namespace tsunagi::shopify
