// Wiring only: configuration, the database, the platforms, the capabilities, the workers and the
// two listeners.

#include <malloc.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <utility>

#include "server/base/config.h"
#include "server/base/keyed_fingerprints.h"
#include "server/base/log.h"
#include "server/base/metrics.h"
#include "server/base/outbound.h"
#include "server/base/system_clock.h"
#include "server/base/system_random.h"
#include "server/base/thread_pool.h"
#include "server/domain/card/card_service.h"
#include "server/domain/fulfilment/shipping_service.h"
#include "server/domain/member/join_service.h"
#include "server/domain/stock/stock_service.h"
#include "server/domain/tenant/tenant_directory.h"
#include "server/http/app.h"
#include "server/http/front.h"
#include "server/http/ops.h"
#include "server/jobs/jobs.h"
#include "server/mail/smtp_mailer.h"
#include "server/shopify/client.h"
#include "server/shopify/orders.h"
#include "server/shopify/stock_client.h"
#include "server/smaregi/client.h"
#include "server/storage/storage.h"
#include "server/tools/causes.h"
#include "server/tools/commands.h"

#ifndef TSUNAGI_VERSION
#error "the build names the version"
#endif

namespace tsunagi {
namespace {

constexpr rlim_t kDescriptors = 65'536;
constexpr int kMemoryArenas = 4;  // a pool of 128 threads would otherwise keep 16 of them
constexpr size_t kLookupThreads = 32;
constexpr size_t kLookupQueue = 4'096;
constexpr size_t kStorageSessions = 8;
constexpr size_t kOpsThreads = 2;
constexpr size_t kToolSessions = 2;
// Of Smaregi's calls a second: the operator's commands leave the server beside them the most.
constexpr RateLimits kToolReads{.start = 3, .ceiling = 4};

std::string key_of(const Config& config) {
  return {reinterpret_cast<const char*>(config.secret_key.data()), config.secret_key.size()};
}

void say(const std::string& text) { std::fprintf(stderr, "tsunagi: %s\n", text.c_str()); }

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min(limit.rlim_max, kDescriptors);
  setrlimit(RLIMIT_NOFILE, &limit);
}

// SIGTERM and SIGINT are taken by the main thread alone, so they are blocked before any other
// thread starts.
sigset_t block_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

OutboundOptions outbound_options(Log& log, Metrics& metrics) {
  OutboundOptions options;
  options.on_done = [&log, &metrics](const OutboundEvent& event) {
    const bool refused = event.status == 0 || event.status >= 400;
    const std::string outcome =
        event.status == 0 ? std::string(event.failure) : std::to_string(event.status);
    // Labels begin with the system: "smaregi.points". Hosts would be a series a shop.
    const std::string_view system = event.label.substr(0, event.label.find('.'));
    metrics.upstream(system, event.label, outcome,
                     static_cast<double>(event.took.count()) / 1000.0);
    if (refused) {
      log.warning("upstream.refused", {{"host", event.host},
                                       {"call", event.label},
                                       {"outcome", outcome},
                                       {"ms", static_cast<int64_t>(event.took.count())}});
    }
  };
  return options;
}

ShopifyOptions shopify_options(const Config& config) {
  ShopifyOptions options;
  options.client_id = config.shopify.client_id;
  options.client_secret = config.shopify.client_secret;
  options.admin_url = config.shopify.admin_url;
  return options;
}

SmaregiOptions smaregi_options(const Config& config, Storage& storage, Clock& clock) {
  SmaregiOptions options;
  options.client_id = config.smaregi.client_id;
  options.client_secret = config.smaregi.client_secret;
  options.id_url = config.smaregi.id_url;
  options.api_url = config.smaregi.api_url;
  if (storage.shared()) {
    options.lease_budget = [&storage, &clock](const BudgetAsk& ask) {
      return storage.lease_budget(ask, clock.now());
    };
  }
  return options;
}

SmtpOptions smtp_options(const Config& config) {
  SmtpOptions options;
  options.url = config.mail.smtp_url;
  options.user = config.mail.user;
  options.password = config.mail.password;
  options.from = config.mail.from;
  return options;
}

http::AppOptions app_options(const Config& config) {
  return {
      .public_url = config.server.public_url,
      .shopify_client_id = config.shopify.client_id,
      .shopify_client_secret = config.shopify.client_secret,
      .shopify_admin_url = config.shopify.admin_url,
      .app_bridge_url = config.shopify.app_bridge_url,
      .admin_frame = config.shopify.admin_frame,
      .smaregi_webhook_header = config.smaregi.webhook_header,
      .smaregi_webhook_secret = config.smaregi.webhook_secret,
      .sends_mail = config.mail.sends(),
      .secret_key = key_of(config),
      .version = TSUNAGI_VERSION,
      .cause_of = [](std::string_view error) { return std::string(tools::cause_of(error).key); }};
}

http::FrontOptions front_options(const ListenAddress& address, size_t threads) {
  http::FrontOptions options;
  options.host = address.host;
  options.port = address.port;
  options.threads = threads;
  options.body_limit = http::body_limit;
  return options;
}

int serve(const Config& config) {
  mallopt(M_ARENA_MAX, kMemoryArenas);  // NOLINT(concurrency-mt-unsafe): before any thread
  raise_descriptor_limit();
  const sigset_t signals = block_signals();
  Log log(config.log);
  Metrics metrics;
  auto assets = http::Assets::load(config.server.assets);
  if (!assets.ok()) {
    say(assets.error().message);
    return 1;
  }
  SystemClock clock;
  SystemRandom random;
  auto opened = open_storage({.url = config.database_url,
                              .secret_key = key_of(config),
                              .clock = clock,
                              .sessions = kStorageSessions,
                              .server_wait_ms = kServerWaitMs});
  if (!opened.ok()) {
    say("the database cannot be opened: " + opened.error().message);
    return 1;
  }
  Database& storage = **opened;
  const auto outbound = make_outbound(outbound_options(log, metrics));
  SmaregiClient pos(smaregi_options(config, storage, clock), *outbound, clock, random);
  SmaregiClient workers_pos(pos, SmaregiClient::Background());
  SmaregiClient bulk_pos(pos, SmaregiClient::Bulk());
  ShopifyClient shop(shopify_options(config), *outbound, storage, clock, random);
  ShopifyClient bulk_shop(shop, ShopifyClient::Caller::kBackground);
  ShopifyClient merchants_shop(shop, ShopifyClient::Caller::kMerchant);
  ShopifyStock online_stock(shop, ShopifyClient::Caller::kWorker);
  ShopifyStock bulk_stock(shop, ShopifyClient::Caller::kBackground);
  ShopifyStock merchants_stock(shop, ShopifyClient::Caller::kMerchant);
  ThreadPool background({.threads = kLookupThreads, .queue = kLookupQueue});
  const auto note = [&log](std::string_view text) { log.info("note", {{"what", text}}); };
  CardService cards({storage, pos, clock, background, note, &workers_pos});
  StockService stock(storage, clock);
  PickupService pickups({storage, storage, stock, clock, random});
  ShopifyOrders orders(shop);
  ShippingService shipping({storage, storage, storage, storage, orders, stock, clock, random});
  RestockService restocks({.book = storage,
                           .storage = storage,
                           .stock = stock,
                           .clock = clock,
                           .random = random,
                           .sends_mail = config.mail.sends()});
  JoinService join(storage, clock, random);
  TenantDirectory tenants(storage, clock);
  const KeyedFingerprints fingerprints(key_of(config));
  std::optional<SmtpMailer> mailer;
  if (config.mail.sends()) {
    mailer.emplace(smtp_options(config));
  } else {
    log.info("mail.off", {{"what", "no [mail] is configured: nobody is sent a mail"}});
  }
  HealthService health({storage, pos, shop, clock, background, note});
  PilotGate pilot({shop, clock, background, note});
  Jobs jobs({.storage = storage,
             .pos = workers_pos,
             .shop = shop,
             .clock = clock,
             .random = random,
             .fingerprints = fingerprints,
             .cards = cards,
             .stock = stock,
             .directory = tenants,
             .mailer = mailer ? &*mailer : nullptr,
             .log = note,
             .bulk_pos = &bulk_pos,
             .bulk_shop = &bulk_shop,
             .pickups = &pickups,
             .book = &storage,
             .inventory = &storage,
             .online_stock = &online_stock,
             .bulk_stock = &bulk_stock,
             .tills = &workers_pos,
             .orders = &orders,
             .shipping = &shipping,
             .restocks = &restocks,
             .restock_book = &storage});
  http::App app({.storage = storage,
                 .pos = pos,
                 .shop = merchants_shop,
                 .clock = clock,
                 .random = random,
                 .cards = cards,
                 .stock = stock,
                 .join = join,
                 .tenants = tenants,
                 .health = health,
                 .pilot = pilot,
                 .log = log,
                 .metrics = metrics,
                 .background = background,
                 .book = storage,
                 .pickups = pickups,
                 .staff = storage,
                 .shipments = storage,
                 .shipping = shipping,
                 .inventory = storage,
                 .online_stock = merchants_stock,
                 .restock_book = storage,
                 .restocks = restocks,
                 .wake_workers = [&jobs] { jobs.poke(); },
                 .sync_soon = [&jobs](TenantId tenant) { jobs.sync_soon(tenant); }},
                app_options(config), std::move(*assets));
  http::Front front(
      front_options(config.server.listen, static_cast<size_t>(config.server.threads)),
      [&app](const http::Request& request) { return app.handle(request); },
      [&app](const http::Reply& reply) { app.refused(reply); });
  const auto refresh = [&] {
    const http::FrontFigures figures = front.figures();
    metrics.connections(figures.open, figures.refused);
    const Jobs::Open open = jobs.open_breakers();
    metrics.breakers("shopify", open.shops);
    metrics.breakers("smaregi", open.contracts);
    if (const auto depth = storage.queue_depth(Storage::kEveryTenant); depth.ok()) {
      metrics.queue("inbox", {.waiting = depth->inbox_waiting, .dead = depth->inbox_dead});
      metrics.queue("outbox", {.waiting = depth->outbox_waiting,
                               .dead = depth->outbox_dead,
                               .review = depth->outbox_review});
    }
  };
  http::Front ops(front_options(config.server.admin_listen, kOpsThreads),
                  http::ops_handler(storage, metrics, refresh), [](const http::Reply&) {});
  for (auto [listener, address] :
       {std::pair{&ops, &config.server.admin_listen}, {&front, &config.server.listen}}) {
    if (!listener->start()) {
      say("cannot listen on " + address->host + ":" + std::to_string(address->port));
      return 1;
    }
  }
  jobs.start();
  log.info("server.ready",
           {{"version", TSUNAGI_VERSION}, {"port", front.port()}, {"admin_port", ops.port()}});
  int signal = 0;
  sigwait(&signals, &signal);
  log.info("server.stopping", {{"signal", signal}});
  front.stop();  // answers what has begun to arrive
  jobs.stop();
  ops.stop();
  log.info("server.stopped");
  return 0;
}

int migrate_database(const Config& config) {
  const auto steps = migrate(config.database_url);
  if (!steps.ok()) {
    say("the database cannot be migrated: " + steps.error().message);
    return 1;
  }
  std::printf("the database is up to date (%d steps applied)\n", *steps);
  return 0;
}

// The configuration has been read by now, so its secrets are there and its addresses are allowed.
int check(const Config& config) {
  int wrong = 0;
  const auto tell = [&wrong](const char* what, bool good, const std::string& reason) {
    std::printf("%-14s %s%s\n", what, good ? "ok" : "wrong: ", good ? "" : reason.c_str());
    if (!good) ++wrong;
  };
  tell("configuration", true, {});
  const auto assets = http::Assets::load(config.server.assets);
  tell("assets", assets.ok(), assets.ok() ? std::string() : assets.error().message);
  SystemClock clock;
  const auto storage = open_storage(
      {.url = config.database_url, .secret_key = key_of(config), .clock = clock, .sessions = 1});
  tell("database", storage.ok(), storage.ok() ? std::string() : storage.error().message);
  if (config.mail.sends()) {
    const auto reached = SmtpMailer(smtp_options(config)).reach();
    tell("mail", reached.ok(), reached.ok() ? std::string() : reached.error().message);
  } else {
    std::printf("%-14s off: without [mail] nobody is sent a mail\n", "mail");
  }
  http::Front front(
      front_options(config.server.listen, 1), [](const http::Request&) { return http::Reply(); },
      [](const http::Reply&) {});
  tell("listen", front.start(),
       config.server.listen.host + ":" + std::to_string(config.server.listen.port) +
           " is taken, or not an address of this machine");
  return wrong == 0 ? 0 : 1;
}

// An operator's command, beside the server or without it.
int run_tool(const Config& config, const tools::Command& command) {
  SystemClock clock;
  SystemRandom random;
  const auto opened = open_storage({.url = config.database_url,
                                    .secret_key = key_of(config),
                                    .clock = clock,
                                    .sessions = kToolSessions});
  if (!opened.ok()) {
    say("the database cannot be opened: " + opened.error().message);
    return tools::kWrong;
  }
  const auto outbound = make_outbound();
  SmaregiOptions smaregi = smaregi_options(config, **opened, clock);
  smaregi.reads = kToolReads;
  SmaregiClient pos(std::move(smaregi), *outbound, clock, random);
  ShopifyClient shop(shopify_options(config), *outbound, **opened, clock, random);
  const KeyedFingerprints fingerprints(key_of(config));
  return command(
      {**opened, pos, shop, clock, random, fingerprints, std::cout, std::cerr, TSUNAGI_VERSION});
}

int run(int argc, char** argv) {
  CLI::App cli{"Tsunagi: one membership for Smaregi shops and a Shopify store"};
  cli.require_subcommand(1);
  std::string file = "tsunagi.toml";
  int (*command)(const Config&) = nullptr;
  const auto add = [&](const char* name, const char* what, int (*does)(const Config&)) {
    CLI::App* sub = cli.add_subcommand(name, what);
    sub->add_option("--config", file, "configuration file (default: tsunagi.toml)");
    sub->callback([&command, does] { command = does; });
  };
  add("serve", "answer requests until SIGTERM", serve);
  add("migrate", "bring the database to this version", migrate_database);
  add("check", "say what is wrong with configuration, database and addresses", check);
  tools::Command tool;
  tools::add_commands(cli, file, tool);
  cli.add_subcommand("version", "print the version");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? 0 : tools::kWrong;
  }
  if (command == nullptr && !tool) {
    std::puts(TSUNAGI_VERSION);
    return 0;
  }
  const auto config = load_config(file, process_environment());
  if (!config.ok()) {
    say(config.error().message);
    return tool ? tools::kWrong : 1;
  }
  return tool ? run_tool(*config, tool) : command(*config);
}

}  // namespace
}  // namespace tsunagi

int main(int argc, char** argv) {
  try {
    return tsunagi::run(argc, argv);
  } catch (const std::exception& error) {
    tsunagi::say(error.what());
    return 1;
  }
}
