#include "ndbench/example_source.h"

namespace ndbench {

ExampleSource::~ExampleSource() = default;

}  // namespace ndbench
