#pragma once
// What a change of a person's fields is in Shopify's words. Pure.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/values.h"
#include "server/shopify/reply.h"
#include "wasm/core/result.h"

namespace tsunagi::shopify {

// A customer metafield of the merchant's. Its definition, where it has one, says the type and may
// say which values there are; without one the type must be sent.
struct MetafieldChange {
  std::string name_space, key;
  std::string type;                 // of a metafield without a definition
  std::vector<std::string> values;  // the same thing in other words, the likeliest first
  // How it is said next; say_otherwise goes on from there.
  bool typed = false;
  size_t value = 0;
};

// By the mutation that writes it.
struct CustomerChanges {
  std::optional<std::string> last_name, first_name, phone;  // customerUpdate
  std::optional<bool> mail_consent;                         // its own mutation
  std::vector<MetafieldChange> metafields;                  // metafieldsSet

  [[nodiscard]] bool has_profile() const { return last_name || first_name || phone; }
};

// kInvalid: a value is empty, the phone number is not one, or the field is not written to Shopify:
// e-mail, post code, address, and what shares a metafield with another field. A field for which
// the merchant named no metafield is left out.
Result<CustomerChanges> customer_changes(const FieldChanges& changes, const FieldKeys& keys);

// Variables of the mutations; customer is a global id.
nlohmann::json profile_input(const std::string& customer, const CustomerChanges& changes);
nlohmann::json consent_input(const std::string& customer, bool given);
nlohmann::json metafields_input(const std::string& customer,
                                const std::vector<MetafieldChange>& changes);
// After what metafieldsSet refused: with a type, or in other words. False when there is no other
// way, which is so after as many rounds as there are ways.
bool say_otherwise(const std::vector<UserError>& errors, std::vector<MetafieldChange>& changes);

// "090-1234-5678" → "+819012345678" (E.164), what begins with + without its punctuation; nullopt
// when it is no number that can be dialled from abroad.
std::optional<std::string> international_phone(std::string_view typed);

}  // namespace tsunagi::shopify
