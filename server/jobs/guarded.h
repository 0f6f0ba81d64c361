#pragma once
// The platforms as the workers see them: behind a breaker each (breaker.h), by contract and by
// shop.

#include "server/domain/ports.h"
#include "server/jobs/breaker.h"

namespace tsunagi {

class GuardedPos final : public Pos {
 public:
  GuardedPos(Pos& pos, Breaker& breaker) : pos_(pos), breaker_(breaker) {}

  Result<PosMember> member(std::string_view contract, std::string_view member_id) override {
    return breaker_.run(std::string(contract), [&] { return pos_.member(contract, member_id); });
  }
  Result<std::optional<PosMember>> member_by_code(std::string_view contract,
                                                  std::string_view code) override {
    return breaker_.run(std::string(contract), [&] { return pos_.member_by_code(contract, code); });
  }
  Result<PosPoints> points(std::string_view contract, std::string_view member_id) override {
    return breaker_.run(std::string(contract), [&] { return pos_.points(contract, member_id); });
  }
  Result<PosMember> create_member(std::string_view contract, const NewPosMember& member) override {
    return breaker_.run(std::string(contract),
                        [&] { return pos_.create_member(contract, member); });
  }
  Result<PosMember> update_member(std::string_view contract, std::string_view member_id,
                                  const FieldChanges& changes) override {
    return breaker_.run(std::string(contract),
                        [&] { return pos_.update_member(contract, member_id, changes); });
  }
  Result<std::vector<PosMember>> members_changed(std::string_view contract, Seconds from,
                                                 Seconds to) override {
    return breaker_.run(std::string(contract),
                        [&] { return pos_.members_changed(contract, from, to); });
  }
  Result<PosMemberPage> members_after(std::string_view contract, int64_t after_id) override {
    return breaker_.run(std::string(contract),
                        [&] { return pos_.members_after(contract, after_id); });
  }
  Result<PosRequired> required(std::string_view contract) override {
    return breaker_.run(std::string(contract), [&] { return pos_.required(contract); });
  }
  Result<Access> access(std::string_view contract) override { return pos_.access(contract); }
  Result<PosTransaction> transaction(std::string_view contract, std::string_view id) override {
    return breaker_.run(std::string(contract), [&] { return pos_.transaction(contract, id); });
  }
  Result<std::vector<PosTransaction>> transactions_changed(std::string_view contract, Seconds from,
                                                           Seconds to) override {
    return breaker_.run(std::string(contract),
                        [&] { return pos_.transactions_changed(contract, from, to); });
  }
  Result<std::vector<Store>> stores(std::string_view contract) override {
    return breaker_.run(std::string(contract), [&] { return pos_.stores(contract); });
  }
  Result<std::vector<Product>> products(std::string_view contract) override {
    return breaker_.run(std::string(contract), [&] { return pos_.products(contract); });
  }
  Result<std::vector<Product>> products_changed(std::string_view contract, Seconds from,
                                                Seconds to) override {
    return breaker_.run(std::string(contract),
                        [&] { return pos_.products_changed(contract, from, to); });
  }
  Result<std::vector<StockLevel>> stock(std::string_view contract) override {
    return breaker_.run(std::string(contract), [&] { return pos_.stock(contract); });
  }
  Result<std::vector<StockLevel>> stock_changed(std::string_view contract, Seconds from,
                                                Seconds to) override {
    return breaker_.run(std::string(contract),
                        [&] { return pos_.stock_changed(contract, from, to); });
  }
  Result<std::vector<StockLevel>> stock_of(std::string_view contract,
                                           std::string_view product_id) override {
    return breaker_.run(std::string(contract), [&] { return pos_.stock_of(contract, product_id); });
  }

  // Somebody waits for these.
  std::string sign_in_url(std::string_view state, std::string_view challenge,
                          std::string_view redirect_uri) override {
    return pos_.sign_in_url(state, challenge, redirect_uri);
  }
  Result<std::string> contract_of_sign_in(std::string_view code, std::string_view verifier,
                                          std::string_view redirect_uri) override {
    return pos_.contract_of_sign_in(code, verifier, redirect_uri);
  }

 private:
  Pos& pos_;
  Breaker& breaker_;
};

class GuardedShop final : public Shop {
 public:
  GuardedShop(Shop& shop, Breaker& breaker) : shop_(shop), breaker_(breaker) {}

  Result<ShopIdentity> install(std::string_view shop_domain,
                               std::string_view session_token) override {
    return shop_.install(shop_domain, session_token);
  }
  Result<Done> prepare(const Tenant& tenant) override {
    return breaker_.run(tenant.shop_domain, [&] { return shop_.prepare(tenant); });
  }
  Result<std::string> contact_mail(const Tenant& tenant) override {
    return breaker_.run(tenant.shop_domain, [&] { return shop_.contact_mail(tenant); });
  }
  Result<std::optional<ShopCustomer>> customer(const Tenant& tenant, int64_t customer_id) override {
    return breaker_.run(tenant.shop_domain, [&] { return shop_.customer(tenant, customer_id); });
  }
  Result<Changed> customers_changed(const Tenant& tenant, Seconds from, Seconds to,
                                    const std::optional<TagFilter>& among) override {
    return breaker_.run(tenant.shop_domain,
                        [&] { return shop_.customers_changed(tenant, from, to, among); });
  }
  Result<std::vector<int64_t>> missing_customers(const Tenant& tenant,
                                                 const std::vector<int64_t>& ids) override {
    return breaker_.run(tenant.shop_domain, [&] { return shop_.missing_customers(tenant, ids); });
  }
  Result<TaggedPage> customers_tagged(const Tenant& tenant, std::string_view tag, int64_t after_id,
                                      int limit) override {
    return breaker_.run(tenant.shop_domain,
                        [&] { return shop_.customers_tagged(tenant, tag, after_id, limit); });
  }
  Result<int64_t> count_tagged(const Tenant& tenant, std::string_view tag) override {
    return breaker_.run(tenant.shop_domain, [&] { return shop_.count_tagged(tenant, tag); });
  }
  Result<std::optional<std::string>> published_card(const Tenant& tenant,
                                                    int64_t customer_id) override {
    return breaker_.run(tenant.shop_domain,
                        [&] { return shop_.published_card(tenant, customer_id); });
  }
  Result<Done> update_customer(const Tenant& tenant, int64_t customer_id,
                               const FieldChanges& changes) override {
    return breaker_.run(tenant.shop_domain,
                        [&] { return shop_.update_customer(tenant, customer_id, changes); });
  }
  Result<Done> write_cards(const Tenant& tenant, const std::vector<CardMetafield>& cards) override {
    return breaker_.run(tenant.shop_domain, [&] { return shop_.write_cards(tenant, cards); });
  }
  Result<Done> erase_card(const Tenant& tenant, int64_t customer_id) override {
    return breaker_.run(tenant.shop_domain, [&] { return shop_.erase_card(tenant, customer_id); });
  }
  Result<Done> tag_customer(const Tenant& tenant, int64_t customer_id, std::string_view member_code,
                            const OtherCodes& others) override {
    return breaker_.run(tenant.shop_domain, [&] {
      return shop_.tag_customer(tenant, customer_id, member_code, others);
    });
  }
  Result<std::optional<int64_t>> customer_with_code(const Tenant& tenant,
                                                    std::string_view member_code) override {
    return breaker_.run(tenant.shop_domain,
                        [&] { return shop_.customer_with_code(tenant, member_code); });
  }
  Result<std::optional<ShopCustomer>> add_member_tag(const Tenant& tenant, int64_t customer_id,
                                                     std::string_view member_code) override {
    return breaker_.run(tenant.shop_domain,
                        [&] { return shop_.add_member_tag(tenant, customer_id, member_code); });
  }
  Result<bool> has_tag(const Tenant& tenant, int64_t customer_id, std::string_view tag) override {
    return breaker_.run(tenant.shop_domain,
                        [&] { return shop_.has_tag(tenant, customer_id, tag); });
  }
  Result<Access> access(const Tenant& tenant) override { return shop_.access(tenant); }
  Result<Done> publish_pilot(const Tenant& tenant, bool on) override {
    return breaker_.run(tenant.shop_domain, [&] { return shop_.publish_pilot(tenant, on); });
  }

 private:
  Shop& shop_;
  Breaker& breaker_;
};

}  // namespace tsunagi
