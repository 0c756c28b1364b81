#include "core/doctor.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <utility>
#include <vector>

#include "core/diagnosis.h"
#include "core/gpu_checks.h"
#include "core/host_facts.h"
#include "core/host_sample.h"
#include "core/installation.h"
#include "core/interrupt.h"
#include "core/plugin_survey.h"
#include "core/search_path.h"
#include "core/software.h"
#include "core/standard_output.h"
#include "core/worker_process.h"

namespace ndbench {
namespace {

/// Samples ten times a second; only the first and the last have processes, of which there may be
/// thousands to read.
std::vector<HostSample> watch(const HostFiles& files, const std::vector<int>& cpus, double seconds,
                              InterruptSignals& signals) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kBetween(100);
  std::vector<HostSample> samples{read_sample(files, cpus, true)};
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end) {
    pollfd signal{signals.descriptor(), POLLIN, 0};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    poll(&signal, 1, static_cast<int>(std::min(kBetween, left).count() + 1));
    signals.check();
    samples.push_back(read_sample(files, cpus, false));
  }
  samples.push_back(read_sample(files, cpus, true));
  return samples;
}

/// The host is watched before any worker starts, which would be seen as a load.
Diagnosis diagnose(const DoctorOptions& options, InterruptSignals& signals) {
  const HostFiles files;
  const HostFacts facts = read_host_facts(files, options.results);
  const HostActivity seen = activity(watch(files, facts.cpus, options.seconds, signals), getpid());
  Diagnosis diagnosis{facts.machine.host_name, facts.machine.cpu_model, seen.seconds,
                      judge(facts, seen)};
  for (Check& check : gpu_checks(read_gpu_facts(), read_gpus())) {
    diagnosis.checks.push_back(std::move(check));
  }

  Offspring offspring(signals);
  const WorkerProcess::Options worker{.executable = worker_executable(),
                                      .timeout = std::chrono::seconds(60)};
  const auto folders = plugin_path(options.plugin_path, executable_folder() / "ndbench");
  const auto plugins = survey_plugins(folders, [&](const auto& environment) {
    return std::make_unique<WorkerProcess>(worker, environment, signals, offspring);
  });
  for (Check& check : judge_software(plugins, folders)) {
    diagnosis.checks.push_back(std::move(check));
  }
  diagnosis.checks.push_back(judge_data(data_path(options.data_path)));
  return diagnosis;
}

}  // namespace

ExitCode run_doctor(const DoctorOptions& options) {
  InterruptSignals signals;
  try {
    const Diagnosis diagnosis = diagnose(options, signals);
    write_stdout(options.json ? json_of(diagnosis) : text_of(diagnosis));
    return diagnosis.is_fit() ? ExitCode::kOk : ExitCode::kHostUnfit;
  } catch (const Interrupted& interrupt) {
    return interrupt.signal == SIGINT ? ExitCode::kInterrupted : ExitCode::kTerminated;
  }
}

}  // namespace ndbench
