// ZXing's TextEncoder and ECI for ASCII alone, in place of its own with the tables of every
// character set. Nothing but ASCII comes here (draw() checks) and no symbol says its character set,
// so neither needs to know another.

#include "ECI.h"
#include "TextEncoder.h"

namespace ZXing {

void TextEncoder::GetBytes(const std::string& str, CharacterSet /*charset*/, std::string& bytes) {
  bytes = str;
}

void TextEncoder::GetBytes(const std::wstring& str, CharacterSet /*charset*/, std::string& bytes) {
  bytes.clear();
  bytes.reserve(str.size());
  for (const wchar_t character : str) {
    bytes.push_back(static_cast<char>(character));
  }
}

ECI ToECI(CharacterSet /*charset*/) { return ECI::Unknown; }

}  // namespace ZXing
