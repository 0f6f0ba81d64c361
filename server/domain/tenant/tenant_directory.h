#pragma once
// Who a request belongs to: known shops, cached for kTenantCacheSeconds so that a
// forged or unknown shop costs no database read each time.

#include <memory>
#include <string_view>

#include "server/domain/ports.h"

namespace tsunagi {

inline constexpr Seconds kTenantCacheSeconds = 5;

class TenantDirectory {
 public:
  TenantDirectory(Storage& storage, Clock& clock);
  ~TenantDirectory();

  // kNotFound: unknown or uninstalled. The pointer stays valid for the caller.
  Result<std::shared_ptr<const Tenant>> by_domain(std::string_view shop_domain);
  void forget();  // after settings, install, uninstall, join

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Settings to and from the JSON of the database and of the merchant page. parse answers kInvalid
// with the field's name and a reason; an unknown field is ignored; an absent one keeps its default.
std::string settings_json(const Settings& settings);
Result<Settings> parse_settings(std::string_view json);
// What to store when the merchant saves `wanted`: what only we count, and what has a button of its
// own, goes on from `before`.
Settings saved_over(const Settings& before, Settings wanted);

}  // namespace tsunagi
