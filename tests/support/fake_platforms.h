#pragma once
// Smaregi and Shopify as far as the ports show them: their truth, and failures on command.

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/domain/ports.h"

namespace tsunagi::fakes {

// Fails calls: all while `down`, or each with a chance that the test decides.
class Failures {
 public:
  std::atomic<bool> down = false;
  std::function<bool()> fails;  // asked before each call; true: the call fails
  Error error{ErrorCode::kUnavailable, "the platform is down"};

  std::optional<Error> next();
};

class FakePos : public Pos {
 public:
  explicit FakePos(Clock& clock);
  ~FakePos() override;

  Failures failures;
  std::function<void()> on_call;  // runs without the lock, e.g. to make a call slow
  std::function<bool()>
      lose_answer_of_create;  // true: the member is made, the caller sees a time-out
  std::atomic<bool> answers_other_member = false;

  int calls(const std::string& name) const;
  int calls() const;

  // ---- the truth, as the till and the back office change it
  std::string add_member(PosMember member, int64_t points = 0);
  void edit_member(const std::string& id, const std::function<void(PosMember&)>& edit);
  void remove_member(const std::string& id);
  void set_points(const std::string& id, int64_t points);
  int64_t points_of(const std::string& id) const;
  std::map<std::string, PosMember> members() const;
  void set_stores(std::vector<Store> stores);
  void add_product(const Product& product);
  void set_stock(const std::string& product, const std::string& store, int64_t on_hand,
                 int64_t layaway = 0);
  std::vector<StockLevel> all_stock() const;
  struct Sale {
    std::string member;  // "" for a customer without a card
    std::string store;
    std::map<std::string, int64_t> quantities;  // by product id; negative for a return
    int64_t points = 0;                         // given, negative when spent
  };
  std::string ring_up(const Sale& sale);

  // ---- Pos
  Result<PosMember> member(std::string_view, std::string_view id) override;
  Result<std::optional<PosMember>> member_by_code(std::string_view, std::string_view code) override;
  Result<PosPoints> points(std::string_view, std::string_view id) override;
  Result<PosMember> create_member(std::string_view, const NewPosMember& member) override;
  std::function<bool(const NewPosMember&)> refuses_creation;
  NewPosMember last_created;
  Result<PosMember> update_member(std::string_view, std::string_view id,
                                  const FieldChanges& changes) override;
  std::function<bool(const FieldChanges&)> refuses_update;
  std::function<bool()> lose_answer_of_update;  // true: it is written, the caller sees a time-out
  Result<std::vector<PosMember>> members_changed(std::string_view, Seconds from,
                                                 Seconds to) override;
  static constexpr size_t kPageRows = 1'000;
  Result<PosMemberPage> members_after(std::string_view, int64_t after_id) override;
  Result<PosRequired> required(std::string_view) override;
  Result<Access> access(std::string_view) override;
  void set_access(Result<Access> answer);
  void set_required(PosRequired required);

  Result<PosTransaction> transaction(std::string_view, std::string_view id) override;
  Result<std::vector<PosTransaction>> transactions_changed(std::string_view, Seconds from,
                                                           Seconds to) override;
  Result<std::vector<Store>> stores(std::string_view) override;
  Result<std::vector<Product>> products(std::string_view) override;
  Result<std::vector<Product>> products_changed(std::string_view, Seconds from,
                                                Seconds to) override;
  Result<std::vector<StockLevel>> stock(std::string_view) override;
  Result<std::vector<StockLevel>> stock_changed(std::string_view, Seconds from,
                                                Seconds to) override;
  Result<std::vector<StockLevel>> stock_of(std::string_view, std::string_view product) override;
  std::string sign_in_url(std::string_view, std::string_view, std::string_view) override;
  Result<std::string> contract_of_sign_in(std::string_view, std::string_view,
                                          std::string_view) override;

 private:
  static Error not_found() { return {ErrorCode::kNotFound, "there is no such thing"}; }
  std::optional<Error> begin(const std::string& name);

  Clock& clock_;
  mutable std::mutex mutex_;  // guards everything below
  std::map<std::string, int> calls_;
  int64_t last_member_ = 100;
  int64_t last_transaction_ = 0;
  std::map<std::string, PosMember> members_;
  std::map<std::string, PosPoints> points_;
  PosRequired required_;
  Result<Access> access_ = Access{};
  std::vector<Store> stores_;
  std::map<std::string, std::pair<Product, Seconds>> products_;
  std::map<std::pair<std::string, std::string>, StockLevel> stock_;
  std::map<std::string, PosTransaction> transactions_;
};

class FakeShop : public Shop {
 public:
  FakeShop();
  ~FakeShop() override;

  Failures failures;
  std::atomic<bool> uninstalled = false;  // the token is refused

  void add_customer(const ShopCustomer& customer);
  void remove_customer(int64_t id);
  void merge_customer(int64_t gone, int64_t kept);  // the tags of both are the other's
  void edit_customer(int64_t id, const std::function<void(ShopCustomer&)>& edit);
  std::function<Seconds()> now;  // of the shop's changes; without it they have no time
  std::map<int64_t, ShopCustomer> customers() const;
  std::function<bool(const FieldChanges&)> refuses_update;
  std::function<bool()> lose_answer_of_update;  // true: it is written, the caller sees a time-out
  std::function<bool()> lose_answer_of_write;   // the same of cards and tags; asked under the lock
  std::map<int64_t, std::string> cards() const;
  void set_card(int64_t id, const std::string& json);  // as somebody else would
  std::vector<size_t> batches() const;
  int prepared() const { return prepared_; }

  Result<ShopIdentity> install(std::string_view, std::string_view) override;
  Result<Done> prepare(const Tenant&) override;
  Result<std::string> contact_mail(const Tenant&) override;
  std::string contact = "owner@shop.example";
  Result<std::optional<ShopCustomer>> customer(const Tenant&, int64_t id) override;
  Result<Changed> customers_changed(const Tenant&, Seconds from, Seconds to,
                                    const std::optional<TagFilter>& among) override;
  Result<std::vector<int64_t>> missing_customers(const Tenant&,
                                                 const std::vector<int64_t>& ids) override;
  std::atomic<int> asked_who_is_missing = 0;
  Result<std::optional<std::string>> published_card(const Tenant&, int64_t id) override;
  Result<Done> update_customer(const Tenant&, int64_t id, const FieldChanges& changes) override;
  // All or nothing, as metafieldsSet is.
  Result<Done> write_cards(const Tenant&, const std::vector<CardMetafield>& cards) override;
  Result<Done> erase_card(const Tenant&, int64_t id) override;
  Result<Done> tag_customer(const Tenant&, int64_t id, std::string_view member_code,
                            const OtherCodes& others = {}) override;
  Result<std::optional<int64_t>> customer_with_code(const Tenant&, std::string_view code) override;
  // Of who was given a tag with set_tag.
  Result<TaggedPage> customers_tagged(const Tenant&, std::string_view tag, int64_t after_id,
                                      int limit) override;
  Result<int64_t> count_tagged(const Tenant&, std::string_view tag) override;
  Result<std::optional<ShopCustomer>> add_member_tag(const Tenant& tenant, int64_t id,
                                                     std::string_view member_code) override;
  std::atomic<int> asked_for_customers = 0;  // one by one
  Result<bool> has_tag(const Tenant&, int64_t id, std::string_view tag) override;
  void set_tag(int64_t id, const std::string& tag, bool on);  // as the merchant does
  Result<Access> access(const Tenant&) override;
  void set_access(Result<Access> answer);
  Result<Done> publish_pilot(const Tenant&, bool on) override;
  bool pilot() const { return pilot_; }
  int tag_questions() const { return tag_questions_; }
  void copy_tag(int64_t id, const std::string& code);  // as the merchant does
  // The member codes that customers are tagged with; more than one only after a merge: "A+B".
  std::map<int64_t, std::string> tags() const;

 private:
  std::optional<Error> begin();
  [[nodiscard]] Result<Done> written() const;
  mutable std::mutex mutex_;  // guards everything below
  std::map<int64_t, ShopCustomer> customers_;
  std::map<int64_t, std::string> cards_;
  std::map<int64_t, std::set<std::string>> tags_;
  std::set<std::pair<int64_t, std::string>> merchant_tags_;
  Result<Access> access_ = Access{};
  std::vector<size_t> batches_;
  std::atomic<int> prepared_ = 0;
  std::atomic<int> tag_questions_ = 0;
  std::atomic<bool> pilot_ = false;
};

}  // namespace tsunagi::fakes
