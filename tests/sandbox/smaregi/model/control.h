#pragma once
// The stand-in's own control, /_sandbox/*: for tests and the demo, never for production code. JSON
// throughout.
//
//   PUT    /_sandbox/apps            {client_id, client_secret, redirect_uris[], scopes[],
//   webhook_url, webhook_header,
//                                     webhook_secret}; what is left out stays; scopes left out on
//                                     creation: all
//   PUT    /_sandbox/contracts/ID    {name, plan, required_columns[], ranks[],
//                                     rate_limit:{reads_per_second, writes_per_second}}; what is
//                                     left out stays
//   GET    /_sandbox/contracts[/ID]  the contract(s) with the sign-in user and the number of rows
//   of each kind GET    /_sandbox/requests[?since=N][?limit=N]   {total, requests:[{n, at, method,
//   path, query, status, ms, client_id, faulted}]} DELETE /_sandbox/requests GET /_sandbox/switches
//   {switches:[{name, value, default, values[], meaning, source}]} PUT    /_sandbox/switches {NAME:
//   VALUE, ...};  DELETE: all to their defaults GET|PUT|DELETE /_sandbox/faults  {delay_ms, status,
//   drop, half_body, html, path, remaining, percent, seed,
//                                     webhooks:{drop, double (percent or true), delay_ms,
//                                     shuffle}}; PUT replaces all
//   GET    /_sandbox/clock           {now, date_time};   PUT {advance_seconds}
//   GET|DELETE /_sandbox/webhooks    {waiting, deliveries:[{event_id, contract_id, event, action,
//   url, body, attempt, at, status, outcome}]}

#include <string>
#include <vector>

#include "tests/sandbox/smaregi/model/sandbox.h"

namespace tsunagi::smaregi_sandbox {

// parts: ["_sandbox", name, id?]
Reply control(World& world, const Request& request, const std::vector<std::string>& parts);

}  // namespace tsunagi::smaregi_sandbox
