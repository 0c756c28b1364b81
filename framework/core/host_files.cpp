#include "core/host_files.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

namespace ndbench {
namespace {

constexpr std::size_t kMostBytes = 1U << 20U;
constexpr char kBlanks[] = " \t\r\n";

std::string trimmed(const std::string& text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

std::optional<double> to_number(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::vector<int>> to_list(const std::string& text) {
  constexpr int kMost = 1 << 16;  // CPUs that Linux can number, and more
  std::vector<int> numbers;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const std::size_t dash = part.find('-');
    const auto first = to_number(part.substr(0, dash));
    const auto last = dash == std::string::npos ? first : to_number(part.substr(dash + 1));
    if (!first || !last || *first < 0 || *last < *first || *last >= kMost) return std::nullopt;
    if (numbers.size() + static_cast<std::size_t>(*last - *first) >= kMost) return std::nullopt;
    for (int number = static_cast<int>(*first); number <= static_cast<int>(*last); ++number) {
      numbers.push_back(number);
    }
  }
  if (numbers.empty()) return std::nullopt;
  return numbers;
}

std::optional<std::string> HostFiles::text(const std::string& path) const {
  std::ifstream file(root_ / std::filesystem::path(path).relative_path(), std::ios::binary);
  if (!file) return std::nullopt;
  std::string bytes(kMostBytes, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad() || (file.gcount() == 0 && !file.eof())) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

std::optional<std::string> HostFiles::line(const std::string& path) const {
  const auto all = text(path);
  if (!all) return std::nullopt;
  return trimmed(all->substr(0, all->find('\n')));
}

std::optional<double> HostFiles::number(const std::string& path) const {
  const auto first = line(path);
  return first ? to_number(*first) : std::nullopt;
}

std::optional<double> HostFiles::value(const std::string& path, const std::string& key) const {
  std::istringstream lines(text(path).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    if (words >> word && (word == key || word == key + ":") && words >> word) {
      return to_number(word);
    }
  }
  return std::nullopt;
}

std::vector<std::string> HostFiles::names(const std::string& folder) const {
  std::vector<std::string> found;
  std::error_code error;
  std::filesystem::directory_iterator entry(root_ / std::filesystem::path(folder).relative_path(),
                                            error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    found.push_back(entry->path().filename().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace ndbench
