# Tests of the data readers, the training part of the SDK and the model plugins.
foreach(noun IN ITEMS celeba cifar data_folder idx image_folder images picture prefetch scaler
                      synthetic_images)
  ndbench_add_test(${noun}_test SOURCES ${noun}_test.cpp
                   LIBRARIES ndbench_data PkgConfig::LIBAV ZLIB::ZLIB)
endforeach()
foreach(noun IN ITEMS frame_folder frame_list sprites video video_file)
  ndbench_add_test(${noun}_test SOURCES ${noun}_test.cpp LIBRARIES ndbench_data PkgConfig::LIBAV)
endforeach()
ndbench_add_test(damaged_files_test
  SOURCES damaged_files_test.cpp largest_allocation.cpp
  LIBRARIES ndbench_core ndbench_data PkgConfig::LIBAV PkgConfig::XXHASH ZLIB::ZLIB)
ndbench_add_test(random_test SOURCES random_test.cpp LIBRARIES ndbench::ndbench)
foreach(noun IN ITEMS decisions dropout image_batches initialize optimizer precision schedule torch_api
                      trainer video_batches)
  ndbench_add_test(${noun}_test SOURCES ${noun}_test.cpp LIBRARIES ndbench::ndbench)
endforeach()
foreach(noun IN ITEMS gradient_sum thread_team)
  ndbench_add_test(${noun}_test
    SOURCES ${noun}_test.cpp ${PROJECT_SOURCE_DIR}/framework/sdk/${noun}.cpp
    LIBRARIES ndbench::ndbench)
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
ndbench_add_test(sum_order_test
  SOURCES sum_order_test.cpp ${models}/probes/sum_order.cpp ${models}/probes/sum_words.cpp)
ndbench_add_test(operators_test
  SOURCES operators_test.cpp ${models}/operators/refusal.cpp
  LIBRARIES ndbench::ndbench ${CMAKE_DL_LIBS})
ndbench_add_test(probes_test SOURCES probes_test.cpp LIBRARIES ndbench::ndbench ${CMAKE_DL_LIBS})
foreach(model IN ITEMS operators probes)
  add_dependencies(${model}_test ndbench_model_${model})
  string(TOUPPER ${model} upper)
  target_compile_definitions(${model}_test PRIVATE
    NDBENCH_TEST_${upper}="$<TARGET_FILE:ndbench_model_${model}>")
endforeach()
foreach(program IN ITEMS prednet_test nearest_neighbours_test sum_order_test operators_test)
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

ndbench_add_test(prednet_chainer_test
  SOURCES prednet_chainer_test.cpp LIBRARIES ndbench::ndbench ${CMAKE_DL_LIBS})
foreach(model IN ITEMS prednet prednet_chainer)
  add_dependencies(prednet_chainer_test ndbench_model_${model})
  string(TOUPPER ${model} upper)
  target_compile_definitions(prednet_chainer_test PRIVATE
    NDBENCH_TEST_${upper}="$<TARGET_FILE:ndbench_model_${model}>")
endforeach()

# Each model against an independent PyTorch implementation, step by step. Debian's python3-torch
# belongs to Debian's Python, whatever other Python comes first on the path.
set(NDBENCH_PYTORCH_PYTHON /usr/bin/python3 CACHE FILEPATH "A Python that has PyTorch and NumPy")
add_executable(dump_task dump_task.cpp)
target_link_libraries(dump_task PRIVATE ndbench::ndbench ndbench_options fmt::fmt
                                        nlohmann_json::nlohmann_json ${CMAKE_DL_LIBS})
set(reference ${CMAKE_CURRENT_LIST_DIR}/reference)
# ndbench_add_twin_test(<name> <losses|gradients> <steps> <model> [key=value]...)
function(ndbench_add_twin_test name what steps model)
  add_test(NAME pytorch_twin.${name}
           COMMAND ${reference}/twin_test.sh ${what} ${NDBENCH_PYTORCH_PYTHON}
                   $<TARGET_FILE:dump_task> $<TARGET_FILE:ndbench_model_${model}> ${steps} ${ARGN})
  set_tests_properties(pytorch_twin.${name} PROPERTIES ENVIRONMENT OMP_NUM_THREADS=1 TIMEOUT 600)
endfunction()

# The losses of 20 steps, in float32. Between LibTorch 2.x and Debian's PyTorch, which is 1.13, in
# float64: roundings that differ from version to version grow from step to step.
set(losses_precision float32)
if(LibTorch_VERSION VERSION_GREATER_EQUAL 2)
  set(losses_precision float64)
endif()
ndbench_add_twin_test(autoencoder_losses losses 20 autoencoder subset=2560 test_subset=100
                      precision=${losses_precision})
ndbench_add_twin_test(resnet8_losses losses 20 resnet depth=8 subset=2560 test_subset=100
                      precision=${losses_precision})
ndbench_add_twin_test(prednet_losses losses 20 prednet dataset=synthetic sequences=80
                      test_sequences=1 layers=3 width=8 precision=${losses_precision})
# Two windows a sequence: every second one begins in the state that the first left.
ndbench_add_twin_test(prednet_watanabe_losses losses 12 prednet dataset=synthetic sequences=8
                      test_sequences=1 layers=3 width=8 variant=watanabe precision=${losses_precision})

# In float64, loss and gradients of the first step.
set(small dataset=synthetic subset=8 test_subset=1 batch_size=8 precision=float64)
set(frames dataset=synthetic sequences=8 test_sequences=1 precision=float64)
ndbench_add_twin_test(autoencoder gradients 1 autoencoder ${small})
ndbench_add_twin_test(graph_convolution gradients 1 graph_convolution subset=60 test_subset=40
                      batch_size=20 precision=float64)
ndbench_add_twin_test(prednet_original gradients 1 prednet ${frames} variant=original)
ndbench_add_twin_test(prednet_original_lall gradients 1 prednet ${frames} variant=original
                      loss=lall width=8 frames=5)
ndbench_add_twin_test(prednet_watanabe gradients 1 prednet ${frames} variant=watanabe)
ndbench_add_twin_test(resnet20 gradients 1 resnet ${small} depth=20)
foreach(depth IN ITEMS 18 34 50 101)
  ndbench_add_twin_test(resnet${depth} gradients 1 resnet ${small} depth=${depth})
endforeach()
ndbench_add_twin_test(resnet50_large_stem gradients 1 resnet ${small} depth=50 stem=large
                      image_size=64)
ndbench_add_twin_test(small_cnn gradients 1 small_cnn ${small})
ndbench_add_twin_test(small_cnn_batch_norm gradients 1 small_cnn ${small} batch_norm=true)
foreach(kernel IN ITEMS 1 3 5 7)
  ndbench_add_twin_test(medium_cnn_${kernel} gradients 1 medium_cnn ${small} kernel=${kernel}
                        image_size=64)
endforeach()
foreach(depth IN ITEMS 16 19)
  ndbench_add_twin_test(vgg${depth} gradients 1 vgg ${small} depth=${depth} dropout=false)
endforeach()
foreach(depth IN ITEMS 121 169 201)
  ndbench_add_twin_test(densenet${depth} gradients 1 densenet ${small} depth=${depth} image_size=64)
endforeach()
ndbench_add_twin_test(inception gradients 1 inception ${small} batch_size=2 auxiliary=true
                      dropout=false image_size=299)
ndbench_add_twin_test(xception gradients 1 xception ${small} image_size=96)
ndbench_add_twin_test(mobilenet gradients 1 mobilenet ${small} dropout=false image_size=64)
foreach(variant IN ITEMS b0 b1 b5)
  ndbench_add_twin_test(efficientnet_${variant} gradients 1 efficientnet ${small}
                        variant=${variant} dropout=false image_size=64)
endforeach()

# The twins themselves, against what is published of them and against small cases worked out by hand.
foreach(test IN ITEMS twins prednet_twin compare_twin)
  add_test(NAME pytorch_twin.${test}_test
           COMMAND ${NDBENCH_PYTORCH_PYTHON} ${reference}/${test}_test.py)
  set_tests_properties(pytorch_twin.${test}_test PROPERTIES ENVIRONMENT OMP_NUM_THREADS=1
                                                            TIMEOUT 120)
endforeach()
