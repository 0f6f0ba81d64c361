#pragma once
// What waits for the merchant, as the page's admin/pending.js shows it: lists of the status. Inside
// server/http only.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "server/http/context.h"

namespace tsunagi::http {

inline constexpr int kWaitingShown = 50;    // the oldest
inline constexpr int kRequestsShown = 50;   // the newest
inline constexpr int kReviewShown = 50;     // the oldest
inline constexpr int kUndecidedShown = 50;  // the newest

// Customers whose details lack something: [{"customer","url","since","missing"}].
nlohmann::ordered_json waiting_list(const std::vector<MemberLink>& links,
                                    const std::string& customers_url);
// Who asked what is held of them: [{"id","customer","url","orders","requested_at"}].
nlohmann::ordered_json request_list(const std::vector<DataRequest>& requests,
                                    const std::string& customers_url);
// Writes whose outcome nobody knows: [{"id","kind","key","since","cause"}].
Result<nlohmann::ordered_json> review_list(const Context& context, const Tenant& tenant);
// What is to be decided about purchases, with what their customers wish for:
// [{"order","url","code","shop","since","choice","state","to","by_itself","refund_at"}]. choice is
// "" where nothing was chosen; "to" is the chosen shop's name; by_itself: nobody chose in time;
// refund_at: from when nobody will have; 0: it waits.
Result<nlohmann::ordered_json> undecided_list(const Context& context, const Tenant& tenant,
                                              const std::vector<Store>& stores);

}  // namespace tsunagi::http
