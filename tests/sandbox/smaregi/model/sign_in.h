#pragma once
// Sign-in of a user: GET /authorize shows a consent page, its form posts to /authorize, the code is
// exchanged at POST /authorize/token, and /userinfo says whose contract it is (§1).

#include <string>
#include <vector>

#include "tests/sandbox/smaregi/model/sandbox.h"

namespace tsunagi::smaregi_sandbox {

// parts: the segments of the path; the first is "authorize" or "userinfo".
Reply sign_in(World& world, const Request& request, const std::vector<std::string>& parts);

struct AuthorizeRequest {
  std::string client_id, redirect_uri, scope, state, challenge;
};
// The page that asks which contract to sign in to.
std::string consent_page(const World& world, const AuthorizeRequest& ask);

}  // namespace tsunagi::smaregi_sandbox
