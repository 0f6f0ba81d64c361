// Requests to be told that a shop has a product again, in both databases.

#include <gmock/gmock.h>

#include "server/domain/restock/restock_book.h"
#include "tests/server/storage/database.h"

namespace tsunagi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kBoth = "20";

class RestockBookTest : public StorageTest {
 protected:
  void shelf(int64_t on_hand, int64_t layaway = 0, const std::string& store = "1") {
    clock_.set(clock_.now() + 1);
    const StockLevel level{.product_id = kBoth,
                           .store_id = store,
                           .on_hand = on_hand,
                           .layaway = layaway,
                           .changed_at = clock_.now()};
    apply({change::PutStock{{level}}});
  }
  RestockRequest wish(const std::string& id, int64_t customer, const std::string& store = "1") {
    return {.id = id,
            .customer_id = customer,
            .product_id = kBoth,
            .store_id = store,
            .product_code = "4920",
            .product_name = "今治タオル",
            .language = "en",
            .page = "/apps/tsunagi",
            .asked_at = clock_.now()};
  }
  void ask(const std::string& id, int64_t customer = 7001, const std::string& store = "1") {
    apply({change::AskRestock{wish(id, customer, store)}});
  }
  std::vector<std::string> due(int64_t safety = 0, Seconds since = 0, int limit = 10) {
    return value(
        db().restocked(kShop, {.shops = {{.store_id = "1", .safety = safety}}}, since, limit));
  }
  std::vector<std::string> due_of(int64_t shop, const ProductSafety& products) {
    return value(db().restocked(
        kShop, {.shops = {{.store_id = "1", .safety = shop}}, .products = products}, 0, 10));
  }
  std::vector<std::string> of(int64_t customer) {
    std::vector<std::string> ids;
    for (const RestockRequest& one : value(db().restocks_of(kShop, customer))) {
      ids.push_back(one.id);
    }
    return ids;
  }
  RestockRequest row(const std::string& id) {
    return value(db().restock(kShop, id)).value_or(RestockRequest{});
  }
  Change told(const std::string& id, PickupMailOutcome outcome) {
    return change::RestockTold{.request_id = id, .outcome = outcome};
  }
  void hold(const std::string& id, int64_t quantity) {
    Pickup pickup;
    pickup.id = id;
    pickup.customer_id = 7009;
    pickup.store_id = "1";
    pickup.code = "123456";
    pickup.placed_at = pickup.changed_at = clock_.now();
    pickup.hold_until = clock_.now() + 86'400;
    pickup.lines = {{.product_id = kBoth,
                     .product_code = "4920",
                     .product_name = "Tea",
                     .quantity = quantity,
                     .held = quantity}};
    EXPECT_OK(db().place(kShop, pickup, {0}, std::nullopt));
  }
  std::vector<OutboxItem> lease() {
    return value(db().lease_outbox(10, clock_.now(), kLeaseSeconds));
  }
};
INSTANTIATE_TEST_SUITE_P(Databases, RestockBookTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres), backend_name);

TEST_P(RestockBookTest, KeepsWhatWasAskedFor) {
  ask("a");
  const RestockRequest kept = row("a");
  EXPECT_EQ(kept.customer_id, 7001);
  EXPECT_EQ(kept.product_id, kBoth);
  EXPECT_EQ(kept.product_name, "今治タオル");
  EXPECT_EQ(kept.language, "en");
  EXPECT_EQ(kept.page, "/apps/tsunagi");
  EXPECT_EQ(kept.state, RestockState::kOpen);
  EXPECT_EQ(kept.outcome, PickupMailOutcome::kWaiting);
  EXPECT_FALSE(value(db().restock(kOtherShop, "a")).has_value());
}

TEST_P(RestockBookTest, AskedTwiceIsOneRequestUntilItHasEnded) {
  ask("a");
  ask("b");
  ask("c", 7002);
  ask("d", 7001, "2");
  EXPECT_THAT(of(7001), ElementsAre("a", "d"));
  shelf(1);
  apply({change::TellRestock{"a"}});
  ask("e");
  EXPECT_THAT(of(7001), ElementsAre("a", "d")) << "a mail is on its way";
  apply({told("a", PickupMailOutcome::kSent)});
  ask("f");
  EXPECT_THAT(of(7001), ElementsAre("d", "f"));
  EXPECT_THAT(value(db().restocks_ever(kShop, 7001, 10)), SizeIs(3));
}

TEST_P(RestockBookTest, HasAsManyAsOneMay) {
  for (int i = 0; i < kRestocksMost; ++i) ask("r" + std::to_string(i), 7001, std::to_string(i));
  EXPECT_ERROR(ErrorCode::kConflict,
               db().apply(kShop, {change::AskRestock{wish("more", 7001, "more")}}));
  EXPECT_OK(db().apply(kShop, {change::AskRestock{wish("again", 7001, "0")}}));
  ask("another", 7002, "more");
  apply({change::TakeBackRestock{.customer_id = 7001, .request_id = "r0"}});
  ask("more", 7001, "more");
  EXPECT_EQ(of(7001).size(), static_cast<size_t>(kRestocksMost));
}

TEST_P(RestockBookTest, IsDueWhenThereIsMoreThanIsSpokenFor) {
  ask("a");
  EXPECT_THAT(due(), IsEmpty()) << "the shop never had it";
  for (const auto& [on_hand, layaway, safety, is_due] :
       {std::tuple(0, 0, 0, false), std::tuple(-3, 0, 0, false), std::tuple(1, 0, 0, true),
        std::tuple(1, 1, 0, false), std::tuple(1, 0, 1, false), std::tuple(3, 1, 1, true),
        std::tuple(3, 1, 2, false)}) {
    shelf(on_hand, layaway);
    EXPECT_EQ(due(safety).size(), is_due ? 1U : 0U)
        << on_hand << " - " << layaway << " - " << safety;
  }
  shelf(2);
  hold("pickup-number-one", 2);
  EXPECT_THAT(due(), IsEmpty());
  PickupMove cancel;
  cancel.pickup_id = "pickup-number-one";
  cancel.action_id = "cancel";
  cancel.action = PickupAction::kCancel;
  cancel.actor = {.role = Role::kHeadOffice, .id = "head"};
  cancel.at = clock_.now();
  EXPECT_OK(db().move(kShop, cancel, {}));
  EXPECT_THAT(due(), ElementsAre("a")) << "what was held is free";
  apply({change::DoubtStock{kBoth, "1"}});
  EXPECT_THAT(due(), IsEmpty());
  shelf(3);
  EXPECT_THAT(due(0, clock_.now()), ElementsAre("a"));
  EXPECT_THAT(due(0, clock_.now() + 1), IsEmpty()) << "an older figure";
  EXPECT_THAT(value(db().restocked(kShop, {.shops = {{.store_id = "2"}}}, 0, 10)), IsEmpty());
  EXPECT_THAT(value(db().restocked(kShop, {.shops = {}}, 0, 10)), IsEmpty());
  EXPECT_THAT(value(db().restocked(kOtherShop, {.shops = {{.store_id = "1"}}}, 0, 10)), IsEmpty());
}

TEST_P(RestockBookTest, AProductsOwnSafetyStockTakesThePlaceOfTheShops) {
  ask("a");
  shelf(3, 1);
  EXPECT_THAT(due_of(1, {}), ElementsAre("a"));
  EXPECT_THAT(due_of(1, {{kBoth, 2}}), IsEmpty());
  EXPECT_THAT(due_of(2, {{kBoth, 1}}), ElementsAre("a"));
  EXPECT_THAT(due_of(9, {{kBoth, 0}}), ElementsAre("a")) << "none at all is a figure, too";
  EXPECT_THAT(due_of(1, {{"another", 9}, {"it's \"one\"", 9}}), ElementsAre("a"));
  hold("pickup-number-one", 1);
  EXPECT_THAT(due_of(9, {{kBoth, 1}}), IsEmpty()) << "what is held counts beside it";
  EXPECT_THAT(due_of(9, {{kBoth, 0}}), ElementsAre("a"));
}

TEST_P(RestockBookTest, TheOldestAreToldFirstAndAsManyAsAreAskedFor) {
  ask("z", 7001);
  clock_.set(clock_.now() + 1);
  ask("b", 7002);
  ask("a", 7003);
  shelf(1);
  EXPECT_THAT(due(), ElementsAre("z", "a", "b"));
  EXPECT_THAT(due(0, 0, 2), ElementsAre("z", "a"));
  apply({change::TellRestock{"z"}});
  EXPECT_THAT(due(), ElementsAre("a", "b"));
}

TEST_P(RestockBookTest, ToldTwiceIsOneItemAndItsOutcomeEndsTheRequest) {
  ask("a");
  ask("b", 7002);
  shelf(1);
  apply({change::TellRestock{"a"}, change::TellRestock{"b"}});
  apply({change::TellRestock{"a"}, change::TellRestock{"no-such"}});
  const auto items = lease();
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].write.kind, OutboxKind::kRestockMail);
  EXPECT_EQ(row("a").telling_at, clock_.now());
  EXPECT_OK(db().begin_outbox(items[0]));
  EXPECT_OK(db().review_outbox(items[0], kMailUnanswered));
  EXPECT_OK(db().bury_outbox(items[1], "given up"));
  EXPECT_EQ(row("a").outcome, PickupMailOutcome::kUnanswered);
  EXPECT_EQ(row("b").outcome, PickupMailOutcome::kFailed);
  EXPECT_TRUE(value(db().settle_review(kShop, items[0].id, ReviewVerdict::kHappened, "me")));
  EXPECT_EQ(row("a").state, RestockState::kDone);
  EXPECT_EQ(row("a").outcome, PickupMailOutcome::kSent);
  EXPECT_EQ(row("a").settled_at, clock_.now());
  apply({told("b", PickupMailOutcome::kOutdated)});
  EXPECT_EQ(row("b").state, RestockState::kOpen);
  EXPECT_THAT(due(), ElementsAre("b"));
  apply({told("a", PickupMailOutcome::kOutdated)});
  EXPECT_EQ(row("a").state, RestockState::kDone) << "what has ended stays so";
}

TEST_P(RestockBookTest, OnlyItsCustomerTakesItBack) {
  ask("a");
  apply({change::TakeBackRestock{.customer_id = 7002, .request_id = "a"}});
  EXPECT_THAT(of(7001), ElementsAre("a"));
  apply({change::TakeBackRestock{.customer_id = 7001, .request_id = "a"}});
  EXPECT_THAT(of(7001), IsEmpty());
}

TEST_P(RestockBookTest, GoesAlongWhenCustomersBecomeOne) {
  ask("a", 7001);
  ask("b", 7001, "2");
  ask("c", 7002);
  apply({change::NoteMerge{.gone = 7001, .kept = 7002}});
  EXPECT_THAT(of(7001), IsEmpty());
  EXPECT_THAT(of(7002), ElementsAre("b", "c"));
}

TEST_P(RestockBookTest, EndsWithItsCustomerAndItsShop) {
  ask("a", 7001);
  ask("b", 7002);
  ask("c", 7003);
  shelf(1);
  apply({change::TellRestock{"a"}, change::TellRestock{"b"}});
  EXPECT_THAT(value(db().held_rows(kShop, 7001)).restocks, SizeIs(1));
  apply({change::EraseCustomer{7001}});
  apply({change::DropLink{.customer_id = 7003}});
  EXPECT_THAT(value(db().held_rows(kShop, 7001)).restocks, IsEmpty());
  EXPECT_THAT(of(7003), IsEmpty());
  const auto items = lease();
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].write.key, "b");
  EXPECT_OK(db().erase_tenant(kShop));
  EXPECT_EQ(0, database_->number("SELECT COUNT(*) FROM restock_request"));
}

TEST_P(RestockBookTest, MeansNothingInAnotherContract) {
  EXPECT_OK(db().join_contract(kShop, "first"));
  ask("a");
  EXPECT_OK(db().join_contract(kShop, "second"));
  EXPECT_THAT(of(7001), IsEmpty());
}

TEST_P(RestockBookTest, IsForgottenAfterItsTime) {
  ask("open", 7001);
  ask("ended", 7002);
  shelf(1);
  apply({change::TellRestock{"ended"}, told("ended", PickupMailOutcome::kSent)});
  const Seconds now = clock_.now();
  EXPECT_EQ(0, value(db().purge_restocks(kNow, now, 10)));
  EXPECT_EQ(1, value(db().purge_restocks(kNow + 1, now, 10)));
  EXPECT_THAT(of(7001), IsEmpty());
  EXPECT_EQ(1, value(db().purge_restocks(kNow, now + 1, 10)));
  EXPECT_THAT(value(db().restock_log(kShop, 10)), IsEmpty());
}

TEST_P(RestockBookTest, ListsTheNewestFirst) {
  ask("a", 7001);
  clock_.set(clock_.now() + 5);
  ask("b", 7002);
  const auto log = value(db().restock_log(kShop, 10));
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(log[0].id, "b");
  EXPECT_THAT(value(db().restock_log(kShop, 1)), SizeIs(1));
  EXPECT_THAT(value(db().restock_log(kOtherShop, 1)), IsEmpty());
}

}  // namespace
}  // namespace tsunagi
