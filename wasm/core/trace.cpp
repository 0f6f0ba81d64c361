#include "wasm/core/trace.h"

#include "BitMatrix.h"

namespace tsunagi {
namespace {

using ZXing::BitMatrix;

// NW-7's wide elements: the standard asks for 2.25 to 3 narrow ones at a phone's module size, the
// writer makes 2.
constexpr int kNw7Wide = 3;

constexpr size_t kRunLength = 24;  // bytes of "M123 123h123v1h-123z" at most

struct Run {
  int x, y, length;
};

// Both write at a cursor within a string that is long enough, and return where they stopped.
char* write_number(char* at, int number) {
  if (number >= 10) {
    at = write_number(at, number / 10);
  }
  *at = static_cast<char>('0' + number % 10);
  return at + 1;
}

char* write_run(char* at, Run run) {
  *at++ = 'M';
  at = write_number(at, run.x);
  *at++ = ' ';
  at = write_number(at, run.y);
  *at++ = 'h';
  at = write_number(at, run.length);
  for (const char c : {'v', '1', 'h', '-'}) {
    *at++ = c;
  }
  at = write_number(at, run.length);
  *at++ = 'z';
  return at;
}

// The length of the run of equal modules that starts at x.
int run_length(const BitMatrix& bits, int x, int y) {
  const bool dark = bits.get(x, y);
  int end = x + 1;
  while (end < bits.width() && bits.get(end, y) == dark) {
    ++end;
  }
  return end - x;
}

}  // namespace

Drawing trace(Symbology symbology, const BitMatrix& bits, QuietZone quiet) {
  Drawing drawing;
  drawing.symbology = symbology;
  drawing.height = bits.height() + 2 * quiet.top;
  const int runs_a_row = bits.width() / 2 + 1;
  drawing.path.resize(static_cast<size_t>(runs_a_row * bits.height()) * kRunLength);
  char* at = drawing.path.data();
  for (int y = 0; y < bits.height(); ++y) {
    int drawn_x = quiet.left;
    for (int x = 0; x < bits.width();) {
      const int length = run_length(bits, x, y);
      const int drawn_length = symbology == Symbology::kNw7 && length > 1 ? kNw7Wide : length;
      if (bits.get(x, y)) {
        at = write_run(at, {.x = drawn_x, .y = y + quiet.top, .length = drawn_length});
      }
      x += length;
      drawn_x += drawn_length;
    }
    drawing.width = drawn_x + quiet.right;
  }
  drawing.path.resize(static_cast<size_t>(at - drawing.path.data()));
  return drawing;
}

}  // namespace tsunagi
