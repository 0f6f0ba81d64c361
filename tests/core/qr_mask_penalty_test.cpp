#include <gtest/gtest.h>

#include <random>

#include "qrcode/QRMaskUtil.h"

namespace ZXing::QRCode::MaskUtil {
// ZXing's own, and its name. NOLINTNEXTLINE(readability-identifier-naming)
int ReferenceMaskPenalty(const TritMatrix& matrix);
}  // namespace ZXing::QRCode::MaskUtil

namespace {

using ZXing::TritMatrix;
using ZXing::QRCode::MaskUtil::CalculateMaskPenalty;
using ZXing::QRCode::MaskUtil::ReferenceMaskPenalty;

constexpr int kSizes[] = {21, 25, 29, 33, 37};  // of versions 1 to 5

template <class IsDark>
TritMatrix matrix(int size, IsDark is_dark) {
  TritMatrix modules(size, size);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      modules.set(x, y, is_dark(x, y));
    }
  }
  return modules;
}

TEST(QrMaskPenalty, IsZxingsForModulesAtRandom) {
  std::mt19937 random(20'261'121);
  for (const int size : kSizes) {
    for (int i = 0; i < 200; ++i) {
      const unsigned share = 1 + random() % 9;  // tenths of dark modules
      const TritMatrix modules = matrix(size, [&](int, int) { return random() % 10 < share; });
      ASSERT_EQ(CalculateMaskPenalty(modules), ReferenceMaskPenalty(modules)) << size;
    }
  }
}

TEST(QrMaskPenalty, IsZxingsForRunsSquaresAndFindersUpToTheEdge) {
  for (const int size : kSizes) {
    for (const bool dark : {false, true}) {
      const TritMatrix plain = matrix(size, [&](int, int) { return dark; });
      EXPECT_EQ(CalculateMaskPenalty(plain), ReferenceMaskPenalty(plain));
    }
    for (int start = 0; start + 7 <= size; ++start) {
      for (int length = 1; start + length <= size; ++length) {
        const TritMatrix run = matrix(
            size, [&](int x, int y) { return x >= start && x < start + length && y % 2 == 0; });
        ASSERT_EQ(CalculateMaskPenalty(run), ReferenceMaskPenalty(run)) << start << " " << length;
      }
      constexpr bool kFinder[] = {true, false, true, true, true, false, true};
      for (const bool around : {false, true}) {
        const auto finder = [&](int i) {
          return i >= start && i < start + 7 ? kFinder[i - start] : around;
        };
        const TritMatrix across = matrix(size, [&](int x, int) { return finder(x); });
        const TritMatrix down = matrix(size, [&](int, int y) { return finder(y); });
        ASSERT_EQ(CalculateMaskPenalty(across), ReferenceMaskPenalty(across)) << start;
        ASSERT_EQ(CalculateMaskPenalty(down), ReferenceMaskPenalty(down)) << start;
      }
    }
  }
}

}  // namespace
