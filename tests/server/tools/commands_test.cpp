// The commands as an operator types them, on the fakes: what they print, what they never print, and
// how they end.

#include "server/tools/commands.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "server/tools/print.h"
#include "tests/support/fakes.h"

namespace tsunagi::tools {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class CommandsTest : public ::testing::Test {
 protected:
  CommandsTest() {
    storage.put_tenant({.id = 1,
                        .shop_domain = "cats.myshopify.com",
                        .shop_name = "猫",
                        .contract_id = "sb_1",
                        .installed = true,
                        .settings = {}});
    storage.put_tenant({.id = 2,
                        .shop_domain = "dogs.myshopify.com",
                        .shop_name = "犬",
                        .contract_id = "",
                        .installed = true,
                        .settings = {}});
    link(7001, "T1", "101", LinkState::kLinked);
    link(7002, "T2", "", LinkState::kJoining);
    link(7003, "T3", "103", LinkState::kStopped);
  }
  void link(int64_t customer, const std::string& code, const std::string& member, LinkState state) {
    apply({change::PutLink{.link = {.customer_id = customer,
                                    .code = code,
                                    .pos_member_id = member,
                                    .state = state,
                                    .joined_at = clock.now()}},
           change::PutSnapshot{{.customer_id = customer,
                                .points_expire_on = "",
                                .rank = "",
                                .holder = "山田 花子"}}});
  }
  void apply(const std::vector<Change>& changes) { EXPECT_TRUE(storage.apply(1, changes).ok()); }
  int64_t dead_event(const std::string& error) {
    ++events;
    EXPECT_TRUE(storage
                    .put_inbox(1, {.system = System::kSmaregi,
                                   .type = "pos:stock",
                                   .event_id = "e" + std::to_string(events),
                                   .body = R"({"name":"山田 花子"})",
                                   .received_at = clock.now()})
                    .ok());
    const int64_t id = storage.inbox().rbegin()->first;
    EXPECT_TRUE(storage.bury_inbox(id, error).ok());
    return id;
  }
  int64_t dead_item(const std::string& key, const std::string& error) {
    apply({change::Enqueue{{OutboxKind::kWriteCard, key}}});
    const OutboxItem item = storage.outbox().rbegin()->second.item;
    EXPECT_TRUE(storage.bury_outbox(item, error).ok());
    return item.id;
  }

  // A mail that was handed over; no answer came.
  std::string undecided(const std::string& code) {
    apply({change::Enqueue{{OutboxKind::kTellLeaving, code}}});
    const auto leased = storage.lease_outbox(1, clock.now(), 30);
    EXPECT_TRUE(storage.begin_outbox(leased->front()).ok());
    EXPECT_TRUE(storage.review_outbox(leased->front(), kMailUnanswered).ok());
    return "outbox:" + std::to_string(leased->front().id);
  }

  // As the shell would call it; the exit code.
  int run(const std::string& line) {
    out.str("");
    err.str("");
    CLI::App cli;
    std::string config;
    Command chosen;
    add_commands(cli, config, chosen);
    try {
      cli.parse(line);
    } catch (const CLI::ParseError&) {
      return kWrong;
    }
    const int code =
        chosen ? chosen({storage, pos, shop, clock, random, fingerprints, out, err}) : kWrong;
    for (const std::string& said : {out.str(), err.str()}) {
      EXPECT_THAT(said, Not(HasSubstr("花子"))) << "no personal data";
    }
    return code;
  }
  json document() {
    json read = json::parse(out.str(), nullptr, false);
    EXPECT_FALSE(read.is_discarded()) << out.str();
    return read;
  }

  fakes::ManualClock clock;
  fakes::SeededRandom random{7};
  fakes::PlainFingerprints fingerprints;
  fakes::FakeStorage storage;
  fakes::FakePos pos{clock};
  fakes::FakeShop shop;
  std::ostringstream out, err;
  int events = 0;
};

TEST_F(CommandsTest, MembersWithTotalsOfEveryShop) {
  EXPECT_EQ(run("members"), kFine);
  EXPECT_THAT(out.str(), HasSubstr("cats.myshopify.com: 1 joining, 1 linked, 1 stopped\n"));
  EXPECT_THAT(out.str(), HasSubstr("dogs.myshopify.com: 0 joining, 0 linked, 0 stopped\n"));
  EXPECT_THAT(out.str(), HasSubstr("7001      T1    101     linked   2026-09-21T14:13:20Z"));
}

TEST_F(CommandsTest, MembersAreChosen) {
  const auto found = [&](const std::string& line) {
    EXPECT_EQ(run(line), kFine);
    std::vector<int64_t> customers;
    const json shops = document()["shops"];
    for (const json& row : shops[0]["members"]) customers.push_back(row["customer"]);
    return customers;
  };
  using Ids = std::vector<int64_t>;
  EXPECT_EQ(found("members --json --shop cats.myshopify.com"), (Ids{7001, 7002, 7003}));
  EXPECT_EQ(found("members --json --waiting"), Ids{7002});
  EXPECT_EQ(found("members --json --code T3"), Ids{7003});
  EXPECT_EQ(found("members --json --customer 7001"), Ids{7001});
  EXPECT_EQ(found("members --json --limit 2"), (Ids{7001, 7002}));
  EXPECT_EQ(document()["shops"][0]["more"], true);
  EXPECT_EQ(document()["shops"][0]["totals"]["stopped"], 1) << "of all, not of those listed";
  EXPECT_EQ(run("members --limit 0"), kWrong);
  EXPECT_EQ(run("members --limit 10001"), kWrong);
  EXPECT_EQ(run("members --shop birds.myshopify.com"), kWrong);
  EXPECT_THAT(err.str(), HasSubstr("no shop birds.myshopify.com is known here"));
}

TEST_F(CommandsTest, QueuesByState) {
  dead_event("smaregi.stock.get: status 400");
  apply({change::Enqueue{{OutboxKind::kCreateMember, "7002"}}});
  EXPECT_EQ(run("inbox"), kFine);
  EXPECT_THAT(out.str(), HasSubstr("pos:stock"));
  EXPECT_THAT(out.str(), HasSubstr("smaregi.stock.get: status 400"));
  EXPECT_EQ(run("inbox --state waiting"), kFine);
  EXPECT_EQ(out.str(), "nothing\n");
  EXPECT_EQ(run("inbox --json"), kFine);
  const json event = document()["items"][0];
  EXPECT_EQ(event["state"], "dead");
  EXPECT_EQ(event["event"], "e1");
  EXPECT_FALSE(event.contains("body"));
  EXPECT_EQ(run("outbox --json --shop cats.myshopify.com"), kFine);
  EXPECT_EQ(document()["items"][0]["kind"], "create_member");
  EXPECT_EQ(document()["items"][0]["key"], "7002");
  EXPECT_EQ(document()["more"], false);
  EXPECT_EQ(run("outbox --json --shop dogs.myshopify.com"), kFine);
  EXPECT_TRUE(document()["items"].empty());
  EXPECT_EQ(run("outbox --state done"), kWrong) << "what is written is gone";
  dead_event("no");
  EXPECT_EQ(run("inbox --json --limit 1"), kFine);
  EXPECT_EQ(document()["items"].size(), 1U);
  EXPECT_EQ(document()["more"], true);
}

TEST_F(CommandsTest, LinesFitTheTerminal) {
  dead_event(std::string(500, 'x'));
  dead_item("7001", std::string(500, 'y'));
  for (const char* line : {"members", "inbox", "outbox", "dead-letters"}) {
    run(line);
    std::istringstream lines(out.str());
    for (std::string one; std::getline(lines, one);) {
      EXPECT_EQ(printable(one, kColumns), one) << line;
    }
  }
}

TEST_F(CommandsTest, DeadLettersSayWhyInBothLanguages) {
  EXPECT_EQ(run("dead-letters"), kFine);
  EXPECT_EQ(out.str(), "no dead letters\n");
  const int64_t event = dead_event("smaregi.stock.get: status 400");
  const int64_t item = dead_item("7001", "shopify.metafields_set: [TAKEN phone no]");
  EXPECT_EQ(run("dead-letters"), kFound);
  EXPECT_THAT(out.str(), HasSubstr("スマレジが内容を受け付けませんでした。"));
  EXPECT_THAT(out.str(), HasSubstr("Smaregi refuses what was sent."));
  EXPECT_THAT(out.str(), HasSubstr("smaregi.stock.get: status 400"));
  EXPECT_EQ(run("dead-letters --json"), kFound);
  const json letters = document()["dead_letters"];
  ASSERT_EQ(letters.size(), 2U);
  EXPECT_EQ(letters[0]["id"], "inbox:" + std::to_string(event));
  EXPECT_EQ(letters[0]["cause"]["key"], "refused");
  EXPECT_EQ(letters[1]["id"], "outbox:" + std::to_string(item));
  EXPECT_EQ(letters[1]["what"], "write_card 7001");
  EXPECT_EQ(letters[1]["cause"]["key"], "value_taken");
  EXPECT_EQ(run("dead-letters --shop dogs.myshopify.com"), kFine);
}

TEST_F(CommandsTest, DeadLettersArePutBackOnce) {
  const std::string event = "inbox:" + std::to_string(dead_event("no"));
  const std::string item = "outbox:" + std::to_string(dead_item("7001", "no"));
  EXPECT_EQ(run("dead-letters replay --id " + event), kFine);
  EXPECT_EQ(out.str(), event + "  waits again\n");
  EXPECT_EQ(run("dead-letters replay --id " + event), kFine);
  EXPECT_THAT(out.str(), HasSubstr("nothing to do"));
  EXPECT_EQ(run("dead-letters"), kFound);
  EXPECT_EQ(run("dead-letters replay --all --shop dogs.myshopify.com"), kFine);
  EXPECT_EQ(run("dead-letters"), kFound) << "another shop's";
  EXPECT_EQ(run("dead-letters replay --all --json"), kFine);
  EXPECT_EQ(document()["letters"][0]["id"], item);
  EXPECT_EQ(document()["letters"][0]["outcome"], "replayed");
  EXPECT_EQ(run("dead-letters"), kFine);
  EXPECT_EQ(storage.audits().size(), 2U);
}

TEST_F(CommandsTest, APurgedEventIsNotPutBackAndSaysSo) {
  const int64_t id = dead_event("no");
  EXPECT_TRUE(storage.purge_inbox(0, clock.now() + 1, 10).ok());
  EXPECT_EQ(run("dead-letters"), kFound);
  EXPECT_THAT(out.str(), HasSubstr("cannot be replayed: the event's body was purged"));
  EXPECT_EQ(run("dead-letters replay --all"), kFound);
  EXPECT_THAT(out.str(), HasSubstr("cannot be replayed"));
  EXPECT_EQ(run("dead-letters replay --json --id inbox:" + std::to_string(id)), kFound);
  EXPECT_EQ(document()["letters"][0]["outcome"], "body_purged");
}

TEST_F(CommandsTest, WhatNobodyKnowsIsListedAndDecidedByAPerson) {
  EXPECT_EQ(run("review"), kFine);
  EXPECT_EQ(out.str(), "nothing to review\n");
  const std::string first = undecided("T1");
  const std::string second = undecided("T2");
  EXPECT_EQ(run("dead-letters replay --all"), kFine);
  EXPECT_EQ(run("outbox --state review"), kFine);
  EXPECT_THAT(out.str(), HasSubstr("tell_leaving"));
  EXPECT_EQ(run("review"), kFound) << "it is no dead letter, and was not put back";
  EXPECT_THAT(out.str(), HasSubstr("届いたかどうかが分かりません。"));
  EXPECT_THAT(out.str(), HasSubstr("whether it arrived is not known"));
  EXPECT_EQ(run("review --json --limit 1"), kFound);
  EXPECT_EQ(document()["review"][0]["id"], first);
  EXPECT_EQ(document()["review"][0]["cause"]["key"], "unanswered");
  EXPECT_EQ(document()["more"], true);
  EXPECT_EQ(run("review settle --done --id " + first + " --shop dogs.myshopify.com"), kFine);
  EXPECT_THAT(out.str(), HasSubstr("nothing to do")) << "another shop's";
  EXPECT_EQ(run("review settle --done --id " + first), kFine);
  EXPECT_EQ(out.str(), first + "  is closed\n");
  EXPECT_EQ(run("review settle --again --json --id " + second), kFine);
  EXPECT_EQ(document()["review"][0]["outcome"], "waits_again");
  EXPECT_EQ(run("review settle --again --json --id " + second), kFine);
  EXPECT_EQ(document()["review"][0]["outcome"], "not_in_review");
  EXPECT_EQ(run("review"), kFine);
  for (const char* wrong_use :
       {"", " --id outbox:1", " --done", " --done --again --id outbox:1", " --done --id inbox:1",
        " --done --id 1", " --done --id outbox:x"}) {
    EXPECT_EQ(run(std::string("review settle") + wrong_use), kWrong) << wrong_use;
  }
}

TEST_F(CommandsTest, ReplayRefusesWhatIsNoId) {
  for (const char* wrong_use : {"", " --id 12", " --id inbox:", " --id inbox:x", " --id inbox:-1",
                                " --id outbox:1x", " --id inbox:99999999999999999999",
                                " --id inbox:1 --all", " --id inbox:1 --shop cats.myshopify.com"}) {
    EXPECT_EQ(run(std::string("dead-letters replay") + wrong_use), kWrong) << wrong_use;
  }
}

TEST_F(CommandsTest, ReconcileListsHealsAndEndsWithItsFindings) {
  EXPECT_EQ(run("reconcile --shop cats.myshopify.com"), kFound);
  EXPECT_THAT(out.str(), HasSubstr("3 members and 0 products compared"));
  EXPECT_THAT(out.str(), HasSubstr("customer_gone  customer 7001, member 101\n"));
  EXPECT_THAT(out.str(), HasSubstr("  --fix   drops the link"));
  EXPECT_TRUE(storage.outbox().empty());
  EXPECT_EQ(run("reconcile --json --fix --shop cats.myshopify.com"), kFound);
  const json report = document()["shops"][0];
  EXPECT_EQ(report["findings"].size(), 3U);
  EXPECT_EQ(report["findings"][0]["kind"], "customer_gone");
  EXPECT_EQ(report["findings"][0]["subject"]["customer"], 7001);
  EXPECT_EQ(report["findings"][0]["healed"], true);
  EXPECT_EQ(storage.outbox().size(), 3U);
  EXPECT_EQ(run("reconcile --json --limit 1 --after-customer 7001 --shop cats.myshopify.com"),
            kFine);
  EXPECT_EQ(document()["shops"][0]["next"]["customer"], 7002);
  EXPECT_EQ(run("reconcile --shop dogs.myshopify.com"), kFine);
  EXPECT_EQ(run("reconcile --after-customer 7001"), kWrong);
}

TEST_F(CommandsTest, WhatDoesNotAnswerIsTwo) {
  pos.failures.down = true;
  EXPECT_EQ(run("reconcile --json"), kWrong);
  EXPECT_THAT(document()["shops"][0]["stopped"], "the platform is down");
  storage.down = true;
  for (const char* line : {"members", "inbox", "outbox", "dead-letters", "review", "reconcile",
                           "dead-letters replay --all", "dead-letters replay --id inbox:1",
                           "review settle --done --id outbox:1"}) {
    EXPECT_EQ(run(line), kWrong) << line;
    EXPECT_THAT(err.str(), HasSubstr("the database is down")) << line;
  }
}

TEST_F(CommandsTest, ASupportBundleNamesCausesAndNobody) {
  dead_event("smaregi.customers.get: status 403, 山田 花子");
  pos.set_access(Access{.missing = {}, .ahead = {}, .has_members = false});
  EXPECT_EQ(run("support-bundle --shop cats.myshopify.com"), kFine);
  const json document = json::parse(out.str());
  ASSERT_EQ(document["shops"].size(), 1U);
  const json& bundle = document["shops"][0];
  EXPECT_EQ(bundle["dead_letters"][0]["cause"], "denied");
  EXPECT_EQ(bundle["figures"]["members"]["linked"], 1);
  bool told = false;
  for (const json& check : bundle["health"]["checks"]) {
    told = told || (check["name"] == "plan" && check["state"] == "broken");
  }
  EXPECT_TRUE(told) << "the platforms were asked";
  EXPECT_EQ(run("support-bundle"), kFine);
  EXPECT_EQ(json::parse(out.str())["shops"].size(), 2U);
  EXPECT_EQ(run("support-bundle --shop birds.myshopify.com"), kWrong);
}

}  // namespace
}  // namespace tsunagi::tools
