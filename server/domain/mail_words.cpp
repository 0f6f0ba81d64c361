#include "server/domain/mail_words.h"

#include <algorithm>

namespace tsunagi {

std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  const size_t begins = text.find_first_not_of(' ');
  if (begins == std::string::npos) return {};
  return text.substr(begins, text.find_last_not_of(' ') - begins + 1);
}

std::string name_words(const ShopCustomer& customer, bool english) {
  return one_line(english ? customer.first_name + " " + customer.last_name
                          : customer.last_name + " " + customer.first_name);
}

std::string shop_words(const Settings& settings, const Store& store) {
  for (const StoreSetting& setting : settings.stores) {
    if (setting.store_id == store.store_id && !setting.name.empty()) return one_line(setting.name);
  }
  return one_line(store.name.empty() ? store.store_id : store.name);
}

std::string seller_words(const Tenant& tenant) {
  const std::string& programme = tenant.settings.programme_name;
  return one_line(programme.empty() ? tenant.shop_name : programme);
}

}  // namespace tsunagi
