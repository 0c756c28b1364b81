#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "core/durable_file.h"
#include "core/standard_error.h"
#include "core/standard_output.h"
#include "core/subcommand.h"

namespace {

int fail(ndbench::ExitCode code, const std::exception& error) {
  ndbench::write_message("ndbench", error.what());
  return static_cast<int>(code);
}

ndbench::ExitCode carry_out(const ndbench::Subcommand& subcommand) {
  if (const auto* doctor = std::get_if<ndbench::DoctorOptions>(&subcommand)) {
    return run_doctor(*doctor);
  }
  if (const auto* list = std::get_if<ndbench::CatalogueOptions>(&subcommand)) {
    return print_catalogue(*list);
  }
  if (const auto* options = std::get_if<ndbench::IngestOptions>(&subcommand)) {
    return ingest(*options);
  }
  if (const auto* options = std::get_if<ndbench::QueryOptions>(&subcommand)) {
    return query(*options);
  }
  if (const auto* options = std::get_if<ndbench::GateOptions>(&subcommand)) {
    return gate(*options);
  }
  if (const auto* options = std::get_if<ndbench::ReportOptions>(&subcommand)) {
    return write_report(*options);
  }
  ndbench::write_stdout(std::get<ndbench::Answer>(subcommand).text);
  return ndbench::ExitCode::kOk;
}

}  // namespace

int main(int argc, char** argv) {
  using ndbench::ExitCode;
  ndbench::fill_standard_descriptors();
  std::signal(SIGPIPE, SIG_IGN);  // a closed stdout is an error to report, not a silent end
  try {
    return static_cast<int>(carry_out(ndbench::parse_subcommand(
        std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc))));
  } catch (const ndbench::UsageError& error) {
    return fail(ExitCode::kUsage, error);
  } catch (const ndbench::ResultsError& error) {
    return fail(ExitCode::kResultsNotWritten, error);
  } catch (const std::exception& error) {
    return fail(ExitCode::kHostUnfit, error);
  }
}
