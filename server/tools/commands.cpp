#include "server/tools/commands.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "server/domain/reconcile/reconcile.h"

namespace tsunagi::tools {
namespace {

constexpr const char* kExitCodes =
    "Exit code: 0 fine, 1 drift, dead letters or something to review found, 2 wrong usage or "
    "configuration, or a platform or the database does not answer.";

template <class Asked>
using Work = int (*)(const Ports&, const Asked&);

// A command whose options fill `asked`, which lives as long as the command line.
template <class Asked>
class Definition {
 public:
  Definition(CLI::App& parent, const char* name, const char* what, std::string& config_file)
      : app_(*parent.add_subcommand(name, what)), asked_(std::make_shared<Asked>()) {
    app_.add_option("--config", config_file, "configuration file (default: tsunagi.toml)");
    app_.add_option("--shop", asked_->shop, "only this shop: its myshopify.com domain");
    app_.add_flag("--json", asked_->json, "one JSON document; times are unix seconds");
    app_.footer(kExitCodes);
  }
  CLI::App& app() { return app_; }
  Asked& asked() { return *asked_; }
  // With the options once the command line was parsed.
  [[nodiscard]] Command command(Work<Asked> work) const {
    return [work, asked = asked_](const Ports& ports) { return work(ports, *asked); };
  }
  void limit(int most, const char* what) {
    app_.add_option("--limit", asked_->limit, what)->check(CLI::Range(1, most));
  }
  void runs(Command& chosen, Work<Asked> work) {
    app_.callback([&chosen, command = command(work)] { chosen = command; });
  }

 private:
  CLI::App& app_;
  std::shared_ptr<Asked> asked_;
};

void add_queue(CLI::App& cli, const char* name, const char* what, std::vector<std::string> states,
               Work<QueueAsked> work, std::string& config_file, Command& chosen) {
  Definition<QueueAsked> queue(cli, name, what, config_file);
  queue.app()
      .add_option("--state", queue.asked().state, "only these (default: all but done)")
      ->check(CLI::IsMember(std::move(states)));
  queue.limit(kRowsMost, "rows (default: 50)");
  queue.runs(chosen, work);
}

void add_review(CLI::App& cli, std::string& config_file, Command& chosen) {
  Definition<ReviewAsked> undecided(
      cli, "review", "writes of which nobody knows whether they happened; `review settle` decides",
      config_file);
  undecided.limit(kRowsMost, "writes (default: 50)");
  Definition<SettleAsked> decided(undecided.app(), "settle",
                                  "says what was found out: it happened, or it is to be done again",
                                  config_file);
  decided.app()
      .add_option("--id", decided.asked().ids, "outbox:ID; may be given several times")
      ->required();
  CLI::Option* done = decided.app().add_flag("--done", decided.asked().done, "it happened");
  CLI::Option* again =
      decided.app().add_flag("--again", decided.asked().again, "it did not: it is done again");
  done->excludes(again);
  undecided.app().callback([&chosen, app = &undecided.app(), list = undecided.command(&review)] {
    if (app->get_subcommands().empty()) chosen = list;
  });
  decided.runs(chosen, &settle);
}

}  // namespace

void add_commands(CLI::App& cli, std::string& config_file, Command& chosen) {
  Definition<MembersAsked> members_of(
      cli, "members", "who is a member: customer, code, Smaregi member, state", config_file);
  members_of.app().add_flag("--waiting", members_of.asked().waiting, "only those who are joining");
  members_of.app().add_option("--code", members_of.asked().code, "the one with this member code");
  members_of.app().add_option("--customer", members_of.asked().customer,
                              "the one with this Shopify customer id");
  members_of.limit(kRowsMost, "rows of a shop (default: 50)");
  members_of.runs(chosen, &members);

  add_queue(cli, "inbox", "events of both platforms", {"waiting", "leased", "done", "dead"}, &inbox,
            config_file, chosen);
  add_queue(cli, "outbox", "writes to both platforms", {"waiting", "leased", "dead", "review"},
            &outbox, config_file, chosen);

  Definition<DeadLettersAsked> dead(
      cli, "dead-letters", "what was given up, and why; `dead-letters replay` puts it back",
      config_file);
  dead.limit(kRowsMost, "letters of each queue (default: 50)");
  Definition<ReplayAsked> again(
      dead.app(), "replay", "puts dead letters back: they wait again and are due now", config_file);
  CLI::Option* ids = again.app().add_option("--id", again.asked().ids,
                                            "inbox:ID or outbox:ID; may be given several times");
  CLI::Option* all = again.app().add_flag("--all", again.asked().all, "all, or all of --shop");
  ids->excludes(all);
  // A command's own callback runs after that of the command below it.
  dead.app().callback([&chosen, letters = &dead.app(), list = dead.command(&dead_letters)] {
    if (letters->get_subcommands().empty()) chosen = list;
  });
  again.runs(chosen, &replay);

  add_review(cli, config_file, chosen);

  Definition<ReconcileAsked> compare(
      cli, "reconcile", "compares what is stored with both platforms and lists what differs",
      config_file);
  compare.app().add_flag("--fix", compare.asked().fix,
                         "heal what is safe, by what the server does anyway");
  compare.app().add_option("--after-customer", compare.asked().after_customer,
                           "only members after this customer id");
  compare.app().add_option("--after-product", compare.asked().after_product,
                           "only products after this Smaregi product id");
  compare.limit(kReconcileMost, "members, and products, of a shop (default: 100)");
  compare.runs(chosen, &reconcile);

  Definition<SupportAsked> support(
      cli, "support-bundle",
      "versions, settings, health, queues and causes as one JSON document, without anybody's data",
      config_file);
  support.runs(chosen, &support_bundle);
}

}  // namespace tsunagi::tools
