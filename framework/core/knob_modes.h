#pragma once

#include <string>
#include <vector>

#include "core/mode.h"

namespace ndbench {

/// The knobs in which two modes differ, in the order of knobs().
[[nodiscard]] std::vector<std::string> differing_knobs(const Mode& a, const Mode& b);

/// The modes that lie between `reference` and `mode`: the reference with one knob at a time as
/// `mode` has it ("fixed.only-onednn"), and with all up to a knob ("fixed.upto-onednn"), in the
/// order of knobs(). What would be measured twice is left out: the first of the second kind is the
/// first of the first kind, the last is `mode` but for the factors. Factors are the reference's.
[[nodiscard]] std::vector<Mode> knob_modes(const Mode& reference, const Mode& mode);

}  // namespace ndbench
