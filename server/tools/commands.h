#pragma once
// The operator's commands beside `serve`: members, inbox, outbox, dead-letters, review,
// reconcile and support-bundle. They
// work on the database of a running server, and none prints a name, an address, an event's body or
// a secret. Exit codes: kFine, kFound, kWrong.

#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/ports.h"

namespace CLI {
class App;
}

namespace tsunagi::tools {

inline constexpr int kFine = 0;
inline constexpr int kFound = 1;  // drift, dead letters, or something in review
inline constexpr int kWrong = 2;  // usage, configuration, or something that does not answer

inline constexpr int kRowsUsual = 50;
inline constexpr int kRowsMost = 10'000;

struct Ports {
  Storage& storage;
  Pos& pos;
  Shop& shop;
  Clock& clock;
  Random& random;
  const Fingerprints& fingerprints;
  std::ostream& out;
  std::ostream& err;
  std::string_view version = {};
};

struct MembersAsked {
  std::string shop;      // myshopify domain; "" is every shop
  bool waiting = false;  // only those who are joining
  std::string code;
  int64_t customer = 0;
  int limit = kRowsUsual;
  bool json = false;
};
int members(const Ports& ports, const MembersAsked& asked);

struct QueueAsked {
  std::string shop;
  std::string state;  // "" is all but done
  int limit = kRowsUsual;
  bool json = false;
};
int inbox(const Ports& ports, const QueueAsked& asked);
int outbox(const Ports& ports, const QueueAsked& asked);

struct DeadLettersAsked {
  std::string shop;
  int limit = kRowsUsual;
  bool json = false;
};
int dead_letters(const Ports& ports, const DeadLettersAsked& asked);

struct ReplayAsked {
  std::vector<std::string> ids;  // "inbox:12", "outbox:7"
  bool all = false;
  std::string shop;  // of all
  bool json = false;
};
int replay(const Ports& ports, const ReplayAsked& asked);

struct ReviewAsked {
  std::string shop;
  int limit = kRowsUsual;
  bool json = false;
};
int review(const Ports& ports, const ReviewAsked& asked);

struct SettleAsked {
  std::string shop;              // only when it is this shop's
  std::vector<std::string> ids;  // "outbox:7"
  bool done = false;             // it happened; else `again`
  bool again = false;
  bool json = false;
};
int settle(const Ports& ports, const SettleAsked& asked);

struct ReconcileAsked {
  std::string shop;
  bool fix = false;
  int limit = 0;  // 0: the usual
  int64_t after_customer = 0;
  std::string after_product;
  bool json = false;
};
int reconcile(const Ports& ports, const ReconcileAsked& asked);

struct SupportAsked {
  std::string shop;
  bool json = true;  // there is no other form
};
// One document with a bundle a shop (domain/health/support_bundle.h); asks both platforms.
int support_bundle(const Ports& ports, const SupportAsked& asked);

using Command = std::function<int(const Ports&)>;
// The one that the command line names is put into `chosen`, its --config into `config_file`; both
// outlive the parsing.
void add_commands(CLI::App& cli, std::string& config_file, Command& chosen);

}  // namespace tsunagi::tools
