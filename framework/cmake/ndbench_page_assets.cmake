# Run by `cmake -P`: writes OUTPUT, which defines page_assets.h from the files STYLE, SCRIPT, CHART.

# to_base64(<hexadecimal digits> <variable>), of as many bytes as a SHA-256 has.
function(to_base64 hexadecimal variable)
  set(letters ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  set(text "")
  # Three bytes are four letters; two bytes are left, padded by a third.
  foreach(begin RANGE 0 60 6)
    string(SUBSTRING "${hexadecimal}00" ${begin} 6 digits)
    foreach(shift IN ITEMS 18 12 6 0)
      math(EXPR place "(0x${digits} >> ${shift}) & 63")
      string(SUBSTRING ${letters} ${place} 1 letter)
      string(APPEND text ${letter})
    endforeach()
  endforeach()
  string(SUBSTRING ${text} 0 43 text)
  set(${variable} "${text}=" PARENT_SCOPE)
endfunction()

set(source "#include \"core/page_assets.h\"\n\nnamespace ndbench {\n")
foreach(asset IN ITEMS STYLE:kPageStyle SCRIPT:kPageScript CHART:kChartScript)
  string(REPLACE ":" ";" asset ${asset})
  list(GET asset 0 file)
  list(GET asset 1 name)
  file(READ ${${file}} content)
  # What would end the element, or begin a comment in which scripts have other rules; what browsers
  # read as another character, and would hash as such; what CMake drops.
  string(TOLOWER "${content}" lower)
  foreach(refused IN ITEMS "</script" "</style" "<!--" "\r" ")ndbench\"")
    string(FIND "${lower}" "${refused}" found)
    if(NOT found EQUAL -1)
      message(FATAL_ERROR "${${file}} cannot stand within a page: it holds '${refused}'")
    endif()
  endforeach()
  file(SHA256 ${${file}} hash)
  string(SHA256 hash_of_content "${content}")
  if(NOT hash STREQUAL hash_of_content)
    message(FATAL_ERROR "${${file}} cannot be read as text")
  endif()
  to_base64(${hash} hash)
  string(APPEND source "constexpr std::string_view ${name}Hash{\"sha256-${hash}\"};\n"
                       "constexpr std::string_view ${name}{R\"ndbench(${content})ndbench\"};\n")
endforeach()
# A constant of a namespace is seen elsewhere because the header declares it `extern`.
file(WRITE ${OUTPUT} "${source}}  // namespace ndbench\n")
