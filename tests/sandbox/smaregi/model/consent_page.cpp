#include "tests/sandbox/smaregi/model/sign_in.h"

namespace tsunagi::smaregi_sandbox {

namespace {

std::string hidden(std::string_view name, std::string_view value) {
  return "<input type=\"hidden\" name=\"" + std::string(name) + "\" value=\"" + escape_html(value) +
         "\">\n";
}

std::string choice(const Contract& contract, bool first) {
  return "<label><input type=\"radio\" name=\"contract\" required value=\"" +
         escape_html(contract.id) + "\"" + (first ? " checked" : "") + "> " +
         escape_html(contract.name) + " <small>" + escape_html(contract.id) + " · " +
         escape_html(contract.user_mail) + "</small></label>\n";
}

constexpr std::string_view kStyle = R"(
body{font:16px/1.6 sans-serif;margin:0;color:#1a1a1a;background:#f4f5f7}
main{max-width:30rem;margin:0 auto;padding:1rem}
fieldset{border:1px solid #6b7280;border-radius:8px;background:#fff}
label{display:flex;gap:.5rem;flex-wrap:wrap;align-items:center;min-height:44px}
button{font:inherit;min-height:44px;width:100%;margin-top:1rem;border:0;border-radius:8px;background:#0b5c3b;color:#fff}
button.quiet{background:#fff;color:#1a1a1a;border:1px solid #6b7280}
:focus-visible{outline:3px solid #1d4ed8;outline-offset:2px}
)";

}  // namespace

std::string consent_page(const World& world, const AuthorizeRequest& ask) {
  std::string scopes;
  for (const std::string& scope : split_words(ask.scope)) {
    scopes += "<li>" + escape_html(scope) + "</li>";
  }
  std::string choices;
  bool first = true;
  for (const auto& [id, contract] : world.contracts) {
    choices += choice(contract, first);
    first = false;
  }
  return "<!doctype html>\n<html lang=\"ja\">\n<head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
         "<link rel=\"icon\" href=\"data:,\"><title>サインイン · Smaregi sandbox</title><style>" +
         std::string(kStyle) +
         "</style></head>\n<body><main>\n"
         "<h1>アプリの利用を許可しますか</h1>\n<p>アプリ <strong>" +
         escape_html(ask.client_id) + "</strong> が次の権限を求めています。</p>\n<ul>" + scopes +
         "</ul>\n<form method=\"post\" action=\"/authorize\">\n" +
         hidden("client_id", ask.client_id) + hidden("redirect_uri", ask.redirect_uri) +
         hidden("scope", ask.scope) + hidden("state", ask.state) +
         hidden("code_challenge", ask.challenge) + "<fieldset><legend>契約</legend>\n" + choices +
         "</fieldset>\n<button type=\"submit\" name=\"decision\" "
         "value=\"allow\">許可する</button>\n"
         "<button type=\"submit\" name=\"decision\" value=\"deny\" class=\"quiet\" "
         "formnovalidate>キャンセル</button>\n"
         "</form>\n</main></body>\n</html>\n";
}

}  // namespace tsunagi::smaregi_sandbox
