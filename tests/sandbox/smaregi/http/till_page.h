#pragma once
// The till page and its two files. What it calls is in model/till_api.h.

#include <string>

namespace httplib {
struct Request;
struct Response;
}  // namespace httplib

namespace tsunagi::smaregi_sandbox {

// Answers /till, /till/till.js and /till/till.css; false for any other path.
bool serve_till_page(const httplib::Request& request, httplib::Response& response,
                     const std::string& language);

}  // namespace tsunagi::smaregi_sandbox
