#pragma once
// A shop's life from one seed: people join, buy, return, leave; staff edit and count; events are
// lost, doubled and shuffled; calls fail, before or after their effect; the server is killed at any
// point. Time is virtual.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "server/domain/member/join_service.h"
#include "server/jobs/jobs.h"
#include "tests/simulation/script.h"
#include "tests/support/fakes.h"
#include "tests/support/workers.h"

namespace tsunagi::simulation {

struct Event {
  System system = System::kSmaregi;
  std::string type, id, body;
};

class World {
 public:
  explicit World(uint64_t seed);

  void step();    // something happens, and the server works a little
  void settle();  // faults end, what was not lost arrives, and a day passes
  // What must hold at any moment; "" or what is wrong.
  std::string broken_invariant();
  // What must hold once settled: our book and the published cards are the platforms' truth.
  std::string difference_from_truth();

  [[nodiscard]] const std::vector<std::string>& diary() const { return diary_; }

 private:
  // Everything of the server that a kill -9 takes along.
  void note(std::string line) { diary_.push_back(std::move(line)); }
  uint64_t pick(uint64_t limit) { return chance_.below(limit); }
  bool often(int percent) { return chance_.chance(percent); }

  void something_happens();
  void join();
  void sell();
  void edit_member();
  void give_points_silently();
  void count_stock();
  void new_product();
  void leave();
  void edit_customer();
  void merge();
  bool in_step(const ShopCustomer& customer, const PosMember& member);
  void open_card();
  void rename_programme();
  void outage();

  void tell(Event event);  // to be delivered, or not
  void deliver_some(size_t count);
  void deliver(const Event& event);
  void work_a_little();
  void note_codes();
  void maybe_kill();
  bool call_fails();  // asked before each call to a platform

  void start_server();
  Tenant tenant();
  std::string random_customer();
  std::string random_live_member();

  fakes::ManualClock clock_;
  fakes::SeededRandom chance_;  // what happens
  fakes::SeededRandom random_;  // what the server draws
  fakes::PlainFingerprints fingerprints_;
  fakes::FakeStorage storage_;
  fakes::FakePos pos_{clock_};
  fakes::FakeShop shop_;
  fakes::InlineBackground background_;
  std::unique_ptr<fakes::Workers> server_;

  bool faults_ = true;
  bool dead_ = false;   // killed: nothing it does has an effect any more
  int calls_left_ = 0;  // until the kill; 0: none is planned
  int64_t last_customer_ = 7'000;
  int64_t last_event_ = 0;
  int64_t last_product_ = 100;
  std::vector<Event> on_the_way_;
  std::set<int64_t> gone_;        // customers that were deleted
  std::set<std::string> merged_;  // last names of customers that were merged
  std::map<std::string, std::set<int64_t>> points_seen_;  // every balance a member ever had
  std::map<int64_t, std::set<std::string>> codes_;        // every code a customer's link ever had
  std::map<std::string, Seconds> as_of_;
  std::vector<std::string> diary_;
};

}  // namespace tsunagi::simulation
