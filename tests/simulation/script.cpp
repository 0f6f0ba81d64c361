#include "tests/simulation/script.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/domain/member/field_words.h"
#include "tests/support/fakes.h"

namespace tsunagi::simulation {
namespace {

constexpr uint64_t kEpisodes = 5;  // at most, between joining and the end
constexpr Seconds kShortestGap = 2;
constexpr uint64_t kLongestGap = 90;  // between the edits of one conflict
constexpr int64_t kPhoneNumbers = 100'000'000;

// What both sides edit. Mail consent has two values alone: a change there and back would be none.
constexpr std::array kEdited = {MemberField::kLastName, MemberField::kFirstName,
                                MemberField::kPhone, MemberField::kAddress};

class Author {
 public:
  explicit Author(uint64_t seed) : random_(seed) {}

  Life live(Seconds begins_at) {
    life_.clear();
    wait_ = begins_at;
    if (often(10)) {  // never a member
      add({.deed = Deed::kOpenCard});
      shop_edit();
      return std::move(life_);
    }
    add({.deed = Deed::kJoin});
    if (often(20)) edit_while_joining();
    quiet();
    const uint64_t episodes = 1 + random_.below(kEpisodes);
    for (uint64_t i = 0; i < episodes; ++i) episode();
    return std::move(life_);
  }

  // After all episodes; the two lives of a merge get theirs together.
  void end(Life& life) {
    life_ = std::move(life);
    wait_ = 0;
    quiet();
    // Points that changed without any event are seen at night: who is gone by then never had them.
    const bool told =
        std::ranges::none_of(life_, [](const Step& step) { return step.deed == Deed::kPoints; });
    if (often(20)) {
      add({.deed = Deed::kLeave});
    } else if (told && often(15)) {
      add({.deed = Deed::kTillDelete});
    }
    life = std::move(life_);
  }
  void merge(Life& one, size_t one_at, Life& two, size_t two_at) {
    const bool one_stays = often(50);
    one.push_back({.wait = kQuiet, .deed = Deed::kMerge, .other = two_at, .stays = one_stays});
    two.push_back({.wait = kQuiet, .deed = Deed::kMerge, .other = one_at, .stays = !one_stays});
    Life& stays = one_stays ? one : two;
    life_ = std::move(stays);
    wait_ = 0;
    quiet();
    episode();
    stays = std::move(life_);
  }
  bool often(int percent) { return random_.chance(percent); }

 private:
  void add(Step step) {
    step.wait = std::exchange(wait_, 0);
    life_.push_back(std::move(step));
  }
  void quiet() { wait_ += kQuiet + static_cast<Seconds>(random_.below(600)); }
  void gap() { wait_ += kShortestGap + static_cast<Seconds>(random_.below(kLongestGap)); }

  // alone: no other edit of this field is near. Then it may be emptied, and a name may be its own
  // kana: neither leaves a trace when nobody saw it before it was written over.
  std::string value(MemberField field, bool in_shop, bool alone) {
    const int64_t number = ++last_value_;  // no value comes twice
    const bool empty = alone && often(10);
    const bool readable = alone && in_shop && often(20);
    switch (field) {
      case MemberField::kPhone: {
        if (empty) return "";
        const std::string digits = std::to_string(kPhoneNumbers + number).substr(1);
        return (in_shop ? "+8190" : "090") + digits;
      }
      case MemberField::kAddress:
        return in_shop && empty ? "" : "神宮前" + std::to_string(number) + "番地";
      case MemberField::kFirstName:
        if (in_shop && empty) return "";
        return (readable ? " ﾊﾅｺ🌸 " : "花子") + std::to_string(number);
      default:
        return (readable ? "Ｙａｍａｄａ" : "山田") + std::to_string(number);
    }
  }
  FieldChanges some_fields(bool in_shop, bool alone = true) {
    FieldChanges fields;
    for (const MemberField field : kEdited) {
      if (often(40)) fields[field] = value(field, in_shop, alone);
    }
    if (fields.empty()) fields[kEdited.front()] = value(kEdited.front(), in_shop, alone);
    return fields;
  }

  void shop_edit() { add({.deed = Deed::kShopEdit, .fields = some_fields(true)}); }
  void edit_while_joining() {
    gap();
    add({.deed = Deed::kShopEdit, .fields = some_fields(true, false)});
  }
  // Each side its own fields, one soon after the other.
  void both_edit() {
    const FieldChanges in_shop = some_fields(true);
    FieldChanges at_till = some_fields(false);
    std::erase_if(at_till, [&](const auto& entry) { return in_shop.contains(entry.first); });
    add({.deed = Deed::kShopEdit, .fields = in_shop});
    if (at_till.empty()) return;
    gap();
    add({.deed = Deed::kTillEdit, .fields = at_till});
  }
  // The same field on both sides, two or three times: the last one stays.
  void conflict() {
    const MemberField field = kEdited.at(random_.below(kEdited.size()));
    bool in_shop = often(50);
    const uint64_t edits = 2 + random_.below(2);
    for (uint64_t i = 0; i < edits; ++i) {
      if (i > 0) gap();
      add({.deed = in_shop ? Deed::kShopEdit : Deed::kTillEdit,
           .fields = {{field, value(field, in_shop, false)}}});
      in_shop = !in_shop;
    }
  }
  void stop_for_a_while() {
    add({.deed = Deed::kStatus, .figure = 1 + static_cast<int64_t>(random_.below(3))});
    quiet();
    if (often(50)) shop_edit();
    quiet();
    if (often(70)) add({.deed = Deed::kStatus, .figure = 0});
  }

  void episode() {
    switch (random_.below(11)) {
      case 0:
      case 1:
        shop_edit();
        break;
      case 2:
      case 3:
        add({.deed = Deed::kTillEdit, .fields = some_fields(false)});
        break;
      case 4:
        both_edit();
        break;
      case 5:
        conflict();
        break;
      case 6:
        add({.deed = Deed::kRank, .text = "rank " + std::to_string(random_.below(4))});
        break;
      case 7:
        stop_for_a_while();
        break;
      case 8:
        add({.deed = Deed::kCode, .text = "CARD-" + std::to_string(++last_value_)});
        break;
      case 9:
        add({.deed = often(50) ? Deed::kSale : Deed::kPoints,
             .figure = 1 + static_cast<int64_t>(random_.below(500))});
        break;
      default:
        add({.deed = Deed::kShopEdit,
             .fields = {{MemberField::kMailConsent, often(50) ? "1" : "0"}}});
        break;
    }
    quiet();
  }

  fakes::SeededRandom random_;
  Life life_;
  Seconds wait_ = 0;
  int64_t last_value_ = 0;
};

}  // namespace

std::vector<Life> make_script(uint64_t seed, size_t lives, Seconds window) {
  Author author(seed);
  std::vector<Life> script;
  const auto count = static_cast<Seconds>(lives);
  for (Seconds i = 0; i < count; ++i) script.push_back(author.live(window * i / count + i + 1));
  for (size_t i = 0; i < lives; ++i) {
    const bool members = i + 1 < lives && script[i].front().deed == Deed::kJoin &&
                         script[i + 1].front().deed == Deed::kJoin;
    if (members && author.often(12)) {
      author.merge(script[i], i, script[i + 1], i + 1);
      ++i;
    } else if (script[i].front().deed == Deed::kJoin) {
      author.end(script[i]);
    }
  }
  return script;
}

std::string describe(const Step& step) {
  constexpr std::array kNames = {"joins",
                                 "opens the card",
                                 "shop edit",
                                 "till edit",
                                 "gets the rank",
                                 "gets the status",
                                 "gets the code",
                                 "buys, points",
                                 "has points set to",
                                 "is deleted at the till",
                                 "merges with",
                                 "is deleted in the shop"};
  std::string line = kNames.at(static_cast<size_t>(step.deed));
  for (const auto& [field, value] : step.fields) {
    line += ' ' + std::string(word(field)) + "=\"" + value + '"';
  }
  if (!step.text.empty()) line += ' ' + step.text;
  if (step.figure != 0) line += ' ' + std::to_string(step.figure);
  if (step.deed == Deed::kMerge) {
    line += " life " + std::to_string(step.other) + (step.stays ? " and stays" : " and goes");
  }
  return line;
}

}  // namespace tsunagi::simulation
