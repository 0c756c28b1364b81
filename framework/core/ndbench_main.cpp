#include <csignal>
#include <cstdio>
#include <string>
#include <variant>
#include <vector>

#include "core/durable_file.h"
#include "core/interrupt.h"
#include "core/standard_error.h"
#include "core/standard_output.h"
#include "core/subcommand.h"

namespace {

int fail(ndbench::ExitCode code, const std::exception& error) {
  ndbench::write_message("ndbench", error.what());
  return static_cast<int>(code);
}

ndbench::ExitCode carry_out(const ndbench::Answer& answer) {
  ndbench::write_stdout(answer.text);
  return ndbench::ExitCode::kOk;
}
ndbench::ExitCode carry_out(const ndbench::DoctorOptions& options) { return run_doctor(options); }
ndbench::ExitCode carry_out(const ndbench::CatalogueOptions& options) {
  return print_catalogue(options);
}
ndbench::ExitCode carry_out(const ndbench::IngestOptions& options) { return ingest(options); }
ndbench::ExitCode carry_out(const ndbench::QueryOptions& options) { return query(options); }
ndbench::ExitCode carry_out(const ndbench::GateOptions& options) { return gate(options); }
ndbench::ExitCode carry_out(const ndbench::AbOptions& options) { return ab(options); }
ndbench::ExitCode carry_out(const ndbench::ReportOptions& options) { return write_report(options); }
ndbench::ExitCode carry_out(const ndbench::CompareOptions& options) { return compare(options); }

}  // namespace

int main(int argc, char** argv) {
  using ndbench::ExitCode;
  ndbench::fill_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);  // a closed stdout is an error to report, not a silent end
  try {
    const ndbench::Subcommand subcommand =
        ndbench::parse_subcommand(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
    return static_cast<int>(
        std::visit([](const auto& options) { return carry_out(options); }, subcommand));
  } catch (const ndbench::Interrupted& interrupt) {
    return static_cast<int>(interrupt.signal == SIGINT ? ExitCode::kInterrupted
                                                       : ExitCode::kTerminated);
  } catch (const ndbench::UsageError& error) {
    return fail(ExitCode::kUsage, error);
  } catch (const ndbench::ResultsError& error) {
    return fail(ExitCode::kResultsNotWritten, error);
  } catch (const std::exception& error) {
    return fail(ExitCode::kHostUnfit, error);
  }
}
