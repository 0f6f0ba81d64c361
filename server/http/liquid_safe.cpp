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

std::string liquid_safe_json(std::string_view json) {
  std::string out;
  out.reserve(json.size() + json.size() / 16);
  bool in_text = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text && c == '\\' && i + 1 < json.size()) {
      out += c;
      out += json[++i];
      continue;
    }
    if (c == '"') in_text = !in_text;
    if (!in_text) {
      if (!out.empty() && (c == '{' || c == '}') && (out.back() == '{' || out.back() == '}'))
        out += ' ';
      out += c;
      continue;
    }
    switch (c) {
      case '{':
        out += "\\u007b";
        break;
      case '}':
        out += "\\u007d";
        break;
      case '%':
        out += "\\u0025";
        break;
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace tsunagi::http
