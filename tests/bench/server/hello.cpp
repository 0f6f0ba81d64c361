// What the HTTP library does by itself: a constant answer from a pool of the same size, to compare
// our endpoints with.
#include <httplib.h>

#include <cstdlib>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  const int threads =
      argc > 1 ? std::atoi(argv[1]) : 128;  // NOLINT(cert-err34-c): a bench's argument
  httplib::Server server;
  server.new_task_queue = [threads] {
    return new httplib::ThreadPool(static_cast<size_t>(threads));
  };
  server.set_keep_alive_max_count(1'000'000);
  server.set_tcp_nodelay(true);
  server.Get("/hello", [](const httplib::Request&, httplib::Response& response) {
    response.set_content(R"({"hello":"world"})", "application/json");
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::cout << "{\"port\":" << port << "}" << std::endl;
  return server.listen_after_bind() ? 0 : 1;
}
