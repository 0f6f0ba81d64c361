// The lines of a cart in a query.

#include "server/http/pickup_cart.h"

#include <gtest/gtest.h>

namespace tsunagi::http {
namespace {

TEST(CartLinesTest, AreQuantityAndCodeInTheirOrder) {
  const auto lines = cart_lines({{"code", "1"}, {"line", "2*4901"}, {"line", "10*A*B"}});
  ASSERT_TRUE(lines.ok());
  ASSERT_EQ(2U, lines->size());
  EXPECT_EQ("4901", lines.value()[0].code);
  EXPECT_EQ(2, lines.value()[0].quantity);
  EXPECT_EQ("A*B", lines.value()[1].code) << "a code may have a star";
  EXPECT_EQ(10, lines.value()[1].quantity);
  EXPECT_TRUE(cart_lines({{"code", "1"}})->empty());
}

TEST(CartLinesTest, WhatIsNoLineIsRefusedWithAReason) {
  for (const char* text :
       {"", "4901", "*", "*4901", "2*", "0*4901", "-1*4901", "+1*4901", "01*4901", "1.5*4901",
        " 1*4901", "1 *4901", "9999999999999999999*4901", "a*b"}) {
    SCOPED_TRACE(text);
    const auto lines = cart_lines({{"line", "1*good"}, {"line", text}});
    ASSERT_FALSE(lines.ok());
    EXPECT_EQ(ErrorCode::kInvalid, lines.error().code);
    EXPECT_NE(std::string::npos, lines.error().message.find("QUANTITY*CODE"));
  }
}

}  // namespace
}  // namespace tsunagi::http
