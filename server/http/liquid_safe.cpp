#include "server/http/liquid_safe.h"

namespace tsunagi::http {

std::string liquid_safe(std::string_view html) {
  std::string out;
  out.reserve(html.size() + html.size() / 16);
  for (const char c : html) {
    switch (c) {
      case '{':
        out += "&#123;";
        break;
      case '}':
        out += "&#125;";
        break;
      case '%':
        out += "&#37;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace tsunagi::http
