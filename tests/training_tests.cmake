# Tests of the data readers, the training part of the SDK and the model plugins.
foreach(noun IN ITEMS celeba cifar data_folder idx image_folder images picture prefetch scaler
                      synthetic_images)
  ndbench_add_test(${noun}_test SOURCES ${noun}_test.cpp
                   LIBRARIES ndbench_data PkgConfig::LIBAV ZLIB::ZLIB)
endforeach()
foreach(noun IN ITEMS frame_folder frame_list sprites video video_file)
  ndbench_add_test(${noun}_test SOURCES ${noun}_test.cpp LIBRARIES ndbench_data PkgConfig::LIBAV)
endforeach()
ndbench_add_test(random_test SOURCES random_test.cpp LIBRARIES ndbench::ndbench)
foreach(noun IN ITEMS decisions dropout image_batches initialize optimizer precision schedule trainer
                      video_batches)
  ndbench_add_test(${noun}_test SOURCES ${noun}_test.cpp LIBRARIES ndbench::ndbench)
endforeach()

ndbench_add_test(networks_test
  SOURCES networks_test.cpp network_parameters_test.cpp LIBRARIES ndbench::ndbench)
target_include_directories(networks_test PRIVATE ${PROJECT_SOURCE_DIR}/plugins)

ndbench_add_test(streaming_test SOURCES streaming_test.cpp
                 LIBRARIES ndbench::ndbench PkgConfig::LIBAV LABEL end_to_end)
target_include_directories(streaming_test PRIVATE ${PROJECT_SOURCE_DIR}/framework)

set(models ${PROJECT_SOURCE_DIR}/plugins/models)
ndbench_add_test(prednet_test
  SOURCES prednet_test.cpp ${models}/prednet/prednet_original.cpp
          ${models}/prednet/prednet_watanabe.cpp
  LIBRARIES ndbench::ndbench)
ndbench_add_test(nearest_neighbours_test
  SOURCES nearest_neighbours_test.cpp ${models}/graph_convolution/nearest_neighbours.cpp
  LIBRARIES ndbench::ndbench)
foreach(program IN ITEMS prednet_test nearest_neighbours_test)
  target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR}/plugins)
endforeach()
foreach(program IN ITEMS models_test model_conformance_test)
  ndbench_add_test(${program} SOURCES ${program}.cpp LIBRARIES ndbench::ndbench ${CMAKE_DL_LIBS})
  target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR}/plugins)
  foreach(model IN ITEMS autoencoder densenet efficientnet graph_convolution inception medium_cnn
                         mobilenet prednet resnet small_cnn vgg xception)
    add_dependencies(${program} ndbench_model_${model})
    string(TOUPPER ${model} upper)
    target_compile_definitions(${program} PRIVATE
      NDBENCH_TEST_${upper}="$<TARGET_FILE:ndbench_model_${model}>")
  endforeach()
endforeach()

# Each model against an independent PyTorch implementation, step by step. Debian's python3-torch
# belongs to Debian's Python, whatever other Python comes first on the path.
set(NDBENCH_PYTORCH_PYTHON /usr/bin/python3 CACHE FILEPATH "A Python that has PyTorch and NumPy")
add_executable(dump_task dump_task.cpp)
target_link_libraries(dump_task PRIVATE ndbench::ndbench ndbench_options fmt::fmt
                                        nlohmann_json::nlohmann_json ${CMAKE_DL_LIBS})
foreach(model IN ITEMS autoencoder resnet)
  set(settings subset=2560 test_subset=100)
  if(model STREQUAL resnet)
    list(APPEND settings depth=8)
  endif()
  add_test(NAME pytorch_twin.${model}
           COMMAND ${CMAKE_CURRENT_LIST_DIR}/reference/losses_test.sh ${NDBENCH_PYTORCH_PYTHON}
                   ${CMAKE_CURRENT_LIST_DIR}/reference/pytorch_twin.py $<TARGET_FILE:dump_task>
                   $<TARGET_FILE:ndbench_model_${model}> 20 ${settings})
  set_tests_properties(pytorch_twin.${model} PROPERTIES ENVIRONMENT OMP_NUM_THREADS=1 TIMEOUT 300)
endforeach()
