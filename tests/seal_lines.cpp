// Reads JSON objects from stdin, one a line, and writes them as lines of a journal.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/journal_line.h"

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << ndbench::seal(nlohmann::json::parse(line));
  }
}
