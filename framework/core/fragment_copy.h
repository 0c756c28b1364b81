#pragma once

#include <filesystem>
#include <string>

#include "core/fragment.h"

namespace ndbench {

/// A fragment that came into a folder of results from elsewhere.
struct CopiedFragment {
  Fragment fragment;       ///< there
  bool is_copied = false;  ///< false: it was there already
};

/// Copies a fragment into a folder of results: to a name that is no fragment's, then, when all is
/// on the disk and the journal was read from end to end, to its own. If another run has that name,
/// to one with a number. A copy made earlier, while the run went on, is replaced.
///
/// Folders and plain files only: links are not followed, pipes and devices not opened.
///
/// @param present  name of the fragment of the same run that is in `results` already; "" for none
/// @throws FragmentDamage naming what is wrong with the fragment, ResultsError if it cannot be
///         written.
[[nodiscard]] CopiedFragment copy_fragment(const Fragment& source,
                                           const std::filesystem::path& results,
                                           const std::string& present);

/// Removes what killed copies left behind; those that others are making stay.
/// @throws ResultsError
void remove_abandoned_copies(const std::filesystem::path& results);

}  // namespace ndbench
