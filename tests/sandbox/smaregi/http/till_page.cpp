#include "tests/sandbox/smaregi/http/till_page.h"

#include <httplib.h>

#include "till_assets.h"  // the files of http/till, made by CMake

namespace tsunagi::smaregi_sandbox {

namespace {

constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

void answer(const char* content, const char* type, httplib::Response& response) {
  response.set_header("Cache-Control", "no-store");
  response.set_content(content, type);
}

}  // namespace

bool serve_till_page(const httplib::Request& request, httplib::Response& response,
                     const std::string& language) {
  if (request.method != "GET") return false;
  if (request.path == "/till/till.js") {
    answer(kTillScript, "text/javascript; charset=utf-8", response);
    return true;
  }
  if (request.path == "/till/till.css") {
    answer(kTillStyle, "text/css; charset=utf-8", response);
    return true;
  }
  if (request.path != "/till") return false;
  const std::string asked = request.get_param_value("lang");
  const std::string& chosen = asked == "ja" || asked == "en" ? asked : language;
  response.set_header("Content-Security-Policy", kPolicy);
  answer(chosen == "en" ? kTillPageEn : kTillPageJa, "text/html; charset=utf-8", response);
  return true;
}

}  // namespace tsunagi::smaregi_sandbox
