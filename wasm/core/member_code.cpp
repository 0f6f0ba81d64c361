#include "wasm/core/member_code.h"

#include <string>
#include <string_view>

namespace tsunagi {
namespace {

// H. M. Damm's quasigroup of order 10 (totally anti-symmetric): the running value after a digit is
// kDamm[running][digit], a whole code with its check digit ends at 0. It catches every single-digit
// error and every swap of neighbours, the check digit's own included.
constexpr uint8_t kDamm[10][10] = {{0, 3, 1, 7, 5, 9, 8, 6, 4, 2}, {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
                                   {4, 2, 0, 6, 8, 7, 1, 3, 5, 9}, {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
                                   {6, 1, 2, 3, 0, 4, 5, 9, 7, 8}, {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
                                   {5, 8, 6, 9, 7, 2, 0, 1, 3, 4}, {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
                                   {9, 4, 3, 8, 6, 1, 7, 2, 0, 5}, {2, 5, 8, 1, 4, 3, 6, 7, 9, 0}};

constexpr uint64_t kNumberLimit = 1'000'000'000'000;  // 10^kOwnCodeDigits
constexpr size_t kOwnLength = 1 + kOwnCodeDigits + 1;
constexpr size_t kCodeGroup = 4;

bool is_code_digit(char c) { return c >= '0' && c <= '9'; }

bool is_own_letter(char c) { return c >= 'A' && c <= 'Z' && c != 'I' && c != 'O' && c != 'Q'; }

// The running value over the letter (A = 10 … Z = 35, as two digits) and the digits that follow.
int damm(std::string_view code) {
  const int letter = code[0] - 'A' + 10;
  int running = kDamm[kDamm[0][letter / 10]][letter % 10];
  for (const char digit : code.substr(1)) {
    running = kDamm[running][digit - '0'];
  }
  return running;
}

bool is_any_code(std::string_view text) {
  if (text.empty() || text.size() > kMemberCodeMaxLength || text.front() == ' ' ||
      text.back() == ' ') {
    return false;
  }
  for (const char c : text) {
    if (c < ' ' || c > '~') {
      return false;
    }
  }
  return true;
}

}  // namespace

bool MemberCode::looks_like_own(std::string_view text) {
  if (text.size() != kOwnLength || !is_own_letter(text[0])) {
    return false;
  }
  for (const char c : text.substr(1)) {
    if (!is_code_digit(c)) {
      return false;
    }
  }
  return true;
}

Result<MemberCode> MemberCode::parse(std::string_view text, CodeRule rule) {
  if (looks_like_own(text)) {
    if (damm(text) != 0) {
      return Error{ErrorCode::kInvalid, "member code: wrong check digit"};
    }
    return MemberCode(std::string(text));
  }
  if (rule == CodeRule::kOwn) {
    return Error{ErrorCode::kInvalid, "member code: not a letter and 13 digits"};
  }
  if (!is_any_code(text)) {
    return Error{ErrorCode::kInvalid,
                 "member code: not 1 to 20 printable ASCII characters without spaces at the ends"};
  }
  return MemberCode(std::string(text));
}

Result<MemberCode> MemberCode::make(char letter, uint64_t number) {
  if (!is_own_letter(letter)) {
    return Error{ErrorCode::kInvalid, "member code: the letter is not A-Z without I, O, Q"};
  }
  if (number >= kNumberLimit) {
    return Error{ErrorCode::kInvalid, "member code: the number has more than 12 digits"};
  }
  std::string code(1 + kOwnCodeDigits, '0');
  code[0] = letter;
  for (int i = kOwnCodeDigits; i >= 1; --i) {
    code[static_cast<size_t>(i)] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
  // The diagonal of the table is zero, so the running value itself is the digit that ends at 0.
  code.push_back(static_cast<char>('0' + damm(code)));
  return MemberCode(std::move(code));
}

std::string MemberCode::grouped() const {
  std::string groups;
  for (size_t i = 0; i < text_.size(); ++i) {
    if (i > 0 && i % kCodeGroup == 0) {
      groups.push_back(' ');
    }
    groups.push_back(text_[i]);
  }
  return groups;
}

}  // namespace tsunagi
