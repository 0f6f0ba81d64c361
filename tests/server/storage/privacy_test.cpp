// What is kept for the merchant's sake and for how long, and all rows of one customer.

#include <gmock/gmock.h>

#include <thread>

#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;

class PrivacyTest : public StorageTest {
 protected:
  static constexpr int kMany = 100;
  void member(int64_t id, const std::string& code, int64_t points) {
    MemberLink one = link(id, code, "90" + std::to_string(id));
    one.state = LinkState::kLinked;
    apply({change::PutLink{one}, change::PutSnapshot{snapshot(id, points, kNow - 60)}});
  }
  [[nodiscard]] std::optional<Leaving> left(const std::string& code,
                                            TenantId tenant = kShop) const {
    return value(db().leaving(tenant, code));
  }
  [[nodiscard]] std::vector<std::string> mails() const {
    std::vector<std::string> keys;
    for (const OutboxEntry& entry : value(db().outbox_in(kShop, QueueState::kWaiting, kMany))) {
      if (entry.item.write.kind == OutboxKind::kTellLeaving) keys.push_back(entry.item.write.key);
    }
    return keys;
  }
  [[nodiscard]] std::vector<std::string> requests() const {
    std::vector<std::string> ids;
    for (const DataRequest& request : value(db().data_requests(kShop, kMany))) {
      ids.push_back(request.request_id);
    }
    return ids;
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, PrivacyTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(PrivacyTest, AMemberWithABalanceIsToldOfOnce) {
  member(1, "T1", 2'340);
  for (int times = 0; times < 2; ++times) {
    apply({change::TellLeaving{1, LeaveReason::kWithdrawn}, change::ForgetFigures{1}});
  }
  apply({change::TellLeaving{1, LeaveReason::kDeleted}, change::DropLink{1}});
  EXPECT_THAT(mails(), ElementsAre("T1"));
  const auto row = left("T1");
  ASSERT_TRUE(row);
  EXPECT_EQ("901", row->pos_member_id);
  EXPECT_EQ(LeaveReason::kWithdrawn, row->reason);
  EXPECT_EQ(2'340, row->points);
  EXPECT_EQ(kNow - 60, row->points_as_of);
  EXPECT_EQ(kNow, row->left_at);
  EXPECT_EQ(0, row->told_at);
  EXPECT_FALSE(left("T1", kOtherShop));
  clock_.set(kNow + 5);
  apply({change::LeavingTold{"T1"}});
  EXPECT_EQ(kNow + 5, left("T1")->told_at);
}

TEST_P(PrivacyTest, NobodyIsToldOfAMemberWithoutABalance) {
  member(1, "T1", 0);
  CardSnapshot none = snapshot(2, 5, kNow);
  none.has_points = false;
  apply({change::PutLink{link(2, "T2", "902")}, change::PutSnapshot{none},
         change::PutLink{link(3, "T3", "903")}});
  for (const int64_t id : {1, 2, 3, 4}) apply({change::TellLeaving{id, LeaveReason::kDeleted}});
  EXPECT_TRUE(mails().empty());
  member(5, "T5", -20);
  apply({change::TellLeaving{5, LeaveReason::kDeleted}});
  EXPECT_THAT(mails(), ElementsAre("T5")) << "a debt is a balance";
}

TEST_P(PrivacyTest, WhoIsBackHasNotLeftAndMayLeaveAgain) {
  member(1, "T1", 5);
  apply({change::TellLeaving{1, LeaveReason::kWithdrawn}, change::LeavingTold{"T1"}});
  MemberLink back = link(1, "T1", "901");
  back.state = LinkState::kStopped;
  apply({change::PutLink{back}});
  EXPECT_TRUE(left("T1")) << "still stopped";
  back.state = LinkState::kLinked;
  apply({change::PutLink{back}});
  EXPECT_FALSE(left("T1"));
  apply({change::TellLeaving{1, LeaveReason::kDeleted},
         change::DropLink{.customer_id = 1, .restorable = true}});
  EXPECT_TRUE(left("T1")) << "told of a second time";
  apply({change::RestoreLink{1}});
  EXPECT_FALSE(left("T1")) << "it was a merge";
}

TEST_P(PrivacyTest, OfTwoThatSeeAMemberLeaveOneTells) {
  constexpr int kRounds = 20;
  for (int round = 1; round <= kRounds; ++round) {
    const std::string code = "T" + std::to_string(round);
    member(round, code, 5);
    const auto leave = [&] {
      EXPECT_OK(db().apply(
          kShop, {change::TellLeaving{round, LeaveReason::kGone}, change::ForgetFigures{round}}));
    };
    std::jthread other(leave);
    leave();
    other.join();
    EXPECT_EQ(1,
              database_->number("SELECT COALESCE(MAX(revision), 0) FROM outbox WHERE item_key = '" +
                                code + "'"));
  }
}

TEST_P(PrivacyTest, ForgettingTheFiguresLeavesTheLinkAlone) {
  member(1, "T1", 5);
  member(2, "T2", 6);
  apply({change::PutFieldPrints{1, "{}"}, change::PutFieldPrints{2, "{}"},
         change::SetFavourite{1, "3"}, change::ForgetFigures{1}});
  const auto card = value(db().card(kShop, 1));
  ASSERT_TRUE(card);
  EXPECT_FALSE(card->snapshot);
  EXPECT_EQ("{}", value(db().field_prints(kShop, 1)))
      << "who comes back is brought in step by them";
  EXPECT_EQ("3", value(db().favourite(kShop, 1))) << "the customer is still one";
  EXPECT_TRUE(value(db().card(kShop, 2))->snapshot);
  EXPECT_EQ("{}", value(db().field_prints(kShop, 2)));
}

TEST_P(PrivacyTest, ErasingACustomerForgetsRequestsAndThatThereWasAMember) {
  member(1, "T1", 5);
  member(2, "T2", 5);
  apply({change::DropLink{1}, change::DropLink{2},
         change::PutDataRequest{{.request_id = "a", .customer_id = 1, .requested_at = kNow}},
         change::PutDataRequest{{.request_id = "b", .customer_id = 2, .requested_at = kNow}}});
  apply({change::EraseCustomer{1}});
  EXPECT_FALSE(value(db().was_member(kShop, 1)));
  EXPECT_TRUE(value(db().was_member(kShop, 2)));
  EXPECT_THAT(requests(), ElementsAre("b"));
}

TEST_P(PrivacyTest, RequestsComeBackTheNewestFirstAndStayAsTheyWereMade) {
  apply({change::PutDataRequest{
             {.request_id = "a", .customer_id = 1, .orders = {"5", "6"}, .requested_at = kNow}},
         change::PutDataRequest{{.request_id = "b", .customer_id = 1, .requested_at = kNow + 1}},
         change::PutDataRequest{{.request_id = "a", .customer_id = 9, .requested_at = kNow + 9}}});
  EXPECT_THAT(requests(), ElementsAre("b", "a"));
  const auto request = value(db().data_request(kShop, "a"));
  ASSERT_TRUE(request);
  EXPECT_EQ(1, request->customer_id);
  EXPECT_THAT(request->orders, ElementsAre("5", "6"));
  EXPECT_EQ(kNow, request->requested_at);
  EXPECT_FALSE(value(db().data_request(kOtherShop, "a"))) << "another shop's is nobody's";
  EXPECT_EQ(1u, value(db().data_requests(kShop, 1)).size());
  EXPECT_ERROR(ErrorCode::kInvalid, db().data_requests(kShop, 0));
  EXPECT_ERROR(ErrorCode::kInvalid,
               db().apply(kShop, {change::PutDataRequest{{.request_id = "", .customer_id = 1}}}));
}

TEST_P(PrivacyTest, PapersArePurgedAfterTheirTime) {
  member(1, "T1", 5);
  member(2, "T2", 5);
  apply({change::TellLeaving{1, LeaveReason::kDeleted}, change::LeavingTold{"T1"},
         change::TellLeaving{2, LeaveReason::kDeleted},
         change::PutDataRequest{{.request_id = "a", .customer_id = 1, .requested_at = kNow - 1}},
         change::PutDataRequest{{.request_id = "b", .customer_id = 1, .requested_at = kNow - 1}},
         change::PutDataRequest{{.request_id = "c", .customer_id = 1, .requested_at = kNow}}});
  EXPECT_EQ(2, value(db().purge_papers(kNow)));
  EXPECT_THAT(requests(), ElementsAre("c")) << "from its moment on it is kept";
  EXPECT_TRUE(left("T1"));
  EXPECT_EQ(2, value(db().purge_papers(kNow + 1)));
  EXPECT_FALSE(left("T1"));
  EXPECT_TRUE(left("T2")) << "the merchant has not been told yet";
}

TEST_P(PrivacyTest, ATextStaysAsItWasFirstKept) {
  apply({change::KeepConsentText{"v1", {.ja = "同意", .en = "", .terms_url = "https://a.example"}},
         change::KeepConsentText{"v1", {.ja = "別", .en = "", .terms_url = ""}}});
  const auto text = value(db().consent_text(kShop, "v1"));
  ASSERT_TRUE(text);
  EXPECT_EQ((Consent{.ja = "同意", .en = "", .terms_url = "https://a.example"}), *text);
  EXPECT_FALSE(value(db().consent_text(kShop, "v2")));
  EXPECT_FALSE(value(db().consent_text(kOtherShop, "v1")));
}

TEST_P(PrivacyTest, AllRowsOfACustomerAreFoundAndNobodyElses) {
  member(7'001, "T1", 5);
  member(70'011, "T2", 5);
  MemberLink moved = link(7'001, "T9", "907001");
  apply({change::PutLink{moved}});
  for (const char* customer : {"7001", "70011"}) {
    apply({change::Audit{"customer", "join", "customer " + std::string(customer), customer},
           change::Enqueue{{OutboxKind::kWriteCard, customer}}});
    for (const std::string& body :
         {R"({"customer":{"id":)" + std::string(customer) + "}}",
          R"({"kept":"gid://shopify/Customer/)" + std::string(customer) + "\"}"}) {
      ASSERT_TRUE(value(db().put_inbox(
          kShop,
          {.type = "customers/update", .event_id = body, .body = body, .received_at = kNow})));
    }
  }
  const HeldRows rows = value(db().held_rows(kShop, 7'001));
  EXPECT_THAT(rows.codes, ElementsAre("T1", "T9"));
  ASSERT_EQ(1u, rows.trail.size());
  EXPECT_EQ("7001", rows.trail[0].reason);
  EXPECT_EQ(kNow, rows.trail[0].at);
  ASSERT_EQ(1u, rows.writes.size());
  EXPECT_EQ(OutboxKind::kWriteCard, rows.writes[0].item.write.kind);
  ASSERT_EQ(2u, rows.events.size());
  EXPECT_EQ("customers/update", rows.events[0].item.event.type);
  EXPECT_TRUE(value(db().held_rows(kOtherShop, 7'001)).trail.empty());
}

}  // namespace
}  // namespace tsunagi
