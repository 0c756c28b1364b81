#include "core/core_sets.h"

#include <hwloc.h>

#include <algorithm>
#include <cassert>

namespace ndbench {
namespace {

/// Of `set`, those on which this process may run.
Processors usable(hwloc_const_bitmap_t set, hwloc_const_bitmap_t allowed) {
  Processors processors;
  int index = -1;
  while ((index = hwloc_bitmap_next(set, index)) >= 0) {
    if (hwloc_bitmap_isset(allowed, static_cast<unsigned>(index)) != 0) processors.push_back(index);
  }
  return processors;
}

}  // namespace

std::vector<Processors> usable_cores() {
  std::vector<Processors> cores;
  hwloc_topology_t topology = nullptr;
  hwloc_topology_init(&topology);
  hwloc_topology_set_type_filter(topology, HWLOC_OBJ_MISC, HWLOC_TYPE_FILTER_KEEP_NONE);
  if (hwloc_topology_load(topology) == 0) {
    hwloc_bitmap_t allowed = hwloc_bitmap_alloc();
    if (hwloc_get_cpubind(topology, allowed, HWLOC_CPUBIND_PROCESS) != 0) {
      hwloc_bitmap_copy(allowed, hwloc_topology_get_allowed_cpuset(topology));
    }
    // Where the kernel hides which hardware threads share a core, each counts as one.
    const int cores_known = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE);
    const hwloc_obj_type_t unit = cores_known > 0 ? HWLOC_OBJ_CORE : HWLOC_OBJ_PU;
    const int units = hwloc_get_nbobjs_by_type(topology, unit);
    for (int index = 0; index < units; ++index) {
      const hwloc_obj_t core = hwloc_get_obj_by_type(topology, unit, static_cast<unsigned>(index));
      Processors processors = usable(core->cpuset, allowed);
      if (!processors.empty()) cores.push_back(std::move(processors));
    }
    hwloc_bitmap_free(allowed);
  }
  hwloc_topology_destroy(topology);
  return cores;
}

std::vector<Processors> core_sets(const std::vector<Processors>& cores, std::size_t count) {
  assert(count >= 1 && count <= cores.size());
  const std::size_t size = cores.size() / count;
  std::vector<Processors> sets(count);
  for (std::size_t core = 0; core < count * size; ++core) {
    Processors& set = sets[core / size];
    set.insert(set.end(), cores[core].begin(), cores[core].end());
  }
  for (Processors& set : sets) std::sort(set.begin(), set.end());
  return sets;
}

}  // namespace ndbench
