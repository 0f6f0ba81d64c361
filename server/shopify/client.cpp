#include "server/shopify/client.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "server/base/http_date.h"
#include "server/base/iso_time.h"
#include "server/domain/ascii.h"
#include "server/domain/customer_tag.h"
#include "server/shopify/customer_changes.h"
#include "server/shopify/member_tag.h"
#include "server/shopify/wire.h"

namespace tsunagi {
namespace {

using nlohmann::json;
using shopify::MetafieldChange;
using shopify::Operation;
using shopify::user_error;
using shopify::UserError;
using shopify::Wire;

constexpr std::string_view kNamespace = "$app:tsunagi";
constexpr std::string_view kKey = "card";

// The app's own blocks read it all the same; the merchant may look, not edit; the Storefront API
// may not.
json card_definition() {
  const json access = {
      {"admin", "MERCHANT_READ"}, {"storefront", "NONE"}, {"customerAccount", "READ"}};
  return {{"name", "Tsunagi member card"}, {"namespace", kNamespace}, {"key", kKey},
          {"ownerType", "CUSTOMER"},       {"type", "json"},          {"access", access}};
}

json wanted_keys(const FieldKeys& keys) {
  json wanted = json::array();
  for (const std::string& key : {keys.last_kana, keys.first_kana, keys.birth_date, keys.sex}) {
    if (!key.empty()) wanted.push_back(key);
  }
  return wanted;
}

// Quoted: a colon in it separates otherwise. What would end the quotes is not searched for.
Result<std::string> tagged(std::string_view tag, std::string_view filter = "tag:") {
  if (!is_searchable_tag(tag)) return Error{ErrorCode::kInvalid, "Shopify: no tag to search for"};
  return std::string(filter) + shopify::search_quoted(tag);
}

// Whether it may be the customer that is missed and not a value that is refused.
bool names_customer(const UserError& error) {
  return error.field.empty() || error.field == "id" || error.field.ends_with(".customerId") ||
         error.field.ends_with(".ownerId");
}

// What a member of Smaregi is made of: variables of CustomerFields.
json with_fields(json variables, const FieldKeys& keys) {
  json wanted = wanted_keys(keys);
  variables["keyCount"] = std::max<size_t>(1, wanted.size());
  variables["keys"] = std::move(wanted);
  return variables;
}

// Without a type first: where the merchant made a definition, that says it. Ends, since every
// round says something otherwise than the one before.
Result<std::vector<UserError>> write_metafields(Wire& wire, const Tenant& tenant,
                                                const std::string& owner,
                                                std::vector<MetafieldChange> changes,
                                                Wire::Caller caller) {
  for (;;) {
    auto errors = wire.mutate(
        tenant, shopify::kMetafieldsSet, "metafieldsSet",
        json::object({{"metafields", shopify::metafields_input(owner, changes)}}), caller);
    if (!errors || errors->empty() || !shopify::say_otherwise(*errors, changes)) return errors;
  }
}

// nullopt: there is no such customer.
Result<std::optional<std::vector<std::string>>> tags_of(Wire& wire, const Tenant& tenant,
                                                        int64_t customer_id, Wire::Caller caller) {
  const auto body =
      wire.call(tenant, shopify::kCustomerTags,
                json::object({{"id", shopify::make_gid("Customer", customer_id)}}), caller);
  if (!body) return body.error();
  auto read = shopify::parse_customer_tags(*body);
  if (!read) return read.error();
  if (!*read) return std::optional<std::vector<std::string>>();
  if ((*read)->id != customer_id) {
    return Error{ErrorCode::kUnavailable,
                 "shopify.customer_tags: the reply is about another customer"};
  }
  return std::optional(std::move((*read)->tags));
}

}  // namespace

ShopifyClient::ShopifyClient(ShopifyOptions options, Outbound& outbound, Storage& storage,
                             Clock& clock, Random& random)
    : wire_(std::make_shared<shopify::Wire>(std::move(options), outbound, storage, clock, random)),
      storage_(storage),
      clock_(clock),
      caller_(Caller::kWorker) {}
ShopifyClient::ShopifyClient(const ShopifyClient& other, Caller caller)
    : wire_(other.wire_), storage_(other.storage_), clock_(other.clock_), caller_(caller) {}
ShopifyClient::~ShopifyClient() = default;

Result<ShopIdentity> ShopifyClient::install(std::string_view shop_domain,
                                            std::string_view session_token) {
  const auto tokens = wire_->exchange(shop_domain, session_token, caller_);
  if (!tokens) return tokens.error();
  const auto reply = wire_->ask_with(tokens->access, shop_domain, shopify::kShopIdentity, caller_);
  if (!reply) return reply.error();
  auto shop = shopify::parse_shop(reply->body);
  if (!shop) return shop;
  if (shop->domain != shop_domain) {
    return Error{ErrorCode::kUnauthorized, "Shopify: the token is another shop's"};
  }
  const auto installed = storage_.install(*shop);
  if (!installed) return installed.error();
  const auto stored = wire_->store(shop->id, *tokens);
  if (!stored) return stored.error();
  return shop;
}

Result<Done> ShopifyClient::prepare(const Tenant& tenant) {
  const Operation& operation = shopify::kMetafieldDefinitionCreate;
  const auto errors = wire_->mutate(tenant, operation, "metafieldDefinitionCreate",
                                    json::object({{"definition", card_definition()}}), caller_);
  if (!errors) return errors.error();
  const bool there = std::any_of(errors->begin(), errors->end(),
                                 [](const UserError& error) { return error.code == "TAKEN"; });
  if (errors->empty() || there) return Done{};
  return user_error(operation, *errors);
}

Result<std::string> ShopifyClient::contact_mail(const Tenant& tenant) {
  const auto body = wire_->call(tenant, shopify::kShopMail, json::object(), caller_);
  if (!body) return body.error();
  return shopify::parse_shop_mail(*body);
}

Result<std::optional<ShopCustomer>> ShopifyClient::customer(const Tenant& tenant,
                                                            int64_t customer_id) {
  const FieldKeys& keys = tenant.settings.field_keys;
  const auto body =
      wire_->call(tenant, shopify::kCustomer,
                  with_fields({{"id", shopify::make_gid("Customer", customer_id)}}, keys), caller_);
  if (!body) return body.error();
  auto customer = shopify::parse_customer(*body, keys);
  if (customer && *customer && (*customer)->id != customer_id) {
    return Error{ErrorCode::kUnavailable, "shopify.customer: the reply is about another customer"};
  }
  return customer;
}

Result<Shop::Changed> ShopifyClient::customers_changed(const Tenant& tenant, Seconds from,
                                                       Seconds to,
                                                       const std::optional<TagFilter>& among) {
  if (from > to) return Error{ErrorCode::kInvalid, "a window that ends before it begins"};
  // Quoted: of a time that is not, Shopify takes the day only
  // (github.com/Shopify/shopify-api-ruby, issue 588).
  std::string query =
      "updated_at:>='" + format_iso_time(from) + "' AND updated_at:<='" + format_iso_time(to) + "'";
  if (among) {
    const auto term = tagged(among->tag, among->carried ? "tag:" : "tag_not:");
    if (!term) return term.error();
    query += " AND " + *term;
  }
  json variables = {{"query", query}};
  Changed changed{.customers = {}, .until = to};
  for (int page = 1; page <= kMostChangedPages; ++page) {
    const auto body = wire_->call(tenant, shopify::kCustomersChanged, variables, caller_);
    if (!body) return body.error();
    const auto read = shopify::parse_changed_customers(*body);
    if (!read) return read.error();
    for (const auto& customer : read->customers) {
      if (customer.changed_at < from || customer.changed_at > to) continue;
      changed.customers.push_back(customer.id);
      changed.changed_at[customer.id] = customer.changed_at;
    }
    if (!read->more) return changed;
    // More of the last one's second may be on the next page.
    const Seconds whole = read->customers.back().changed_at - 1;
    if (whole >= to) return changed;
    if (page >= kChangedPages && whole > from) {
      changed.until = whole;
      return changed;
    }
    variables["after"] = read->end;
  }
  return Error{ErrorCode::kUnavailable, "shopify.customers_changed: more than " +
                                            std::to_string(kMostChangedPages) +
                                            " pages without a later change"};
}

Result<std::vector<int64_t>> ShopifyClient::missing_customers(const Tenant& tenant,
                                                              const std::vector<int64_t>& ids) {
  if (ids.empty()) return std::vector<int64_t>();
  if (ids.size() > kMostCustomersAsked) {
    return Error{ErrorCode::kInvalid, "Shopify: more than 250 customers in one question"};
  }
  json gids = json::array();
  for (const int64_t id : ids) gids.push_back(shopify::make_gid("Customer", id));
  const auto body = wire_->call(tenant, shopify::kCustomersThere,
                                json::object({{"ids", std::move(gids)}}), Caller::kBackground);
  if (!body) return body.error();
  return shopify::parse_missing_customers(*body, ids);
}

Result<Shop::TaggedPage> ShopifyClient::customers_tagged(const Tenant& tenant, std::string_view tag,
                                                         int64_t after_id, int limit) {
  const FieldKeys& keys = tenant.settings.field_keys;
  const auto query = tagged(tag);
  if (!query) return query.error();
  const auto body = wire_->call(
      tenant, shopify::kCustomersTagged,
      with_fields(
          {{"query", "id:>" + std::to_string(after_id) + " AND " + *query}, {"first", limit}},
          keys),
      caller_);
  if (!body) return body.error();
  auto page = shopify::parse_tagged_customers(*body, keys, tag);
  if (page && page->last_id != 0 && page->last_id <= after_id) {
    return Error{ErrorCode::kUnavailable, "shopify.customers_tagged: not the page asked for"};
  }
  return page;
}

Result<int64_t> ShopifyClient::count_tagged(const Tenant& tenant, std::string_view tag) {
  if (const auto query = tagged(tag); !query) return query.error();
  const auto body = wire_->call(
      tenant, shopify::kCustomersCount,
      json::object({{"query", "customer_tags CONTAINS '" + std::string(tag) + "'"}}), caller_);
  if (!body) return body.error();
  return shopify::parse_customers_count(*body);
}

Result<std::optional<std::string>> ShopifyClient::published_card(const Tenant& tenant,
                                                                 int64_t customer_id) {
  const auto body =
      wire_->call(tenant, shopify::kCustomerCard,
                  json::object({{"id", shopify::make_gid("Customer", customer_id)}}), caller_);
  if (!body) return body.error();
  return shopify::parse_card(*body, customer_id);
}

Result<Done> ShopifyClient::update_customer(const Tenant& tenant, int64_t customer_id,
                                            const FieldChanges& changes) {
  const auto planned = shopify::customer_changes(changes, tenant.settings.field_keys);
  if (!planned) return planned.error();
  const std::string gid = shopify::make_gid("Customer", customer_id);
  std::optional<Error> refused;
  // Whether to go on with the next write.
  const auto settle = [&](const Operation& operation,
                          const Result<std::vector<UserError>>& errors) -> Result<Done> {
    if (!errors) return errors.error();
    if (errors->empty()) return Done{};
    Error error = user_error(operation, *errors);
    if (error.code == ErrorCode::kUnavailable) return error;
    // Whatever its code: it is this value that is refused, not the app.
    error.code = ErrorCode::kInvalid;
    if (std::any_of(errors->begin(), errors->end(), names_customer)) {
      const auto there = this->customer(tenant, customer_id);
      if (!there) return there.error();
      if (!*there) return Error{ErrorCode::kNotFound, error.message};
    }
    if (!refused) refused = std::move(error);
    return Done{};
  };

  if (planned->mail_consent) {
    const Operation& operation = shopify::kCustomerEmailMarketingConsentUpdate;
    const json variables = {{"input", shopify::consent_input(gid, *planned->mail_consent)}};
    const auto errors =
        wire_->mutate(tenant, operation, "customerEmailMarketingConsentUpdate", variables, caller_);
    if (auto settled = settle(operation, errors); !settled) return settled;
  }
  if (!planned->metafields.empty()) {
    const auto errors = write_metafields(*wire_, tenant, gid, planned->metafields, caller_);
    if (auto settled = settle(shopify::kMetafieldsSet, errors); !settled) return settled;
  }
  if (planned->has_profile()) {
    const Operation& operation = shopify::kCustomerUpdate;
    const auto errors =
        wire_->mutate(tenant, operation, "customerUpdate",
                      json::object({{"input", shopify::profile_input(gid, *planned)}}), caller_);
    if (auto settled = settle(operation, errors); !settled) return settled;
  }
  if (refused) return *refused;
  return Done{};
}

Result<Done> ShopifyClient::write_cards(const Tenant& tenant,
                                        const std::vector<CardMetafield>& cards) {
  if (cards.empty()) return Done{};
  if (cards.size() > kMaxCardsPerWrite) {
    return Error{ErrorCode::kInvalid, "Shopify: more than 25 cards in one write"};
  }
  json metafields = json::array();
  for (const CardMetafield& card : cards) {
    metafields.push_back({{"ownerId", shopify::make_gid("Customer", card.customer_id)},
                          {"namespace", kNamespace},
                          {"key", kKey},
                          {"type", "json"},
                          {"value", card.json}});
  }
  return wire_->change(tenant, shopify::kMetafieldsSet, "metafieldsSet",
                       json::object({{"metafields", std::move(metafields)}}), caller_);
}

Result<Done> ShopifyClient::erase_card(const Tenant& tenant, int64_t customer_id) {
  const Operation& operation = shopify::kMetafieldsDelete;
  const json identifier = {{"ownerId", shopify::make_gid("Customer", customer_id)},
                           {"namespace", kNamespace},
                           {"key", kKey}};
  const auto errors =
      wire_->mutate(tenant, operation, "metafieldsDelete",
                    json::object({{"metafields", json::array({identifier})}}), caller_);
  if (!errors) return errors.error();
  if (errors->empty()) return Done{};
  // The card of a customer who is gone is gone as well; this mutation's errors have no code that
  // would say so.
  const auto owner = this->customer(tenant, customer_id);
  if (owner && !*owner) return Done{};
  return user_error(operation, *errors);
}

Result<std::optional<int64_t>> ShopifyClient::customer_with_code(const Tenant& tenant,
                                                                 std::string_view member_code) {
  const std::string tag = shopify::member_tag(member_code);
  if (tag.empty()) return std::optional<int64_t>();
  const auto body =
      wire_->call(tenant, shopify::kCustomerByTag,
                  json::object({{"query", "tag:" + shopify::search_quoted(tag)}}), caller_);
  if (!body) return body.error();
  return shopify::parse_customer_by_tag(*body, tag);
}

Result<Done> ShopifyClient::tag_customer(const Tenant& tenant, int64_t customer_id,
                                         std::string_view member_code, const OtherCodes& others) {
  const std::string gid = shopify::make_gid("Customer", customer_id);
  const auto tags = tags_of(*wire_, tenant, customer_id, caller_);
  if (!tags) return tags.error();
  if (!*tags) return Done{};
  const shopify::TagChanges changes = shopify::tag_changes(**tags, member_code);
  if (others && !changes.remove.empty()) {
    std::vector<std::string> codes;
    codes.reserve(changes.remove.size());
    for (const std::string& tag : changes.remove) {
      codes.push_back(tag.substr(shopify::kTagPrefix.size()));
    }
    if (auto heard = others(codes); !heard) return heard;
  }
  if (!changes.remove.empty()) {
    auto removed = wire_->change(tenant, shopify::kTagsRemove, "tagsRemove",
                                 {{"id", gid}, {"tags", changes.remove}}, caller_);
    if (!removed) return removed;
  }
  if (changes.add.empty()) return Done{};
  return wire_->change(tenant, shopify::kTagsAdd, "tagsAdd", {{"id", gid}, {"tags", changes.add}},
                       caller_);
}

Result<std::optional<ShopCustomer>> ShopifyClient::add_member_tag(const Tenant& tenant,
                                                                  int64_t customer_id,
                                                                  std::string_view member_code) {
  const std::vector<std::string> tags = shopify::tag_changes({}, member_code).add;
  if (tags.empty()) return std::optional<ShopCustomer>();
  const Operation& operation = shopify::kTagsAddAndRead;
  const FieldKeys& keys = tenant.settings.field_keys;
  const auto body = wire_->call(
      tenant, operation,
      with_fields({{"id", shopify::make_gid("Customer", customer_id)}, {"tags", tags}}, keys),
      caller_);
  if (!body) return body.error();
  const auto errors = shopify::parse_user_errors(*body, "tagsAdd");
  if (!errors) return errors.error();
  if (errors->empty()) return shopify::parse_tagged_node(*body, keys);
  // Who is gone needs no tag, and of who has as many as Shopify takes it is said so.
  const auto tagged_all_the_same = tag_customer(tenant, customer_id, member_code);
  if (!tagged_all_the_same) return tagged_all_the_same.error();
  return std::optional<ShopCustomer>();
}

Result<bool> ShopifyClient::has_tag(const Tenant& tenant, int64_t customer_id,
                                    std::string_view tag) {
  const auto tags = tags_of(*wire_, tenant, customer_id, caller_);
  if (!tags) return tags.error();
  return *tags && std::ranges::any_of(**tags, [tag](const std::string& its) {
    return ascii_lower(its) == ascii_lower(tag);
  });
}

Result<Access> ShopifyClient::access(const Tenant& tenant) {
  const auto reply = wire_->ask(tenant, shopify::kAppAccess, json::object(), caller_);
  if (!reply) return reply.error();
  const auto app = shopify::parse_app_access(reply->body);
  if (!app) return app.error();
  Access access{.missing = shopify::missing_scopes(kShopifyScopes, app->granted), .ahead = {}};
  const auto date = parse_http_date(reply->header("Date"));
  if (date) access.ahead = *date - clock_.now();
  return access;
}

Result<Done> ShopifyClient::publish_pilot(const Tenant& tenant, bool on) {
  const auto body = wire_->call(tenant, shopify::kAppAccess, json::object(), caller_);
  if (!body) return body.error();
  const auto app = shopify::parse_app_access(*body);
  if (!app) return app.error();
  const json metafield = {{"ownerId", app->installation},
                          {"namespace", "tsunagi"},
                          {"key", "pilot"},
                          {"type", "boolean"},
                          {"value", on ? "true" : "false"}};
  return wire_->change(tenant, shopify::kMetafieldsSet, "metafieldsSet",
                       json::object({{"metafields", json::array({metafield})}}), caller_);
}

}  // namespace tsunagi
