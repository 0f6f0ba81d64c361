// ZXing's TextEncoder for ASCII alone, in place of its own with the tables of every character set.

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

}  // namespace ZXing
