#pragma once
// HTML in the making: literals go in as they are, everything else through an escape.

#include <cstdint>
#include <string>
#include <string_view>

#include "wasm/core/view.h"
#include "wasm/core/words.h"

namespace tsunagi {

class Markup {
 public:
  explicit Markup(const ViewContext& context) : context_(context) {}

  [[nodiscard]] const ViewContext& context() const { return context_; }
  [[nodiscard]] const char* say(Word which) const { return word(context_.language, which); }
  std::string take() && { return std::move(html_); }

  // A literal is passed as its address alone: the browser module is full of them, and a view takes
  // four times the code.
  Markup& raw(const char* literal);
  Markup& raw(const std::string& markup);
  Markup& text(std::string_view typed);
  // ` name="escaped"`; name is a literal.
  Markup& attribute(const char* name, std::string_view typed);
  Markup& words(Word which) { return raw(say(which)); }

  // <TAG class="tsunagi-NAME">, closed by the caller.
  Markup& open(const char* tag, const char* name);
  Markup& close(const char* tag);
  Markup& element(const char* tag, const char* name, std::string_view typed);

  // ` href="…"` when the address is one a link may have (https:, http:, tel:, mailto:, or of this
  // site).
  static bool is_linkable(std::string_view address);
  // <a class="tsunagi-NAME" href="…" data-tsunagi-action="ACTION">words</a>, or a button when there
  // is no such address.
  Markup& way_on(const char* name, const char* action, std::string_view address, Word label);
  // <button class="tsunagi-NAME" type="button" data-tsunagi-action="ACTION" without its ">".
  Markup& open_button(const char* name, const char* action);
  // ` aria-pressed="true"`
  Markup& pressed(bool is);

  // <time class="tsunagi-NAME" datetime="…">: the words around "{}" and the instant inside it.
  Markup& as_of(const char* name, int64_t instant);

 private:
  ViewContext context_;
  std::string html_;
};

// The sentence with "{}" replaced; not escaped yet.
std::string fill(std::string_view sentence, std::string_view argument);
// 1234567 as "1,234,567".
std::string grouped_number(int64_t number);
// "10:32"; on another day than now's "11月21日(土) 10:32", in another year with the year.
std::string moment(Language language, int64_t instant, int64_t now);
// "12月31日(木)", with the year when it is not now's.
std::string day_words(Language language, int64_t day_number, int64_t now);
// "10:32:05"
std::string clock_words(int64_t instant);

// The barcode in both of the programme's symbologies, as far as they carry the code: see
// card_view.cpp. False when neither does; then nothing was written.
bool append_barcode(Markup& html, const CardModel& card);
// The number in groups of four whose gaps are not copied.
void append_number(Markup& html, std::string_view code);
// "2,340 pt" and its time, a live region.
void append_points(Markup& html, const CardModel& card);

}  // namespace tsunagi
