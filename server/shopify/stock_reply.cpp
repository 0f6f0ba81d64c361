#include "server/shopify/stock_reply.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "server/shopify/json_fields.h"

namespace tsunagi::shopify {
namespace {

Result<const json*> nodes_of(const json& data, std::string_view connection) {
  const json* found = object_at(data, connection);
  const json* nodes = found == nullptr ? nullptr : field(*found, "nodes");
  if (nodes == nullptr || !nodes->is_array()) {
    return nonsense(std::string(connection) + ".nodes is not a list");
  }
  return nodes;
}

Result<bool> flag_at(const json& object, std::string_view name) {
  const json* value = field(object, name);
  if (value == nullptr || !value->is_boolean()) {
    return nonsense(std::string(name) + " is not true or false");
  }
  return value->get<bool>();
}

// Of a product with one variant Shopify shows the variant's name to nobody.
std::string name_of(std::string name) {
  constexpr std::string_view kOnly = " - Default Title";
  if (name.ends_with(kOnly)) name.resize(name.size() - kOnly.size());
  return name;
}

Result<ShopItem> item_of(const json& node) {
  const auto variant = parse_gid(text_at(node, "id"), "ProductVariant");
  if (!variant) return nonsense("productVariants.id is not a variant's id");
  const json* stock = object_at(node, "inventoryItem");
  if (stock == nullptr) return nonsense("inventoryItem is missing");
  const auto item = parse_gid(text_at(*stock, "id"), "InventoryItem");
  if (!item) return nonsense("inventoryItem.id is not an item's id");
  const auto tracked = flag_at(*stock, "tracked");
  if (!tracked) return tracked.error();
  const json* product = object_at(node, "product");
  const auto parent =
      product == nullptr ? std::nullopt : parse_gid(text_at(*product, "id"), "Product");
  if (!parent) return nonsense("product.id is not a product's id");
  return ShopItem{.variant_id = *variant,
                  .item_id = *item,
                  .parent_id = *parent,
                  .name = name_of(text_at(node, "displayName")),
                  .barcode = text_at(node, "barcode"),
                  .sku = text_at(node, "sku"),
                  .tracked = *tracked};
}

Result<OnlineStock::Seen> seen_in(const json& node, int64_t asked) {
  OnlineStock::Seen seen;
  if (node.is_null()) return seen;
  if (parse_gid(text_at(node, "id"), "InventoryItem") != asked) {
    return nonsense("nodes are not those of the question");
  }
  seen.exists = true;
  const auto tracked = flag_at(node, "tracked");
  if (!tracked) return tracked.error();
  seen.tracked = *tracked;
  const json* level = field(node, "inventoryLevel");
  if (level == nullptr) return nonsense("inventoryLevel is missing");
  if (level->is_null()) return seen;
  const json* quantities = field(*level, "quantities");
  if (quantities == nullptr || !quantities->is_array() || quantities->size() != 1 ||
      text_at(quantities->front(), "name") != "on_hand") {
    return nonsense("quantities are not what was asked for");
  }
  const json* quantity = field(quantities->front(), "quantity");
  if (quantity == nullptr || !quantity->is_number_integer()) {
    return nonsense("quantity is not a whole number");
  }
  seen.on_hand = quantity->get<int64_t>();
  return seen;
}

OnlineStock::Why why_of(const UserError& error) {
  using Why = OnlineStock::Why;
  if (error.code == "CHANGE_FROM_QUANTITY_STALE") return Why::kStale;
  if (error.code == "INVALID_INVENTORY_ITEM") return Why::kNoItem;
  if (error.code == "INVALID_LOCATION") return Why::kNoLocation;
  if (error.code == "NON_MUTABLE_INVENTORY_ITEM") return Why::kNotCounted;
  return Why::kOther;
}

// 3 of "input.quantities.3.changeFromQuantity".
std::optional<size_t> place_in(std::string_view path) {
  constexpr std::string_view kList = "quantities.";
  const size_t at = path.find(kList);
  if (at == std::string_view::npos) return std::nullopt;
  path.remove_prefix(at + kList.size());
  size_t place = 0;
  const auto [end, error] = std::from_chars(path.data(), path.data() + path.size(), place);
  return error == std::errc() && end != path.data() ? std::optional(place) : std::nullopt;
}

std::string told(const UserError& error) {
  return "Shopify: [" + error.code + " " + error.field + " " + error.message + "]";
}

}  // namespace

Result<std::vector<ShopLocation>> parse_locations(std::string_view body) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const auto nodes = nodes_of(*data, "locations");
  if (!nodes) return nodes.error();
  std::vector<ShopLocation> locations;
  locations.reserve((*nodes)->size());
  for (const json& node : **nodes) {
    const auto id = parse_gid(text_at(node, "id"), "Location");
    if (!id) return nonsense("locations.id is not a location's id");
    locations.push_back({.id = *id, .name = text_at(node, "name")});
  }
  return locations;
}

Result<OnlineStock::ItemPage> parse_items(std::string_view body) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const auto nodes = nodes_of(*data, "productVariants");
  if (!nodes) return nodes.error();
  OnlineStock::ItemPage page;
  for (const json& node : **nodes) {
    auto item = item_of(node);
    if (!item) return item.error();
    if (item->variant_id <= page.last_id) {
      return nonsense("productVariants are not in the order of their ids");
    }
    page.last_id = item->variant_id;
    page.items.push_back(std::move(item).value());
  }
  const json* info = object_at(data->at("productVariants"), "pageInfo");
  if (info == nullptr) return nonsense("pageInfo is missing");
  const auto more = flag_at(*info, "hasNextPage");
  if (!more) return more.error();
  page.more = *more;
  if (page.more && page.items.empty()) return nonsense("a page of nothing, and more behind it");
  return page;
}

Result<std::vector<OnlineStock::Seen>> parse_on_hand(std::string_view body,
                                                     const std::vector<int64_t>& asked) {
  const auto data = data_of(body);
  if (!data) return data.error();
  const json* nodes = field(*data, "nodes");
  if (nodes == nullptr || !nodes->is_array() || nodes->size() != asked.size()) {
    return nonsense("nodes is not a list as long as the question");
  }
  std::vector<OnlineStock::Seen> seen;
  seen.reserve(asked.size());
  for (size_t i = 0; i < asked.size(); ++i) {
    const auto one = seen_in((*nodes)[i], asked[i]);
    if (!one) return one.error();
    seen.push_back(*one);
  }
  return seen;
}

Result<std::vector<OnlineStock::Refusal>> set_refusals(const std::vector<UserError>& errors,
                                                       size_t count) {
  std::vector<OnlineStock::Refusal> refusals;
  for (const UserError& error : errors) {
    if (error.code == "IDEMPOTENCY_CONCURRENT_REQUEST") {
      return Error{ErrorCode::kUnavailable, told(error)};
    }
    const auto place = place_in(error.field);
    if (place && *place < count) {
      refusals.push_back({.place = *place, .why = why_of(error), .message = told(error)});
      continue;
    }
    // It is about all of them.
    const bool again = error.code == "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED";
    for (size_t i = 0; i < count; ++i) {
      refusals.push_back({.place = i,
                          .why = again ? OnlineStock::Why::kStale : why_of(error),
                          .message = told(error)});
    }
  }
  return refusals;
}

OnlineStock::Refusal activate_refusal(const std::vector<UserError>& errors) {
  const UserError& error = errors.front();
  OnlineStock::Refusal refusal{.message = told(error)};
  if (error.field == "inventoryItemId") {
    refusal.why = OnlineStock::Why::kNoItem;
  } else if (error.field == "locationId") {
    refusal.why = OnlineStock::Why::kNoLocation;
  } else if (error.field == "onHand") {
    refusal.why = OnlineStock::Why::kStale;  // it is stocked there by now
  }
  return refusal;
}

}  // namespace tsunagi::shopify
