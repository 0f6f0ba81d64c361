#include "tests/support/fake_platforms.h"

namespace tsunagi::fakes {

// ---- Failures

std::optional<Error> Failures::next() {
  if (down || (fails && fails())) return error;
  return std::nullopt;
}

// ---- FakePos

FakePos::FakePos(Clock& clock) : clock_(clock) {}
FakePos::~FakePos() = default;

int FakePos::calls(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(name);
  return found == calls_.end() ? 0 : found->second;
}

int FakePos::calls() const {
  const std::lock_guard lock(mutex_);
  int total = 0;
  for (const auto& [name, count] : calls_) total += count;
  return total;
}

std::string FakePos::add_member(PosMember member, int64_t points) {
  const std::lock_guard lock(mutex_);
  if (member.member_id.empty()) member.member_id = std::to_string(++last_member_);
  if (member.changed_at == 0) member.changed_at = clock_.now();
  points_[member.member_id] = {member.member_id, points, ""};
  members_[member.member_id] = member;
  return member.member_id;
}

void FakePos::edit_member(const std::string& id, const std::function<void(PosMember&)>& edit) {
  const std::lock_guard lock(mutex_);
  PosMember& member = members_.at(id);
  edit(member);
  member.changed_at = clock_.now();
}

void FakePos::remove_member(const std::string& id) {
  const std::lock_guard lock(mutex_);
  members_.erase(id);
  points_.erase(id);
}

void FakePos::set_points(const std::string& id, int64_t points) {
  const std::lock_guard lock(mutex_);
  points_[id].points = points;
}

int64_t FakePos::points_of(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  return points_.at(id).points;
}

std::map<std::string, PosMember> FakePos::members() const {
  const std::lock_guard lock(mutex_);
  return members_;
}

void FakePos::set_stores(std::vector<Store> stores) {
  const std::lock_guard lock(mutex_);
  stores_ = std::move(stores);
}

void FakePos::add_product(const Product& product) {
  const std::lock_guard lock(mutex_);
  products_[product.product_id] = {product, clock_.now()};
}

void FakePos::set_stock(const std::string& product, const std::string& store, int64_t on_hand,
                        int64_t layaway) {
  const std::lock_guard lock(mutex_);
  stock_[{product, store}] = {product, store, on_hand, layaway, clock_.now()};
}

std::vector<StockLevel> FakePos::all_stock() const {
  const std::lock_guard lock(mutex_);
  std::vector<StockLevel> all;
  all.reserve(stock_.size());
  for (const auto& [key, level] : stock_) all.push_back(level);
  return all;
}

std::string FakePos::ring_up(const Sale& sale) {
  const std::lock_guard lock(mutex_);
  PosTransaction transaction;
  transaction.id = std::to_string(++last_transaction_);
  transaction.member_id = sale.member;
  transaction.store_id = sale.store;
  transaction.changed_at = clock_.now();
  for (const auto& [product, quantity] : sale.quantities) {
    transaction.product_ids.push_back(product);
    StockLevel& level = stock_[{product, sale.store}];
    level.product_id = product;
    level.store_id = sale.store;
    level.on_hand -= quantity;
    level.changed_at = clock_.now();
  }
  if (!sale.member.empty()) points_.at(sale.member).points += sale.points;
  transactions_[transaction.id] = transaction;
  return transaction.id;
}

Result<PosMember> FakePos::member(std::string_view, std::string_view id) {
  if (auto failed = begin("member")) return *failed;
  const std::lock_guard lock(mutex_);
  const auto found = members_.find(std::string(id));
  if (found == members_.end()) return not_found();
  PosMember answer = found->second;
  if (answers_other_member) answer.member_id = "another";
  return answer;
}

Result<std::optional<PosMember>> FakePos::member_by_code(std::string_view, std::string_view code) {
  if (auto failed = begin("member_by_code")) return *failed;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, member] : members_) {
    if (member.code == code) return std::optional(member);
  }
  return std::optional<PosMember>{};
}

Result<PosPoints> FakePos::points(std::string_view, std::string_view id) {
  if (auto failed = begin("points")) return *failed;
  const std::lock_guard lock(mutex_);
  const auto found = points_.find(std::string(id));
  if (found == points_.end()) return not_found();
  PosPoints answer = found->second;
  if (answers_other_member) answer.member_id = "another";
  return answer;
}

Result<PosMember> FakePos::create_member(std::string_view, const NewPosMember& member) {
  if (auto failed = begin("create_member")) return *failed;
  const bool lost = lose_answer_of_create && lose_answer_of_create();
  const std::lock_guard lock(mutex_);
  last_created = member;
  if (refuses_creation && refuses_creation(member)) {
    return Error{ErrorCode::kInvalid, "the member is refused"};
  }
  for (const auto& [id, other] : members_) {
    if (other.code == member.code) return Error{ErrorCode::kConflict, "the code is taken"};
  }
  PosMember created;
  created.member_id = std::to_string(++last_member_);
  created.code = member.code;
  created.fields = member.fields;
  created.changed_at = clock_.now();
  members_[created.member_id] = created;
  points_[created.member_id] = {created.member_id, 0, ""};
  if (lost) return Error{ErrorCode::kUnavailable, "timed out"};
  return created;
}

Result<PosMember> FakePos::update_member(std::string_view, std::string_view id,
                                         const FieldChanges& changes) {
  if (auto failed = begin("update_member")) return *failed;
  const bool lost = lose_answer_of_update && lose_answer_of_update();
  const std::lock_guard lock(mutex_);
  const auto found = members_.find(std::string(id));
  if (found == members_.end()) return not_found();
  if (refuses_update && refuses_update(changes)) {
    return Error{ErrorCode::kInvalid, "a value is refused"};
  }
  for (const auto& [field, value] : changes) found->second.fields[field] = value;
  found->second.changed_at = clock_.now();
  if (lost) return Error{ErrorCode::kUnavailable, "timed out"};
  return found->second;
}

Result<std::vector<PosMember>> FakePos::members_changed(std::string_view, Seconds from,
                                                        Seconds to) {
  if (auto failed = begin("members_changed")) return *failed;
  const std::lock_guard lock(mutex_);
  std::vector<PosMember> found;
  for (const auto& [id, member] : members_) {
    if (member.changed_at >= from && member.changed_at <= to) found.push_back(member);
  }
  return found;
}

Result<PosMemberPage> FakePos::members_after(std::string_view, int64_t after_id) {
  if (auto error = begin("members_after")) return *error;
  const std::lock_guard lock(mutex_);
  std::map<int64_t, const PosMember*> ordered;
  for (const auto& [id, member] : members_) {
    if (std::stoll(id) > after_id) ordered[std::stoll(id)] = &member;
  }
  PosMemberPage page;
  for (const auto& [number, member] : ordered) {
    page.more = page.members.size() == kPageRows;
    if (page.more) break;
    page.members.push_back(*member);
  }
  return page;
}

Result<PosRequired> FakePos::required(std::string_view) {
  if (auto failed = begin("required")) return *failed;
  const std::lock_guard lock(mutex_);
  return required_;
}

void FakePos::set_required(PosRequired required) {
  const std::lock_guard lock(mutex_);
  required_ = std::move(required);
}

Result<Access> FakePos::access(std::string_view) {
  if (auto failed = begin("access")) return *failed;
  const std::lock_guard lock(mutex_);
  return access_;
}

void FakePos::set_access(Result<Access> answer) {
  const std::lock_guard lock(mutex_);
  access_ = std::move(answer);
}

Result<PosTransaction> FakePos::transaction(std::string_view, std::string_view id) {
  if (auto failed = begin("transaction")) return *failed;
  const std::lock_guard lock(mutex_);
  const auto found = transactions_.find(std::string(id));
  if (found == transactions_.end()) return not_found();
  return found->second;
}

Result<std::vector<PosTransaction>> FakePos::transactions_changed(std::string_view, Seconds from,
                                                                  Seconds to) {
  if (auto failed = begin("transactions_changed")) return *failed;
  const std::lock_guard lock(mutex_);
  std::vector<PosTransaction> found;
  for (const auto& [id, transaction] : transactions_) {
    if (transaction.changed_at >= from && transaction.changed_at <= to) {
      found.push_back(transaction);
    }
  }
  return found;
}

Result<std::vector<Store>> FakePos::stores(std::string_view) {
  if (auto failed = begin("stores")) return *failed;
  const std::lock_guard lock(mutex_);
  return stores_;
}

Result<std::vector<Product>> FakePos::products(std::string_view) {
  if (auto failed = begin("products")) return *failed;
  const std::lock_guard lock(mutex_);
  std::vector<Product> all;
  all.reserve(products_.size());
  for (const auto& [id, entry] : products_) all.push_back(entry.first);
  return all;
}

Result<std::vector<Product>> FakePos::products_changed(std::string_view, Seconds from, Seconds to) {
  if (auto failed = begin("products_changed")) return *failed;
  const std::lock_guard lock(mutex_);
  std::vector<Product> found;
  for (const auto& [id, entry] : products_) {
    if (entry.second >= from && entry.second <= to) found.push_back(entry.first);
  }
  return found;
}

Result<std::vector<StockLevel>> FakePos::stock(std::string_view) {
  if (auto failed = begin("stock")) return *failed;
  return all_stock();
}

Result<std::vector<StockLevel>> FakePos::stock_changed(std::string_view, Seconds from, Seconds to) {
  if (auto failed = begin("stock_changed")) return *failed;
  std::vector<StockLevel> found;
  for (const StockLevel& level : all_stock()) {
    if (level.changed_at >= from && level.changed_at <= to) found.push_back(level);
  }
  return found;
}

Result<std::vector<StockLevel>> FakePos::stock_of(std::string_view, std::string_view product) {
  if (auto failed = begin("stock_of")) return *failed;
  std::vector<StockLevel> found;
  for (const StockLevel& level : all_stock()) {
    if (level.product_id == product) found.push_back(level);
  }
  return found;
}

std::string FakePos::sign_in_url(std::string_view, std::string_view, std::string_view) {
  return "";
}

Result<std::string> FakePos::contract_of_sign_in(std::string_view, std::string_view,
                                                 std::string_view) {
  return not_found();
}

std::optional<Error> FakePos::begin(const std::string& name) {
  {
    const std::lock_guard lock(mutex_);
    ++calls_[name];
  }
  if (on_call) on_call();
  return failures.next();
}

// ---- FakeShop

FakeShop::FakeShop() = default;
FakeShop::~FakeShop() = default;

void FakeShop::add_customer(const ShopCustomer& customer) {
  const std::lock_guard lock(mutex_);
  customers_[customer.id] = customer;
}

void FakeShop::remove_customer(int64_t id) {
  const std::lock_guard lock(mutex_);
  customers_.erase(id);
  cards_.erase(id);
  tags_.erase(id);
}

void FakeShop::merge_customer(int64_t gone, int64_t kept) {
  {
    const std::lock_guard lock(mutex_);
    const std::set<std::string> moved = tags_[gone];
    if (!moved.empty()) tags_[kept].insert(moved.begin(), moved.end());
  }
  remove_customer(gone);
}

void FakeShop::copy_tag(int64_t id, const std::string& code) {
  const std::lock_guard lock(mutex_);
  tags_[id].insert(code);
}

void FakeShop::edit_customer(int64_t id, const std::function<void(ShopCustomer&)>& edit) {
  const std::lock_guard lock(mutex_);
  ShopCustomer& customer = customers_.at(id);
  edit(customer);
  if (now) customer.changed_at = now();
}

std::map<int64_t, ShopCustomer> FakeShop::customers() const {
  const std::lock_guard lock(mutex_);
  return customers_;
}

std::map<int64_t, std::string> FakeShop::cards() const {
  const std::lock_guard lock(mutex_);
  return cards_;
}

void FakeShop::set_card(int64_t id, const std::string& json) {
  const std::lock_guard lock(mutex_);
  cards_[id] = json;
}

std::vector<size_t> FakeShop::batches() const {
  const std::lock_guard lock(mutex_);
  return batches_;
}

Result<ShopIdentity> FakeShop::install(std::string_view, std::string_view) {
  return Error{ErrorCode::kUnauthorized, "not in this test"};
}

Result<Done> FakeShop::prepare(const Tenant&) {
  if (auto failed = begin()) return *failed;
  ++prepared_;
  return Done{};
}

Result<std::string> FakeShop::contact_mail(const Tenant&) {
  if (auto failed = begin()) return *failed;
  return contact;
}

Result<std::optional<ShopCustomer>> FakeShop::customer(const Tenant&, int64_t id) {
  ++asked_for_customers;
  if (auto failed = begin()) return *failed;
  const std::lock_guard lock(mutex_);
  const auto found = customers_.find(id);
  return found == customers_.end() ? std::optional<ShopCustomer>{} : found->second;
}

Result<Shop::Changed> FakeShop::customers_changed(const Tenant&, Seconds from, Seconds to,
                                                  const std::optional<TagFilter>& among) {
  if (auto failed = begin()) return *failed;
  const std::lock_guard lock(mutex_);
  Changed changed{.customers = {}, .until = to};
  for (const auto& [id, customer] : customers_) {
    if (customer.changed_at < from || customer.changed_at > to) continue;
    if (among && merchant_tags_.contains({id, among->tag}) != among->carried) continue;
    changed.customers.push_back(id);
    changed.changed_at[id] = customer.changed_at;
  }
  return changed;
}

Result<std::vector<int64_t>> FakeShop::missing_customers(const Tenant&,
                                                         const std::vector<int64_t>& ids) {
  if (auto error = begin()) return *error;
  ++asked_who_is_missing;
  if (ids.size() > kMostCustomersAsked) return Error{ErrorCode::kInvalid, "too many ids"};
  const std::lock_guard lock(mutex_);
  std::vector<int64_t> missing;
  for (const int64_t id : ids) {
    if (!customers_.contains(id)) missing.push_back(id);
  }
  return missing;
}

Result<std::optional<std::string>> FakeShop::published_card(const Tenant&, int64_t id) {
  if (auto failed = begin()) return *failed;
  const std::lock_guard lock(mutex_);
  const auto found = cards_.find(id);
  return found == cards_.end() ? std::optional<std::string>{} : found->second;
}

Result<Done> FakeShop::update_customer(const Tenant&, int64_t id, const FieldChanges& changes) {
  if (auto failed = begin()) return *failed;
  const bool lost = lose_answer_of_update && lose_answer_of_update();
  const std::lock_guard lock(mutex_);
  const auto found = customers_.find(id);
  if (found == customers_.end()) return Error{ErrorCode::kNotFound, "there is no such customer"};
  if (refuses_update && refuses_update(changes)) {
    return Error{ErrorCode::kInvalid, "a value is refused"};
  }
  ShopCustomer& customer = found->second;
  for (const auto& [field, value] : changes) {
    switch (field) {
      case MemberField::kLastName:
        customer.last_name = value;
        break;
      case MemberField::kFirstName:
        customer.first_name = value;
        break;
      case MemberField::kLastKana:
        customer.last_kana = value;
        break;
      case MemberField::kFirstKana:
        customer.first_kana = value;
        break;
      case MemberField::kPhone:
        customer.phone = value;
        break;
      case MemberField::kBirthDate:
        customer.birth_date = value;
        break;
      case MemberField::kSex:
        customer.sex = value;
        break;
      case MemberField::kMailConsent:
        customer.mail_consent = value == "1";
        break;
      case MemberField::kMail:
      case MemberField::kPostCode:
      case MemberField::kAddress:
        return Error{ErrorCode::kInvalid, "this field is not written to Shopify"};
    }
  }
  if (now) customer.changed_at = now();
  if (lost) return Error{ErrorCode::kUnavailable, "timed out"};
  return Done{};
}

Result<Done> FakeShop::write_cards(const Tenant&, const std::vector<CardMetafield>& cards) {
  if (auto failed = begin()) return *failed;
  const std::lock_guard lock(mutex_);
  if (cards.size() > 25) return Error{ErrorCode::kInvalid, "more than 25 at once"};
  for (const CardMetafield& card : cards) {
    if (!customers_.contains(card.customer_id)) {
      return Error{ErrorCode::kInvalid, "there is no such customer"};
    }
  }
  batches_.push_back(cards.size());
  for (const CardMetafield& card : cards) cards_[card.customer_id] = card.json;
  return written();
}

Result<Done> FakeShop::erase_card(const Tenant&, int64_t id) {
  if (auto failed = begin()) return *failed;
  const std::lock_guard lock(mutex_);
  cards_.erase(id);
  return written();
}

Result<Done> FakeShop::tag_customer(const Tenant&, int64_t id, std::string_view member_code,
                                    const OtherCodes& others) {
  if (auto failed = begin()) return *failed;
  std::vector<std::string> leaving;
  {
    const std::lock_guard lock(mutex_);
    if (!customers_.contains(id)) return Done{};
    if (const auto found = tags_.find(id); found != tags_.end()) {
      for (const std::string& code : found->second) {
        if (code != member_code) leaving.push_back(code);
      }
    }
  }
  if (others && !leaving.empty()) {
    if (auto heard = others(leaving); !heard.ok()) return heard;
  }
  const std::lock_guard lock(mutex_);
  if (!customers_.contains(id)) return Done{};
  if (member_code.empty()) {
    tags_.erase(id);
  } else {
    tags_[id] = {std::string(member_code)};
    if (now) customers_[id].changed_at = now();
  }
  return written();
}

Result<std::optional<int64_t>> FakeShop::customer_with_code(const Tenant&, std::string_view code) {
  if (auto failed = begin()) return *failed;
  const std::lock_guard lock(mutex_);
  for (const auto& [id, codes] : tags_) {
    if (codes.contains(std::string(code))) return std::optional(id);
  }
  return std::optional<int64_t>();
}

Result<std::optional<ShopCustomer>> FakeShop::add_member_tag(const Tenant& tenant, int64_t id,
                                                             std::string_view member_code) {
  if (auto done = tag_customer(tenant, id, member_code); !done.ok()) return done.error();
  const std::lock_guard lock(mutex_);
  const auto found = customers_.find(id);
  return found == customers_.end() ? std::optional<ShopCustomer>{} : found->second;
}

Result<Shop::TaggedPage> FakeShop::customers_tagged(const Tenant&, std::string_view tag,
                                                    int64_t after_id, int limit) {
  if (auto failed = begin()) return *failed;
  const std::lock_guard lock(mutex_);
  TaggedPage page;
  for (auto found = customers_.upper_bound(after_id); found != customers_.end(); ++found) {
    if (!merchant_tags_.contains({found->first, std::string(tag)})) continue;
    page.more = page.customers.size() == static_cast<size_t>(limit);
    if (page.more) break;
    page.customers.push_back(
        {.customer = found->second, .carries_ours = tags_.contains(found->first)});
    page.last_id = found->first;
  }
  return page;
}

Result<int64_t> FakeShop::count_tagged(const Tenant&, std::string_view tag) {
  if (auto failed = begin()) return *failed;
  const std::lock_guard lock(mutex_);
  return std::ranges::count_if(merchant_tags_, [&](const auto& one) {
    return one.second == tag && customers_.contains(one.first);
  });
}

Result<Done> FakeShop::written() const {
  if (lose_answer_of_write && lose_answer_of_write()) {
    return Error{ErrorCode::kUnavailable, "timed out"};
  }
  return Done{};
}

std::map<int64_t, std::string> FakeShop::tags() const {
  const std::lock_guard lock(mutex_);
  std::map<int64_t, std::string> joined;
  for (const auto& [id, codes] : tags_) {
    for (const std::string& code : codes) {
      std::string& all = joined[id];
      all += all.empty() ? code : "+" + code;
    }
  }
  return joined;
}

Result<bool> FakeShop::has_tag(const Tenant&, int64_t id, std::string_view tag) {
  ++tag_questions_;
  if (auto failed = begin()) return *failed;
  const std::lock_guard lock(mutex_);
  return merchant_tags_.contains({id, std::string(tag)});
}

void FakeShop::set_tag(int64_t id, const std::string& tag, bool on) {
  const std::lock_guard lock(mutex_);
  if (on) {
    merchant_tags_.emplace(id, tag);
  } else {
    merchant_tags_.erase({id, tag});
  }
}

Result<Access> FakeShop::access(const Tenant&) {
  if (auto failed = begin()) return *failed;
  const std::lock_guard lock(mutex_);
  return access_;
}

void FakeShop::set_access(Result<Access> answer) {
  const std::lock_guard lock(mutex_);
  access_ = std::move(answer);
}

Result<Done> FakeShop::publish_pilot(const Tenant&, bool on) {
  if (auto failed = begin()) return *failed;
  pilot_ = on;
  return Done{};
}

std::optional<Error> FakeShop::begin() {
  if (uninstalled) return Error{ErrorCode::kUnauthorized, "the token is refused"};
  return failures.next();
}

}  // namespace tsunagi::fakes
