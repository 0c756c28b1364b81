#include "core/recorded_run.h"

#include <fmt/format.h>

#include <map>

#include "core/fragment.h"
#include "core/journal_reader.h"
#include "core/parity_json.h"
#include "core/record_json.h"
#include "core/side_files.h"
#include "core/usage_error.h"

namespace ndbench {

namespace fs = std::filesystem;
using nlohmann::json;

void read_journal_of(const RecordedRun& run, const std::function<void()>& read) {
  const std::string file = Fragment{run.folder}.journal().string();
  try {
    read();
  } catch (const UsageError&) {
    throw;
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", file, error.what()));
  } catch (const json::exception& error) {
    throw Error(fmt::format("{}: is not as it should be: {}", file, error.what()));
  }
}

std::set<std::string> RecordedRun::side_files() const {
  std::set<std::string> names;
  for (const json& record : records) {
    for (const json& named : record.value("files", json::object())) {
      names.insert(named.value("file", ""));
    }
  }
  return names;
}

RecordedRun read_run(const fs::path& folder) {
  RecordedRun run{.folder = folder};
  const fs::path journal = Fragment{folder}.journal();
  const JournalEnd end = read_journal(journal, [&](JournalLine line) {
    const std::string type = line.value.value("type", "");
    run.is_complete = type == "end" && line.value.value("complete", false);
    if (type == "run") run.header = std::move(line.value);
    if (type == "record") run.records.push_back(std::move(line.value));
    if (type == "parity") run.parities.push_back(std::move(line.value));
  });
  run.bytes = end.bytes;
  if (run.header.is_null()) {
    throw Error(fmt::format("'{}' does not begin with the line of a run: nothing was measured",
                            journal.string()));
  }
  return run;
}

std::vector<Record> records_of(const RecordedRun& run, const Plan& plan) {
  std::map<std::string, const Cell*> cells;
  for (const Cell& cell : plan.cells) cells.emplace(cell.name(), &cell);
  std::vector<Record> records;
  read_journal_of(run, [&] {
    for (const json& line : run.records) {
      const auto name = line.at("name").get<std::string>();
      const auto cell = cells.find(name);
      if (cell == cells.end()) throw Error(fmt::format("'{}' is not of this plan", name));
      Record& record = records.emplace_back(record_from_json(line, *cell->second));
      load_side_files(run.folder, line.value("files", json::object()), record);
    }
  });
  return records;
}

std::vector<Parity> parities_of(const RecordedRun& run) {
  std::vector<Parity> parities;
  read_journal_of(run, [&] {
    for (const json& line : run.parities) parities.push_back(parity_from_json(line));
  });
  return parities;
}

}  // namespace ndbench
