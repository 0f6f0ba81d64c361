// A member code as scanned: any bytes. What is accepted stays what it was, and is accepted again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "wasm/core/member_code.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using tsunagi::CodeRule;
  using tsunagi::MemberCode;
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const CodeRule rule : {CodeRule::kOwn, CodeRule::kOwnOrAny}) {
    const auto code = MemberCode::parse(text, rule);
    if (!code) {
      continue;
    }
    const bool in_length = !text.empty() && text.size() <= tsunagi::kMemberCodeMaxLength;
    if (!in_length || code->text() != text || !MemberCode::parse(code->text(), rule)) {
      std::abort();
    }
    std::string joined;
    for (const char c : code->grouped()) {
      joined += c == ' ' ? "" : std::string(1, c);
    }
    std::string without_spaces;
    for (const char c : text) {
      without_spaces += c == ' ' ? "" : std::string(1, c);
    }
    if (joined != without_spaces) {
      std::abort();
    }
  }
  return 0;
}
