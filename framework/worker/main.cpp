#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "worker/channel.h"
#include "worker/guarded.h"
#include "worker/libraries.h"
#include "worker/plugin_host.h"
#include "worker/session.h"

namespace ndbench {
namespace {

Description describe(Session& session, const DescribeRequest& request) {
  const PluginDescriptor& descriptor = open_plugin(request.plugin);
  session.enter_phase("describe");
  Description description{descriptor.name, descriptor.summary, {}, {}, {}};
  if (descriptor.kind == PluginKind::kModel) {
    description.parameters = std::unique_ptr<Model>(descriptor.create_model())->parameters();
  } else {
    const std::unique_ptr<Backend> backend(descriptor.create_backend());
    description.unavailable = backend->unavailable();
    if (description.unavailable.empty()) description.knobs = backend->knobs();
    description.libraries = library_versions();
  }
  return description;
}

/// Whether the worker's work is done with this answer.
bool is_last(const Message& request) {
  return std::holds_alternative<DescribeRequest>(request) ||
         std::holds_alternative<FinishRequest>(request);
}

Message answer(Session& session, const Message& request) {
  if (auto* ask = std::get_if<DescribeRequest>(&request)) return describe(session, *ask);
  if (auto* ask = std::get_if<PrepareRequest>(&request)) return session.prepare(*ask);
  if (auto* ask = std::get_if<StepsRequest>(&request)) return session.train_steps(*ask);
  if (auto* ask = std::get_if<EpochRequest>(&request)) return session.train_epoch(*ask);
  if (std::holds_alternative<StateRequest>(request)) return session.state();
  if (std::holds_alternative<FinishRequest>(request)) return session.finish();
  if (auto* ask = std::get_if<ProbeRequest>(&request)) return session.probe(*ask);
  throw Error("the supervisor sent an answer where a request belongs");
}

[[noreturn]] void serve(Channel& channel) {
  Session session(channel);
  while (true) {
    const Message request = channel.receive();
    Message reply;
    auto failure = guarded([&] { reply = answer(session, request); });
    if (failure) {
      failure->phase = session.phase();
      std::fflush(nullptr);  // the supervisor ends this process once it has read the failure
      channel.send(*failure);
      leave(0);
    }
    channel.send(reply);
    if (is_last(request)) leave(0);
  }
}

}  // namespace
}  // namespace ndbench

/// Started by ndbench_suite alone, with the supervisor's process id as the one argument.
int main(int argc, char** argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (argc != 2 || getppid() != std::atoi(argv[1])) {
    std::fputs("ndbench_worker is started by ndbench_suite; run that instead\n", stderr);
    return 2;
  }
  // A pipe would be written in blocks, and the last one be lost with a process that crashes.
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  ndbench::Channel channel(ndbench::kProtocolDescriptor);
  ndbench::serve(channel);
}
