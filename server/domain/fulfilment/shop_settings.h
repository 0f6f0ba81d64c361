#pragma once
// What the merchant set for a shop's pick-ups and parcels: its own or the
// programme's.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/domain/values.h"

namespace tsunagi {

// nullptr when the merchant set nothing for the shop.
[[nodiscard]] const StoreSetting* setting_of(const Settings& settings, std::string_view store_id);
[[nodiscard]] const OpeningHours& hours_of(const Settings& settings, std::string_view store_id);
// The hours of a shop that customers may be told; nullptr where the merchant never said any. The
// programme's count as said once they were changed or pick-ups are on, whose promises are made of
// them: before, they are our guess.
[[nodiscard]] const OpeningHours* told_hours_of(const Settings& settings,
                                                const StoreSetting* setting);
// Whether customers see what the shop has.
[[nodiscard]] bool is_shown(const Settings& settings, const Store& store);
[[nodiscard]] bool puts_aside(const Settings& settings, const Store& store);
// Whether what is bought in the online shop and fetched at this shop is among its pick-ups: it was
// sold, so also where the shop puts nothing aside for others.
[[nodiscard]] bool hands_over(const Settings& settings, const std::string& store_id);
// The place in the online shop that the shop is, 0 for none; and whose a place is, "" for nobody's.
[[nodiscard]] int64_t location_id_of(const Settings& settings, std::string_view store_id);
[[nodiscard]] std::string store_at(const Settings& settings, int64_t location_id);
// Whether what becomes of online orders matters: shops send them, or their stock is told online.
[[nodiscard]] bool follows_orders(const Settings& settings);
// Whether the shop sends online orders, and when it is asked.
[[nodiscard]] bool ships(const Settings& settings, const Store& store);
[[nodiscard]] int64_t priority_of(const Settings& settings, std::string_view store_id);

// Safety stock: how many pieces of a product a shop keeps back from what it offers. The figure that
// says most wins: the product's, in every shop and also 0; else the shop's, from 1; else the
// programme's.
[[nodiscard]] int64_t safety_of(const Settings& settings, std::string_view store_id,
                                std::string_view product_id);
// Its parts, for who asks about many shops or products: none where the product has no figure of its
// own, and then the shop's.
[[nodiscard]] std::optional<int64_t> product_safety_of(const Settings& settings,
                                                       std::string_view product_id);
[[nodiscard]] int64_t shop_safety_of(const Settings& settings, std::string_view store_id);
// A copy, for who learns only in a transaction which products it is about.
[[nodiscard]] Safety safety_in(const Settings& settings, std::string_view store_id);

}  // namespace tsunagi
