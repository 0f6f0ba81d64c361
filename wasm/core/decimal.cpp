#include "wasm/core/decimal.h"

namespace tsunagi {

std::string decimal(int64_t number) {
  char text[20];  // "-9223372036854775808"
  char* const end = text + sizeof text;
  char* start = end;
  uint64_t rest = number < 0 ? 0 - static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
  do {
    *--start = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest > 0);
  if (number < 0) {
    *--start = '-';
  }
  return {start, end};
}

std::string concat(std::initializer_list<std::string_view> parts) {
  std::string whole;
  for (const std::string_view part : parts) {
    whole += part;
  }
  return whole;
}

}  // namespace tsunagi
