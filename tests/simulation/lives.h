#pragma once
// A script led to its end: in a clean world, or in one where webhooks are lost, doubled and
// shuffled, calls fail or time out after their effect, and the server is killed at any point. Time
// is virtual.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/domain/member/join_service.h"
#include "server/jobs/jobs.h"
#include "tests/simulation/script.h"
#include "tests/support/fakes.h"
#include "tests/support/workers.h"

namespace tsunagi::simulation {

enum class Weather : uint8_t { kClean, kRough };

class Lives {
 public:
  Lives(const std::vector<Life>& script, uint64_t seed, Weather weather);
  ~Lives();
  Lives(const Lives&) = delete;
  Lives& operator=(const Lives&) = delete;

  // Until everybody's life is over and the nightly readings have passed.
  void lead();
  // A line a life and one a member of Smaregi, without ids, drawn codes and times.
  [[nodiscard]] std::vector<std::string> end_state();
  // Whose mail a line has; as many as there are lives when it has nobody's.
  [[nodiscard]] size_t life_named_in(const std::string& line) const;
  // What happened to one life, with the virtual second.
  [[nodiscard]] const std::vector<std::string>& diary(size_t life) const {
    return people_[life].diary;
  }

 private:
  struct Person {
    int64_t customer = 0;
    size_t next = 0;     // step
    Seconds due_at = 0;  // of it, when nothing is in the way
    bool gone = false;   // no longer a customer of the shop
    bool waits = false;  // at a merge
    bool stuck = false;  // its next step never became possible
    std::string mail;    // what tells people apart at both platforms
    std::vector<std::string> diary;
  };
  struct Delivery {
    System system = System::kSmaregi;
    std::string type, id, body;
  };
  // Everything of the server that a kill -9 takes along.
  enum class Loss : uint8_t { kMayBeLost, kArrives };

  bool advance(size_t life);  // false: this step cannot be done yet
  bool at_till(Person& person, const Step& step);
  bool merge(size_t life, const Step& step);
  void edit_in_shop(const Person& person, const FieldChanges& fields);
  void leave(Person& person);
  [[nodiscard]] std::string member_of(const Person& person);

  void tell(System system, const std::string& type, const std::string& body,
            Loss loss = Loss::kMayBeLost);
  void tell_of_customer(int64_t customer);
  void tell_of_member(const std::string& member, const char* action = "edited");
  void deliver_due();
  void tick();
  void work();
  void restart_if_dead();
  void pass(Seconds seconds);
  void maybe_kill();
  bool call_fails();
  bool answer_is_lost();

  void start_server();
  [[nodiscard]] Tenant tenant();
  // Both platforms as they are.
  struct Truth {
    std::map<int64_t, ShopCustomer> customers;
    std::map<int64_t, std::string> cards, tags;
    std::map<std::string, PosMember> members;
  };
  [[nodiscard]] std::string line_of(size_t life, const Truth& truth);
  [[nodiscard]] std::string published_line(const std::string& shown, const Card* card);
  [[nodiscard]] static std::string code_word(const std::string& code, const Card* card);

  const std::vector<Life>& script_;
  fakes::ManualClock clock_;
  fakes::SeededRandom weather_;  // what goes wrong
  fakes::SeededRandom random_;   // what the server draws
  fakes::PlainFingerprints fingerprints_;
  fakes::FakeStorage storage_;
  fakes::FakePos pos_{clock_};
  fakes::FakeShop shop_;
  fakes::InlineBackground background_;
  std::unique_ptr<fakes::Workers> server_;

  bool rough_ = false;
  bool dead_ = false;   // killed: nothing it does has an effect any more
  int calls_left_ = 0;  // until the kill; 0: none is planned
  std::vector<Person> people_;
  std::multimap<Seconds, size_t> agenda_;  // when whose next step is due
  std::multimap<Seconds, Delivery> on_the_way_;
  int64_t last_event_ = 0;
  Seconds next_tick_ = 0;
};

}  // namespace tsunagi::simulation
