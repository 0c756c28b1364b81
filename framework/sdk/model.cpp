#include "ndbench/model.h"

namespace ndbench {

Task::~Task() = default;
Model::~Model() = default;

}  // namespace ndbench
