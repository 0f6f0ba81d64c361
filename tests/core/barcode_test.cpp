#include "wasm/core/barcode.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tsunagi {
namespace {

// The modules of a drawing read back from its path, row after row, as '#' and ' '.
std::vector<std::string> modules(const Drawing& drawing) {
  std::vector<std::string> rows(static_cast<size_t>(drawing.height),
                                std::string(static_cast<size_t>(drawing.width), ' '));
  const char* path = drawing.path.c_str();
  while (*path != '\0') {
    int x = 0, y = 0, length = 0, back = 0, read = 0;
    if (std::sscanf(path, "M%d %dh%dv1h-%dz%n", &x, &y, &length, &back, &read) != 4 || read == 0 ||
        length != back || length < 1 || y < 0 || y >= drawing.height || x < 0 ||
        x + length > drawing.width) {
      ADD_FAILURE() << "not a run of modules: " << path;
      return rows;
    }
    for (int i = x; i < x + length; ++i) {
      char& module = rows[static_cast<size_t>(y)][static_cast<size_t>(i)];
      EXPECT_EQ(module, ' ') << "drawn twice";
      module = '#';
    }
    path += read;
  }
  return rows;
}

// The widths of bars and spaces between the quiet zones.
std::string widths(const Drawing& drawing) {
  std::string row = modules(drawing)[0];
  row = row.substr(row.find('#'), row.rfind('#') - row.find('#') + 1);
  std::string out;
  for (size_t i = 0; i < row.size();) {
    const size_t end = std::min(row.find(row[i] == '#' ? ' ' : '#', i), row.size());
    out += std::to_string(end - i);
    i = end;
  }
  return out;
}

struct Carried {
  Symbology symbology;
  std::string text;
  bool carried;
};

std::vector<Carried> rule_cases() {
  using S = Symbology;
  const std::string eighty(80, '7');
  std::vector<Carried> cases = {
      // Code 128: printable ASCII, 1 to 80 characters.
      {S::kCode128, "T0123456789013", true},
      {S::kCode128, "12345678901234567890", true},
      {S::kCode128, "1", true},
      {S::kCode128, " ", true},
      {S::kCode128, "~", true},
      {S::kCode128, "abc-DEF_{}|", true},
      {S::kCode128, "00", true},
      {S::kCode128, eighty, true},
      {S::kCode128, "", false},
      {S::kCode128, eighty + "7", false},
      {S::kCode128, "\x1f", false},
      {S::kCode128, "\x7f", false},
      {S::kCode128, "é", false},
      {S::kCode128, "会員", false},
      {S::kCode128,
       std::string("1\0"
                   "2",
                   3),
       false},
      // QR: the same characters.
      {S::kQr, "T0123456789013", true},
      {S::kQr, "1", true},
      {S::kQr, "12345678901234567890", true},
      {S::kQr, "HELLO WORLD", true},
      {S::kQr, "hello world", true},
      {S::kQr, "~!@#$%^&*()_+", true},
      {S::kQr, eighty, true},
      {S::kQr, std::string(80, 'a'), true},
      {S::kQr, "", false},
      {S::kQr, eighty + "7", false},
      {S::kQr, "会員", false},
      // EAN-13: twelve digits, or thirteen of which the last is right.
      {S::kEan13, "490123456789", true},
      {S::kEan13, "4901234567894", true},
      {S::kEan13, "000000000000", true},
      {S::kEan13, "999999999999", true},
      {S::kEan13, "0000000000000", true},
      {S::kEan13, "2000000000008", true},
      {S::kEan13, "1111111111116", true},
      {S::kEan13, "9780201379624", true},
      {S::kEan13, "4901234567895", false},
      {S::kEan13, "49012345678", false},
      {S::kEan13, "49012345678941", false},
      {S::kEan13, "49012345678A", false},
      {S::kEan13, " 90123456789", false},
      {S::kEan13, "", false},
      // Code 39: its 43 characters, 1 to 80 of them.
      {S::kCode39, "0123456789", true},
      {S::kCode39, "ABCDEFGHIJKLM", true},
      {S::kCode39, "NOPQRSTUVWXYZ", true},
      {S::kCode39, "-. $/+%", true},
      {S::kCode39, "T0123456789013", true},
      {S::kCode39, "1", true},
      {S::kCode39, "%", true},
      {S::kCode39, eighty, true},
      {S::kCode39, eighty + "7", false},
      {S::kCode39, "a", false},
      {S::kCode39, "*", false},
      {S::kCode39, "A*B", false},
      {S::kCode39, "_", false},
      {S::kCode39, "", false},
      // NW-7: digits and - $ : / . +, with A to D on both ends or on neither.
      {S::kNw7, "0123456789", true},
      {S::kNw7, "A0123456789A", true},
      {S::kNw7, "B12345D", true},
      {S::kNw7, "C-$:/.+C", true},
      {S::kNw7, "1", true},
      {S::kNw7, "A1A", true},
      {S::kNw7, "-", true},
      {S::kNw7, eighty, true},
      {S::kNw7, eighty + "7", false},
      {S::kNw7, "A", false},
      {S::kNw7, "AA", false},
      {S::kNw7, "A1", false},
      {S::kNw7, "1A", false},
      {S::kNw7, "A1E", false},
      {S::kNw7, "a1a", false},
      {S::kNw7, "T1N", false},
      {S::kNw7, "*1*", false},
      {S::kNw7, "1A1", false},
      {S::kNw7, "AB1A", false},
      {S::kNw7, "1 2", false},
      {S::kNw7, "", false},
  };
  return cases;
}

TEST(Barcode, EachSymbologyCarriesWhatItsRuleSays) {
  for (const Carried& c : rule_cases()) {
    const std::string what = std::string(symbology_name(c.symbology)) + " \"" + c.text + "\"";
    EXPECT_EQ(check_carries(c.symbology, c.text).ok(), c.carried) << what;
    const Result<Drawing> drawing = draw(c.symbology, c.text);
    ASSERT_EQ(drawing.ok(), c.carried) << what;
    if (!c.carried) {
      EXPECT_EQ(drawing.error().code, ErrorCode::kInvalid) << what;
      EXPECT_FALSE(drawing.error().message.empty()) << what;
    }
  }
}

TEST(Barcode, EverySingleByteIsCarriedOrRefused) {
  for (const Symbology symbology : kAllSymbologies) {
    for (int byte = 0; byte < 256; ++byte) {
      const std::string text(1, static_cast<char>(byte));
      EXPECT_EQ(draw(symbology, text).ok(), check_carries(symbology, text).ok())
          << symbology_name(symbology) << " " << byte;
    }
  }
}

TEST(Barcode, IsDrawnWithinItsQuietZone) {
  for (const Carried& c : rule_cases()) {
    if (!c.carried) {
      continue;
    }
    const Drawing drawing = *draw(c.symbology, c.text);
    const bool qr = c.symbology == Symbology::kQr;
    const bool ean = c.symbology == Symbology::kEan13;
    const size_t left = qr ? 4 : ean ? 11 : 10;
    const size_t right = qr ? 4 : ean ? 7 : 10;
    size_t first = std::string::npos;
    size_t last = 0;
    const std::vector<std::string> rows = modules(drawing);
    for (const std::string& row : rows) {
      if (row.find('#') != std::string::npos) {
        first = std::min(first, row.find('#'));
        last = std::max(last, row.rfind('#'));
      }
    }
    EXPECT_EQ(first, left) << c.text;
    EXPECT_EQ(last, static_cast<size_t>(drawing.width) - right - 1) << c.text;
    EXPECT_EQ(drawing.symbology, c.symbology);
    if (qr) {
      EXPECT_EQ(drawing.width, drawing.height);
      for (size_t y : {size_t{0}, size_t{3}, rows.size() - 4, rows.size() - 1}) {
        EXPECT_EQ(rows[y].find('#'), std::string::npos) << c.text << " row " << y;
      }
    } else {
      EXPECT_EQ(drawing.height, 1);
    }
  }
}

TEST(Barcode, PatternsAreTheStandards) {
  struct Case {
    Symbology symbology;
    std::string text, bars;
  };
  const std::vector<Case> cases = {
      // Start C, 12, 34, 56, check 44, stop (ISO/IEC 15417 table 1).
      {Symbology::kCode128, "123456",
       "211232"
       "112232"
       "131123"
       "331121"
       "132131"
       "2331112"},
      // Start B, A, check 34, stop.
      {Symbology::kCode128, "A",
       "211214"
       "111323"
       "131123"
       "2331112"},
      // 4-901234-567894: guard, sets A B A A B B after the first digit 4, centre, set C, guard
      // (ISO/IEC 15420).
      {Symbology::kEan13, "490123456789",
       "111"
       "3112"
       "1123"
       "2221"
       "2122"
       "1141"
       "2311"
       "11111"
       "1231"
       "1114"
       "1312"
       "1213"
       "3112"
       "1132"
       "111"},
      // *1*, narrow gaps (ISO/IEC 16388 table 1).
      {Symbology::kCode39, "1",
       "121121211"
       "1"
       "211211112"
       "1"
       "121121211"},
      // A1A with wide elements of three modules.
      {Symbology::kNw7, "1",
       "1133131"
       "1"
       "1111331"
       "1"
       "1133131"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(widths(*draw(c.symbology, c.text)), c.bars) << c.text;
  }
}

TEST(Barcode, Code128SumsToItsCheckSymbolAndPacksDigitPairs) {
  struct Case {
    std::string text;
    int symbols;  // start, data, changes of code set, check, stop
  };
  const std::vector<Case> cases = {
      {"T0123456789013", 12},        // start B, T, 0, code C, six pairs, check, stop
      {"12345678901234567890", 13},  // start C, ten pairs, check, stop
      {"1234567890123", 11},         // start C, six pairs, code B, 3, check, stop
      {"ABCD", 7},
      {"A1234", 7},  // start B, A, code C, two pairs, check, stop
      {"A12", 6},    // two digits are not worth a change
  };
  for (const Case& c : cases) {
    const Drawing drawing = *draw(Symbology::kCode128, c.text);
    EXPECT_EQ(drawing.width, 20 + c.symbols * 11 + 2) << c.text;
  }
}

TEST(Barcode, Ean13ComputesTheDigitThatIsLeftOut) {
  for (const std::string text : {"490123456789", "978020137962", "000000000000", "999999999999"}) {
    int right = 0;
    for (char digit = '0'; digit <= '9'; ++digit) {
      const Result<Drawing> whole = draw(Symbology::kEan13, text + digit);
      if (whole) {
        ++right;
        EXPECT_EQ(whole->path, draw(Symbology::kEan13, text)->path);
      }
    }
    EXPECT_EQ(right, 1) << text;
  }
}

TEST(Barcode, Nw7AddsAToABareText) {
  EXPECT_EQ(draw(Symbology::kNw7, "12345")->path, draw(Symbology::kNw7, "A12345A")->path);
  EXPECT_NE(draw(Symbology::kNw7, "A12345A")->path, draw(Symbology::kNw7, "B12345B")->path);
}

TEST(Barcode, LinearSymbologiesUseTheirOwnElementWidths) {
  for (const Carried& c : rule_cases()) {
    if (!c.carried || c.symbology == Symbology::kQr) {
      continue;
    }
    const std::string bars = widths(*draw(c.symbology, c.text));
    std::string allowed = "1234";
    if (c.symbology == Symbology::kCode39) {
      allowed = "12";
    } else if (c.symbology == Symbology::kNw7) {
      allowed = "13";
    }
    EXPECT_EQ(bars.find_first_not_of(allowed), std::string::npos) << c.text << " " << bars;
  }
}

// Finder patterns, timing patterns, the dark module, and the format information for level M
// (ISO/IEC 18004).
TEST(Barcode, QrHasItsFunctionPatternsAndSaysLevelM) {
  // Format information of level M for masks 0 to 7, most significant bit first.
  const std::vector<std::string> level_m = {"101010000010010", "101000100100101", "101111001111100",
                                            "101101101001011", "100010111111001", "100000011001110",
                                            "100111110010111", "100101010100000"};
  const std::vector<std::string> finder = {"#######", "#     #", "# ### #", "# ### #",
                                           "# ### #", "#     #", "#######"};
  for (const Carried& c : rule_cases()) {
    if (!c.carried || c.symbology != Symbology::kQr) {
      continue;
    }
    const std::vector<std::string> rows = modules(*draw(Symbology::kQr, c.text));
    const size_t size = rows.size() - 8;
    ASSERT_EQ((size - 17) % 4, 0u) << c.text;
    const auto dark = [&](size_t x, size_t y) { return rows[y + 4][x + 4] == '#'; };
    for (size_t y = 0; y < 7; ++y) {
      EXPECT_EQ(rows[y + 4].substr(4, 7), finder[y]) << c.text;
      EXPECT_EQ(rows[y + 4].substr(size - 7 + 4, 7), finder[y]) << c.text;
      EXPECT_EQ(rows[size - 7 + y + 4].substr(4, 7), finder[y]) << c.text;
    }
    for (size_t i = 8; i < size - 8; ++i) {
      EXPECT_EQ(dark(i, 6), i % 2 == 0) << c.text;
      EXPECT_EQ(dark(6, i), i % 2 == 0) << c.text;
    }
    EXPECT_TRUE(dark(8, size - 8)) << c.text;
    std::string format;
    for (const size_t x : {0, 1, 2, 3, 4, 5, 7, 8}) {
      format += dark(x, 8) ? '1' : '0';
    }
    for (const size_t y : {7, 5, 4, 3, 2, 1, 0}) {
      format += dark(8, y) ? '1' : '0';
    }
    EXPECT_NE(std::find(level_m.begin(), level_m.end(), format), level_m.end())
        << c.text << " " << format;
  }
}

// Characters of each mode in each version at level M, and one more: ISO/IEC 18004 table 7.
TEST(Barcode, QrTakesTheSmallestVersionThatHolds) {
  struct Case {
    char character;
    int version, holds;
  };
  const std::vector<Case> cases = {{'7', 1, 34}, {'7', 2, 63}, {'A', 1, 20},
                                   {'A', 2, 38}, {'A', 3, 61}, {'a', 1, 14},
                                   {'a', 2, 26}, {'a', 3, 42}, {'a', 4, 62}};
  for (const Case& c : cases) {
    const auto text = [&](int length) {
      return std::string(static_cast<size_t>(length), c.character);
    };
    EXPECT_EQ(draw(Symbology::kQr, text(c.holds))->width, 8 + 17 + 4 * c.version) << c.character;
    EXPECT_EQ(draw(Symbology::kQr, text(c.holds + 1))->width, 8 + 17 + 4 * (c.version + 1))
        << c.character;
  }
  EXPECT_EQ(draw(Symbology::kQr, std::string(80, 'a'))->width, 8 + 17 + 4 * 5);
}

TEST(Barcode, NamesAreThoseOfTheSettings) {
  for (const Symbology symbology : kAllSymbologies) {
    EXPECT_EQ(parse_symbology(symbology_name(symbology)), symbology);
  }
  EXPECT_EQ(symbology_name(Symbology::kNw7), "nw7");
  EXPECT_EQ(parse_symbology("CODE128"), std::nullopt);
  EXPECT_EQ(parse_symbology(""), std::nullopt);
}

}  // namespace
}  // namespace tsunagi
