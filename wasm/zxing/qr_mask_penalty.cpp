// The penalty by which a QR mask is chosen (ISO/IEC 18004, 7.8.3.1), in place of ZXing's
// QRMaskUtil.cpp: the same figure, a line of modules at a time. Eight masks are tried for every
// code, which is where an encoder spends its time.

#include <cstdint>
#include <cstdlib>

#include "qrcode/QRMaskUtil.h"

namespace ZXing::QRCode::MaskUtil {
namespace {

// A line's modules as bits, the first the lowest; dark is 1. The versions of qr_versions.cpp have
// at most 37 modules a side, which leaves room for the quiet zone that rule 3 counts as light.
constexpr int kMostModules = 37;
constexpr int kQuiet = 4;

int count(uint64_t bits) { return __builtin_popcountll(bits); }

uint64_t below(int size) { return size > 0 ? (uint64_t{1} << size) - 1 : 0; }

// Rule 1: 3 for five modules of one colour in a row, and 1 for each more.
int long_runs(uint64_t line, int size) {
  const uint64_t same = ~(line ^ (line >> 1)) & below(size - 1);  // as the next module
  const uint64_t five = same & (same >> 1) & (same >> 2) & (same >> 3);
  return count(five) + 2 * count(five & ~(five << 1));
}

// Rule 2: 3 for every square of two by two modules of one colour.
int squares(uint64_t line, uint64_t next, int size) {
  const uint64_t differs = line ^ next;
  const uint64_t changes = line ^ (line >> 1);
  return 3 * count(~(differs | (differs >> 1) | changes) & below(size - 1));
}

// Rule 3: 40 for every 1:1:3:1:1 with four light modules before or after it.
int finder_like(uint64_t line, int size) {
  const uint64_t dark = line << kQuiet;
  const uint64_t light = ~dark;
  const uint64_t finder = (dark >> 4) & (light >> 5) & (dark >> 6) & (dark >> 7) & (dark >> 8) &
                          (light >> 9) & (dark >> 10) & below(size - 6);
  const uint64_t before = light & (light >> 1) & (light >> 2) & (light >> 3);
  const uint64_t after = (light >> 11) & (light >> 12) & (light >> 13) & (light >> 14);
  return 40 * count(finder & (before | after));
}

}  // namespace

int CalculateMaskPenalty(const TritMatrix& matrix) {
  const int size = matrix.width();
  uint64_t rows[kMostModules + 1] = {};  // one more, so that a line always has a next
  uint64_t columns[kMostModules] = {};
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const uint64_t dark = matrix.get(x, y) ? 1 : 0;
      rows[y] |= dark << x;
      columns[x] |= dark << y;
    }
  }
  int penalty = 0;
  int dark = 0;
  for (int i = 0; i < size; ++i) {
    penalty += long_runs(rows[i], size) + long_runs(columns[i], size);
    penalty += finder_like(rows[i], size) + finder_like(columns[i], size);
    penalty += i + 1 < size ? squares(rows[i], rows[i + 1], size) : 0;
    dark += count(rows[i]);
  }
  // Rule 4: 10 for every twentieth by which dark modules are not half of all.
  const int all = size * size;
  return penalty + std::abs(2 * dark - all) * 10 / all * 10;
}

}  // namespace ZXing::QRCode::MaskUtil
