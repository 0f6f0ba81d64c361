// tsunagi members: who is linked, who still joins, since when.

#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "server/base/iso_time.h"
#include "server/domain/words.h"
#include "server/tools/commands.h"
#include "server/tools/print.h"

namespace tsunagi::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kPage = 1'000;  // links read at once

struct Listing {
  std::map<LinkState, int64_t> totals;  // of all members of the shop
  std::vector<MemberLink> links;        // that were asked for
  bool more = false;
};

bool wanted(const MembersAsked& asked, const MemberLink& link) {
  if (asked.waiting && link.state != LinkState::kJoining) return false;
  if (asked.customer != 0 && link.customer_id != asked.customer) return false;
  return asked.code.empty() || link.code == asked.code;
}

Result<Listing> list(Storage& storage, TenantId tenant, const MembersAsked& asked) {
  Listing listing;
  int64_t after = 0;
  for (;;) {
    const auto page = storage.cards_after(tenant, after, kPage);
    if (!page.ok()) return page.error();
    for (const Card& card : *page) {
      after = card.link.customer_id;
      ++listing.totals[card.link.state];
      if (!wanted(asked, card.link)) continue;
      if (listing.links.size() < static_cast<size_t>(asked.limit)) {
        listing.links.push_back(card.link);
      } else {
        listing.more = true;
      }
    }
    if (page->size() < static_cast<size_t>(kPage)) return listing;
  }
}

constexpr LinkState kStates[] = {LinkState::kJoining, LinkState::kLinked, LinkState::kStopped};

Json json_of(const Tenant& tenant, const Listing& listing) {
  Json totals;
  for (const LinkState state : kStates) {
    const auto found = listing.totals.find(state);
    totals[word(state)] = found == listing.totals.end() ? 0 : found->second;
  }
  Json rows = Json::array();
  for (const MemberLink& link : listing.links) {
    rows.push_back({{"customer", link.customer_id},
                    {"code", link.code},
                    {"member", link.pos_member_id},
                    {"state", word(link.state)},
                    {"since", link.joined_at}});
  }
  return {
      {"shop", tenant.shop_domain}, {"totals", totals}, {"members", rows}, {"more", listing.more}};
}

void print(std::ostream& out, const Tenant& tenant, const Listing& listing, Seconds now) {
  out << printable(tenant.shop_domain);
  const char* separator = ": ";
  for (const LinkState state : kStates) {
    const auto found = listing.totals.find(state);
    out << separator << (found == listing.totals.end() ? 0 : found->second) << ' ' << word(state);
    separator = ", ";
  }
  out << '\n';
  std::vector<std::vector<std::string>> rows;
  rows.reserve(listing.links.size());
  for (const MemberLink& link : listing.links) {
    rows.push_back({std::to_string(link.customer_id), link.code, link.pos_member_id,
                    std::string(word(link.state)), format_iso_time(link.joined_at),
                    age(now - link.joined_at)});
  }
  if (!rows.empty()) {
    print_table(
        out, {{"CUSTOMER", 20}, {"CODE", 20}, {"MEMBER", 20}, {"STATE"}, {"SINCE"}, {"AGE"}}, rows);
  }
  if (listing.more) out << "there are more: --limit\n";
}

}  // namespace

int members(const Ports& ports, const MembersAsked& asked) {
  const auto tenants = shops(ports.storage, asked.shop);
  if (!tenants.ok()) return wrong(ports.err, tenants.error());
  Json document = {{"shops", Json::array()}};
  for (const Tenant& tenant : *tenants) {
    const auto listing = list(ports.storage, tenant.id, asked);
    if (!listing.ok()) return wrong(ports.err, listing.error());
    if (asked.json) {
      document["shops"].push_back(json_of(tenant, *listing));
    } else {
      print(ports.out, tenant, *listing, ports.clock.now());
    }
  }
  if (asked.json) print_json(ports.out, document);
  return kFine;
}

}  // namespace tsunagi::tools
