#pragma once
// Smaregi and Shopify as far as the ports show them: their truth, and failures on command.

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>

#include "server/domain/ports.h"

namespace tsunagi::fakes {

// Fails calls: all while `down`, or each with a chance that the test decides.
class Failures {
 public:
  std::atomic<bool> down = false;
  std::function<bool()> fails;  // asked before each call; true: the call fails
  Error error{ErrorCode::kUnavailable, "the platform is down"};

  std::optional<Error> next() {
    if (down || (fails && fails())) return error;
    return std::nullopt;
  }
};

class FakePos : public Pos {
 public:
  explicit FakePos(Clock& clock) : clock_(clock) {}

  Failures failures;
  std::function<void()> on_call;  // runs without the lock, e.g. to make a call slow
  std::function<bool()>
      lose_answer_of_create;  // true: the member is made, the caller sees a time-out
  std::atomic<bool> answers_other_member = false;

  int calls(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(name);
    return found == calls_.end() ? 0 : found->second;
  }
  int calls() const {
    const std::lock_guard lock(mutex_);
    int total = 0;
    for (const auto& [name, count] : calls_) total += count;
    return total;
  }

  // ---- the truth, as the till and the back office change it
  std::string add_member(PosMember member, int64_t points = 0) {
    const std::lock_guard lock(mutex_);
    if (member.member_id.empty()) member.member_id = std::to_string(++last_member_);
    points_[member.member_id] = {member.member_id, points, ""};
    members_[member.member_id] = member;
    return member.member_id;
  }
  void edit_member(const std::string& id, const std::function<void(PosMember&)>& edit) {
    const std::lock_guard lock(mutex_);
    edit(members_.at(id));
  }
  void remove_member(const std::string& id) {
    const std::lock_guard lock(mutex_);
    members_.erase(id);
    points_.erase(id);
  }
  void set_points(const std::string& id, int64_t points) {
    const std::lock_guard lock(mutex_);
    points_[id].points = points;
  }
  int64_t points_of(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    return points_.at(id).points;
  }
  std::map<std::string, PosMember> members() const {
    const std::lock_guard lock(mutex_);
    return members_;
  }
  void set_stores(std::vector<Store> stores) {
    const std::lock_guard lock(mutex_);
    stores_ = std::move(stores);
  }
  void add_product(const Product& product) {
    const std::lock_guard lock(mutex_);
    products_[product.product_id] = {product, clock_.now()};
  }
  void set_stock(const std::string& product, const std::string& store, int64_t on_hand,
                 int64_t layaway = 0) {
    const std::lock_guard lock(mutex_);
    stock_[{product, store}] = {product, store, on_hand, layaway, clock_.now()};
  }
  std::vector<StockLevel> all_stock() const {
    const std::lock_guard lock(mutex_);
    std::vector<StockLevel> all;
    all.reserve(stock_.size());
    for (const auto& [key, level] : stock_) all.push_back(level);
    return all;
  }
  struct Sale {
    std::string member;  // "" for a customer without a card
    std::string store;
    std::map<std::string, int64_t> quantities;  // by product id; negative for a return
    int64_t points = 0;                         // given, negative when spent
  };
  std::string ring_up(const Sale& sale) {
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

  // ---- Pos
  Result<PosMember> member(std::string_view, std::string_view id) override {
    if (auto failed = begin("member")) return *failed;
    const std::lock_guard lock(mutex_);
    const auto found = members_.find(std::string(id));
    if (found == members_.end()) return not_found();
    PosMember answer = found->second;
    if (answers_other_member) answer.member_id = "another";
    return answer;
  }
  Result<std::optional<PosMember>> member_by_code(std::string_view,
                                                  std::string_view code) override {
    if (auto failed = begin("member_by_code")) return *failed;
    const std::lock_guard lock(mutex_);
    for (const auto& [id, member] : members_) {
      if (member.code == code) return std::optional(member);
    }
    return std::optional<PosMember>{};
  }
  Result<PosPoints> points(std::string_view, std::string_view id) override {
    if (auto failed = begin("points")) return *failed;
    const std::lock_guard lock(mutex_);
    const auto found = points_.find(std::string(id));
    if (found == points_.end()) return not_found();
    PosPoints answer = found->second;
    if (answers_other_member) answer.member_id = "another";
    return answer;
  }
  Result<PosMember> create_member(std::string_view, const NewPosMember& member) override {
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
    created.last_name = member.last_name;
    created.first_name = member.first_name;
    members_[created.member_id] = created;
    points_[created.member_id] = {created.member_id, 0, ""};
    if (lost) return Error{ErrorCode::kUnavailable, "timed out"};
    return created;
  }
  std::function<bool(const NewPosMember&)> refuses_creation;
  NewPosMember last_created;

  Result<PosTransaction> transaction(std::string_view, std::string_view id) override {
    if (auto failed = begin("transaction")) return *failed;
    const std::lock_guard lock(mutex_);
    const auto found = transactions_.find(std::string(id));
    if (found == transactions_.end()) return not_found();
    return found->second;
  }
  Result<std::vector<PosTransaction>> transactions_changed(std::string_view, Seconds from,
                                                           Seconds to) override {
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
  Result<std::vector<Store>> stores(std::string_view) override {
    if (auto failed = begin("stores")) return *failed;
    const std::lock_guard lock(mutex_);
    return stores_;
  }
  Result<std::vector<Product>> products(std::string_view) override {
    if (auto failed = begin("products")) return *failed;
    const std::lock_guard lock(mutex_);
    std::vector<Product> all;
    all.reserve(products_.size());
    for (const auto& [id, entry] : products_) all.push_back(entry.first);
    return all;
  }
  Result<std::vector<Product>> products_changed(std::string_view, Seconds from,
                                                Seconds to) override {
    if (auto failed = begin("products_changed")) return *failed;
    const std::lock_guard lock(mutex_);
    std::vector<Product> found;
    for (const auto& [id, entry] : products_) {
      if (entry.second >= from && entry.second <= to) found.push_back(entry.first);
    }
    return found;
  }
  Result<std::vector<StockLevel>> stock(std::string_view) override {
    if (auto failed = begin("stock")) return *failed;
    return all_stock();
  }
  Result<std::vector<StockLevel>> stock_changed(std::string_view, Seconds from,
                                                Seconds to) override {
    if (auto failed = begin("stock_changed")) return *failed;
    std::vector<StockLevel> found;
    for (const StockLevel& level : all_stock()) {
      if (level.changed_at >= from && level.changed_at <= to) found.push_back(level);
    }
    return found;
  }
  Result<std::vector<StockLevel>> stock_of(std::string_view, std::string_view product) override {
    if (auto failed = begin("stock_of")) return *failed;
    std::vector<StockLevel> found;
    for (const StockLevel& level : all_stock()) {
      if (level.product_id == product) found.push_back(level);
    }
    return found;
  }
  std::string sign_in_url(std::string_view, std::string_view, std::string_view) override {
    return "";
  }
  Result<std::string> contract_of_sign_in(std::string_view, std::string_view,
                                          std::string_view) override {
    return not_found();
  }

 private:
  static Error not_found() { return {ErrorCode::kNotFound, "there is no such thing"}; }
  std::optional<Error> begin(const std::string& name) {
    {
      const std::lock_guard lock(mutex_);
      ++calls_[name];
    }
    if (on_call) on_call();
    return failures.next();
  }

  Clock& clock_;
  mutable std::mutex mutex_;  // guards everything below
  std::map<std::string, int> calls_;
  int64_t last_member_ = 100;
  int64_t last_transaction_ = 0;
  std::map<std::string, PosMember> members_;
  std::map<std::string, PosPoints> points_;
  std::vector<Store> stores_;
  std::map<std::string, std::pair<Product, Seconds>> products_;
  std::map<std::pair<std::string, std::string>, StockLevel> stock_;
  std::map<std::string, PosTransaction> transactions_;
};

class FakeShop : public Shop {
 public:
  Failures failures;
  std::atomic<bool> uninstalled = false;  // the token is refused

  void add_customer(const ShopCustomer& customer) {
    const std::lock_guard lock(mutex_);
    customers_[customer.id] = customer;
  }
  void remove_customer(int64_t id) {
    const std::lock_guard lock(mutex_);
    customers_.erase(id);
    cards_.erase(id);
  }
  std::map<int64_t, std::string> cards() const {
    const std::lock_guard lock(mutex_);
    return cards_;
  }
  std::vector<size_t> batches() const {
    const std::lock_guard lock(mutex_);
    return batches_;
  }
  int prepared() const { return prepared_; }

  Result<ShopIdentity> install(std::string_view, std::string_view) override {
    return Error{ErrorCode::kUnauthorized, "not in this test"};
  }
  Result<Done> prepare(const Tenant&) override {
    if (auto failed = begin()) return *failed;
    ++prepared_;
    return Done{};
  }
  Result<std::optional<ShopCustomer>> customer(const Tenant&, int64_t id) override {
    if (auto failed = begin()) return *failed;
    const std::lock_guard lock(mutex_);
    const auto found = customers_.find(id);
    return found == customers_.end() ? std::optional<ShopCustomer>{} : found->second;
  }
  // All or nothing, as metafieldsSet is.
  Result<Done> write_cards(const Tenant&, const std::vector<CardMetafield>& cards) override {
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
    return Done{};
  }
  Result<Done> erase_card(const Tenant&, int64_t id) override {
    if (auto failed = begin()) return *failed;
    const std::lock_guard lock(mutex_);
    cards_.erase(id);
    return Done{};
  }

 private:
  std::optional<Error> begin() {
    if (uninstalled) return Error{ErrorCode::kUnauthorized, "the token is refused"};
    return failures.next();
  }
  mutable std::mutex mutex_;  // guards everything below
  std::map<int64_t, ShopCustomer> customers_;
  std::map<int64_t, std::string> cards_;
  std::vector<size_t> batches_;
  std::atomic<int> prepared_ = 0;
};

}  // namespace tsunagi::fakes
