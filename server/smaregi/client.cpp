#include "server/smaregi/client.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/base/http_date.h"
#include "server/base/url.h"
#include "server/domain/member_number.h"
#include "server/smaregi/field_names.h"
#include "server/smaregi/japan_time.h"
#include "server/smaregi/reply.h"
#include "server/smaregi/wire.h"

namespace tsunagi {
namespace {

using smaregi::Ask;
using smaregi::Outcome;
using Fields = std::vector<std::pair<std::string_view, std::string>>;

constexpr size_t kPageRows = 1'000;        // the API's most
constexpr size_t kDetailedPageRows = 100;  // its most with details
constexpr Seconds kSecondsADay = 86'400;
constexpr Seconds kWindowSeconds = 31 * kSecondsADay - 1;  // both ends are included
// A row that changes while its window is read in pages would leave a window that ends now, and the
// rows behind it would move up a place, one of them unseen. So the last window ends a little later
// than asked.
constexpr Seconds kWindowMargin = 120;

std::string with_query(std::string_view path, const Fields& fields) {
  return std::string(path) + "?" + form_encode(fields);
}

std::string dump(const nlohmann::json& body) {
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string day_of(Seconds time) { return smaregi::format_time(time).substr(0, 10); }

std::string member_json(const NewPosMember& member) {
  // Sources disagree on what an absent consent means: always said.
  nlohmann::json body = {{"customerCode", member.code}, {"mailReceiveFlag", "0"}};
  for (const auto& [field, name] : smaregi::kFieldNames) {
    if (!member.fields[field].empty()) body[name] = member.fields[field];
  }
  return dump(body);
}

std::string changes_json(const FieldChanges& changes) {
  nlohmann::json body = nlohmann::json::object();
  for (const auto& [field, name] : smaregi::kFieldNames) {
    const auto change = changes.find(field);
    if (change != changes.end()) body[name] = change->second;
  }
  return dump(body);
}

// What the relations of a Link header (RFC 8288) say about another page. Without any about pages,
// nobody knows.
enum class More : uint8_t { kYes, kNo, kUnsaid };
More more_by_link(const HttpReply& reply) {
  const std::string_view link = reply.header("Link");
  const auto has = [link](const std::string& relation) {
    return link.find("rel=\"" + relation + "\"") != std::string_view::npos ||
           link.find("rel=" + relation) != std::string_view::npos;
  };
  if (has("next")) return More::kYes;
  return has("prev") || has("first") || has("last") ? More::kNo : More::kUnsaid;
}

template <class T>
using Parse = Result<T> (*)(std::string_view);

std::vector<std::string> scopes_in(std::string_view text) {
  std::vector<std::string> scopes;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end > 0) scopes.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return scopes;
}

// Those that are not granted; none where the platform does not say what is.
std::vector<std::string> missing_scopes(std::string_view needed, std::string_view granted) {
  std::vector<std::string> missing;
  const std::vector<std::string> has = scopes_in(granted);
  if (has.empty()) return missing;
  for (std::string& scope : scopes_in(needed)) {
    if (std::ranges::find(has, scope) == has.end()) missing.push_back(std::move(scope));
  }
  return missing;
}

bool names_scopes(const Error& error) {
  return error.code == ErrorCode::kUnauthorized && error.message.find("scope") != std::string::npos;
}

}  // namespace

struct SmaregiClient::State {
  State(SmaregiOptions given, Outbound& outbound, Clock& time, Random& random)
      : options(std::move(given)), clock(time), wire(options, outbound, time, random) {}

  // Whether one row of a list may be read. on_reply sees the reply.
  Result<Done> may_read(std::string_view contract, std::string_view label, std::string_view path,
                        const std::function<void(const HttpReply&)>& on_reply) {
    return wire
        .ask(std::string(contract),
             {.label = label,
              .path = std::string(path),
              .priority = Priority::kShopper,
              .time = options.shopper_time},
             [&on_reply](const HttpReply& reply) -> Result<Done> {
               on_reply(reply);
               return Done{};
             })
        .result;
  }

  template <class T>
  Result<T> read(std::string_view contract, const Ask& ask, Parse<T> parse) {
    T value;
    const Outcome outcome =
        wire.ask(std::string(contract), ask, [&](const HttpReply& reply) -> Result<Done> {
          auto parsed = parse(reply.body);
          if (!parsed) return parsed.error();
          value = std::move(*parsed);
          return Done{};
        });
    if (!outcome.result) return outcome.result.error();
    return value;
  }

  // What a list is read with: everything but limit and page.
  struct List {
    std::string_view label;
    std::string_view path;
    Fields query = {};
    size_t page_rows = kPageRows;
    Priority priority = Priority::kSweep;
  };

  // rows: what was read before. Pages in the order of the primary key (the default): a row that
  // changes while we read keeps its place.
  template <class T>
  Result<std::vector<T>> read_pages(std::string_view contract, const List& list,
                                    Parse<std::vector<T>> parse, std::vector<T> rows = {}) {
    for (int page = 1; page <= options.max_pages; ++page) {
      Fields query = list.query;
      query.emplace_back("limit", std::to_string(list.page_rows));
      query.emplace_back("page", std::to_string(page));
      const Ask ask{.label = list.label,
                    .path = with_query(list.path, query),
                    .priority = list.priority,
                    .time = list.priority == Priority::kSweep ? options.background_time
                                                              : options.shopper_time};
      size_t count = 0;
      More more = More::kUnsaid;
      const Outcome outcome =
          wire.ask(std::string(contract), ask, [&](const HttpReply& reply) -> Result<Done> {
            auto parsed = parse(reply.body);
            if (!parsed) return parsed.error();
            count = parsed->size();
            more = more_by_link(reply);
            std::move(parsed->begin(), parsed->end(), std::back_inserter(rows));
            return Done{};
          });
      if (!outcome.result) return outcome.result.error();
      if (count == 0 || more == More::kNo) return rows;
      if (more == More::kUnsaid && count < list.page_rows) return rows;
    }
    return Error{ErrorCode::kUnavailable, std::string(list.label) + ": more than " +
                                              std::to_string(options.max_pages) + " pages"};
  }

  template <class T>
  Result<std::vector<T>> read_changed(std::string_view contract, const List& list, Seconds from,
                                      Seconds to, Parse<std::vector<T>> parse) {
    if (from > to) return Error{ErrorCode::kInvalid, "a window that ends before it begins"};
    const Seconds last = to + kWindowMargin;
    if ((last - from) / (kWindowSeconds + 1) >= options.max_windows) {
      return Error{ErrorCode::kInvalid,
                   "a window of more than " + std::to_string(options.max_windows) + " x 31 days"};
    }
    std::vector<T> rows;
    for (Seconds begin = from; begin <= last; begin += kWindowSeconds + 1) {
      List window = list;
      const Seconds end = std::min(begin + kWindowSeconds, last);
      window.query.emplace_back("upd_date_time-from", smaregi::format_time(begin));
      window.query.emplace_back("upd_date_time-to", smaregi::format_time(end));
      auto read = read_pages(contract, window, parse, std::move(rows));
      if (!read) return read;
      rows = std::move(*read);
    }
    return rows;
  }

  const SmaregiOptions options;
  Clock& clock;
  smaregi::Wire wire;
};

SmaregiClient::SmaregiClient(SmaregiOptions options, Outbound& outbound, Clock& clock,
                             Random& random)
    : SmaregiClient(std::make_shared<State>(std::move(options), outbound, clock, random),
                    Priority::kShopper) {}
SmaregiClient::SmaregiClient(const SmaregiClient& other, Background)
    : SmaregiClient(other.state_, Priority::kEvent) {}
SmaregiClient::SmaregiClient(const SmaregiClient& other, Bulk)
    : SmaregiClient(other.state_, Priority::kSweep) {}
SmaregiClient::SmaregiClient(std::shared_ptr<State> state, Priority priority)
    : state_(std::move(state)),
      priority_(priority),
      time_(priority == Priority::kSweep ? state_->options.background_time
                                         : state_->options.shopper_time) {}
SmaregiClient::~SmaregiClient() = default;

Result<PosMember> SmaregiClient::member(std::string_view contract, std::string_view member_id) {
  auto member = state_->read(contract,
                             {.label = "smaregi.customers.get",
                              .path = "/customers/" + percent_encode(member_id),
                              .priority = priority_,
                              .time = time_},
                             smaregi::parse_member);
  if (member && member->member_id != member_id) {
    return Error{ErrorCode::kUnavailable,
                 "smaregi.customers.get: the reply is about another member"};
  }
  return member;
}

Result<std::optional<PosMember>> SmaregiClient::member_by_code(std::string_view contract,
                                                               std::string_view code) {
  auto members =
      state_->read(contract,
                   {.label = "smaregi.customers.find",
                    .path = with_query("/customers", {{"customer_code", std::string(code)}}),
                    .priority = priority_,
                    .time = time_},
                   smaregi::parse_members);
  if (!members) return members.error();
  // Whether the filter is exact is not documented: only the very code counts.
  for (PosMember& member : *members) {
    if (member.code == code) return std::optional<PosMember>(std::move(member));
  }
  return std::optional<PosMember>();
}

Result<PosPoints> SmaregiClient::points(std::string_view contract, std::string_view member_id) {
  auto rows = state_->read(
      contract,
      {.label = "smaregi.points.get",
       .path = with_query("/customers/point", {{"customer_id", std::string(member_id)}}),
       .priority = priority_,
       .time = time_},
      smaregi::parse_points);
  if (!rows) return rows.error();
  for (PosPoints& row : *rows) {
    if (row.member_id == member_id) return std::move(row);
  }
  if (!rows->empty()) {
    return Error{ErrorCode::kUnavailable, "smaregi.points.get: the reply is about another member"};
  }
  return Error{ErrorCode::kNotFound, "smaregi.points.get: no points of this member"};
}

Result<PosMember> SmaregiClient::create_member(std::string_view contract,
                                               const NewPosMember& wanted) {
  PosMember created;
  const Outcome outcome = state_->wire.ask(
      std::string(contract),
      {.label = "smaregi.customers.create",
       .method = "POST",
       .path = "/customers",
       .body = member_json(wanted),
       .priority = priority_ == Priority::kSweep ? Priority::kSweep : Priority::kShopper,
       .time = time_,
       .repeatable = false},
      [&](const HttpReply& reply) -> Result<Done> {
        auto parsed = smaregi::parse_member(reply.body);
        if (!parsed) return parsed.error();
        created = std::move(*parsed);
        return Done{};
      });
  if (outcome.result) {
    if (created.code.empty()) created.code = wanted.code;
    if (created.code == wanted.code) return created;
    return Error{ErrorCode::kUnavailable,
                 "smaregi.customers.create: the reply is about another member"};
  }
  const Error& failure = outcome.result.error();
  const bool refused = failure.code == ErrorCode::kInvalid || failure.code == ErrorCode::kConflict;
  if (!outcome.maybe_done && !refused) return failure;

  // It may have worked, now or when it was tried before: the code says. How Smaregi words "already
  // taken" is not known.
  const auto looked_up = member_by_code(contract, wanted.code);
  if (!looked_up) return outcome.maybe_done ? failure : looked_up.error();
  const std::optional<PosMember>& existing = *looked_up;
  if (!existing) return failure;
  const auto same = [&](MemberField field) {
    return existing->fields[field] == wanted.fields[field];
  };
  if (same(MemberField::kLastName) && same(MemberField::kFirstName)) return *existing;
  return Error{ErrorCode::kConflict, "smaregi.customers.create: the code is another member's"};
}

Result<PosMember> SmaregiClient::update_member(std::string_view contract,
                                               std::string_view member_id,
                                               const FieldChanges& changes) {
  if (changes.empty()) return member(contract, member_id);
  const bool empties = std::any_of(changes.begin(), changes.end(),
                                   [](const auto& change) { return change.second.empty(); });
  if (empties) {
    // No source says whether "" empties a field or is refused.
    return Error{ErrorCode::kInvalid, "smaregi.customers.update: a field is not emptied"};
  }
  auto updated = state_->read(contract,
                              {.label = "smaregi.customers.update",
                               .method = "PATCH",
                               .path = "/customers/" + percent_encode(member_id),
                               .body = changes_json(changes),
                               .priority = Priority::kEvent,
                               .time = state_->options.shopper_time},
                              smaregi::parse_member);
  if (updated && updated->member_id != member_id) {
    return Error{ErrorCode::kUnavailable,
                 "smaregi.customers.update: the reply is about another member"};
  }
  return updated;
}

Result<std::vector<PosMember>> SmaregiClient::members_changed(std::string_view contract,
                                                              Seconds from, Seconds to) {
  return state_->read_changed(contract,
                              {.label = "smaregi.customers.changed", .path = "/customers"}, from,
                              to, smaregi::parse_members);
}

Result<PosMemberPage> SmaregiClient::members_after(std::string_view contract, int64_t after_id) {
  const Ask ask{
      .label = "smaregi.customers.list",
      .path = with_query("/customers", {{"customer_id-from", std::to_string(after_id + 1)},
                                        {"limit", std::to_string(kPageRows)},
                                        {"page", "1"}}),
      .priority = Priority::kSweep,
      .time = state_->options.background_time};
  PosMemberPage page;
  const Outcome outcome =
      state_->wire.ask(std::string(contract), ask, [&](const HttpReply& reply) -> Result<Done> {
        auto parsed = smaregi::parse_members(reply.body);
        if (!parsed) return parsed.error();
        // A page that holds all it may is followed by another one, or by an empty one.
        page.more = parsed->size() >= kPageRows || more_by_link(reply) == More::kYes;
        page.members = std::move(*parsed);
        return Done{};
      });
  if (!outcome.result) return outcome.result.error();
  for (const PosMember& member : page.members) {
    const auto id = member_number(member.member_id);
    if (!id || *id <= after_id) {
      return Error{ErrorCode::kUnavailable,
                   "smaregi.customers.list: a member that was not asked for"};
    }
  }
  std::ranges::sort(page.members, {}, [](const PosMember& member) {
    return member_number(member.member_id).value_or(0);
  });
  page.more = page.more && !page.members.empty();
  return page;
}

Result<PosRequired> SmaregiClient::required(std::string_view contract) {
  return state_->read(contract,
                      {.label = "smaregi.customers.required",
                       .path = "/customer_required_column_setting",
                       .priority = Priority::kEvent,
                       .time = time_},
                      smaregi::parse_required);
}

Result<Access> SmaregiClient::access(std::string_view contract) {
  const SmaregiOptions& options = state_->options;
  const auto token = state_->wire.new_token(std::string(contract));
  if (!token) {
    if (!names_scopes(token.error())) return token.error();
    return Access{.missing = scopes_in(options.scopes), .ahead = {}};  // it does not say which
  }
  Access access{.missing = missing_scopes(options.scopes, token->scopes), .ahead = {}};
  const auto granted = [&access](std::string_view scope) {
    return std::ranges::find(access.missing, scope) == access.missing.end();
  };
  if (granted("pos.stores:read")) {
    const auto stores = state_->may_read(contract, "smaregi.access.stores", "/stores?limit=1",
                                         [&](const HttpReply& reply) {
                                           const auto date = parse_http_date(reply.header("Date"));
                                           if (date) access.ahead = *date - state_->clock.now();
                                         });
    if (!stores) return stores.error();
  }
  if (granted("pos.customers:read")) {
    const auto members =
        state_->may_read(contract, "smaregi.access.members", "/customers?limit=1&fields=customerId",
                         [](const HttpReply&) {});
    access.has_members = members.ok() || members.error().code != ErrorCode::kUnauthorized;
    if (!members && access.has_members) return members.error();
  }
  return access;
}

Result<PosTransaction> SmaregiClient::transaction(std::string_view contract, std::string_view id) {
  return state_->read(
      contract,
      {.label = "smaregi.transactions.get",
       .path = with_query("/transactions/" + percent_encode(id), {{"with_details", "all"}}),
       .priority = Priority::kEvent,
       .time = state_->options.shopper_time},
      smaregi::parse_transaction);
}

Result<std::vector<PosTransaction>> SmaregiClient::transactions_changed(std::string_view contract,
                                                                        Seconds from, Seconds to) {
  return state_->read_changed(contract,
                              {.label = "smaregi.transactions.changed",
                               .path = "/transactions",
                               .query = {{"with_details", "all"}},
                               .page_rows = kDetailedPageRows},
                              from, to, smaregi::parse_transactions);
}

Result<std::vector<Store>> SmaregiClient::stores(std::string_view contract) {
  return state_->read_pages(contract, {.label = "smaregi.stores.list", .path = "/stores"},
                            smaregi::parse_stores);
}

Result<std::vector<Product>> SmaregiClient::products(std::string_view contract) {
  return state_->read_pages(contract, {.label = "smaregi.products.list", .path = "/products"},
                            smaregi::parse_products);
}

Result<std::vector<Product>> SmaregiClient::products_changed(std::string_view contract,
                                                             Seconds from, Seconds to) {
  return state_->read_changed(contract, {.label = "smaregi.products.changed", .path = "/products"},
                              from, to, smaregi::parse_products);
}

Result<std::vector<StockLevel>> SmaregiClient::stock(std::string_view contract) {
  return state_->read_pages(contract, {.label = "smaregi.stock.list", .path = "/stock"},
                            smaregi::parse_stock);
}

Result<std::vector<StockLevel>> SmaregiClient::stock_changed(std::string_view contract,
                                                             Seconds from, Seconds to) {
  return state_->read_changed(contract, {.label = "smaregi.stock.changed", .path = "/stock"}, from,
                              to, smaregi::parse_stock);
}

Result<std::vector<StockLevel>> SmaregiClient::stock_of(std::string_view contract,
                                                        std::string_view product_id) {
  auto levels = state_->read_pages(contract,
                                   {.label = "smaregi.stock.product",
                                    .path = "/stock",
                                    .query = {{"product_id", std::string(product_id)}},
                                    .priority = Priority::kEvent},
                                   smaregi::parse_stock);
  if (levels) {
    std::erase_if(*levels, [&](const StockLevel& level) { return level.product_id != product_id; });
  }
  return levels;
}

Result<Done> SmaregiClient::add(std::string_view contract, const TillMove& move) {
  const nlohmann::json body = {{"storeId", move.store_id},
                               {"stockAmount", std::to_string(move.amount)},
                               {"stockHistory", {{"memo", move.memo}}}};
  const Outcome outcome =
      state_->wire.ask(std::string(contract),
                       {.label = "smaregi.stock.add",
                        .method = "POST",
                        .path = "/stock/" + percent_encode(move.product_id) + "/add",
                        .body = dump(body),
                        .priority = Priority::kEvent,
                        .time = state_->options.shopper_time,
                        .repeatable = false},
                       [](const HttpReply&) -> Result<Done> { return Done{}; });
  if (outcome.result.ok() || !outcome.maybe_done) return outcome.result;
  return Error{ErrorCode::kUnavailable, outcome.result.error().message};
}

Result<bool> SmaregiClient::was_added(std::string_view contract, const TillMove& move, Seconds from,
                                      Seconds to) {
  const std::string last = day_of(to + kWindowMargin);
  std::string day;
  for (Seconds at = from - kWindowMargin; day != last; at += kSecondsADay) {
    day = std::min(day_of(at), last);
    const auto memos =
        state_->read_pages(contract,
                           {.label = "smaregi.stock.changes",
                            .path = "/stock/changes/" + percent_encode(move.product_id) + "/" +
                                    percent_encode(move.store_id),
                            .query = {{"target_date", day}},
                            .priority = Priority::kEvent},
                           smaregi::parse_stock_memos);
    if (!memos) return memos.error();
    if (std::ranges::find(*memos, move.memo) != memos->end()) return true;
  }
  return false;
}

std::string SmaregiClient::sign_in_url(std::string_view state, std::string_view challenge,
                                       std::string_view redirect_uri) {
  return join_url(state_->options.id_url,
                  with_query("/authorize", {{"response_type", "code"},
                                            {"client_id", state_->options.client_id},
                                            {"scope", "openid"},
                                            {"state", std::string(state)},
                                            {"redirect_uri", std::string(redirect_uri)},
                                            {"code_challenge", std::string(challenge)},
                                            {"code_challenge_method", "S256"}}));
}

Result<std::string> SmaregiClient::contract_of_sign_in(std::string_view code,
                                                       std::string_view verifier,
                                                       std::string_view redirect_uri) {
  const auto reply = state_->wire.identity("smaregi.sign-in", "/authorize/token",
                                           form_encode({{"grant_type", "authorization_code"},
                                                        {"code", std::string(code)},
                                                        {"redirect_uri", std::string(redirect_uri)},
                                                        {"code_verifier", std::string(verifier)}}));
  if (!reply) {
    // The code is spent or was never good: only a new sign-in helps.
    if (reply.error().code == ErrorCode::kUnavailable) return reply.error();
    return Error{ErrorCode::kUnauthorized, reply.error().message};
  }
  const auto token = smaregi::parse_token(reply->body);
  if (!token) return token.error();
  const auto user = state_->wire.user_info(token->value);
  if (!user) return user.error();
  return smaregi::parse_contract(user->body);
}

}  // namespace tsunagi
