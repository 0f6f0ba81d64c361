#include "tests/sandbox/smaregi/http/till_page.h"

#include <httplib.h>

#include "till_assets.h"  // the files of http/till, made by CMake

namespace tsunagi::smaregi_sandbox {

bool serve_till_page(const httplib::Request& request, httplib::Response& response,
                     const std::string& language) {
  if (request.method != "GET") return false;
  response.set_header("Cache-Control", "no-store");
  if (request.path == "/till/till.js") {
    response.set_content(kTillScript, "text/javascript; charset=utf-8");
  } else if (request.path == "/till/till.css") {
    response.set_content(kTillStyle, "text/css; charset=utf-8");
  } else if (request.path == "/till") {
    const std::string asked = request.get_param_value("lang");
    const std::string& chosen = asked == "ja" || asked == "en" ? asked : language;
    response.set_header(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    response.set_content(chosen == "en" ? kTillPageEn : kTillPageJa, "text/html; charset=utf-8");
  } else {
    response.headers.erase("Cache-Control");
    return false;
  }
  return true;
}

}  // namespace tsunagi::smaregi_sandbox
