#pragma once
// Why a dead letter died, in a sentence that an operator understands, in both languages. The stored
// error says it in the words of the code; it is shown beside.

#include <string>
#include <string_view>

namespace tsunagi::tools {

struct Cause {
  std::string_view key;  // stable, for scripts: "refused"
  std::string ja, en;
};
Cause cause_of(std::string_view error);

}  // namespace tsunagi::tools
