#pragma once
// What people and shops are called in a mail to a customer. None of it ends a line.

#include <string>

#include "server/domain/values.h"

namespace tsunagi {

std::string one_line(std::string text);
std::string name_words(const ShopCustomer& customer, bool english);
std::string shop_words(const Settings& settings, const Store& store);
std::string seller_words(const Tenant& tenant);

}  // namespace tsunagi
