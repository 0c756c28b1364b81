#include "ndbench/model.h"

namespace ndbench {

Task::~Task() = default;
void Task::visit_outputs(const StateVisitor& /*visit*/) const {}

Model::~Model() = default;

}  // namespace ndbench
