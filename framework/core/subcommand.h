#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/ab.h"
#include "core/catalogue.h"
#include "core/compare.h"
#include "core/doctor.h"
#include "core/gate.h"
#include "core/ingest.h"
#include "core/query.h"
#include "core/report.h"
#include "core/usage_error.h"

namespace ndbench {

/// --help, --version: print this and do no more.
struct Answer {
  std::string text;
};

/// What the user of `ndbench` typed, defaults filled in.
using Subcommand =
    std::variant<Answer, DoctorOptions, CatalogueOptions, IngestOptions, QueryOptions, GateOptions,
                 AbOptions, ReportOptions, CompareOptions>;

/// @throws UsageError
[[nodiscard]] Subcommand parse_subcommand(const std::vector<std::string>& arguments);

}  // namespace ndbench
