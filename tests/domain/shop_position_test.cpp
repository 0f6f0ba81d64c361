// Where a shop is, as a merchant types or pastes it.

#include "server/domain/stock/shop_position.h"

#include <gtest/gtest.h>

namespace tsunagi {
namespace {

TEST(ParsePosition, TakesFiguresAndAddressesOfGoogleMaps) {
  const Position shibuya{.north = 35'659'500, .east = 139'700'500};
  constexpr const char* kPlace =
      "https://www.google.co.jp/maps/place/%E6%B8%8B/@35.1,139.2,17z/"
      "data=!3m1!3d35.6595!4d139.7005";
  for (const char* text : {"35.6595,139.7005", "35.6595, 139.7005", " 35.659500 , 139.70050099 ",
                           "https://www.google.com/maps/@35.6595,139.7005,17z", kPlace}) {
    EXPECT_EQ(parse_position(text), shibuya) << text;
  }
  EXPECT_EQ(parse_position("-33.5,-70.25"), (Position{.north = -33'500'000, .east = -70'250'000}));
  EXPECT_EQ(parse_position("90,180"), (Position{.north = kNorthMost, .east = kEastMost}));
}

TEST(ParsePosition, RefusesWhatIsNowhere) {
  for (const char* text :
       {"", "35.6595", "35.6595,", ",139", "north,east", "91,0", "0,181", "35.6595,139.7005 x",
        "1234,5", "35..6,139", "https://maps.app.goo.gl/abc", "https://www.google.com/maps/@here",
        "javascript:35.6595,139.7005", "３５,１３９"}) {
    EXPECT_EQ(parse_position(text), std::nullopt) << text;
  }
}

TEST(PositionText, IsReadAgain) {
  for (const Position& position :
       {Position{.north = 35'659'500, .east = 139'700'500}, Position{.north = -5, .east = -1},
        Position{.north = kNorthMost, .east = -kEastMost}}) {
    EXPECT_EQ(parse_position(position_text(position)), position) << position_text(position);
  }
  EXPECT_EQ(position_text({.north = 35'659'500, .east = -5}), "35.659500,-0.000005");
}

TEST(PlaceOf, IsTheMerchantsElseThePrefecturesOffice) {
  Store store;
  store.address = "東京都渋谷区1-2-3";
  const auto about = place_of(nullptr, store);
  ASSERT_TRUE(about.has_value());
  EXPECT_TRUE(about->approximate);
  EXPECT_EQ(about->position, (Position{.north = 35'689'400, .east = 139'691'700}));
  StoreSetting setting;
  setting.position = Position{.north = 1, .east = 2};
  const auto exact = place_of(&setting, store);
  ASSERT_TRUE(exact.has_value());
  EXPECT_FALSE(exact->approximate);
  EXPECT_EQ(exact->position, *setting.position);
  store.address = "渋谷区1-2-3";
  EXPECT_EQ(place_of(nullptr, store), std::nullopt);
}

}  // namespace
}  // namespace tsunagi
