#pragma once
// Result<T>: a value or an Error whose code says what the caller can do about it. The core is
// compiled without exceptions, so failure is always a value.

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace tsunagi {

enum class ErrorCode : uint8_t {
  kInvalid,       // the input is wrong; the same call fails again
  kNotFound,      // there is no such thing
  kConflict,      // the state does not allow it, or somebody else was first
  kUnauthorized,  // not (or no longer) allowed
  kUnavailable,   // no answer, or none that can be used: try again later
  kBusy,          // our own limits gave no turn, and nobody was asked: try again later
  kInternal,      // our mistake
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // for a log; English; carries no personal data and no secret
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Error error) : state_(std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Only when ok().
  [[nodiscard]] const T& value() const& { return *std::get_if<0>(&state_); }
  T& value() & { return *std::get_if<0>(&state_); }
  T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  // Only when !ok().
  [[nodiscard]] const Error& error() const { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Error> state_;
};

struct Done {};  // the value of an operation that has none: Result<Done>

}  // namespace tsunagi
